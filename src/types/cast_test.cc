#include "types/cast.h"

#include <limits>

#include "arrow/array/array_base.h"
#include "arrow/array/data.h"
#include "arrow/array/util.h"
#include "arrow/buffer.h"
#include "common/error.h"
#include "gtest/gtest.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

enum class Mode { kAnsi, kTry, kLegacy };

// The result as text ("null" for NULL), or the condition of the error.
std::string CastOne(const Value& value, std::string_view from_ddl, std::string_view to_ddl,
                    Mode mode = Mode::kAnsi, const std::string& zone = "UTC") {
  const DataType from = DataType::FromDdl(from_ddl).ValueOrDie();
  const DataType to = DataType::FromDdl(to_ddl).ValueOrDie();
  const CastOptions options{
      .ansi = mode != Mode::kLegacy, .try_cast = mode == Mode::kTry, .time_zone = zone};
  // A NULL row and a slice go along in every test.
  const auto input = MakeArray({Value(), Value(), value}, from).ValueOrDie()->Slice(1);
  const auto result = CastArray(input, from, to, options);
  if (!result.ok()) return ErrorCondition(result.status());
  EXPECT_TRUE((*result)->ValidateFull().ok()) << (*result)->ValidateFull().ToString();
  EXPECT_TRUE((*result)->type()->Equals(ToArrowType(to))) << (*result)->type()->ToString();
  EXPECT_EQ((*result)->length(), 2);
  EXPECT_TRUE((*result)->IsNull(0));
  const auto text = CastToString(*result, to, zone).ValueOrDie();
  const Value cell = GetValue(*text, 1, TypeId::kString);
  return cell.is_null() ? "null" : cell.Get<std::string>();
}

constexpr char kOutOfRange[] = "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION";

TEST(CastNumbers, WidensAndNarrows) {
  EXPECT_EQ(CastOne(int8_t{-1}, "tinyint", "bigint"), "-1");
  EXPECT_EQ(CastOne(int64_t{7}, "bigint", "tinyint"), "7");
  EXPECT_EQ(CastOne(int64_t{300}, "bigint", "tinyint"), "CAST_OVERFLOW");
  EXPECT_EQ(CastOne(int64_t{300}, "bigint", "tinyint", Mode::kTry), "null");
  EXPECT_EQ(CastOne(int64_t{300}, "bigint", "tinyint", Mode::kLegacy), "44");
  EXPECT_EQ(CastOne(int32_t{-2147483647 - 1}, "int", "float"), "-2.14748365E9");
  EXPECT_EQ(CastOne(true, "boolean", "smallint"), "1");
  EXPECT_EQ(CastOne(int32_t{0}, "int", "boolean"), "false");
  EXPECT_EQ(CastOne(std::numeric_limits<double>::quiet_NaN(), "double", "boolean"), "true");
}

TEST(CastNumbers, FloatsLoseTheirFraction) {
  EXPECT_EQ(CastOne(127.99, "double", "tinyint"), "127");
  EXPECT_EQ(CastOne(-128.9, "double", "tinyint"), "-128");
  EXPECT_EQ(CastOne(128.0, "double", "tinyint"), "CAST_OVERFLOW");
  EXPECT_EQ(CastOne(-0.5, "double", "bigint"), "0");
  EXPECT_EQ(CastOne(9223372036854775808.0, "double", "bigint"), "9223372036854775807");
  EXPECT_EQ(CastOne(1e19, "double", "bigint"), "CAST_OVERFLOW");
  EXPECT_EQ(CastOne(1e300, "double", "float"), "Infinity");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(CastOne(nan, "double", "int"), "CAST_OVERFLOW");
  EXPECT_EQ(CastOne(nan, "double", "int", Mode::kLegacy), "0");
  EXPECT_EQ(CastOne(1e20, "double", "int", Mode::kLegacy), "2147483647");
  EXPECT_EQ(CastOne(-1e20f, "float", "tinyint", Mode::kLegacy), "0");
  EXPECT_EQ(CastOne(300.7, "double", "tinyint", Mode::kLegacy), "44");
}

TEST(CastDecimals, RoundsHalfUp) {
  const Decimal d{.unscaled = 999995, .precision = 6, .scale = 3};
  EXPECT_EQ(CastOne(d, "decimal(6,3)", "decimal(6,2)"), "1000.00");
  EXPECT_EQ(CastOne(d, "decimal(6,3)", "decimal(5,2)"), kOutOfRange);
  EXPECT_EQ(CastOne(d, "decimal(6,3)", "decimal(5,2)", Mode::kTry), "null");
  EXPECT_EQ(CastOne(d, "decimal(6,3)", "decimal(5,2)", Mode::kLegacy), "null");
  EXPECT_EQ(CastOne(d, "decimal(6,3)", "int"), "999");
  EXPECT_EQ(CastOne(d, "decimal(6,3)", "tinyint"), "CAST_OVERFLOW");
  EXPECT_EQ(CastOne(d, "decimal(6,3)", "tinyint", Mode::kLegacy), "-25");
  EXPECT_EQ(CastOne(d, "decimal(6,3)", "double"), "999.995");
  EXPECT_EQ(CastOne(d, "decimal(6,3)", "boolean"), "true");
  EXPECT_EQ(CastOne(d, "decimal(6,3)", "timestamp"), "1970-01-01 00:16:39.995");
  EXPECT_EQ(CastOne(int32_t{5}, "int", "decimal(38,2)"), "5.00");
  EXPECT_EQ(CastOne(int32_t{1000}, "int", "decimal(5,2)"), kOutOfRange);
  EXPECT_EQ(CastOne(true, "boolean", "decimal(5,2)"), "1.00");
}

TEST(CastDecimals, DoublesGoThroughTheirText) {
  EXPECT_EQ(CastOne(1e20f, "float", "decimal(38,0)"), "100000002004087730000");
  EXPECT_EQ(CastOne(127.995, "double", "decimal(5,2)"), "128.00");
  EXPECT_EQ(CastOne(1e300, "double", "decimal(38,0)"), kOutOfRange);
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(CastOne(infinity, "double", "decimal(38,0)"), "null");
}

TEST(CastFromString, ReadsNumbers) {
  EXPECT_EQ(CastOne(" 5\t", "string", "tinyint"), "5");
  EXPECT_EQ(CastOne("+0", "string", "int"), "0");
  EXPECT_EQ(CastOne("-9223372036854775808", "string", "bigint"), "-9223372036854775808");
  for (const char* text :
       {"", " ", "-", "1.9", "9223372036854775808", "0x10", "1_000", "1L", "١"}) {
    EXPECT_EQ(CastOne(text, "string", "bigint"), "CAST_INVALID_INPUT") << text;
  }
  EXPECT_EQ(CastOne("128", "string", "tinyint"), "CAST_INVALID_INPUT");
  EXPECT_EQ(CastOne("128", "string", "tinyint", Mode::kLegacy), "null");
  EXPECT_EQ(CastOne("1.9", "string", "int", Mode::kLegacy), "1");
  EXPECT_EQ(CastOne("-.5", "string", "int", Mode::kLegacy), "0");
  EXPECT_EQ(CastOne("1.9", "string", "int", Mode::kTry), "null");
  EXPECT_EQ(CastOne("1.x", "string", "int", Mode::kLegacy), "null");
  EXPECT_EQ(CastOne("1e39", "string", "float"), "Infinity");
  EXPECT_EQ(CastOne("x", "string", "double"), "CAST_INVALID_INPUT");
  EXPECT_EQ(CastOne("123.456", "string", "decimal(5,2)"), "123.46");
  EXPECT_EQ(CastOne("1000", "string", "decimal(5,2)"), kOutOfRange);
  EXPECT_EQ(CastOne("1e38", "string", "decimal(38,0)"), "NUMERIC_OUT_OF_SUPPORTED_RANGE");
  EXPECT_EQ(CastOne("1e38", "string", "decimal(38,0)", Mode::kTry), "null");
  EXPECT_EQ(CastOne("abc", "string", "decimal(5,2)"), "CAST_INVALID_INPUT");
}

TEST(CastFromString, ReadsEverythingElse) {
  EXPECT_EQ(CastOne(" T ", "string", "boolean"), "true");
  EXPECT_EQ(CastOne("No", "string", "boolean"), "false");
  EXPECT_EQ(CastOne("tru", "string", "boolean"), "CAST_INVALID_INPUT");
  EXPECT_EQ(CastOne("tru", "string", "boolean", Mode::kLegacy), "null");
  EXPECT_EQ(CastOne("é", "string", "binary"), "é");
  EXPECT_EQ(CastOne("2024-2-9", "string", "date"), "2024-02-09");
  EXPECT_EQ(CastOne("2024-2-30", "string", "date"), "CAST_INVALID_INPUT");
  EXPECT_EQ(CastOne("2024-07-01 12:00", "string", "timestamp", Mode::kAnsi, "Asia/Tokyo"),
            "2024-07-01 12:00:00");
  EXPECT_EQ(CastOne("2024-07-01 12:00:00Z", "string", "timestamp", Mode::kAnsi, "Asia/Tokyo"),
            "2024-07-01 21:00:00");
  EXPECT_EQ(CastOne("2024-07-01 12:00:00Z", "string", "timestamp_ntz"), "2024-07-01 12:00:00");
  EXPECT_EQ(CastOne("1-2", "string", "interval year to month"), "INTERVAL '1-2' YEAR TO MONTH");
  EXPECT_EQ(CastOne("1", "string", "interval year to month"),
            "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING");
  EXPECT_EQ(CastOne("1", "string", "interval day to second"),
            "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE");
  EXPECT_EQ(CastOne("2 days 3 hours", "string", "interval"), "2 days 3 hours");
  EXPECT_EQ(CastOne("2 x", "string", "interval", Mode::kLegacy), "null");
  EXPECT_EQ(CastOne("2 x", "string", "interval"), "null");
}

TEST(CastTimes, BetweenDatesAndTimestamps) {
  EXPECT_EQ(CastOne(Date{19782}, "date", "timestamp"), "2024-02-29 00:00:00");
  EXPECT_EQ(CastOne(Date{19782}, "date", "timestamp_ntz", Mode::kAnsi, "Asia/Tokyo"),
            "2024-02-29 00:00:00");
  EXPECT_EQ(CastOne(Date{std::numeric_limits<int32_t>::max()}, "date", "timestamp"),
            "DATETIME_OVERFLOW");
  EXPECT_EQ(CastOne(Date{std::numeric_limits<int32_t>::max()}, "date", "timestamp", Mode::kTry),
            "null");
  EXPECT_EQ(CastOne(Timestamp{-1}, "timestamp", "date"), "1969-12-31");
  EXPECT_EQ(CastOne(Timestamp{0}, "timestamp", "date", Mode::kAnsi, "America/New_York"),
            "1969-12-31");
  EXPECT_EQ(CastOne(TimestampNtz{-1}, "timestamp_ntz", "date", Mode::kAnsi, "Asia/Tokyo"),
            "1969-12-31");
  EXPECT_EQ(CastOne(Timestamp{0}, "timestamp", "timestamp_ntz", Mode::kAnsi, "Asia/Tokyo"),
            "1970-01-01 09:00:00");
  EXPECT_EQ(CastOne(TimestampNtz{0}, "timestamp_ntz", "timestamp", Mode::kAnsi, "Asia/Tokyo"),
            "1970-01-01 00:00:00");
}

TEST(CastTimes, BetweenNumbersAndTimestamps) {
  EXPECT_EQ(CastOne(Timestamp{-500'000}, "timestamp", "int"), "-1");
  EXPECT_EQ(CastOne(Timestamp{-500'000}, "timestamp", "double"), "-0.5");
  EXPECT_EQ(CastOne(Timestamp{-500'000}, "timestamp", "decimal(38,0)"), "-1");
  EXPECT_EQ(CastOne(Timestamp{253'402'300'799'999'999}, "timestamp", "decimal(20,6)"),
            "253402300799.999999");
  EXPECT_EQ(CastOne(Timestamp{int64_t{1} << 62}, "timestamp", "int"), "CAST_OVERFLOW");
  EXPECT_EQ(CastOne(Timestamp{300'000'000}, "timestamp", "tinyint", Mode::kLegacy), "44");
  EXPECT_EQ(CastOne(Timestamp{0}, "timestamp", "boolean", Mode::kLegacy), "false");
  EXPECT_EQ(CastOne(int32_t{-1}, "int", "timestamp"), "1969-12-31 23:59:59");
  EXPECT_EQ(CastOne(std::numeric_limits<int64_t>::max(), "bigint", "timestamp"),
            "+294247-01-10 04:00:54.775807");
  EXPECT_EQ(CastOne(1.5, "double", "timestamp"), "1970-01-01 00:00:01.5");
  EXPECT_EQ(CastOne(1e300, "double", "timestamp"), "CAST_OVERFLOW");
  EXPECT_EQ(CastOne(1e300, "double", "timestamp", Mode::kTry), "null");
  EXPECT_EQ(CastOne(1e300, "double", "timestamp", Mode::kLegacy), "+294247-01-10 04:00:54.775807");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(CastOne(nan, "double", "timestamp"), "CAST_INVALID_INPUT");
  EXPECT_EQ(CastOne(nan, "double", "timestamp", Mode::kLegacy), "null");
  EXPECT_EQ(CastOne(Date{1}, "date", "int", Mode::kLegacy), "null");
  EXPECT_EQ(CastOne(true, "boolean", "timestamp", Mode::kLegacy), "1970-01-01 00:00:00.000001");
}

TEST(CastIntervals, CountInTheirLastField) {
  const DayTimeInterval interval{93784500000};
  EXPECT_EQ(CastOne(interval, "interval day to second", "int"), "93784");
  EXPECT_EQ(CastOne(interval, "interval day to second", "smallint"), "CAST_OVERFLOW");
  EXPECT_EQ(CastOne(interval, "interval day to second", "decimal(10,1)"), "93784.5");
  EXPECT_EQ(CastOne(interval, "interval day to second", "decimal(5,2)"), kOutOfRange);
  EXPECT_EQ(CastOne(interval, "interval day to hour", "bigint"), "26");
  EXPECT_EQ(CastOne(interval, "interval day to second", "interval day"), "INTERVAL '1' DAY");
  EXPECT_EQ(CastOne(interval, "interval day to second", "interval second"),
            "INTERVAL '93784.5' SECOND");
  EXPECT_EQ(CastOne(int32_t{5}, "int", "interval day"), "INTERVAL '5' DAY");
  EXPECT_EQ(CastOne(Decimal{.unscaled = 15, .precision = 2, .scale = 1}, "decimal(2,1)",
                    "interval hour to second"),
            "INTERVAL '00:00:01.5' HOUR TO SECOND");
  EXPECT_EQ(CastOne(std::numeric_limits<int64_t>::max(), "bigint", "interval day to second"),
            "CAST_OVERFLOW");
  EXPECT_EQ(CastOne(YearMonthInterval{27}, "interval year to month", "int"), "27");
  EXPECT_EQ(CastOne(YearMonthInterval{27}, "interval year", "int"), "2");
  EXPECT_EQ(CastOne(YearMonthInterval{27}, "interval year to month", "interval year"),
            "INTERVAL '2' YEAR");
  EXPECT_EQ(CastOne(int32_t{2}, "int", "interval year"), "INTERVAL '2' YEAR");
  EXPECT_EQ(CastOne(int64_t{200'000'000}, "bigint", "interval year"), "CAST_OVERFLOW");
}

TEST(CastNested, GoesIntoTheParts) {
  EXPECT_EQ(CastOne(ArrayValue{{"1", Value(), "2"}}, "array<string>", "array<int>"),
            "[1, null, 2]");
  EXPECT_EQ(CastOne(ArrayValue{{"1", "x"}}, "array<string>", "array<int>"), "CAST_INVALID_INPUT");
  EXPECT_EQ(CastOne(ArrayValue{{"1", "x"}}, "array<string>", "array<int>", Mode::kTry),
            "[1, null]");
  EXPECT_EQ(CastOne(MapValue{{{"1", "2"}}}, "map<string,string>", "map<int,double>"), "{1 -> 2.0}");
  EXPECT_EQ(CastOne(MapValue{{{"x", "2"}}}, "map<string,string>", "map<int,double>", Mode::kTry),
            "null");
  EXPECT_EQ(CastOne(StructValue{{"1", ArrayValue{{true}}}}, "struct<a:string,b:array<boolean>>",
                    "struct<c:int,d:array<int>>"),
            "{1, [1]}");
  EXPECT_EQ(CastOne(ArrayValue{{Value()}}, "array<void>", "array<int>"), "[null]");
  EXPECT_EQ(CastOne(ArrayValue{{int32_t{1}}}, "array<int>", "map<int,int>"),
            "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION");
}

TEST(CastNested, ElementsThatNobodySeesRaiseNoErrors) {
  const DataType from = DataType::FromDdl("array<string>").ValueOrDie();
  const DataType to = DataType::FromDdl("array<int>").ValueOrDie();
  const auto lists =
      MakeArray({ArrayValue{{"x"}}, ArrayValue{{"1"}}, ArrayValue{{"y"}}}, from).ValueOrDie();
  const auto result = CastArray(lists->Slice(1, 1), from, to, {}).ValueOrDie();
  EXPECT_EQ(GetValue(*result, 0, to), Value(ArrayValue{{int32_t{1}}}));

  // The first row is NULL, but "x" still lies under it.
  auto data = lists->data()->Copy();
  data->buffers[0] = arrow::Buffer::FromString(std::string(1, '\x02'));
  data->length = 2;
  data->null_count = 1;
  const auto masked = CastArray(arrow::MakeArray(data), from, to, {}).ValueOrDie();
  EXPECT_TRUE(masked->ValidateFull().ok());
  EXPECT_TRUE(masked->IsNull(0));
  EXPECT_EQ(GetValue(*masked, 1, to), Value(ArrayValue{{int32_t{1}}}));
}

TEST(CastToString, RendersAsSpark) {
  EXPECT_EQ(CastOne(1e10, "double", "string"), "1.0E10");
  EXPECT_EQ(
      CastOne(StructValue{{int32_t{1}, "x", Value()}}, "struct<a:int,b:string,c:int>", "string"),
      "{1, x, null}");
  EXPECT_EQ(CastOne(MapValue{{{"a", int32_t{1}}, {"b", Value()}}}, "map<string,int>", "string"),
            "{a -> 1, b -> null}");
  EXPECT_EQ(CastOne(ArrayValue{}, "array<int>", "string"), "[]");
  EXPECT_EQ(
      CastOne(Decimal{.unscaled = 1000, .precision = 20, .scale = 10}, "decimal(20,10)", "string"),
      "0.0000001000");
  EXPECT_EQ(CastOne(Decimal{.unscaled = 1000, .precision = 20, .scale = 10}, "decimal(20,10)",
                    "string", Mode::kLegacy),
            "1.000E-7");
  EXPECT_EQ(CastOne(Timestamp{500'000}, "timestamp", "string", Mode::kAnsi, "Asia/Tokyo"),
            "1970-01-01 09:00:00.5");
}

TEST(CastToString, HasTheFormOfShow) {
  const DataType type = DataType::FromDdl("struct<a:int,b:binary>").ValueOrDie();
  const auto array = MakeArray({StructValue{{Value(), Binary{"A\n"}}}}, type).ValueOrDie();
  const auto text =
      CastToString(array, type, "UTC", {.null_text = "NULL", .hexadecimal_binary = true})
          .ValueOrDie();
  EXPECT_EQ(GetValue(*text, 0, TypeId::kString), Value("{NULL, [41 0A]}"));
}

TEST(Cast, OtherPairs) {
  EXPECT_EQ(CastOne(Value(), "void", "array<int>"), "null");
  EXPECT_EQ(CastOne(int32_t{258}, "int", "binary", Mode::kLegacy), std::string("\0\0\1\2", 4));
  EXPECT_EQ(CastOne(int8_t{65}, "tinyint", "binary", Mode::kLegacy), "A");
  EXPECT_EQ(CastOne(Binary{"AB"}, "binary", "string"), "AB");
  EXPECT_EQ(CastOne("1", "string", "int", Mode::kAnsi, "Nowhere/X"), "INVALID_TIMEZONE");
}

}  // namespace
}  // namespace firesteel
