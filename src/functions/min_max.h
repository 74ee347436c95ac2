#pragma once

#include <memory>

#include "expr/aggregate.h"

namespace firesteel {

/// `min` or `max` of any type that can be ordered.
std::shared_ptr<const BoundAggregate> MakeExtreme(const DataType& type, bool greatest);

}  // namespace firesteel
