#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/kafka/kafka_client.h"

namespace firesteel {

/// Which batches a query has written into Kafka, kept in Kafka: the committed offset of a consumer
/// group that nobody joins. A transaction can commit offsets together with its records, so the
/// marker says that a batch is there exactly when its records are.
///
///   group      firesteel-sink-<query id>
///   partition  0 of the topic that the batch wrote to first
///   offset     <batch id> + 1
///   metadata   firesteel epoch=<batch id>
///
/// Of several topics' markers the highest counts. Not thread-safe.
class EpochMarker {
 public:
  /// `settings` are those of a producer. `stopped`, if not null, ends all waiting when it is set.
  static Result<std::unique_ptr<EpochMarker>> Make(const KafkaSettings& settings,
                                                   const std::string& query_id,
                                                   const std::atomic<bool>* stopped);

  /// The last batch whose transaction was committed; nullopt where there is no marker. To be asked
  /// when no transaction of the query is open any more. Waits `patience_ms` for the brokers.
  Result<std::optional<int64_t>> Read(int64_t patience_ms);
  /// Puts the marker of a batch into the open transaction of `producer`. Waits as long for brokers.
  Status AddToTransaction(KafkaClient* producer, const std::string& topic, int64_t epoch,
                          int64_t patience_ms);

 private:
  EpochMarker(std::unique_ptr<KafkaClient> client, std::string group)
      : client_(std::move(client)), group_(std::move(group)) {}
  std::unique_ptr<KafkaClient> client_;
  std::string group_;
};

/// The metadata of a marker, and back: nullopt for any other text.
std::string EpochMarkerText(int64_t epoch);
std::optional<int64_t> EpochOfMarker(std::string_view text);

}  // namespace firesteel
