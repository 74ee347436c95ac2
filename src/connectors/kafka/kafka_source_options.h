#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "connectors/kafka/kafka_configuration.h"
#include "connectors/kafka/kafka_offsets.h"
#include "connectors/kafka/offset_bound.h"
#include "firesteel/connector/table.h"

namespace firesteel {

/// Which partitions are read: one of the options `subscribe`, `subscribePattern` and `assign`.
struct TopicSelection {
  enum class Kind { kSubscribe, kPattern, kAssign };
  Kind kind = Kind::kSubscribe;
  std::vector<std::string> topics;         ///< kSubscribe
  std::string pattern;                     ///< kPattern
  std::vector<TopicPartition> partitions;  ///< kAssign

  /// As in progress reports: `Subscribe[a, b]`.
  std::string Describe() const;
};

/// The options of a Kafka source, checked.
struct KafkaSourceOptions {
  TopicSelection topics;
  KafkaSettings settings;  ///< of consumers
  OffsetBound start;
  OffsetBound end;  ///< of a batch query
  bool fail_on_data_loss = true;
  bool include_headers = false;
  std::optional<int64_t> max_offsets_per_trigger;
  std::optional<int64_t> min_offsets_per_trigger;
  int64_t max_trigger_delay_ms = 0;
  int64_t min_partitions = 0;             ///< 0: as many as Kafka has
  int64_t max_records_per_partition = 0;  ///< 0: any number
  int64_t poll_timeout_ms = 0;  ///< how long a task waits for a record that should be there
  int64_t offset_attempts = 0;
  int64_t offset_retry_interval_ms = 0;
  /// The consumer group that messages name: `kafka.group.id`, or one with the prefix
  /// `groupIdPrefix`. Nobody joins it, as the query assigns partitions itself.
  std::string group_id;
  bool is_group_given = false;  ///< by `kafka.group.id`
  /// The group to which committed offsets are copied; "" for none.
  std::string mirror_group;

  static Result<KafkaSourceOptions> ForStream(const Options& options);
  static Result<KafkaSourceOptions> ForBatch(const Options& options);
};

}  // namespace firesteel
