#pragma once

#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "plan/logical_plan.h"
#include "session/session_backend.h"
#include "spark/connect/catalog.pb.h"

namespace firesteel {

/// A name as clients write it: `a.b`, parts in backticks where they need it.
Result<std::vector<std::string>> ParseTableName(const std::string& text);

/// Answers what clients ask about databases, tables, functions and columns: small tables with the
/// columns that the client takes by their places. Not thread-safe.
class CatalogLists {
 public:
  explicit CatalogLists(SessionBackend* backend) : backend_(backend) {}

  /// Errors: UNSUPPORTED_CONNECT_MESSAGE for a message that is none of these.
  Result<PlanPtr> Answer(const spark::connect::Catalog& message);
  static Result<PlanPtr> OneValue(Value value);

 private:
  /// Whether the session has a function of the name that is not built in.
  bool IsOfSession(const std::string& function) const;
  Result<PlanPtr> ListDatabases(const std::optional<std::string>& only,
                                const std::optional<std::string>& pattern);
  Result<PlanPtr> ListTables(const std::string& database,
                             const std::optional<std::string>& pattern, bool views_only);
  Result<PlanPtr> GetTable(const std::vector<std::string>& name);
  Result<PlanPtr> ListFunctions(const std::optional<std::string>& only,
                                const std::optional<std::string>& pattern);
  Result<PlanPtr> ListColumns(const std::vector<std::string>& name);
  Result<bool> TableExists(const std::vector<std::string>& name);

  SessionBackend* backend_;
};

}  // namespace firesteel
