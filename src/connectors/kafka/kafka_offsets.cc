#include "connectors/kafka/kafka_offsets.h"

#include <charconv>
#include <limits>
#include <set>

#include "common/json_text.h"
#include "nlohmann/json.hpp"

namespace firesteel {
namespace {

Status NotOffsets(std::string_view json) {
  return Status::Invalid("Offsets of Kafka partitions are written as ",
                         R"({"topicA":{"0":23,"1":-1},"topicB":{"0":-2}})", ", not as ", json);
}

Status NotAssignment(std::string_view json) {
  return Status::Invalid("Kafka partitions are written as ", R"({"topicA":[0,1],"topicB":[0]})",
                         ", not as ", json);
}

Result<int32_t> ParsePartition(const std::string& text, std::string_view json) {
  int32_t partition = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, partition);
  if (error != std::errc() || stop != end || partition < 0) return NotOffsets(json);
  return partition;
}

}  // namespace

std::string TopicPartition::ToString() const { return topic + "-" + std::to_string(partition); }

std::string PartitionOffsetsToJson(const PartitionOffsets& offsets) {
  std::string json = "{";
  const std::string* topic = nullptr;
  for (const auto& [partition, offset] : offsets) {
    if (topic == nullptr || *topic != partition.topic) {
      if (topic != nullptr) json += "},";
      AppendJsonString(partition.topic, &json);
      json += ":{";
      topic = &partition.topic;
    } else {
      json += ',';
    }
    json += '"' + std::to_string(partition.partition) + "\":" + std::to_string(offset);
  }
  return json + (topic != nullptr ? "}}" : "}");
}

Result<PartitionOffsets> PartitionOffsetsFromJson(std::string_view json) {
  const nlohmann::json parsed = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) return NotOffsets(json);
  PartitionOffsets offsets;
  for (const auto& [topic, partitions] : parsed.items()) {
    if (!partitions.is_object()) return NotOffsets(json);
    for (const auto& [partition, offset] : partitions.items()) {
      ARROW_ASSIGN_OR_RAISE(const int32_t number, ParsePartition(partition, json));
      if (!offset.is_number_integer()) return NotOffsets(json);
      if (offset.is_number_unsigned() &&
          offset.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
        return NotOffsets(json);
      }
      offsets[{topic, number}] = offset.get<int64_t>();
    }
  }
  return offsets;
}

Result<std::vector<TopicPartition>> AssignmentFromJson(std::string_view json) {
  const nlohmann::json parsed = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) return NotAssignment(json);
  std::set<TopicPartition> partitions;
  for (const auto& [topic, numbers] : parsed.items()) {
    if (!numbers.is_array()) return NotAssignment(json);
    for (const nlohmann::json& number : numbers) {
      if (!number.is_number_unsigned() ||
          number.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int32_t>::max())) {
        return NotAssignment(json);
      }
      partitions.insert({topic, static_cast<int32_t>(number.get<uint64_t>())});
    }
  }
  return std::vector<TopicPartition>(partitions.begin(), partitions.end());
}

std::string JoinPartitions(const std::vector<TopicPartition>& partitions) {
  std::string text;
  for (const TopicPartition& partition : partitions) {
    text += (text.empty() ? "" : ", ") + partition.ToString();
  }
  return text;
}

std::vector<TopicPartition> PartitionsOf(const PartitionOffsets& offsets) {
  std::vector<TopicPartition> partitions;
  for (const auto& [partition, offset] : offsets) partitions.push_back(partition);
  return partitions;
}

}  // namespace firesteel
