#include "types/interval.h"

#include <limits>

#include "gtest/gtest.h"

namespace firesteel {
namespace {

const DataType kDayToSecond = TypeId::kDayTimeInterval;
const DataType kYearToMonth = TypeId::kYearMonthInterval;

TEST(DayTimeInterval, Formats) {
  EXPECT_EQ(FormatDayTimeInterval(93784500000, kDayToSecond),
            "INTERVAL '1 02:03:04.5' DAY TO SECOND");
  EXPECT_EQ(FormatDayTimeInterval(-500000, kDayToSecond), "INTERVAL '-0 00:00:00.5' DAY TO SECOND");
  EXPECT_EQ(FormatDayTimeInterval(86400000000, DataType::DayTimeInterval(0, 0)),
            "INTERVAL '1' DAY");
  EXPECT_EQ(FormatDayTimeInterval(3600000000, DataType::DayTimeInterval(1, 1)),
            "INTERVAL '01' HOUR");
  EXPECT_EQ(FormatDayTimeInterval(std::numeric_limits<int64_t>::min(), kDayToSecond),
            "INTERVAL '-106751991 04:00:54.775808' DAY TO SECOND");
}

TEST(YearMonthInterval, Formats) {
  EXPECT_EQ(FormatYearMonthInterval(27, kYearToMonth), "INTERVAL '2-3' YEAR TO MONTH");
  EXPECT_EQ(FormatYearMonthInterval(-14, kYearToMonth), "INTERVAL '-1-2' YEAR TO MONTH");
  EXPECT_EQ(FormatYearMonthInterval(1, DataType::YearMonthInterval(1, 1)), "INTERVAL '1' MONTH");
  EXPECT_EQ(FormatYearMonthInterval(24, DataType::YearMonthInterval(0, 0)), "INTERVAL '2' YEAR");
  EXPECT_EQ(FormatYearMonthInterval(std::numeric_limits<int32_t>::min(), kYearToMonth),
            "INTERVAL '-178956970-8' YEAR TO MONTH");
}

TEST(DayTimeInterval, Parses) {
  EXPECT_EQ(ParseDayTimeInterval("1 02:03:04.5", kDayToSecond), 93784500000);
  EXPECT_EQ(ParseDayTimeInterval("-1 00:00:00", kDayToSecond), -86400000000);
  EXPECT_EQ(ParseDayTimeInterval("INTERVAL '1 02:03:04' DAY TO SECOND", kDayToSecond), 93784000000);
  EXPECT_EQ(ParseDayTimeInterval(" interval -'1 02:03:04' day  to second ", kDayToSecond),
            -93784000000);
  EXPECT_EQ(ParseDayTimeInterval("5", DataType::DayTimeInterval(0, 0)), 432000000000);
  EXPECT_EQ(ParseDayTimeInterval("90", DataType::DayTimeInterval(2, 2)), 5400000000);
  EXPECT_EQ(ParseDayTimeInterval("-106751991 04:00:54.775808", kDayToSecond),
            std::numeric_limits<int64_t>::min());
  for (const char* text : {"", "x", "1", "1 24:00:00", "1 02:60:00", "1 2:3:4:5", "1 02:03:04.",
                           "INTERVAL '1' DAY", "106751992 00:00:00", "1 02:03:04.5 x",
                           "106751991 04:00:54.775808", "INTERVAL '1 02:03:04 DAY TO SECOND"}) {
    EXPECT_EQ(ParseDayTimeInterval(text, kDayToSecond), std::nullopt) << text;
  }
}

TEST(YearMonthInterval, Parses) {
  EXPECT_EQ(ParseYearMonthInterval("1-2", kYearToMonth), 14);
  EXPECT_EQ(ParseYearMonthInterval("-0-11", kYearToMonth), -11);
  EXPECT_EQ(ParseYearMonthInterval("+1-0", kYearToMonth), 12);
  EXPECT_EQ(ParseYearMonthInterval("INTERVAL '1-2' YEAR TO MONTH", kYearToMonth), 14);
  EXPECT_EQ(ParseYearMonthInterval("3", DataType::YearMonthInterval(0, 0)), 36);
  EXPECT_EQ(ParseYearMonthInterval("-178956970-8", kYearToMonth),
            std::numeric_limits<int32_t>::min());
  for (const char* text : {"", "1", "1-12", "1-", "178956970-8", "INTERVAL '1' YEAR", "1-2-3"}) {
    EXPECT_EQ(ParseYearMonthInterval(text, kYearToMonth), std::nullopt) << text;
  }
}

TEST(CalendarInterval, Formats) {
  EXPECT_EQ(FormatCalendarInterval({}), "0 seconds");
  EXPECT_EQ(FormatCalendarInterval({14, 3, 14706007008}),
            "1 years 2 months 3 days 4 hours 5 minutes 6.007008 seconds");
  EXPECT_EQ(FormatCalendarInterval({-14, -3, -500000}), "-1 years -2 months -3 days -0.5 seconds");
}

TEST(CalendarInterval, Parses) {
  EXPECT_EQ(ParseCalendarInterval("10 minutes"), (CalendarInterval{0, 0, 600000000}));
  EXPECT_EQ(ParseCalendarInterval("interval 1 day"), (CalendarInterval{0, 1, 0}));
  EXPECT_EQ(ParseCalendarInterval(" 1 Year 2 months -3 days 1 week "),
            (CalendarInterval{14, 4, 0}));
  EXPECT_EQ(ParseCalendarInterval("1.5 seconds 2 milliseconds 3 microseconds"),
            (CalendarInterval{0, 0, 1502003}));
  EXPECT_EQ(ParseCalendarInterval("- 0.25 second"), (CalendarInterval{0, 0, -250000}));
  for (const char* text : {"", "interval", "10", "minutes", "1 min", "10minutes", "1.5 days",
                           "1 day 2", "x 1 day", "99999999999 days", "1. seconds", "1 day,"}) {
    EXPECT_EQ(ParseCalendarInterval(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace firesteel
