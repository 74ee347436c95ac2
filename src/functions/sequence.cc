#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arrow/type.h"
#include "common/error.h"
#include "common/free_memory.h"
#include "functions/aggregate_support.h"
#include "functions/binding.h"
#include "functions/column_reader.h"
#include "functions/interval_arithmetic.h"
#include "functions/moment_kernels.h"
#include "functions/nested_columns.h"
#include "functions/registry.h"
#include "functions/tightest_type.h"
#include "types/arrow_types.h"
#include "types/datetime.h"

namespace firesteel {

namespace {

constexpr int64_t kMaxElements = 2147483632;
/// What a month counts for where a sequence's length is estimated.
constexpr int64_t kDaysPerMonth = 28;

Status IllegalBounds(int64_t start, int64_t stop, const std::string& step) {
  return Status::Invalid("No sequence leads from ", start, " to ", stop, " by steps of ", step);
}

/// How many elements there are, the start included. Errors: the step leads away from the stop.
Result<int64_t> CountElements(int64_t start, int64_t stop, int64_t step) {
  const bool leads = (step > 0 && start <= stop) || (step < 0 && start >= stop) ||
                     (step == 0 && start == stop);
  if (!leads) return IllegalBounds(start, stop, std::to_string(step));
  if (step == 0) return 1;
  const __int128 distance = static_cast<__int128>(stop) - start;
  const __int128 count = distance / step + 1;
  if (count > kMaxElements) {
    return MakeError("COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER",
                     {{"numberOfElements", std::to_string(static_cast<int64_t>(count))},
                      {"maxRoundedArrayLength", std::to_string(kMaxElements)},
                      {"functionName", "`sequence`"},
                      {"parameter", "`count`"}});
  }
  return static_cast<int64_t>(count);
}

/// Before `count` elements are added to those of the batch's earlier rows.
Status CheckTotal(size_t earlier, int64_t count) {
  if (static_cast<int64_t>(earlier) + count > kMaxElements) {
    return Status::CapacityError(
        "The sequences of one batch have more elements than a column holds");
  }
  // The numbers, and the column that is made of them.
  return RequireFreeMemory(2 * sizeof(int64_t) * count);
}

Status AppendNumbers(int64_t start, int64_t stop, int64_t step, std::vector<int64_t>* out) {
  ARROW_ASSIGN_OR_RAISE(int64_t count, CountElements(start, stop, step));
  ARROW_RETURN_NOT_OK(CheckTotal(out->size(), count));
  for (int64_t i = 0; i < count; ++i) {
    out->push_back(static_cast<int64_t>(static_cast<uint64_t>(start) +
                                        static_cast<uint64_t>(i) * static_cast<uint64_t>(step)));
  }
  return Status::OK();
}

/// A step in time.
struct TimeStep {
  int64_t months = 0;
  int64_t days = 0;
  int64_t micros = 0;
};

/// Steps through dates or timestamps (`unit`: microseconds of one) on the wall clock of a zone.
class MomentSequence {
 public:
  MomentSequence(const DataType& moment, const TimeZone& zone)
      : dates_(moment.id() == TypeId::kDate), converter_(zone) {}

  Status Append(int64_t start, int64_t stop, const TimeStep& step, std::vector<int64_t>* out) {
    if (dates_ && step.months == 0 && step.days == 0) {
      return MakeError("_LEGACY_ERROR_TEMP_3242");
    }
    if (step.months == 0 && step.micros == 0 && dates_) {
      return AppendNumbers(start, stop, step.days, out);
    }
    if (step.months == 0 && step.days == 0) return AppendNumbers(start, stop, step.micros, out);
    return AppendSteps(ToMicros(start), ToMicros(stop), step, out);
  }

 private:
  int64_t ToMicros(int64_t value) {
    return dates_ ? converter_.ToUtcMicros(value * kMicrosPerDay) : value;
  }
  int64_t FromMicros(int64_t micros) {
    return dates_ ? FloorDivide(converter_.ToLocalMicros(micros), kMicrosPerDay) : micros;
  }

  Status AppendSteps(int64_t start, int64_t stop, const TimeStep& step,
                     std::vector<int64_t>* out) {
    int64_t estimate;
    if (__builtin_mul_overflow(step.months * kDaysPerMonth + step.days, kMicrosPerDay,
                               &estimate) ||
        __builtin_add_overflow(estimate, step.micros, &estimate)) {
      return ArithmeticOverflow("long");
    }
    ARROW_ASSIGN_OR_RAISE(int64_t count, CountElements(start, stop, estimate));
    ARROW_RETURN_NOT_OK(CheckTotal(out->size(), count));
    int64_t moment = start;
    for (int64_t i = 1; estimate > 0 ? moment <= stop : moment >= stop; ++i) {
      out->push_back(FromMicros(moment));
      if (estimate == 0) break;
      moment = start;
      if (step.months != 0 &&
          !AddMonthsToMicros(moment, i * step.months, &converter_, &moment)) {
        return DateTimeOverflow("step through a sequence");
      }
      if (!AddDays(i * step.days, &moment) ||
          __builtin_add_overflow(moment, i * step.micros, &moment)) {
        return DateTimeOverflow("step through a sequence");
      }
    }
    return Status::OK();
  }

  bool AddDays(int64_t days, int64_t* moment) {
    int64_t local = converter_.ToLocalMicros(*moment);
    int64_t distance;
    if (days == 0) return true;
    if (__builtin_mul_overflow(days, kMicrosPerDay, &distance) ||
        __builtin_add_overflow(local, distance, &local)) {
      return false;
    }
    *moment = converter_.ToUtcMicros(local);
    return true;
  }

  bool dates_;
  ZoneConverter converter_;
};

/// Reads an integral column of any width, dates and timestamps included.
class WholeReader {
 public:
  explicit WholeReader(const ColumnVector& column)
      : column_(column),
        width_(column.values->type()->id() == arrow::Type::NA
                   ? 8
                   : column.values->type()->bit_width() / 8) {}
  int64_t operator[](int64_t row) const {
    switch (width_) {
      case 1: return FixedReader<int8_t>(column_)[row];
      case 2: return FixedReader<int16_t>(column_)[row];
      case 4: return FixedReader<int32_t>(column_)[row];
      default: return FixedReader<int64_t>(column_)[row];
    }
  }

 private:
  const ColumnVector& column_;
  int width_;
};

template <typename T>
Result<std::shared_ptr<arrow::Array>> Narrow(const std::shared_ptr<arrow::DataType>& type,
                                             const std::vector<int64_t>& values) {
  return MakeFixedArray(type, std::vector<T>(values.begin(), values.end()), {});
}

Result<std::shared_ptr<arrow::Array>> MakeElements(const DataType& element,
                                                   const std::vector<int64_t>& values) {
  const auto type = ToArrowType(element);
  switch (type->bit_width()) {
    case 8: return Narrow<int8_t>(type, values);
    case 16: return Narrow<int16_t>(type, values);
    case 32: return Narrow<int32_t>(type, values);
    default: return Narrow<int64_t>(type, values);
  }
}

/// Builds the lists: `append(row, &values)` where every argument is set.
template <typename Append>
Result<ColumnVector> BuildSequences(std::span<const ColumnVector> arguments, int64_t rows,
                                    const DataType& type, Append append) {
  ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
  if (validity.all_null) return NullConstant(ToArrowType(type));
  std::vector<int64_t> values;
  std::vector<int32_t> offsets{0};
  std::vector<uint8_t> set(rows);
  for (int64_t row = 0; row < rows; ++row) {
    set[row] = validity.IsValid(row);
    if (set[row]) ARROW_RETURN_NOT_OK(append(row, &values));
    offsets.push_back(static_cast<int32_t>(values.size()));
  }
  ARROW_ASSIGN_OR_RAISE(auto elements, MakeElements(type.element_type(), values));
  return WrapLists(type, elements, offsets, set);
}

Result<ColumnVector> NumberSequences(std::span<const ColumnVector> arguments, int64_t rows,
                                     const DataType& type) {
  const WholeReader start(arguments[0]);
  const WholeReader stop(arguments[1]);
  const WholeReader step(arguments[arguments.size() - 1]);
  const bool has_step = arguments.size() == 3;
  return BuildSequences(arguments, rows, type, [&](int64_t row, std::vector<int64_t>* values) {
    const int64_t by = has_step ? step[row] : start[row] <= stop[row] ? 1 : -1;
    return AppendNumbers(start[row], stop[row], by, values);
  });
}

TimeStep ReadStep(const ColumnVector& column, const DataType& type, int64_t row) {
  TimeStep step;
  if (type.id() == TypeId::kYearMonthInterval) {
    step.months = FixedReader<int32_t>(column)[row];
  } else if (type.id() == TypeId::kDayTimeInterval) {
    const int64_t micros = FixedReader<int64_t>(column)[row];
    step.days = micros / kMicrosPerDay;
    step.micros = micros % kMicrosPerDay;
  } else {
    const CalendarInterval interval =
        GetValue(*column.values, column.constant ? 0 : row, type).Get<CalendarInterval>();
    step = {interval.months, interval.days, interval.micros};
  }
  return step;
}

Result<ColumnVector> MomentSequences(std::span<const ColumnVector> arguments, int64_t rows,
                                     const DataType& type, const DataType& step_type,
                                     const TimeZone& zone) {
  const WholeReader start(arguments[0]);
  const WholeReader stop(arguments[1]);
  MomentSequence sequence(type.element_type(), zone);
  return BuildSequences(arguments, rows, type, [&](int64_t row, std::vector<int64_t>* values) {
    TimeStep step;
    if (arguments.size() == 3) {
      step = ReadStep(arguments[2], step_type, row);
    } else {
      step.days = start[row] <= stop[row] ? 1 : -1;
    }
    return sequence.Append(start[row], stop[row], step, values);
  });
}

bool IsMoment(const DataType& type) {
  return type.id() == TypeId::kDate || type.id() == TypeId::kTimestamp ||
         type.id() == TypeId::kTimestampNtz;
}
bool IsAnyInterval(const DataType& type) {
  return type.id() == TypeId::kDayTimeInterval || type.id() == TypeId::kYearMonthInterval ||
         type.id() == TypeId::kCalendarInterval;
}

/// The type of the bounds: a text becomes what the other bound is.
std::optional<DataType> BoundType(const BindRequest& request) {
  const DataType& start = request.type(0);
  const DataType& stop = request.type(1);
  auto fits = [](const DataType& type) { return type.is_integral() || IsMoment(type); };
  if (start.id() == TypeId::kString && fits(stop)) return stop;
  if (stop.id() == TypeId::kString && fits(start)) return start;
  auto type = TightestType(start, stop);
  if (!type || !fits(*type)) return std::nullopt;
  return type;
}

Status WrongTypes(const BindRequest& request) {
  return MakeError("DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES",
                   {{"sqlExpr", Quoted(CallSql(request))},
                    {"functionName", "`sequence`"},
                    {"startType", "(\"TIMESTAMP\" or \"TIMESTAMP_NTZ\" or \"DATE\")"},
                    {"stepType", "(\"INTERVAL\" or \"INTERVAL YEAR TO MONTH\" or "
                                 "\"INTERVAL DAY TO SECOND\")"},
                    {"otherStartType", "\"INTEGRAL\""},
                    {"otherStepType", "\"INTEGRAL\""}});
}

Result<BoundFunction> BindSequence(const BindRequest& request) {
  std::optional<DataType> bound = BoundType(request);
  if (!bound) return WrongTypes(request);
  BoundFunction function;
  function.nullable = AnyNullable(request);
  if (bound->is_integral()) {
    if (request.size() == 3) {
      bound = TightestType(*bound, request.type(2));
      if (!bound || !bound->is_integral()) return WrongTypes(request);
    }
    function.argument_types.assign(request.size(), *bound);
    function.return_type = DataType::Array(*bound, false);
    function.kernel = [type = function.return_type](std::span<const ColumnVector> arguments,
                                                    int64_t rows, EvaluationContext*) {
      return NumberSequences(arguments, rows, type);
    };
    return function;
  }
  DataType step = TypeId::kDayTimeInterval;
  function.argument_types = {*bound, *bound};
  if (request.size() == 3) {
    step = request.type(2);
    if (step.id() == TypeId::kNull) step = TypeId::kDayTimeInterval;
    if (!IsAnyInterval(step)) return WrongTypes(request);
    function.argument_types.push_back(step);
  }
  ARROW_ASSIGN_OR_RAISE(
      std::shared_ptr<const TimeZone> zone,
      TimeZone::Find(bound->id() == TypeId::kTimestampNtz ? "UTC" : request.settings.time_zone));
  function.return_type = DataType::Array(*bound, false);
  function.kernel = [type = function.return_type, step, zone](
                        std::span<const ColumnVector> arguments, int64_t rows,
                        EvaluationContext*) {
    return MomentSequences(arguments, rows, type, step, *zone);
  };
  return function;
}

constexpr ScalarFunctionDefinition kSequenceFunctions[] = {
    {"sequence",
     2,
     3,
     {"`sequence(start, stop[, step])`: the values from start to stop.", "2.4.0"},
     BindSequence},
};

}  // namespace

std::span<const ScalarFunctionDefinition> SequenceFunctions() { return kSequenceFunctions; }

}  // namespace firesteel
