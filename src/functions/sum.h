#pragma once

#include <memory>

#include "expr/aggregate.h"

namespace firesteel {

/// `sum` of numbers and intervals.
Result<std::shared_ptr<const BoundAggregate>> BindSum(const BindRequest& request);
/// `avg` of numbers and intervals.
Result<std::shared_ptr<const BoundAggregate>> BindAverage(const BindRequest& request);
/// `try_sum` and `try_avg`: NULL where the others fail.
Result<std::shared_ptr<const BoundAggregate>> BindTrySum(const BindRequest& request);
Result<std::shared_ptr<const BoundAggregate>> BindTryAverage(const BindRequest& request);

/// What sum and avg take: numbers and intervals.
Result<DataType> SummandType(const BindRequest& request);

}  // namespace firesteel
