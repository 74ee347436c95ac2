#include "functions/time_windows.h"

#include <limits>

#include "functions/function_test_support.h"

namespace firesteel {
namespace {

constexpr int64_t kMinuteMicros = 60'000'000;

/// The windows, latest first, of one time; as minutes since 1970.
std::vector<std::pair<int64_t, int64_t>> WindowsOf(int64_t micros, TimeWindowMeasures measures) {
  const ExpressionPtr time =
      Literal::Make(Value(Timestamp{micros}), TypeId::kTimestamp).ValueOrDie();
  const auto batch = arrow::RecordBatch::Make(arrow::schema({}), 1, arrow::ArrayVector());
  std::vector<std::pair<int64_t, int64_t>> windows;
  for (int64_t i = 0; i < measures.overlapping(); ++i) {
    const auto made = MakeTimeWindow(time, measures, i, /*nullable=*/true).ValueOrDie();
    EvaluationContext context;
    const ColumnVector column = made->Evaluate(*batch, &context).ValueOrDie();
    const Value value = GetValue(*column.values, 0, made->type());
    if (value.is_null()) continue;
    const auto& fields = value.Get<StructValue>().fields;
    windows.emplace_back(fields[0].Get<Timestamp>().micros / kMinuteMicros,
                         fields[1].Get<Timestamp>().micros / kMinuteMicros);
  }
  return windows;
}

using Spans = std::vector<std::pair<int64_t, int64_t>>;

TEST(TimeWindowsTest, TumblingWindowsHoldTheirStartButNotTheirEnd) {
  const TimeWindowMeasures ten{10 * kMinuteMicros, 10 * kMinuteMicros, 0};
  EXPECT_EQ(WindowsOf(20 * kMinuteMicros, ten), (Spans{{20, 30}}));
  EXPECT_EQ(WindowsOf(30 * kMinuteMicros - 1, ten), (Spans{{20, 30}}));
  EXPECT_EQ(WindowsOf(-1, ten), (Spans{{-10, 0}}));
}

TEST(TimeWindowsTest, SlidingWindowsOverlap) {
  const TimeWindowMeasures even{10 * kMinuteMicros, 5 * kMinuteMicros, 0};
  EXPECT_EQ(WindowsOf(27 * kMinuteMicros, even), (Spans{{25, 35}, {20, 30}}));
  const TimeWindowMeasures uneven{10 * kMinuteMicros, 3 * kMinuteMicros, kMinuteMicros};
  EXPECT_EQ(uneven.overlapping(), 4);
  EXPECT_EQ(WindowsOf(27 * kMinuteMicros, uneven), (Spans{{25, 35}, {22, 32}, {19, 29}}));
  EXPECT_EQ(WindowsOf(28 * kMinuteMicros, uneven), (Spans{{28, 38}, {25, 35}, {22, 32}, {19, 29}}));
}

TEST(TimeWindowsTest, StartsMayBeNegative) {
  const TimeWindowMeasures measures{10 * kMinuteMicros, 10 * kMinuteMicros, -kMinuteMicros};
  EXPECT_EQ(WindowsOf(20 * kMinuteMicros, measures), (Spans{{19, 29}}));
  EXPECT_EQ(WindowsOf(19 * kMinuteMicros - 1, measures), (Spans{{9, 19}}));
}

TEST(TimeWindowsTest, WindowThatDoesNotFitIsAnError) {
  const TimeWindowMeasures ten{10 * kMinuteMicros, 10 * kMinuteMicros, 0};
  for (const int64_t limit :
       {std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min()}) {
    const ExpressionPtr time =
        Literal::Make(Value(Timestamp{limit}), TypeId::kTimestamp).ValueOrDie();
    const auto made = MakeTimeWindow(time, ten, 0, /*nullable=*/true).ValueOrDie();
    const auto batch = arrow::RecordBatch::Make(arrow::schema({}), 1, arrow::ArrayVector());
    EvaluationContext context;
    EXPECT_EQ(ErrorCondition(made->Evaluate(*batch, &context).status()), "ARITHMETIC_OVERFLOW");
  }
}

Result<ExpressionPtr> BindWindowCall(std::vector<Value> measures) {
  std::vector<ExpressionPtr> arguments{
      Literal::Make(Value(Timestamp{0}), TypeId::kTimestamp).ValueOrDie()};
  for (Value& measure : measures) arguments.push_back(Literal::Of(measure).ValueOrDie());
  return BindCall("window", std::move(arguments), false, nullptr, FunctionSettings());
}

TEST(TimeWindowsTest, ReadsMeasuresAsTextAndNumbers) {
  const auto call = BindWindowCall({"1 hour", "30 minutes", int64_t{1'000'000}}).ValueOrDie();
  const TimeWindowMeasures measures = MeasuresOf(*As<ScalarFunction>(call)).ValueOrDie();
  EXPECT_EQ(measures.duration, 60 * kMinuteMicros);
  EXPECT_EQ(measures.slide, 30 * kMinuteMicros);
  EXPECT_EQ(measures.start, 1'000'000);
}

TEST(TimeWindowsTest, RefusesMeasuresThatMakeNoWindows) {
  const auto condition = [](std::vector<Value> measures) {
    return std::string(ErrorCondition(BindWindowCall(std::move(measures)).status()));
  };
  EXPECT_EQ(condition({"0 seconds"}), "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE");
  EXPECT_EQ(condition({"1 hour", "-1 hour"}), "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE");
  EXPECT_EQ(condition({"1 hour", "2 hours"}), "DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION");
  EXPECT_EQ(condition({"1 hour", "1 hour", "1 hour"}),
            "DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION");
  EXPECT_EQ(condition({"soon"}), "CANNOT_PARSE_INTERVAL");
  EXPECT_EQ(condition({"1 month"}), "_LEGACY_ERROR_TEMP_3231");
  EXPECT_EQ(condition({1.5}), "_LEGACY_ERROR_TEMP_1207");
}

}  // namespace
}  // namespace firesteel
