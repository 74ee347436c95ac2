#include "plan/queries.h"

#include <gtest/gtest.h>

#include "expr/window.h"
#include "plan/pivots.h"
#include "plan/subqueries.h"
#include "plan/test_plans.h"
#include "plan/windows.h"

namespace firesteel {
namespace {

using test::Int;
using test::Name;
using test::NormalizeIds;
using test::Scan;

/// Rewrites every name to its upper case form, to see that nodes put expressions back in place.
Result<PlanPtr> Shout(const PlanPtr& plan) {
  return TransformExpressions(plan, [](const ExpressionPtr& e) -> Result<ExpressionPtr> {
    const auto* name = As<UnresolvedAttribute>(e);
    if (name == nullptr) return ExpressionPtr();
    std::string upper = name->parts()[0];
    for (char& c : upper) c = static_cast<char>(c - 'a' + 'A');
    return Name(upper);
  });
}

TEST(QueriesTest, DefinitionsAreChildrenAfterTheQuery) {
  const PlanPtr scan = Scan("a INT");
  const PlanPtr with = std::make_shared<With>(
      std::vector<With::Definition>{{"x", scan}, {"y", test::Take(scan, 1)}},
      std::make_shared<UnresolvedTable>(std::vector<std::string>{"x"}, false));
  EXPECT_EQ(NormalizeIds(with->TreeString()),
            "'With [x, y]\n"
            ":- 'UnresolvedTable [x], batch\n"
            ":- TableScan t [a#0]\n"
            "+- Limit 1\n"
            "   +- TableScan t [a#0]\n");
  const PlanPtr other = Scan("b INT");
  const PlanPtr copy = with->WithNewChildren({scan, other, scan});
  EXPECT_EQ(As<With>(copy)->definitions()[0].query, other);
  EXPECT_EQ(As<With>(copy)->definitions()[1].name, "y");
  EXPECT_EQ(copy->child(), scan);
}

TEST(QueriesTest, RowsKeepTheirShape) {
  const PlanPtr table = std::make_shared<InlineTable>(std::vector<std::vector<ExpressionPtr>>{
      {Name("a"), Int(1)}, {Name("b")}, {}, {Name("c"), Name("d")}});
  const auto shouted = Shout(table);
  ASSERT_TRUE(shouted.ok());
  EXPECT_EQ((*shouted)->Describe(), "InlineTable [['A, 1], ['B], [], ['C, 'D]]");
  EXPECT_FALSE(table->resolved());
}

TEST(QueriesTest, NodesPutTheirExpressionsBack) {
  const PlanPtr scan = Scan("a INT");
  const std::vector<ExpressionPtr> ab{Name("a"), Name("b")};
  const std::pair<PlanPtr, std::string_view> cases[] = {
      {std::make_shared<UnresolvedTableFunction>("f", ab), "UnresolvedTableFunction f, ['A, 'B]"},
      {std::make_shared<Having>(Name("a"), scan), "Having 'A"},
      {std::make_shared<LateralView>(Name("a"), true, "t", std::vector<std::string>{"c"}, scan),
       "LateralView 'A, true, t, [c]"},
      {std::make_shared<UnresolvedLimit>(UnresolvedLimit::Clause::kOffset, Name("a"), scan),
       "Offset 'A"},
      {std::make_shared<Expand>(std::vector<std::vector<ExpressionPtr>>{ab, {Name("c"), Int(1)}},
                                std::vector<AttributePtr>{}, scan),
       "Expand [['A, 'B], ['C, 1]], []"},
      {std::make_shared<ComputeWindows>(std::vector<ExpressionPtr>{Name("a")}, ab,
                                std::vector<ExpressionPtr>{Name("c")}, scan),
       "Window ['A], ['A, 'B], ['C]"},
      {std::make_shared<Pivot>(std::nullopt, ab, std::vector<ExpressionPtr>{Name("c")},
                               std::vector<ExpressionPtr>{Name("d")}, scan),
       "Pivot ['A, 'B], ['C], ['D]"},
      {std::make_shared<Pivot>(std::vector<ExpressionPtr>{Name("z")}, ab,
                               std::vector<ExpressionPtr>{Name("c")},
                               std::vector<ExpressionPtr>{Name("d")}, scan),
       "Pivot ['Z], ['A, 'B], ['C], ['D]"},
      {std::make_shared<Unpivot>(
           Unpivot::Definition{true, "n", {"v"}, {std::nullopt, std::nullopt}}, std::nullopt, ab,
           scan),
       "Unpivot ['A, 'B], n, [v], true"},
  };
  for (const auto& [plan, text] : cases) {
    const auto shouted = Shout(plan);
    ASSERT_TRUE(shouted.ok()) << text;
    EXPECT_EQ((*shouted)->Describe(), text);
    if (plan->children().empty()) continue;
    const PlanPtr moved = (*shouted)->WithNewChildren({test::Take(scan, 1)});
    EXPECT_EQ(moved->Describe(), text);
    EXPECT_EQ(moved->child()->Describe(), "Limit 1");
  }
}

TEST(QueriesTest, RangesMakeTheirColumn) {
  const PlanPtr range = std::make_shared<Range>(0, 10, 2, 3);
  EXPECT_EQ(range->schema().Ddl(), "id BIGINT NOT NULL");
  EXPECT_EQ(NormalizeIds(range->Describe()), "Range (0, 10, step=2, splits=3) [id#0]");
  EXPECT_EQ(range->WithNewChildren({})->output()[0]->id(), range->output()[0]->id());
}

TEST(QueriesTest, SetOperationsHaveColumnsOfTheirOwn) {
  const PlanPtr scan = Scan("a INT");
  const auto operation = SetOperation::Operation::kExcept;
  const PlanPtr raw = std::make_shared<SetOperation>(operation, true, scan, scan);
  EXPECT_FALSE(raw->resolved());
  EXPECT_EQ(raw->Describe(), "Except All true");
  const PlanPtr done = std::make_shared<SetOperation>(
      operation, false, scan, scan, std::vector<AttributePtr>{scan->output()[0]->WithNewId()});
  EXPECT_TRUE(done->resolved());
  EXPECT_EQ(done->schema().Ddl(), "a INT");
}

TEST(SubqueryTest, HasATypeWhenItsPlanHas) {
  using Form = SubqueryExpression::Form;
  const PlanPtr scan = Scan("a INT NOT NULL");
  const SubqueryExpression scalar(Form::kScalar, scan, {});
  EXPECT_TRUE(scalar.resolved());
  EXPECT_EQ(scalar.type().SimpleString(), "int");
  EXPECT_TRUE(scalar.nullable());
  EXPECT_FALSE(SubqueryExpression(Form::kScalar, Scan("a INT, b INT"), {}).resolved());
  const SubqueryExpression exists(Form::kExists, scan, {});
  EXPECT_EQ(exists.type().SimpleString(), "boolean");
  EXPECT_FALSE(exists.nullable());
  EXPECT_FALSE(SubqueryExpression(Form::kIn, scan, {Name("x")}).resolved());
  EXPECT_TRUE(SubqueryExpression(Form::kIn, scan, {Int(1)}).nullable());
}

TEST(SubqueryTest, TellsValuesFromColumnsOutside) {
  using Form = SubqueryExpression::Form;
  const PlanPtr scan = Scan("a INT");
  const AttributePtr a = scan->output()[0];
  const auto in = std::make_shared<SubqueryExpression>(Form::kIn, scan,
                                                       std::vector<ExpressionPtr>{Int(1), a});
  EXPECT_EQ(in->Sql(), "(named_struct(col1, 1, a, a) IN (listquery()))");
  const auto correlated = in->WithPlan(scan, {a});
  const auto* subquery = As<SubqueryExpression>(correlated);
  ASSERT_NE(subquery, nullptr);
  EXPECT_EQ(subquery->values().size(), 2u);
  ASSERT_EQ(subquery->outer().size(), 1u);
  EXPECT_EQ(subquery->outer()[0], a);
  EXPECT_EQ(subquery->WithNewChildren({Int(7), Int(8), a})->Sql(),
            "(named_struct(col1, 7, col2, 8) IN (listquery(a)))");
  EXPECT_EQ(SubqueryExpression(Form::kScalar, scan, {}, {a}).Sql(), "scalarsubquery(a)");
  EXPECT_EQ(SubqueryExpression(Form::kExists, scan, {}).Sql(), "exists()");
  EXPECT_EQ(OuterReference(a).Sql(), "outer(a)");
}

TEST(WindowExpressionTest, HoldsItsPartsInOrder) {
  const auto by = [](const char* name) {
    return std::make_shared<SortOrder>(Name(name), true, true);
  };
  const WindowFrame frame{WindowFrame::Unit::kRows, WindowFrame::Bound::kPreceding,
                          WindowFrame::Bound::kFollowing};
  const WindowExpression window(Name("f"), {Name("p"), Name("q")}, {by("o")}, frame,
                                {Int(1), Int(2)});
  EXPECT_EQ(window.Sql(),
            "f OVER (PARTITION BY p, q ORDER BY o ASC NULLS FIRST ROWS BETWEEN 1 PRECEDING AND 2 "
            "FOLLOWING)");
  EXPECT_EQ(window.WithNewChildren(window.children())->Sql(), window.Sql());
  EXPECT_EQ(window.lower_offset()->Sql(), "1");
  EXPECT_EQ(window.upper_offset()->Sql(), "2");
  EXPECT_FALSE(window.resolved());
  const WindowExpression bare(Int(1), {}, {}, std::nullopt, {});
  EXPECT_EQ(bare.Sql(), "1 OVER ()");
  EXPECT_FALSE(bare.resolved()) << "no frame yet";
  const ExpressionPtr framed = bare.WithFrame({}, {});
  EXPECT_TRUE(framed->resolved());
  EXPECT_EQ(framed->Sql(), "1 OVER (RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)");
}

}  // namespace
}  // namespace firesteel
