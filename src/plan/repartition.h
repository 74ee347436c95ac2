#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/logical_plan.h"

namespace firesteel {

/// repartition and coalesce: the same rows in another number of partitions, and so of files where
/// they are written.
class Repartition final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kRepartition;
  enum class Form {
    kSpread,    ///< rows with the same keys come together; without keys they go round
    kCoalesce,  ///< neighbouring partitions are put together, never divided; there are no keys
  };
  /// Without a number of partitions there are as many as an exchange has.
  Repartition(Form form, std::optional<int> partitions, std::vector<ExpressionPtr> keys,
              PlanPtr child);
  Form form() const { return form_; }
  const std::optional<int>& partitions() const { return partitions_; }
  const std::vector<ExpressionPtr>& keys() const { return keys_; }
  std::vector<AttributePtr> output() const override { return child()->output(); }
  std::vector<ExpressionPtr> expressions() const override { return keys_; }
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  Form form_;
  std::optional<int> partitions_;
  std::vector<ExpressionPtr> keys_;
};

}  // namespace firesteel
