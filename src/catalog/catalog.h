#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/data_source_registry.h"
#include "catalog/view_store.h"
#include "plan/logical_plan.h"

namespace firesteel {

/// A relation that the catalog lists.
struct CatalogEntry {
  std::string database;  ///< "" for a temporary view of the session, `global_temp` for a global one
  std::string name;
};

/// A session's temporary views and tables by name (any case), the views that all sessions share,
/// and the connectors. There is one catalog, `spark_catalog`, with the one database `default`, and
/// `global_temp`, which holds the shared views. Thread-safe.
class Catalog {
 public:
  explicit Catalog(std::shared_ptr<const DataSourceRegistry> registry,
                   std::shared_ptr<ViewStore> global_views = nullptr);

  const DataSourceRegistry& registry() const { return *registry_; }

  /// Names a plan, which should be analyzed: else a view over its own name would never end.
  /// Errors: TEMP_TABLE_OR_VIEW_ALREADY_EXISTS unless `replace`,
  /// TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS.
  Status CreateTempView(const std::string& name, PlanPtr plan, bool replace);
  /// False when there was none.
  bool DropTempView(std::string_view name);
  std::vector<std::string> TempViewNames() const;

  /// As CreateTempView for a view with its text, which all sessions see as `global_temp.name` when
  /// `global`. Names here are what they stand for, not SQL.
  Status CreateView(const std::string& name, StoredView view, bool global, bool replace);
  /// Drops `name`, `global_temp.name`. False when there was none.
  bool DropView(const std::vector<std::string>& name);

  /// Errors: TABLE_OR_VIEW_NOT_FOUND, REQUIRES_SINGLE_PART_NAMESPACE.
  Result<PlanPtr> Lookup(const std::vector<std::string>& name) const;
  /// The view with its text. Errors as Lookup.
  Result<StoredView> LookupView(const std::vector<std::string>& name) const;

  /// The views that SHOW TABLES lists of a database: its own, then the session's temporary ones.
  /// Errors: SCHEMA_NOT_FOUND.
  Result<std::vector<CatalogEntry>> List(const std::vector<std::string>& database) const;
  std::vector<std::string> Databases() const;
  std::string current_database() const;
  /// Errors: SCHEMA_NOT_FOUND.
  Status SetCurrentDatabase(const std::vector<std::string>& name);

 private:
  Status CheckDatabase(const std::vector<std::string>& name) const;

  std::shared_ptr<const DataSourceRegistry> registry_;
  std::shared_ptr<ViewStore> global_views_;
  ViewStore views_;  // the session's own
  mutable std::mutex mutex_;
  std::string current_database_ = "default";  // guarded by mutex_
};

/// The error for a name that stands for nothing.
Status TableNotFound(const std::vector<std::string>& name);
/// The error for a database that does not exist.
Status SchemaNotFound(const std::vector<std::string>& name);

/// Whether a name matches a pattern of SHOW … LIKE: `*` stands for any characters, `|` separates
/// patterns; case does not matter.
bool MatchesPattern(std::string_view name, std::string_view pattern);

}  // namespace firesteel
