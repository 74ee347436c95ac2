#pragma once

#include <memory>

#include "expr/aggregate.h"

namespace firesteel {

/// `sum` of numbers and intervals.
Result<std::shared_ptr<const BoundAggregate>> BindSum(const BindRequest& request);
/// `avg` of numbers and intervals.
Result<std::shared_ptr<const BoundAggregate>> BindAverage(const BindRequest& request);

/// What sum and avg take: numbers and intervals.
Result<DataType> SummandType(const BindRequest& request);

}  // namespace firesteel
