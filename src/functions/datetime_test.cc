#include <limits>

#include "functions/function_test_support.h"

namespace firesteel {
namespace {

constexpr int64_t kSecond = 1'000'000;
// 2024-02-29 13:04:05.006007 UTC, a Thursday
constexpr Timestamp kMoment{1709211845'006007};
constexpr Date kLeapDay{19782};

TEST(DateTimeTest, Parts) {
  CheckCalls({
      Gives("year", {kLeapDay}, 2024, "year(DATE '2024-02-29')"),
      Gives("year", {"2016-07-30"}, 2016),
      Gives("year", {Date{-735574}}, -44),
      Gives("quarter", {kLeapDay}, 1),
      Gives("month", {kMoment}, 2),
      Gives("day", {kLeapDay}, 29),
      Gives("dayofmonth", {Date{-1}}, 31),
      Gives("dayofyear", {kLeapDay}, 60),
      Gives("dayofweek", {kLeapDay}, 5),
      Gives("weekday", {kLeapDay}, 3),
      Gives("weekofyear", {Date{18627}}, 53),
      Gives("weekofyear", {Date{17896}}, 1),
      Gives("monthname", {kLeapDay}, "Feb"),
      Gives("dayname", {kLeapDay}, "Thu"),
      Gives("hour", {kMoment}, 13),
      Gives("minute", {kMoment}, 4),
      Gives("second", {Timestamp{-500000}}, 59),
      Gives("hour", {TimestampNtz{23 * 3600 * kSecond}}, 23),
      Fails("year", {"abc"}, "CAST_INVALID_INPUT"),
      Fails("year", {1}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
  });
  CheckCalls({Gives("hour", {kMoment}, 14), Gives("day", {Timestamp{1709249000 * kSecond}}, 1)},
             {true, "Europe/Paris"});
}

TEST(DateTimeTest, DateArithmetic) {
  CheckCalls({
      Gives("date_add", {"2016-07-30", 1}, Date{17013}, "date_add(2016-07-30, 1)"),
      Gives("dateadd", {kLeapDay, int16_t{1}}, Date{19783}, "date_add(DATE '2024-02-29', 1)"),
      Gives("date_sub", {Date{0}, 1}, Date{-1}),
      Gives("datediff", {Date{10}, Date{7}}, 3, "datediff(DATE '1970-01-11', DATE '1970-01-08')"),
      Gives("add_months", {kLeapDay, -12}, Date{19416}),
      Gives("add_months", {"2016-08-31", 1}, Date{17074}),
      Gives("last_day", {Date{19755}}, kLeapDay),
      Gives("months_between", {kLeapDay, Date{19753}}, 1.0),
      Gives("months_between", {Date{19812}, kLeapDay}, 1.03225806),
      Gives("trunc", {kLeapDay, "week"}, Date{19779}),
      Gives("trunc", {kLeapDay, "quarter"}, Date{19723}),
      Gives("trunc", {kLeapDay, "day"}, Value()),
      Gives("date_trunc", {"HOUR", kMoment}, Timestamp{1709211600 * kSecond}),
      Gives("date_trunc", {"MILLISECOND", kMoment}, Timestamp{1709211845'006000}),
      Gives("date_trunc", {"week", kMoment}, Timestamp{1708905600 * kSecond}),
      Gives("date_trunc", {"foo", kMoment}, Value()),
      Gives("from_utc_timestamp", {Timestamp{0}, "Asia/Tokyo"}, Timestamp{32400 * kSecond}),
      Gives("to_utc_timestamp", {Timestamp{0}, "-08:00"}, Timestamp{28800 * kSecond}),
      Fails("to_utc_timestamp", {Timestamp{0}, "Foo/Bar"}, "INVALID_TIMEZONE"),
      Fails("add_months", {kLeapDay, std::numeric_limits<int32_t>::max()}, "ARITHMETIC_OVERFLOW"),
      Fails("date_add", {kLeapDay, "x"}, "CAST_INVALID_INPUT"),
      Fails("date_add", {kLeapDay, int64_t{1}}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
  });
}

TEST(DateTimeTest, NumbersAndTimestamps) {
  CheckCalls({
      Gives("timestamp_seconds", {-1}, Timestamp{-kSecond}),
      Gives("timestamp_seconds", {Dec(1230219000123, 13, 3)}, Timestamp{1230219000'123000}),
      Gives("timestamp_seconds", {1.5}, Timestamp{1500000}),
      Gives("timestamp_seconds", {std::nan("")}, Value()),
      Gives("timestamp_millis", {int64_t{5}}, Timestamp{5000}),
      Gives("unix_seconds", {Timestamp{-500000}}, int64_t{-1}),
      Gives("unix_millis", {Timestamp{-1}}, int64_t{-1}),
      Gives("unix_micros", {Timestamp{7}}, int64_t{7}),
      Gives("unix_date", {kLeapDay}, 19782),
      Gives("date_from_unix_date", {1}, Date{1}),
      Fails("timestamp_millis", {int64_t{92233720368547758}}, "DATETIME_OVERFLOW"),
      Fails("unix_seconds", {kLeapDay}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
  });
}

TEST(DateTimeTest, FormattingAndParsing) {
  CheckCalls({
      Gives("date_format", {kMoment, "EEE, d MMM yyyy hh:mm:ss a"},
            "Thu, 29 Feb 2024 01:04:05 PM"),
      Gives("from_unixtime", {0}, "1970-01-01 00:00:00", "from_unixtime(0, yyyy-MM-dd HH:mm:ss)"),
      Gives("to_date", {"2009-07-30 04:17:52"}, Date{14455}, "to_date(2009-07-30 04:17:52)"),
      Gives("to_date", {"31/12/2016", "dd/MM/yyyy"}, Date{17166}),
      Gives("to_date", {kMoment}, kLeapDay),
      Gives("try_to_date", {"foo"}, Value()),
      Gives("to_timestamp", {"2024-01-01 01:02:03.5", "yyyy-MM-dd HH:mm:ss.S"},
            Timestamp{1704070923'500000}),
      Gives("to_timestamp", {"10:20", "HH:mm"}, Timestamp{37200 * kSecond}),
      Gives("to_timestamp", {1}, Timestamp{kSecond}),
      Gives("to_timestamp", {"2024-01-01 00:00:00 +0200", "yyyy-MM-dd HH:mm:ss Z"},
            Timestamp{1704060000 * kSecond}),
      Gives("to_timestamp_ntz", {"1970-01-01 00:00:01", "yyyy-MM-dd HH:mm:ss"},
            TimestampNtz{kSecond}),
      Gives("unix_timestamp", {"1970-01-01 00:01:00"}, int64_t{60},
            "unix_timestamp(1970-01-01 00:01:00, yyyy-MM-dd HH:mm:ss)"),
      Gives("unix_timestamp", {Timestamp{1900000}}, int64_t{1}),
      Gives("to_unix_timestamp", {"1970", "yyyy"}, int64_t{0}),
      Fails("to_date", {"2016-12-31", "yyyy/MM/dd"}, "CANNOT_PARSE_TIMESTAMP"),
      Fails("to_date", {"2016-02-30"}, "CAST_INVALID_INPUT"),
      Fails("to_timestamp", {"x", "yyyy"}, "CANNOT_PARSE_TIMESTAMP"),
      Fails("date_format", {kMoment, "bogus"},
            "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN"),
  });
  CheckCalls({Gives("to_timestamp", {"x", "yyyy"}, Value()), Gives("to_date", {"x"}, Value())},
             {false, "UTC"});
  CheckCalls({Gives("date_format", {Timestamp{0}, "HH XXX"}, "01 +01:00"),
              Gives("to_timestamp", {"1970-01-01 01", "yyyy-MM-dd HH"}, Timestamp{0})},
             {true, "Europe/Paris"});
}

TEST(DateTimeTest, TheBatchTimestampIsTheTimeNow) {
  const FunctionSettings tokyo{true, "Asia/Tokyo"};
  auto batch = MakeBatch({Row({1})}, Schema().Add("a", TypeId::kInteger)).ValueOrDie();
  EvaluationContext context;
  context.batch_timestamp_micros = 20LL * 3600 * kSecond;
  auto value = [&](std::string_view name) {
    auto call = BindCall(name, {}, false, nullptr, tokyo).ValueOrDie();
    auto column = call->Evaluate(*batch, &context).ValueOrDie();
    EXPECT_TRUE(column.constant);
    return GetValue(*column.values, 0, call->type());
  };
  EXPECT_EQ(value("current_timestamp"), Value(Timestamp{context.batch_timestamp_micros}));
  EXPECT_EQ(value("current_date"), Value(Date{1}));
  EXPECT_EQ(value("unix_timestamp"), Value(int64_t{20 * 3600}));
  EXPECT_EQ(value("current_timezone"), Value("Asia/Tokyo"));
}

}  // namespace
}  // namespace firesteel
