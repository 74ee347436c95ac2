#pragma once

#include <vector>

#include "analyzer/grouping_view.h"

namespace firesteel {

/// Moves what an aggregation computes, its keys and the calls of aggregate functions, out of an
/// expression into `below`, unless it is there already, and leaves columns in its place. The
/// function of a window stays, since it is computed above; what it reads does not.
ExpressionPtr TakeAggregationOut(const ExpressionPtr& expression, const GroupingView& view,
                                 std::vector<ExpressionPtr>* below);

}  // namespace firesteel
