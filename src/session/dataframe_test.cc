#include "firesteel/dataframe.h"

#include <filesystem>
#include <string>
#include <vector>

#include "common/random.h"
#include "firesteel/firesteel.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/test_session.h"

namespace firesteel {
namespace {

using functions::Col;
using functions::Count;
using functions::Lit;
using functions::Max;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

using Texts = std::vector<std::string>;

class DataFrameTest : public ::testing::Test {
 protected:
  DataFrameTest() : session_(*testing::MakeTestSession({})) {}
  ~DataFrameTest() override { EXPECT_TRUE(session_.Stop().ok()); }

  DataFrame Frame(const std::string& ddl, const std::vector<Row>& rows) const {
    return session_.CreateDataFrame(rows, *Schema::FromDdl(ddl));
  }
  DataFrame People() const {
    return Frame("id INT, name STRING", {Row({1, "ann"}), Row({2, "bob"}), Row({3, "cleo"})});
  }
  DataFrame Pets() const {
    return Frame("id INT, pet STRING", {Row({1, "cat"}), Row({1, "dog"}), Row({4, "eel"})});
  }

  static Texts RowsOf(const DataFrame& frame) {
    const auto rows = frame.Collect();
    EXPECT_TRUE(rows.ok()) << rows.status().ToString();
    Texts texts;
    if (rows.ok()) {
      for (const Row& row : *rows) texts.push_back(row.ToString());
    }
    return texts;
  }

  Session session_;
};

TEST_F(DataFrameTest, JoinsOnColumns) {
  const DataFrame inner = People().Join(Pets(), {"id"});
  EXPECT_THAT(*inner.Columns(), ElementsAre("id", "name", "pet"));
  EXPECT_THAT(RowsOf(inner), UnorderedElementsAre("[1,ann,cat]", "[1,ann,dog]"));
  EXPECT_THAT(RowsOf(People().Join(Pets(), {"id"}, "left")),
              UnorderedElementsAre("[1,ann,cat]", "[1,ann,dog]", "[2,bob,NULL]", "[3,cleo,NULL]"));
  EXPECT_THAT(RowsOf(People().Join(Pets(), {"id"}, "full_outer").Select({"id"})),
              UnorderedElementsAre("[1]", "[1]", "[2]", "[3]", "[4]"));
  EXPECT_THAT(RowsOf(People().Join(Pets(), {"id"}, "left_semi")), ElementsAre("[1,ann]"));
  EXPECT_THAT(RowsOf(People().Join(Pets(), {"id"}, "left_anti")),
              UnorderedElementsAre("[2,bob]", "[3,cleo]"));
}

TEST_F(DataFrameTest, JoinsOnAConditionAndCrosses) {
  const DataFrame joined =
      People().As("a").Join(Pets().As("b"), Col("a.id") < Col("b.id"), "right");
  EXPECT_THAT(RowsOf(joined.Select({"name", "pet"})),
              UnorderedElementsAre("[NULL,cat]", "[NULL,dog]", "[ann,eel]", "[bob,eel]",
                                   "[cleo,eel]"));
  EXPECT_EQ(*People().CrossJoin(Pets()).Count(), 9);
  EXPECT_EQ(ErrorCondition(People().Join(Pets(), {"id"}, "sideways").status()),
            "UNSUPPORTED_JOIN_TYPE");
}

TEST_F(DataFrameTest, LeavesOutRepeatedRows) {
  const DataFrame rows = Frame("a INT, b STRING", {Row({1, "x"}), Row({1, "x"}), Row({1, "y"})});
  EXPECT_THAT(RowsOf(rows.Distinct()), UnorderedElementsAre("[1,x]", "[1,y]"));
  EXPECT_THAT(RowsOf(rows.DropDuplicates()), UnorderedElementsAre("[1,x]", "[1,y]"));
  const DataFrame by_a = rows.DropDuplicates({"a"});
  EXPECT_THAT(*by_a.Columns(), ElementsAre("a", "b"));
  EXPECT_EQ(RowsOf(by_a).size(), 1u);
}

TEST_F(DataFrameTest, CombinesSets) {
  const DataFrame a = Frame("n INT", {Row({1}), Row({1}), Row({2}), Row({3})});
  const DataFrame b = Frame("n INT", {Row({1}), Row({3}), Row({3})});
  EXPECT_THAT(RowsOf(a.Intersect(b)), UnorderedElementsAre("[1]", "[3]"));
  EXPECT_THAT(RowsOf(a.IntersectAll(b)), UnorderedElementsAre("[1]", "[3]"));
  EXPECT_THAT(RowsOf(a.Except(b)), UnorderedElementsAre("[2]"));
  EXPECT_THAT(RowsOf(a.ExceptAll(b)), UnorderedElementsAre("[1]", "[2]"));
}

TEST_F(DataFrameTest, SkipsSortsAndCounts) {
  EXPECT_THAT(RowsOf(session_.Range(10, 0, -3).Sort({Col("id").Desc()}).Offset(1).Limit(2)),
              ElementsAre("[7]", "[4]"));
  EXPECT_THAT(RowsOf(session_.Range(3)), UnorderedElementsAre("[0]", "[1]", "[2]"));
  EXPECT_EQ(*session_.Range(0, 1'000'000, 7, 3).Count(), 142858);
  EXPECT_FALSE(session_.Range(0, 1, 0).Collect().ok());
  EXPECT_EQ(ErrorCondition(session_.Range(3).Offset(-1).status()),
            "INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE");
}

TEST_F(DataFrameTest, GroupsWithSubtotals) {
  const DataFrame rows = Frame("a STRING, b STRING", {Row({"x", "p"}), Row({"x", "q"})});
  EXPECT_THAT(RowsOf(rows.Rollup({"a", "b"}).Count()),
              UnorderedElementsAre("[x,p,1]", "[x,q,1]", "[x,NULL,2]", "[NULL,NULL,2]"));
  EXPECT_EQ(RowsOf(rows.Cube({"a", "b"}).Agg({Count("*")})).size(), 6u);
}

TEST_F(DataFrameTest, ComputesOverWindows) {
  const WindowSpec window = Window::PartitionBy({"k"}).OrderBy({"v"});
  const DataFrame rows =
      Frame("k STRING, v INT", {Row({"a", 1}), Row({"a", 3}), Row({"a", 4}), Row({"b", 7})});
  EXPECT_THAT(RowsOf(rows.Select({Col("v"), functions::RowNumber().Over(window).As("n"),
                                  functions::Lag("v").Over(window).As("before"),
                                  functions::Sum("v").Over(window.RangeBetween(-2, 1)).As("near"),
                                  functions::Sum("v").Over(window.RowsBetween(
                                      Window::kCurrentRow, Window::kUnboundedFollowing))})),
              UnorderedElementsAre("[1,1,NULL,1,8]", "[3,2,1,8,7]", "[4,3,3,7,4]",
                                   "[7,1,NULL,7,7]"));
}

TEST_F(DataFrameTest, KeepsRowsThatAreCached) {
  const DataFrame random = session_.Range(3).Select({functions::Uuid().As("u")});
  ASSERT_TRUE(random.Cache().ok());
  EXPECT_EQ(RowsOf(random), RowsOf(random));
  ASSERT_TRUE(random.Unpersist().ok());
}

TEST_F(DataFrameTest, TakesParametersOfSql) {
  EXPECT_THAT(RowsOf(session_.Sql("SELECT :a + 1, :b", {{"a", Value(2)}, {"b", Value("x")}})),
              ElementsAre("[3,x]"));
  EXPECT_THAT(RowsOf(session_.Sql("SELECT ?, ?", std::vector<Value>{Value(1), Value("y")})),
              ElementsAre("[1,y]"));
  EXPECT_EQ(ErrorCondition(session_.Sql("SELECT :a").Collect().status()), "UNBOUND_SQL_PARAMETER");
}

}  // namespace
}  // namespace firesteel
