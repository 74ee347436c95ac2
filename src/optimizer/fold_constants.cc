#include <algorithm>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "optimizer/rules.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// Whether the value is the same for all rows of all batches and small enough to keep in the plan.
/// Functions without arguments (current_timestamp) depend on the batch.
bool IsFoldable(const Expression& expression) {
  switch (expression.kind()) {
    case ExpressionKind::kScalarFunction:
    case ExpressionKind::kCast:
    case ExpressionKind::kConditional:
    case ExpressionKind::kInSet:
    case ExpressionKind::kGetField: break;
    default: return false;
  }
  const std::vector<ExpressionPtr>& children = expression.children();
  return !children.empty() && !expression.type().is_nested() && expression.deterministic() &&
         std::all_of(children.begin(), children.end(), [](const ExpressionPtr& child) {
           return child->kind() == ExpressionKind::kLiteral;
         });
}

}  // namespace

Result<PlanPtr> FoldConstants(const PlanPtr& plan) {
  const auto one_row = arrow::RecordBatch::Make(arrow::schema(arrow::FieldVector()), 1,
                                                std::vector<std::shared_ptr<arrow::Array>>());
  return TransformAllExpressions(plan, [&](const ExpressionPtr& e) -> Result<ExpressionPtr> {
    if (!IsFoldable(*e)) return ExpressionPtr();
    EvaluationContext context;
    Result<ColumnVector> value = e->Evaluate(*one_row, &context);
    if (!value.ok() || value->values->length() == 0) return ExpressionPtr();
    return Literal::Make(GetValue(*value->values, 0, e->type()), e->type());
  });
}

}  // namespace firesteel
