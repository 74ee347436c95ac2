#include <gtest/gtest.h>

#include "analyzer/test_analysis.h"
#include "expr/window.h"
#include "plan/queries.h"
#include "plan/recursion.h"
#include "plan/windows.h"

namespace firesteel {
namespace {

using test::Call;
using test::GroupBy;
using test::Int;
using test::Name;
using test::OrderBy;
using test::Scan;
using test::Select;
using test::Star;
using test::Text;
using test::Where;
using Bound = WindowFrame::Bound;
using Unit = WindowFrame::Unit;

ExpressionPtr OrderOf(ExpressionPtr key) {
  return std::make_shared<SortOrder>(std::move(key), true, true);
}

ExpressionPtr Over(ExpressionPtr function, std::vector<ExpressionPtr> partition,
                   std::vector<ExpressionPtr> order, std::optional<WindowFrame> frame = {},
                   std::vector<ExpressionPtr> offsets = {}) {
  for (ExpressionPtr& key : order) key = OrderOf(std::move(key));
  return std::make_shared<WindowExpression>(std::move(function), std::move(partition),
                                            std::move(order), std::move(frame),
                                            std::move(offsets));
}

ExpressionPtr Framed(Unit unit, Bound lower, Bound upper, std::vector<ExpressionPtr> offsets,
                     std::vector<ExpressionPtr> order) {
  WindowFrame frame;
  frame.unit = unit;
  frame.lower = lower;
  frame.upper = upper;
  return Over(Call("sum", Name("a")), {}, std::move(order), frame, std::move(offsets));
}

PlanPtr QualifyOf(PlanPtr child, ExpressionPtr condition) {
  return std::make_shared<Qualify>(std::move(condition), std::move(child));
}

class WindowsTest : public ::testing::Test {
 protected:
  test::Session session_;
  const PlanPtr table_ = Scan("a INT, b STRING, d DATE");
};

TEST_F(WindowsTest, GetFramesAndMoveIntoNodesOfTheirOwn) {
  EXPECT_EQ(
      session_.Tree(Select(table_, Over(Call("rank"), {Name("b")}, {Name("a")}),
                           Over(Call("sum", Name("a")), {Name("b")}, {Name("a")}),
                           Over(Call("count", Star()), {}, {}))),
      "Project [RANK() OVER (PARTITION BY b ORDER BY a ASC NULLS FIRST ROWS BETWEEN UNBOUNDED "
      "PRECEDING AND CURRENT ROW)#0 AS RANK() OVER (PARTITION BY b ORDER BY a ASC NULLS FIRST ROWS "
      "BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)#1, sum(a) OVER (PARTITION BY b ORDER BY a ASC "
      "NULLS FIRST RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)#2 AS sum(a) OVER (PARTITION "
      "BY b ORDER BY a ASC NULLS FIRST RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)#3, "
      "count(1) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)#4 AS count(1) OVER "
      "(ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)#5]\n"
      "+- Window [count(1) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "
      "count(1) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)#4], [], []\n"
      "   +- Window [RANK() OVER (PARTITION BY b#6 ORDER BY a#7 ASC NULLS FIRST ROWS BETWEEN "
      "UNBOUNDED PRECEDING AND CURRENT ROW) AS RANK() OVER (PARTITION BY b ORDER BY a ASC NULLS "
      "FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)#0, sum(a#7) OVER (PARTITION BY b#6 "
      "ORDER BY a#7 ASC NULLS FIRST RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS sum(a) "
      "OVER (PARTITION BY b ORDER BY a ASC NULLS FIRST RANGE BETWEEN UNBOUNDED PRECEDING AND "
      "CURRENT ROW)#2], [b#6], [a#7 ASC NULLS FIRST]\n"
      "      +- TableScan t [a#7, b#6, d#8]\n");
}

TEST_F(WindowsTest, FramesAreCoercedToTheOrderAndShowIt) {
  const auto schema = [&](ExpressionPtr window) {
    return session_.SchemaOf(Select(table_, test::As(std::move(window), "w")));
  };
  const auto name = [&](ExpressionPtr window) {
    return session_.SchemaOf(Select(table_, std::move(window)));
  };
  const ExpressionPtr two = Literal::Of(int64_t{2}).ValueOrDie();
  EXPECT_EQ(name(Framed(Unit::kRange, Bound::kPreceding, Bound::kFollowing, {two, Int(1)},
                        {Name("a")})),
            "sum(a) OVER (ORDER BY a ASC NULLS FIRST RANGE BETWEEN (- 2) FOLLOWING AND 1 "
            "FOLLOWING):bigint");
  EXPECT_EQ(schema(Framed(Unit::kRange, Bound::kPreceding, Bound::kCurrentRow, {Int(1)},
                          {Name("d")})),
            "w:bigint");
  struct Case {
    Unit unit;
    Bound lower;
    Bound upper;
    std::vector<ExpressionPtr> offsets;
    std::vector<ExpressionPtr> order;
    const char* condition;
  };
  const Case cases[] = {
      {Unit::kRows, Bound::kPreceding, Bound::kCurrentRow, {two}, {Name("a")},
       "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE"},
      {Unit::kRows, Bound::kPreceding, Bound::kCurrentRow, {Name("a")}, {Name("a")},
       "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WITHOUT_FOLDABLE"},
      {Unit::kRows, Bound::kUnboundedFollowing, Bound::kCurrentRow, {}, {Name("a")},
       "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_INVALID_BOUND"},
      {Unit::kRows, Bound::kFollowing, Bound::kPreceding, {Int(1), Int(1)}, {Name("a")},
       "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON"},
      {Unit::kRange, Bound::kPreceding, Bound::kCurrentRow, {Int(1)}, {},
       "DATATYPE_MISMATCH.RANGE_FRAME_WITHOUT_ORDER"},
      {Unit::kRange, Bound::kPreceding, Bound::kCurrentRow, {Int(1)}, {Name("a"), Name("b")},
       "DATATYPE_MISMATCH.RANGE_FRAME_MULTI_ORDER"},
      {Unit::kRange, Bound::kPreceding, Bound::kCurrentRow, {Text("1")}, {Name("d")},
       "DATATYPE_MISMATCH.RANGE_FRAME_INVALID_TYPE"},
      {Unit::kRange, Bound::kPreceding, Bound::kCurrentRow, {Int(1)}, {Name("b")},
       "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE"},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(schema(Framed(one.unit, one.lower, one.upper, one.offsets, one.order)),
              one.condition);
  }
}

TEST_F(WindowsTest, FunctionsAndPlacesAreChecked) {
  const auto select = [&](ExpressionPtr item) {
    return session_.SchemaOf(Select(table_, test::As(std::move(item), "w")));
  };
  WindowFrame rows;
  rows.unit = Unit::kRows;
  rows.lower = Bound::kCurrentRow;
  EXPECT_EQ(select(Over(Call("upper", Name("b")), {}, {})), "UNSUPPORTED_EXPR_FOR_WINDOW");
  EXPECT_EQ(select(Over(Call("nosuch"), {}, {})), "UNRESOLVED_ROUTINE");
  EXPECT_EQ(select(Over(Call("rank"), {}, {})), "WINDOW_FUNCTION_FRAME_NOT_ORDERED");
  EXPECT_EQ(select(Over(Call("rank"), {}, {Name("a")}, rows)), "_LEGACY_ERROR_TEMP_1036");
  EXPECT_EQ(select(Over(Call("lag", Name("a")), {}, {Name("a")}, rows)),
            "_LEGACY_ERROR_TEMP_1035");
  EXPECT_EQ(select(Call("row_number")), "WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE");
  EXPECT_EQ(select(Call("sum", Over(Call("rank"), {}, {Name("a")}))), "_LEGACY_ERROR_TEMP_1031");
  const ExpressionPtr ranked = Over(Call("rank"), {}, {Name("a")});
  EXPECT_EQ(session_.SchemaOf(Where(table_, Call("=", ranked, Int(1)))),
            "WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE");
  EXPECT_EQ(session_.SchemaOf(OrderBy(table_, ranked)), "UNSUPPORTED_EXPR_FOR_OPERATOR");
  EXPECT_EQ(session_.SchemaOf(GroupBy(table_, {ranked}, {Call("count", Star())})),
            "UNSUPPORTED_EXPR_FOR_OPERATOR");
}

TEST_F(WindowsTest, StandAboveTheGroupsAndHaving) {
  const PlanPtr grouped =
      GroupBy(table_, {Name("b")},
              {test::As(Call("sum", Name("a")), "s"),
               test::As(Over(Call("max", Call("count", Star())), {}, {Name("b")}), "m")});
  const PlanPtr having =
      std::make_shared<Having>(Call(">", Name("s"), Int(1)), grouped);
  const std::string frame =
      " ASC NULLS FIRST RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)";
  EXPECT_EQ(session_.Tree(having),
            "Project [s#0, max(count(1)) OVER (ORDER BY b" + frame + "#1 AS m#2]\n" +
                "+- Window [max(count(1)#3) OVER (ORDER BY b#4" + frame +
                " AS max(count(1)) OVER (ORDER BY b" + frame + "#1], [], [b#4 ASC NULLS FIRST]\n" +
                "   +- Filter (s#0 > cast(1 as bigint))\n"
                "      +- Aggregate [b#4], [sum(a#5) AS s#0, count(1) AS count(1)#3, b#4]\n"
                "         +- TableScan t [a#5, b#4, d#6]\n");
  EXPECT_EQ(session_.SchemaOf(GroupBy(table_, {Name("b")},
                                      {Over(Call("sum", Name("a")), {}, {})})),
            "MISSING_AGGREGATION");
}

TEST_F(WindowsTest, QualifyFiltersByWindowsOfItsOwnOrOfTheList) {
  const ExpressionPtr ranked = Over(Call("rank"), {}, {Name("d")});
  const PlanPtr plain = Select(table_, Name("a"));
  EXPECT_EQ(session_.SchemaOf(QualifyOf(plain, Call("=", ranked, Int(1)))), "a:int");
  EXPECT_EQ(session_.SchemaOf(QualifyOf(plain, Call("=", Name("a"), Int(1)))),
            "QUALIFY_REQUIRES_WINDOW_FUNCTION");
  EXPECT_EQ(session_.SchemaOf(QualifyOf(plain, Call("=", Call("max", Name("a")), Int(1)))),
            "QUALIFY_AGGREGATE_NOT_ALLOWED");
  EXPECT_EQ(session_.SchemaOf(QualifyOf(Select(table_, test::As(ranked, "r")),
                                        Call("<", Name("r"), Name("a")))),
            "r:int");
  EXPECT_EQ(session_.SchemaOf(QualifyOf(GroupBy(table_, {Name("b")}, {Call("max", Name("a"))}),
                                        Call("=", Over(Call("rank"), {}, {Name("b")}), Int(1)))),
            "max(a):int");
}

TEST_F(WindowsTest, RecursiveQueriesReadThemselves) {
  const auto table = [](const char* name) {
    return std::make_shared<UnresolvedTable>(std::vector<std::string>{name}, false);
  };
  const auto recursive = [&](PlanPtr query) {
    return session_.SchemaOf(std::make_shared<With>(
        std::vector<With::Definition>{{"r", std::move(query), true}}, table("r")));
  };
  const PlanPtr first = Select(table_, test::As(Name("a"), "n"));
  const PlanPtr step = Select(table("R"), Call("+", Name("n"), Int(1)));
  EXPECT_EQ(recursive(test::UnionOf({first, step})), "n:int");
  EXPECT_EQ(recursive(first), "n:int");
  EXPECT_EQ(recursive(test::UnionOf({step, first})), "INVALID_RECURSIVE_CTE");
  EXPECT_EQ(recursive(std::make_shared<Distinct>(test::UnionOf({first, step}))),
            "UNION_NOT_SUPPORTED_IN_RECURSIVE_CTE");
  EXPECT_EQ(recursive(test::UnionOf({first, Select(table("r"), Text("x"))})),
            "CANNOT_MERGE_INCOMPATIBLE_DATA_TYPE");
  EXPECT_EQ(recursive(test::UnionOf({first, Select(table("r"), Name("n"), Name("n"))})),
            "NUM_COLUMNS_MISMATCH");
  EXPECT_EQ(recursive(test::UnionOf({first, GroupBy(table("r"), {}, {Call("max", Name("n"))})})),
            "INVALID_RECURSIVE_REFERENCE.PLACE");
}

}  // namespace
}  // namespace firesteel
