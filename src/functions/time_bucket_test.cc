#include "functions/time_bucket.h"

#include "functions/function_test_support.h"

namespace firesteel {
namespace {

constexpr int64_t kMinute = 60'000'000;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;

TypedValue Minutes(int64_t minutes) { return DayTimeInterval{minutes * kMinute}; }
TypedValue At(int64_t micros) { return Timestamp{micros}; }

TEST(TimeBucketTest, BucketsOfElapsedTime) {
  CheckCalls({
      Gives("time_bucket", {Minutes(5), At(12 * kMinute)}, Timestamp{10 * kMinute},
            "time_bucket(INTERVAL '0 00:05:00' DAY TO SECOND, TIMESTAMP '1970-01-01 00:12:00', "
            "TIMESTAMP '1970-01-01 00:00:00')"),
      Gives("time_bucket", {Minutes(5), At(10 * kMinute)}, Timestamp{10 * kMinute}),
      Gives("time_bucket", {Minutes(5), At(-1)}, Timestamp{-5 * kMinute}),
      Gives("time_bucket", {Minutes(5), At(12 * kMinute), At(kMinute)}, Timestamp{11 * kMinute}),
      Gives("time_bucket", {Minutes(5), At(12 * kMinute), At(kDay + 3 * kMinute)},
            Timestamp{8 * kMinute}),
      Gives("time_bucket", {Minutes(5), TypedValue(TimestampNtz{12 * kMinute})},
            TimestampNtz{10 * kMinute}),
      Gives("time_bucket", {Minutes(5), Null(TypeId::kTimestamp)}, kNull),
      Gives("time_bucket", {Minutes(5), At(0), Null(TypeId::kTimestamp)}, kNull),
      Gives("time_bucket", {Null(TypeId::kDayTimeInterval), At(0)}, kNull),
      Gives("time_bucket", {DayTimeInterval{1}, At(std::numeric_limits<int64_t>::max() - 1)},
            Timestamp{std::numeric_limits<int64_t>::max() - 1}),
  });
}

TEST(TimeBucketTest, BucketsOfMonths) {
  // Each month has its last day where the origin is one that it does not have.
  const TypedValue origin = At(30 * kDay);
  CheckCalls({
      Gives("time_bucket", {YearMonthInterval{1}, At(40 * kDay)}, Timestamp{31 * kDay}),
      Gives("time_bucket", {YearMonthInterval{12}, At(-1)}, Timestamp{-365 * kDay}),
      Gives("time_bucket", {YearMonthInterval{1}, At(57 * kDay), origin}, Timestamp{30 * kDay}),
      Gives("time_bucket", {YearMonthInterval{1}, At(58 * kDay), origin}, Timestamp{58 * kDay}),
      Gives("time_bucket", {YearMonthInterval{1}, At(88 * kDay), origin}, Timestamp{58 * kDay}),
      Gives("time_bucket", {YearMonthInterval{1}, At(89 * kDay), origin}, Timestamp{89 * kDay}),
  });
}

TEST(TimeBucketTest, DaysAreThoseOfTheClock) {
  FunctionSettings berlin;
  berlin.time_zone = "Europe/Berlin";
  // 1981-03-29, 02:00: the clock is put forward.
  const int64_t change = (4105 * 24 + 1) * kHour;
  CheckCalls(
      {Gives("time_bucket", {Minutes(24 * 60), At(change + 30 * kHour)},
             Timestamp{change + 21 * kHour}),
       Gives("time_bucket", {Minutes(24 * 60), At(change - kHour)}, Timestamp{change - 2 * kHour}),
       // What is shorter than a day is elapsed time.
       Gives("time_bucket", {Minutes(12 * 60), At(change + 3 * kHour), At(change - 26 * kHour)},
             Timestamp{change - 2 * kHour})},
      berlin);
}

TEST(TimeBucketTest, BadArguments) {
  CheckCalls({
      Fails("time_bucket", {Minutes(0), At(0)}, "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE"),
      Fails("time_bucket", {YearMonthInterval{-1}, At(0)}, "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE"),
      Fails("time_bucket", {"5 minutes", At(0)}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
      Fails("time_bucket", {Minutes(5), Date{1}}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
      Fails("time_bucket", {Minutes(5), At(0), TimestampNtz{0}},
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
      Fails("time_bucket", {Minutes(5), At(std::numeric_limits<int64_t>::min())},
            "DATETIME_OVERFLOW"),
  });
}

}  // namespace
}  // namespace firesteel
