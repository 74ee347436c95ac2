#include <gmock/gmock.h>

#include "exec/plan_test_environment.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Schema LimitedSchema() { return Schema({{"n", TypeId::kInteger}}); }

std::vector<Row> Numbers(int from, int to) {
  std::vector<Row> rows;
  for (int i = from; i < to; ++i) rows.push_back(Row({Value(i)}));
  return rows;
}

class LimitUnionTest : public ::testing::Test {
 protected:
  std::vector<std::string> Run(const Result<PhysicalPlanPtr>& plan) {
    return environment_.Texts(**plan);
  }
  PlanTestEnvironment environment_;
};

TEST_F(LimitUnionTest, UnionGivesAllPartitionsUnderItsOwnNames) {
  const auto left = ScanOf(Schema({{"x", TypeId::kInteger, false}}), {Numbers(0, 2)});
  const auto right = PartitionsOf(LimitedSchema(), {Numbers(2, 3), Numbers(3, 5)});
  const auto plan = NewUnion({left, right}, LimitedSchema()).ValueOrDie();
  ExecutionContext execution = environment_.Context();
  EXPECT_EQ(plan->PartitionCount(execution), 3);
  EXPECT_EQ(plan->KnownRows(execution), 5);
  EXPECT_THAT(Run(plan), ElementsAre("[0]", "[1]", "[2]", "[3]", "[4]"));
}

TEST_F(LimitUnionTest, UnionRefusesOtherTypes) {
  const auto other = ScanOf(Schema({{"n", TypeId::kLong}}), {});
  EXPECT_FALSE(NewUnion({ScanOf(LimitedSchema(), {}), other}, LimitedSchema()).ok());
}

TEST_F(LimitUnionTest, LimitTakesTheFirstRowsOfAllPartitions) {
  const auto scan =
      PartitionsOf(LimitedSchema(), {Numbers(0, 2), Numbers(0, 0), Numbers(2, 5), Numbers(5, 9)});
  EXPECT_THAT(Run(NewLimit(scan, 4)), ElementsAre("[0]", "[1]", "[2]", "[3]"));
  EXPECT_EQ(Run(NewLimit(scan, 100)).size(), 9);
  EXPECT_THAT(Run(NewLimit(scan, 0)), IsEmpty());
  EXPECT_FALSE(NewLimit(scan, -1).ok());
  ExecutionContext execution = environment_.Context();
  EXPECT_EQ((*NewLimit(scan, 4))->PartitionCount(execution), 1);
}

TEST_F(LimitUnionTest, LocalLimitTakesTheFirstRowsOfEachPartition) {
  const auto scan = PartitionsOf(LimitedSchema(), {Numbers(0, 3), Numbers(3, 4), Numbers(4, 9)});
  EXPECT_THAT(Run(NewLocalLimit(scan, 2)), ElementsAre("[0]", "[1]", "[3]", "[4]", "[5]"));
}

TEST_F(LimitUnionTest, LimitLeavesTheRestUnread) {
  const Schema input({{"n", TypeId::kInteger}});
  // Dividing by the second partition's zero would fail.
  const auto scan = PartitionsOf(LimitedSchema(), {Numbers(1, 3), Numbers(0, 1)});
  const auto divided =
      NewProject(scan, {Call("%", {Constant(10), Column(input, "n")})}, LimitedSchema())
          .ValueOrDie();
  EXPECT_FALSE(environment_.Run(*divided).ok());
  EXPECT_THAT(Run(NewLimit(divided, 2)), ElementsAre("[0]", "[0]"));
}

}  // namespace
}  // namespace firesteel
