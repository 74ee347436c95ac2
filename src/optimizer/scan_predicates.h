#pragma once

#include <vector>

#include "firesteel/connector/predicate.h"
#include "plan/logical_plan.h"

namespace firesteel {

/// What a scan that gives `columns` can be told of a condition: predicates that every row for which
/// the condition is true fulfils. They are those that Spark hands to its file readers, since these
/// leave the rows out before they count them: comparisons of a column with a constant, joined by
/// AND, OR and NOT, and that the columns are not NULL without which the condition is not true. What
/// cannot be said stays unsaid.
std::vector<Predicate> ScanPredicates(const ExpressionPtr& condition,
                                      const std::vector<AttributePtr>& columns);

}  // namespace firesteel
