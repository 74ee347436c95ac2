#include <string>
#include <utility>
#include <vector>

#include "connect/server/commands/commands.h"
#include "connect/server/plan_translator.h"
#include "firesteel/data_frame_writer.h"

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

}  // namespace

Status WriteRelation(const WriteOperation& write, ServerSession* session) {
  if (write.has_table()) return UnsupportedMessage("WriteOperation.table");
  if (write.has_bucket_by()) return UnsupportedMessage("WriteOperation.bucket_by");
  if (write.sort_column_names_size() > 0) {
    return UnsupportedMessage("WriteOperation.sort_column_names");
  }
  if (write.clustering_columns_size() > 0) {
    return UnsupportedMessage("WriteOperation.clustering_columns");
  }
  ARROW_ASSIGN_OR_RAISE(PlanPtr plan, PlanTranslator(session).Translate(write.input()));
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

}  // namespace firesteel
