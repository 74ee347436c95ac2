#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "expr/nodes.h"
#include "functions/binding.h"
#include "functions/fixed_width_kernels.h"
#include "functions/registry.h"
#include "functions/string_kernels.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;

/// Most mathematical functions are named in upper case.
std::function<std::string(const Arguments&)> UpperCaseName(std::string_view name) {
  std::string upper(name);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return [upper](const Arguments& arguments) {
    std::string text = upper + "(";
    for (size_t i = 0; i < arguments.size(); ++i) text += (i > 0 ? ", " : "") + arguments[i];
    return text + ")";
  };
}

double Cotangent(double x) { return 1 / std::tan(x); }
double Cosecant(double x) { return 1 / std::sin(x); }
double Secant(double x) { return 1 / std::cos(x); }
double Degrees(double x) { return x * (180 / std::numbers::pi); }
double Radians(double x) { return x / 180 * std::numbers::pi; }
double Sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
double InverseHyperbolicTangent(double x) { return 0.5 * (std::log1p(x) - std::log1p(-x)); }
double Sin(double x) { return std::sin(x); }
double Cos(double x) { return std::cos(x); }
double Tan(double x) { return std::tan(x); }
double Asin(double x) { return std::asin(x); }
double Acos(double x) { return std::acos(x); }
double Atan(double x) { return std::atan(x); }
double Sinh(double x) { return std::sinh(x); }
double Cosh(double x) { return std::cosh(x); }
double Tanh(double x) { return std::tanh(x); }
double Asinh(double x) { return std::asinh(x); }
double Acosh(double x) { return std::acosh(x); }
double Sqrt(double x) { return std::sqrt(x); }
double Cbrt(double x) { return std::cbrt(x); }
double Exp(double x) { return std::exp(x); }
double Expm1(double x) { return std::expm1(x); }
double Rint(double x) { return std::nearbyint(x); }

/// A function of one DOUBLE that always has a value.
template <double (*function)(double), bool upper>
Result<BoundFunction> BindUnary(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction bound,
      BindSignature(request, {TypeId::kDouble}, TypeId::kDouble,
                    [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
                      return MapFixed<double, double>(arguments, rows, arrow::float64(), function);
                    }));
  bound.may_fail = false;
  if (upper) bound.sql = UpperCaseName(request.name);
  return bound;
}

bool Ln(double x, double* out) {
  *out = std::log(x);
  return !(x <= 0);
}
bool Log10(double x, double* out) {
  *out = std::log10(x);
  return !(x <= 0);
}
bool Log2(double x, double* out) {
  *out = std::log(x) / std::numbers::ln2;
  return !(x <= 0);
}
bool Log1p(double x, double* out) {
  *out = std::log1p(x);
  return !(x <= -1);
}

/// A logarithm: NULL where it is not defined.
template <bool (*function)(double, double*), bool upper>
Result<BoundFunction> BindLogarithm(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction bound,
      BindSignature(request, {TypeId::kDouble}, TypeId::kDouble,
                    [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
                      return MapFixed<double, double>(arguments, rows, arrow::float64(),
                                                      OnFailure::kNull, function,
                                                      [](double) { return Status::OK(); });
                    }));
  bound.may_fail = false;
  bound.nullable = true;
  if (upper) bound.sql = UpperCaseName(request.name);
  return bound;
}

bool LogToBase(double base, double x, double* out) {
  *out = std::log(x) / std::log(base);
  return !(base <= 0) && !(x <= 0);
}

/// `log(base, x)`; `log(x)` is the natural one.
Result<BoundFunction> BindLog(const BindRequest& request) {
  BoundFunction bound;
  if (request.size() == 1) {
    ARROW_ASSIGN_OR_RAISE(bound, (BindLogarithm<Ln, true>(request)));
    bound.sql = [](const Arguments& arguments) { return "LOG(E(), " + arguments[0] + ")"; };
    return bound;
  }
  ARROW_ASSIGN_OR_RAISE(
      bound, BindSignature(request, {TypeId::kDouble}, TypeId::kDouble,
                           [](std::span<const ColumnVector> arguments, int64_t rows,
                              EvaluationContext*) {
                             return MapFixedPair<double, double, double>(
                                 arguments, rows, arrow::float64(), OnFailure::kNull, LogToBase,
                                 [](double, double) { return Status::OK(); });
                           }));
  bound.may_fail = false;
  bound.nullable = true;
  bound.sql = UpperCaseName("log");
  return bound;
}

/// As Java's: an infinite power of one is not a number.
double Power(double base, double exponent) {
  if (std::isnan(exponent) || (std::fabs(base) == 1 && std::isinf(exponent))) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return std::pow(base, exponent);
}
/// Negative zeros count as positive ones.
double ArcTangent2(double y, double x) { return std::atan2(y + 0.0, x + 0.0); }
double Hypotenuse(double x, double y) { return std::hypot(x, y); }

template <double (*function)(double, double), bool upper>
Result<BoundFunction> BindPair(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction bound,
      BindSignature(request, {TypeId::kDouble}, TypeId::kDouble,
                    [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
                      return MapFixedPair<double, double, double>(arguments, rows,
                                                                  arrow::float64(), function);
                    }));
  bound.may_fail = false;
  if (upper) bound.sql = UpperCaseName(request.name);
  return bound;
}

Result<BoundFunction> BindConstant(const BindRequest& request, double value) {
  BoundFunction bound;
  bound.return_type = TypeId::kDouble;
  bound.nullable = false;
  bound.may_fail = false;
  bound.sql = UpperCaseName(request.name);
  bound.kernel = [value](std::span<const ColumnVector>, int64_t,
                         EvaluationContext*) -> Result<ColumnVector> {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          arrow::AllocateBuffer(sizeof(double)));
    *buffer->mutable_data_as<double>() = value;
    ColumnVector column = MakeFixedColumn(arrow::float64(), 1, Validity{}, std::move(buffer));
    column.constant = true;
    return column;
  };
  return bound;
}
Result<BoundFunction> BindPi(const BindRequest& request) {
  return BindConstant(request, std::numbers::pi);
}
Result<BoundFunction> BindE(const BindRequest& request) {
  return BindConstant(request, std::numbers::e);
}

template <typename T>
Result<ColumnVector> SignOf(std::span<const ColumnVector> arguments, int64_t rows) {
  return MapFixed<T, double>(arguments, rows, arrow::float64(),
                             [](T value) { return Sign(static_cast<double>(value)); });
}

/// The sign of a number or an interval.
template <bool upper>
Result<BoundFunction> BindSign(const BindRequest& request) {
  BoundFunction bound;
  ARROW_ASSIGN_OR_RAISE(
      bound.argument_types,
      MatchArguments(request, {ParameterType::OneOf({TypeId::kDouble,
                                                     ParameterType::Kind::kInterval})}));
  const TypeId type = bound.argument_types[0].id();
  bound.return_type = TypeId::kDouble;
  bound.nullable = AnyNullable(request);
  bound.may_fail = false;
  bound.kernel = [type](std::span<const ColumnVector> arguments, int64_t rows,
                        EvaluationContext*) {
    if (type == TypeId::kDayTimeInterval) return SignOf<int64_t>(arguments, rows);
    if (type == TypeId::kYearMonthInterval) return SignOf<int32_t>(arguments, rows);
    return SignOf<double>(arguments, rows);
  };
  if (upper) bound.sql = UpperCaseName(request.name);
  return bound;
}

/// n!, NULL where it does not fit BIGINT.
Result<BoundFunction> BindFactorial(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction bound,
      BindSignature(request, {TypeId::kInteger}, TypeId::kLong,
                    [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
                      return MapFixed<int32_t, int64_t>(
                          arguments, rows, arrow::int64(), OnFailure::kNull,
                          [](int32_t n, int64_t* out) {
                            *out = 1;
                            if (n < 0 || n > 20) return false;
                            for (int32_t i = 2; i <= n; ++i) *out *= i;
                            return true;
                          },
                          [](int32_t) { return Status::OK(); });
                    }));
  bound.nullable = true;
  bound.may_fail = false;
  return bound;
}

/// The bits of a BIGINT, without leading zeros.
Result<BoundFunction> BindBin(const BindRequest& request) {
  return BindSignature(
      request, {TypeId::kLong}, TypeId::kString,
      [](std::span<const ColumnVector> arguments, int64_t rows, EvaluationContext*) {
        const FixedReader<int64_t> values(arguments[0]);
        std::string out;
        return BuildStrings(arguments, rows, [&](int64_t row, arrow::BinaryBuilder* builder) {
          const auto bits = static_cast<uint64_t>(values[row]);
          const int digits = bits == 0 ? 1 : 64 - std::countl_zero(bits);
          out.clear();
          for (int i = digits - 1; i >= 0; --i) out.push_back(bits >> i & 1 ? '1' : '0');
          return builder->Append(out);
        });
      });
}

constexpr ScalarFunctionDefinition kMathFunctions[] = {
    {"sin", 1, 1, {"`sin(expr)`: the sine.", "1.4.0"}, BindUnary<Sin, true>},
    {"cos", 1, 1, {"`cos(expr)`: the cosine.", "1.4.0"}, BindUnary<Cos, true>},
    {"tan", 1, 1, {"`tan(expr)`: the tangent.", "1.4.0"}, BindUnary<Tan, true>},
    {"cot", 1, 1, {"`cot(expr)`: the cotangent.", "2.3.0"}, BindUnary<Cotangent, true>},
    {"csc", 1, 1, {"`csc(expr)`: the cosecant.", "3.3.0"}, BindUnary<Cosecant, true>},
    {"sec", 1, 1, {"`sec(expr)`: the secant.", "3.3.0"}, BindUnary<Secant, true>},
    {"asin", 1, 1, {"`asin(expr)`: the arc sine.", "1.4.0"}, BindUnary<Asin, true>},
    {"acos", 1, 1, {"`acos(expr)`: the arc cosine.", "1.4.0"}, BindUnary<Acos, true>},
    {"atan", 1, 1, {"`atan(expr)`: the arc tangent.", "1.4.0"}, BindUnary<Atan, true>},
    {"atan2",
     2,
     2,
     {"`atan2(y, x)`: the angle of the point.", "1.4.0"},
     BindPair<ArcTangent2, true>},
    {"sinh", 1, 1, {"`sinh(expr)`: the hyperbolic sine.", "1.4.0"}, BindUnary<Sinh, true>},
    {"cosh", 1, 1, {"`cosh(expr)`: the hyperbolic cosine.", "1.4.0"}, BindUnary<Cosh, true>},
    {"tanh", 1, 1, {"`tanh(expr)`: the hyperbolic tangent.", "1.4.0"}, BindUnary<Tanh, true>},
    {"asinh", 1, 1, {"`asinh(expr)`: the inverse of sinh.", "3.0.0"}, BindUnary<Asinh, true>},
    {"acosh", 1, 1, {"`acosh(expr)`: the inverse of cosh.", "3.0.0"}, BindUnary<Acosh, true>},
    {"atanh",
     1,
     1,
     {"`atanh(expr)`: the inverse of tanh.", "3.0.0"},
     BindUnary<InverseHyperbolicTangent, true>},
    {"degrees", 1, 1, {"`degrees(expr)`: radians as degrees.", "1.4.0"}, BindUnary<Degrees, true>},
    {"radians", 1, 1, {"`radians(expr)`: degrees as radians.", "1.4.0"}, BindUnary<Radians, true>},
    {"sqrt", 1, 1, {"`sqrt(expr)`: the square root.", "1.1.1"}, BindUnary<Sqrt, true>},
    {"cbrt", 1, 1, {"`cbrt(expr)`: the cube root.", "1.4.0"}, BindUnary<Cbrt, true>},
    {"exp", 1, 1, {"`exp(expr)`: e to the power.", "1.4.0"}, BindUnary<Exp, true>},
    {"expm1", 1, 1, {"`expm1(expr)`: exp(expr) - 1.", "1.4.0"}, BindUnary<Expm1, true>},
    {"rint", 1, 1, {"`rint(expr)`: the nearest whole double.", "1.4.0"}, BindUnary<Rint, false>},
    {"ln", 1, 1, {"`ln(expr)`: the natural logarithm.", "1.4.0"}, BindLogarithm<Ln, false>},
    {"log", 1, 2, {"`log([base, ]expr)`: the logarithm.", "1.5.0"}, BindLog},
    {"log10",
     1,
     1,
     {"`log10(expr)`: the logarithm to base 10.", "1.4.0"},
     BindLogarithm<Log10, true>},
    {"log2", 1, 1, {"`log2(expr)`: the logarithm to base 2.", "1.4.0"}, BindLogarithm<Log2, true>},
    {"log1p", 1, 1, {"`log1p(expr)`: ln(1 + expr).", "1.4.0"}, BindLogarithm<Log1p, true>},
    {"pow",
     2,
     2,
     {"`pow(expr1, expr2)`: expr1 to the power of expr2.", "1.4.0"},
     BindPair<Power, false>},
    {"power",
     2,
     2,
     {"`power(expr1, expr2)`: expr1 to the power of expr2.", "1.4.0"},
     BindPair<Power, true>},
    {"hypot",
     2,
     2,
     {"`hypot(expr1, expr2)`: the length of the hypotenuse.", "1.4.0"},
     BindPair<Hypotenuse, true>},
    {"pi", 0, 0, {"`pi()`: the circle's number.", "1.5.0"}, BindPi},
    {"e", 0, 0, {"`e()`: Euler's number.", "1.5.0"}, BindE},
    {"sign", 1, 1, {"`sign(expr)`: -1, 0 or 1.", "1.4.0"}, BindSign<false>},
    {"signum", 1, 1, {"`signum(expr)`: -1, 0 or 1.", "1.4.0"}, BindSign<true>},
    {"factorial", 1, 1, {"`factorial(expr)`: the factorial, for 0 to 20.", "1.5.0"}, BindFactorial},
    {"bin", 1, 1, {"`bin(expr)`: a BIGINT in binary.", "1.5.0"}, BindBin},
};

}  // namespace

std::span<const ScalarFunctionDefinition> MathFunctions() { return kMathFunctions; }

}  // namespace firesteel
