#include <algorithm>
#include <set>
#include <utility>

#include "common/config_keys.h"
#include "common/env.h"
#include "common/clock.h"
#include "common/error.h"
#include "plan/identifier.h"
#include "plan/relations.h"
#include "session/commands/column_defaults.h"
#include "session/commands/families.h"
#include "session/commands/table_text.h"
#include "session/plan_cache.h"

namespace firesteel {

namespace {

using TableDefinition = CreateTable::Definition;

std::string TableFormat(const TableDefinition& definition, const CommandContext& context) {
  if (!definition.format.empty()) return FoldCase(definition.format);
  return context.config->Get("spark.sql.sources.default").value_or("parquet");
}

PlanPtr TableSource(const StoredTable& table) {
  Options options = table.options;
  options.Set("path", table.location);
  return std::make_shared<UnresolvedDataSource>(table.format, std::nullopt, std::move(options),
                                                false);
}

/// The table's columns: as given, as the query has them, or as the files do.
Result<Schema> FindSchema(const TableDefinition& definition, const PlanPtr& query,
                          const StoredTable& table, const CommandContext& context) {
  if (definition.schema) return *definition.schema;
  if (query != nullptr) {
    std::vector<StructField> fields = query->schema().fields();
    for (StructField& field : fields) field.nullable = true;  // as files are read
    return Schema(std::move(fields));
  }
  const Status unknown = MakeError("UNABLE_TO_INFER_SCHEMA", {{"format", table.format}});
  if (!table.external) return unknown;
  ARROW_ASSIGN_OR_RAISE(const bool exists, context.env->Exists(table.location));
  if (!exists) return unknown;
  ARROW_ASSIGN_OR_RAISE(const PlanPtr files, context.backend->AnalyzePlan(TableSource(table)));
  return files->schema();
}

/// Partition columns stand last, in their own order.
Status OrderColumns(const TableDefinition& definition, const TableName& name, StoredTable* table) {
  std::vector<StructField> data = table->schema.fields();
  std::vector<StructField> partitions;
  std::string defined;
  for (const StructField& field : data) {
    defined += (defined.empty() ? "" : ", ") + QuoteIdentifier(field.name);
  }
  std::set<std::string> known;
  for (const std::string& column : definition.partition_columns) {
    if (!known.insert(FoldCase(column)).second) {
      return MakeError("COLUMN_ALREADY_EXISTS",
                       {{"columnName", QuoteIdentifier(FoldCase(column))}});
    }
    const auto found = std::find_if(data.begin(), data.end(), [&](const StructField& field) {
      return FoldCase(field.name) == FoldCase(column);
    });
    if (found == data.end()) {
      return MakeError("COLUMN_NOT_DEFINED_IN_TABLE", {{"colType", "partition"},
                                                       {"colName", QuoteIdentifier(column)},
                                                       {"tableName", name.Quoted()},
                                                       {"tableCols", defined}});
    }
    table->partition_columns.push_back(found->name);
    partitions.push_back(std::move(*found));
    data.erase(found);
  }
  if (data.empty() && !partitions.empty()) return MakeError("ALL_PARTITION_COLUMNS_NOT_ALLOWED");
  data.insert(data.end(), partitions.begin(), partitions.end());
  table->schema = Schema(std::move(data));
  return Status::OK();
}

/// Errors: names that two columns have, fields of structs included.
Status CheckDistinctFields(const std::vector<StructField>& fields) {
  std::set<std::string> known;
  for (const StructField& field : fields) {
    if (!known.insert(FoldCase(field.name)).second) {
      return MakeError("COLUMN_ALREADY_EXISTS",
                       {{"columnName", QuoteIdentifier(FoldCase(field.name))}});
    }
    const DataType* type = &field.type;
    while (type->id() == TypeId::kArray) type = &type->element_type();
    if (type->id() == TypeId::kStruct) ARROW_RETURN_NOT_OK(CheckDistinctFields(type->fields()));
  }
  return Status::OK();
}

Status CheckColumnDefaults(const StoredTable& table, const CommandContext& context) {
  for (const StructField& field : table.schema.fields()) {
    const auto found = table.defaults.find(field.name);
    if (found == table.defaults.end()) continue;
    ARROW_RETURN_NOT_OK(CheckColumnDefault(field, found->second, "CREATE TABLE", context));
  }
  return Status::OK();
}

Status ChooseLocation(const TableDefinition& definition, const StoredDatabase& database,
                      const CommandContext& context, StoredTable* table) {
  std::optional<std::string> given = definition.location;
  if (!given) given = definition.options.Get("path");
  table->external = given.has_value();
  if (given) {
    ARROW_ASSIGN_OR_RAISE(table->location, ToLocalPath(*given));
    return Status::OK();
  }
  ARROW_ASSIGN_OR_RAISE(const std::string directory, DatabaseDirectory(database, context));
  table->location = directory + "/" + FoldCase(table->name);
  return Status::OK();
}

/// A managed table never takes over files that somebody else left.
Status CheckIsFree(const StoredTable& table, const TableName& name, const CommandContext& context) {
  ARROW_ASSIGN_OR_RAISE(const bool exists, context.env->Exists(table.location));
  if (!exists) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(const auto files, context.env->ListDirectory(table.location));
  if (files.empty()) return Status::OK();
  return MakeError("LOCATION_ALREADY_EXISTS",
                   {{"location", "'file:" + table.location + "'"}, {"identifier", name.Quoted()}});
}

Status WriteTable(const PlanPtr& query, const StoredTable& table, bool replace,
                  const CommandContext& context) {
  BatchWriteRequest write;
  write.plan = query;
  write.format = table.format;
  write.options = table.options;
  write.options.Set("path", table.location);
  write.partition_columns = table.partition_columns;
  write.mode = replace ? SaveMode::kOverwrite : SaveMode::kAppend;
  return context.backend->WriteBatch(write);
}

}  // namespace

Result<QueryResult> RunCreateTable(const CreateTable& command, const CommandContext& context) {
  const TableDefinition& definition = command.definition();
  ARROW_ASSIGN_OR_RAISE(const TableName name, context.catalog->FullName(definition.name));
  ARROW_ASSIGN_OR_RAISE(const StoredDatabase database,
                        context.catalog->FindDatabase({name.database}));
  const std::optional<StoredTable> old = context.catalog->tables().Find(name.database, name.name);
  if (old && definition.if_not_exists) return NoResult();
  if (old && !definition.replace) {
    return MakeError("TABLE_OR_VIEW_ALREADY_EXISTS", {{"relationName", name.Quoted()}});
  }
  StoredTable table;
  table.database = name.database;
  table.name = name.name;
  table.format = TableFormat(definition, context);
  table.options = definition.options;
  table.properties = definition.properties;
  table.comment = definition.comment;
  table.created_ms = context.clock->NowMs();
  ARROW_RETURN_NOT_OK(context.catalog->registry().Find(table.format).status());
  ARROW_RETURN_NOT_OK(ChooseLocation(definition, database, context, &table));
  PlanPtr query;
  if (!command.children().empty()) {
    ARROW_ASSIGN_OR_RAISE(query, context.backend->AnalyzePlan(command.child()));
  }
  ARROW_ASSIGN_OR_RAISE(table.schema, FindSchema(definition, query, table, context));
  ARROW_RETURN_NOT_OK(CheckDistinctFields(table.schema.fields()));
  ARROW_RETURN_NOT_OK(OrderColumns(definition, name, &table));
  table.defaults = definition.defaults;
  ARROW_RETURN_NOT_OK(CheckColumnDefaults(table, context));
  const bool same_place = old && !old->is_view() && old->location == table.location;
  if (!table.external && !same_place) ARROW_RETURN_NOT_OK(CheckIsFree(table, name, context));
  if (query != nullptr) {
    // Overwriting, so that a query which reads the old table is refused before anything is lost.
    ARROW_RETURN_NOT_OK(WriteTable(query, table, same_place, context));
  } else {
    if (same_place) ARROW_RETURN_NOT_OK(context.env->RemoveAll(table.location));
    if (!table.external) ARROW_RETURN_NOT_OK(context.env->CreateDirectories(table.location));
  }
  if (old && !same_place && !old->external && !old->is_view()) {
    ARROW_RETURN_NOT_OK(context.env->RemoveAll(old->location));
  }
  if (!context.catalog->tables().Put(std::move(table), definition.replace)) {
    return MakeError("TABLE_OR_VIEW_ALREADY_EXISTS", {{"relationName", name.Quoted()}});
  }
  return NoResult();
}

}  // namespace firesteel
