#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expr/expression.h"
#include "firesteel/row.h"

namespace firesteel {

/// A variable that a session declared.
struct SessionVariable {
  std::string name;  ///< as written when it was declared
  DataType type;
  Value value;
  ExpressionPtr default_value;  ///< unresolved: SET VARIABLE … = DEFAULT evaluates it again
};

/// The variables of one session by name, any case. Thread-safe.
class VariableStore {
 public:
  /// False, and nothing is done, when one of the names is taken and `replace` is not set.
  bool Declare(const std::vector<SessionVariable>& variables, bool replace);
  /// Gives variables other values, all at once. False, and nothing is done, when one is missing.
  bool Assign(const std::vector<std::pair<std::string, Value>>& values);
  /// False when there was none.
  bool Remove(std::string_view name);
  std::optional<SessionVariable> Find(std::string_view name) const;
  /// Sorted by name.
  std::vector<SessionVariable> All() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, SessionVariable, std::less<>> variables_;  // by lower-case name; guarded
};

/// The variable that a full name means: `v`, `session.v`, `system.session.v`; nullopt for names
/// that cannot mean one.
std::optional<std::string> VariableName(const std::vector<std::string>& parts);

/// The error for a name that stands for no variable.
Status VariableNotFound(const std::vector<std::string>& parts);

}  // namespace firesteel
