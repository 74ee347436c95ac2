#pragma once

#include <string>
#include <vector>

#include "expr/expression.h"

namespace firesteel {

/// Renders expressions for EXPLAIN: `[a, (b + 1)]`.
std::string ExpressionListText(const std::vector<ExpressionPtr>& expressions);

}  // namespace firesteel
