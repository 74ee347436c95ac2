#include <algorithm>
#include <optional>
#include <utility>

#include "analyzer/resolve_expression.h"
#include "analyzer/rules.h"
#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "functions/coercion.h"
#include "functions/constant.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/relations.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using Rows = std::vector<std::vector<ExpressionPtr>>;

Result<std::vector<DataType>> CommonTypes(const Rows& rows, bool ansi) {
  std::vector<DataType> types;
  for (size_t column = 0; column < rows[0].size(); ++column) {
    std::vector<DataType> given;
    for (const std::vector<ExpressionPtr>& row : rows) given.push_back(row[column]->type());
    const std::optional<DataType> common = WiderTypeOf(given, ansi);
    if (!common) {
      return MakeError("INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE",
                       {{"colName", "`col" + std::to_string(column + 1) + "`"}});
    }
    types.push_back(*common);
  }
  return types;
}

ExpressionPtr CastCellTo(const ExpressionPtr& value, const DataType& type,
                         const FunctionSettings& settings) {
  if (value->type() == type) return value;
  return std::make_shared<Cast>(value, type,
                                CastOptions{settings.ansi, false, settings.time_zone}, true);
}

Status CheckValue(const ExpressionPtr& value) {
  if (HasKind(value, ExpressionKind::kSubquery)) {
    return MakeError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.SCALAR_SUBQUERY_IN_VALUES");
  }
  if (value->deterministic() && !HasAggregate(value) &&
      !HasKind(value, ExpressionKind::kGenerator)) {
    return Status::OK();
  }
  return MakeError("INVALID_INLINE_TABLE.CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE",
                   {{"expr", "\"" + value->Sql() + "\""}});
}

/// Values that depend on the time or on a query around this one are left to the projection.
PlanPtr AsProjections(const Rows& rows, const std::vector<DataType>& types,
                      const FunctionSettings& settings) {
  std::vector<PlanPtr> projections;
  for (const std::vector<ExpressionPtr>& row : rows) {
    std::vector<ExpressionPtr> list;
    for (size_t i = 0; i < row.size(); ++i) {
      list.push_back(std::make_shared<Alias>(CastCellTo(row[i], types[i], settings),
                                             "col" + std::to_string(i + 1)));
    }
    projections.push_back(std::make_shared<Project>(std::move(list), std::make_shared<OneRow>()));
  }
  if (projections.size() == 1) return projections[0];
  return std::make_shared<Union>(std::move(projections), false, false);
}

Result<PlanPtr> AsRelation(const Rows& rows, const std::vector<DataType>& types,
                           const FunctionSettings& settings) {
  Schema schema;
  std::vector<std::shared_ptr<arrow::Array>> columns;
  for (size_t i = 0; i < types.size(); ++i) {
    std::vector<Value> values;
    bool nullable = false;
    for (const std::vector<ExpressionPtr>& row : rows) {
      ARROW_ASSIGN_OR_RAISE(Value value, EvaluateConstant(*CastCellTo(row[i], types[i], settings)));
      nullable |= row[i]->nullable();
      values.push_back(std::move(value));
    }
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> column, MakeArray(values, types[i]));
    columns.push_back(std::move(column));
    schema.Add("col" + std::to_string(i + 1), types[i], nullable);
  }
  auto batch = arrow::RecordBatch::Make(ToArrowSchema(schema), static_cast<int64_t>(rows.size()),
                                        std::move(columns));
  return PlanPtr(LocalRelation::Make(schema, {std::move(batch)}));
}

}  // namespace

Result<PlanPtr> EvaluateInlineTables(const PlanPtr& node, Resolver* resolver) {
  const auto* table = As<InlineTable>(node);
  if (table == nullptr || table->rows().empty()) return node;
  bool foldable = true;
  for (const ExpressionPtr& value : table->expressions()) {
    if (!value->resolved()) {
      if (HasKind(value, ExpressionKind::kSubquery)) ARROW_RETURN_NOT_OK(CheckValue(value));
      return node;
    }
    ARROW_RETURN_NOT_OK(CheckValue(value));
    foldable &= IsFoldable(*value);
  }
  ARROW_ASSIGN_OR_RAISE(const std::vector<DataType> types,
                        CommonTypes(table->rows(), resolver->settings().ansi));
  if (!foldable) return AsProjections(table->rows(), types, resolver->settings());
  return AsRelation(table->rows(), types, resolver->settings());
}

}  // namespace firesteel
