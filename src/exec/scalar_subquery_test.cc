#include "exec/scalar_subquery.h"

#include <gmock/gmock.h>

#include "exec/plan_test_environment.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;

class ScalarSubqueryTest : public ::testing::Test {
 protected:
  static PhysicalPlanPtr Numbers(std::vector<Row> rows) {
    static const Schema schema({{"a", TypeId::kInteger}});
    return ScanOf(schema, {std::move(rows)});
  }
  static Row Of(Value value) { return Row({std::move(value)}); }
  /// a + subquery, below an exchange: its tasks run while the run is prepared.
  static PhysicalPlanPtr Sum(PhysicalPlanPtr child, int number) {
    const ExpressionPtr sum =
        Call("+", {Column(child->schema(), "a"),
                   std::make_shared<SubqueryValue>(number, TypeId::kInteger)});
    const PhysicalPlanPtr project =
        NewProject(child, {sum}, Schema({{"a", TypeId::kInteger}})).ValueOrDie();
    return NewHashExchange(project, {}, 1).ValueOrDie();
  }
  PlanTestEnvironment environment_;
};

TEST_F(ScalarSubqueryTest, RunsBeforeThePlanAndBeforeLaterSubqueries) {
  const PhysicalPlanPtr plan =
      NewWithSubqueries(Sum(Numbers({Of(1), Of(2)}), 1),
                        {Numbers({Of(10)}), Sum(Numbers({Of(100)}), 0)})
          .ValueOrDie();
  EXPECT_THAT(environment_.Texts(*plan), ElementsAre("[111]", "[112]"));
}

TEST_F(ScalarSubqueryTest, IsNullWithoutARow) {
  const PhysicalPlanPtr plan =
      NewWithSubqueries(Sum(Numbers({Of(1)}), 0), {Numbers({})}).ValueOrDie();
  EXPECT_THAT(environment_.Texts(*plan), ElementsAre("[NULL]"));
}

TEST_F(ScalarSubqueryTest, FailsWithTwoRows) {
  const PhysicalPlanPtr plan =
      NewWithSubqueries(Sum(Numbers({Of(1)}), 0), {Numbers({Of(1), Of(2)})}).ValueOrDie();
  EXPECT_EQ(ErrorCondition(environment_.Run(*plan).status()), "SCALAR_SUBQUERY_TOO_MANY_ROWS");
}

TEST_F(ScalarSubqueryTest, WithoutItsRunIsABug) {
  EXPECT_EQ(ErrorCondition(environment_.Run(*Sum(Numbers({Of(1)}), 0)).status()),
            "INTERNAL_ERROR");
}

}  // namespace
}  // namespace firesteel
