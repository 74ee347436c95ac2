#include "plan/attribute_set.h"

#include <algorithm>

namespace firesteel {

AttributeSet AttributeSet::References(const ExpressionPtr& expression) {
  AttributeSet references;
  references.AddReferences(expression);
  return references;
}

void AttributeSet::AddReferences(const ExpressionPtr& expression) {
  if (const auto* attribute = As<Attribute>(expression)) Add(attribute->id());
  for (const ExpressionPtr& child : expression->children()) AddReferences(child);
}

bool AttributeSet::ContainsAll(const AttributeSet& other) const {
  return std::all_of(other.ids_.begin(), other.ids_.end(),
                     [this](ExprId id) { return Contains(id); });
}

bool ReadsOnly(const ExpressionPtr& expression, const AttributeSet& available) {
  if (const auto* attribute = As<Attribute>(expression)) return available.Contains(attribute->id());
  return std::all_of(
      expression->children().begin(), expression->children().end(),
      [&](const ExpressionPtr& child) { return ReadsOnly(child, available); });
}

}  // namespace firesteel
