#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/data_source_registry.h"
#include "plan/logical_plan.h"

namespace firesteel {

/// A session's temporary views and tables by name (any case), and the connectors. Thread-safe.
class Catalog {
 public:
  explicit Catalog(std::shared_ptr<const DataSourceRegistry> registry)
      : registry_(std::move(registry)) {}

  const DataSourceRegistry& registry() const { return *registry_; }
  /// Names a plan, which should be analyzed: else a view over its own name would never end.
  /// Errors: TEMP_TABLE_OR_VIEW_ALREADY_EXISTS unless `replace`,
  /// TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS.
  Status CreateTempView(const std::string& name, PlanPtr plan, bool replace);
  /// False when there was none.
  bool DropTempView(std::string_view name);
  /// Errors: TABLE_OR_VIEW_NOT_FOUND.
  Result<PlanPtr> Lookup(const std::vector<std::string>& name) const;
  std::vector<std::string> TempViewNames() const;

 private:
  std::shared_ptr<const DataSourceRegistry> registry_;
  mutable std::mutex mutex_;
  std::map<std::string, PlanPtr, std::less<>> views_;  // by lower-case name; guarded by mutex_
};

}  // namespace firesteel
