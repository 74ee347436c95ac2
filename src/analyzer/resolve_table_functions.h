#pragma once

#include <string>
#include <vector>

#include "expr/nodes.h"
#include "expr/unresolved.h"

namespace firesteel {

/// The columns that a GeneratorCall gives, called by `names` or, without any, by its own. Errors:
/// UDTF_ALIAS_NUMBER_MISMATCH.
Result<std::vector<AttributePtr>> GeneratorColumns(const ExpressionPtr& generator,
                                                   const std::vector<std::string>& names,
                                                   const std::vector<std::string>& qualifier,
                                                   const Origin& origin);

}  // namespace firesteel
