#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace firesteel {

/// The name that `typed` was probably meant to be: the one that takes the fewest changed, missing,
/// extra or swapped letters, if they are at most a third of it (two for short ones); "" when none
/// is that near.
std::string NearestName(std::string_view typed, const std::vector<std::string>& names);

}  // namespace firesteel
