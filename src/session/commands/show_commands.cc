#include <algorithm>
#include <set>
#include <utility>

#include "common/error.h"
#include "functions/registry.h"
#include "plan/identifier.h"
#include "plan/relations.h"
#include "session/commands/families.h"

namespace firesteel {

namespace {

bool Wanted(const Show::Request& request, std::string_view name) {
  return !request.pattern || MatchesPattern(name, *request.pattern);
}

Result<QueryResult> ShowRelations(const Show::Request& request, const CommandContext& context) {
  const bool views = request.what == Show::What::kViews;
  ARROW_ASSIGN_OR_RAISE(std::vector<CatalogEntry> entries, context.catalog->List(request.in));
  std::vector<std::vector<Value>> rows;
  for (const CatalogEntry& entry : entries) {
    if ((views && !entry.view) || !Wanted(request, entry.name)) continue;
    rows.push_back({entry.database, entry.name, entry.temporary});
  }
  Schema schema;
  schema.Add("namespace", TypeId::kString, false);
  schema.Add(views ? "viewName" : "tableName", TypeId::kString, false);
  schema.Add("isTemporary", TypeId::kBoolean, false);
  return ResultOf(schema, rows);
}

Result<QueryResult> ShowNames(const Show::Request& request, const std::string& column,
                              const std::vector<std::string>& names) {
  std::vector<std::vector<Value>> rows;
  for (const std::string& name : names) {
    if (Wanted(request, name)) rows.push_back({name});
  }
  return TextResult({column}, rows);
}

Result<QueryResult> ShowColumns(const Show::Request& request, const CommandContext& context) {
  std::vector<std::string> name = request.table;
  if (!request.in.empty()) {
    if (name.size() > 1 && FoldCase(name[name.size() - 2]) != FoldCase(request.in.back())) {
      return MakeError("SHOW_COLUMNS_WITH_CONFLICT_NAMESPACE",
                       {{"namespaceA", QuoteIdentifier(request.in)},
                        {"namespaceB", QuoteIdentifier({name.begin(), name.end() - 1})}});
    }
    if (name.size() == 1) name.insert(name.begin(), request.in.begin(), request.in.end());
  }
  ARROW_ASSIGN_OR_RAISE(
      const PlanPtr plan,
      context.backend->AnalyzePlan(std::make_shared<UnresolvedTable>(name, false)));
  std::vector<std::string> columns;
  for (const AttributePtr& column : plan->output()) columns.push_back(column->name());
  return ShowNames(request, "col_name", columns);
}

/// Operators are functions here but have no name to call them by; words like `and` have one.
bool IsListed(std::string_view name) {
  return !name.empty() && name != "[]";
}

Result<QueryResult> ShowFunctions(const Show::Request& request, const Catalog& catalog) {
  std::set<std::string> names;
  if (FoldCase(request.scope) != "user") {
    for (const std::string_view name : FunctionNames()) {
      if (IsListed(name)) names.emplace(name);
    }
  }
  if (FoldCase(request.scope) != "system") {
    for (std::string& name : catalog.sql_functions().Names()) names.insert(std::move(name));
    for (std::string& name : catalog.user_functions().Names()) names.insert(std::move(name));
  }
  return ShowNames(request, "function", {names.begin(), names.end()});
}

}  // namespace

Result<QueryResult> RunShow(const Show& command, const CommandContext& context) {
  const Show::Request& request = command.request();
  switch (request.what) {
    case Show::What::kTables:
    case Show::What::kViews: return ShowRelations(request, context);
    case Show::What::kDatabases:
      return ShowNames(request, "namespace", context.catalog->Databases());
    case Show::What::kColumns: return ShowColumns(request, context);
    case Show::What::kFunctions: return ShowFunctions(request, *context.catalog);
    case Show::What::kCatalogs: return ShowNames(request, "catalog", {"spark_catalog"});
    case Show::What::kTableProperties: {
      ARROW_ASSIGN_OR_RAISE(const std::optional<StoredTable> table,
                            context.catalog->FindTable(request.table));
      if (!table) ARROW_RETURN_NOT_OK(context.catalog->Lookup(request.table).status());
      std::vector<std::vector<Value>> rows;
      if (table) {
        for (const auto& [key, value] : table->properties) {
          if (!request.pattern || key == *request.pattern) rows.push_back({key, value});
        }
      }
      return TextResult({"key", "value"}, rows);
    }
    case Show::What::kCurrentDatabase:
      return TextResult({"catalog", "namespace"},
                        {{"spark_catalog", context.catalog->current_database()}});
  }
  return InternalError("No runner for " + command.Describe());
}

Result<QueryResult> RunUse(const Use& command, const CommandContext& context) {
  if (!command.catalog()) {
    ARROW_RETURN_NOT_OK(context.catalog->SetCurrentDatabase(command.name()));
    return NoResult();
  }
  if (FoldCase(command.name().back()) == "spark_catalog") return NoResult();
  return MakeError("CATALOG_NOT_FOUND",
                   {{"catalogName", QuoteIdentifier(command.name().back())},
                    {"config", "\"spark.sql.catalog." + command.name().back() + "\""}});
}

}  // namespace firesteel
