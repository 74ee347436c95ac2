#include "connectors/file/file_partitions.h"

#include <algorithm>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/io/interfaces.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "common/error.h"
#include "connectors/file/partition_directories.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

constexpr int64_t kMaxPartitionBytes = 128 << 20;
constexpr int64_t kOpenCostBytes = 4 << 20;

// The URI with one slash, as Spark shows paths.
std::string UriOf(const std::string& path) { return "file:" + ToFileUri(path).substr(7); }

Value MetadataOf(const FileStatus& file) {
  const std::string uri = UriOf(file.path);
  return StructValue{{Value(uri), Value(uri.substr(uri.rfind('/') + 1)), Value(file.size),
                      Value(int64_t{0}), Value(file.size),
                      Value(Timestamp{file.modification_time_ms * 1000})}};
}

class FilePartitionReader final : public BatchReader {
 public:
  FilePartitionReader(std::shared_ptr<const FileReadSettings> settings,
                      std::vector<FileStatus> files, const ReadContext& context)
      : settings_(std::move(settings)), files_(std::move(files)), context_(context) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    while (true) {
      if (context_.cancelled != nullptr && context_.cancelled->load(std::memory_order_relaxed)) {
        return Status::Cancelled("The read was cancelled.");
      }
      if (reader_ == nullptr) {
        if (next_file_ == files_.size()) return nullptr;
        ARROW_ASSIGN_OR_RAISE(const bool opened, OpenNext());
        if (!opened) continue;
      }
      Result<std::shared_ptr<arrow::RecordBatch>> batch = reader_->Next();
      if (!batch.ok()) {
        if (!IsIgnored(batch.status())) return Explain(batch.status());
        batch = std::shared_ptr<arrow::RecordBatch>();
      }
      if (*batch == nullptr) {
        reader_.reset();
        continue;
      }
      // Only now do the rows of this file reach the operators above.
      if (context_.input_file != nullptr) *context_.input_file = current_path_;
      return AddPartitionColumns(*batch);
    }
  }

 private:
  /// Opens the next file; false when it is gone and that is to be ignored.
  Result<bool> OpenNext() {
    const FileStatus& status = files_[next_file_++];
    current_path_ = status.path;
    Result<std::shared_ptr<arrow::io::RandomAccessFile>> file =
        settings_->env->OpenFile(current_path_);
    if (!file.ok()) {
      if (!IsNotFound(file.status())) return Explain(file.status());
      if (settings_->ignore_missing_files) return false;
      return MakeErrorCausedBy("FAILED_READ_FILE.FILE_NOT_EXIST",
                               {{"path", ToFileUri(current_path_)}}, file.status());
    }
    // Nothing can be wrong with a file that holds nothing.
    ARROW_ASSIGN_OR_RAISE(const int64_t bytes, (*file)->GetSize());
    if (bytes == 0) return false;
    FileReadRequest request = settings_->request;
    request.path = current_path_;
    request.batch_rows = context_.batch_rows;
    if (!settings_->pushes_filters) request.filters.clear();
    ARROW_RETURN_NOT_OK(SplitOffConstants(status, &request));
    Result<std::unique_ptr<BatchReader>> reader =
        settings_->format->OpenReader(*std::move(file), request, context_.input_rows);
    if (!reader.ok()) {
      if (IsIgnored(reader.status())) return false;
      return Explain(reader.status());
    }
    reader_ = *std::move(reader);
    return true;
  }

  /// Whether the error is of a kind that the user does not want to hear of.
  bool IsIgnored(const Status& status) const {
    return settings_->ignore_corrupt_files && !status.IsCancelled() && !status.IsOutOfMemory();
  }

  /// Takes the columns that the file's path tells out of what is asked of the file.
  Status SplitOffConstants(const FileStatus& file, FileReadRequest* request) {
    constants_.clear();
    std::vector<PartitionValue> values;
    if (settings_->base_depth >= 0) {
      values = PartitionValuesOf(current_path_, settings_->base_depth);
    }
    const std::string metadata = FileMetadataColumns().field(0).name;
    const bool wants_metadata =
        request->columns.IndexOf(metadata) >= 0 && request->full_schema.IndexOf(metadata) < 0;
    if (values.empty() && !wants_metadata) return Status::OK();
    const auto find = [&](const std::string& name) {
      return std::find_if(values.begin(), values.end(), [&](const PartitionValue& value) {
        return IsSameColumn(value.name, name);
      });
    };
    Schema columns;
    for (int i = 0; i < request->columns.size(); ++i) {
      const StructField& field = request->columns.field(i);
      const auto value = find(field.name);
      if (wants_metadata && field.name == metadata) {
        constants_.push_back({i, MetadataOf(file)});
        continue;
      }
      if (value == values.end()) {
        columns.Add(field.name, field.type, field.nullable);
        continue;
      }
      ARROW_ASSIGN_OR_RAISE(
          Value constant, PartitionValueAs(*value, field.type, request->session_time_zone));
      constants_.push_back({i, std::move(constant)});
    }
    request->columns = std::move(columns);
    Schema full;
    for (const StructField& field : request->full_schema.fields()) {
      if (find(field.name) == values.end()) full.Add(field.name, field.type, field.nullable);
    }
    request->full_schema = std::move(full);
    std::erase_if(request->filters, [&](const Predicate& predicate) {
      return Reads(predicate,
                   [&](const std::string& column) { return find(column) != values.end(); });
    });
    return Status::OK();
  }

  /// Whether the predicate reads a column for which `is_one` holds.
  template <typename IsOne>
  static bool Reads(const Predicate& predicate, const IsOne& is_one) {
    return std::any_of(predicate.children.begin(), predicate.children.end(),
                       [&](const Predicate& child) { return Reads(child, is_one); }) ||
           is_one(predicate.column);
  }

  Result<std::shared_ptr<arrow::RecordBatch>> AddPartitionColumns(
      std::shared_ptr<arrow::RecordBatch> batch) const {
    if (constants_.empty()) return batch;
    std::vector<std::shared_ptr<arrow::Array>> columns = batch->columns();
    for (const Constant& constant : constants_) {
      ARROW_ASSIGN_OR_RAISE(
          std::shared_ptr<arrow::Array> column,
          MakeConstantArray(constant.value, settings_->request.columns.field(constant.index).type,
                            batch->num_rows()));
      columns.insert(columns.begin() + constant.index, std::move(column));
    }
    return arrow::RecordBatch::Make(ToArrowSchema(settings_->request.columns), batch->num_rows(),
                                    std::move(columns));
  }

  /// Names the file in an error that does not do so itself.
  Status Explain(const Status& cause) const {
    if (cause.IsCancelled() || ErrorCondition(cause).starts_with("FAILED_READ_FILE")) return cause;
    return MakeErrorCausedBy("FAILED_READ_FILE.NO_HINT", {{"path", ToFileUri(current_path_)}},
                             cause);
  }

  std::shared_ptr<const FileReadSettings> settings_;
  std::vector<FileStatus> files_;
  ReadContext context_;
  size_t next_file_ = 0;
  std::string current_path_;
  std::unique_ptr<BatchReader> reader_;
  struct Constant {
    int index = 0;  // of the column
    Value value;
  };
  std::vector<Constant> constants_;  // what the current file's directories tell, by index
};

}  // namespace

Schema FileMetadataColumns() {
  return Schema({{"_metadata",
                  DataType::Struct({{"file_path", TypeId::kString, false},
                                    {"file_name", TypeId::kString, false},
                                    {"file_size", TypeId::kLong, false},
                                    {"file_block_start", TypeId::kLong, false},
                                    {"file_block_length", TypeId::kLong, false},
                                    {"file_modification_time", TypeId::kTimestamp, false}}),
                  false}});
}

std::vector<std::shared_ptr<const InputPartition>> PackFiles(std::vector<FileStatus> files,
                                                             int parallelism) {
  // As Spark does: the order of rows does not depend on random names of files, unless their sizes
  // are the same.
  std::stable_sort(files.begin(), files.end(),
                   [](const FileStatus& a, const FileStatus& b) { return a.size > b.size; });
  int64_t total_bytes = 0;
  for (const FileStatus& file : files) total_bytes += file.size + kOpenCostBytes;
  const int64_t target_bytes = std::min(
      kMaxPartitionBytes, std::max(kOpenCostBytes, total_bytes / std::max(parallelism, 1)));
  std::vector<std::shared_ptr<const InputPartition>> partitions;
  auto current = std::make_shared<FilePartition>();
  int64_t current_bytes = 0;
  for (FileStatus& file : files) {
    if (!current->files.empty() && current_bytes + file.size > target_bytes) {
      partitions.push_back(std::exchange(current, std::make_shared<FilePartition>()));
      current_bytes = 0;
    }
    current_bytes += file.size + kOpenCostBytes;
    current->files.push_back(std::move(file));
  }
  if (!current->files.empty()) partitions.push_back(std::move(current));
  return partitions;
}

Result<std::vector<FileStatus>> PruneFiles(std::vector<FileStatus> files,
                                           const FileReadSettings& settings) {
  if (settings.base_depth < 0 || settings.request.filters.empty()) return files;
  std::vector<FileStatus> kept;
  for (FileStatus& file : files) {
    bool matches = true;
    for (const PartitionValue& partition : PartitionValuesOf(file.path, settings.base_depth)) {
      for (const StructField& field : settings.request.full_schema.fields()) {
        if (!IsSameColumn(field.name, partition.name)) continue;
        ARROW_ASSIGN_OR_RAISE(
            const Value value,
            PartitionValueAs(partition, field.type, settings.request.session_time_zone));
        for (const Predicate& predicate : settings.request.filters) {
          if (!IsSameColumn(predicate.column, field.name)) continue;
          matches = matches && MayMatchPartition(predicate, value);
        }
      }
    }
    if (matches) kept.push_back(std::move(file));
  }
  return kept;
}

Result<std::unique_ptr<BatchReader>> OpenFilePartition(
    std::shared_ptr<const FileReadSettings> settings, const InputPartition& partition,
    const ReadContext& context) {
  return std::make_unique<FilePartitionReader>(
      std::move(settings), static_cast<const FilePartition&>(partition).files, context);
}

}  // namespace firesteel
