#include "connectors/kafka/offset_bound.h"

#include <charconv>
#include <string>
#include <utility>

#include "common/error.h"
#include "types/type_lexer.h"

namespace firesteel {
namespace {

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() <= ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() <= ' ') text.remove_suffix(1);
  return text;
}

Result<int64_t> ParseTimestamp(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Status::Invalid("A Kafka timestamp is a number of milliseconds, not '", text, "'.");
  }
  return number;
}

struct BoundOptions {
  const char* timestamp;
  const char* timestamps;
  const char* offsets;
};

Result<OffsetBound> ParseBound(const Options& options, const BoundOptions& names,
                               OffsetBound::Kind otherwise) {
  OffsetBound bound;
  const std::string strategy =
      AsciiLowerCase(options.GetOr("startingOffsetsByTimestampStrategy", "error"));
  if (strategy != "error" && strategy != "latest") {
    return MakeError("INVALID_OPTION_VALUE", {{"option", "startingOffsetsByTimestampStrategy"},
                                              {"value", "'" + strategy + "'"},
                                              {"reason", "it is neither error nor latest"}});
  }
  bound.latest_without_match = strategy == "latest";
  if (const std::optional<std::string> timestamp = options.Get(names.timestamp)) {
    bound.kind = OffsetBound::Kind::kTimestamp;
    ARROW_ASSIGN_OR_RAISE(bound.timestamp_ms, ParseTimestamp(Trim(*timestamp)));
    return bound;
  }
  if (const std::optional<std::string> timestamps = options.Get(names.timestamps)) {
    bound.kind = OffsetBound::Kind::kTimestamps;
    ARROW_ASSIGN_OR_RAISE(bound.values, PartitionOffsetsFromJson(Trim(*timestamps)));
    return bound;
  }
  const std::optional<std::string> offsets = options.Get(names.offsets);
  bound.kind = otherwise;
  if (!offsets) return bound;
  const std::string lower = AsciiLowerCase(Trim(*offsets));
  if (lower == "earliest") {
    bound.kind = OffsetBound::Kind::kEarliest;
  } else if (lower == "latest") {
    bound.kind = OffsetBound::Kind::kLatest;
  } else {
    bound.kind = OffsetBound::Kind::kOffsets;
    ARROW_ASSIGN_OR_RAISE(bound.values, PartitionOffsetsFromJson(Trim(*offsets)));
  }
  return bound;
}

Status CheckSamePartitions(const OffsetBound& start, const OffsetBound& end) {
  const std::vector<TopicPartition> of_start = PartitionsOf(start.values);
  const std::vector<TopicPartition> of_end = PartitionsOf(end.values);
  if (of_start != of_end) {
    return MakeError("MISMATCHED_TOPIC_PARTITIONS_BETWEEN_START_OFFSET_AND_END_OFFSET",
                     {{"tpsForStartOffset", JoinPartitions(of_start)},
                      {"tpsForEndOffset", JoinPartitions(of_end)}});
  }
  for (const auto& [partition, from] : start.values) {
    const int64_t until = end.values.at(partition);
    if (from > until && from >= 0 && until >= 0) {
      return MakeError("UNRESOLVED_START_OFFSET_GREATER_THAN_END_OFFSET",
                       {{"startOffset", std::to_string(from)},
                        {"endOffset", std::to_string(until)},
                        {"topic", partition.topic},
                        {"partition", std::to_string(partition.partition)}});
    }
  }
  return Status::OK();
}

/// Errors: `special`, which is called `name`, stands among the offsets of `bound`.
Status CheckHasNo(const OffsetBound& bound, int64_t special, const char* option, const char* name) {
  if (bound.kind != OffsetBound::Kind::kOffsets) return Status::OK();
  for (const auto& [partition, offset] : bound.values) {
    if (offset == special) {
      return Status::Invalid("A batch query on Kafka cannot have ", option, " ", name, " for ",
                             partition.ToString(), ".");
    }
  }
  return Status::OK();
}

}  // namespace

Result<OffsetBound> OffsetBound::OfStart(const Options& options, Kind otherwise) {
  return ParseBound(options, {"startingTimestamp", "startingOffsetsByTimestamp", "startingOffsets"},
                    otherwise);
}

Result<OffsetBound> OffsetBound::OfEnd(const Options& options) {
  return ParseBound(options, {"endingTimestamp", "endingOffsetsByTimestamp", "endingOffsets"},
                    Kind::kLatest);
}

Status CheckBatchBounds(const OffsetBound& start, const OffsetBound& end) {
  if (start.kind == OffsetBound::Kind::kLatest) {
    return Status::Invalid("A batch query on Kafka cannot start at the latest offset.");
  }
  if (end.kind == OffsetBound::Kind::kEarliest) {
    return Status::Invalid("A batch query on Kafka cannot end at the earliest offset.");
  }
  ARROW_RETURN_NOT_OK(CheckHasNo(start, kLatestOffset, "startingOffsets", "latest"));
  ARROW_RETURN_NOT_OK(CheckHasNo(end, kEarliestOffset, "endingOffsets", "earliest"));
  const bool comparable = start.kind == end.kind && (start.kind == OffsetBound::Kind::kOffsets ||
                                                     start.kind == OffsetBound::Kind::kTimestamps);
  return comparable ? CheckSamePartitions(start, end) : Status::OK();
}

}  // namespace firesteel
