#include <optional>
#include <utility>

#include "common/env.h"
#include "common/error.h"
#include "plan/identifier.h"
#include "session/commands/column_defaults.h"
#include "session/commands/families.h"
#include "session/commands/table_text.h"
#include "session/session_backend.h"

namespace firesteel {

namespace {

using TableChange = ChangeTable::Change;

Result<QueryResult> TruncateOfTable(const TableChange& change, const CommandContext& context) {
  ARROW_ASSIGN_OR_RAISE(const StoredTable table,
                        FindWritableTable(change.name, "TRUNCATE TABLE", context));
  ARROW_RETURN_NOT_OK(context.env->RemoveAll(table.location));
  ARROW_RETURN_NOT_OK(context.env->CreateDirectories(table.location));
  ARROW_RETURN_NOT_OK(RefreshCached(change.name, context));
  return NoResult();
}

Result<QueryResult> RepairOfTable(const TableChange& change, const CommandContext& context) {
  ARROW_ASSIGN_OR_RAISE(const StoredTable table,
                        FindWritableTable(change.name, "MSCK REPAIR TABLE", context));
  if (table.partition_columns.empty()) {
    return MakeError("NOT_A_PARTITIONED_TABLE",
                     {{"operation", "MSCK REPAIR TABLE"},
                      {"tableIdentWithDB", TableName{table.database, table.name}.Quoted()}});
  }
  // Partitions are found when a table is read; only cached rows may be old.
  ARROW_RETURN_NOT_OK(RefreshCached(change.name, context));
  return NoResult();
}

Result<QueryResult> ShowPartitionsOfTable(const TableChange& change,
                                          const CommandContext& context) {
  ARROW_ASSIGN_OR_RAISE(const StoredTable table,
                        FindWritableTable(change.name, "SHOW PARTITIONS", context));
  if (table.partition_columns.empty()) {
    return MakeError("INVALID_PARTITION_OPERATION.PARTITION_SCHEMA_IS_EMPTY",
                     {{"name", TableName{table.database, table.name}.Quoted()}});
  }
  ARROW_ASSIGN_OR_RAISE(const std::vector<std::string> names, ListPartitions(table, context.env));
  std::vector<std::vector<Value>> rows;
  for (const std::string& name : names) rows.push_back({name});
  return TextResult({"partition"}, rows);
}

Result<QueryResult> ShowCreateOfTable(const TableChange& change, const CommandContext& context) {
  ARROW_ASSIGN_OR_RAISE(const std::optional<StoredTable> table,
                        context.catalog->FindTable(change.name));
  if (!table) return TableNotFound(change.name);
  return TextResult({"createtab_stmt"}, {{CreateStatement(*table)}});
}

Result<QueryResult> AddColumnsOfTable(const TableChange& change, const CommandContext& context) {
  ARROW_ASSIGN_OR_RAISE(StoredTable table,
                        FindWritableTable(change.name, "ALTER TABLE ... ADD COLUMNS", context));
  std::vector<StructField> fields = table.schema.fields();
  const auto first_partition = static_cast<int64_t>(fields.size() - table.partition_columns.size());
  for (const StructField& added : change.columns->fields()) {
    for (const StructField& field : fields) {
      if (FoldCase(field.name) == FoldCase(added.name)) {
        return MakeError("COLUMN_ALREADY_EXISTS",
                         {{"columnName", QuoteIdentifier(FoldCase(added.name))}});
      }
    }
  }
  fields.insert(fields.begin() + first_partition, change.columns->fields().begin(),
                change.columns->fields().end());
  table.schema = Schema(std::move(fields));
  context.catalog->tables().Put(std::move(table), true);
  return NoResult();
}

Result<QueryResult> RenameOfTable(const TableChange& change, const CommandContext& context) {
  ARROW_ASSIGN_OR_RAISE(StoredTable table,
                        FindWritableTable(change.name, "ALTER TABLE ... RENAME TO", context));
  ARROW_ASSIGN_OR_RAISE(const TableName name, context.catalog->FullName(change.new_name));
  ARROW_ASSIGN_OR_RAISE(const StoredDatabase database,
                        context.catalog->FindDatabase({name.database}));
  const StoredTable old = table;
  table.database = name.database;
  table.name = name.name;
  if (!table.external) {
    ARROW_ASSIGN_OR_RAISE(const std::string directory, DatabaseDirectory(database, context));
    table.location = directory + "/" + FoldCase(name.name);
  }
  const std::string to = table.location;
  if (!context.catalog->tables().Put(std::move(table), false)) {
    return MakeError("TABLE_OR_VIEW_ALREADY_EXISTS", {{"relationName", name.Quoted()}});
  }
  const Status moved = to == old.location ? Status::OK()
                                          : context.env->RenameNoReplace(old.location, to);
  if (!moved.ok()) {
    context.catalog->tables().Remove(name.database, name.name);
    return moved;
  }
  context.catalog->tables().Remove(old.database, old.name);
  return NoResult();
}

Result<QueryResult> SetPropertiesOfTable(const TableChange& change, const CommandContext& context) {
  ARROW_ASSIGN_OR_RAISE(std::optional<StoredTable> table,
                        context.catalog->FindTable(change.name));
  if (!table) return TableNotFound(change.name);
  for (const auto& [key, value] : change.properties) table->properties[key] = value;
  context.catalog->tables().Put(*std::move(table), true);
  return NoResult();
}

Result<QueryResult> ChangeDefaultOfTable(const TableChange& change,
                                         const CommandContext& context) {
  ARROW_ASSIGN_OR_RAISE(StoredTable table,
                        FindWritableTable(change.name, "ALTER TABLE ... ALTER COLUMN", context));
  for (const StructField& field : table.schema.fields()) {
    if (FoldCase(field.name) != FoldCase(change.column)) continue;
    if (change.action == ChangeTable::Action::kDropDefault) {
      table.defaults.erase(field.name);
    } else {
      ARROW_RETURN_NOT_OK(CheckColumnDefault(field, change.default_value,
                                             "ALTER TABLE ALTER COLUMN", context));
      table.defaults[field.name] = change.default_value;
    }
    context.catalog->tables().Put(std::move(table), true);
    return NoResult();
  }
  return MakeError("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION",
                   {{"objectName", QuoteIdentifier(change.column)}});
}

/// Errors: what is wrong with the statement, or that no table can do it.
Status Refuse(const ChangeTable& command, const CommandContext& context) {
  for (const PlanPtr& query : command.children()) {
    ARROW_RETURN_NOT_OK(context.backend->AnalyzePlan(query).status());
  }
  const TableChange& change = command.change();
  const bool is_new = change.operation.substr(0, 7) == "REPLACE";
  ARROW_ASSIGN_OR_RAISE(const TableName name, context.catalog->FullName(change.name));
  ARROW_ASSIGN_OR_RAISE(const std::optional<StoredTable> table,
                        context.catalog->FindTable(change.name));
  // Views have no name of their own there.
  return MakeError(
      "UNSUPPORTED_FEATURE.TABLE_OPERATION",
      {{"tableName", is_new || (table && !table->is_view()) ? name.Quoted() : "`unknown`"},
       {"operation", change.operation}});
}

}  // namespace

Result<QueryResult> RunChangeTable(const ChangeTable& command, const CommandContext& context) {
  const TableChange& change = command.change();
  switch (change.action) {
    case ChangeTable::Action::kTruncate: return TruncateOfTable(change, context);
    case ChangeTable::Action::kAnalyze:
      // There are no statistics to keep: plans do not depend on them.
      ARROW_RETURN_NOT_OK(FindWritableTable(change.name, "ANALYZE TABLE", context).status());
      return NoResult();
    case ChangeTable::Action::kRepair: return RepairOfTable(change, context);
    case ChangeTable::Action::kShowCreate: return ShowCreateOfTable(change, context);
    case ChangeTable::Action::kShowPartitions: return ShowPartitionsOfTable(change, context);
    case ChangeTable::Action::kAddColumns: return AddColumnsOfTable(change, context);
    case ChangeTable::Action::kRename: return RenameOfTable(change, context);
    case ChangeTable::Action::kSetProperties: return SetPropertiesOfTable(change, context);
    case ChangeTable::Action::kSetDefault:
    case ChangeTable::Action::kDropDefault: return ChangeDefaultOfTable(change, context);
    case ChangeTable::Action::kRefused:
      return Refuse(command, context);
  }
  return InternalError("No runner for " + command.Describe());
}

}  // namespace firesteel
