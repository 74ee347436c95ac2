#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "connectors/kafka/kafka_client.h"
#include "connectors/kafka/kafka_offsets.h"

namespace firesteel {

/// Copies a query's committed offsets to a consumer group, so that Kafka's own tools show how far
/// it is. The checkpoint stays what counts: nothing is ever read back, and a copy that fails is
/// tried again with the next one. Not thread-safe.
class OffsetMirror {
 public:
  static Result<std::unique_ptr<OffsetMirror>> Make(KafkaSettings settings,
                                                    const std::string& group);
  OffsetMirror(const OffsetMirror&) = delete;
  OffsetMirror& operator=(const OffsetMirror&) = delete;
  /// Waits a moment for what was sent.
  ~OffsetMirror();
  /// Sends the offsets without waiting.
  void Copy(const PartitionOffsets& offsets);

 private:
  explicit OffsetMirror(std::unique_ptr<KafkaClient> client);
  /// Takes the answers that are there, or come in time.
  void TakeAnswers(int wait_ms);

  std::unique_ptr<KafkaClient> client_;
  rd_kafka_queue_t* answers_;
  int64_t unanswered_ = 0;
};

}  // namespace firesteel
