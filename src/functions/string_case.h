#pragma once

#include <string>
#include <string_view>

#include "firesteel/error.h"

namespace firesteel {

/// Puts `text` in lower case, as lower() does.
Status LowerCase(std::string_view text, std::string* out);
/// Puts `text` in upper case, as upper() does.
Status UpperCase(std::string_view text, std::string* out);

}  // namespace firesteel
