#include <limits>

#include <gmock/gmock.h>

#include "exec/plan_test_environment.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ExpandRangeOffsetTest : public ::testing::Test {
 protected:
  std::vector<std::string> Range(int64_t start, int64_t end, int64_t step, int partitions = 2) {
    const Schema schema({{"id", TypeId::kLong, false}});
    return environment_.Texts(
        *NewRangeScan(schema, start, end, step, partitions).ValueOrDie());
  }
  PlanTestEnvironment environment_;
};

TEST_F(ExpandRangeOffsetTest, RangesCountUpAndDown) {
  EXPECT_THAT(Range(0, 5, 1), ElementsAre("[0]", "[1]", "[2]", "[3]", "[4]"));
  EXPECT_THAT(Range(5, 0, -2, 7), ElementsAre("[5]", "[3]", "[1]"));
  EXPECT_THAT(Range(0, 5, -1), IsEmpty());
  EXPECT_THAT(Range(3, 3, 1), IsEmpty());
  environment_.services().batch_rows = 3;
  EXPECT_THAT(Range(0, 100, 7), SizeIs(15));
}

TEST_F(ExpandRangeOffsetTest, RangesReachTheEndsOfTheirType) {
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  constexpr int64_t kGreatest = std::numeric_limits<int64_t>::max();
  EXPECT_THAT(Range(kLeast, kGreatest, kGreatest),
              ElementsAre("[-9223372036854775808]", "[-1]", "[9223372036854775806]"));
  EXPECT_THAT(Range(kGreatest, kLeast, kLeast),
              ElementsAre("[9223372036854775807]", "[-1]"));
}

TEST_F(ExpandRangeOffsetTest, RefusesARangeWithoutAStep) {
  const Schema schema({{"id", TypeId::kLong, false}});
  EXPECT_EQ(ErrorCondition(NewRangeScan(schema, 0, 1, 0, 1).status()), "INTERNAL_ERROR");
}

TEST_F(ExpandRangeOffsetTest, ExpandsEachRow) {
  const Schema input({{"a", TypeId::kInteger}, {"b", TypeId::kString}});
  const Schema output({{"a", TypeId::kInteger}, {"b", TypeId::kString}, {"set", TypeId::kInteger}});
  const PhysicalPlanPtr scan =
      ScanOf(input, {{Row({Value(1), Value("x")}), Row({Value(2), Value("y")})}});
  const ExpressionPtr none = Literal::Make(Value(), TypeId::kString).ValueOrDie();
  const PhysicalPlanPtr plan =
      NewExpand(scan,
                {{Column(input, "a"), Column(input, "b"), Constant(0)},
                 {Column(input, "a"), none, Constant(1)}},
                output)
          .ValueOrDie();
  EXPECT_THAT(environment_.Texts(*plan),
              ElementsAre("[1,x,0]", "[2,y,0]", "[1,NULL,1]", "[2,NULL,1]"));
  EXPECT_EQ(ErrorCondition(NewExpand(scan, {{Column(input, "a")}}, output).status()),
            "INTERNAL_ERROR");
}

TEST_F(ExpandRangeOffsetTest, OffsetLeavesOutTheFirstRowsOfAllPartitions) {
  const Schema schema({{"a", TypeId::kInteger}});
  const auto row = [](int32_t value) { return Row({Value(value)}); };
  const PhysicalPlanPtr scan =
      PartitionsOf(schema, {{row(1), row(2)}, {row(3), row(4), row(5)}});
  EXPECT_THAT(environment_.Texts(*NewOffset(scan, 3).ValueOrDie()), ElementsAre("[4]", "[5]"));
  EXPECT_THAT(environment_.Texts(*NewOffset(scan, 0).ValueOrDie()), SizeIs(5));
  EXPECT_THAT(environment_.Texts(*NewOffset(scan, 9).ValueOrDie()), IsEmpty());
}

}  // namespace
}  // namespace firesteel
