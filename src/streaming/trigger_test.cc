#include "firesteel/trigger.h"

#include "gtest/gtest.h"

namespace firesteel {
namespace {

int64_t IntervalMs(std::string_view text) {
  const Result<Trigger> trigger = Trigger::ProcessingTime(text);
  EXPECT_TRUE(trigger.ok()) << text << ": " << trigger.status().ToString();
  return trigger.ok() ? trigger->interval_ms() : -1;
}

std::string Condition(std::string_view text) {
  return ErrorCondition(Trigger::ProcessingTime(text).status());
}

TEST(TriggerTest, TheDefaultIsAsSoonAsPossible) {
  EXPECT_EQ(Trigger().kind(), Trigger::Kind::kProcessingTime);
  EXPECT_EQ(Trigger().interval_ms(), 0);
}

TEST(TriggerTest, ReadsIntervalText) {
  EXPECT_EQ(IntervalMs("0 seconds"), 0);
  EXPECT_EQ(IntervalMs("200 milliseconds"), 200);
  EXPECT_EQ(IntervalMs("1 second"), 1000);
  EXPECT_EQ(IntervalMs(" 10  Seconds "), 10000);
  EXPECT_EQ(IntervalMs("1.5 seconds"), 1500);
  EXPECT_EQ(IntervalMs("interval 1 minute 30 seconds"), 90000);
  EXPECT_EQ(IntervalMs("2 hours"), 7200000);
  EXPECT_EQ(IntervalMs("1 day"), 86400000);
  EXPECT_EQ(IntervalMs("1 week"), 604800000);
  EXPECT_EQ(IntervalMs("2500 microseconds"), 2);
  EXPECT_EQ(IntervalMs("1 minute -10 seconds"), 50000);
}

TEST(TriggerTest, RefusesWhatIsNoInterval) {
  EXPECT_EQ(Condition("soon"), "INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER");
  EXPECT_EQ(Condition("1x second"), "INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER");
  EXPECT_EQ(Condition("1-2 seconds"), "INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER");
  EXPECT_EQ(Condition("1.5 minutes"), "INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER");
  EXPECT_EQ(Condition("99999999999999999999 seconds"),
            "INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER");
  EXPECT_EQ(Condition("9223372036854775807 weeks"), "INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER");
  EXPECT_EQ(Condition(""), "INVALID_INTERVAL_FORMAT.INPUT_IS_EMPTY");
  EXPECT_EQ(Condition("interval"), "INVALID_INTERVAL_FORMAT.INPUT_IS_EMPTY");
  EXPECT_EQ(Condition("10"), "INVALID_INTERVAL_FORMAT.MISSING_UNIT");
  EXPECT_EQ(Condition("10 parsecs"), "INVALID_INTERVAL_FORMAT.INVALID_UNIT");
  EXPECT_EQ(Condition("1 month"), "_LEGACY_ERROR_TEMP_3262");
}

TEST(TriggerTest, RefusesNegativeIntervalsWithoutACondition) {
  const Status status = Trigger::ProcessingTime("-1 second").status();
  EXPECT_TRUE(status.IsInvalid());
  EXPECT_EQ(ErrorCondition(status), "");
}

}  // namespace
}  // namespace firesteel
