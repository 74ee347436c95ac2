#include "connect/server/catalog_lists.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/error.h"
#include "connect/server/plan_translator.h"
#include "expr/unresolved.h"
#include "functions/registry.h"
#include "nlohmann/json.hpp"
#include "plan/commands.h"
#include "plan/identifier.h"
#include "plan/relations.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using Rows = std::vector<std::vector<Value>>;

Result<PlanPtr> TableOf(const Schema& schema, const Rows& rows) {
  std::vector<Row> made;
  for (const std::vector<Value>& row : rows) made.emplace_back(row);
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  if (!made.empty()) {
    ARROW_ASSIGN_OR_RAISE(batches.emplace_back(), MakeBatch(made, schema));
  }
  return PlanPtr(LocalRelation::Make(schema, std::move(batches)));
}

Schema TableColumns() {
  Schema schema;
  schema.Add("name", TypeId::kString, false);
  schema.Add("catalog", TypeId::kString);
  schema.Add("namespace", DataType::Array(TypeId::kString));
  schema.Add("description", TypeId::kString);
  schema.Add("tableType", TypeId::kString, false);
  schema.Add("isTemporary", TypeId::kBoolean, false);
  return schema;
}

Value OrNull(const std::optional<std::string>& text) { return text ? Value(*text) : Value(); }

std::vector<Value> TableRow(const StoredTable& table) {
  ArrayValue database;
  database.elements.emplace_back(FoldCase(table.database));
  const char* kind = table.is_view() ? "VIEW" : table.external ? "EXTERNAL" : "MANAGED";
  return {FoldCase(table.name), "spark_catalog", database, OrNull(table.comment), kind, false};
}

std::vector<Value> ViewRow(const std::string& database, const std::string& name) {
  ArrayValue names;
  if (!database.empty()) names.elements.emplace_back(database);
  return {name, Value(), names, Value(), "TEMPORARY", true};
}

std::optional<std::string> PatternOf(const std::string& pattern) {
  return pattern.empty() ? std::nullopt : std::optional<std::string>(pattern);
}

bool Matches(const std::string& name, const std::optional<std::string>& pattern) {
  return !pattern || MatchesPattern(name, *pattern);
}

Value ColumnComment(const std::string& metadata) {
  const nlohmann::json parsed = nlohmann::json::parse(metadata, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("comment") || !parsed["comment"].is_string()) {
    return Value();
  }
  return parsed["comment"].get<std::string>();
}

/// Functions without a database are those of the system.
Status FunctionNotFound(const std::string& name) {
  return MakeError("UNRESOLVED_ROUTINE",
                   {{"routineName", QuoteIdentifier(name)},
                    {"searchPath",
                     "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]"}});
}

Result<std::vector<std::string>> FullTableName(const std::string& table,
                                               const std::string& database) {
  ARROW_ASSIGN_OR_RAISE(std::vector<std::string> name, ParseTableName(table));
  if (database.empty()) return name;
  ARROW_ASSIGN_OR_RAISE(std::vector<std::string> full, ParseTableName(database));
  full.insert(full.end(), name.begin(), name.end());
  return full;
}

}  // namespace

Result<std::vector<std::string>> ParseTableName(const std::string& text) {
  ARROW_ASSIGN_OR_RAISE(const ExpressionPtr parsed, UnresolvedAttribute::Parse(text));
  return As<UnresolvedAttribute>(parsed)->parts();
}

Result<PlanPtr> CatalogLists::OneValue(Value value) {
  Schema schema;
  schema.Add("value", value.Is<bool>() ? TypeId::kBoolean : TypeId::kString, false);
  return TableOf(schema, {{std::move(value)}});
}

Result<PlanPtr> CatalogLists::Answer(const spark::connect::Catalog& message) {
  using Message = spark::connect::Catalog;
  switch (message.cat_type_case()) {
    case Message::kListCatalogs: {
      Schema schema;
      schema.Add("name", TypeId::kString, false);
      schema.Add("description", TypeId::kString);
      Rows rows;
      if (Matches("spark_catalog", PatternOf(message.list_catalogs().pattern()))) {
        rows.push_back({"spark_catalog", Value()});
      }
      return TableOf(schema, rows);
    }
    case Message::kListDatabases:
      return ListDatabases(std::nullopt, PatternOf(message.list_databases().pattern()));
    case Message::kGetDatabase: return ListDatabases(message.get_database().db_name(), {});
    case Message::kDatabaseExists: {
      ARROW_ASSIGN_OR_RAISE(const std::vector<std::string> name,
                            ParseTableName(message.database_exists().db_name()));
      return OneValue(backend_->catalog()->FindDatabase(name).ok());
    }
    case Message::kListTables:
      return ListTables(message.list_tables().db_name(),
                        PatternOf(message.list_tables().pattern()), false);
    case Message::kListViews:
      return ListTables(message.list_views().db_name(), PatternOf(message.list_views().pattern()),
                        true);
    case Message::kGetTable: {
      ARROW_ASSIGN_OR_RAISE(
          const std::vector<std::string> name,
          FullTableName(message.get_table().table_name(), message.get_table().db_name()));
      return GetTable(name);
    }
    case Message::kTableExists: {
      ARROW_ASSIGN_OR_RAISE(
          const std::vector<std::string> name,
          FullTableName(message.table_exists().table_name(), message.table_exists().db_name()));
      ARROW_ASSIGN_OR_RAISE(const bool exists, TableExists(name));
      return OneValue(exists);
    }
    case Message::kListColumns: {
      ARROW_ASSIGN_OR_RAISE(
          const std::vector<std::string> name,
          FullTableName(message.list_columns().table_name(), message.list_columns().db_name()));
      return ListColumns(name);
    }
    case Message::kListFunctions:
      return ListFunctions(std::nullopt, PatternOf(message.list_functions().pattern()));
    case Message::kGetFunction: return ListFunctions(message.get_function().function_name(), {});
    case Message::kFunctionExists: {
      ARROW_ASSIGN_OR_RAISE(const std::vector<std::string> name,
                            ParseTableName(message.function_exists().function_name()));
      return OneValue(name.size() == 1 &&
                      (static_cast<bool>(FindFunction(name[0])) || IsOfSession(name[0])));
    }
    default: return UnsupportedKind(message, "cat_type");
  }
}

bool CatalogLists::IsOfSession(const std::string& function) const {
  const Catalog& catalog = *backend_->catalog();
  return catalog.sql_functions().Find(function) != nullptr ||
         catalog.user_functions().Find(function) != nullptr;
}

Result<PlanPtr> CatalogLists::ListDatabases(const std::optional<std::string>& only,
                                            const std::optional<std::string>& pattern) {
  std::vector<StoredDatabase> databases = backend_->catalog()->tables().Databases();
  if (only) {
    ARROW_ASSIGN_OR_RAISE(const std::vector<std::string> name, ParseTableName(*only));
    ARROW_ASSIGN_OR_RAISE(StoredDatabase found, backend_->catalog()->FindDatabase(name));
    databases = {std::move(found)};
  }
  Schema schema;
  schema.Add("name", TypeId::kString, false);
  schema.Add("catalog", TypeId::kString);
  schema.Add("description", TypeId::kString);
  schema.Add("locationUri", TypeId::kString, false);
  Rows rows;
  for (const StoredDatabase& database : databases) {
    const std::string name = FoldCase(database.name);
    if (!Matches(name, pattern)) continue;
    ARROW_ASSIGN_OR_RAISE(const QueryResult described,
                          backend_->ExecuteCommand(std::make_shared<DescribeRelation>(
                              DescribeRelation::What::kDatabase, std::vector<std::string>{name},
                              std::vector<std::string>(), false, nullptr)));
    const auto of_result = std::make_shared<const Schema>(described.schema);
    std::vector<Row> lines;
    for (const auto& batch : described.batches) AppendRows(*batch, of_result, &lines);
    std::string location;
    for (const Row& line : lines) {
      if (line[0].Get<std::string>() == "Location") location = line[1].Get<std::string>();
    }
    rows.push_back({name, "spark_catalog", OrNull(database.comment), location});
  }
  return TableOf(schema, rows);
}

Result<PlanPtr> CatalogLists::ListTables(const std::string& database,
                                         const std::optional<std::string>& pattern,
                                         bool views_only) {
  std::vector<std::string> name;
  if (!database.empty()) {
    ARROW_ASSIGN_OR_RAISE(name, ParseTableName(database));
  }
  ARROW_ASSIGN_OR_RAISE(const std::vector<CatalogEntry> entries, backend_->catalog()->List(name));
  Rows rows;
  for (const CatalogEntry& entry : entries) {
    if ((views_only && !entry.view) || !Matches(entry.name, pattern)) continue;
    if (entry.temporary) {
      rows.push_back(ViewRow(entry.database, entry.name));
    } else if (const auto table = backend_->catalog()->tables().Find(entry.database, entry.name)) {
      rows.push_back(TableRow(*table));
    }
  }
  return TableOf(TableColumns(), rows);
}

Result<PlanPtr> CatalogLists::GetTable(const std::vector<std::string>& name) {
  ARROW_ASSIGN_OR_RAISE(const std::optional<StoredTable> table,
                        backend_->catalog()->FindTable(name));
  if (table) return TableOf(TableColumns(), {TableRow(*table)});
  ARROW_RETURN_NOT_OK(backend_->catalog()->LookupView(name).status());
  return TableOf(TableColumns(),
                 {ViewRow(name.size() > 1 ? "global_temp" : "", FoldCase(name.back()))});
}

Result<bool> CatalogLists::TableExists(const std::vector<std::string>& name) {
  ARROW_ASSIGN_OR_RAISE(const std::optional<StoredTable> table,
                        backend_->catalog()->FindTable(name));
  if (table) return true;
  const Status found = backend_->catalog()->LookupView(name).status();
  if (found.ok()) return true;
  if (ErrorCondition(found) == "TABLE_OR_VIEW_NOT_FOUND") return false;
  return found;
}

Result<PlanPtr> CatalogLists::ListFunctions(const std::optional<std::string>& only,
                                            const std::optional<std::string>& pattern) {
  Schema schema = TableColumns();
  std::vector<StructField> fields = schema.fields();
  fields[4] = {"className", TypeId::kString, true, "{}"};
  schema = Schema(std::move(fields));
  std::vector<std::string> names;
  if (only) {
    ARROW_ASSIGN_OR_RAISE(const std::vector<std::string> parts, ParseTableName(*only));
    if (!FindFunction(parts.back()) && !IsOfSession(parts.back())) return FunctionNotFound(*only);
    names.push_back(FoldCase(parts.back()));
  } else {
    for (const std::string_view name : FunctionNames()) {
      if (!name.empty() && name != "[]") names.emplace_back(name);
    }
    const Catalog& catalog = *backend_->catalog();
    for (std::string& name : catalog.sql_functions().Names()) names.push_back(std::move(name));
    for (std::string& name : catalog.user_functions().Names()) names.push_back(std::move(name));
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
  }
  Rows rows;
  for (const std::string& name : names) {
    if (!Matches(name, pattern)) continue;
    const FunctionLookup function = FindFunction(name);
    if (!function) {
      if (IsOfSession(name)) rows.push_back({name, Value(), Value(), Value(), name, true});
      continue;
    }
    const FunctionDocumentation& documentation =
        function.scalar      ? function.scalar->documentation
        : function.aggregate ? function.aggregate->documentation
                             : function.generator->documentation;
    // No class stands behind it; the name says what there is.
    rows.push_back({name, Value(), Value(), std::string(documentation.usage), name, true});
  }
  return TableOf(schema, rows);
}

Result<PlanPtr> CatalogLists::ListColumns(const std::vector<std::string>& name) {
  ARROW_ASSIGN_OR_RAISE(const PlanPtr plan, backend_->AnalyzePlan(
                                                std::make_shared<UnresolvedTable>(name, false)));
  ARROW_ASSIGN_OR_RAISE(const std::optional<StoredTable> table,
                        backend_->catalog()->FindTable(name));
  Schema schema;
  schema.Add("name", TypeId::kString, false);
  schema.Add("description", TypeId::kString);
  schema.Add("dataType", TypeId::kString, false);
  for (const char* flag : {"nullable", "isPartition", "isBucket", "isCluster"}) {
    schema.Add(flag, TypeId::kBoolean, false);
  }
  Rows rows;
  for (const AttributePtr& column : plan->output()) {
    bool partition = false;
    Value comment = ColumnComment(column->metadata());
    if (table) {
      for (const std::string& key : table->partition_columns) {
        partition = partition || FoldCase(key) == FoldCase(column->name());
      }
    }
    rows.push_back({column->name(), std::move(comment), column->type().SimpleString(),
                    column->nullable(), partition, false, false});
  }
  return TableOf(schema, rows);
}

}  // namespace firesteel
