#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "expr/nodes.h"
#include "functions/arithmetic_kernels.h"
#include "functions/binding.h"
#include "functions/coercion.h"
#include "functions/decimal_arithmetic.h"
#include "functions/registry.h"
#include "types/arrow_types.h"
#include "types/decimal.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;

enum class Rounding { kHalfUp, kHalfEven, kCeiling, kFloor };

/// Divides and rounds; `divisor` is positive.
int128_t DivideRounded(int128_t value, int128_t divisor, Rounding rounding) {
  int128_t quotient = value / divisor;
  const int128_t rest = value % divisor;
  if (rest == 0) return quotient;
  const bool negative = value < 0;
  const int128_t size = negative ? -rest : rest;
  bool away = false;
  switch (rounding) {
    case Rounding::kHalfUp: away = size >= divisor - size; break;
    case Rounding::kHalfEven:
      away = size > divisor - size || (size == divisor - size && quotient % 2 != 0);
      break;
    case Rounding::kCeiling: away = !negative; break;
    case Rounding::kFloor: away = negative; break;
  }
  return away ? quotient + (negative ? -1 : 1) : quotient;
}

/// Rounds digits of a decimal number away: `digits` × 10^`exponent` to a multiple of 10^`unit`.
void RoundDigits(std::string* digits, int* exponent, int unit, Rounding rounding) {
  const int drop = unit - *exponent;
  if (drop <= 0) return;
  const auto count = static_cast<int>(digits->size());
  if (drop > count) {
    *digits = "0";
    *exponent = unit;
    return;
  }
  const std::string rest = digits->substr(count - drop);
  digits->resize(count - drop);
  const bool half = rest[0] == '5' && rest.find_first_not_of('0', 1) == std::string::npos;
  const bool odd = !digits->empty() && (digits->back() - '0') % 2 != 0;
  const bool up = half && rounding == Rounding::kHalfEven ? odd : rest[0] >= '5';
  if (digits->empty()) *digits = "0";
  *exponent = unit;
  if (!up) return;
  for (size_t i = digits->size();;) {
    if (i == 0) {
      digits->insert(0, 1, '1');
      return;
    }
    --i;
    if ((*digits)[i] != '9') {
      ++(*digits)[i];
      return;
    }
    (*digits)[i] = '0';
  }
}

/// Rounds the number that the shortest text of a floating value names, so that 1.005 counts as just
/// that and not as the binary fraction below it. A float counts as the double it widens to.
template <typename T>
T RoundFloating(T value, int scale, Rounding rounding) {
  if (!std::isfinite(value) || value == 0) return value == 0 ? T{0} : value;
  char text[64];
  const auto end = std::to_chars(text, text + sizeof(text), std::fabs(double{value}),
                                 std::chars_format::scientific)
                       .ptr;
  // d.ddde±xx
  const char* e = std::find(text, end, 'e');
  std::string digits(1, text[0]);
  if (text[1] == '.') digits.append(text + 2, static_cast<size_t>(e - text - 2));
  int exponent = 0;
  std::from_chars(e[1] == '+' ? e + 2 : e + 1, end, exponent);
  exponent -= static_cast<int>(digits.size()) - 1;
  // Beyond what the type can hold nothing changes, or nothing is left.
  RoundDigits(&digits, &exponent, std::clamp(-scale, -2000, 2000), rounding);
  digits += "e" + std::to_string(exponent);
  T result = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), result);
  if (result == 0) return 0;
  return value < 0 ? -result : result;
}

template <typename T>
Kernel FloatingKernel(const DataType& type, int scale, Rounding rounding) {
  auto arrow_type = ToArrowType(type);
  return [=](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    return MapFixed<T, T>(arguments.first(1), rows, arrow_type,
                          [=](T value) { return RoundFloating(value, scale, rounding); });
  };
}

template <typename T>
Kernel IntegerKernel(const DataType& type, int scale, Rounding rounding, bool ansi) {
  auto arrow_type = ToArrowType(type);
  return [=](std::span<const ColumnVector> arguments, int64_t rows,
             EvaluationContext*) -> Result<ColumnVector> {
    if (scale >= 0) return ColumnVector(arguments[0]);
    const bool vanishes = scale < -20;
    const int128_t unit = vanishes ? 1 : PowerOfTen(-scale);
    return MapFixed<T, T>(
        arguments.first(1), rows, arrow_type, OnFailure::kError,
        [=](T value, T* out) {
          const int128_t rounded = vanishes ? 0 : DivideRounded(value, unit, rounding) * unit;
          *out = static_cast<T>(rounded);
          return *out == rounded || !ansi;
        },
        [](T) { return ArithmeticOverflow(sizeof(T) == 8 ? "long" : "integer"); });
  };
}

/// The type of a decimal rounded to `scale` digits.
DataType RoundedDecimal(const DataType& type, int scale) {
  const int integer_digits = type.precision() - type.scale() + 1;
  if (scale < 0) {
    return DataType::Decimal(std::min(std::max(integer_digits, std::min(-scale, 38) + 1), 38), 0);
  }
  const int kept = std::min(type.scale(), scale);
  return DataType::Decimal(std::min(integer_digits + kept, 38), kept);
}

Kernel DecimalRoundKernel(const DataType& from, const DataType& to, int scale, Rounding rounding,
                          bool ansi) {
  auto type = ToArrowType(to);
  const int from_scale = from.scale();
  const int precision = to.precision();
  const int to_scale = to.scale();
  const int kept = std::min(scale, from_scale);
  return [=](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    return MapFixed<DecimalSlot, DecimalSlot>(
        arguments.first(1), rows, type, ansi ? OnFailure::kError : OnFailure::kNull,
        [=](DecimalSlot slot, DecimalSlot* out) {
          *out = 0;
          const int drop = from_scale - kept;
          int128_t value = 0;
          if (drop <= 38) {
            value = DivideRounded(slot, PowerOfTen(drop), rounding);
          } else if ((rounding == Rounding::kCeiling && int128_t{slot} > 0) ||
                     (rounding == Rounding::kFloor && int128_t{slot} < 0)) {
            return false;
          }
          // `value` counts units of 10^-kept; the result has `to_scale` digits.
          const int shift = to_scale - kept;
          if (shift > 38 || !FitsPrecision(value, std::max(precision - shift, 0))) {
            if (value != 0) return false;
          }
          *out = value * PowerOfTen(std::min(shift, 38));
          return true;
        },
        [=](DecimalSlot slot) {
          return DecimalOutOfRange(DecimalText(slot, from_scale), precision, to_scale);
        });
  };
}

/// The constant scale of round(x, scale); NULL is told by `is_null`.
Result<int> ScaleArgument(const BindRequest& request, bool* is_null) {
  *is_null = false;
  if (request.size() < 2) return 0;
  ARROW_ASSIGN_OR_RAISE(Value value, ConstantArgument(request, 1, TypeId::kInteger, "scale"));
  *is_null = value.is_null();
  return *is_null ? 0 : value.Get<int32_t>();
}

Kernel NullKernel(const DataType& type) {
  auto arrow_type = ToArrowType(type);
  return [arrow_type](std::span<const ColumnVector>, int64_t, EvaluationContext*) {
    return NullConstant(arrow_type);
  };
}

Kernel RoundKernel(const DataType& from, const DataType& to, int scale, Rounding rounding,
                   bool ansi) {
  switch (from.id()) {
    case TypeId::kByte: return IntegerKernel<int8_t>(to, scale, rounding, ansi);
    case TypeId::kShort: return IntegerKernel<int16_t>(to, scale, rounding, ansi);
    case TypeId::kInteger: return IntegerKernel<int32_t>(to, scale, rounding, ansi);
    case TypeId::kLong: return IntegerKernel<int64_t>(to, scale, rounding, ansi);
    case TypeId::kFloat: return FloatingKernel<float>(to, scale, rounding);
    case TypeId::kDouble: return FloatingKernel<double>(to, scale, rounding);
    default: return DecimalRoundKernel(from, to, scale, rounding, ansi);
  }
}

/// `round(x[, scale])` and `bround(x[, scale])`.
template <Rounding rounding>
Result<BoundFunction> BindRound(const BindRequest& request) {
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(
      function.argument_types,
      MatchArguments(request, {ParameterType::Kind::kNumeric, TypeId::kInteger}));
  bool null_scale = false;
  ARROW_ASSIGN_OR_RAISE(int scale, ScaleArgument(request, &null_scale));
  const DataType from = function.argument_types[0];
  function.return_type = from.id() == TypeId::kDecimal ? RoundedDecimal(from, scale) : from;
  function.nullable = AnyNullable(request) || !request.settings.ansi;
  function.kernel = null_scale ? NullKernel(function.return_type)
                               : RoundKernel(from, function.return_type, scale, rounding,
                                             request.settings.ansi);
  if (request.size() == 1) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr zero, Literal::Make(int32_t{0}, TypeId::kInteger));
    function.default_arguments = {std::move(zero)};
  }
  return function;
}

/// ceil and floor of a double, as BIGINT.
Kernel WholeKernel(Rounding rounding, bool ansi) {
  return [=](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
    return MapFixed<double, int64_t>(
        arguments, rows, arrow::int64(), OnFailure::kError,
        [=](double value, int64_t* out) {
          const double whole = rounding == Rounding::kFloor ? std::floor(value) : std::ceil(value);
          if (whole >= -0x1p63 && whole < 0x1p63) {
            *out = static_cast<int64_t>(whole);
            return true;
          }
          // Without ANSI mode the value is pinned to the range, and NaN is 0.
          *out = whole > 0   ? std::numeric_limits<int64_t>::max()
                 : whole < 0 ? std::numeric_limits<int64_t>::min()
                             : 0;
          return !ansi;
        },
        [](double) { return ArithmeticOverflow("long"); });
  };
}

/// `ceil(x)` and `floor(x)`, with a scale on decimals only.
template <Rounding rounding>
Result<BoundFunction> BindWhole(const BindRequest& request) {
  BoundFunction function;
  const bool ansi = request.settings.ansi;
  DataType given = request.type(0);
  if (request.size() == 2) {
    // Integers and doubles become the decimal that holds them.
    if (given.is_integral()) given = DecimalForIntegral(given);
    if (given.id() == TypeId::kFloat) given = DataType::Decimal(14, 7);
    if (given.id() != TypeId::kDecimal) given = DataType::Decimal(30, 15);
    ARROW_ASSIGN_OR_RAISE(std::vector<DataType> types,
                          MatchArguments(request, {given, TypeId::kInteger}));
    types[0] = given;
    bool null_scale = false;
    ARROW_ASSIGN_OR_RAISE(int scale, ScaleArgument(request, &null_scale));
    function.return_type = RoundedDecimal(given, scale);
    function.argument_types = std::move(types);
    function.nullable = AnyNullable(request) || !ansi;
    function.kernel = null_scale ? NullKernel(function.return_type)
                                 : DecimalRoundKernel(given, function.return_type, scale, rounding,
                                                      ansi);
    return function;
  }
  const bool decimal = given.id() == TypeId::kDecimal;
  ParameterType parameter = TypeId::kDouble;
  if (decimal || given.id() == TypeId::kLong) parameter = given;
  ARROW_ASSIGN_OR_RAISE(function.argument_types, MatchArguments(request, {parameter}));
  function.return_type = TypeId::kLong;
  function.nullable = AnyNullable(request);
  if (decimal) {
    const int digits = given.precision() - given.scale() + (given.scale() > 0 ? 1 : 0);
    function.return_type = DataType::Decimal(std::min(digits, 38), 0);
    function.kernel = DecimalRoundKernel(given, function.return_type, 0, rounding, ansi);
  } else if (given.id() == TypeId::kLong) {
    function.kernel = [](std::span<const ColumnVector> arguments, int64_t,
                         EvaluationContext*) -> Result<ColumnVector> { return arguments[0]; };
  } else {
    function.kernel = WholeKernel(rounding, ansi);
  }
  if (request.name != "ceiling") {
    function.sql = [](const Arguments& arguments) {
      return (rounding == Rounding::kFloor ? "FLOOR(" : "CEIL(") + arguments[0] + ")";
    };
  }
  return function;
}

constexpr ScalarFunctionDefinition kRoundingFunctions[] = {
    {"round",
     1,
     2,
     {"`round(expr[, d])`: rounded half up to d digits.", "1.5.0"},
     BindRound<Rounding::kHalfUp>},
    {"bround",
     1,
     2,
     {"`bround(expr[, d])`: rounded half to even to d digits.", "2.0.0"},
     BindRound<Rounding::kHalfEven>},
    {"ceil", 1, 2, {"`ceil(expr[, scale])`: rounded up.", "1.4.0"}, BindWhole<Rounding::kCeiling>},
    {"ceiling",
     1,
     2,
     {"`ceiling(expr[, scale])`: rounded up.", "1.4.0"},
     BindWhole<Rounding::kCeiling>},
    {"floor",
     1,
     2,
     {"`floor(expr[, scale])`: rounded down.", "1.4.0"},
     BindWhole<Rounding::kFloor>},
};

}  // namespace

std::span<const ScalarFunctionDefinition> RoundingFunctions() { return kRoundingFunctions; }

}  // namespace firesteel
