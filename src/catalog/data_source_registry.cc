#include "catalog/data_source_registry.h"

#include <utility>

#include "common/error.h"
#include "plan/identifier.h"

namespace firesteel {

void DataSourceRegistry::Register(std::shared_ptr<TableProvider> provider) {
  std::string name = FoldCase(provider->ShortName());
  providers_.insert_or_assign(std::move(name), std::move(provider));
}

Result<std::shared_ptr<TableProvider>> DataSourceRegistry::Find(std::string_view format) const {
  const auto found = providers_.find(FoldCase(format));
  if (found != providers_.end()) return found->second;
  std::string known;
  for (const auto& [name, provider] : providers_) known += (known.empty() ? "" : ", ") + name;
  return MakeError("DATA_SOURCE_NOT_FOUND",
                   {{"provider", std::string(format)}, {"known", std::move(known)}});
}

std::vector<std::string> DataSourceRegistry::Names() const {
  std::vector<std::string> names;
  names.reserve(providers_.size());
  for (const auto& [name, provider] : providers_) names.push_back(name);
  return names;
}

}  // namespace firesteel
