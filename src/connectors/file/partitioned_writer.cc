#include "connectors/file/partitioned_writer.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/builder_primitive.h"
#include "arrow/compute/api_vector.h"
#include "arrow/datum.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "checkpoint/atomic_file_stream.h"
#include "common/error.h"
#include "connectors/file/partition_directories.h"
#include "types/arrow_types.h"
#include "types/cast.h"
#include "types/column_view.h"

namespace firesteel {
namespace {

// Bounds the files that one task holds open: each has buffers of its own.
constexpr size_t kMaxOpenFiles = 64;

int FindColumn(const Schema& schema, const std::string& name) {
  for (int i = 0; i < schema.size(); ++i) {
    if (IsSameColumn(schema.field(i).name, name)) return i;
  }
  return -1;
}

}  // namespace

struct PartitionedWriter::OpenFile {
  std::string partition;  // "" or "a=1/b=2"
  std::string path;
  std::unique_ptr<AtomicFile> file;
  std::shared_ptr<AtomicFileStream> stream;
  std::unique_ptr<FileFormatWriter> writer;
  int64_t rows = 0;
};

Schema FileOutput::DataSchema() const {
  Schema data;
  for (const StructField& field : schema.fields()) {
    const bool partitions =
        std::any_of(partition_columns.begin(), partition_columns.end(),
                    [&](const std::string& name) { return IsSameColumn(name, field.name); });
    if (!partitions) data.Add(field.name, field.type, field.nullable);
  }
  return data;
}

Status FileOutput::Check(bool needs_unique_names) const {
  const Schema data = DataSchema();
  for (int i = 0; i < schema.size(); ++i) {
    const bool matters = needs_unique_names || FindColumn(data, schema.field(i).name) < 0;
    if (matters && FindColumn(schema, schema.field(i).name) != i) {
      return MakeError("COLUMN_ALREADY_EXISTS",
                       {{"columnName", "`" + schema.field(i).name + "`"}});
    }
  }
  for (const std::string& name : partition_columns) {
    const int index = FindColumn(schema, name);
    if (index < 0) {
      return MakeError("PARTITION_COLUMN_NOT_FOUND_IN_SCHEMA",
                       {{"column", "`" + name + "`"}, {"schema", schema.Ddl()}});
    }
    const DataType& type = schema.field(index).type;
    if (type.is_nested() || !CanCast(type, TypeId::kString, true)) {
      return MakeError("INVALID_PARTITION_COLUMN_DATA_TYPE",
                       {{"type", "\"" + type.Sql() + "\""}});
    }
  }
  if (!partition_columns.empty() && data.size() == 0) {
    return MakeError("ALL_PARTITION_COLUMNS_NOT_ALLOWED", {});
  }
  return Status::OK();
}

PartitionedWriter::PartitionedWriter(const FileOutput* output, CheckpointFileManager* files,
                                     std::string directory, std::string name,
                                     std::string extension)
    : output_(output),
      files_(files),
      directory_(std::move(directory)),
      name_(std::move(name)),
      extension_(std::move(extension)),
      data_schema_(output->DataSchema()) {
  for (const std::string& column : output->partition_columns) {
    partition_columns_.push_back(FindColumn(output->schema, column));
  }
  for (int i = 0; i < output->schema.size(); ++i) {
    if (std::find(partition_columns_.begin(), partition_columns_.end(), i) ==
        partition_columns_.end()) {
      data_columns_.push_back(i);
    }
  }
}

PartitionedWriter::~PartitionedWriter() { Abort(); }

Status PartitionedWriter::Open(OpenFile* file) {
  std::string directory = directory_;
  if (!file->partition.empty()) {
    directory += "/" + file->partition;
    if (made_directories_.insert(file->partition).second) {
      ARROW_RETURN_NOT_OK(files_->CreateDirectories(directory));
    }
  }
  char number[16];
  std::snprintf(number, sizeof(number), "-c%03d", next_number_++);
  file->path = directory + "/" + name_ + number + extension_;
  ARROW_ASSIGN_OR_RAISE(file->file, files_->CreateAtomic(file->path, /*overwrite=*/false));
  file->stream = std::make_shared<AtomicFileStream>(file->file.get());
  ARROW_ASSIGN_OR_RAISE(file->writer,
                        output_->format->OpenWriter(file->stream, data_schema_, output_->options,
                                                    output_->session_time_zone));
  file->rows = 0;
  return Status::OK();
}

Status PartitionedWriter::Close(OpenFile* file) {
  ARROW_RETURN_NOT_OK(file->writer->Finish());
  file->writer.reset();
  ARROW_RETURN_NOT_OK(file->file->Close());
  file->file.reset();
  ARROW_ASSIGN_OR_RAISE(const FileStatus status, output_->env->GetStatus(file->path));
  written_.push_back({file->path, status.size, status.modification_time_ms});
  return Status::OK();
}

Result<PartitionedWriter::OpenFile*> PartitionedWriter::FileOf(const std::string& partition) {
  const auto known = std::find_if(open_.begin(), open_.end(), [&](const OpenFile& file) {
    return file.partition == partition;
  });
  if (known != open_.end()) {
    open_.splice(open_.begin(), open_, known);
    return &open_.front();
  }
  if (open_.size() >= kMaxOpenFiles) {
    ARROW_RETURN_NOT_OK(Close(&open_.back()));
    open_.pop_back();
  }
  OpenFile& file = open_.emplace_front();
  file.partition = partition;
  ARROW_RETURN_NOT_OK(Open(&file));
  return &file;
}

Status PartitionedWriter::EnsureOpen() {
  return partition_columns_.empty() ? FileOf("").status() : Status::OK();
}

Status PartitionedWriter::Write(const arrow::RecordBatch& batch) {
  return partition_columns_.empty() ? WriteRows("", batch) : WritePartitioned(batch);
}

Result<bool> PartitionedWriter::IsFull(const OpenFile& file) const {
  const int64_t limit = output_->max_records_per_file;
  if (limit > 0 && file.rows >= limit) return true;
  if (output_->target_file_bytes <= 0 || file.rows == 0) return false;
  ARROW_ASSIGN_OR_RAISE(const int64_t bytes, file.stream->Tell());
  return bytes >= output_->target_file_bytes;
}

Status PartitionedWriter::WriteRows(const std::string& partition, const arrow::RecordBatch& rows) {
  const int64_t limit = output_->max_records_per_file;
  ARROW_ASSIGN_OR_RAISE(OpenFile * file, FileOf(partition));
  int64_t done = 0;
  while (done < rows.num_rows()) {
    ARROW_ASSIGN_OR_RAISE(const bool full, IsFull(*file));
    if (full) {
      ARROW_RETURN_NOT_OK(Close(file));
      ARROW_RETURN_NOT_OK(Open(file));
    }
    const int64_t left = rows.num_rows() - done;
    const int64_t taken = limit > 0 ? std::min(left, limit - file->rows) : left;
    if (taken == rows.num_rows()) {
      ARROW_RETURN_NOT_OK(file->writer->Write(rows));
    } else {
      ARROW_RETURN_NOT_OK(file->writer->Write(*rows.Slice(done, taken)));
    }
    file->rows += taken;
    done += taken;
  }
  return Status::OK();
}

// Sorts the rows of a batch by their directories and writes each one's.
Status PartitionedWriter::WritePartitioned(const arrow::RecordBatch& batch) {
  std::vector<std::string> directories(batch.num_rows());
  for (size_t i = 0; i < partition_columns_.size(); ++i) {
    const StructField& field = output_->schema.field(partition_columns_[i]);
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Array> text,
                          CastToString(batch.column(partition_columns_[i]), field.type,
                                       output_->session_time_zone));
    ARROW_ASSIGN_OR_RAISE(const ColumnView view,
                          ColumnView::Make(*text->data(), DataType(TypeId::kString)));
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      if (i > 0) directories[row] += "/";
      directories[row] += PartitionDirectoryName(
          field.name,
          view.IsNull(row) ? std::nullopt : std::optional<std::string_view>(view.BytesAt(row)));
    }
  }
  std::map<std::string_view, std::vector<int64_t>> rows_of;
  for (int64_t row = 0; row < batch.num_rows(); ++row) rows_of[directories[row]].push_back(row);
  arrow::FieldVector fields;
  std::vector<std::shared_ptr<arrow::Array>> columns;
  for (const int index : data_columns_) {
    fields.push_back(batch.schema()->field(index));
    columns.push_back(batch.column(index));
  }
  const auto data = arrow::RecordBatch::Make(arrow::schema(std::move(fields)), batch.num_rows(),
                                             std::move(columns));
  for (const auto& [directory, rows] : rows_of) {
    arrow::Int64Builder builder;
    ARROW_RETURN_NOT_OK(builder.AppendValues(rows));
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Array> indices, builder.Finish());
    ARROW_ASSIGN_OR_RAISE(
        const arrow::Datum taken,
        arrow::compute::Take(arrow::Datum(data), arrow::Datum(indices),
                             arrow::compute::TakeOptions::NoBoundsCheck()));
    ARROW_RETURN_NOT_OK(WriteRows(std::string(directory), *taken.record_batch()));
  }
  return Status::OK();
}

Result<WriterCommitMessage> PartitionedWriter::Commit() {
  while (!open_.empty()) {
    ARROW_RETURN_NOT_OK(Close(&open_.back()));
    open_.pop_back();
  }
  WriterCommitMessage message;
  for (const SinkLogEntry& entry : written_) {
    if (!message.payload.empty()) message.payload += '\n';
    message.payload += entry.ToJson();
  }
  written_.clear();
  return message;
}

void PartitionedWriter::Abort() {
  for (OpenFile& file : open_) {
    file.writer.reset();
    if (file.file != nullptr) file.file->Cancel();
  }
  open_.clear();
  // Leaves nothing of an attempt behind; what cannot be removed is read by nobody.
  for (const SinkLogEntry& entry : written_) (void)output_->env->RemoveFile(entry.path);
  written_.clear();
}

}  // namespace firesteel
