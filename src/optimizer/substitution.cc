#include "optimizer/substitution.h"

#include <utility>

namespace firesteel {

Substitution::Substitution(const std::vector<ExpressionPtr>& named) {
  for (const ExpressionPtr& item : named) {
    if (const auto* alias = As<Alias>(item)) Add(alias->id(), alias->child(0));
  }
}

Result<ExpressionPtr> Substitution::Apply(const ExpressionPtr& expression) const {
  if (values_.empty()) return expression;
  return TransformUp<Expression>(expression,
                                 [this](const ExpressionPtr& e) -> Result<ExpressionPtr> {
                                   const auto* column = As<Attribute>(e);
                                   if (column == nullptr) return ExpressionPtr();
                                   const auto found = values_.find(column->id());
                                   return found == values_.end() ? ExpressionPtr() : found->second;
                                 });
}

Result<ExpressionPtr> Substitution::ApplyToNamed(const ExpressionPtr& named) const {
  const AttributePtr column = ToAttribute(named);
  const ExpressionPtr value = As<Alias>(named) ? named->child(0) : named;
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr replaced, Apply(value));
  if (replaced == value) return named;
  return ExpressionPtr(std::make_shared<Alias>(std::move(replaced), column->name(), column->id(),
                                               column->metadata()));
}

}  // namespace firesteel
