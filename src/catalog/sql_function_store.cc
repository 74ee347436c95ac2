#include "catalog/sql_function_store.h"

#include <utility>

#include "plan/identifier.h"

namespace firesteel {

bool SqlFunctionStore::Put(SqlFunctionPtr function, bool replace) {
  std::string key = FoldCase(function->name);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!replace && functions_.count(key) > 0) return false;
  functions_.insert_or_assign(std::move(key), std::move(function));
  return true;
}

bool SqlFunctionStore::Remove(std::string_view name) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return functions_.erase(FoldCase(name)) > 0;
}

SqlFunctionPtr SqlFunctionStore::Find(std::string_view name) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (functions_.empty()) return nullptr;
  const auto found = functions_.find(FoldCase(name));
  return found == functions_.end() ? nullptr : found->second;
}

std::vector<std::string> SqlFunctionStore::Names() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::string> names;
  names.reserve(functions_.size());
  for (const auto& [name, function] : functions_) names.push_back(name);
  return names;
}

}  // namespace firesteel
