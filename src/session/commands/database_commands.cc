#include <utility>

#include "common/env.h"
#include "common/error.h"
#include "plan/identifier.h"
#include "session/commands/families.h"
#include "session/commands/table_text.h"

namespace firesteel {

namespace {

using DatabaseChange = ChangeDatabase::Change;

Result<QueryResult> CreateDatabase(const DatabaseChange& change, const CommandContext& context) {
  StoredDatabase database;
  database.name = FoldCase(change.name.back());
  database.comment = change.comment;
  database.properties = change.properties;
  if (change.location) {
    ARROW_ASSIGN_OR_RAISE(database.location, ToLocalPath(*change.location));
  }
  ARROW_ASSIGN_OR_RAISE(database.location, DatabaseDirectory(database, context));
  const std::string directory = database.location;
  if (!context.catalog->tables().PutDatabase(std::move(database))) {
    if (change.if_exists) return NoResult();
    return MakeError("SCHEMA_ALREADY_EXISTS", {{"schemaName", QuoteIdentifier(change.name)}});
  }
  ARROW_RETURN_NOT_OK(context.env->CreateDirectories(directory));
  return NoResult();
}

Result<QueryResult> DropDatabase(const DatabaseChange& change, const CommandContext& context) {
  const Result<StoredDatabase> database = context.catalog->FindDatabase(change.name);
  if (!database.ok()) {
    if (change.if_exists) return NoResult();
    return database.status();
  }
  if (FoldCase(database->name) == "default") {
    return MakeError("UNSUPPORTED_FEATURE.DROP_DATABASE",
                     {{"database", QuoteIdentifier({"spark_catalog", database->name})}});
  }
  TableStore& tables = context.catalog->tables();
  const std::vector<StoredTable> inside = tables.Tables(database->name);
  if (!inside.empty() && !change.cascade) {
    return MakeError("SCHEMA_NOT_EMPTY", {{"schemaName", QuoteIdentifier(database->name)}});
  }
  for (const StoredTable& table : inside) {
    if (!table.is_view() && !table.external) {
      ARROW_RETURN_NOT_OK(context.env->RemoveAll(table.location));
    }
  }
  tables.RemoveDatabase(database->name);
  // What somebody else put beside the tables stays.
  ARROW_ASSIGN_OR_RAISE(const bool exists, context.env->Exists(database->location));
  if (exists) {
    ARROW_ASSIGN_OR_RAISE(const auto left, context.env->ListDirectory(database->location));
    if (left.empty()) ARROW_RETURN_NOT_OK(context.env->RemoveAll(database->location));
  }
  return NoResult();
}

}  // namespace

Result<QueryResult> RunChangeDatabase(const ChangeDatabase& command,
                                      const CommandContext& context) {
  return command.change().drop ? DropDatabase(command.change(), context)
                               : CreateDatabase(command.change(), context);
}

}  // namespace firesteel
