#include "connectors/kafka/kafka_provider.h"

#include <optional>
#include <string>
#include <utility>

#include "common/error.h"
#include "connectors/kafka/kafka_configuration.h"
#include "connectors/kafka/kafka_records.h"
#include "connectors/kafka/kafka_rows.h"
#include "connectors/kafka/kafka_scan.h"
#include "connectors/kafka/kafka_source_options.h"
#include "connectors/kafka/kafka_write.h"
#include "connectors/kafka/transactional_write.h"
#include "types/datetime.h"

namespace firesteel {
namespace {

class KafkaTable final : public Table {
 public:
  KafkaTable(Schema schema, Options options, const ConnectorContext& context)
      : schema_(std::move(schema)), options_(std::move(options)), context_(context) {}

  std::string Name() const override { return "KafkaTable"; }
  const Schema& schema() const override { return schema_; }
  unsigned capabilities() const override {
    return kBatchRead | kMicroBatchRead | kBatchWrite | kStreamingWrite | kUpdateMode |
           kCompleteMode;
  }

  Result<std::shared_ptr<Scan>> NewScan(const ScanRequest& request) override {
    return NewKafkaScan(options_, request.columns, context_);
  }

  Result<StreamingSink> NewStreamingSink(const WriteRequest& request) override {
    StreamingSink sink;
    ARROW_ASSIGN_OR_RAISE(sink.write, NewWrite(request));
    return sink;
  }

  Result<std::unique_ptr<StreamingWrite>> NewBatchWrite(const WriteRequest& request,
                                                        SaveMode mode) override {
    if (mode == SaveMode::kOverwrite || mode == SaveMode::kIgnore) {
      return MakeError("_LEGACY_ERROR_TEMP_3081",
                       {{"mode", mode == SaveMode::kIgnore ? "Ignore" : "Overwrite"},
                        {"append", "Append"},
                        {"errorIfExists", "ErrorIfExists"}});
    }
    return NewWrite(request);
  }

 private:
  Result<std::unique_ptr<StreamingWrite>> NewWrite(const WriteRequest& request) const {
    Options options = options_;
    for (const auto& [name, value] : request.options.All()) options.Set(name, value);
    ARROW_ASSIGN_OR_RAISE(KafkaSettings settings, ProducerSettings(options));
    std::optional<std::string> topic = options.Get("topic");
    if (topic) topic = std::string(TrimForParsing(*topic));
    ARROW_ASSIGN_OR_RAISE(KafkaRecordColumns columns,
                          KafkaRecordColumns::Make(request.schema, topic));
    ARROW_ASSIGN_OR_RAISE(const bool exactly_once,
                          options.GetBool("firesteel.kafka.exactlyOnce", false));
    if (!exactly_once) return NewKafkaWrite(settings, std::move(columns));
    return NewTransactionalWrite(
        {.producer = std::move(settings),
         .query_id = request.query_id,
         .id_prefix = options.GetOr("firesteel.kafka.transactionalIdPrefix", "firesteel-")},
        std::move(columns));
  }

  Schema schema_;
  Options options_;
  ConnectorContext context_;
};

class KafkaProvider final : public TableProvider {
 public:
  std::string ShortName() const override { return "kafka"; }

  Result<Schema> ResolveSchema(const std::optional<Schema>& user_schema, const Options& options,
                               bool streaming, const ConnectorContext&) override {
    if (user_schema) {
      return MakeError("UNSUPPORTED_FEATURE.USER_SPECIFIED_SCHEMA", {{"source", "kafka"}});
    }
    // Options are checked when the DataFrame is made, not when it first runs.
    ARROW_ASSIGN_OR_RAISE(
        const KafkaSourceOptions parsed,
        streaming ? KafkaSourceOptions::ForStream(options) : KafkaSourceOptions::ForBatch(options));
    return KafkaSchema(parsed.include_headers);
  }

  Result<std::shared_ptr<Table>> GetTable(const Schema& schema, const Options& options,
                                          const ConnectorContext& context) override {
    return std::make_shared<KafkaTable>(schema, options, context);
  }
};

}  // namespace

std::shared_ptr<TableProvider> NewKafkaProvider() { return std::make_shared<KafkaProvider>(); }

}  // namespace firesteel
