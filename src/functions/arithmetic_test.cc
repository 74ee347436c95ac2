#include <limits>

#include "functions/function_test_support.h"

namespace firesteel {
namespace {

constexpr int64_t kMaxLong = std::numeric_limits<int64_t>::max();
constexpr int64_t kMinLong = std::numeric_limits<int64_t>::min();

TEST(ArithmeticTest, IntegersWidenAndOverflow) {
  CheckCalls({
      Gives("+", {3, 4}, 7, "(3 + 4)"),
      Gives("+", {int8_t{1}, int16_t{1}}, int16_t{2}),
      Gives("+", {1, int64_t{1}}, int64_t{2}),
      Gives("-", {5, 7}, -2),
      Gives("*", {int64_t{65536}, 65536}, int64_t{4294967296}),
      Gives("+", {Null(TypeId::kInteger), 1}, Value()),
      Gives("+", {Null(TypeId::kNull), 1}, Value()),
      Fails("+", {2147483647, 1}, "ARITHMETIC_OVERFLOW"),
      Fails("-", {kMinLong, int64_t{1}}, "ARITHMETIC_OVERFLOW"),
      Fails("*", {65536, 65536}, "ARITHMETIC_OVERFLOW"),
      Fails("+", {int8_t{127}, int8_t{1}}, "BINARY_ARITHMETIC_OVERFLOW"),
      Fails("+", {int16_t{32767}, int16_t{1}}, "BINARY_ARITHMETIC_OVERFLOW"),
  });
}

TEST(ArithmeticTest, WithoutAnsiIntegersWrapAndDivisionByZeroIsNull) {
  const FunctionSettings legacy{false, "UTC"};
  CheckCalls(
      {
          Gives("+", {2147483647, 1}, std::numeric_limits<int32_t>::min()),
          Gives("*", {kMaxLong, int64_t{2}}, int64_t{-2}),
          Gives("/", {1, 0}, Value()),
          Gives("%", {5, 0}, Value()),
          Gives("div", {kMinLong, int64_t{-1}}, kMinLong),
          Gives("+", {"1.5", 1}, 2.5),
          Gives("+", {"x", 1}, Value()),
          Gives("negative", {std::numeric_limits<int32_t>::min()},
                std::numeric_limits<int32_t>::min()),
      },
      legacy);
}

TEST(ArithmeticTest, Division) {
  CheckCalls({
      Gives("/", {-7, 2}, -3.5),
      Gives("/", {"8", 4}, 2.0),
      Gives("/", {1.0f, 4}, 0.25),
      Fails("/", {1, 0}, "DIVIDE_BY_ZERO"),
      Fails("/", {1.0, 0.0}, "DIVIDE_BY_ZERO"),
      Gives("/", {Null(TypeId::kNull), 0}, Value(), "(NULL / 0)"),
      Gives("div", {7, 2}, int64_t{3}, "(7 div 2)"),
      Gives("div", {-7, 2}, int64_t{-3}),
      Gives("div", {Dec(75, 2, 1), 2}, int64_t{3}),
      Fails("div", {7, 0}, "DIVIDE_BY_ZERO"),
      Fails("div", {kMinLong, -1}, "ARITHMETIC_OVERFLOW"),
      Gives("%", {-7, 3}, -1),
      Gives("%", {7, -3}, 1),
      Gives("%", {std::numeric_limits<int32_t>::min(), -1}, 0),
      Gives("%", {kInfinity, 3.0}, kNan),
      Fails("%", {5, 0}, "REMAINDER_BY_ZERO"),
      Gives("mod", {5.0, kInfinity}, 5.0, "mod(5.0, Infinity)"),
      Gives("pmod", {-7, 3}, 2),
      Gives("pmod", {7, -3}, 1),
      Gives("pmod", {-7, -3}, -1),
      Gives("pmod", {int8_t{-1}, int8_t{5}}, int8_t{4}),
      Fails("pmod", {1, 0}, "REMAINDER_BY_ZERO"),
  });
}

TEST(ArithmeticTest, DecimalsFollowTheStandardsPrecision) {
  CheckCalls({
      Gives("+", {Dec(110, 3, 2), Dec(2205, 4, 3)}, Dec(3305, 5, 3)),
      Gives("+", {1, Dec(15, 2, 1)}, Dec(25, 3, 1)),
      Gives("+", {100000, Dec(5, 1, 1)}, Dec(1000005, 8, 1)),
      Gives("-", {Dec(0, 5, 2), Dec(-1, 5, 2)}, Dec(1, 6, 2)),
      Gives("*", {Dec(250, 3, 2), Dec(250, 3, 2)}, Dec(62500, 7, 4)),
      Gives("/", {Dec(10, 2, 1), 3}, Dec(333333, 7, 6)),
      Gives("/", {Dec(1000, 4, 2), Dec(30, 2, 1)}, Dec(3333333, 9, 6)),
      Gives("/", {Dec(-20, 2, 1), 3}, Dec(-666667, 7, 6)),
      Gives("%", {Dec(525, 3, 2), Dec(5, 1, 1)}, Dec(25, 2, 2)),
      Gives("pmod", {Dec(-75, 2, 1), 2}, Dec(5, 2, 1)),
      Gives("+", {Dec(15, 2, 1), 1.5}, 3.0),
      Fails("/", {Dec(15, 2, 1), 0}, "DIVIDE_BY_ZERO"),
  }, {}, false);
  // On columns an integer is as wide as its type, so that only precision differs.
  CheckCalls({
      Gives("+", {Dec(110, 3, 2), Dec(2205, 4, 3)}, Dec(3305, 5, 3)),
      Gives("*", {Dec(-250, 3, 2), Dec(250, 3, 2)}, Dec(-62500, 7, 4)),
      Gives("/", {Dec(1, 1, 0), Dec(3, 1, 0)}, Dec(333333, 7, 6)),
  });
}

Decimal Nines(int digits) {
  __int128 value = 0;
  for (int i = 0; i < digits; ++i) value = value * 10 + 9;
  return Decimal{value, digits, 0};
}

TEST(ArithmeticTest, WideDecimalsKeepTheirIntegerDigits) {
  const Decimal wide{static_cast<__int128>(10'000'000'000), 38, 10};
  CheckCalls({
      Fails("+", {Nines(38), Decimal{1, 1, 0}}, "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION"),
      Fails("*", {Nines(38), Decimal{10, 2, 0}}, "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION"),
      Gives("+", {wide, wide}, Decimal{2'000'000'000, 38, 9}),
      Gives("/", {wide, Decimal{static_cast<__int128>(30'000'000'000), 38, 10}},
            Decimal{333333, 38, 6}),
      // The product of scale 40 is rounded to scale 6.
      Gives("*", {Decimal{static_cast<__int128>(1'500'000), 38, 20}, Decimal{1, 38, 20}},
            Decimal{0, 38, 6}),
      Gives("try_add", {Nines(38), Decimal{1, 1, 0}}, Value()),
  });
  CheckCalls({Gives("+", {Nines(38), Decimal{1, 1, 0}}, Value())}, {false, "UTC"});
}

TEST(ArithmeticTest, StringsMeetNumbers) {
  CheckCalls({
      Gives("+", {"5", 3}, int64_t{8}),
      Gives("*", {"1.5", 2.0}, 3.0),
      Fails("+", {"1.5", 1}, "CAST_INVALID_INPUT"),
      Fails("*", {"3", "4"}, "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE"),
      Fails("+", {true, 1}, "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES"),
  });
}

TEST(ArithmeticTest, SignsAndTheirNames) {
  CheckCalls({
      Gives("-", {-5}, 5, "(- -5)"),
      Gives("+", {"5"}, 5.0, "(+ 5)"),
      Gives("negative", {5}, -5, "negative(5)"),
      Gives("negative", {0.0}, -0.0),
      Gives("positive", {"7"}, 7.0, "(+ 7)"),
      Gives("abs", {-5}, 5),
      Gives("abs", {-0.0}, 0.0),
      Gives("abs", {"-3"}, 3.0),
      Gives("abs", {Dec(-125, 3, 2)}, Dec(125, 3, 2)),
      Fails("abs", {int8_t{-128}}, "ARITHMETIC_OVERFLOW"),
      Fails("negative", {std::numeric_limits<int32_t>::min()}, "ARITHMETIC_OVERFLOW"),
  });
}

TEST(ArithmeticTest, TryFunctionsGiveNull) {
  CheckCalls({
      Gives("try_add", {int8_t{127}, int8_t{1}}, Value(), "try_add(127, 1)"),
      Gives("try_subtract", {1, 2}, -1),
      Gives("try_multiply", {2147483647, 2}, Value()),
      Gives("try_divide", {6, 4}, 1.5),
      Gives("try_divide", {1, 0}, Value()),
      Gives("try_mod", {7, 0}, Value()),
  });
}

TEST(ArithmeticTest, DatesAndTimestamps) {
  const Date leap{19782};  // 2024-02-29
  const int64_t day = 86'400'000'000;
  CheckCalls({
      Gives("+", {leap, 1}, Date{19783}, "date_add(DATE '2024-02-29', 1)"),
      Gives("+", {int8_t{1}, leap}, Date{19783}),
      Gives("-", {leap, 1}, Date{19781}, "date_sub(DATE '2024-02-29', 1)"),
      Gives("-", {leap, Date{19780}}, DayTimeInterval{2 * day}),
      Gives("-", {leap, "2024-02-28"}, DayTimeInterval{day}),
      Gives("-", {Timestamp{5}, Timestamp{3}}, DayTimeInterval{2}),
      Gives("+", {leap, YearMonthInterval{12}}, Date{20147}),
      Gives("+", {Timestamp{0}, DayTimeInterval{7}}, Timestamp{7}),
      Gives("-", {Timestamp{10}, DayTimeInterval{7}}, Timestamp{3}),
      Gives("+", {Timestamp{30 * day}, YearMonthInterval{1}}, Timestamp{58 * day}),
      Fails("+", {leap, Dec(15, 2, 1)}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
      Fails("+", {leap, "1"}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
      Fails("+", {Timestamp{kMaxLong}, DayTimeInterval{1}}, "DATETIME_OVERFLOW"),
  });
}

TEST(ArithmeticTest, TimestampsMoveOnTheWallClockByDays) {
  const FunctionSettings paris{true, "Europe/Paris"};
  const int64_t hour = 3'600'000'000;
  // 2024-03-30 12:00 in Paris; the clock is set forward in the night that follows.
  const int64_t noon = 1711796400'000'000;
  CheckCalls(
      {
          Gives("+", {Timestamp{noon}, DayTimeInterval{24 * hour}}, Timestamp{noon + 23 * hour}),
          Gives("+", {Timestamp{noon}, DayTimeInterval{23 * hour}}, Timestamp{noon + 23 * hour}),
          Gives("-", {Timestamp{noon + 23 * hour}, Timestamp{noon}}, DayTimeInterval{24 * hour}),
      },
      paris);
}

TEST(ArithmeticTest, Intervals) {
  const int64_t day = 86'400'000'000;
  CheckCalls({
      Gives("+", {DayTimeInterval{day}, DayTimeInterval{1}}, DayTimeInterval{day + 1}),
      Gives("*", {DayTimeInterval{day}, Dec(15, 2, 1)}, DayTimeInterval{day * 3 / 2}),
      Gives("*", {YearMonthInterval{1}, 2.5}, YearMonthInterval{3}),
      Gives("*", {3, YearMonthInterval{24}}, YearMonthInterval{72}),
      Gives("/", {DayTimeInterval{day}, 3}, DayTimeInterval{day / 3}),
      Gives("/", {YearMonthInterval{12}, -5}, YearMonthInterval{-2}),
      Gives("div", {DayTimeInterval{5 * day}, DayTimeInterval{2 * day}}, int64_t{2}),
      Gives("negative", {DayTimeInterval{5}}, DayTimeInterval{-5}),
      Fails("/", {DayTimeInterval{day}, 0}, "INTERVAL_DIVIDED_BY_ZERO"),
      Fails("+", {DayTimeInterval{kMaxLong}, DayTimeInterval{1}},
            "INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION"),
      Gives("try_divide", {YearMonthInterval{12}, 0}, Value()),
  });
}

TEST(ArithmeticTest, FailuresOfNullRowsDoNotCount) {
  // The slot behind a NULL may hold anything; it must not overflow.
  AttributePtr a = std::make_shared<Attribute>("a", TypeId::kInteger, true, NewExprId());
  auto sum = BindCall("+", {a, Literal::Of(1).ValueOrDie()}, false, nullptr, {}).ValueOrDie();
  sum = BindReferences(sum, {a}).ValueOrDie();
  Schema schema;
  schema.Add("a", TypeId::kInteger);
  auto batch = MakeBatch({Row({2147483647}), Row({4})}, schema).ValueOrDie();
  auto data = batch->column_data(0)->Copy();
  data->buffers[0] = arrow::AllocateEmptyBitmap(2).ValueOrDie();
  data->buffers[0]->mutable_data()[0] = 2;
  data->null_count = arrow::kUnknownNullCount;
  auto nulled = arrow::RecordBatch::Make(batch->schema(), 2, std::vector{data});
  EXPECT_EQ(EvaluateOn(sum, *nulled).ValueOrDie(), (std::vector<Value>{Value(), 5}));
}

}  // namespace
}  // namespace firesteel
