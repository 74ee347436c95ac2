#include <string>
#include <utility>

#include "common/error.h"
#include "expr/nodes.h"
#include "functions/arithmetic_kernels.h"
#include "functions/binding.h"
#include "functions/coercion.h"
#include "functions/decimal_arithmetic.h"
#include "functions/interval_arithmetic.h"
#include "functions/registry.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using SqlRenderer = std::function<std::string(const std::vector<std::string>&)>;

SqlRenderer Infix(std::string_view symbol) {
  return [symbol = std::string(symbol)](const std::vector<std::string>& arguments) {
    return "(" + arguments[0] + " " + symbol + " " + arguments[1] + ")";
  };
}

Status WrongTypes(const BindRequest& request) {
  if (!request.type(0).SameType(request.type(1))) {
    return MakeError("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"left", Quoted(request.type(0).Sql())},
                      {"right", Quoted(request.type(1).Sql())}});
  }
  return MakeError("DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE",
                   {{"sqlExpr", Quoted(CallSql(request))},
                    {"inputType", "\"NUMERIC\""},
                    {"actualDataType", Quoted(request.type(0).Sql())}});
}

/// The type on which both operands meet; void when the operator does not take them.
DataType OperandType(const BindRequest& request, ArithmeticOp op) {
  DataType left = request.type(0);
  DataType right = request.type(1);
  const bool ansi = request.settings.ansi;
  if (!ansi) {
    // Before ANSI mode every string in arithmetic was a double.
    if (left.id() == TypeId::kString) left = TypeId::kDouble;
    if (right.id() == TypeId::kString) right = TypeId::kDouble;
  }
  if (left.id() == TypeId::kNull && right.id() == TypeId::kNull) {
    return op == ArithmeticOp::kIntegralDivide ? TypeId::kLong : TypeId::kDouble;
  }
  auto wider = WiderType(left, right, ansi);
  if (!wider || !wider->is_numeric()) return TypeId::kNull;
  if (op == ArithmeticOp::kDivide && wider->id() != TypeId::kDecimal) return TypeId::kDouble;
  if (op == ArithmeticOp::kIntegralDivide && wider->id() != TypeId::kDecimal) {
    return wider->is_integral() ? TypeId::kLong : TypeId::kNull;
  }
  return *wider;
}

/// Decimals keep their own precision on either side; integers become the decimal that holds them.
DataType DecimalSide(const Expression& operand) {
  if (operand.type().id() == TypeId::kDecimal) return operand.type();
  return DecimalForOperand(operand);
}

Result<BoundFunction> BindNumeric(const BindRequest& request, ArithmeticOp op,
                                  ArithmeticMode mode) {
  const DataType type = OperandType(request, op);
  if (type.id() == TypeId::kNull) return WrongTypes(request);
  BoundFunction function;
  function.nullable = AnyNullable(request);
  const bool divides = op != ArithmeticOp::kAdd && op != ArithmeticOp::kSubtract &&
                       op != ArithmeticOp::kMultiply;
  if (type.id() == TypeId::kDecimal) {
    // NULL of no type takes the other side's type.
    const bool left_null = request.type(0).id() == TypeId::kNull;
    const bool right_null = request.type(1).id() == TypeId::kNull;
    DataType left = DecimalSide(*request.arguments[left_null ? 1 : 0]);
    DataType right = DecimalSide(*request.arguments[right_null ? 0 : 1]);
    function.return_type = DecimalResultType(op, left, right);
    function.kernel = DecimalKernel(op, left, right, function.return_type, mode);
    function.argument_types = {std::move(left), std::move(right)};
    function.nullable |= mode != ArithmeticMode::kAnsi;
    return function;
  }
  function.argument_types = {type, type};
  function.return_type = type;
  function.kernel = NumericKernel(op, type, mode);
  function.may_fail = mode == ArithmeticMode::kAnsi && (divides || !type.is_floating());
  function.nullable |= mode == ArithmeticMode::kTry || (mode == ArithmeticMode::kWrap && divides);
  return function;
}

ArithmeticMode ModeOf(const BindRequest& request) {
  return request.settings.ansi ? ArithmeticMode::kAnsi : ArithmeticMode::kWrap;
}

Result<BoundFunction> BindBinary(const BindRequest& request, ArithmeticOp op,
                                 ArithmeticMode mode) {
  ARROW_ASSIGN_OR_RAISE(std::optional<BoundFunction> moments,
                        BindMomentArithmetic(request, op, mode));
  BoundFunction function;
  if (moments) {
    function = *std::move(moments);
  } else {
    ARROW_ASSIGN_OR_RAISE(function, BindNumeric(request, op, mode));
  }
  return function;
}

/// `a + b`, `a - b`, …: named as written.
template <ArithmeticOp op>
Result<BoundFunction> BindOperator(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(BoundFunction function, BindBinary(request, op, ModeOf(request)));
  if (!function.sql) function.sql = Infix(OperatorSymbol(op));
  return function;
}

/// `mod(a, b)`, `pmod(a, b)`: named like functions.
template <ArithmeticOp op>
Result<BoundFunction> BindNamed(const BindRequest& request) {
  return BindBinary(request, op, ModeOf(request));
}

/// `try_add(a, b)` …: NULL instead of an error.
template <ArithmeticOp op>
Result<BoundFunction> BindTry(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(BoundFunction function,
                        BindBinary(request, op, ArithmeticMode::kTry));
  function.sql = nullptr;
  return function;
}

Result<std::vector<DataType>> SignedArgument(const BindRequest& request) {
  using Kind = ParameterType::Kind;
  return MatchArguments(request, {ParameterType::OneOf({Kind::kNumeric, Kind::kInterval})});
}

Result<BoundFunction> BindSign(const BindRequest& request, bool absolute) {
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(function.argument_types, SignedArgument(request));
  const DataType& type = function.argument_types[0];
  function.return_type = type;
  function.nullable = AnyNullable(request);
  const ArithmeticMode mode =
      type.is_numeric() ? ModeOf(request) : ArithmeticMode::kAnsi;
  function.kernel = absolute ? AbsoluteKernel(type, mode) : NegateKernel(type, mode);
  function.may_fail = !type.is_floating() && mode == ArithmeticMode::kAnsi;
  return function;
}

Result<BoundFunction> BindNegative(const BindRequest& request) { return BindSign(request, false); }

Result<BoundFunction> BindAbsolute(const BindRequest& request) { return BindSign(request, true); }

Result<BoundFunction> BindPositive(const BindRequest& request) {
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(function.argument_types, SignedArgument(request));
  function.return_type = function.argument_types[0];
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  function.kernel = [](std::span<const ColumnVector> arguments, int64_t,
                       EvaluationContext*) -> Result<ColumnVector> { return arguments[0]; };
  function.sql = [](const std::vector<std::string>& arguments) {
    return "(+ " + arguments[0] + ")";
  };
  return function;
}

Result<BoundFunction> BindPlus(const BindRequest& request) {
  if (request.size() == 1) return BindPositive(request);
  return BindOperator<ArithmeticOp::kAdd>(request);
}

Result<BoundFunction> BindMinus(const BindRequest& request) {
  if (request.size() == 2) return BindOperator<ArithmeticOp::kSubtract>(request);
  ARROW_ASSIGN_OR_RAISE(BoundFunction function, BindNegative(request));
  function.sql = [](const std::vector<std::string>& arguments) {
    return "(- " + arguments[0] + ")";
  };
  return function;
}

constexpr ScalarFunctionDefinition kArithmeticFunctions[] = {
    {"+",
     1,
     2,
     {"`expr1 + expr2`: the sum; also of a date and days, or intervals.", "1.0.0"},
     BindPlus},
    {"-",
     1,
     2,
     {"`expr1 - expr2`: the difference; `- expr`: the negated value.", "1.0.0"},
     BindMinus},
    {"*", 2, 2, {"`expr1 * expr2`: the product.", "1.0.0"}, BindOperator<ArithmeticOp::kMultiply>},
    {"/",
     2,
     2,
     {"`expr1 / expr2`: the quotient, always fractional.", "1.0.0"},
     BindOperator<ArithmeticOp::kDivide>},
    {"div",
     2,
     2,
     {"`expr1 div expr2`: the integer part of the quotient.", "3.0.0"},
     BindOperator<ArithmeticOp::kIntegralDivide>},
    {"%",
     2,
     2,
     {"`expr1 % expr2`: the remainder, with the sign of expr1.", "1.0.0"},
     BindOperator<ArithmeticOp::kRemainder>},
    {"mod",
     2,
     2,
     {"`mod(expr1, expr2)`: the remainder, with the sign of expr1.", "2.3.0"},
     BindNamed<ArithmeticOp::kRemainder>},
    {"pmod",
     2,
     2,
     {"`pmod(expr1, expr2)`: the remainder, not negative for expr2 > 0.", "1.5.0"},
     BindNamed<ArithmeticOp::kPositiveRemainder>},
    {"negative", 1, 1, {"`negative(expr)`: the negated value.", "1.0.0"}, BindNegative},
    {"positive", 1, 1, {"`positive(expr)`: the value itself.", "1.5.0"}, BindPositive},
    {"abs",
     1,
     1,
     {"`abs(expr)`: the absolute value of a number or interval.", "1.2.0"},
     BindAbsolute},
    {"try_add",
     2,
     2,
     {"`try_add(expr1, expr2)`: the sum, NULL on overflow.", "3.2.0"},
     BindTry<ArithmeticOp::kAdd>},
    {"try_subtract",
     2,
     2,
     {"`try_subtract(expr1, expr2)`: the difference, NULL on overflow.", "3.3.0"},
     BindTry<ArithmeticOp::kSubtract>},
    {"try_multiply",
     2,
     2,
     {"`try_multiply(expr1, expr2)`: the product, NULL on overflow.", "3.3.0"},
     BindTry<ArithmeticOp::kMultiply>},
    {"try_divide",
     2,
     2,
     {"`try_divide(expr1, expr2)`: the quotient, NULL for zero.", "3.2.0"},
     BindTry<ArithmeticOp::kDivide>},
    {"try_mod",
     2,
     2,
     {"`try_mod(expr1, expr2)`: the remainder, NULL for zero.", "4.0.0"},
     BindTry<ArithmeticOp::kRemainder>},
};

}  // namespace

std::span<const ScalarFunctionDefinition> ArithmeticFunctions() { return kArithmeticFunctions; }

}  // namespace firesteel
