#pragma once

#include <string_view>

#include "expr/function.h"
#include "functions/fixed_width_kernels.h"

namespace firesteel {

enum class ArithmeticOp {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kIntegralDivide,
  kRemainder,
  kPositiveRemainder,
};

/// The operator as it stands in names: `+`, `div`, …
std::string_view OperatorSymbol(ArithmeticOp op);

/// What happens when an operation has no result. In ANSI mode overflow and division by zero are
/// errors; without it overflow wraps around and division by zero gives NULL; the try_ functions
/// give NULL for both.
enum class ArithmeticMode { kAnsi, kWrap, kTry };

/// The kernel of an operation on two columns of `type`, one of BYTE … DOUBLE. kIntegralDivide takes
/// LONG, kDivide takes DOUBLE.
Kernel NumericKernel(ArithmeticOp op, const DataType& type, ArithmeticMode mode);

/// Negation and absolute value of BYTE … DOUBLE and of intervals.
Kernel NegateKernel(const DataType& type, ArithmeticMode mode);
Kernel AbsoluteKernel(const DataType& type, ArithmeticMode mode);

/// DIVIDE_BY_ZERO and REMAINDER_BY_ZERO.
Status DivideByZero();
Status RemainderByZero();

/// The values of a decimal column. A type of its own, since Arrow aligns them to 8 bytes only.
struct DecimalSlot {
  uint64_t low;
  int64_t high;
  DecimalSlot() = default;
  DecimalSlot(__int128 value)  // NOLINT(google-explicit-constructor)
      : low(static_cast<uint64_t>(value)), high(static_cast<int64_t>(value >> 64)) {}
  operator __int128() const {  // NOLINT(google-explicit-constructor)
    return static_cast<__int128>(static_cast<unsigned __int128>(high) << 64 | low);
  }
};

}  // namespace firesteel
