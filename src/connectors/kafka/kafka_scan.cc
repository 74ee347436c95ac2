#include "connectors/kafka/kafka_scan.h"

#include <string>
#include <utility>

#include "common/error.h"
#include "connectors/kafka/kafka_offset_reader.h"
#include "connectors/kafka/kafka_reader.h"
#include "connectors/kafka/kafka_stream.h"

namespace firesteel {
namespace {

Result<std::shared_ptr<const KafkaReadSettings>> MakeReadSettings(
    Result<KafkaSourceOptions> options, const Schema& columns) {
  ARROW_ASSIGN_OR_RAISE(KafkaSourceOptions parsed, std::move(options));
  auto settings = std::make_shared<KafkaReadSettings>();
  settings->options = std::make_shared<const KafkaSourceOptions>(std::move(parsed));
  settings->cursors = std::make_shared<CursorPool>(*settings->options);
  settings->columns = columns;
  return settings;
}

Result<std::vector<OffsetRange>> ResolveRanges(const KafkaSourceOptions& options) {
  ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<KafkaOffsetReader> offsets,
                        KafkaOffsetReader::Make(options));
  ARROW_ASSIGN_OR_RAISE(const PartitionOffsets from, offsets->Resolve(options.start, true));
  ARROW_ASSIGN_OR_RAISE(const PartitionOffsets until, offsets->Resolve(options.end, false));
  std::vector<OffsetRange> ranges;
  for (const auto& [partition, end] : until) {
    const auto begin = from.find(partition);
    if (begin == from.end()) continue;  // made between the two questions
    if (begin->second > end) {
      return MakeError("RESOLVED_START_OFFSET_GREATER_THAN_END_OFFSET",
                       {{"startOffset", std::to_string(begin->second)},
                        {"endOffset", std::to_string(end)},
                        {"topic", partition.topic},
                        {"partition", std::to_string(partition.partition)}});
    }
    ranges.push_back({partition, begin->second, end});
  }
  return SplitRanges(std::move(ranges), options.min_partitions, options.max_records_per_partition);
}

class KafkaScan final : public Scan {
 public:
  KafkaScan(Options options, Schema columns, const ConnectorContext& context)
      : options_(std::move(options)), columns_(std::move(columns)), context_(context) {}

  Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions() override {
    if (settings_ == nullptr) {
      ARROW_ASSIGN_OR_RAISE(settings_,
                            MakeReadSettings(KafkaSourceOptions::ForBatch(options_), columns_));
    }
    ARROW_ASSIGN_OR_RAISE(std::vector<OffsetRange> ranges, ResolveRanges(*settings_->options));
    std::vector<std::shared_ptr<const InputPartition>> partitions;
    for (OffsetRange& range : ranges) {
      partitions.push_back(std::make_shared<KafkaInputPartition>(std::move(range)));
    }
    return partitions;
  }

  Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition& partition,
                                                    const ReadContext& context) override {
    return OpenKafkaRange(settings_, partition, context);
  }

  Result<std::unique_ptr<MicroBatchStream>> ToMicroBatchStream(
      const std::string& metadata_path) override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const KafkaReadSettings> settings,
                          MakeReadSettings(KafkaSourceOptions::ForStream(options_), columns_));
    return NewKafkaStream(std::move(settings), context_, metadata_path);
  }

  std::string Describe() const override { return "kafka"; }

 private:
  Options options_;
  Schema columns_;
  ConnectorContext context_;
  std::shared_ptr<const KafkaReadSettings> settings_;  // of batch reads
};

}  // namespace

Result<std::shared_ptr<Scan>> NewKafkaScan(const Options& options, const Schema& columns,
                                           const ConnectorContext& context) {
  return std::make_shared<KafkaScan>(options, columns, context);
}

}  // namespace firesteel
