#include "connectors/kafka/available_now.h"

#include <algorithm>

#include "common/error.h"

namespace firesteel {
namespace {

/// Whether a partition that both have is further in `offsets` than in `limit`.
bool GoesBeyond(const PartitionOffsets& offsets, const PartitionOffsets& limit) {
  return std::any_of(offsets.begin(), offsets.end(), [&](const auto& entry) {
    const auto found = limit.find(entry.first);
    return found != limit.end() && entry.second > found->second;
  });
}

}  // namespace

Status CheckEndIsPrefetched(const PartitionOffsets& end, const PartitionOffsets& prefetched) {
  const std::vector<TopicPartition> of_end = PartitionsOf(end);
  const std::vector<TopicPartition> of_prefetched = PartitionsOf(prefetched);
  if (of_end != of_prefetched) {
    return MakeError("MISMATCHED_TOPIC_PARTITIONS_BETWEEN_END_OFFSET_AND_PREFETCHED",
                     {{"tpsForPrefetched", JoinPartitions(of_prefetched)},
                      {"tpsForEndOffset", JoinPartitions(of_end)}});
  }
  if (!GoesBeyond(end, prefetched)) return Status::OK();
  return MakeError("END_OFFSET_HAS_GREATER_OFFSET_FOR_TOPIC_PARTITION_THAN_PREFETCHED",
                   {{"prefetchedOffset", PartitionOffsetsToJson(prefetched)},
                    {"endOffset", PartitionOffsetsToJson(end)}});
}

Status CheckEndIsAvailable(const PartitionOffsets& end, const PartitionOffsets& latest) {
  const bool has_all = std::all_of(
      end.begin(), end.end(), [&](const auto& entry) { return latest.count(entry.first) > 0; });
  if (!has_all) {
    return MakeError("LOST_TOPIC_PARTITIONS_IN_END_OFFSET_WITH_TRIGGER_AVAILABLENOW",
                     {{"tpsForLatestOffset", JoinPartitions(PartitionsOf(latest))},
                      {"tpsForEndOffset", JoinPartitions(PartitionsOf(end))}});
  }
  if (!GoesBeyond(end, latest)) return Status::OK();
  return MakeError(
      "END_OFFSET_HAS_GREATER_OFFSET_FOR_TOPIC_PARTITION_THAN_LATEST_WITH_TRIGGER_AVAILABLENOW",
      {{"latestOffset", PartitionOffsetsToJson(latest)},
       {"endOffset", PartitionOffsetsToJson(end)}});
}

}  // namespace firesteel
