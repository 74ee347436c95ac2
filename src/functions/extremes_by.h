#pragma once

#include <memory>

#include "expr/aggregate.h"
#include "functions/binding.h"

namespace firesteel {

/// Binds `max_by(x, y, k)` and `min_by(x, y, k)`: the x that come with the k greatest or least y,
/// the best first. Of equal ones those that came first are kept.
Result<std::shared_ptr<const BoundAggregate>> BindExtremesBy(const BindRequest& request,
                                                             bool greatest);

}  // namespace firesteel
