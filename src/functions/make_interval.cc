#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/array/builder_time.h"
#include "arrow/type.h"
#include "common/error.h"
#include "expr/nodes.h"
#include "functions/arithmetic_kernels.h"
#include "functions/binding.h"
#include "functions/registry.h"
#include "functions/row_kernels.h"
#include "types/arrow_types.h"
#include "types/datetime.h"

namespace firesteel {

namespace {

/// Zeros for the parts that are left out; the seconds are a decimal of six digits.
Status AddZeros(const BindRequest& request, int count, bool seconds_last,
                BoundFunction* function) {
  for (int i = request.size(); i < count; ++i) {
    const bool seconds = seconds_last && i == count - 1;
    Value zero = 0;
    if (seconds) zero = Decimal{0, 18, 6};
    ARROW_ASSIGN_OR_RAISE(
        ExpressionPtr literal,
        Literal::Make(std::move(zero),
                      seconds ? DataType::Decimal(18, 6) : DataType(TypeId::kInteger)));
    function->default_arguments.push_back(std::move(literal));
  }
  return Status::OK();
}

bool AddProduct(int64_t factor, int64_t unit, int64_t* sum) {
  int64_t product;
  return !__builtin_mul_overflow(factor, unit, &product) &&
         !__builtin_add_overflow(*sum, product, sum);
}

int64_t SecondMicros(const FixedReader<DecimalSlot>& seconds, int64_t row) {
  return static_cast<int64_t>(static_cast<__int128>(seconds[row]));
}

/// The parts of make_interval put together; false on overflow.
bool MakeCalendarInterval(const std::vector<FixedReader<int32_t>>& parts,
                          const FixedReader<DecimalSlot>& seconds, int64_t row,
                          arrow::MonthDayNanoIntervalType::MonthDayNanos* out) {
  int32_t months, days;
  if (__builtin_mul_overflow(parts[0][row], 12, &months) ||
      __builtin_add_overflow(months, parts[1][row], &months) ||
      __builtin_mul_overflow(parts[2][row], 7, &days) ||
      __builtin_add_overflow(days, parts[3][row], &days)) {
    return false;
  }
  int64_t micros = SecondMicros(seconds, row);
  int64_t nanos;
  if (!AddProduct(parts[4][row], kMicrosPerHour, &micros) ||
      !AddProduct(parts[5][row], kMicrosPerMinute, &micros) ||
      __builtin_mul_overflow(micros, int64_t{1000}, &nanos)) {
    return false;
  }
  *out = {months, days, nanos};
  return true;
}

template <bool is_try>
Result<BoundFunction> BindMakeInterval(const BindRequest& request) {
  const bool fails = request.settings.ansi && !is_try;
  BoundFunction function;
  if (request.size() > 0) {
    ARROW_ASSIGN_OR_RAISE(
        function.argument_types,
        MatchArguments(request, {TypeId::kInteger, TypeId::kInteger, TypeId::kInteger,
                                 TypeId::kInteger, TypeId::kInteger, TypeId::kInteger,
                                 DataType::Decimal(18, 6)}));
  }
  ARROW_RETURN_NOT_OK(AddZeros(request, 7, true, &function));
  function.return_type = TypeId::kCalendarInterval;
  function.nullable = AnyNullable(request) || !fails;
  function.kernel = [fails](std::span<const ColumnVector> arguments, int64_t rows,
                            EvaluationContext*) {
    std::vector<FixedReader<int32_t>> parts;
    for (int i = 0; i < 6; ++i) parts.emplace_back(arguments[i]);
    const FixedReader<DecimalSlot> seconds(arguments[6]);
    arrow::MonthDayNanoIntervalBuilder builder;
    return BuildRows(arguments, rows, &builder,
                     [&](int64_t row, arrow::MonthDayNanoIntervalBuilder* out) -> Status {
                       arrow::MonthDayNanoIntervalType::MonthDayNanos value;
                       if (MakeCalendarInterval(parts, seconds, row, &value)) {
                         return out->Append(value);
                       }
                       if (fails) return ArithmeticOverflow("integer", "try_make_interval");
                       return out->AppendNull();
                     });
  };
  return function;
}

Status IntervalOverflow() {
  return MakeError("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION");
}

Result<BoundFunction> BindMakeDayTime(const BindRequest& request) {
  BoundFunction function;
  if (request.size() > 0) {
    ARROW_ASSIGN_OR_RAISE(
        function.argument_types,
        MatchArguments(request, {TypeId::kInteger, TypeId::kInteger, TypeId::kInteger,
                                 DataType::Decimal(18, 6)}));
  }
  ARROW_RETURN_NOT_OK(AddZeros(request, 4, true, &function));
  function.return_type = TypeId::kDayTimeInterval;
  function.nullable = AnyNullable(request);
  function.kernel = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const FixedReader<int32_t> days(arguments[0]);
    const FixedReader<int32_t> hours(arguments[1]);
    const FixedReader<int32_t> minutes(arguments[2]);
    const FixedReader<DecimalSlot> seconds(arguments[3]);
    return BuildFixedRows<int64_t>(
        arguments, rows, ToArrowType(TypeId::kDayTimeInterval),
        [&](int64_t row, int64_t* out) -> Result<bool> {
          *out = SecondMicros(seconds, row);
          if (AddProduct(days[row], kMicrosPerDay, out) &&
              AddProduct(hours[row], kMicrosPerHour, out) &&
              AddProduct(minutes[row], kMicrosPerMinute, out)) {
            return true;
          }
          return IntervalOverflow();
        });
  };
  return function;
}

Result<BoundFunction> BindMakeYearMonth(const BindRequest& request) {
  BoundFunction function;
  if (request.size() > 0) {
    ARROW_ASSIGN_OR_RAISE(function.argument_types, MatchArguments(request, {TypeId::kInteger}));
  }
  ARROW_RETURN_NOT_OK(AddZeros(request, 2, false, &function));
  function.return_type = TypeId::kYearMonthInterval;
  function.nullable = AnyNullable(request);
  function.kernel = [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    const FixedReader<int32_t> years(arguments[0]);
    const FixedReader<int32_t> months(arguments[1]);
    return BuildFixedRows<int32_t>(
        arguments, rows, ToArrowType(TypeId::kYearMonthInterval),
        [&](int64_t row, int32_t* out) -> Result<bool> {
          if (__builtin_mul_overflow(years[row], 12, out) ||
              __builtin_add_overflow(*out, months[row], out)) {
            return IntervalOverflow();
          }
          return true;
        });
  };
  return function;
}

constexpr ScalarFunctionDefinition kMakeIntervalFunctions[] = {
    {"make_interval",
     0,
     7,
     {"`make_interval([years[, months[, weeks[, days[, hours[, mins[, "
      "secs]]]]]]])`: an interval of its parts.",
      "3.0.0"},
     BindMakeInterval<false>},
    {"try_make_interval",
     0,
     7,
     {"`try_make_interval([years[, months[, weeks[, days[, hours[, "
      "mins[, secs]]]]]]])`: as make_interval, NULL on overflow.",
      "4.0.0"},
     BindMakeInterval<true>},
    {"make_dt_interval",
     0,
     4,
     {"`make_dt_interval([days[, hours[, mins[, secs]]]])`: a day-time "
      "interval of its parts.",
      "3.2.0"},
     BindMakeDayTime},
    {"make_ym_interval",
     0,
     2,
     {"`make_ym_interval([years[, months]])`: a year-month interval of "
      "its parts.",
      "3.2.0"},
     BindMakeYearMonth},
};

}  // namespace

std::span<const ScalarFunctionDefinition> MakeIntervalFunctions() { return kMakeIntervalFunctions; }

}  // namespace firesteel
