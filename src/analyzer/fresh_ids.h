#pragma once

#include "plan/logical_plan.h"

namespace firesteel {

/// The same analyzed plan with other ids for all columns it makes, so that it can stand beside the
/// first one: the right side of a self join, the query of a subquery. Tables are shared, so that a
/// stream stays one source. Columns of a query around the plan keep their ids.
Result<PlanPtr> WithFreshIds(const PlanPtr& plan);

/// Whether a column of `columns` is one that `plan` makes.
bool SharesIds(const std::vector<AttributePtr>& columns, const PlanPtr& plan);

}  // namespace firesteel
