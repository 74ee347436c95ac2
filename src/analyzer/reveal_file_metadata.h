#pragma once

#include <string>
#include <vector>

#include "plan/logical_plan.h"

namespace firesteel {

/// The node above children that give their `_metadata` columns, where they have them; the node
/// itself where none has.
PlanPtr WithFileMetadataBelow(const PlanPtr& node);

/// Whether a name's parts mean `_metadata`, with a table before it or not: what follows is a field.
bool NamesFileMetadata(const std::vector<std::string>& parts);

}  // namespace firesteel
