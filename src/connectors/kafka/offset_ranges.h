#pragma once

#include <cstdint>
#include <vector>

#include "connectors/kafka/kafka_offsets.h"
#include "firesteel/connector/source.h"

namespace firesteel {

/// The offsets from `from` up to, not including, `until` of a partition: what one task reads.
struct OffsetRange {
  TopicPartition partition;
  int64_t from = 0;
  int64_t until = 0;

  int64_t size() const { return until - from; }
  bool operator==(const OffsetRange&) const = default;
};

struct KafkaInputPartition final : InputPartition {
  explicit KafkaInputPartition(OffsetRange r) : range(std::move(r)) {}
  OffsetRange range;
};

/// Cuts ranges so that none has more than `max_records` offsets and that there are about
/// `min_partitions` of them; 0 asks for nothing. Small ranges stay whole, empty ones are dropped.
std::vector<OffsetRange> SplitRanges(std::vector<OffsetRange> ranges, int64_t min_partitions,
                                     int64_t max_records);

/// Where a batch of at most `limit` offsets ends that begins at `from` and could go on to `until`:
/// each partition gives in proportion to what it has, and at least one.
PartitionOffsets LimitOffsets(const PartitionOffsets& from, const PartitionOffsets& until,
                              int64_t limit);

}  // namespace firesteel
