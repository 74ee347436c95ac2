#pragma once

#include <string>
#include <string_view>

namespace firesteel {

bool IsValidUtf8(std::string_view text);

/// Returns `text` with U+FFFD in place of what is not UTF-8, grouped as Java's decoder groups it.
std::string ReplaceInvalidUtf8(std::string_view text);

}  // namespace firesteel
