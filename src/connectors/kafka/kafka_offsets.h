#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/error.h"

namespace firesteel {

/// A partition of a topic.
struct TopicPartition {
  std::string topic;
  int32_t partition = 0;

  auto operator<=>(const TopicPartition&) const = default;
  /// As Kafka writes it: `events-3`.
  std::string ToString() const;
};

/// An offset, or a point in time, for each partition. An offset is that of the next record to read.
using PartitionOffsets = std::map<TopicPartition, int64_t>;

/// What stands for an offset in options.
inline constexpr int64_t kLatestOffset = -1;
inline constexpr int64_t kEarliestOffset = -2;

/// The text that checkpoints and options hold:
///
///   {"<topic>":{"<partition>":<offset>,…},…}      sorted, no spaces
std::string PartitionOffsetsToJson(const PartitionOffsets& offsets);
/// Errors: any other text, a partition or an offset that is no whole number.
Result<PartitionOffsets> PartitionOffsetsFromJson(std::string_view json);

/// Reads the option `assign`: {"<topic>":[<partition>,…],…}. Sorted, each once.
Result<std::vector<TopicPartition>> AssignmentFromJson(std::string_view json);

/// `events-0, events-1`, for messages.
std::string JoinPartitions(const std::vector<TopicPartition>& partitions);
std::vector<TopicPartition> PartitionsOf(const PartitionOffsets& offsets);

}  // namespace firesteel
