#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>

#include "connectors/kafka/kafka_client.h"
#include "connectors/kafka/kafka_offsets.h"

namespace firesteel {

/// Finds out whether any record is left to see in a range. Offsets of a partition have holes: the
/// markers that end transactions, the records of aborted ones, what compaction removed. A range may
/// end with such a hole, and a fetch that waits for more records tells nothing of it; this asks
/// with a client of its own that is told at once when there is nothing more. Thread-safe.
class TailProbe {
 public:
  explicit TailProbe(const KafkaSettings& fetch_settings);
  ~TailProbe();

  /// The offset of the first record at or after `offset` that can be seen, or where the partition
  /// ends for now; `offset` itself where it could not be found out in time.
  Result<int64_t> NextVisible(const TopicPartition& partition, int64_t offset, int wait_ms);

 private:
  Status Open();

  KafkaSettings settings_;
  std::mutex mutex_;
  std::condition_variable done_;
  std::unique_ptr<KafkaClient> client_;  // guarded by mutex_
  std::set<TopicPartition> asked_;       // guarded by mutex_
};

}  // namespace firesteel
