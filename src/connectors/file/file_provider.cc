#include "connectors/file/file_provider.h"

#include <string>
#include <utility>

#include "common/config_keys.h"
#include "common/error.h"
#include "connectors/file/file_stream.h"
#include "connectors/file/file_write.h"

namespace firesteel {
namespace {

/// A whole-number setting of the session.
int64_t LongSetting(const ConnectorContext& context, const ConfigKey<int64_t>& key) {
  const std::optional<std::string> text = context.conf ? context.conf(key.name) : std::nullopt;
  return text ? std::stoll(*text) : key.default_value;
}

class FileScan final : public Scan {
 public:
  FileScan(InputLocation location, Options options, std::shared_ptr<const FileReadSettings> read,
           ConnectorContext context)
      : location_(std::move(location)),
        options_(std::move(options)),
        read_(std::move(read)),
        context_(std::move(context)) {}

  Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions() override {
    ARROW_ASSIGN_OR_RAISE(std::vector<FileStatus> files, ListInputFiles(read_->env, location_));
    return PackFiles(std::move(files), context_.default_parallelism);
  }

  Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition& partition,
                                                    const ReadContext& context) override {
    return OpenFilePartition(read_, partition, context);
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
  ConnectorContext context_;
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
  unsigned capabilities() const override { return kBatchRead | kMicroBatchRead | kStreamingWrite; }

  Result<std::shared_ptr<Scan>> NewScan(const ScanRequest& request) override {
    ARROW_ASSIGN_OR_RAISE(InputLocation location, InputLocation::Make(options_));
    auto read = std::make_shared<FileReadSettings>();
    read->env = context_.env;
    read->format = format_;
    read->request.columns = request.columns;
    read->request.full_schema = schema_;
    read->request.filters = request.filters;
    read->request.options = options_;
    read->request.session_time_zone = context_.session_time_zone;
    ARROW_ASSIGN_OR_RAISE(read->ignore_missing_files,
                          options_.GetBool("ignoreMissingFiles", false));
    ARROW_RETURN_NOT_OK(format_->ValidateRead(read->request));
    return std::make_shared<FileScan>(std::move(location), options_, std::move(read), context_);
  }

  Result<StreamingSink> NewStreamingSink(const WriteRequest& request) override {
    FileWriteSettings settings;
    settings.env = context_.env;
    settings.clock = context_.clock;
    settings.format = format_;
    ARROW_ASSIGN_OR_RAISE(const InputLocation location, InputLocation::Make(options_));
    settings.directory = location.path;
    settings.schema = request.schema;
    settings.options = options_;
    settings.session_time_zone = context_.session_time_zone;
    settings.log_compact_interval = LongSetting(context_, config::kFileSinkLogCompactInterval);
    settings.log_cleanup_delay_ms = LongSetting(context_, config::kFileSinkLogCleanupDelayMs);
    StreamingSink sink;
    ARROW_ASSIGN_OR_RAISE(sink.write, NewFileStreamingWrite(std::move(settings)));
    return sink;
  }

 private:
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
    ARROW_ASSIGN_OR_RAISE(const InputLocation location, InputLocation::Make(options));
    const bool infer = !user_schema && format_->Name() != "text";
    if (infer && streaming) {
      const std::optional<std::string> allowed =
          context.conf ? context.conf(config::kSchemaInference.name) : std::nullopt;
      if (allowed != "true") return MakeError("_LEGACY_ERROR_TEMP_2048", {});
    }
    // Lists the files here so that a missing directory is found when the DataFrame is made.
    ARROW_ASSIGN_OR_RAISE(const std::vector<FileStatus> files,
                          ListInputFiles(context.env, location));
    if (user_schema) return AllNullable(*user_schema);
    if (!infer) return Schema({{"value", TypeId::kString}});
    return Infer(files, options, context);
  }

  Result<std::shared_ptr<Table>> GetTable(const Schema& schema, const Options& options,
                                          const ConnectorContext& context) override {
    ARROW_RETURN_NOT_OK(InputLocation::Make(options).status());
    return std::make_shared<FileTable>(format_, schema, options, context);
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
    std::vector<std::shared_ptr<arrow::io::RandomAccessFile>> opened;
    for (const FileStatus& file : files) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::io::RandomAccessFile> stream,
                            context.env->OpenFile(file.path));
      opened.push_back(std::move(stream));
    }
    if (opened.empty()) {
      return MakeError("UNABLE_TO_INFER_SCHEMA", {{"format", std::string(format_->Name())}});
    }
    ARROW_ASSIGN_OR_RAISE(const Schema schema, format_->InferSchema(opened, options));
    return AllNullable(schema);
  }

  const FileFormat* format_;
};

}  // namespace

std::shared_ptr<TableProvider> NewFileProvider(const FileFormat* format) {
  return std::make_shared<FileProvider>(format);
}

}  // namespace firesteel
