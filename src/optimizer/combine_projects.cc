#include <algorithm>
#include <unordered_map>
#include <utility>

#include "optimizer/rules.h"
#include "optimizer/substitution.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

using Counts = std::unordered_map<ExprId, int>;

void CountReads(const ExpressionPtr& expression, Counts* counts) {
  if (const auto* column = As<Attribute>(expression)) ++(*counts)[column->id()];
  for (const ExpressionPtr& child : expression->children()) CountReads(child, counts);
}

/// Whether computing the value twice costs nothing.
bool IsCheap(const ExpressionPtr& expression) {
  const Expression* current = expression.get();
  while (current->kind() == ExpressionKind::kGetField) current = current->child(0).get();
  return current->kind() == ExpressionKind::kAttribute ||
         current->kind() == ExpressionKind::kLiteral;
}

bool CanCombine(const Project& outer, const Project& inner) {
  Counts counts;
  for (const ExpressionPtr& item : outer.list()) CountReads(item, &counts);
  const auto moves = [&counts](const ExpressionPtr& item) {
    if (!item->deterministic()) return false;
    const auto* alias = As<Alias>(item);
    return alias == nullptr || IsCheap(alias->child(0)) || counts[alias->id()] <= 1;
  };
  return std::all_of(inner.list().begin(), inner.list().end(), moves);
}

}  // namespace

Result<PlanPtr> CombineProjects(const PlanPtr& plan) {
  return TransformUp<LogicalPlan>(plan, [](const PlanPtr& node) -> Result<PlanPtr> {
    const auto* outer = As<Project>(node);
    const auto* inner = outer == nullptr ? nullptr : As<Project>(outer->child());
    if (inner == nullptr || !CanCombine(*outer, *inner)) return PlanPtr();
    const Substitution substitution(inner->list());
    std::vector<ExpressionPtr> list;
    for (const ExpressionPtr& item : outer->list()) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr combined, substitution.ApplyToNamed(item));
      list.push_back(std::move(combined));
    }
    return PlanPtr(std::make_shared<Project>(std::move(list), inner->child()));
  });
}

}  // namespace firesteel
