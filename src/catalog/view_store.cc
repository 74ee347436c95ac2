#include "catalog/view_store.h"

#include <utility>

#include "plan/identifier.h"

namespace firesteel {

bool ViewStore::Put(const std::string& name, StoredView view, bool replace) {
  std::string key = FoldCase(name);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!replace && views_.count(key) > 0) return false;
  views_.insert_or_assign(std::move(key), std::move(view));
  return true;
}

bool ViewStore::Remove(std::string_view name) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return views_.erase(FoldCase(name)) > 0;
}

std::optional<StoredView> ViewStore::Find(std::string_view name) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = views_.find(FoldCase(name));
  if (found == views_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> ViewStore::Names() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::string> names;
  names.reserve(views_.size());
  for (const auto& [name, view] : views_) names.push_back(name);
  return names;
}

}  // namespace firesteel
