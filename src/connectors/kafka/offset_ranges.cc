#include "connectors/kafka/offset_ranges.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace firesteel {
namespace {

/// How many of `pieces` a range of `size` among `total` gets.
int64_t ShareOf(int64_t size, int64_t total, int64_t pieces) {
  const double share =
      static_cast<double>(size) / static_cast<double>(total) * static_cast<double>(pieces);
  return std::max<int64_t>(std::llround(share), 1);
}

void AppendPieces(const OffsetRange& range, int64_t pieces, std::vector<OffsetRange>* out) {
  pieces = std::min(pieces, range.size());
  int64_t from = range.from;
  for (int64_t left = pieces; left > 0; --left) {
    // The last piece takes what division leaves over.
    const int64_t until = from + (range.until - from) / left;
    out->push_back({range.partition, from, until});
    from = until;
  }
}

int64_t TotalSize(const std::vector<OffsetRange>& ranges) {
  int64_t total = 0;
  for (const OffsetRange& range : ranges) total += range.size();
  return total;
}

std::vector<OffsetRange> SplitToPieces(const std::vector<OffsetRange>& ranges,
                                       int64_t min_partitions) {
  // Small ranges are not cut; the large ones share the pieces that these leave.
  const int64_t total = TotalSize(ranges);
  std::vector<OffsetRange> large;
  for (const OffsetRange& range : ranges) {
    if (ShareOf(range.size(), total, min_partitions) > 1) large.push_back(range);
  }
  const int64_t whole = static_cast<int64_t>(ranges.size() - large.size());
  const int64_t large_total = TotalSize(large);
  const int64_t large_pieces = std::max<int64_t>(min_partitions - whole, 1);
  std::vector<OffsetRange> pieces;
  for (const OffsetRange& range : ranges) {
    const bool is_large = ShareOf(range.size(), total, min_partitions) > 1;
    AppendPieces(range, is_large ? ShareOf(range.size(), large_total, large_pieces) : 1, &pieces);
  }
  return pieces;
}

}  // namespace

std::vector<OffsetRange> SplitRanges(std::vector<OffsetRange> ranges, int64_t min_partitions,
                                     int64_t max_records) {
  std::erase_if(ranges, [](const OffsetRange& range) { return range.size() <= 0; });
  if (max_records > 0) {
    std::vector<OffsetRange> pieces;
    for (const OffsetRange& range : ranges) {
      AppendPieces(range, (range.size() - 1) / max_records + 1, &pieces);
    }
    ranges = std::move(pieces);
  }
  if (min_partitions > static_cast<int64_t>(ranges.size()) && !ranges.empty()) {
    ranges = SplitToPieces(ranges, min_partitions);
  }
  return ranges;
}

PartitionOffsets LimitOffsets(const PartitionOffsets& from, const PartitionOffsets& until,
                              int64_t limit) {
  double total = 0;
  for (const auto& [partition, end] : until) {
    const auto begin = from.find(partition);
    if (begin != from.end() && end > begin->second) {
      total += static_cast<double>(end - begin->second);
    }
  }
  if (total < 1) return until;
  PartitionOffsets limited = until;
  for (auto& [partition, end] : limited) {
    const auto begin = from.find(partition);
    if (begin == from.end() || end <= begin->second) continue;
    const double share =
        static_cast<double>(limit) * (static_cast<double>(end - begin->second) / total);
    const double rows = share < 1 ? std::ceil(share) : std::floor(share);
    // Compared as numbers that cannot overflow.
    if (rows < static_cast<double>(end - begin->second)) {
      end = begin->second + static_cast<int64_t>(rows);
    }
  }
  return limited;
}

}  // namespace firesteel
