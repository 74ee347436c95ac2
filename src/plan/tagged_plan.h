#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plan/logical_plan.h"

namespace firesteel {

/// Gives a plan the number by which a client's columns name it: `df["a"]` is a column of the plan
/// with df's number, wherever in the query it stands. The columns pass through as they are;
/// analysis takes the node out when all names are resolved.
class TaggedPlan final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kTaggedPlan;
  TaggedPlan(int64_t tag, PlanPtr child);
  int64_t tag() const { return tag_; }
  std::vector<AttributePtr> output() const override { return child()->output(); }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  int64_t tag_;
};

/// The plan without its tags, those of plans inside of expressions too.
Result<PlanPtr> WithoutTags(const PlanPtr& plan);

}  // namespace firesteel
