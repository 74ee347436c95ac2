#include "catalog/user_function_store.h"

#include <utility>

#include "plan/identifier.h"

namespace firesteel {

void UserFunctionStore::Put(std::shared_ptr<const UserColumnFunction> function) {
  std::string key = FoldCase(function->name);
  const std::lock_guard<std::mutex> lock(mutex_);
  functions_.insert_or_assign(std::move(key), std::move(function));
}

bool UserFunctionStore::Remove(std::string_view name) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return functions_.erase(FoldCase(name)) > 0;
}

std::shared_ptr<const UserColumnFunction> UserFunctionStore::Find(std::string_view name) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (functions_.empty()) return nullptr;
  const auto found = functions_.find(FoldCase(name));
  return found == functions_.end() ? nullptr : found->second;
}

std::vector<std::string> UserFunctionStore::Names() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::string> names;
  names.reserve(functions_.size());
  for (const auto& [name, function] : functions_) names.push_back(name);
  return names;
}

}  // namespace firesteel
