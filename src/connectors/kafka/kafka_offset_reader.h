#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/kafka/kafka_client.h"
#include "connectors/kafka/kafka_offsets.h"
#include "connectors/kafka/kafka_source_options.h"
#include "connectors/kafka/topic_pattern.h"

namespace firesteel {

/// Asks the brokers which partitions there are and where they begin and end. Not thread-safe.
class KafkaOffsetReader {
 public:
  static Result<std::unique_ptr<KafkaOffsetReader>> Make(const KafkaSourceOptions& options);

  /// How long a call may wait for brokers that do not answer.
  void SetPatience(int64_t patience_ms) { patience_ms_ = patience_ms; }

  /// Gives the flag that ends all waiting.
  void StopWhen(const std::atomic<bool>* stopped) { client_->StopWhen(stopped); }

  /// Whether the last call that failed did so because brokers do not answer, for now.
  bool brokers_are_away() const { return brokers_are_away_; }

  /// The partitions selected, sorted. Errors: a topic that does not exist, unless lost data are not
  /// an error.
  Result<std::vector<TopicPartition>> Partitions();
  Result<PartitionOffsets> Earliest();
  Result<PartitionOffsets> Latest();
  /// Of those of `partitions` that still exist.
  Result<PartitionOffsets> EarliestOf(const std::vector<TopicPartition>& partitions);
  /// Like Latest; asks again where an offset is below the one that is known, in case it is only a
  /// replica that is late.
  Result<PartitionOffsets> LatestAfter(const PartitionOffsets& known);
  /// The offsets that a bound stands for now. Errors: offsets for other partitions than there are
  /// (KAFKA_START_OFFSET_DOES_NOT_MATCH_ASSIGNED and the like), no record after a time.
  Result<PartitionOffsets> Resolve(const OffsetBound& bound, bool is_start);

 private:
  KafkaOffsetReader(const KafkaSourceOptions* options, std::unique_ptr<KafkaClient> client)
      : options_(options), client_(std::move(client)) {}
  Result<std::vector<TopicPartition>> PartitionsOfTopic(const std::string& topic);
  Result<std::vector<TopicPartition>> PartitionsOfPattern();
  /// The first offsets at or after times, or at kEarliestOffset and kLatestOffset; kLatestOffset
  /// for a time after all records.
  Result<PartitionOffsets> OffsetsAt(const PartitionOffsets& times);
  Result<PartitionOffsets> AllAt(int64_t time);
  Result<PartitionOffsets> ResolveTimes(const PartitionOffsets& times, bool is_start,
                                        bool latest_without_match);
  /// Calls `step` until it succeeds, fails for good, or patience is at its end.
  Status Patiently(const std::string& what, const std::function<rd_kafka_resp_err_t(int)>& step);

  const KafkaSourceOptions* options_;
  std::unique_ptr<KafkaClient> client_;
  std::optional<TopicPattern> pattern_;
  std::map<std::string, KafkaTopicHandle> topics_;
  int64_t patience_ms_ = 0;
  bool brokers_are_away_ = false;
};

}  // namespace firesteel
