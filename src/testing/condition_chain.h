#pragma once

#include <string>
#include <vector>

#include "firesteel/error.h"

namespace firesteel::testing {

/// The conditions of an error, of its cause, of the cause's cause and so on; "" for one without.
std::vector<std::string> ConditionChain(const Status& status);

}  // namespace firesteel::testing
