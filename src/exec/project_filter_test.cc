#include <gmock/gmock.h>

#include "exec/plan_test_environment.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Schema& ProjectInput() {
  static const Schema schema(
      {{"a", TypeId::kLong}, {"s", TypeId::kString}, {"b", TypeId::kBoolean}});
  return schema;
}

PhysicalPlanPtr ProjectScan() {
  return ScanOf(ProjectInput(), {{Row({Value(int64_t{1}), Value("x"), Value(true)}),
                                  Row({Value(int64_t{2}), Value(), Value(false)})},
                                 {Row({Value(int64_t{3}), Value("z"), Value()}),
                                  Row({Value(), Value("w"), Value(true)})}});
}

class ProjectFilterTest : public ::testing::Test {
 protected:
  PlanTestEnvironment environment_;
};

TEST_F(ProjectFilterTest, ProjectComputesAndExpandsConstants) {
  const auto plan = NewProject(ProjectScan(),
                               {Call("+", {Column(ProjectInput(), "a"), Constant(int64_t{10})}),
                                Constant("k"), Column(ProjectInput(), "s"), Constant(Value())},
                               Schema({{"sum", TypeId::kLong},
                                       {"k", TypeId::kString},
                                       {"s", TypeId::kString},
                                       {"n", TypeId::kNull}}))
                        .ValueOrDie();
  EXPECT_THAT(environment_.Texts(*plan), ElementsAre("[11,k,x,NULL]", "[12,k,NULL,NULL]",
                                                     "[13,k,z,NULL]", "[NULL,k,w,NULL]"));
  EXPECT_EQ(plan->TreeString(), "Project [(a + 10), k, s, NULL]\n+- LocalScan\n");
}

TEST_F(ProjectFilterTest, ProjectToNothingKeepsTheRowCount) {
  const auto plan = NewProject(ProjectScan(), {}, Schema()).ValueOrDie();
  ExecutionContext execution = environment_.Context();
  const auto batches = CollectPlan(*plan, &execution).ValueOrDie();
  ASSERT_EQ(batches.size(), 2);
  EXPECT_EQ(batches[0]->num_rows() + batches[1]->num_rows(), 4);
}

TEST_F(ProjectFilterTest, ProjectRefusesColumnsThatDoNotFit) {
  EXPECT_FALSE(NewProject(ProjectScan(), {Constant("k")}, Schema()).ok());
  EXPECT_FALSE(NewProject(ProjectScan(), {Constant("k")}, Schema({{"k", TypeId::kLong}})).ok());
}

TEST_F(ProjectFilterTest, FilterKeepsRowsForWhichTheConditionIsTrue) {
  const auto plan = NewFilter(ProjectScan(), Column(ProjectInput(), "b")).ValueOrDie();
  EXPECT_THAT(environment_.Texts(*plan), ElementsAre("[1,x,true]", "[NULL,w,true]"));
}

TEST_F(ProjectFilterTest, FilterOnAComparison) {
  const auto plan =
      NewFilter(ProjectScan(), Call(">", {Column(ProjectInput(), "a"), Constant(int64_t{1})}))
          .ValueOrDie();
  EXPECT_THAT(environment_.Texts(*plan), ElementsAre("[2,NULL,false]", "[3,z,NULL]"));
  EXPECT_EQ(plan->Name(), "Filter (a > 1)");
}

TEST_F(ProjectFilterTest, FilterOnConstants) {
  EXPECT_EQ(environment_.Texts(*NewFilter(ProjectScan(), Constant(true)).ValueOrDie()).size(), 4);
  EXPECT_THAT(environment_.Texts(*NewFilter(ProjectScan(), Constant(false)).ValueOrDie()),
              IsEmpty());
  EXPECT_THAT(environment_.Texts(*NewFilter(ProjectScan(), Constant(Value())).ValueOrDie()),
              IsEmpty());
  EXPECT_FALSE(NewFilter(ProjectScan(), Constant("text")).ok());
}

TEST_F(ProjectFilterTest, FilterOfRowsWithoutColumns) {
  const auto nothing = NewProject(ProjectScan(), {}, Schema()).ValueOrDie();
  const auto plan = NewFilter(nothing, Constant(true)).ValueOrDie();
  ExecutionContext execution = environment_.Context();
  EXPECT_EQ(CollectPlan(*plan, &execution).ValueOrDie().size(), 2);
}

TEST_F(ProjectFilterTest, EveryOperatorCountsItsOwnRows) {
  // monotonically_increasing_id above a filter numbers the rows that passed.
  const auto filtered = NewFilter(ProjectScan(), Column(ProjectInput(), "b")).ValueOrDie();
  const auto plan = NewProject(filtered, {Call("monotonically_increasing_id", {})},
                               Schema({{"id", TypeId::kLong, false}}))
                        .ValueOrDie();
  EXPECT_THAT(environment_.Texts(*plan), ElementsAre("[0]", "[1]"));
}

}  // namespace
}  // namespace firesteel
