#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "firesteel/connector/source.h"
#include "firesteel/types.h"

namespace firesteel {

/// The numbers [first, end) and when each of them comes: the n-th `n * ms_per_value` milliseconds
/// after `start_ms`.
struct RateRange {
  int64_t first = 0;
  int64_t end = 0;
  int64_t start_ms = 0;
  double ms_per_value = 0;
};

/// `timestamp TIMESTAMP, value BIGINT`: what both rate sources give.
Schema RateSchema();

/// Deals a range out to `partitions` partitions like cards: partition p gets first + p, first + p +
/// partitions, …
std::vector<std::shared_ptr<const InputPartition>> DealRange(const RateRange& range,
                                                             int64_t partitions);

/// Reads a partition that DealRange made; `columns` are some of RateSchema's.
std::unique_ptr<BatchReader> NewRateReader(const InputPartition& partition, Schema columns,
                                           const ReadContext& context);

}  // namespace firesteel
