#pragma once

#include <string>
#include <string_view>

namespace firesteel {

/// Appends `text` as a JSON string with its quotes, escaped as Spark's JSON writer does: the short
/// forms where there are any, \u00XX for the other control characters, everything else as it is.
void AppendJsonString(std::string_view text, std::string* json);

}  // namespace firesteel
