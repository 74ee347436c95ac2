#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "connectors/kafka/kafka_source_options.h"
#include "connectors/kafka/partition_cursor.h"
#include "connectors/kafka/tail_probe.h"

namespace firesteel {

/// The cursors of a source. They live from one batch to the next, so that the next batch finds its
/// records fetched already. A partition that several tasks read at once gets more clients.
/// Thread-safe.
class CursorPool {
 public:
  explicit CursorPool(const KafkaSourceOptions& options);
  ~CursorPool();

  /// `on_arrival` is called, from any thread, when a cursor that waited has records. To be set
  /// before any cursor is made.
  void SetOnArrival(std::function<void()> on_arrival) { on_arrival_ = std::move(on_arrival); }

  /// A cursor at `offset`, for one task; to be given back.
  Result<std::unique_ptr<PartitionCursor>> Acquire(const TopicPartition& partition, int64_t offset);
  void Release(std::unique_ptr<PartitionCursor> cursor, bool is_sound);
  /// Makes a cursor wait at each of the offsets, so that new records are noticed.
  Status WaitAt(const PartitionOffsets& offsets);
  TailProbe* probe() { return &probe_; }

 private:
  struct ClientSlot {
    std::unique_ptr<KafkaClient> client;
    std::set<TopicPartition> in_use;  // has a cursor, lent or idle
  };
  Result<std::unique_ptr<PartitionCursor>> NewCursor(const TopicPartition& partition,
                                                     int64_t offset);
  Result<ClientSlot*> SlotWithout(const TopicPartition& partition);

  KafkaSettings settings_;
  std::function<void()> on_arrival_;
  std::mutex mutex_;
  std::vector<ClientSlot> slots_;                                    // guarded by mutex_
  std::map<TopicPartition, std::unique_ptr<PartitionCursor>> idle_;  // guarded by mutex_
  TailProbe probe_;
};

}  // namespace firesteel
