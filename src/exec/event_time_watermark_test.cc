#include "exec/event_time_watermark.h"

#include <gmock/gmock.h>

#include "exec/plan_test_environment.h"

namespace firesteel {
namespace {

const Schema& Times() {
  static const Schema schema({{"at", TypeId::kTimestamp}});
  return schema;
}

Row At(int64_t ms) { return Row({Value(Timestamp{ms * 1000})}); }

PhysicalPlanPtr Watched(PhysicalPlanPtr child) {
  return EventTimeWatermarkOperator::Make(std::move(child), Column(Times(), "at"), /*delay_ms=*/5,
                                          /*node_id=*/7, Times())
      .ValueOrDie();
}

EventTimeStatistics StatisticsAfter(const PhysicalPlanPtr& plan) {
  PlanTestEnvironment environment;
  ExecutionContext execution = environment.Context();
  EXPECT_TRUE(environment.Run(*plan, &execution).ok());
  return FindEventTimeWatermarks(*plan).at(0)->Statistics(execution);
}

TEST(EventTimeWatermarkTest, NotesTheTimesOfAllPartitions) {
  const auto plan = Watched(PartitionsOf(Times(), {{At(100), At(300)}, {At(-50)}, {At(10)}}));
  const EventTimeStatistics seen = StatisticsAfter(plan);
  EXPECT_EQ(seen.rows, 4);
  EXPECT_EQ(seen.min_ms, -50);
  EXPECT_EQ(seen.max_ms, 300);
  EXPECT_DOUBLE_EQ(seen.average_ms, 90);
}

TEST(EventTimeWatermarkTest, ARowWithoutTimeCountsAs1970) {
  const EventTimeStatistics seen =
      StatisticsAfter(Watched(ScanOf(Times(), {{Row({Value()}), At(1'000'000)}})));
  EXPECT_EQ(seen.min_ms, 0);
  EXPECT_EQ(seen.max_ms, 1'000'000);
}

TEST(EventTimeWatermarkTest, PartsOfAMillisecondCountDown) {
  const Row row({Value(Timestamp{-1})});
  EXPECT_EQ(StatisticsAfter(Watched(ScanOf(Times(), {{row}}))).max_ms, -1);
}

TEST(EventTimeWatermarkTest, PassesItsRowsOn) {
  PlanTestEnvironment environment;
  const auto plan = Watched(ScanOf(Times(), {{At(1)}, {At(2)}}));
  EXPECT_EQ(environment.Run(*plan).ValueOrDie().size(), 2u);
  ExecutionContext untouched = environment.Context();
  EXPECT_EQ(FindEventTimeWatermarks(*plan).at(0)->Statistics(untouched).rows, 0);
  EXPECT_EQ(FindEventTimeWatermarks(*plan).at(0)->node_id(), 7);
}

}  // namespace
}  // namespace firesteel
