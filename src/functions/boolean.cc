#include <utility>

#include "arrow/array/array_primitive.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "expr/row_selection.h"
#include "functions/binding.h"
#include "functions/boolean_kernels.h"
#include "functions/fixed_width_kernels.h"
#include "functions/registry.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;

/// Which rows the left side leaves open: not FALSE for AND, not TRUE for OR.
RowSelection OpenRows(BooleanOp op, const ColumnVector& left, int64_t rows) {
  const auto& values = static_cast<const arrow::BooleanArray&>(*left.values);
  const bool decides = op == BooleanOp::kOr;
  if (left.constant) {
    const bool decided = values.IsValid(0) && values.Value(0) == decides;
    return decided ? RowSelection::Of(rows, {}) : RowSelection::All(rows);
  }
  std::vector<int32_t> open;
  for (int64_t row = 0; row < rows; ++row) {
    if (values.IsNull(row) || values.Value(row) != decides) {
      open.push_back(static_cast<int32_t>(row));
    }
  }
  return RowSelection::Of(rows, std::move(open));
}

/// AND and OR. The right side is evaluated on the rows that the left side leaves open, so that
/// `b <> 0 AND a / b > 1` does not fail; a side that cannot fail is evaluated on all rows.
Result<ColumnVector> EvaluateLazily(BooleanOp op, std::span<const ExpressionPtr> arguments,
                                    const arrow::RecordBatch& batch, EvaluationContext* context) {
  const int64_t rows = batch.num_rows();
  ARROW_ASSIGN_OR_RAISE(ColumnVector left, arguments[0]->Evaluate(batch, context));
  ColumnVector right;
  if (!arguments[1]->may_fail()) {
    ARROW_ASSIGN_OR_RAISE(right, arguments[1]->Evaluate(batch, context));
  } else {
    const RowSelection open = OpenRows(op, left, rows);
    if (open.empty()) return left;
    ARROW_ASSIGN_OR_RAISE(ColumnVector values,
                          EvaluateOnRows(*arguments[1], batch, open, context));
    ARROW_ASSIGN_OR_RAISE(right, Interleave({{open, std::move(values)}}, TypeId::kBoolean, rows));
  }
  if (left.constant && right.constant) {
    ARROW_ASSIGN_OR_RAISE(ColumnVector result, CombineBooleans(op, left, right, 1));
    result.constant = true;
    return result;
  }
  return CombineBooleans(op, left, right, rows);
}

template <BooleanOp op>
Result<BoundFunction> BindLogic(const BindRequest& request) {
  // Sides of different types that are not strings are told as an operator's mismatch.
  for (int i = 0; i < 2; ++i) {
    const TypeId type = request.type(i).id();
    const bool fits = type == TypeId::kBoolean || type == TypeId::kNull ||
                      (type == TypeId::kString && request.settings.ansi &&
                       request.type(1 - i).id() != TypeId::kString);
    if (fits) continue;
    if (request.type(0).SameType(request.type(1))) {
      return MakeError("DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE",
                       {{"sqlExpr", Quoted(CallSql(request))},
                        {"inputType", "\"BOOLEAN\""},
                        {"actualDataType", Quoted(request.type(i).Sql())}});
    }
    return MakeError("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"left", Quoted(request.type(0).Sql())},
                      {"right", Quoted(request.type(1).Sql())}});
  }
  BoundFunction function;
  function.argument_types = {TypeId::kBoolean, TypeId::kBoolean};
  function.return_type = TypeId::kBoolean;
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  function.lazy_kernel = [](std::span<const ExpressionPtr> arguments,
                            const arrow::RecordBatch& batch, EvaluationContext* context) {
    return EvaluateLazily(op, arguments, batch, context);
  };
  function.sql = [](const Arguments& arguments) {
    return "(" + arguments[0] + (op == BooleanOp::kAnd ? " AND " : " OR ") + arguments[1] + ")";
  };
  return function;
}

Result<BoundFunction> BindNot(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(
      BoundFunction function,
      BindSignature(request, {TypeId::kBoolean}, TypeId::kBoolean,
                    [](std::span<const ColumnVector> arguments, int64_t rows,
                       EvaluationContext*) -> Result<ColumnVector> {
                      ARROW_ASSIGN_OR_RAISE(Validity validity, CombineValidity(arguments, rows));
                      if (validity.all_null) return NullConstant(arrow::boolean());
                      const BooleanReader values(arguments[0]);
                      return MakeBooleanColumn(rows, validity,
                                               [&](int64_t row) { return !values[row]; });
                    }));
  function.may_fail = false;
  function.sql = [](const Arguments& arguments) { return "(NOT " + arguments[0] + ")"; };
  return function;
}

template <bool is_null>
Result<BoundFunction> BindNullTest(const BindRequest& request) {
  BoundFunction function;
  function.argument_types = {request.type(0)};
  function.return_type = TypeId::kBoolean;
  function.nullable = false;
  function.may_fail = false;
  function.kernel = [](std::span<const ColumnVector> arguments, int64_t rows,
                       EvaluationContext*) -> Result<ColumnVector> {
    const arrow::Array& values = *arguments[0].values;
    if (values.type_id() == arrow::Type::NA) {
      return MakeBooleanColumn(rows, Validity{}, [](int64_t) { return is_null; });
    }
    if (values.null_count() == 0) {
      return MakeBooleanColumn(rows, Validity{}, [](int64_t) { return !is_null; });
    }
    return MakeBooleanColumn(rows, Validity{},
                             [&](int64_t row) { return values.IsNull(row) == is_null; });
  };
  function.sql = [](const Arguments& arguments) {
    return "(" + arguments[0] + (is_null ? " IS NULL)" : " IS NOT NULL)");
  };
  return function;
}

Result<BoundFunction> BindIsNan(const BindRequest& request) {
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(
      function.argument_types,
      MatchArguments(request, {ParameterType::OneOf({TypeId::kDouble, TypeId::kFloat})}));
  const bool is_float = function.argument_types[0].id() == TypeId::kFloat;
  function.return_type = TypeId::kBoolean;
  function.nullable = false;
  function.may_fail = false;
  function.kernel = [is_float](std::span<const ColumnVector> arguments, int64_t rows,
                               EvaluationContext*) -> Result<ColumnVector> {
    const bool may_be_null = arguments[0].values->null_count() != 0;
    auto test = [&](const auto& values) {
      return MakeBooleanColumn(rows, Validity{}, [&](int64_t row) {
        return values[row] != values[row] && !(may_be_null && values.IsNull(row));
      });
    };
    if (is_float) return test(FixedReader<float>(arguments[0]));
    return test(FixedReader<double>(arguments[0]));
  };
  return function;
}

constexpr ScalarFunctionDefinition kBooleanFunctions[] = {
    {"and", 2, 2, {"`expr1 and expr2`: logical conjunction.", "1.0.0"}, BindLogic<BooleanOp::kAnd>},
    {"or", 2, 2, {"`expr1 or expr2`: logical disjunction.", "1.0.0"}, BindLogic<BooleanOp::kOr>},
    {"not", 1, 1, {"`not expr`: logical negation.", "1.0.0"}, BindNot},
    {"!", 1, 1, {"`! expr`: logical negation.", "1.0.0"}, BindNot},
    {"isnull", 1, 1, {"`isnull(expr)`: whether the value is NULL.", "1.0.0"}, BindNullTest<true>},
    {"isnotnull",
     1,
     1,
     {"`isnotnull(expr)`: whether the value is not NULL.", "1.0.0"},
     BindNullTest<false>},
    {"isnan",
     1,
     1,
     {"`isnan(expr)`: whether the number is NaN; false for NULL.", "1.5.0"},
     BindIsNan},
};

}  // namespace

std::span<const ScalarFunctionDefinition> BooleanFunctions() { return kBooleanFunctions; }

}  // namespace firesteel
