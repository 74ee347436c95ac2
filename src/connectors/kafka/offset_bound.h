#pragma once

#include <cstdint>

#include "connectors/kafka/kafka_offsets.h"
#include "firesteel/connector/table.h"

namespace firesteel {

/// Where reading begins or ends, as the options say it; offsets become known when brokers are
/// asked.
struct OffsetBound {
  enum class Kind {
    kEarliest,
    kLatest,
    kOffsets,     ///< one for each partition; kEarliestOffset and kLatestOffset among them
    kTimestamps,  ///< for each partition, the first record at or after a time
    kTimestamp    ///< the same time for all
  };
  Kind kind = Kind::kLatest;
  PartitionOffsets values;   ///< kOffsets, kTimestamps (milliseconds)
  int64_t timestamp_ms = 0;  ///< kTimestamp
  /// Whether a start without a record at or after its time is the latest offset, not an error.
  bool latest_without_match = false;

  /// From startingTimestamp, else startingOffsetsByTimestamp, else startingOffsets.
  static Result<OffsetBound> OfStart(const Options& options, Kind otherwise);
  /// From endingTimestamp, else endingOffsetsByTimestamp, else endingOffsets.
  static Result<OffsetBound> OfEnd(const Options& options);
};

/// What a batch query asks of its bounds. Errors: a start at `latest`, an end at `earliest`, a
/// start after its end, other partitions in one than in the other.
Status CheckBatchBounds(const OffsetBound& start, const OffsetBound& end);

}  // namespace firesteel
