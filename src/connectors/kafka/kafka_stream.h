#pragma once

#include <memory>
#include <string>

#include "connectors/kafka/kafka_reader.h"
#include "firesteel/connector/table.h"

namespace firesteel {

/// Reads topics as a stream. Its offsets are those of the next record of each partition:
///
///   {"<topic>":{"<partition>":<offset>,…},…}
///
/// While the query waits, each partition is fetched ahead in the background; what arrives wakes it.
Result<std::unique_ptr<MicroBatchStream>> NewKafkaStream(
    std::shared_ptr<const KafkaReadSettings> settings, const ConnectorContext& context,
    std::string metadata_path);

/// The ranges between two sets of offsets, for a stream. Asks `earliest_of` where partitions begin
/// that `start` does not have. Errors: KAFKA_DATA_LOSS.
Result<std::vector<OffsetRange>> RangesBetween(
    const PartitionOffsets& start, const PartitionOffsets& end, const KafkaSourceOptions& options,
    const std::function<Result<PartitionOffsets>(const std::vector<TopicPartition>&)>& earliest_of);

/// How far `consumed` is behind `latest`, over partitions, as progress reports have it: empty where
/// nothing is known.
std::map<std::string, std::string> OffsetsBehindLatest(const PartitionOffsets& consumed,
                                                       const PartitionOffsets& latest);

}  // namespace firesteel
