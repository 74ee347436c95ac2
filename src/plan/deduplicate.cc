#include "plan/deduplicate.h"

#include <utility>

namespace firesteel {

Deduplicate::Deduplicate(std::optional<std::vector<std::string>> names, bool within_watermark,
                         PlanPtr child)
    : LogicalPlan(kKind, {std::move(child)}),
      names_(std::move(names)),
      has_keys_(false),
      within_watermark_(within_watermark) {}

Deduplicate::Deduplicate(std::vector<ExpressionPtr> keys, bool within_watermark, PlanPtr child)
    : LogicalPlan(kKind, {std::move(child)}),
      keys_(std::move(keys)),
      has_keys_(true),
      within_watermark_(within_watermark) {}

PlanPtr Deduplicate::WithNewExpressions(std::vector<ExpressionPtr> expressions) const {
  return std::make_shared<Deduplicate>(std::move(expressions), within_watermark_, child());
}

PlanPtr Deduplicate::WithNewChildren(std::vector<PlanPtr> children) const {
  if (!has_keys_) {
    return std::make_shared<Deduplicate>(names_, within_watermark_, std::move(children[0]));
  }
  return std::make_shared<Deduplicate>(keys_, within_watermark_, std::move(children[0]));
}

std::string Deduplicate::Describe() const {
  std::string text;
  for (const ExpressionPtr& key : keys_) {
    text += (text.empty() ? "" : ", ") + key->ToString();
  }
  if (!has_keys_ && names_) {
    for (const std::string& name : *names_) text += (text.empty() ? "" : ", ") + name;
  }
  if (!has_keys_ && !names_) text = "*";
  return (within_watermark_ ? "DeduplicateWithinWatermark [" : "Deduplicate [") + text + "]";
}

}  // namespace firesteel
