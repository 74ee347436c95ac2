#include "functions/function_test_support.h"

namespace firesteel {
namespace {

constexpr int64_t kHour = 3'600'000'000;
constexpr int64_t kDay = 24 * kHour;

TEST(MakeDateTimeTest, DatesAndTimestampsOfParts) {
  FunctionSettings paris;
  paris.time_zone = "Europe/Paris";
  CheckCalls({
      Gives("make_date", {1970, 2, 1}, Date{31}, "make_date(1970, 2, 1)"),
      Gives("make_timestamp", {1970, 1, 2, 1, 0, Dec(1500000, 16, 6)},
            Timestamp{kDay + kHour + 1'500'000}),
      Gives("make_timestamp", {1970, 1, 1, 0, 0, Dec(60000000, 16, 6)}, Timestamp{60'000'000}),
      Gives("make_timestamp", {1970, 1, 1, 2, 0, Dec(0, 16, 6), "+02:00"}, Timestamp{0}),
      Gives("make_timestamp_ntz", {1970, 1, 2, 0, 0, Dec(0, 16, 6)}, TimestampNtz{kDay}),
      Gives("try_make_timestamp", {1970, 13, 2, 0, 0, Dec(0, 16, 6)}, kNull),
      Fails("make_date", {2021, 2, 29}, "DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION"),
      Fails("make_timestamp", {1970, 1, 1, 24, 0, Dec(0, 16, 6)},
            "DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION"),
      Fails("make_timestamp", {1970, 1, 1, 0, 0, Dec(60500000, 16, 6)},
            "INVALID_FRACTION_OF_SECOND"),
      Fails("make_timestamp", {1970, 1, 1, 0, 0, Dec(0, 16, 6), "No/Zone"}, "INVALID_TIMEZONE"),
  });
  CheckCalls({Gives("make_timestamp", {1970, 1, 1, 1, 0, Dec(0, 16, 6)}, Timestamp{0})}, paris);
}

TEST(MakeDateTimeTest, IntervalsOfParts) {
  CheckCalls({
      Gives("make_interval", {1, 2, 3, 4}, CalendarInterval{14, 25, 0},
            "make_interval(1, 2, 3, 4, 0, 0, 0.000000)"),
      Gives("make_dt_interval", {1, 2}, DayTimeInterval{kDay + 2 * kHour}),
      Gives("make_ym_interval", {2, -1}, YearMonthInterval{23}),
      Gives("try_make_interval", {2147483647, 12}, kNull),
      Fails("make_interval", {2147483647, 12}, "ARITHMETIC_OVERFLOW"),
      Fails("make_ym_interval", {2147483647, 0}, "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION"),
  }, {}, false);
}

TEST(MakeDateTimeTest, PartsOfMomentsAndIntervals) {
  CheckCalls({
      Gives("extract", {"YEAR", Date{31}}, 1970, "extract(YEAR FROM DATE '1970-02-01')"),
      Gives("date_part", {"dow_iso", Date{0}}, 4),
      Gives("date_part", {"yearofweek", Date{-1}}, 1970),
      Gives("date_part", {"s", Timestamp{61'500'000}}, Dec(1500000, 8, 6)),
      Gives("date_part", {"hours", DayTimeInterval{kDay + 5 * kHour}}, int8_t{5}),
      Gives("date_part", {"mons", YearMonthInterval{15}}, int8_t{3}),
      Gives("date_part", {"days", CalendarInterval{1, 9, 0}}, 9),
      Fails("date_part", {"century", Date{0}}, "INVALID_EXTRACT_FIELD"),
      Fails("date_part", {"day", YearMonthInterval{15}}, "INVALID_EXTRACT_FIELD"),
  }, {}, false);
}

TEST(MakeDateTimeTest, UnitsAndZones) {
  CheckCalls({
      Gives("timestampadd", {"MONTH", int64_t{1}, Timestamp{30 * kDay}}, Timestamp{58 * kDay}),
      Gives("timestampadd", {"WEEK", int64_t{-1}, Timestamp{7 * kDay}}, Timestamp{0}),
      Gives("timestampdiff", {"HOUR", Timestamp{0}, Timestamp{kHour * 5 / 2}}, int64_t{2}),
      Gives("timestampdiff", {"MONTH", Timestamp{0}, Timestamp{31 * kDay - 1}}, int64_t{0}),
      Gives("timestampdiff", {"MONTH", Timestamp{31 * kDay}, Timestamp{0}}, int64_t{-1}),
      Fails("timestampadd", {"AGE", int64_t{1}, Timestamp{0}},
            "INVALID_PARAMETER_VALUE.DATETIME_UNIT"),
      Fails("timestampadd", {"YEAR", int64_t{400000}, Timestamp{0}}, "DATETIME_OVERFLOW"),
      Gives("next_day", {Date{0}, "Thu"}, Date{7}),
      Gives("next_day", {Date{0}, "fr"}, Date{1}),
      Fails("next_day", {Date{0}, "someday"}, "ILLEGAL_DAY_OF_WEEK"),
      Gives("convert_timezone", {"+01:00", "UTC", TimestampNtz{kHour}}, TimestampNtz{0}),
  }, {}, false);
}

}  // namespace
}  // namespace firesteel
