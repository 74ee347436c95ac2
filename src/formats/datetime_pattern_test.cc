#include "formats/datetime_pattern.h"

#include <string>

#include "gtest/gtest.h"
#include "types/datetime.h"

namespace firesteel {
namespace {

std::string ParseTimestampText(const std::string& pattern, const std::string& text,
                               const std::string& zone = "UTC") {
  const Result<DateTimePattern> compiled =
      DateTimePattern::Make(pattern, DateTimePattern::Purpose::kParse);
  if (!compiled.ok()) return compiled.status().ToString();
  const std::optional<int64_t> micros =
      compiled->ParseTimestamp(text, *TimeZone::Find(zone).ValueOrDie());
  if (!micros) return "none";
  char out[kTimestampTextSize];
  return std::string(out, FormatTimestamp(*micros, out));
}

std::string FormatText(const std::string& pattern, const std::string& timestamp,
                       const std::string& zone_id = "UTC") {
  const Result<DateTimePattern> compiled =
      DateTimePattern::Make(pattern, DateTimePattern::Purpose::kFormat);
  if (!compiled.ok()) return compiled.status().ToString();
  const std::shared_ptr<const TimeZone> zone = TimeZone::Find(zone_id).ValueOrDie();
  const int64_t micros = *ParseTimestamp(timestamp, TimeZone::Utc());
  const int64_t local_micros = ZoneConverter(*zone).ToLocalMicros(micros);
  std::string out;
  compiled->Format(local_micros, (local_micros - micros) / kMicrosPerSecond, *zone, &out);
  return out;
}

std::string MakeCondition(const std::string& pattern, DateTimePattern::Purpose purpose) {
  return ErrorCondition(DateTimePattern::Make(pattern, purpose).status());
}

TEST(DateTimePattern, ParsesNumbersOfTheGivenWidth) {
  EXPECT_EQ(ParseTimestampText("dd/MM/yyyy", "29/02/2024"), "2024-02-29 00:00:00");
  for (const char* text :
       {"9/2/2024", "29/02/24", "29/02/2024 ", "31/02/2024", "29/02/02024", ""}) {
    EXPECT_EQ(ParseTimestampText("dd/MM/yyyy", text), "none") << text;
  }
  EXPECT_EQ(ParseTimestampText("d/M/yyyy", "09/2/2024"), "2024-02-09 00:00:00");
  EXPECT_EQ(ParseTimestampText("yy-MM-dd", "99-03-01"), "2099-03-01 00:00:00");
  EXPECT_EQ(ParseTimestampText("yyyy-M-d", "+12024-3-1"), "+12024-03-01 00:00:00");
  EXPECT_EQ(ParseTimestampText("y-M-d", "12024-3-1"), "+12024-03-01 00:00:00");
  EXPECT_EQ(ParseTimestampText("yyyyMMddHHmmss", "20240301123456"), "2024-03-01 12:34:56");
  EXPECT_EQ(ParseTimestampText("D yyyy", "60 2024"), "2024-02-29 00:00:00");
  EXPECT_EQ(ParseTimestampText("D yyyy", "366 2023"), "none");
}

TEST(DateTimePattern, ParsesTimes) {
  EXPECT_EQ(ParseTimestampText("yyyy-MM-dd HH:mm:ss.SSS", "2024-03-01 12:00:00.12"),
            "2024-03-01 12:00:00.12");
  EXPECT_EQ(ParseTimestampText("yyyy-MM-dd HH:mm:ss.SSS", "2024-03-01 12:00:00"), "none");
  EXPECT_EQ(ParseTimestampText("HH:mm", "12:07"), "1970-01-01 12:07:00");
  EXPECT_EQ(ParseTimestampText("HH", "24"), "none");
  EXPECT_EQ(ParseTimestampText("kk:mm", "24:00"), "1970-01-01 00:00:00");
  EXPECT_EQ(ParseTimestampText("KK:mm a", "00:00 PM"), "1970-01-01 12:00:00");
  EXPECT_EQ(ParseTimestampText("h:mm a", "1:05 pm"), "1970-01-01 13:05:00");
  EXPECT_EQ(ParseTimestampText("h:mm a", "13:05 PM"), "none");
  EXPECT_EQ(ParseTimestampText("hh:mm", "01:05"), "1970-01-01 01:05:00");
}

TEST(DateTimePattern, ParsesNamesTextsAndOptions) {
  EXPECT_EQ(ParseTimestampText("MMM d, yyyy", "mar 1, 2024"), "2024-03-01 00:00:00");
  EXPECT_EQ(ParseTimestampText("MMMM d yyyy", "March 1 2024"), "2024-03-01 00:00:00");
  EXPECT_EQ(ParseTimestampText("yyyy-MM-dd G", "2024-03-01 AD"), "2024-03-01 00:00:00");
  EXPECT_EQ(ParseTimestampText("''yyyy'o''clock'", "'2024o'clock"), "2024-01-01 00:00:00");
  const std::string pattern = "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]";
  EXPECT_EQ(ParseTimestampText(pattern, "2024-03-01T12:00:00"), "2024-03-01 12:00:00");
  EXPECT_EQ(ParseTimestampText(pattern, "2024-03-01T12:00:00.5+02:00"), "2024-03-01 10:00:00.5");
  EXPECT_EQ(ParseTimestampText(pattern, "2024-03-01T12:00:00Z"), "2024-03-01 12:00:00");
  EXPECT_EQ(ParseTimestampText("yyyy[-MM[-dd]]", "2024-05"), "2024-05-01 00:00:00");
}

TEST(DateTimePattern, ParsesZones) {
  const std::string stem = "yyyy-MM-dd HH:mm ";
  const std::string text = "2024-03-01 12:00 ";
  EXPECT_EQ(ParseTimestampText(stem + "X", text + "+0230"), "2024-03-01 09:30:00");
  EXPECT_EQ(ParseTimestampText(stem + "X", text + "+02"), "2024-03-01 10:00:00");
  EXPECT_EQ(ParseTimestampText(stem + "Z", text + "-0200"), "2024-03-01 14:00:00");
  EXPECT_EQ(ParseTimestampText(stem + "Z", text + "+02:00"), "none");
  EXPECT_EQ(ParseTimestampText(stem + "XXXXX", text + "+02:00:30"), "2024-03-01 09:59:30");
  EXPECT_EQ(ParseTimestampText(stem + "VV", text + "Europe/Paris"), "2024-03-01 11:00:00");
  EXPECT_EQ(ParseTimestampText(stem + "z", text + "PST"), "2024-03-01 20:00:00");
  EXPECT_EQ(ParseTimestampText(stem + "O", text + "GMT+2"), "2024-03-01 10:00:00");
  EXPECT_EQ(ParseTimestampText("yyyy-MM-dd", "2024-07-01", "America/New_York"),
            "2024-07-01 04:00:00");
}

TEST(DateTimePattern, Formats) {
  const std::string moment = "2024-02-29 13:04:05.006007";
  EXPECT_EQ(FormatText("EEE, d MMM yyyy hh:mm:ss a", moment), "Thu, 29 Feb 2024 01:04:05 PM");
  EXPECT_EQ(FormatText("EEEE MMMM D Q QQQ QQQQ", moment), "Thursday February 60 1 Q1 1st quarter");
  EXPECT_EQ(FormatText("K k h H", "2024-02-29 00:04:05"), "0 24 12 0");
  EXPECT_EQ(FormatText("S SSS SSSSSS SSSSSSSSS", moment), "0 006 006007 006007000");
  EXPECT_EQ(FormatText("yy y yyyyy", moment), "24 2024 02024");
  EXPECT_EQ(FormatText("dd/MM/yyyy", "+12024-01-02"), "02/01/+12024");
  EXPECT_EQ(FormatText("yyyy G", "-0005-01-01"), "0006 BC");
  EXPECT_EQ(FormatText("yyyy-MM-dd", "-0005-01-01"), "-0005-01-01");
  EXPECT_EQ(FormatText("X XX XXX x Z ZZZZ O VV z", moment), "Z Z Z +00 +0000 GMT GMT UTC UTC");
  EXPECT_EQ(FormatText("HH:mm z VV XXX", "2024-07-01 03:00:00", "America/New_York"),
            "23:00 EDT America/New_York -04:00");
  EXPECT_EQ(FormatText("X XX XXX Z O OOOO", moment, "Asia/Kolkata"),
            "+0530 +0530 +05:30 +0530 GMT+5:30 GMT+05:30");
}

TEST(DateTimePattern, RefusesPatterns) {
  using Purpose = DateTimePattern::Purpose;
  const std::string recognition =
      "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION";
  const std::string week_based = "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN";
  EXPECT_EQ(MakeCondition("u", Purpose::kFormat), recognition);
  EXPECT_EQ(MakeCondition("bogus", Purpose::kFormat), week_based);
  EXPECT_EQ(MakeCondition("YYYY ww", Purpose::kParse), recognition);
  EXPECT_EQ(MakeCondition("EEE, dd MMM yyyy", Purpose::kParse), recognition);
  EXPECT_EQ(MakeCondition("EEE, dd MMM yyyy", Purpose::kFormat), "");
  EXPECT_EQ(MakeCondition("yyyy#", Purpose::kParse), recognition);
  EXPECT_EQ(MakeCondition("QQQ yyyy", Purpose::kParse),
            "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER");
  EXPECT_EQ(MakeCondition("MMMMM", Purpose::kFormat), recognition);
  EXPECT_EQ(MakeCondition("LLLLL [", Purpose::kFormat), recognition);
}

}  // namespace
}  // namespace firesteel
