#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plan/logical_plan.h"

namespace firesteel {

/// What a recursive query reads of itself: the rows that its last step gave. A leaf, somewhere in
/// the step of the Recursion of the same number.
class RecursionInput final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kRecursionInput;
  RecursionInput(int64_t number, std::string name, std::vector<AttributePtr> output);
  int64_t number() const { return number_; }
  const std::string& name() const { return name_; }
  std::vector<AttributePtr> output() const override { return output_; }
  PlanPtr WithOutput(std::vector<AttributePtr> output) const;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  int64_t number_;
  std::string name_;
  std::vector<AttributePtr> output_;
};

/// WITH RECURSIVE: the first query's rows, then those of the step over them, then those of the step
/// over these, until it gives none. Both give columns of the same types, in the order of `output`.
class Recursion final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kRecursion;
  /// `limit`: so many rows are enough; set by the optimizer.
  Recursion(int64_t number, int64_t maximum_level, PlanPtr first, PlanPtr step,
            std::vector<AttributePtr> output, std::optional<int64_t> limit = std::nullopt);
  int64_t number() const { return number_; }
  int64_t maximum_level() const { return maximum_level_; }
  const PlanPtr& first() const { return child(0); }
  const PlanPtr& step() const { return child(1); }
  const std::optional<int64_t>& limit() const { return limit_; }
  std::vector<AttributePtr> output() const override { return output_; }
  PlanPtr WithOutput(std::vector<AttributePtr> output) const;
  PlanPtr WithLimit(int64_t limit) const;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  int64_t number_;
  int64_t maximum_level_;
  std::vector<AttributePtr> output_;
  std::optional<int64_t> limit_;
};

}  // namespace firesteel
