#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/data_source_registry.h"
#include "catalog/sql_function_store.h"
#include "catalog/table_store.h"
#include "catalog/user_function_store.h"
#include "catalog/variable_store.h"
#include "catalog/view_store.h"
#include "plan/logical_plan.h"

namespace firesteel {

/// A relation that the catalog lists.
struct CatalogEntry {
  std::string database;  ///< "" for a temporary view of the session, `global_temp` for a global one
  std::string name;
  bool temporary = true;
  bool view = true;
};

/// The full name of a table or view that is none of a session's.
struct TableName {
  std::string database;
  std::string name;
  /// `spark_catalog`.`database`.`name`, as errors say it.
  std::string Quoted() const;
  /// The catalog and the database.
  std::vector<std::string> Place() const;
};

/// A session's temporary views by name (any case), the databases, tables and views that all sessions
/// share, and the connectors. There is one catalog, `spark_catalog`; its database `global_temp`
/// holds the shared temporary views. Thread-safe.
class Catalog {
 public:
  explicit Catalog(std::shared_ptr<const DataSourceRegistry> registry,
                   std::shared_ptr<ViewStore> global_views = nullptr,
                   std::shared_ptr<TableStore> tables = nullptr);

  const DataSourceRegistry& registry() const { return *registry_; }
  TableStore& tables() const { return *tables_; }
  /// The functions in the client's language.
  UserFunctionStore& user_functions() { return user_functions_; }
  const UserFunctionStore& user_functions() const { return user_functions_; }
  /// The functions in SQL.
  SqlFunctionStore& sql_functions() { return sql_functions_; }
  const SqlFunctionStore& sql_functions() const { return sql_functions_; }
  VariableStore& variables() { return variables_; }
  const VariableStore& variables() const { return variables_; }

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

  /// What a name of a table stands for, whether or not there is one: names without a database are in
  /// the current one. Errors: REQUIRES_SINGLE_PART_NAMESPACE.
  Result<TableName> FullName(const std::vector<std::string>& name) const;
  /// The table or shared view; nullopt when there is none or a temporary view hides it. Errors: as
  /// FullName.
  Result<std::optional<StoredTable>> FindTable(const std::vector<std::string>& name) const;
  /// The database of a name with or without the catalog. Errors: SCHEMA_NOT_FOUND.
  Result<StoredDatabase> FindDatabase(const std::vector<std::string>& name) const;

 private:
  Status CheckDatabase(const std::vector<std::string>& name) const;

  std::shared_ptr<const DataSourceRegistry> registry_;
  std::shared_ptr<ViewStore> global_views_;
  std::shared_ptr<TableStore> tables_;
  ViewStore views_;  // the session's own
  UserFunctionStore user_functions_;
  SqlFunctionStore sql_functions_;
  VariableStore variables_;
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
