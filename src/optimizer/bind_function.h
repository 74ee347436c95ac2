#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "functions/registry.h"

namespace firesteel {

/// Binds a call that the optimizer itself adds, by no settings of the session.
inline Result<ExpressionPtr> BindFunction(std::string_view name,
                                          std::vector<ExpressionPtr> arguments) {
  return BindCall(name, std::move(arguments), false, nullptr, {});
}

}  // namespace firesteel
