#include "functions/time_windows.h"

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/array_nested.h"
#include "arrow/array/util.h"
#include "arrow/buffer.h"
#include "arrow/util/bit_util.h"
#include "common/error.h"
#include "expr/nodes.h"
#include "functions/binding.h"
#include "functions/column_reader.h"
#include "functions/interval_arithmetic.h"
#include "functions/registry.h"
#include "types/arrow_types.h"
#include "types/datetime.h"
#include "types/interval.h"

namespace firesteel {

namespace {

constexpr int kMaximumWindowArguments = 4;
constexpr std::string_view kRequiredTime =
    "(\"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)\" or \"STRUCT<start: TIMESTAMP, end: "
    "TIMESTAMP>\" or \"STRUCT<start: TIMESTAMP_NTZ, end: TIMESTAMP_NTZ>\")";

DataType WindowType(const DataType& time) {
  return DataType::Struct({{"start", time, true}, {"end", time, true}});
}

bool IsTime(const DataType& type) {
  return type.id() == TypeId::kTimestamp || type.id() == TypeId::kTimestampNtz;
}

/// The type of the times of a time or window column; nullopt for a column of another kind.
std::optional<DataType> TimeTypeOf(const DataType& type) {
  if (IsTime(type)) return type;
  if (type.id() == TypeId::kString || type.id() == TypeId::kDate || type.id() == TypeId::kNull) {
    return DataType(TypeId::kTimestamp);
  }
  if (type.id() != TypeId::kStruct || type.fields().size() != 2) return std::nullopt;
  const DataType& start = type.fields()[0].type;
  const DataType& end = type.fields()[1].type;
  if (!IsTime(start) || !start.SameType(end)) return std::nullopt;
  return start;
}

/// Microseconds of a measure: a number of them, or text. Months have no fixed length.
Result<int64_t> MeasureOf(const Expression& argument) {
  const auto* literal = As<Literal>(argument);
  if (literal == nullptr) return MakeError("_LEGACY_ERROR_TEMP_1207");
  const Value& value = literal->value();
  if (value.Is<int32_t>()) return int64_t{value.Get<int32_t>()};
  if (value.Is<int64_t>()) return value.Get<int64_t>();
  if (!value.Is<std::string>()) return MakeError("_LEGACY_ERROR_TEMP_1207");
  const std::string& text = value.Get<std::string>();
  const std::optional<CalendarInterval> interval = ParseCalendarInterval(text);
  if (!interval) {
    return MakeError("CANNOT_PARSE_INTERVAL", {{"intervalString", "'" + text + "'"}});
  }
  int64_t micros = 0;
  if (interval->months != 0 ||
      __builtin_mul_overflow(int64_t{interval->days}, kMicrosPerDay, &micros) ||
      __builtin_add_overflow(micros, interval->micros, &micros)) {
    return MakeError("_LEGACY_ERROR_TEMP_3231", {{"interval", text}});
  }
  return micros;
}

Result<TimeWindowMeasures> ReadMeasures(std::span<const ExpressionPtr> arguments) {
  TimeWindowMeasures measures;
  ARROW_ASSIGN_OR_RAISE(measures.duration, MeasureOf(*arguments[1]));
  measures.slide = measures.duration;
  if (arguments.size() > 2) {
    ARROW_ASSIGN_OR_RAISE(measures.slide, MeasureOf(*arguments[2]));
  }
  if (arguments.size() > 3) {
    ARROW_ASSIGN_OR_RAISE(measures.start, MeasureOf(*arguments[3]));
  }
  return measures;
}

std::string WindowSql(const ExpressionPtr& time, const TimeWindowMeasures& measures) {
  return "window(" + time->Sql() + ", " + std::to_string(measures.duration) + ", " +
         std::to_string(measures.slide) + ", " + std::to_string(measures.start) + ")";
}

Status OutOfRange(const std::string& sql, const std::string& name, int64_t value) {
  return MakeError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                   {{"sqlExpr", Quoted(sql)},
                    {"exprName", "`" + name + "`"},
                    {"valueRange", "(0, 9223372036854775807]"},
                    {"currentValue", std::to_string(value) + "L"}});
}

Status Violated(const std::string& sql, const std::string& left, int64_t left_value,
                const std::string& constraint, const std::string& right, int64_t right_value) {
  return MakeError("DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION",
                   {{"sqlExpr", Quoted(sql)},
                    {"leftExprName", "`" + left + "`"},
                    {"leftExprValue", std::to_string(left_value) + "L"},
                    {"constraint", constraint},
                    {"rightExprName", "`" + right + "`"},
                    {"rightExprValue", std::to_string(right_value) + "L"}});
}

Status CheckMeasures(const TimeWindowMeasures& measures, const std::string& sql) {
  if (measures.duration <= 0) return OutOfRange(sql, "window_duration", measures.duration);
  if (measures.slide <= 0) return OutOfRange(sql, "slide_duration", measures.slide);
  if (measures.slide > measures.duration) {
    return Violated(sql, "slide_duration", measures.slide, "<=", "window_duration",
                    measures.duration);
  }
  const int64_t start =
      measures.start == std::numeric_limits<int64_t>::min() ? std::numeric_limits<int64_t>::max()
      : measures.start < 0                                  ? -measures.start
                                                            : measures.start;
  if (start >= measures.slide) {
    return Violated(sql, "abs(start_time)", start, "<", "slide_duration", measures.slide);
  }
  return Status::OK();
}

Status WrongTime(const std::string& sql, const ExpressionPtr& time) {
  return MakeError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                   {{"sqlExpr", Quoted(sql)},
                    {"paramIndex", "first"},
                    {"requiredType", std::string(kRequiredTime)},
                    {"inputSql", Quoted(time->Sql())},
                    {"inputType", Quoted(time->type().Sql())}});
}

/// What is known of the window of one row.
enum class WindowOfRow { kNone, kThere, kTooEarly, kTooLate };

/// The window of one row: `fill(row, time, &start, &end)` says whether there is one. Errors:
/// ARITHMETIC_OVERFLOW for one whose bounds are no times, since a row must not get lost.
template <typename Fill>
Result<ColumnVector> BuildWindows(std::span<const ColumnVector> arguments, int64_t rows,
                                  const DataType& time, Fill fill) {
  const std::shared_ptr<arrow::DataType> type = ToArrowType(WindowType(time));
  ARROW_ASSIGN_OR_RAISE(const Validity validity, CombineValidity(arguments.first(1), rows));
  if (validity.all_null) return NullConstant(type);
  constexpr auto kWidth = static_cast<int64_t>(sizeof(int64_t));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> starts,
                        arrow::AllocateBuffer(rows * kWidth));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> ends, arrow::AllocateBuffer(rows * kWidth));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> set, arrow::AllocateEmptyBitmap(rows));
  auto* start = reinterpret_cast<int64_t*>(starts->mutable_data());
  auto* end = reinterpret_cast<int64_t*>(ends->mutable_data());
  const FixedReader<int64_t> times(arguments[0]);
  int64_t nulls = 0;
  for (int64_t row = 0; row < rows; ++row) {
    start[row] = end[row] = 0;
    const WindowOfRow window = validity.IsValid(row)
                                   ? fill(row, times[row], &start[row], &end[row])
                                   : WindowOfRow::kNone;
    if (window == WindowOfRow::kThere) {
      arrow::bit_util::SetBit(set->mutable_data(), row);
    } else if (window == WindowOfRow::kNone) {
      ++nulls;
    } else {
      return ArithmeticOverflow("long",
                                window == WindowOfRow::kTooLate ? "try_add" : "try_subtract");
    }
  }
  const std::shared_ptr<arrow::DataType> time_type = ToArrowType(time);
  const auto column = [&](std::shared_ptr<arrow::Buffer> values) {
    return arrow::ArrayData::Make(time_type, rows, {nulls ? set : nullptr, std::move(values)},
                                  nulls);
  };
  auto data = arrow::ArrayData::Make(type, rows, {nulls ? set : nullptr},
                                     {column(std::move(starts)), column(std::move(ends))}, nulls);
  return ColumnVector{arrow::MakeArray(std::move(data)), false};
}

Kernel TimeWindowKernel(const DataType& time, const TimeWindowMeasures& measures, int64_t index) {
  return [time, measures, index](std::span<const ColumnVector> arguments, int64_t rows,
                                 EvaluationContext*) {
    return BuildWindows(arguments, rows, time,
                        [&](int64_t, int64_t micros, int64_t* start, int64_t* end) -> WindowOfRow {
                          // The remainders first: times at the limits must not wrap around.
                          const int64_t into = FloorModulo(FloorModulo(micros, measures.slide) -
                                                               measures.start,
                                                           measures.slide);
                          const int64_t back = into + index * measures.slide;
                          if (back >= measures.duration) return WindowOfRow::kNone;
                          if (__builtin_sub_overflow(micros, back, start)) {
                            return WindowOfRow::kTooEarly;
                          }
                          return __builtin_add_overflow(*start, measures.duration, end)
                                     ? WindowOfRow::kTooLate
                                     : WindowOfRow::kThere;
                        });
  };
}

/// `micros` moved on by the interval; months and days count on the wall clock.
bool AddToTime(int64_t micros, const CalendarInterval& interval, ZoneConverter* zone,
               int64_t* sum) {
  if (interval.months != 0 || interval.days != 0) {
    const int64_t local = zone ? zone->ToLocalMicros(micros) : micros;
    const int64_t days = FloorDivide(local, kMicrosPerDay);
    const int64_t moved = AddMonths(days, interval.months) + interval.days;
    int64_t local_moved = 0;
    if (__builtin_mul_overflow(moved, kMicrosPerDay, &local_moved) ||
        __builtin_add_overflow(local_moved, FloorModulo(local, kMicrosPerDay), &local_moved)) {
      return false;
    }
    micros = zone ? zone->ToUtcMicros(local_moved) : local_moved;
  }
  return !__builtin_add_overflow(micros, interval.micros, sum);
}

Kernel SessionWindowKernel(const DataType& time, std::shared_ptr<const TimeZone> zone) {
  return [time, zone = std::move(zone)](std::span<const ColumnVector> arguments, int64_t rows,
                                        EvaluationContext*) -> Result<ColumnVector> {
    const bool local = time.id() == TypeId::kTimestampNtz;
    ZoneConverter converter(*zone);
    const BytesReader gaps(arguments[1]);
    std::string known_text;
    std::optional<CalendarInterval> known = ParseCalendarInterval(known_text);
    return BuildWindows(arguments, rows, time,
                        [&](int64_t row, int64_t micros, int64_t* start,
                            int64_t* end) -> WindowOfRow {
                          if (gaps.IsNull(row)) return WindowOfRow::kNone;
                          if (gaps[row] != known_text) {
                            known_text = gaps[row];
                            known = ParseCalendarInterval(known_text);
                          }
                          *start = micros;
                          if (!known) return WindowOfRow::kNone;
                          if (!AddToTime(micros, *known, local ? nullptr : &converter, end)) {
                            return WindowOfRow::kTooLate;
                          }
                          return *end > micros ? WindowOfRow::kThere : WindowOfRow::kNone;
                        });
  };
}

Result<BoundFunction> BindWindow(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(const TimeWindowMeasures measures, ReadMeasures(request.arguments));
  const ExpressionPtr& time = request.arguments[0];
  const std::string sql = WindowSql(time, measures);
  const std::optional<DataType> type = TimeTypeOf(time->type());
  if (!type) return WrongTime(sql, time);
  ARROW_RETURN_NOT_OK(CheckMeasures(measures, sql));
  BoundFunction function;
  function.argument_types = {time->type().id() == TypeId::kStruct ? time->type() : *type};
  for (int i = 1; i < request.size(); ++i) function.argument_types.push_back(request.type(i));
  function.return_type = WindowType(*type);
  function.may_fail = true;
  function.kernel = TimeWindowKernel(*type, measures, 0);
  return function;
}

Result<BoundFunction> BindSessionWindow(const BindRequest& request) {
  const ExpressionPtr& time = request.arguments[0];
  const DataType& gap = request.type(1);
  const std::optional<DataType> type = TimeTypeOf(time->type());
  if (!type) {
    const auto* literal = As<Literal>(request.arguments[1]);
    const bool text = literal != nullptr && literal->value().Is<std::string>();
    return WrongTime("sessionwindow(" + time->Sql() + ", " +
                         (text ? literal->value().Get<std::string>()
                               : request.arguments[1]->Sql()) + ")",
                     time);
  }
  if (gap.id() != TypeId::kString && gap.id() != TypeId::kCalendarInterval) {
    return MakeError("_LEGACY_ERROR_TEMP_1040", {{"dt", gap.SimpleString()}});
  }
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const TimeZone> zone,
                        TimeZone::Find(request.settings.time_zone));
  BoundFunction function;
  function.argument_types = {time->type().id() == TypeId::kStruct ? time->type() : *type,
                             DataType(TypeId::kString)};
  function.return_type = WindowType(*type);
  function.may_fail = true;
  function.kernel = SessionWindowKernel(*type, std::move(zone));
  return function;
}

/// The end of a window less a microsecond.
Result<ColumnVector> LastMicrosecond(std::span<const ColumnVector> arguments, int64_t rows) {
  const ColumnVector& windows = arguments[0];
  const auto& array = static_cast<const arrow::StructArray&>(*windows.values);
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Array> ends, array.GetFlattenedField(1));
  const ColumnVector column{ends, windows.constant};
  ARROW_ASSIGN_OR_RAISE(const Validity validity, CombineValidity({&column, 1}, rows));
  if (validity.all_null) return NullConstant(ends->type());
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> values,
                        arrow::AllocateBuffer(rows * static_cast<int64_t>(sizeof(int64_t))));
  auto* out = reinterpret_cast<int64_t*>(values->mutable_data());
  const FixedReader<int64_t> micros(column);
  for (int64_t row = 0; row < rows; ++row) {
    out[row] = static_cast<int64_t>(static_cast<uint64_t>(micros[row]) - 1);
  }
  return MakeFixedColumn(ends->type(), rows, validity, std::move(values));
}

Result<BoundFunction> BindWindowTime(const BindRequest& request) {
  const DataType& window = request.type(0);
  if (window.id() != TypeId::kStruct) return UnexpectedInputType(request, 0, "\"STRUCT\"");
  const std::optional<DataType> type = TimeTypeOf(window);
  if (!type) return MakeError("_LEGACY_ERROR_TEMP_3101", {{"windowTime", CallSql(request)}});
  BoundFunction function;
  function.argument_types = {window};
  function.return_type = *type;
  function.nullable = true;
  function.may_fail = false;
  function.kernel = [](std::span<const ColumnVector> arguments, int64_t rows,
                       EvaluationContext*) { return LastMicrosecond(arguments, rows); };
  return function;
}

constexpr ScalarFunctionDefinition kTimeWindowFunctions[] = {
    {"window",
     2,
     kMaximumWindowArguments,
     {"`window(time, duration[, slide[, start]])`: the windows of a fixed length that hold a time.",
      "2.0.0"},
     BindWindow},
    {"session_window",
     2,
     2,
     {"`session_window(time, gap)`: windows of rows that follow each other within a gap.", "3.2.0"},
     BindSessionWindow},
    {"window_time",
     1,
     1,
     {"`window_time(window)`: the last microsecond of a window.", "3.4.0"},
     BindWindowTime},
};

/// What stands in plans after the calls have been taken out.
constexpr ScalarFunctionDefinition kMadeFunctions[] = {
    {"timewindow", 5, 5, {"", ""}, BindWindow},
    {"sessionwindow", 2, 2, {"", ""}, BindSessionWindow},
    {"windowtime", 1, 1, {"", ""}, BindWindowTime},
};

bool IsCallOf(const Expression& expression, const ScalarFunctionDefinition& definition) {
  const auto* call = As<ScalarFunction>(expression);
  return call != nullptr && call->definition() == &definition;
}

}  // namespace

bool IsTimeWindow(const Expression& expression) {
  return IsCallOf(expression, kTimeWindowFunctions[0]);
}
bool IsSessionWindow(const Expression& expression) {
  return IsCallOf(expression, kTimeWindowFunctions[1]);
}
bool IsWindowTime(const Expression& expression) {
  return IsCallOf(expression, kTimeWindowFunctions[2]);
}

Result<TimeWindowMeasures> MeasuresOf(const ScalarFunction& window) {
  return ReadMeasures(window.children());
}

Result<ExpressionPtr> MakeTimeWindow(ExpressionPtr time, const TimeWindowMeasures& measures,
                                     int64_t index, bool nullable) {
  BoundFunction function;
  function.argument_types = {time->type()};
  function.return_type = WindowType(time->type());
  function.nullable = nullable;
  function.may_fail = true;
  function.kernel = TimeWindowKernel(time->type(), measures, index);
  // The numbers are arguments so that windows of different measures are different expressions.
  std::vector<ExpressionPtr> arguments{std::move(time)};
  for (const int64_t number : {measures.duration, measures.slide, measures.start, index}) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr literal, Literal::Of(number));
    function.argument_types.push_back(TypeId::kLong);
    arguments.push_back(std::move(literal));
  }
  return ExpressionPtr(std::make_shared<ScalarFunction>(
      &kMadeFunctions[0], std::make_shared<const BoundFunction>(std::move(function)),
      std::move(arguments)));
}

Result<ExpressionPtr> MakeSessionWindow(ExpressionPtr time, ExpressionPtr gap, bool nullable,
                                        const FunctionSettings& settings) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const TimeZone> zone,
                        TimeZone::Find(settings.time_zone));
  BoundFunction function;
  function.argument_types = {time->type(), gap->type()};
  function.return_type = WindowType(time->type());
  function.nullable = nullable;
  function.may_fail = true;
  function.kernel = SessionWindowKernel(time->type(), std::move(zone));
  return ExpressionPtr(std::make_shared<ScalarFunction>(
      &kMadeFunctions[1], std::make_shared<const BoundFunction>(std::move(function)),
      std::vector<ExpressionPtr>{std::move(time), std::move(gap)}));
}

ExpressionPtr MakeWindowTime(ExpressionPtr window) {
  BoundFunction function;
  function.argument_types = {window->type()};
  function.return_type = window->type().fields()[1].type;
  function.may_fail = false;
  function.kernel = [](std::span<const ColumnVector> arguments, int64_t rows,
                       EvaluationContext*) { return LastMicrosecond(arguments, rows); };
  return std::make_shared<ScalarFunction>(
      &kMadeFunctions[2], std::make_shared<const BoundFunction>(std::move(function)),
      std::vector<ExpressionPtr>{std::move(window)});
}

std::span<const ScalarFunctionDefinition> TimeWindowFunctions() { return kTimeWindowFunctions; }

}  // namespace firesteel
