#include <utility>

#include "arrow/array/array_primitive.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "expr/nodes.h"
#include "expr/row_selection.h"
#include "functions/binding.h"
#include "functions/coercion.h"
#include "functions/comparison_kernels.h"
#include "functions/fixed_width_kernels.h"
#include "functions/registry.h"

namespace firesteel {

namespace {

using Arguments = std::vector<std::string>;

/// Evaluates the arguments one after the other, each on the rows whose value so far is not
/// accepted: `open(column, i)` tells whether element i needs the next argument.
template <typename Open>
Result<ColumnVector> FirstAccepted(std::span<const ExpressionPtr> arguments,
                                   const arrow::RecordBatch& batch, EvaluationContext* context,
                                   Open open) {
  const int64_t rows = batch.num_rows();
  RowSelection remaining = RowSelection::All(rows);
  std::vector<SelectedValues> pieces;
  for (const ExpressionPtr& argument : arguments) {
    ARROW_ASSIGN_OR_RAISE(ColumnVector values,
                          EvaluateOnRows(*argument, batch, remaining, context));
    std::vector<int32_t> next;
    const int64_t step = values.constant ? 0 : 1;
    for (int64_t i = 0; i < remaining.size(); ++i) {
      if (open(values, i * step)) next.push_back(remaining[i]);
    }
    pieces.push_back({std::move(remaining), std::move(values)});
    if (next.empty()) break;
    remaining = RowSelection::Of(rows, std::move(next));
  }
  return Interleave(pieces, arguments[0]->type(), rows);
}

Result<ColumnVector> EvaluateCoalesce(std::span<const ExpressionPtr> arguments,
                                      const arrow::RecordBatch& batch,
                                      EvaluationContext* context) {
  return FirstAccepted(arguments, batch, context, [](const ColumnVector& column, int64_t i) {
    return column.values->IsNull(i);
  });
}

template <typename T>
Result<ColumnVector> EvaluateNotNan(std::span<const ExpressionPtr> arguments,
                                    const arrow::RecordBatch& batch, EvaluationContext* context) {
  return FirstAccepted(arguments, batch, context, [](const ColumnVector& column, int64_t i) {
    const T value = column.values->data()->GetValues<T>(1)[i];
    return value != value && column.values->IsValid(i);
  });
}

/// IF: `holds` splits the rows by the first argument.
template <typename Holds>
Result<ColumnVector> EvaluateIf(std::span<const ExpressionPtr> arguments,
                                const arrow::RecordBatch& batch, EvaluationContext* context,
                                Holds holds) {
  const int64_t rows = batch.num_rows();
  ARROW_ASSIGN_OR_RAISE(ColumnVector condition, arguments[0]->Evaluate(batch, context));
  std::vector<int32_t> matched;
  std::vector<int32_t> rest;
  const int64_t step = condition.constant ? 0 : 1;
  for (int64_t row = 0; row < rows; ++row) {
    (holds(condition, row * step) ? matched : rest).push_back(static_cast<int32_t>(row));
  }
  std::vector<SelectedValues> pieces;
  for (int branch : {1, 2}) {
    RowSelection selection =
        RowSelection::Of(rows, std::move(branch == 1 ? matched : rest));
    if (selection.empty()) continue;
    ARROW_ASSIGN_OR_RAISE(ColumnVector values,
                          EvaluateOnRows(*arguments[branch], batch, selection, context));
    pieces.push_back({std::move(selection), std::move(values)});
  }
  return Interleave(pieces, arguments[1]->type(), rows);
}

/// The type of the arguments from `first` on. Errors: DATATYPE_MISMATCH.DATA_DIFF_TYPES.
Result<DataType> CommonType(const BindRequest& request, int first) {
  std::vector<DataType> types;
  for (int i = first; i < request.size(); ++i) types.push_back(request.type(i));
  auto type = WiderTypeOf(types, request.settings.ansi);
  if (!type) return DifferentTypes(request);
  return *std::move(type);
}

bool AllNullable(const BindRequest& request) {
  for (const ExpressionPtr& argument : request.arguments) {
    if (!argument->nullable()) return false;
  }
  return true;
}

Result<BoundFunction> BindCoalesce(const BindRequest& request) {
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(DataType type, CommonType(request, 0));
  function.argument_types.assign(request.size(), type);
  function.return_type = std::move(type);
  function.nullable = AllNullable(request);
  function.may_fail = false;
  function.lazy_kernel = EvaluateCoalesce;
  return function;
}

Result<BoundFunction> BindIf(const BindRequest& request) {
  const TypeId condition = request.type(0).id();
  if (condition != TypeId::kBoolean && condition != TypeId::kNull) {
    return UnexpectedInputType(request, 0, Quoted("BOOLEAN"));
  }
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(DataType type, CommonType(request, 1));
  function.argument_types = {TypeId::kBoolean, type, type};
  function.return_type = std::move(type);
  function.nullable = request.arguments[1]->nullable() || request.arguments[2]->nullable();
  function.may_fail = false;
  function.lazy_kernel = [](std::span<const ExpressionPtr> arguments,
                            const arrow::RecordBatch& batch, EvaluationContext* context) {
    return EvaluateIf(arguments, batch, context, [](const ColumnVector& column, int64_t i) {
      return column.values->IsValid(i) &&
             static_cast<const arrow::BooleanArray&>(*column.values).Value(i);
    });
  };
  function.sql = [](const Arguments& arguments) {
    return "(IF(" + arguments[0] + ", " + arguments[1] + ", " + arguments[2] + "))";
  };
  return function;
}

Result<BoundFunction> BindNvl2(const BindRequest& request) {
  BoundFunction function;
  ARROW_ASSIGN_OR_RAISE(DataType type, CommonType(request, 1));
  function.argument_types = {request.type(0), type, type};
  function.return_type = std::move(type);
  function.nullable = request.arguments[1]->nullable() || request.arguments[2]->nullable();
  function.may_fail = false;
  function.lazy_kernel = [](std::span<const ExpressionPtr> arguments,
                            const arrow::RecordBatch& batch, EvaluationContext* context) {
    return EvaluateIf(arguments, batch, context, [](const ColumnVector& column, int64_t i) {
      return column.values->IsValid(i);
    });
  };
  return function;
}

/// `nullif(a, b)`: keeps a's own type, compares in the type that both meet in.
Result<BoundFunction> BindNullIf(const BindRequest& request) {
  const DataType left = request.type(0);
  auto common = ComparisonType(left, request.type(1), request.settings.ansi);
  if (!common) {
    return MakeError("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
                     {{"sqlExpr", Quoted(CallSql(request))},
                      {"left", Quoted(left.Sql())},
                      {"right", Quoted(request.type(1).Sql())}});
  }
  if (!IsOrderable(*common)) return NotOrderable(request, *common);
  BoundFunction function;
  function.argument_types = {left, *common};
  function.return_type = left;
  Kernel equal = ComparisonKernel(ComparisonOp::kEqual, *common);
  CastOptions options{request.settings.ansi, false, request.settings.time_zone};
  function.kernel = [left, common = *common, equal, options](
                        std::span<const ColumnVector> arguments, int64_t rows,
                        EvaluationContext* context) -> Result<ColumnVector> {
    ColumnVector pair[] = {arguments[0], arguments[1]};
    if (!left.SameType(common)) {
      ARROW_ASSIGN_OR_RAISE(pair[0].values, CastArray(pair[0].values, left, common, options));
    }
    ARROW_ASSIGN_OR_RAISE(ColumnVector same, equal(pair, rows, context));
    auto [matched, rest] = RowSelection::All(rows).Split(same);
    if (matched.empty()) return arguments[0];
    ARROW_ASSIGN_OR_RAISE(ColumnVector null, NullConstant(arguments[0].values->type()));
    return Interleave({{RowSelection::All(rows), arguments[0]}, {std::move(matched), null}}, left,
                      rows);
  };
  return function;
}

Result<ExpressionPtr> Zero() { return Literal::Make(int32_t{0}, TypeId::kInteger); }

Result<BoundFunction> BindNullIfZero(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr zero, Zero());
  std::vector<ExpressionPtr> arguments{request.arguments[0], zero};
  ARROW_ASSIGN_OR_RAISE(BoundFunction function,
                        BindNullIf({request.name, arguments, request.settings}));
  function.default_arguments = {std::move(zero)};
  function.sql = [](const Arguments& texts) { return "nullifzero(" + texts[0] + ")"; };
  return function;
}

Result<BoundFunction> BindZeroIfNull(const BindRequest& request) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr zero, Zero());
  std::vector<ExpressionPtr> arguments{request.arguments[0], zero};
  ARROW_ASSIGN_OR_RAISE(BoundFunction function,
                        BindCoalesce({request.name, arguments, request.settings}));
  function.default_arguments = {std::move(zero)};
  function.sql = [](const Arguments& texts) { return "zeroifnull(" + texts[0] + ")"; };
  return function;
}

Result<BoundFunction> BindNanvl(const BindRequest& request) {
  BoundFunction function;
  const ParameterType floating = ParameterType::OneOf({TypeId::kDouble, TypeId::kFloat});
  ARROW_ASSIGN_OR_RAISE(function.argument_types, MatchArguments(request, {floating}));
  const bool floats = function.argument_types[0].id() == TypeId::kFloat &&
                      function.argument_types[1].id() == TypeId::kFloat;
  const DataType type = floats ? TypeId::kFloat : TypeId::kDouble;
  function.argument_types = {type, type};
  function.return_type = type;
  function.nullable = AnyNullable(request);
  function.may_fail = false;
  function.lazy_kernel = floats ? EvaluateNotNan<float> : EvaluateNotNan<double>;
  return function;
}

constexpr ScalarFunctionDefinition kConditionalFunctions[] = {
    {"if",
     3,
     3,
     {"`if(expr1, expr2, expr3)`: expr2 where expr1 is true, else expr3.", "1.0.0"},
     BindIf},
    {"coalesce",
     1,
     -1,
     {"`coalesce(expr, …)`: the first value that is not NULL.", "1.0.0"},
     BindCoalesce},
    {"ifnull", 2, 2, {"`ifnull(expr1, expr2)`: expr2 where expr1 is NULL.", "2.0.0"}, BindCoalesce},
    {"nvl", 2, 2, {"`nvl(expr1, expr2)`: expr2 where expr1 is NULL.", "2.0.0"}, BindCoalesce},
    {"nvl2",
     3,
     3,
     {"`nvl2(expr1, expr2, expr3)`: expr2 where expr1 is set, else expr3.", "2.0.0"},
     BindNvl2},
    {"nullif",
     2,
     2,
     {"`nullif(expr1, expr2)`: NULL where both are equal, else expr1.", "2.0.0"},
     BindNullIf},
    {"nullifzero", 1, 1, {"`nullifzero(expr)`: NULL for zero.", "4.0.0"}, BindNullIfZero},
    {"zeroifnull", 1, 1, {"`zeroifnull(expr)`: zero for NULL.", "4.0.0"}, BindZeroIfNull},
    {"nanvl", 2, 2, {"`nanvl(expr1, expr2)`: expr2 where expr1 is NaN.", "1.5.0"}, BindNanvl},
};

}  // namespace

std::span<const ScalarFunctionDefinition> ConditionalFunctions() { return kConditionalFunctions; }

Result<ExpressionPtr> BindConditional(std::vector<ExpressionPtr> children,
                                      const FunctionSettings& settings) {
  const BindRequest request{"casewhen", children, settings};
  std::vector<DataType> types;
  for (size_t i = 0; i < children.size(); ++i) {
    const bool is_condition = i % 2 == 0 && i + 1 < children.size();
    if (!is_condition) {
      types.push_back(children[i]->type());
    } else if (children[i]->type().id() != TypeId::kBoolean) {
      return UnexpectedInputType(request, static_cast<int>(i), Quoted("BOOLEAN"));
    }
  }
  auto type = WiderTypeOf(types, settings.ansi);
  if (!type) return DifferentTypes(request);
  for (size_t i = 0; i < children.size(); ++i) {
    const bool is_condition = i % 2 == 0 && i + 1 < children.size();
    if (is_condition || children[i]->type().SameType(*type)) continue;
    CastOptions options{settings.ansi, false, settings.time_zone};
    children[i] = std::make_shared<Cast>(children[i], *type, std::move(options), true);
  }
  return ExpressionPtr(std::make_shared<Conditional>(std::move(children)));
}

}  // namespace firesteel
