#include "types/datetime.h"

#include <limits>
#include <string>

#include "common/error.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

std::string DateText(int64_t days) {
  char text[kDateTextSize];
  return std::string(text, FormatDate(days, text));
}
std::string TimestampText(int64_t micros) {
  char text[kTimestampTextSize];
  return std::string(text, FormatTimestamp(micros, text));
}
std::string Normalised(std::string_view text) {
  const auto days = ParseDate(text);
  return days.has_value() ? DateText(*days) : "none";
}
std::string NtzNormalised(std::string_view text) {
  const auto micros = ParseTimestampNtz(text);
  return micros.has_value() ? TimestampText(*micros) : "none";
}
std::string UtcNormalised(std::string_view text, const char* zone = "UTC") {
  const auto micros = ParseTimestamp(text, **TimeZone::Find(zone));
  return micros.has_value() ? TimestampText(*micros) : "none";
}

TEST(CivilDate, RoundTripsOverAllEras) {
  for (int64_t days = -4'000'000; days < 4'000'000; days += 97) {
    const CivilDate date = CivilFromDays(days);
    EXPECT_EQ(DaysFromCivil(date.year, date.month, date.day), days);
    EXPECT_LE(date.day, DaysInMonth(date.year, date.month));
  }
  EXPECT_EQ(DaysFromCivil(1970, 1, 1), 0);
  EXPECT_EQ(DaysFromCivil(2000, 2, 29), 11016);
  EXPECT_EQ(DaysFromCivil(1, 1, 1), -719162);
  EXPECT_EQ(CivilFromDays(std::numeric_limits<int32_t>::max()).year, 5881580);
}

TEST(CivilDate, AddsMonths) {
  EXPECT_EQ(DateText(AddMonths(DaysFromCivil(2024, 1, 31), 1)), "2024-02-29");
  EXPECT_EQ(DateText(AddMonths(DaysFromCivil(2024, 1, 31), -2)), "2023-11-30");
  EXPECT_EQ(DateText(AddMonths(DaysFromCivil(2024, 2, 29), -12)), "2023-02-28");
  EXPECT_EQ(DateText(AddMonths(DaysFromCivil(2024, 5, 15), 20)), "2026-01-15");
}

TEST(FormatDate, SignsYearsOutOfFourDigits) {
  EXPECT_EQ(DateText(0), "1970-01-01");
  EXPECT_EQ(DateText(DaysFromCivil(99, 12, 31)), "0099-12-31");
  EXPECT_EQ(DateText(DaysFromCivil(0, 1, 1)), "0000-01-01");
  EXPECT_EQ(DateText(DaysFromCivil(-1, 1, 1)), "-0001-01-01");
  EXPECT_EQ(DateText(DaysFromCivil(12345, 1, 1)), "+12345-01-01");
}

TEST(FormatTimestamp, DropsTrailingZeros) {
  EXPECT_EQ(TimestampText(0), "1970-01-01 00:00:00");
  EXPECT_EQ(TimestampText(500'000), "1970-01-01 00:00:00.5");
  EXPECT_EQ(TimestampText(6'007), "1970-01-01 00:00:00.006007");
  EXPECT_EQ(TimestampText(-1), "1969-12-31 23:59:59.999999");
  EXPECT_EQ(TimestampText(std::numeric_limits<int64_t>::max()), "+294247-01-10 04:00:54.775807");
  EXPECT_EQ(TimestampText(std::numeric_limits<int64_t>::min()), "-290308-12-21 19:59:05.224192");
}

TEST(ParseDate, TakesSparksForms) {
  EXPECT_EQ(Normalised("2024-02-29"), "2024-02-29");
  EXPECT_EQ(Normalised(" 2024-2-9\t"), "2024-02-09");
  EXPECT_EQ(Normalised("2024"), "2024-01-01");
  EXPECT_EQ(Normalised("2024-3"), "2024-03-01");
  EXPECT_EQ(Normalised("2024-02-29T12:00"), "2024-02-29");
  EXPECT_EQ(Normalised("2024-02-29 anything"), "2024-02-29");
  EXPECT_EQ(Normalised("+12345-01-01"), "+12345-01-01");
  EXPECT_EQ(Normalised("-0001-01-01"), "-0001-01-01");
  for (const char* text :
       {"", " ", "x", "20240229", "2024-02-30", "2023-02-29", "2024-13-01", "2024-0-1", "2024-1-0",
        "999", "2024-01-", "2024-", "2024/01/01", "2024-01-011", "2024-01 x", "2024-01-01x",
        "12345678-01-01", "--2024", "9999999-01-01"}) {
    EXPECT_EQ(Normalised(text), "none") << text;
  }
}

TEST(ParseTimestamp, TakesSparksForms) {
  EXPECT_EQ(NtzNormalised("2024-02-29 12:34:56.1234567"), "2024-02-29 12:34:56.123456");
  EXPECT_EQ(NtzNormalised("2024-02-29T1:2:3"), "2024-02-29 01:02:03");
  EXPECT_EQ(NtzNormalised("2024-02-29 12:34"), "2024-02-29 12:34:00");
  EXPECT_EQ(NtzNormalised("2024-02-29 12"), "2024-02-29 12:00:00");
  EXPECT_EQ(NtzNormalised("2024-02-29 12:34:56."), "2024-02-29 12:34:56");
  EXPECT_EQ(NtzNormalised("2024"), "2024-01-01 00:00:00");
  EXPECT_EQ(NtzNormalised("2024-02-29 12:34:56Z"), "2024-02-29 12:34:56");
  for (const char* text : {"", "x", "2024-02-29 24:00:00", "2024-02-29 12:60:00",
                           "2024-02-29 12:34:60", "2024-02-30 00:00:00", "2024-02 12:00:00",
                           "2024-02-29T", "2024-02-29 12:34 UTC", "2024-02-29 12:34:56 Nowhere/X",
                           "2024-02-29 123:00", "12:34:56", "1234567-01-01", "300000-01-01"}) {
    EXPECT_EQ(NtzNormalised(text), "none") << text;
  }
}

TEST(ParseTimestamp, UsesTheZoneOfTheTextOrTheSession) {
  EXPECT_EQ(UtcNormalised("2024-02-29 12:34:56 Europe/Paris"), "2024-02-29 11:34:56");
  EXPECT_EQ(UtcNormalised("2024-02-29 12:34:56 UTC+3"), "2024-02-29 09:34:56");
  EXPECT_EQ(UtcNormalised("2024-02-29 12:34:56.5+02:00"), "2024-02-29 10:34:56.5");
  EXPECT_EQ(UtcNormalised("2024-02-29 12:34:56-8"), "2024-02-29 20:34:56");
  EXPECT_EQ(UtcNormalised("2024-07-01 12:00:00", "Europe/Paris"), "2024-07-01 10:00:00");
  EXPECT_EQ(UtcNormalised("294247-01-10 04:00:54.775807"), "+294247-01-10 04:00:54.775807");
  EXPECT_EQ(UtcNormalised("294247-01-10 04:00:54.775808"), "none");
}

TEST(ParseTimestamp, ATimeAloneIsTodays) {
  const auto micros = ParseTimestamp("12:34:56", TimeZone::Utc());
  ASSERT_TRUE(micros.has_value());
  EXPECT_EQ(FloorModulo(*micros, kMicrosPerDay), 45296 * kMicrosPerSecond);
  EXPECT_TRUE(ParseTimestamp("T1:2", TimeZone::Utc()).has_value());
}

int32_t OffsetAt(const char* zone, int64_t year, int month) {
  return TimeZone::Find(zone)
      .ValueOrDie()
      ->PeriodAt(DaysFromCivil(year, month, 1) * kSecondsPerDay)
      .offset_seconds;
}

TEST(TimeZone, KnowsOffsetsAndShortNames) {
  const std::pair<const char*, int32_t> kOffsets[] = {{"UTC", 0},          {"Z", 0},
                                                      {"GMT", 0},          {"+02:00", 7200},
                                                      {"-8", -28800},      {"+2", 7200},
                                                      {"+02", 7200},       {"+0230", 9000},
                                                      {"+2:30", 9000},     {"+02:5", 7500},
                                                      {"+01:02:03", 3723}, {"+010203", 3723},
                                                      {"UTC+3", 10800},    {"GMT-01:30", -5400},
                                                      {"UT+1", 3600},      {"EST", -18000},
                                                      {"+18:00", 64800},   {"Etc/GMT+5", -18000}};
  for (const auto& [id, offset] : kOffsets) {
    EXPECT_EQ(OffsetAt(id, 2024, 1), offset) << id;
    EXPECT_TRUE((*TimeZone::Find(id))->is_fixed());
  }
  EXPECT_EQ(OffsetAt("PST", 2024, 7), -7 * 3600);
  for (const char* id : {"", "Nowhere/X", "utc", "+19", "+18:01", "+1:2:3", "+02:60", "+", "UTC+",
                         "../passwd", "/etc/passwd", "posix/UTC", "right/UTC", "Europe",
                         "tzdata.zi", "+02:00x", "+ 2", "europe/paris"}) {
    EXPECT_EQ(ErrorCondition(TimeZone::Find(id).status()), "INVALID_TIMEZONE") << id;
  }
}

TEST(TimeZone, FollowsTheDatabaseAndItsRules) {
  EXPECT_EQ(OffsetAt("Europe/Paris", 2024, 1), 3600);
  EXPECT_EQ(OffsetAt("Europe/Paris", 2024, 7), 7200);
  EXPECT_EQ(OffsetAt("Europe/Paris", 2050, 7), 7200);
  EXPECT_EQ(OffsetAt("Europe/Paris", 9999, 1), 3600);
  EXPECT_EQ(OffsetAt("Europe/Paris", 1850, 1), 561);
  EXPECT_EQ(OffsetAt("Europe/Dublin", 2050, 1), 0);
  EXPECT_EQ(OffsetAt("Europe/Dublin", 2050, 7), 3600);
  EXPECT_EQ(OffsetAt("Australia/Sydney", 2050, 1), 11 * 3600);
  EXPECT_EQ(OffsetAt("Australia/Sydney", 2050, 7), 10 * 3600);
  EXPECT_EQ(OffsetAt("Asia/Tokyo", 2050, 7), 9 * 3600);
  EXPECT_EQ(OffsetAt("America/New_York", -5000, 7), -17762);
}

int64_t Micros(std::string_view text) { return ParseTimestampNtz(text).value(); }

TEST(ZoneConverter, HandlesSkippedAndRepeatedTimes) {
  for (const char* year : {"2024", "2050"}) {
    ZoneConverter paris(**TimeZone::Find("Europe/Paris"));
    const std::string spring = std::string(year) == "2024" ? "2024-03-31 " : "2050-03-27 ";
    const std::string autumn = std::string(year) == "2024" ? "2024-10-27 " : "2050-10-30 ";
    const auto utc = [&](const std::string& local) {
      return TimestampText(paris.ToUtcMicros(Micros(local)));
    };
    EXPECT_EQ(utc(spring + "01:59:59"), spring + "00:59:59");
    EXPECT_EQ(utc(spring + "02:30:00"), spring + "01:30:00") << "skipped: moved on";
    EXPECT_EQ(utc(spring + "03:00:00"), spring + "01:00:00");
    EXPECT_EQ(utc(autumn + "02:30:00"), autumn + "00:30:00") << "repeated: the earlier one";
    EXPECT_EQ(utc(autumn + "03:00:00"), autumn + "02:00:00");
    EXPECT_EQ(TimestampText(paris.ToLocalMicros(Micros(autumn + "00:30:00"))), autumn + "02:30:00");
    EXPECT_EQ(TimestampText(paris.ToLocalMicros(Micros(autumn + "01:30:00"))), autumn + "02:30:00");
  }
}

TEST(ZoneConverter, RoundTripsOutsideOfChanges) {
  for (const char* id :
       {"America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"}) {
    ZoneConverter converter(**TimeZone::Find(id));
    for (int64_t day = -40000; day < 60000; day += 13) {
      const int64_t utc = day * kMicrosPerDay + 12 * kMicrosPerHour;
      EXPECT_EQ(converter.ToUtcMicros(converter.ToLocalMicros(utc)), utc) << id << " " << day;
    }
  }
}

TEST(ZoneConverter, StaysInRangeAtTheEnds) {
  ZoneConverter east(**TimeZone::Find("+18:00"));
  EXPECT_EQ(east.ToLocalMicros(std::numeric_limits<int64_t>::max()),
            std::numeric_limits<int64_t>::max());
  EXPECT_EQ(east.ToUtcMicros(std::numeric_limits<int64_t>::min()),
            std::numeric_limits<int64_t>::min());
  ZoneConverter paris(**TimeZone::Find("Europe/Paris"));
  paris.ToUtcMicros(std::numeric_limits<int64_t>::max());
  paris.ToLocalMicros(std::numeric_limits<int64_t>::min());
}

}  // namespace
}  // namespace firesteel
