#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace firesteel {

/// `name(a, b)`
inline std::string CallText(std::string_view name, const std::vector<std::string>& arguments) {
  std::string text(name);
  text += "(";
  for (size_t i = 0; i < arguments.size(); ++i) text += (i > 0 ? ", " : "") + arguments[i];
  return text + ")";
}

}  // namespace firesteel
