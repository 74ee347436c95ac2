#include "connectors/file/file_provider.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "common/clock.h"
#include "common/config_keys.h"
#include "common/duration.h"
#include "common/error.h"
#include "common/write_options.h"
#include "connectors/file/file_stream.h"
#include "connectors/file/file_write.h"
#include "connectors/file/partition_directories.h"
#include "firesteel/connector/file_listing.h"
#include "nlohmann/json.hpp"

namespace firesteel {
namespace {

// Options that Spark does not have.
constexpr char kTargetFileBytes[] = "firesteel.fileSink.targetFileBytes";
constexpr char kRefreshInterval[] = "firesteel.refreshInterval";

/// A whole-number setting of the session.
int64_t LongSetting(const ConnectorContext& context, const ConfigKey<int64_t>& key) {
  const std::optional<std::string> text = context.conf ? context.conf(key.name) : std::nullopt;
  return text ? std::stoll(*text) : key.default_value;
}

bool BoolSetting(const ConnectorContext& context, const ConfigKey<bool>& key) {
  const std::optional<std::string> text = context.conf ? context.conf(key.name) : std::nullopt;
  return text ? *text == "true" : key.default_value;
}

std::string TextSetting(const ConnectorContext& context, const ConfigKey<std::string>& key) {
  const std::optional<std::string> text = context.conf ? context.conf(key.name) : std::nullopt;
  return text.value_or(key.default_value);
}

/// The options with what the session says where they are silent.
Options WithSettings(Options options, const FileFormat& format, const ConnectorContext& context) {
  const auto add = [&](const char* name, std::string value) {
    if (!options.Get(name)) options.Set(name, std::move(value));
  };
  const auto text = [](bool value) { return std::string(value ? "true" : "false"); };
  add("columnNameOfCorruptRecord", TextSetting(context, config::kCorruptRecordColumn));
  if (format.Name() == "csv") {
    add("columnPruning", text(BoolSetting(context, config::kCsvColumnPruning)));
  } else if (format.Name() == "parquet") {
    add("mergeSchema", text(BoolSetting(context, config::kParquetMergeSchema)));
    if (!options.Get("parquet.compression")) {
      add("compression", TextSetting(context, config::kParquetCompressionCodec));
    }
  } else if (format.Name() == "orc") {
    add("mergeSchema", text(BoolSetting(context, config::kOrcMergeSchema)));
    if (!options.Get("orc.compress")) {
      add("compression", TextSetting(context, config::kOrcCompressionCodec));
    }
  }
  return options;
}

/// A format's name as in Spark's errors.
std::string DisplayName(const FileFormat& format) {
  std::string name(format.Name());
  if (name == "parquet") return "Parquet";
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return name;
}

class FileScan final : public Scan, public FileListing {
 public:
  FileScan(InputLocation location, Options options, std::shared_ptr<const FileReadSettings> read,
           std::optional<int64_t> refresh_interval_ms, ConnectorContext context)
      : location_(std::move(location)),
        options_(std::move(options)),
        read_(std::move(read)),
        refresh_interval_ms_(refresh_interval_ms),
        context_(std::move(context)) {}

  // A plan lives as long as a run of a streaming query. As in Spark the files of its static side
  // are those of the beginning; with an interval they are looked for again when it is over.
  Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions() override {
    const std::lock_guard lock(mutex_);
    const int64_t now_ms = refresh_interval_ms_ ? context_.clock->NowMs() : 0;
    const bool over = refresh_interval_ms_ && now_ms - listed_at_ms_ >= *refresh_interval_ms_;
    if (!listed_ || over) {
      ARROW_ASSIGN_OR_RAISE(std::vector<FileStatus> files, ListInputFiles(read_->env, location_));
      ARROW_ASSIGN_OR_RAISE(files, PruneFiles(std::move(files), *read_));
      listed_ = std::move(files);
      listed_at_ms_ = now_ms;
    }
    return PackFiles(*listed_, context_.default_parallelism);
  }

  Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition& partition,
                                                    const ReadContext& context) override {
    return OpenFilePartition(read_, partition, context);
  }

  Result<std::vector<std::string>> ListFiles() override {
    ARROW_ASSIGN_OR_RAISE(std::vector<FileStatus> files, ListInputFiles(read_->env, location_));
    ARROW_ASSIGN_OR_RAISE(files, PruneFiles(std::move(files), *read_));
    std::vector<std::string> uris;
    for (const FileStatus& file : files) uris.push_back("file://" + file.path);
    return uris;
  }

  Result<std::unique_ptr<MicroBatchStream>> ToMicroBatchStream(
      const std::string& metadata_path) override {
    FileStreamSettings settings;
    settings.location = location_;
    settings.options = options_;
    settings.read = read_;
    settings.clock = context_.clock;
    settings.parallelism = context_.default_parallelism;
    settings.log_compact_interval = LongSetting(context_, config::kFileSourceLogCompactInterval);
    settings.log_cleanup_delay_ms = LongSetting(context_, config::kFileSourceLogCleanupDelayMs);
    return NewFileStream(std::move(settings), metadata_path);
  }

  std::string Describe() const override {
    std::string columns;
    for (const StructField& field : read_->request.columns.fields()) {
      columns += (columns.empty() ? "" : ",") + field.name;
    }
    return std::string(read_->format->Name()) + " [" + columns + "] file:" + location_.path;
  }

 private:
  InputLocation location_;
  Options options_;
  std::shared_ptr<const FileReadSettings> read_;
  const std::optional<int64_t> refresh_interval_ms_;
  ConnectorContext context_;
  std::mutex mutex_;
  // Guarded by mutex_:
  std::optional<std::vector<FileStatus>> listed_;
  int64_t listed_at_ms_ = 0;
};

class FileTable final : public Table {
 public:
  FileTable(const FileFormat* format, Schema schema, Options options, ConnectorContext context)
      : format_(format),
        schema_(std::move(schema)),
        options_(std::move(options)),
        context_(std::move(context)) {}

  std::string Name() const override {
    return std::string(format_->Name()) + " " + options_.GetOr("path", "");
  }
  const Schema& schema() const override { return schema_; }
  unsigned capabilities() const override {
    return kBatchRead | kMicroBatchRead | kBatchWrite | kStreamingWrite;
  }

  Schema metadata_columns() const override { return FileMetadataColumns(); }

  Result<std::shared_ptr<Scan>> NewScan(const ScanRequest& request) override {
    ARROW_ASSIGN_OR_RAISE(InputLocation location,
                          InputLocation::Make(options_, context_.session_time_zone));
    auto read = std::make_shared<FileReadSettings>();
    read->env = context_.env;
    read->format = format_;
    read->base_depth = location.recursive ? -1 : location.base_depth();
    read->request.columns = request.columns;
    read->request.full_schema = schema_;
    read->request.filters = request.filters;
    read->pushes_filters = PushesFilters();
    read->request.options = options_;
    read->request.session_time_zone = context_.session_time_zone;
    ARROW_ASSIGN_OR_RAISE(
        read->ignore_missing_files,
        options_.GetBool("ignoreMissingFiles", BoolSetting(context_, config::kIgnoreMissingFiles)));
    ARROW_ASSIGN_OR_RAISE(
        read->ignore_corrupt_files,
        options_.GetBool("ignoreCorruptFiles", BoolSetting(context_, config::kIgnoreCorruptFiles)));
    FileReadRequest in_files = read->request;
    ARROW_ASSIGN_OR_RAISE(in_files.columns, ColumnsInFiles(request.columns, location));
    ARROW_RETURN_NOT_OK(format_->ValidateRead(in_files));
    std::optional<int64_t> refresh_interval_ms;
    if (const auto text = options_.Get(kRefreshInterval)) {
      refresh_interval_ms = ParseDurationMs(*text);
      if (!refresh_interval_ms) {
        return MakeError("INVALID_OPTION_VALUE", {{"option", kRefreshInterval},
                                                  {"value", *text},
                                                  {"reason", "it is no length of time, as 10s"}});
      }
    }
    return std::make_shared<FileScan>(std::move(location), options_, std::move(read),
                                      refresh_interval_ms, context_);
  }

  Result<StreamingSink> NewStreamingSink(const WriteRequest& request) override {
    ARROW_ASSIGN_OR_RAISE(FileWriteSettings settings, WriteSettings(request));
    StreamingSink sink;
    ARROW_ASSIGN_OR_RAISE(sink.write, NewFileStreamingWrite(std::move(settings)));
    return sink;
  }

  Result<std::unique_ptr<StreamingWrite>> NewBatchWrite(const WriteRequest& request,
                                                        SaveMode mode) override {
    ARROW_ASSIGN_OR_RAISE(FileWriteSettings settings, WriteSettings(request));
    std::string overwrite = settings.output.options.GetOr(
        "partitionOverwriteMode", TextSetting(context_, config::kPartitionOverwriteMode));
    for (char& c : overwrite) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    if (overwrite != "static" && overwrite != "dynamic") {
      return MakeError("INVALID_OPTION_VALUE", {{"option", "partitionOverwriteMode"},
                                                {"value", overwrite},
                                                {"reason", "it is neither static nor dynamic"}});
    }
    ARROW_ASSIGN_OR_RAISE(const size_t given, ReadOverwrittenPartition(&settings));
    // With a value for each partition column there is nothing left to be found in the rows.
    const bool overwrites_partitions =
        overwrite == "dynamic" && given < settings.output.partition_columns.size();
    return NewFileBatchWrite(std::move(settings), mode, overwrites_partitions);
  }

 private:
  /// Takes what INSERT says of the partition that it overwrites out of the options. Returns how
  /// many columns have values.
  static Result<size_t> ReadOverwrittenPartition(FileWriteSettings* settings) {
    const std::string text = settings->output.options.GetOr(kOverwrittenPartitionOption, "{}");
    const nlohmann::json values = nlohmann::json::parse(text, nullptr, false);
    if (!values.is_object()) return InternalError("Bad partition to overwrite: " + text);
    size_t given = 0;
    for (const std::string& column : settings->output.partition_columns) {
      const auto value = values.find(column);
      if (value == values.end()) break;
      std::optional<std::string> shown;
      if (value->is_string()) shown = value->get<std::string>();
      settings->overwritten_partition +=
          (given == 0 ? "" : "/") + PartitionDirectoryName(column, shown);
      ++given;
    }
    ARROW_ASSIGN_OR_RAISE(settings->keeps_partition,
                          settings->output.options.GetBool(kKeepPartitionOption, false));
    return given;
  }

  /// Whether the reader of the format may leave out rows by itself.
  bool PushesFilters() const {
    if (format_->Name() == "json") return BoolSetting(context_, config::kJsonFilterPushdown);
    if (format_->Name() == "csv") return BoolSetting(context_, config::kCsvFilterPushdown);
    return true;
  }

  Result<FileWriteSettings> WriteSettings(const WriteRequest& request) const {
    FileWriteSettings settings;
    settings.output.env = context_.env;
    settings.output.format = format_;
    settings.output.schema = request.schema;
    settings.output.partition_columns = request.partition_columns;
    settings.output.options = options_;
    for (const auto& [name, value] : request.options.All()) {
      settings.output.options.Set(name, value);
    }
    settings.output.session_time_zone = context_.session_time_zone;
    ARROW_ASSIGN_OR_RAISE(const std::optional<int64_t> rows,
                          settings.output.options.GetLong("maxRecordsPerFile"));
    settings.output.max_records_per_file =
        rows.value_or(LongSetting(context_, config::kMaxRecordsPerFile));
    ARROW_ASSIGN_OR_RAISE(const std::optional<int64_t> target,
                          settings.output.options.GetLong(kTargetFileBytes));
    if (target && *target <= 0) {
      return MakeError("INVALID_OPTION_VALUE", {{"option", kTargetFileBytes},
                                                {"value", std::to_string(*target)},
                                                {"reason", "it must be positive"}});
    }
    settings.output.target_file_bytes = target.value_or(0);
    ARROW_ASSIGN_OR_RAISE(const InputLocation location,
                          InputLocation::Make(settings.output.options));
    settings.clock = context_.clock;
    settings.directory = location.path;
    settings.log_compact_interval = LongSetting(context_, config::kFileSinkLogCompactInterval);
    settings.log_cleanup_delay_ms = LongSetting(context_, config::kFileSinkLogCleanupDelayMs);
    return settings;
  }

  /// The columns of a scan that files hold: not those of a file's name and size. Text has one
  /// column only, so there those of partition directories must not be taken for columns of files.
  Result<Schema> ColumnsInFiles(const Schema& columns, const InputLocation& location) const {
    Schema partitions;
    if (format_->Name() == "text" && schema_.size() > 1 && !location.recursive) {
      ARROW_ASSIGN_OR_RAISE(const std::vector<FileStatus> files,
                            ListInputFiles(context_.env, location));
      ARROW_ASSIGN_OR_RAISE(partitions, DiscoverPartitionColumns(files, location.base_depth(),
                                                                 /*infer_types=*/false,
                                                                 context_.session_time_zone));
    }
    Schema in_files;
    for (const StructField& field : columns.fields()) {
      const auto is_field = [&field](const StructField& other) {
        return IsSameColumn(other.name, field.name);
      };
      const bool is_data = std::any_of(schema_.fields().begin(), schema_.fields().end(), is_field) &&
                           std::none_of(partitions.fields().begin(), partitions.fields().end(),
                                        is_field);
      if (is_data) in_files.Add(field.name, field.type, field.nullable);
    }
    return in_files;
  }

  const FileFormat* format_;
  Schema schema_;
  Options options_;
  ConnectorContext context_;
};

class FileProvider final : public TableProvider {
 public:
  explicit FileProvider(const FileFormat* format) : format_(format) {}

  std::string ShortName() const override { return std::string(format_->Name()); }

  Result<Schema> ResolveSchema(const std::optional<Schema>& user_schema, const Options& options,
                               bool streaming, const ConnectorContext& context) override {
    ARROW_ASSIGN_OR_RAISE(const InputLocation location,
                          InputLocation::Make(options, context.session_time_zone));
    const bool infer = !user_schema && format_->Name() != "text";
    if (infer && streaming && !BoolSetting(context, config::kSchemaInference)) {
      return MakeError("_LEGACY_ERROR_TEMP_2048", {});
    }
    // Lists the files here so that a missing directory is found when the DataFrame is made.
    ARROW_ASSIGN_OR_RAISE(const std::vector<FileStatus> files,
                          ListInputFiles(context.env, location));
    Schema partitions;
    if (!location.recursive) {
      ARROW_ASSIGN_OR_RAISE(
          partitions,
          DiscoverPartitionColumns(files, location.base_depth(),
                                   BoolSetting(context, config::kPartitionTypeInference),
                                   context.session_time_zone));
    }
    if (user_schema) return AllNullable(MovePartitionsLast(*user_schema, partitions));
    Schema data({{"value", TypeId::kString}});
    if (infer) {
      ARROW_ASSIGN_OR_RAISE(data, Infer(files, options, context));
    }
    return AllNullable(AddPartitions(data, partitions));
  }

  Result<std::shared_ptr<Table>> GetTable(const Schema& schema, const Options& options,
                                          const ConnectorContext& context) override {
    ARROW_RETURN_NOT_OK(InputLocation::Make(options).status());
    return std::make_shared<FileTable>(format_, schema, WithSettings(options, *format_, context),
                                       context);
  }

 private:
  /// Files promise nothing: every column may be NULL, whatever the user declared.
  static Schema AllNullable(const Schema& schema) {
    std::vector<StructField> fields = schema.fields();
    for (StructField& field : fields) field.nullable = true;
    return Schema(std::move(fields));
  }

  Result<Schema> Infer(const std::vector<FileStatus>& files, const Options& options,
                       const ConnectorContext& context) const {
    std::vector<InferenceFile> opened;
    for (const FileStatus& file : files) {
      // Files with a footer say nothing when they are empty.
      if (file.size == 0 && (format_->Name() == "parquet" || format_->Name() == "orc")) continue;
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::io::RandomAccessFile> stream,
                            context.env->OpenFile(file.path));
      opened.push_back({std::move(stream), file.path});
    }
    if (opened.empty()) {
      return MakeError("UNABLE_TO_INFER_SCHEMA", {{"format", DisplayName(*format_)}});
    }
    return format_->InferSchema(opened, WithSettings(options, *format_, context));
  }

  /// The user's columns, those of directories last; the user says of what type they are.
  static Schema MovePartitionsLast(const Schema& schema, const Schema& partitions) {
    const auto find = [](const Schema& in, const std::string& name) {
      return std::find_if(in.fields().begin(), in.fields().end(), [&](const StructField& field) {
        return IsSameColumn(field.name, name);
      });
    };
    std::vector<StructField> fields;
    for (const StructField& field : schema.fields()) {
      if (find(partitions, field.name) == partitions.fields().end()) fields.push_back(field);
    }
    for (const StructField& partition : partitions.fields()) {
      const auto users = find(schema, partition.name);
      fields.push_back(users == schema.fields().end() ? partition : *users);
    }
    return Schema(std::move(fields));
  }

  /// The columns of the files and those of directories, which win where both have one.
  static Schema AddPartitions(const Schema& data, const Schema& partitions) {
    std::vector<StructField> fields = data.fields();
    for (const StructField& partition : partitions.fields()) {
      const auto same = std::find_if(fields.begin(), fields.end(), [&](const StructField& field) {
        return IsSameColumn(field.name, partition.name);
      });
      if (same != fields.end()) {
        *same = partition;
      } else {
        fields.push_back(partition);
      }
    }
    return Schema(std::move(fields));
  }

  const FileFormat* format_;
};

}  // namespace

std::shared_ptr<TableProvider> NewFileProvider(const FileFormat* format) {
  return std::make_shared<FileProvider>(format);
}

}  // namespace firesteel
