#include "functions/decimal_arithmetic.h"

#include <algorithm>
#include <string>

#include "arrow/util/decimal.h"
#include "common/error.h"
#include "functions/binding.h"
#include "functions/coercion.h"
#include "types/arrow_types.h"
#include "types/decimal.h"

namespace firesteel {

namespace {

using Wide = arrow::BasicDecimal256;

struct Operands {
  int left_scale;
  int right_scale;
  int precision;  // of the result
  int scale;
};

Wide ToWide(__int128 value) {
  const DecimalSlot slot(value);
  return Wide(arrow::BasicDecimal128(slot.high, slot.low));
}

__int128 Narrow(const Wide& value) {
  const auto& words = value.little_endian_array();
  return DecimalSlot(static_cast<__int128>(static_cast<unsigned __int128>(words[1]) << 64 |
                                           words[0]));
}

/// Arithmetic that wraps around, since the slots of NULL rows hold anything.
__int128 NegateWrapping(__int128 value) {
  return static_cast<__int128>(-static_cast<unsigned __int128>(value));
}
__int128 MultiplyWrapping(__int128 a, __int128 b) {
  return static_cast<__int128>(static_cast<unsigned __int128>(a) *
                               static_cast<unsigned __int128>(b));
}
__int128 AddWrapping(__int128 a, __int128 b) {
  return static_cast<__int128>(static_cast<unsigned __int128>(a) +
                               static_cast<unsigned __int128>(b));
}

/// Rounds a wide value from one scale to another, half away from zero.
bool RescaleWide(Wide value, int from_scale, const Operands& types, __int128* out) {
  if (from_scale > types.scale) {
    value = Wide(value.ReduceScaleBy(from_scale - types.scale, /*round=*/true));
  } else if (from_scale < types.scale) {
    if (!value.FitsInPrecision(76 - (types.scale - from_scale))) return false;
    value = Wide(value.IncreaseScaleBy(types.scale - from_scale));
  }
  if (!value.FitsInPrecision(types.precision)) return false;
  *out = Narrow(value);
  return true;
}

bool AddWide(__int128 left, __int128 right, const Operands& types, __int128* out) {
  const int scale = std::max(types.left_scale, types.right_scale);
  Wide sum = Wide(ToWide(left).IncreaseScaleBy(scale - types.left_scale)) +
             Wide(ToWide(right).IncreaseScaleBy(scale - types.right_scale));
  return RescaleWide(sum, scale, types, out);
}

bool MultiplyWide(__int128 left, __int128 right, const Operands& types, __int128* out) {
  return RescaleWide(ToWide(left) * ToWide(right), types.left_scale + types.right_scale, types,
                     out);
}

/// Divides the absolute values digit by digit, so that no intermediate grows beyond 256 bits.
bool DivideWide(__int128 left, __int128 right, const Operands& types, __int128* out) {
  const bool negative = (left < 0) != (right < 0);
  int shift = types.scale + types.right_scale - types.left_scale;
  if (shift >= 0 && shift <= 38 && FitsPrecision(left, 38 - shift)) {
    const __int128 scaled = left * PowerOfTen(shift);
    __int128 quotient = scaled / right;
    const __int128 rest = scaled % right;
    const unsigned __int128 rest_size = rest < 0 ? -static_cast<unsigned __int128>(rest) : rest;
    const unsigned __int128 right_size =
        right < 0 ? -static_cast<unsigned __int128>(right) : right;
    if (rest_size >= right_size - rest_size) quotient += negative ? -1 : 1;
    *out = quotient;
    return FitsPrecision(quotient, types.precision);
  }
  const Wide dividend = ToWide(left < 0 ? NegateWrapping(left) : left);
  Wide divisor = ToWide(right < 0 ? NegateWrapping(right) : right);
  if (shift < 0) {
    divisor = divisor.IncreaseScaleBy(-shift);
    shift = 0;
  }
  Wide quotient;
  Wide remainder;
  if (shift <= 38 && dividend.FitsInPrecision(76 - shift)) {
    if (Wide(dividend.IncreaseScaleBy(shift)).Divide(divisor, &quotient, &remainder) !=
        arrow::DecimalStatus::kSuccess) {
      return false;
    }
  } else {
    if (dividend.Divide(divisor, &quotient, &remainder) != arrow::DecimalStatus::kSuccess) {
      return false;
    }
    for (int i = 0; i < shift; ++i) {
      Wide digit;
      Wide rest;
      if (Wide(remainder.IncreaseScaleBy(1)).Divide(divisor, &digit, &rest) !=
          arrow::DecimalStatus::kSuccess) {
        return false;
      }
      if (!quotient.FitsInPrecision(38)) return false;
      quotient = Wide(quotient.IncreaseScaleBy(1)) + digit;
      remainder = rest;
    }
  }
  if (remainder + remainder >= divisor) quotient += Wide(1);
  if (!quotient.FitsInPrecision(types.precision)) return false;
  *out = negative ? -Narrow(quotient) : Narrow(quotient);
  return true;
}

bool IntegralDivideWide(__int128 left, __int128 right, const Operands& types, __int128* out) {
  const int scale = std::max(types.left_scale, types.right_scale);
  Wide quotient;
  Wide remainder;
  if (Wide(ToWide(left).IncreaseScaleBy(scale - types.left_scale))
          .Divide(Wide(ToWide(right).IncreaseScaleBy(scale - types.right_scale)), &quotient,
                  &remainder) != arrow::DecimalStatus::kSuccess) {
    return false;
  }
  if (!quotient.FitsInPrecision(38)) return false;
  *out = Narrow(quotient);
  return true;
}

bool RemainderWide(__int128 left, __int128 right, const Operands& types, bool positive,
                   __int128* out) {
  const int scale = std::max(types.left_scale, types.right_scale);
  const Wide dividend(ToWide(left).IncreaseScaleBy(scale - types.left_scale));
  const Wide divisor(ToWide(right).IncreaseScaleBy(scale - types.right_scale));
  Wide quotient;
  Wide remainder;
  if (dividend.Divide(divisor, &quotient, &remainder) != arrow::DecimalStatus::kSuccess) {
    return false;
  }
  if (positive && remainder < Wide(0)) {
    Wide result;
    if (Wide(remainder + divisor).Divide(divisor, &quotient, &result) !=
        arrow::DecimalStatus::kSuccess) {
      return false;
    }
    remainder = result;
  }
  return RescaleWide(remainder, scale, types, out);
}

/// Computes one value; false when the result does not fit or the right side is zero.
bool Compute(ArithmeticOp op, __int128 left, __int128 right, const Operands& types,
             __int128* out) {
  *out = 0;
  switch (op) {
    case ArithmeticOp::kAdd: return AddWide(left, right, types, out);
    case ArithmeticOp::kSubtract: return AddWide(left, NegateWrapping(right), types, out);
    case ArithmeticOp::kMultiply: return MultiplyWide(left, right, types, out);
    case ArithmeticOp::kDivide: return right != 0 && DivideWide(left, right, types, out);
    case ArithmeticOp::kIntegralDivide:
      return right != 0 && IntegralDivideWide(left, right, types, out);
    case ArithmeticOp::kRemainder:
      return right != 0 && RemainderWide(left, right, types, false, out);
    case ArithmeticOp::kPositiveRemainder:
      return right != 0 && RemainderWide(left, right, types, true, out);
  }
  return false;
}

/// Renders the exact or nearly exact result of a failed operation for the error.
std::string ResultText(ArithmeticOp op, __int128 left, __int128 right, const Operands& types) {
  if (op == ArithmeticOp::kMultiply) {
    return arrow::Decimal256(ToWide(left) * ToWide(right))
        .ToString(types.left_scale + types.right_scale);
  }
  if (op == ArithmeticOp::kAdd || op == ArithmeticOp::kSubtract) {
    const int scale = std::max(types.left_scale, types.right_scale);
    Wide a(ToWide(left).IncreaseScaleBy(scale - types.left_scale));
    Wide b(ToWide(right).IncreaseScaleBy(scale - types.right_scale));
    return arrow::Decimal256(op == ArithmeticOp::kAdd ? a + b : a + -b).ToString(scale);
  }
  return DecimalText(left, types.left_scale) + " " + std::string(OperatorSymbol(op)) + " " +
         DecimalText(right, types.right_scale);
}

Status Failure(ArithmeticOp op, __int128 left, __int128 right, const Operands& types) {
  const bool divides = op != ArithmeticOp::kAdd && op != ArithmeticOp::kSubtract &&
                       op != ArithmeticOp::kMultiply;
  if (divides && right == 0) {
    return op == ArithmeticOp::kRemainder || op == ArithmeticOp::kPositiveRemainder
               ? RemainderByZero()
               : DivideByZero();
  }
  return DecimalOutOfRange(ResultText(op, left, right, types), types.precision, types.scale);
}

/// A kernel on plain 128-bit integers, for operands whose exact result always fits.
Kernel NarrowKernel(ArithmeticOp op, const Operands& types,
                    const std::shared_ptr<arrow::DataType>& type) {
  const int scale = std::max(types.left_scale, types.right_scale);
  const __int128 left_factor = PowerOfTen(scale - types.left_scale);
  const __int128 right_factor = PowerOfTen(scale - types.right_scale);
  return [=](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    if (op == ArithmeticOp::kMultiply) {
      return MapFixedPair<DecimalSlot, DecimalSlot, DecimalSlot>(
          arguments, rows, type, [](DecimalSlot left, DecimalSlot right) -> DecimalSlot {
            return MultiplyWrapping(left, right);
          });
    }
    const __int128 signed_factor = op == ArithmeticOp::kSubtract ? -right_factor : right_factor;
    return MapFixedPair<DecimalSlot, DecimalSlot, DecimalSlot>(
        arguments, rows, type, [=](DecimalSlot left, DecimalSlot right) -> DecimalSlot {
          return AddWrapping(MultiplyWrapping(left, left_factor),
                             MultiplyWrapping(right, signed_factor));
        });
  };
}

bool AlwaysFits(ArithmeticOp op, const DataType& a, const DataType& b, const DataType& result) {
  const int scale = std::max(a.scale(), b.scale());
  switch (op) {
    case ArithmeticOp::kAdd:
    case ArithmeticOp::kSubtract:
      return std::max(a.precision() - a.scale(), b.precision() - b.scale()) + scale + 1 <= 38 &&
             result.scale() == scale;
    case ArithmeticOp::kMultiply:
      return a.precision() + b.precision() + 1 <= 38 && result.scale() == a.scale() + b.scale();
    default: return false;
  }
}

Kernel IntegralDivideKernel(const Operands& types, ArithmeticMode mode) {
  return [=](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    return MapFixedPair<DecimalSlot, DecimalSlot, int64_t>(
        arguments, rows, arrow::int64(),
        mode == ArithmeticMode::kAnsi ? OnFailure::kError : OnFailure::kNull,
        [=](DecimalSlot left, DecimalSlot right, int64_t* out) {
          __int128 quotient;
          const bool good =
              Compute(ArithmeticOp::kIntegralDivide, left, right, types, &quotient);
          *out = static_cast<int64_t>(quotient);
          return good && (*out == quotient || mode == ArithmeticMode::kWrap);
        },
        [](DecimalSlot, DecimalSlot right) {
          return static_cast<__int128>(right) == 0 ? DivideByZero()
                                                   : ArithmeticOverflow("long", "try_divide");
        });
  };
}

}  // namespace

DataType DecimalResultType(ArithmeticOp op, const DataType& a, const DataType& b) {
  const int p1 = a.precision();
  const int s1 = a.scale();
  const int p2 = b.precision();
  const int s2 = b.scale();
  switch (op) {
    case ArithmeticOp::kAdd:
    case ArithmeticOp::kSubtract: {
      const int scale = std::max(s1, s2);
      return AdjustedDecimal(std::max(p1 - s1, p2 - s2) + scale + 1, scale);
    }
    case ArithmeticOp::kMultiply: return AdjustedDecimal(p1 + p2 + 1, s1 + s2);
    case ArithmeticOp::kDivide: {
      const int scale = std::max(6, s1 + p2 + 1);
      return AdjustedDecimal(p1 - s1 + s2 + scale, scale);
    }
    case ArithmeticOp::kIntegralDivide: return TypeId::kLong;
    default: {
      const int scale = std::max(s1, s2);
      return AdjustedDecimal(std::min(p1 - s1, p2 - s2) + scale, scale);
    }
  }
}

Kernel DecimalKernel(ArithmeticOp op, const DataType& a, const DataType& b, const DataType& result,
                     ArithmeticMode mode) {
  const Operands types{a.scale(), b.scale(), result.precision(), result.scale()};
  if (op == ArithmeticOp::kIntegralDivide) return IntegralDivideKernel(types, mode);
  auto type = ToArrowType(result);
  if (AlwaysFits(op, a, b, result)) return NarrowKernel(op, types, type);
  return [=](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    return MapFixedPair<DecimalSlot, DecimalSlot, DecimalSlot>(
        arguments, rows, type,
        mode == ArithmeticMode::kAnsi ? OnFailure::kError : OnFailure::kNull,
        [=](DecimalSlot left, DecimalSlot right, DecimalSlot* out) {
          __int128 value;
          const bool good = Compute(op, left, right, types, &value);
          *out = value;
          return good;
        },
        [=](DecimalSlot left, DecimalSlot right) { return Failure(op, left, right, types); });
  };
}

Status DecimalOutOfRange(const std::string& value, int precision, int scale) {
  return MakeError("NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
                   {{"value", value},
                    {"precision", std::to_string(precision)},
                    {"scale", std::to_string(scale)},
                    {"config", "\"spark.sql.ansi.enabled\""}});
}

std::string DecimalText(__int128 unscaled, int scale) {
  char text[kDecimalTextSize];
  return std::string(text, FormatDecimal(unscaled, scale, text));
}

}  // namespace firesteel
