#include <string>
#include <utility>
#include <vector>

#include "catalog/catalog.h"
#include "common/error.h"
#include "connect/server/catalog_lists.h"
#include "connect/server/commands/commands.h"
#include "connect/server/plan_translator.h"
#include "firesteel/data_frame_writer.h"
#include "plan/table_commands.h"
#include "session/session_backend.h"

namespace firesteel {

namespace {

using WriteOperation = spark::connect::WriteOperation;

SaveMode ToSaveMode(WriteOperation::SaveMode mode) {
  switch (mode) {
    case WriteOperation::SAVE_MODE_APPEND: return SaveMode::kAppend;
    case WriteOperation::SAVE_MODE_OVERWRITE: return SaveMode::kOverwrite;
    case WriteOperation::SAVE_MODE_IGNORE: return SaveMode::kIgnore;
    default: return SaveMode::kErrorIfExists;
  }
}

/// Buckets and clusters only say how rows lie in the files of a table, which we decide ourselves;
/// Spark has no buckets in files without a table.
Status CheckBuckets(const WriteOperation& write) {
  const bool buckets = write.has_bucket_by() || write.sort_column_names_size() > 0;
  if (!buckets || write.has_table()) return Status::OK();
  return MakeError("_LEGACY_ERROR_TEMP_1312", {{"operation", "save"}});
}

Status RunTableCommand(const PlanPtr& command, ServerSession* session) {
  return session->session().backend()->ExecuteCommand(command).status();
}

/// `spark_catalog`.`database`.`name`.
Result<std::string> QualifiedName(const std::vector<std::string>& name, ServerSession* session) {
  ARROW_ASSIGN_OR_RAISE(const TableName full,
                        session->session().backend()->catalog()->FullName(name));
  return full.Quoted();
}

/// The name of a table that is there. Errors: TABLE_OR_VIEW_NOT_FOUND, VIEW_WRITE_NOT_ALLOWED.
Result<std::string> ExistingTable(const std::vector<std::string>& name, ServerSession* session) {
  ARROW_ASSIGN_OR_RAISE(const std::optional<StoredTable> table,
                        session->session().backend()->catalog()->FindTable(name));
  if (table) return QualifiedName(name, session);
  const bool is_view = session->session().backend()->catalog()->LookupView(name).ok();
  return is_view ? MakeError("VIEW_WRITE_NOT_ALLOWED", {{"name", name.back()}})
                 : TableNotFound(name);
}

Status SaveTable(const WriteOperation& write, PlanPtr plan, ServerSession* session) {
  ARROW_ASSIGN_OR_RAISE(const std::vector<std::string> name,
                        ParseTableName(write.table().table_name()));
  ARROW_ASSIGN_OR_RAISE(const std::optional<StoredTable> table,
                        session->session().backend()->catalog()->FindTable(name));
  const bool append = write.mode() == WriteOperation::SAVE_MODE_APPEND;
  const bool overwrite = write.mode() == WriteOperation::SAVE_MODE_OVERWRITE;
  const bool insert = write.table().save_method() ==
                      WriteOperation::SaveTable::TABLE_SAVE_METHOD_INSERT_INTO;
  if (insert || (append && table)) {
    InsertInto::Target target;
    target.name = name;
    target.overwrite = insert && overwrite;
    target.by_name = !insert;
    return RunTableCommand(std::make_shared<InsertInto>(std::move(target), std::move(plan)),
                           session);
  }
  CreateTable::Definition definition;
  definition.name = name;
  definition.format = write.source();
  for (const auto& [key, value] : write.options()) definition.options.Set(key, value);
  definition.partition_columns.assign(write.partitioning_columns().begin(),
                                      write.partitioning_columns().end());
  definition.replace = overwrite;
  definition.if_not_exists = write.mode() == WriteOperation::SAVE_MODE_IGNORE;
  return RunTableCommand(std::make_shared<CreateTable>(std::move(definition), std::move(plan)),
                         session);
}

Status WriteV2(const spark::connect::WriteOperationV2& write, PlanPtr plan,
               ServerSession* session) {
  using V2 = spark::connect::WriteOperationV2;
  ARROW_ASSIGN_OR_RAISE(std::vector<std::string> name, ParseTableName(write.table_name()));
  switch (write.mode()) {
    case V2::MODE_APPEND: {
      InsertInto::Target target;
      target.name = std::move(name);
      target.by_name = true;
      return RunTableCommand(std::make_shared<InsertInto>(std::move(target), std::move(plan)),
                             session);
    }
    case V2::MODE_CREATE: {
      CreateTable::Definition definition;
      definition.name = std::move(name);
      definition.format = write.provider();
      for (const auto& [key, value] : write.options()) definition.options.Set(key, value);
      for (const auto& [key, value] : write.table_properties()) definition.properties[key] = value;
      for (const auto& column : write.partitioning_columns()) {
        if (!column.has_unresolved_attribute()) {
          return UnsupportedMessage("WriteOperationV2.partitioning_columns with a function");
        }
        definition.partition_columns.push_back(
            column.unresolved_attribute().unparsed_identifier());
      }
      return RunTableCommand(std::make_shared<CreateTable>(std::move(definition), std::move(plan)),
                             session);
    }
    case V2::MODE_OVERWRITE:
    case V2::MODE_OVERWRITE_PARTITIONS: {
      // As in Spark's own catalog, where tables of files know append and the older writers only.
      ARROW_ASSIGN_OR_RAISE(const std::string table, ExistingTable(name, session));
      return MakeError("_LEGACY_ERROR_TEMP_1012", {{"identifier", table}});
    }
    case V2::MODE_REPLACE:
    case V2::MODE_CREATE_OR_REPLACE: {
      ARROW_ASSIGN_OR_RAISE(const std::string table, QualifiedName(name, session));
      return MakeError("UNSUPPORTED_FEATURE.TABLE_OPERATION",
                       {{"tableName", table}, {"operation", "REPLACE TABLE AS SELECT"}});
    }
    default: return UnsupportedMessage("WriteOperationV2." + V2::Mode_Name(write.mode()));
  }
}

Status Write(const WriteOperation& write, PlanPtr plan, ServerSession* session) {
  if (write.has_table()) return SaveTable(write, std::move(plan), session);
  DataFrameWriter writer(DataFrame(session->session().backend(), std::move(plan)));
  std::string format = write.source();
  if (format.empty()) {
    format = session->session().Conf().Get("spark.sql.sources.default").value_or("parquet");
  }
  writer.Format(format);
  writer.Mode(ToSaveMode(write.mode()));
  for (const auto& [name, value] : write.options()) writer.Option(name, value);
  const auto& columns = write.partitioning_columns();
  if (!columns.empty()) writer.PartitionBy({columns.begin(), columns.end()});
  return write.path().empty() ? writer.Save() : writer.Save(write.path());
}

}  // namespace

Status WriteRelation(const spark::connect::WriteOperationV2& write, ServerSession* session,
                     Operation* operation) {
  PlanTranslator translator(session);
  ARROW_ASSIGN_OR_RAISE(PlanPtr plan, translator.Translate(write.input()));
  ARROW_RETURN_NOT_OK(WriteV2(write, std::move(plan), session));
  SendObserved(translator.observed(), operation);
  return Status::OK();
}

Status WriteRelation(const WriteOperation& write, ServerSession* session, Operation* operation) {
  if (!WriteOperation::SaveMode_IsValid(write.mode())) {
    return UnsupportedMessage("WriteOperation.mode " + std::to_string(write.mode()));
  }
  ARROW_RETURN_NOT_OK(CheckBuckets(write));
  PlanTranslator translator(session);
  ARROW_ASSIGN_OR_RAISE(PlanPtr plan, translator.Translate(write.input()));
  ARROW_RETURN_NOT_OK(Write(write, std::move(plan), session));
  SendObserved(translator.observed(), operation);
  return Status::OK();
}

}  // namespace firesteel
