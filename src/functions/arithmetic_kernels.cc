#include "functions/arithmetic_kernels.h"

#include <cmath>
#include <limits>
#include <string>
#include <type_traits>

#include "common/error.h"
#include "functions/binding.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

template <typename T>
std::string_view TypeWord() {
  if constexpr (std::is_same_v<T, int32_t>) return "integer";
  if constexpr (std::is_same_v<T, int64_t>) return "long";
  if constexpr (std::is_same_v<T, int16_t>) return "short";
  return "byte";
}

template <typename T>
std::string ValueText(T value) {
  if constexpr (sizeof(T) == 1) return std::to_string(value) + "Y";
  if constexpr (sizeof(T) == 2) return std::to_string(value) + "S";
  return std::to_string(value);
}

std::string_view TryFunction(ArithmeticOp op) {
  switch (op) {
    case ArithmeticOp::kAdd: return "try_add";
    case ArithmeticOp::kSubtract: return "try_subtract";
    case ArithmeticOp::kMultiply: return "try_multiply";
    default: return "try_divide";
  }
}

template <typename T>
Status Overflow(ArithmeticOp op, T left, T right) {
  if constexpr (sizeof(T) < 4) {
    return MakeError("BINARY_ARITHMETIC_OVERFLOW",
                     {{"value1", ValueText(left)},
                      {"symbol", std::string(OperatorSymbol(op))},
                      {"value2", ValueText(right)},
                      {"functionName", "`" + std::string(TryFunction(op)) + "`"}});
  } else {
    return ArithmeticOverflow(TypeWord<T>(), TryFunction(op));
  }
}

/// Runs an operation that may overflow; kWrap keeps the wrapped value.
template <typename T, typename Op>
Result<ColumnVector> MapChecked(std::span<const ColumnVector> arguments, int64_t rows,
                                const std::shared_ptr<arrow::DataType>& type, ArithmeticOp name,
                                ArithmeticMode mode, Op op) {
  if (mode == ArithmeticMode::kWrap) {
    return MapFixedPair<T, T, T>(arguments, rows, type, [op](T left, T right) {
      T out;
      op(left, right, &out);
      return out;
    });
  }
  return MapFixedPair<T, T, T>(
      arguments, rows, type,
      mode == ArithmeticMode::kTry ? OnFailure::kNull : OnFailure::kError,
      [op](T left, T right, T* out) { return !op(left, right, out); },
      [name](T left, T right) { return Overflow(name, left, right); });
}

template <typename T>
T Remainder(T left, T right) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::fmod(left, right);
  } else {
    // The one quotient that does not fit leaves no remainder.
    return right == -1 ? T{0} : static_cast<T>(left % right);
  }
}

template <typename T>
T PositiveRemainder(T left, T right) {
  const T remainder = Remainder(left, right);
  if (!(remainder < 0)) return remainder;
  if constexpr (std::is_integral_v<T>) {
    T sum;
    if (__builtin_add_overflow(remainder, right, &sum)) {
      return static_cast<T>((static_cast<__int128>(remainder) + right) % right);
    }
    return Remainder(sum, right);
  } else {
    return Remainder(static_cast<T>(remainder + right), right);
  }
}

/// Runs a division-like operation: zero on the right is an error or NULL.
template <typename T, typename Op>
Result<ColumnVector> MapDivision(std::span<const ColumnVector> arguments, int64_t rows,
                                 const std::shared_ptr<arrow::DataType>& type, ArithmeticMode mode,
                                 Op op, Status (*by_zero)()) {
  return MapFixedPair<T, T, T>(
      arguments, rows, type,
      mode == ArithmeticMode::kAnsi ? OnFailure::kError : OnFailure::kNull,
      [op](T left, T right, T* out) {
        const bool good = right != 0;
        *out = good ? op(left, right) : T{0};
        return good;
      },
      [by_zero](T, T) { return by_zero(); });
}

Result<ColumnVector> IntegralDivision(std::span<const ColumnVector> arguments, int64_t rows,
                                      const std::shared_ptr<arrow::DataType>& type,
                                      ArithmeticMode mode) {
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  return MapFixedPair<int64_t, int64_t, int64_t>(
      arguments, rows, type,
      mode == ArithmeticMode::kAnsi ? OnFailure::kError : OnFailure::kNull,
      [mode](int64_t left, int64_t right, int64_t* out) {
        *out = 0;
        if (right == 0) return false;
        if (right == -1) {
          *out = static_cast<int64_t>(-static_cast<uint64_t>(left));
          return left != kMin || mode == ArithmeticMode::kWrap;
        }
        *out = left / right;
        return true;
      },
      [](int64_t, int64_t right) {
        return right == 0 ? DivideByZero() : ArithmeticOverflow("long", "try_divide");
      });
}

template <typename T>
Kernel MakeKernel(ArithmeticOp op, const DataType& data_type, ArithmeticMode mode) {
  auto type = ToArrowType(data_type);
  return [=](std::span<const ColumnVector> arguments, int64_t rows,
             EvaluationContext*) -> Result<ColumnVector> {
    if constexpr (std::is_floating_point_v<T>) {
      switch (op) {
        case ArithmeticOp::kAdd:
          return MapFixedPair<T, T, T>(arguments, rows, type, [](T a, T b) -> T { return a + b; });
        case ArithmeticOp::kSubtract:
          return MapFixedPair<T, T, T>(arguments, rows, type, [](T a, T b) -> T { return a - b; });
        case ArithmeticOp::kMultiply:
          return MapFixedPair<T, T, T>(arguments, rows, type, [](T a, T b) -> T { return a * b; });
        case ArithmeticOp::kDivide:
          return MapDivision<T>(arguments, rows, type, mode, [](T a, T b) -> T { return a / b; },
                                DivideByZero);
        default: break;
      }
    } else {
      switch (op) {
        case ArithmeticOp::kAdd:
          return MapChecked<T>(arguments, rows, type, op, mode, [](T a, T b, T* out) {
            return __builtin_add_overflow(a, b, out);
          });
        case ArithmeticOp::kSubtract:
          return MapChecked<T>(arguments, rows, type, op, mode, [](T a, T b, T* out) {
            return __builtin_sub_overflow(a, b, out);
          });
        case ArithmeticOp::kMultiply:
          return MapChecked<T>(arguments, rows, type, op, mode, [](T a, T b, T* out) {
            return __builtin_mul_overflow(a, b, out);
          });
        case ArithmeticOp::kIntegralDivide:
          if constexpr (std::is_same_v<T, int64_t>) {
            return IntegralDivision(arguments, rows, type, mode);
          }
          break;
        default: break;
      }
    }
    if (op == ArithmeticOp::kRemainder) {
      return MapDivision<T>(arguments, rows, type, mode, Remainder<T>, RemainderByZero);
    }
    if (op == ArithmeticOp::kPositiveRemainder) {
      return MapDivision<T>(arguments, rows, type, mode, PositiveRemainder<T>, RemainderByZero);
    }
    return InternalError("No such arithmetic kernel");
  };
}

/// Negates, or takes the absolute value; only the smallest integer fails.
template <typename T>
Kernel MakeSignKernel(const DataType& data_type, ArithmeticMode mode, bool absolute) {
  auto type = ToArrowType(data_type);
  return [=](std::span<const ColumnVector> arguments, int64_t rows,
             EvaluationContext*) -> Result<ColumnVector> {
    if constexpr (std::is_floating_point_v<T>) {
      return MapFixed<T, T>(arguments, rows, type,
                            [=](T value) -> T { return absolute ? std::fabs(value) : -value; });
    } else {
      const bool wraps = mode == ArithmeticMode::kWrap;
      return MapFixed<T, T>(
          arguments, rows, type,
          mode == ArithmeticMode::kTry ? OnFailure::kNull : OnFailure::kError,
          [=](T value, T* out) {
            if (absolute && value >= 0) {
              *out = value;
              return true;
            }
            return !__builtin_sub_overflow(T{0}, value, out) || wraps;
          },
          [](T) { return ArithmeticOverflow(TypeWord<T>()); });
    }
  };
}

Kernel SignKernel(const DataType& type, ArithmeticMode mode, bool absolute) {
  switch (type.id()) {
    case TypeId::kByte: return MakeSignKernel<int8_t>(type, mode, absolute);
    case TypeId::kShort: return MakeSignKernel<int16_t>(type, mode, absolute);
    case TypeId::kInteger:
    case TypeId::kYearMonthInterval: return MakeSignKernel<int32_t>(type, mode, absolute);
    case TypeId::kFloat: return MakeSignKernel<float>(type, mode, absolute);
    case TypeId::kDouble: return MakeSignKernel<double>(type, mode, absolute);
    case TypeId::kDecimal: {
      auto arrow_type = ToArrowType(type);
      return [=](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
        return MapFixed<DecimalSlot, DecimalSlot>(
            arguments, rows, arrow_type, [=](DecimalSlot slot) -> DecimalSlot {
              const __int128 value = slot;
              if (absolute && value >= 0) return value;
              return static_cast<__int128>(-static_cast<unsigned __int128>(value));
            });
      };
    }
    default: return MakeSignKernel<int64_t>(type, mode, absolute);
  }
}

}  // namespace

std::string_view OperatorSymbol(ArithmeticOp op) {
  switch (op) {
    case ArithmeticOp::kAdd: return "+";
    case ArithmeticOp::kSubtract: return "-";
    case ArithmeticOp::kMultiply: return "*";
    case ArithmeticOp::kDivide: return "/";
    case ArithmeticOp::kIntegralDivide: return "div";
    case ArithmeticOp::kRemainder: return "%";
    case ArithmeticOp::kPositiveRemainder: return "pmod";
  }
  return "";
}

Kernel NumericKernel(ArithmeticOp op, const DataType& type, ArithmeticMode mode) {
  switch (type.id()) {
    case TypeId::kByte: return MakeKernel<int8_t>(op, type, mode);
    case TypeId::kShort: return MakeKernel<int16_t>(op, type, mode);
    case TypeId::kInteger: return MakeKernel<int32_t>(op, type, mode);
    case TypeId::kLong: return MakeKernel<int64_t>(op, type, mode);
    case TypeId::kFloat: return MakeKernel<float>(op, type, mode);
    default: return MakeKernel<double>(op, type, mode);
  }
}

Kernel NegateKernel(const DataType& type, ArithmeticMode mode) {
  return SignKernel(type, mode, false);
}

Kernel AbsoluteKernel(const DataType& type, ArithmeticMode mode) {
  return SignKernel(type, mode, true);
}

Status DivideByZero() {
  return MakeError("DIVIDE_BY_ZERO", {{"config", "\"spark.sql.ansi.enabled\""}});
}

Status RemainderByZero() {
  return MakeError("REMAINDER_BY_ZERO", {{"config", "\"spark.sql.ansi.enabled\""}});
}

}  // namespace firesteel
