#pragma once

#include <memory>
#include <string>

#include "connectors/kafka/kafka_client.h"
#include "connectors/kafka/kafka_offsets.h"

namespace firesteel {

/// Copies a query's committed offsets to a consumer group, so that Kafka's own tools show how far
/// it is. The checkpoint stays what counts: nothing is ever read back, and a copy that fails is
/// tried again with the next one.
class OffsetMirror {
 public:
  static Result<std::unique_ptr<OffsetMirror>> Make(KafkaSettings settings,
                                                    const std::string& group);
  /// Sends the offsets without waiting.
  void Copy(const PartitionOffsets& offsets);

 private:
  explicit OffsetMirror(std::unique_ptr<KafkaClient> client) : client_(std::move(client)) {}
  std::unique_ptr<KafkaClient> client_;
};

}  // namespace firesteel
