#include <utility>

#include "common/error.h"
#include "functions/binding.h"
#include "functions/boolean_kernels.h"
#include "functions/coercion.h"
#include "functions/comparison_kernels.h"
#include "functions/in_list.h"
#include "functions/registry.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;

/// Whether two types differ in the names of fields only.
bool SameStructure(const DataType& a, const DataType& b) {
  if (a.id() != b.id()) return false;
  if (a.id() == TypeId::kArray) return SameStructure(a.element_type(), b.element_type());
  if (a.id() != TypeId::kStruct) return a.SameType(b);
  if (a.fields().size() != b.fields().size()) return false;
  for (size_t i = 0; i < a.fields().size(); ++i) {
    if (!SameStructure(a.fields()[i].type, b.fields()[i].type)) return false;
  }
  return true;
}

/// The type on which both sides meet. Errors: the sides cannot be compared.
Result<DataType> CommonType(const BindRequest& request, bool ordered) {
  auto type = ComparisonType(request.type(0), request.type(1), request.settings.ansi);
  if (!type && SameStructure(request.type(0), request.type(1))) type = request.type(0);
  if (!type) {
    return MakeError("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"left", Quoted(request.type(0).Sql())},
                      {"right", Quoted(request.type(1).Sql())}});
  }
  if (!IsOrderable(*type) && (ordered || type->id() != TypeId::kCalendarInterval)) {
    return NotOrderable(request, *type);
  }
  return *std::move(type);
}

template <ComparisonOp op>
Result<BoundFunction> BindComparison(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(DataType type, CommonType(request, op != ComparisonOp::kEqual));
  BoundFunction function;
  function.return_type = TypeId::kBoolean;
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  function.kernel = ComparisonKernel(op, type);
  function.argument_types = {type, type};
  function.sql = [](const Arguments& arguments) {
    return "(" + arguments[0] + " " + std::string(OperatorSymbol(op)) + " " + arguments[1] + ")";
  };
  return function;
}

Result<BoundFunction> BindNullSafeEqual(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(DataType type, CommonType(request, false));
  BoundFunction function;
  function.return_type = TypeId::kBoolean;
  function.nullable = false;
  function.may_fail = false;
  function.kernel = NullSafeEqualKernel(type);
  function.argument_types = {type, type};
  function.sql = [](const Arguments& arguments) {
    return "(" + arguments[0] + " <=> " + arguments[1] + ")";
  };
  return function;
}

Result<BoundFunction> BindEqualNull(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(BoundFunction function, BindNullSafeEqual(request));
  function.sql = nullptr;
  return function;
}

/// The type of all arguments. Errors: DATATYPE_MISMATCH.DATA_DIFF_TYPES, INVALID_ORDERING_TYPE.
Result<DataType> CommonTypeOfAll(const BindRequest& request) {
  std::vector<DataType> types;
  for (const ExpressionPtr& argument : request.arguments) types.push_back(argument->type());
  auto type = WiderTypeOf(types, request.settings.ansi);
  if (!type) return DifferentTypes(request);
  if (!IsOrderable(*type)) return NotOrderable(request, *type);
  return *std::move(type);
}

/// Whether strings are among arguments of other types.
bool MixesStrings(const BindRequest& request) {
  bool any_string = false;
  bool any_other = false;
  for (const ExpressionPtr& argument : request.arguments) {
    const TypeId type = argument->type().id();
    any_string |= type == TypeId::kString;
    any_other |= type != TypeId::kString && type != TypeId::kNull;
  }
  return any_string && any_other;
}

/// Strings do not give way to other types here.
template <bool greatest>
Result<BoundFunction> BindExtreme(const BindRequest& request) {
  if (MixesStrings(request)) return DifferentTypes(request);
  ARROW_ASSIGN_OR_RAISE(DataType type, CommonTypeOfAll(request));
  BoundFunction function;
  function.argument_types.assign(request.size(), type);
  function.kernel = ExtremeKernel(type, greatest);
  function.return_type = std::move(type);
  function.may_fail = false;
  function.nullable = true;
  for (const ExpressionPtr& argument : request.arguments) {
    if (!argument->nullable()) function.nullable = false;
  }
  return function;
}

Result<BoundFunction> BindIn(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(DataType type, CommonTypeOfAll(request));
  BoundFunction function;
  function.argument_types.assign(request.size(), type);
  function.return_type = TypeId::kBoolean;
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  function.lazy_kernel = MakeInKernel(type);
  function.sql = [](const Arguments& arguments) {
    std::string text = "(" + arguments[0] + " IN (";
    for (size_t i = 1; i < arguments.size(); ++i) text += (i > 1 ? ", " : "") + arguments[i];
    return text + "))";
  };
  return function;
}

Result<BoundFunction> BindBetween(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(DataType type, CommonTypeOfAll(request));
  BoundFunction function;
  function.argument_types.assign(3, type);
  function.return_type = TypeId::kBoolean;
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  Kernel from = ComparisonKernel(ComparisonOp::kGreaterOrEqual, type);
  Kernel to = ComparisonKernel(ComparisonOp::kLessOrEqual, type);
  function.kernel = [from, to](std::span<const ColumnVector> arguments, int64_t rows,
                               EvaluationContext* context) -> Result<ColumnVector> {
    ColumnVector sides[2];
    ARROW_ASSIGN_OR_RAISE(sides[0], from(arguments.first(2), rows, context));
    const ColumnVector upper[] = {arguments[0], arguments[2]};
    ARROW_ASSIGN_OR_RAISE(sides[1], to(upper, rows, context));
    return CombineBooleans(BooleanOp::kAnd, sides[0], sides[1], rows);
  };
  return function;
}

constexpr ScalarFunctionDefinition kComparisonFunctions[] = {
    {"=",
     2,
     2,
     {"`expr1 = expr2`: whether both are equal.", "1.0.0"},
     BindComparison<ComparisonOp::kEqual>},
    {"==",
     2,
     2,
     {"`expr1 == expr2`: whether both are equal.", "1.0.0"},
     BindComparison<ComparisonOp::kEqual>},
    {"<=>",
     2,
     2,
     {"`expr1 <=> expr2`: whether both are equal, or both NULL.", "1.1.0"},
     BindNullSafeEqual},
    {"equal_null", 2, 2, {"`equal_null(expr1, expr2)`: as `<=>`.", "3.4.0"}, BindEqualNull},
    {"<",
     2,
     2,
     {"`expr1 < expr2`: whether expr1 is less.", "1.0.0"},
     BindComparison<ComparisonOp::kLess>},
    {"<=",
     2,
     2,
     {"`expr1 <= expr2`: whether expr1 is less or equal.", "1.0.0"},
     BindComparison<ComparisonOp::kLessOrEqual>},
    {">",
     2,
     2,
     {"`expr1 > expr2`: whether expr1 is greater.", "1.0.0"},
     BindComparison<ComparisonOp::kGreater>},
    {">=",
     2,
     2,
     {"`expr1 >= expr2`: whether expr1 is greater or equal.", "1.0.0"},
     BindComparison<ComparisonOp::kGreaterOrEqual>},
    {"between",
     3,
     3,
     {"`expr1 between expr2 and expr3`: whether it lies in the range.", "1.0.0"},
     BindBetween},
    {"in",
     2,
     -1,
     {"`expr1 in (expr2, …)`: whether expr1 equals one of the others.", "1.0.0"},
     BindIn},
    {"greatest",
     2,
     -1,
     {"`greatest(expr, …)`: the greatest value, NULLs skipped.", "1.5.0"},
     BindExtreme<true>},
    {"least",
     2,
     -1,
     {"`least(expr, …)`: the least value, NULLs skipped.", "1.5.0"},
     BindExtreme<false>},
};

}  // namespace

std::span<const ScalarFunctionDefinition> ComparisonFunctions() { return kComparisonFunctions; }

}  // namespace firesteel
