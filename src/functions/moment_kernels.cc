#include "functions/moment_kernels.h"

#include <cmath>
#include <limits>
#include <utility>

#include "common/error.h"
#include "functions/binding.h"
#include "functions/type_classes.h"
#include "types/arrow_types.h"
#include "types/datetime.h"
#include "types/decimal.h"

namespace firesteel {

namespace {

using MaybeBound = std::optional<BoundFunction>;

/// Rounds half away from zero to an integer type; false when it does not fit.
template <typename T>
bool RoundToInterval(double value, T* out) {
  const double rounded = std::round(value);
  constexpr double kLimit = static_cast<double>(std::numeric_limits<T>::max());
  if (!(rounded >= -kLimit && rounded <= kLimit)) return false;
  *out = static_cast<T>(rounded);
  return static_cast<double>(*out) == rounded;
}

template <typename T>
bool FitsInterval(int128_t value, T* out) {
  *out = static_cast<T>(value);
  return *out == value;
}

/// What an interval is multiplied with or divided by, besides its type.
enum class NumberKind { kLong, kDecimal, kDouble };

/// interval * number: exact for integers and decimals, then rounded half up.
template <typename T>
bool Multiply(T interval, int64_t number, int, T* out) {
  return !__builtin_mul_overflow(interval, number, out);
}
template <typename T>
bool Multiply(T interval, double number, int, T* out) {
  return RoundToInterval(static_cast<double>(interval) * number, out);
}
template <typename T>
bool Multiply(T interval, DecimalSlot number, int scale, T* out) {
  const int128_t unscaled = number;
  const bool negative = (interval < 0) != (unscaled < 0);
  const long double product = static_cast<long double>(interval) *
                              static_cast<long double>(unscaled);
  if (std::fabs(product) > 1.6e38L) return false;
  const int128_t exact = static_cast<int128_t>(interval) * unscaled;
  const int128_t quotient = DivideHalfUp(negative ? -exact : exact, PowerOfTen(scale));
  return FitsInterval<T>(negative ? -quotient : quotient, out);
}

template <typename T>
bool Divide(T interval, int64_t number, int, T* out) {
  if (number == 0) return false;
  const int128_t divisor = number < 0 ? -static_cast<int128_t>(number) : number;
  const int128_t dividend = number < 0 ? -static_cast<int128_t>(interval) : interval;
  return FitsInterval<T>(DivideHalfUp(dividend, divisor), out);
}
template <typename T>
bool Divide(T interval, double number, int, T* out) {
  return number != 0 && RoundToInterval(static_cast<double>(interval) / number, out);
}
template <typename T>
bool Divide(T interval, DecimalSlot number, int scale, T* out) {
  const int128_t unscaled = number;
  if (unscaled == 0) return false;
  if (scale > 18) return RoundToInterval(static_cast<double>(interval) /
                                         DecimalToDouble(unscaled, scale), out);
  const int128_t dividend = static_cast<int128_t>(interval) * PowerOfTen(scale);
  return FitsInterval<T>(unscaled < 0 ? DivideHalfUp(-dividend, -unscaled)
                                      : DivideHalfUp(dividend, unscaled),
                         out);
}

Status DividedByZero() { return MakeError("INTERVAL_DIVIDED_BY_ZERO"); }

/// An interval times or over a number, for one pair of physical types.
template <typename T, typename Number>
Kernel ScaleKernel(const DataType& interval, ArithmeticOp op, int scale, OnFailure on_failure) {
  auto type = ToArrowType(interval);
  const bool multiplies = op == ArithmeticOp::kMultiply;
  return [=](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    return MapFixedPair<T, Number, T>(
        arguments, rows, type, on_failure,
        [=](T value, Number number, T* out) {
          *out = 0;
          return multiplies ? Multiply<T>(value, number, scale, out)
                            : Divide<T>(value, number, scale, out);
        },
        [=](T, Number number) -> Status {
          if constexpr (std::is_same_v<Number, DecimalSlot>) {
            if (!multiplies && static_cast<int128_t>(number) == 0) return DividedByZero();
          } else {
            if (!multiplies && number == 0) return DividedByZero();
          }
          return MakeError("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION");
        });
  };
}

template <typename T>
Kernel ScaleKernelFor(const DataType& interval, const DataType& number, ArithmeticOp op,
                      OnFailure on_failure) {
  if (number.id() == TypeId::kDecimal) {
    return ScaleKernel<T, DecimalSlot>(interval, op, number.scale(), on_failure);
  }
  if (number.id() == TypeId::kDouble) return ScaleKernel<T, double>(interval, op, 0, on_failure);
  return ScaleKernel<T, int64_t>(interval, op, 0, on_failure);
}

/// interval div interval, of one family.
template <typename T>
Result<ColumnVector> DivideIntervals(std::span<const ColumnVector> arguments, int64_t rows,
                                     OnFailure on_failure) {
  return MapFixedPair<T, T, int64_t>(
      arguments, rows, arrow::int64(), on_failure,
      [](T left, T right, int64_t* out) {
        *out = 0;
        if (right == 0) return false;
        if (right == -1) return !__builtin_sub_overflow(int64_t{0}, int64_t{left}, out);
        *out = left / right;
        return true;
      },
      [](T, T right) {
        return right == 0 ? DividedByZero() : ArithmeticOverflow("long", "try_divide");
      });
}

MaybeBound BindIntervalRatio(const BindRequest& request, OnFailure on_failure) {
  if (request.type(0).id() != request.type(1).id() || !IsInterval(request.type(0))) return {};
  BoundFunction function;
  function.argument_types = {request.type(0), request.type(1)};
  function.return_type = TypeId::kLong;
  function.nullable = AnyNullable(request);
  const bool months = request.type(0).id() == TypeId::kYearMonthInterval;
  function.kernel = [=](std::span<const ColumnVector> arguments, int64_t rows,
                        EvaluationContext*) {
    return months ? DivideIntervals<int32_t>(arguments, rows, on_failure)
                  : DivideIntervals<int64_t>(arguments, rows, on_failure);
  };
  return function;
}

}  // namespace

Kernel AddDaysKernel(bool subtracts) {
  return [subtracts](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    return MapFixedPair<int32_t, int32_t, int32_t>(
        arguments, rows, arrow::date32(), [subtracts](int32_t date, int32_t days) -> int32_t {
          const auto a = static_cast<uint32_t>(date);
          const auto b = static_cast<uint32_t>(days);
          return static_cast<int32_t>(subtracts ? a - b : a + b);
        });
  };
}

bool AddDayTime(int64_t micros, int64_t interval_micros, ZoneConverter* converter, int64_t* out) {
  const int64_t days = interval_micros / kMicrosPerDay;
  const int64_t rest = interval_micros % kMicrosPerDay;
  int64_t moved = micros;
  if (days != 0) {
    const int64_t local = converter->ToLocalMicros(micros);
    if (__builtin_add_overflow(local, days * kMicrosPerDay, &moved)) return false;
    moved = converter->ToUtcMicros(moved);
  }
  return !__builtin_add_overflow(moved, rest, out);
}

bool AddMonthsToMicros(int64_t micros, int64_t months, ZoneConverter* converter, int64_t* out) {
  const int64_t local = converter->ToLocalMicros(micros);
  const int64_t days = AddMonths(FloorDivide(local, kMicrosPerDay), months);
  int64_t moved;
  if (__builtin_mul_overflow(days, kMicrosPerDay, &moved) ||
      __builtin_add_overflow(moved, FloorModulo(local, kMicrosPerDay), &moved)) {
    return false;
  }
  *out = converter->ToUtcMicros(moved);
  return true;
}

Result<std::optional<BoundFunction>> BindIntervalScaling(const BindRequest& request,
                                                         ArithmeticOp op, ArithmeticMode mode) {
  const OnFailure on_failure =
      mode == ArithmeticMode::kTry ? OnFailure::kNull : OnFailure::kError;
  if (op == ArithmeticOp::kIntegralDivide) return BindIntervalRatio(request, on_failure);
  const bool swapped = op == ArithmeticOp::kMultiply && IsInterval(request.type(1));
  const int left = swapped ? 1 : 0;
  const DataType& interval = request.type(left);
  const DataType& given = request.type(1 - left);
  if (!IsInterval(interval)) return MaybeBound();
  DataType number = given;
  if (given.is_integral()) number = TypeId::kLong;
  if (given.is_floating() || given.id() == TypeId::kString || given.id() == TypeId::kNull) {
    number = TypeId::kDouble;
  }
  if (!number.is_numeric()) return MaybeBound();
  const bool months = interval.id() == TypeId::kYearMonthInterval;
  BoundFunction function;
  function.return_type = interval.id();  // the full range of the family
  Kernel kernel = months
                      ? ScaleKernelFor<int32_t>(function.return_type, number, op, on_failure)
                      : ScaleKernelFor<int64_t>(function.return_type, number, op, on_failure);
  function.argument_types = {interval, number};
  function.nullable = AnyNullable(request) || mode == ArithmeticMode::kTry;
  if (!swapped) {
    function.kernel = std::move(kernel);
    return MaybeBound(std::move(function));
  }
  std::swap(function.argument_types[0], function.argument_types[1]);
  function.kernel = [kernel](std::span<const ColumnVector> arguments, int64_t rows,
                             EvaluationContext* context) {
    const ColumnVector turned[] = {arguments[1], arguments[0]};
    return kernel(turned, rows, context);
  };
  // The interval always stands first in the name.
  function.sql = [](const std::vector<std::string>& arguments) {
    return "(" + arguments[1] + " * " + arguments[0] + ")";
  };
  return MaybeBound(std::move(function));
}

}  // namespace firesteel
