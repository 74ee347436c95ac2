#pragma once

#include <vector>

#include "plan/attribute_set.h"
#include "plan/logical_plan.h"

namespace firesteel {

/// The columns below that a join with USING merged away: `r.id` after `l JOIN r USING (id)`. Only
/// names with a table mean them.
std::vector<AttributePtr> HiddenColumns(const PlanPtr& plan);

/// The node over children that give the hidden columns of `wanted`, too; its output stays.
Result<PlanPtr> RevealColumns(const PlanPtr& node, const AttributeSet& wanted);

}  // namespace firesteel
