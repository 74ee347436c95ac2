#pragma once

#include <memory>
#include <vector>

#include "connectors/kafka/cursor_pool.h"
#include "connectors/kafka/kafka_source_options.h"
#include "connectors/kafka/offset_ranges.h"
#include "firesteel/connector/source.h"

namespace firesteel {

/// What all readers of a source share.
struct KafkaReadSettings {
  std::shared_ptr<const KafkaSourceOptions> options;
  std::shared_ptr<CursorPool> cursors;
  Schema columns;
};

/// Reads a range of offsets. The range is at its end when its last offset has passed, seen or not:
/// records of aborted transactions and markers take offsets but are never seen. Errors: what was in
/// the range is gone (KAFKA_DATA_LOSS), unless that is not to be an error; nothing arrives in time.
Result<std::unique_ptr<BatchReader>> OpenKafkaRange(
    std::shared_ptr<const KafkaReadSettings> settings, const InputPartition& partition,
    const ReadContext& context);

/// What is wrong when data may be lost, as an error or, where that is wanted, as a warning.
Status ReportDataLoss(const KafkaSourceOptions& options, const char* kind,
                      std::map<std::string, std::string> parameters);

}  // namespace firesteel
