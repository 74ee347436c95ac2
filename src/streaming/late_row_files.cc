#include "streaming/late_row_files.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/util.h"
#include "arrow/record_batch.h"
#include "arrow/scalar.h"
#include "arrow/type.h"
#include "checkpoint/atomic_file_stream.h"
#include "common/config_keys.h"
#include "common/error.h"
#include "exec/stateful/event_time_key.h"
#include "fmt/format.h"
#include "formats/file_format.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

constexpr char kWatermarkColumn[] = "watermark";

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// The columns of a file. Errors: names that a table cannot have side by side.
Result<Schema> FileSchema(const Schema& input) {
  Schema schema = input;
  schema.Add(kWatermarkColumn, TypeId::kTimestamp, /*nullable=*/false);
  std::set<std::string> names;
  for (const StructField& field : schema.fields()) {
    if (names.insert(Lower(field.name)).second) continue;
    return MakeErrorCausedBy(
        "COLUMN_ALREADY_EXISTS", {{"columnName", "`" + field.name + "`"}},
        Status::Invalid(config::kLateRowsPath.name,
                        " keeps the columns of an operator's input and `watermark`."));
  }
  return schema;
}

/// Whether `path` is `directory` or below it.
bool IsWithin(const std::string& path, const std::string& directory) {
  return path == directory || path.starts_with(directory + "/");
}

Status CheckPath(const std::string& path, const std::string& checkpoint, Env* env) {
  if (IsWithin(path, checkpoint)) {
    return Status::Invalid(config::kLateRowsPath.name, " is ", path,
                           ", which lies in the checkpoint ", checkpoint,
                           ". Give late rows a directory of their own.");
  }
  const Result<FileStatus> status = env->GetStatus(path);
  if (IsNotFound(status.status())) return Status::OK();
  ARROW_RETURN_NOT_OK(status.status());
  if (status->is_directory) return Status::OK();
  return Status::Invalid(config::kLateRowsPath.name, " is ", path, ", which is not a directory.");
}

}  // namespace

Result<std::unique_ptr<LateRowFiles>> LateRowFiles::Make(LateRowSettings settings,
                                                         const PhysicalPlan& plan, Env* env) {
  ARROW_ASSIGN_OR_RAISE(settings.path, ToLocalPath(settings.path));
  while (settings.path.size() > 1 && settings.path.ends_with('/')) settings.path.pop_back();
  ARROW_RETURN_NOT_OK(CheckPath(settings.path, settings.checkpoint_directory, env));
  std::unique_ptr<LateRowFiles> files(new LateRowFiles(std::move(settings), env));
  for (const LateRowKeeper* keeper : FindLateRowKeepers(plan)) {
    ARROW_RETURN_NOT_OK(files->AddOutput(keeper));
  }
  return files;
}

Status LateRowFiles::AddOutput(const LateRowKeeper* keeper) {
  Output output{keeper,
                fmt::format("{}/query={}/operator={}", settings_.path, settings_.query_id,
                            keeper->operator_id()),
                {}};
  if (!keeper->side().empty()) output.directory += "/side=" + keeper->side();
  ARROW_ASSIGN_OR_RAISE(output.schema, FileSchema(keeper->schema()));
  // Says now whether the format can hold these columns; nothing is written.
  ARROW_RETURN_NOT_OK(
      ParquetFormat()->OpenWriter(nullptr, output.schema, {}, settings_.time_zone).status());
  ARROW_RETURN_NOT_OK(files_.CreateDirectories(output.directory));
  ARROW_RETURN_NOT_OK(files_.RemoveTemporaryFiles(output.directory));
  outputs_.push_back(std::move(output));
  return Status::OK();
}

Status LateRowFiles::Write(int64_t batch_id, const ExecutionContext& execution) {
  for (const Output& output : outputs_) {
    const std::string path = fmt::format("{}/batch-{}.parquet", output.directory, batch_id);
    ARROW_RETURN_NOT_OK(output.keeper->KeptRows(execution) > 0
                            ? WriteFile(output, path, execution)
                            : RemoveIfExists(files_.env(), path));
  }
  return Status::OK();
}

Status LateRowFiles::WriteFile(const Output& output, const std::string& path,
                               const ExecutionContext& execution) {
  const std::shared_ptr<arrow::Schema> schema = ToArrowSchema(output.schema);
  const int64_t late_ms = execution.batch().WatermarksOf(output.keeper->operator_id()).late_ms;
  const arrow::TimestampScalar watermark(WatermarkMicros(late_ms),
                                         schema->field(schema->num_fields() - 1)->type());
  ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<AtomicFile> file,
                        files_.CreateAtomic(path, /*overwrite=*/true));
  ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<FileFormatWriter> writer,
                        ParquetFormat()->OpenWriter(std::make_shared<AtomicFileStream>(file.get()),
                                                    output.schema, {}, settings_.time_zone));
  ARROW_RETURN_NOT_OK(
      output.keeper->ForEachKept(execution, [&](const arrow::RecordBatch& rows) -> Status {
        std::vector<std::shared_ptr<arrow::Array>> columns = rows.columns();
        ARROW_ASSIGN_OR_RAISE(auto repeated,
                              arrow::MakeArrayFromScalar(watermark, rows.num_rows()));
        columns.push_back(std::move(repeated));
        return writer->Write(
            *arrow::RecordBatch::Make(schema, rows.num_rows(), std::move(columns)));
      }));
  ARROW_RETURN_NOT_OK(writer->Finish());
  return file->Close();
}

}  // namespace firesteel
