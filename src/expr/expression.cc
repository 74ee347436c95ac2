#include "expr/expression.h"

#include <atomic>
#include <utility>

#include "common/error.h"
#include "expr/nodes.h"

namespace firesteel {

namespace {

/// Compares what the text of two trees leaves open: kinds, types and the values of constants.
bool SameShape(const Expression& a, const Expression& b) {
  if (a.kind() != b.kind() || a.children().size() != b.children().size()) return false;
  if (a.resolved() != b.resolved() || !(a.type() == b.type())) return false;
  if (const auto* literal = As<Literal>(a)) {
    if (!(literal->value() == As<Literal>(b)->value())) return false;
  }
  for (size_t i = 0; i < a.children().size(); ++i) {
    const Expression& left = *a.children()[i];
    const Expression& right = *b.children()[i];
    if (&left != &right && !SameShape(left, right)) return false;
  }
  return true;
}

}  // namespace

ExprId NewExprId() {
  static std::atomic<ExprId> next{0};
  return next.fetch_add(1, std::memory_order_relaxed);
}

void Expression::SetType(DataType type, bool nullable) {
  type_ = std::move(type);
  nullable_ = nullable;
  resolved_ = true;
}

bool Expression::deterministic() const {
  for (const ExpressionPtr& child : children_) {
    if (!child->deterministic()) return false;
  }
  return true;
}

bool Expression::Equals(const Expression& other) const {
  return this == &other || (SameShape(*this, other) && ToString() == other.ToString());
}

Result<ColumnVector> Expression::Evaluate(const arrow::RecordBatch&, EvaluationContext*) const {
  return InternalError("Cannot evaluate the expression " + ToString());
}

}  // namespace firesteel
