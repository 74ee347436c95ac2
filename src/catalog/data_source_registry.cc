#include "catalog/data_source_registry.h"

#include <utility>

#include "common/error.h"
#include "plan/identifier.h"

namespace firesteel {

DataSourceRegistry::DataSourceRegistry(std::vector<std::shared_ptr<TableProvider>> providers) {
  for (std::shared_ptr<TableProvider>& provider : providers) {
    std::string name = FoldCase(provider->ShortName());
    providers_.insert_or_assign(std::move(name), std::move(provider));
  }
}

DataSourceRegistry::DataSourceRegistry(const DataSourceRegistry& other) {
  const std::lock_guard lock(other.mutex_);
  providers_ = other.providers_;
}

Status DataSourceRegistry::Register(std::shared_ptr<TableProvider> provider) {
  std::string name = FoldCase(provider->ShortName());
  const std::lock_guard lock(mutex_);
  const auto [entry, added] = providers_.emplace(std::move(name), std::move(provider));
  if (added) return Status::OK();
  return MakeError("DATA_SOURCE_ALREADY_EXISTS", {{"provider", entry->first}});
}

Result<std::shared_ptr<TableProvider>> DataSourceRegistry::Find(std::string_view format) const {
  const std::lock_guard lock(mutex_);
  const auto found = providers_.find(FoldCase(format));
  if (found != providers_.end()) return found->second;
  std::string known;
  for (const auto& [name, provider] : providers_) known += (known.empty() ? "" : ", ") + name;
  return MakeError("DATA_SOURCE_NOT_FOUND",
                   {{"provider", std::string(format)}, {"known", std::move(known)}});
}

std::vector<std::string> DataSourceRegistry::Names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  names.reserve(providers_.size());
  for (const auto& [name, provider] : providers_) names.push_back(name);
  return names;
}

}  // namespace firesteel
