#pragma once

#include <string>
#include <string_view>

namespace firesteel {

/// Puts bytes in the place of escapes such as `%20`. A percent sign that starts none stays as it
/// is: people write such text by hand.
std::string PercentDecode(std::string_view text);

}  // namespace firesteel
