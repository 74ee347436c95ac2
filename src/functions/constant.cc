#include "functions/constant.h"

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "common/error.h"
#include "expr/function.h"
#include "types/arrow_types.h"

namespace firesteel {

bool IsFoldable(const Expression& expression) {
  switch (expression.kind()) {
    case ExpressionKind::kLiteral: return true;
    case ExpressionKind::kScalarFunction: {
      const BoundFunction& bound = As<ScalarFunction>(expression)->bound();
      if (!bound.deterministic || bound.uses_context) return false;
      break;
    }
    case ExpressionKind::kAlias:
    case ExpressionKind::kSqlCall:  // its variables are not
    case ExpressionKind::kCast:
    case ExpressionKind::kConditional:
    case ExpressionKind::kInSet:
    case ExpressionKind::kGetField: break;
    default: return false;
  }
  for (const ExpressionPtr& child : expression.children()) {
    if (!IsFoldable(*child)) return false;
  }
  return true;
}

Result<Value> EvaluateConstant(const Expression& expression) {
  static const auto batch =
      arrow::RecordBatch::Make(arrow::schema(arrow::FieldVector()), 1, arrow::ArrayVector());
  EvaluationContext context;
  ARROW_ASSIGN_OR_RAISE(ColumnVector column, expression.Evaluate(*batch, &context));
  if (column.values->length() < 1) {
    return InternalError("No value for the constant " + expression.ToString());
  }
  return GetValue(*column.values, 0, expression.type());
}

}  // namespace firesteel
