#pragma once

#include <string>
#include <vector>

#include "expr/nodes.h"

namespace firesteel {

/// `[a#1, (b#2 + 1) AS c#3]`, as plan nodes show their lists.
template <typename T>
std::string BracketedList(const std::vector<T>& items) {
  std::string text = "[";
  for (const T& item : items) {
    if (text.size() > 1) text += ", ";
    if constexpr (std::is_convertible_v<T, std::string>) {
      text += item;
    } else {
      text += item->ToString();
    }
  }
  return text + "]";
}

}  // namespace firesteel
