#pragma once

#include "expr/expression.h"

namespace firesteel {

/// `people.name` where `people` is an array of structs: the array of that field's values. `array`
/// must be an array of structs with more than `ordinal` fields.
ExpressionPtr ArrayField(const ExpressionPtr& array, int ordinal);

}  // namespace firesteel
