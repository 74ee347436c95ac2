#include "catalog/variable_store.h"

#include <algorithm>
#include <utility>

#include "common/error.h"
#include "plan/identifier.h"

namespace firesteel {

bool VariableStore::Declare(const std::vector<SessionVariable>& variables, bool replace) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const bool taken = std::any_of(
      variables.begin(), variables.end(),
      [this](const auto& variable) { return variables_.count(FoldCase(variable.name)) > 0; });
  if (taken && !replace) return false;
  for (const SessionVariable& variable : variables) {
    variables_.insert_or_assign(FoldCase(variable.name), variable);
  }
  return true;
}

bool VariableStore::Assign(const std::vector<std::pair<std::string, Value>>& values) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const bool known = std::all_of(values.begin(), values.end(), [this](const auto& entry) {
    return variables_.count(FoldCase(entry.first)) > 0;
  });
  if (!known) return false;
  for (const auto& [name, value] : values) variables_.find(FoldCase(name))->second.value = value;
  return true;
}

bool VariableStore::Remove(std::string_view name) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return variables_.erase(FoldCase(name)) > 0;
}

std::optional<SessionVariable> VariableStore::Find(std::string_view name) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (variables_.empty()) return std::nullopt;
  const auto found = variables_.find(FoldCase(name));
  if (found == variables_.end()) return std::nullopt;
  return found->second;
}

std::vector<SessionVariable> VariableStore::All() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<SessionVariable> variables;
  variables.reserve(variables_.size());
  for (const auto& [name, variable] : variables_) variables.push_back(variable);
  return variables;
}

std::optional<std::string> VariableName(const std::vector<std::string>& parts) {
  if (parts.size() == 1) return parts[0];
  if (parts.size() == 2 && FoldCase(parts[0]) == "session") return parts[1];
  if (parts.size() == 3 && FoldCase(parts[0]) == "system" && FoldCase(parts[1]) == "session") {
    return parts[2];
  }
  return std::nullopt;
}

Status VariableNotFound(const std::vector<std::string>& parts) {
  return MakeError("UNRESOLVED_VARIABLE", {{"variableName", QuoteIdentifier(parts)},
                                           {"searchPath", "`system`.`session`"}});
}

}  // namespace firesteel
