#pragma once

#include <string>
#include <utility>
#include <vector>

#include "expr/nodes.h"
#include "expr/unresolved.h"

namespace firesteel {

/// A call of a function by its name.
inline ExpressionPtr Call(std::string name, std::vector<ExpressionPtr> arguments,
                          bool distinct = false) {
  return std::make_shared<UnresolvedFunction>(std::move(name), std::move(arguments), distinct);
}
/// A column by its exact name, dots and all.
inline ExpressionPtr ColumnNamed(const std::string& name) {
  return std::make_shared<UnresolvedAttribute>(std::vector<std::string>{name});
}
inline ExpressionPtr Named(ExpressionPtr child, const std::string& name) {
  return std::make_shared<Alias>(std::move(child), name);
}

}  // namespace firesteel
