#include "plan/tagged_plan.h"

#include <utility>

#include "plan/subqueries.h"

namespace firesteel {

TaggedPlan::TaggedPlan(int64_t tag, PlanPtr child)
    : LogicalPlan(kKind, {std::move(child)}), tag_(tag) {}

PlanPtr TaggedPlan::WithNewChildren(std::vector<PlanPtr> children) const {
  return std::make_shared<TaggedPlan>(tag_, std::move(children[0]));
}

std::string TaggedPlan::Describe() const { return "TaggedPlan " + std::to_string(tag_); }

Result<PlanPtr> WithoutTags(const PlanPtr& plan) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr node, MapChildren<LogicalPlan>(plan, WithoutTags));
  if (node->kind() == PlanKind::kTaggedPlan) return node->child();
  ARROW_ASSIGN_OR_RAISE(
      node, TransformExpressions(node, [](const ExpressionPtr& e) -> Result<ExpressionPtr> {
        const auto* subquery = As<SubqueryExpression>(e);
        if (subquery == nullptr) return ExpressionPtr();
        ARROW_ASSIGN_OR_RAISE(PlanPtr inside, WithoutTags(subquery->plan()));
        if (inside == subquery->plan()) return ExpressionPtr();
        return subquery->WithPlan(std::move(inside), subquery->outer());
      }));
  if (node != plan && plan->analyzed()) node->MarkAnalyzed();
  return node;
}

}  // namespace firesteel
