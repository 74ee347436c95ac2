#include "streaming/watermark_tracker.h"

#include <limits>

#include "gtest/gtest.h"

namespace firesteel {
namespace {

constexpr int64_t kDelayMs = 10;

WatermarkObservation Saw(int64_t node_id, int64_t max_ms) {
  return {node_id, kDelayMs, {.rows = 1, .min_ms = max_ms, .max_ms = max_ms, .average_ms = 0}};
}

WatermarkObservation SawNothing(int64_t node_id) { return {node_id, kDelayMs, {}}; }

TEST(WatermarkTrackerTest, IsTheGreatestTimeLessTheDelayAndNeverGoesBack) {
  WatermarkTracker tracker(WatermarkTracker::Policy::kMin, 0);
  tracker.Update({Saw(1, 100)});
  EXPECT_EQ(tracker.watermark_ms(), 90);
  tracker.Update({Saw(1, 50)});
  EXPECT_EQ(tracker.watermark_ms(), 90);
  tracker.Update({SawNothing(1)});
  EXPECT_EQ(tracker.watermark_ms(), 90);
  tracker.Update({Saw(1, 101)});
  EXPECT_EQ(tracker.watermark_ms(), 91);
}

TEST(WatermarkTrackerTest, TimesBefore1970LeaveItWhereItStarts) {
  WatermarkTracker tracker(WatermarkTracker::Policy::kMin, 0);
  tracker.Update({Saw(1, -1'000)});
  EXPECT_EQ(tracker.watermark_ms(), 0);
  tracker.Update({Saw(1, std::numeric_limits<int64_t>::min())});
  EXPECT_EQ(tracker.watermark_ms(), 0);
}

TEST(WatermarkTrackerTest, TheSlowestOfSeveralCounts) {
  WatermarkTracker tracker(WatermarkTracker::Policy::kMin, 0);
  tracker.Update({Saw(1, 100), Saw(2, 200)});
  EXPECT_EQ(tracker.watermark_ms(), 90);
  tracker.Update({Saw(1, 300), SawNothing(2)});
  EXPECT_EQ(tracker.watermark_ms(), 190);
}

TEST(WatermarkTrackerTest, ANodeThatHasSeenNothingHoldsTheLeastOneBack) {
  WatermarkTracker tracker(WatermarkTracker::Policy::kMin, 0);
  tracker.Update({Saw(1, 100), SawNothing(2)});
  EXPECT_EQ(tracker.watermark_ms(), 0);
}

TEST(WatermarkTrackerTest, TheFastestCountsWhenAskedFor) {
  WatermarkTracker tracker(WatermarkTracker::Policy::kMax, 0);
  tracker.Update({Saw(1, 100), SawNothing(2)});
  EXPECT_EQ(tracker.watermark_ms(), 90);
  tracker.Update({SawNothing(1), Saw(2, 300)});
  EXPECT_EQ(tracker.watermark_ms(), 290);
}

TEST(WatermarkTrackerTest, AfterARestartOnlyTheQuerysIsKnown) {
  WatermarkTracker tracker(WatermarkTracker::Policy::kMin, 500);
  tracker.Update({Saw(1, 900), SawNothing(2)});
  EXPECT_EQ(tracker.watermark_ms(), 500);
  tracker.Update({SawNothing(1), Saw(2, 700)});
  EXPECT_EQ(tracker.watermark_ms(), 690);
}

TEST(WatermarkTrackerTest, KnowsItsPolicies) {
  EXPECT_EQ(*WatermarkTracker::ParsePolicy("max"), WatermarkTracker::Policy::kMax);
  EXPECT_EQ(*WatermarkTracker::ParsePolicy("min"), WatermarkTracker::Policy::kMin);
  EXPECT_FALSE(WatermarkTracker::ParsePolicy("middle").ok());
}

}  // namespace
}  // namespace firesteel
