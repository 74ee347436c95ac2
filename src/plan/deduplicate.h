#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/logical_plan.h"

namespace firesteel {

/// dropDuplicates: of the rows with equal keys one remains, in a stream the first that comes.
/// Unresolved it holds names, which analysis turns into keys.
class Deduplicate final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kDeduplicate;
  /// `names` is nullopt for all columns. `within_watermark`: a key is forgotten when the watermark
  /// has passed the event time of its first row by the delay; for streams only.
  Deduplicate(std::optional<std::vector<std::string>> names, bool within_watermark, PlanPtr child);
  /// Resolved: `keys` are columns of the child, each once.
  Deduplicate(std::vector<ExpressionPtr> keys, bool within_watermark, PlanPtr child);

  const std::optional<std::vector<std::string>>& names() const { return names_; }
  bool has_keys() const { return has_keys_; }
  const std::vector<ExpressionPtr>& keys() const { return keys_; }
  bool within_watermark() const { return within_watermark_; }
  std::vector<AttributePtr> output() const override { return child()->output(); }
  std::vector<ExpressionPtr> expressions() const override { return keys_; }
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 protected:
  bool SelfResolved() const override { return has_keys_; }

 private:
  std::optional<std::vector<std::string>> names_;
  std::vector<ExpressionPtr> keys_;
  bool has_keys_;
  bool within_watermark_;
};

}  // namespace firesteel
