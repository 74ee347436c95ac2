#include "plan/logical_plan.h"

#include <algorithm>
#include <utility>

namespace firesteel {

namespace {

/// Appends the tree below `plan`. `prefix` leads every line but the first, which ends in `marker`.
void AppendTree(const LogicalPlan& plan, const std::string& prefix, const char* marker,
                std::string* text) {
  *text += prefix;
  *text += marker;
  if (!plan.resolved()) *text += "'";
  *text += plan.Describe();
  *text += "\n";
  const std::string below =
      *marker == '\0' ? prefix : prefix + (*marker == ':' ? ":  " : "   ");
  const size_t count = plan.children().size();
  for (size_t i = 0; i < count; ++i) {
    AppendTree(*plan.children()[i], below, i + 1 == count ? "+- " : ":- ", text);
  }
}

}  // namespace

PlanPtr LogicalPlan::WithNewExpressions(std::vector<ExpressionPtr>) const {
  return WithNewChildren(children_);
}

bool LogicalPlan::resolved() const {
  int8_t known = resolved_.load(std::memory_order_acquire);
  if (known < 0) {
    const std::vector<ExpressionPtr> own = expressions();
    known = std::all_of(children_.begin(), children_.end(),
                        [](const PlanPtr& child) { return child->resolved(); }) &&
            std::all_of(own.begin(), own.end(),
                        [](const ExpressionPtr& expression) { return expression->resolved(); }) &&
            SelfResolved();
    resolved_.store(known, std::memory_order_release);
  }
  return known == 1;
}

bool LogicalPlan::is_streaming() const {
  return std::any_of(children_.begin(), children_.end(),
                     [](const PlanPtr& child) { return child->is_streaming(); });
}

Schema LogicalPlan::schema() const {
  std::vector<StructField> fields;
  for (const AttributePtr& attribute : output()) fields.push_back(attribute->AsField());
  return Schema(std::move(fields));
}

std::string LogicalPlan::TreeString() const {
  std::string text;
  AppendTree(*this, "", "", &text);
  return text;
}

Result<PlanPtr> TransformAllExpressions(const PlanPtr& plan, const Rewrite<Expression>& rewrite) {
  return TransformUp<LogicalPlan>(
      plan, [&](const PlanPtr& node) { return TransformExpressions(node, rewrite); });
}

Result<PlanPtr> TransformExpressions(const PlanPtr& plan, const Rewrite<Expression>& rewrite) {
  std::vector<ExpressionPtr> expressions = plan->expressions();
  bool changed = false;
  for (ExpressionPtr& expression : expressions) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr rewritten, TransformUp<Expression>(expression, rewrite));
    changed |= rewritten != expression;
    expression = std::move(rewritten);
  }
  if (!changed) return plan;
  return plan->WithNewExpressions(std::move(expressions));
}

}  // namespace firesteel
