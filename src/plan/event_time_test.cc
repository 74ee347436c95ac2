#include "plan/event_time.h"

#include <gtest/gtest.h>

#include "common/error.h"
#include "plan/test_plans.h"

namespace firesteel {
namespace {

PlanPtr Watermark(const PlanPtr& child, int column, int64_t delay_ms) {
  return std::make_shared<EventTimeWatermark>(child->output()[column], "10 seconds", delay_ms,
                                              /*node_id=*/1, child);
}

TEST(EventTimeTest, MetadataKeepsWhatElseIsInIt) {
  const std::string marked = WithWatermarkDelay(R"({"comment":"when"})", 5000);
  EXPECT_EQ(marked, R"({"comment":"when","spark.watermarkDelayMs":5000})");
  EXPECT_EQ(WatermarkDelayMs(marked), 5000);
  EXPECT_EQ(WithoutWatermarkDelay(marked), R"({"comment":"when"})");
  EXPECT_EQ(WatermarkDelayMs(std::string("{}")), std::nullopt);
  EXPECT_EQ(WatermarkDelayMs(std::string("no json spark.watermarkDelayMs")), std::nullopt);
  EXPECT_TRUE(HasMetadataKey(WithMetadataKey("{}", kTimeWindowKey), kTimeWindowKey));
  EXPECT_FALSE(HasMetadataKey(marked, kTimeWindowKey));
}

TEST(EventTimeTest, OnlyTheLastWatermarkMarksItsColumn) {
  const PlanPtr scan = test::Scan("a TIMESTAMP, b TIMESTAMP", true);
  const PlanPtr first = Watermark(scan, 0, 1000);
  EXPECT_TRUE(first->resolved());
  EXPECT_EQ(WatermarkDelayMs(*first->output()[0]), 1000);
  EXPECT_EQ(WatermarkDelayMs(*first->output()[1]), std::nullopt);
  const PlanPtr second = Watermark(first, 1, 2000);
  EXPECT_EQ(WatermarkDelayMs(*second->output()[0]), std::nullopt);
  EXPECT_EQ(WatermarkDelayMs(*second->output()[1]), 2000);
  EXPECT_EQ((*EventTimeColumn(*second))->name(), "b");
}

TEST(EventTimeTest, SeveralEventTimesAreAnError) {
  const PlanPtr left = Watermark(test::Scan("a TIMESTAMP", true), 0, 1000);
  const PlanPtr right = Watermark(test::Scan("b TIMESTAMP", true), 0, 1000);
  std::vector<AttributePtr> columns{left->output()[0], right->output()[0]};
  EXPECT_EQ(ErrorCondition(EventTimeColumn(columns).status()), "MULTIPLE_EVENT_TIME_COLUMNS");
  columns[1] = columns[0];
  EXPECT_EQ((*EventTimeColumn(columns))->name(), "a");
  EXPECT_EQ(*EventTimeColumn(std::vector<AttributePtr>()), nullptr);
}

TEST(EventTimeTest, AWindowCountsByItsEnd) {
  const auto window = std::make_shared<Attribute>(
      "window",
      DataType::Struct({{"start", TypeId::kTimestamp}, {"end", TypeId::kTimestamp}}), true,
      NewExprId());
  const ExpressionPtr end = EventTimeOf(window);
  ASSERT_NE(As<GetField>(end), nullptr);
  EXPECT_EQ(As<GetField>(end)->ordinal(), 1);
}

}  // namespace
}  // namespace firesteel
