#include "connectors/kafka/kafka_offset_reader.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "common/error.h"
#include "common/logging.h"

namespace firesteel {
namespace {

constexpr int64_t kDefaultPatienceMs = 60'000;
constexpr int kAttemptMs = 1000;
constexpr std::chrono::milliseconds kPauseAfterFailure(50);
// A broker that comes back answers before it has told the client of its partitions again.
constexpr std::chrono::seconds kUnknownAfterReturn(5);

using SteadyClock = std::chrono::steady_clock;

struct PartitionListDeleter {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, PartitionListDeleter>;

PartitionList MakeList(const PartitionOffsets& times) {
  PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(times.size())));
  for (const auto& [partition, time] : times) {
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition)
        ->offset = time;
  }
  return list;
}

bool IsUnknown(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
         error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
         error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
}

Status WrongPartitions(const OffsetBound& bound, bool is_start,
                       const std::vector<TopicPartition>& assigned) {
  std::map<std::string, std::string> parameters = {
      {"specifiedPartitions", JoinPartitions(PartitionsOf(bound.values))},
      {"assignedPartitions", JoinPartitions(assigned)}};
  if (bound.kind == OffsetBound::Kind::kOffsets) {
    return MakeError("KAFKA_START_OFFSET_DOES_NOT_MATCH_ASSIGNED", std::move(parameters));
  }
  parameters["position"] = is_start ? "start" : "end";
  return MakeError("KAFKA_TIMESTAMP_OFFSET_DOES_NOT_MATCH_ASSIGNED", std::move(parameters));
}

}  // namespace

Result<std::unique_ptr<KafkaOffsetReader>> KafkaOffsetReader::Make(
    const KafkaSourceOptions& options) {
  KafkaSettings settings = options.settings;
  settings.erase("group.id");
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<KafkaClient> client,
                        KafkaClient::Make(KafkaClient::Kind::kConsumer, settings));
  std::unique_ptr<KafkaOffsetReader> reader(new KafkaOffsetReader(&options, std::move(client)));
  reader->SetPatience(kDefaultPatienceMs);
  if (options.topics.kind == TopicSelection::Kind::kPattern) {
    ARROW_ASSIGN_OR_RAISE(reader->pattern_, TopicPattern::Make(options.topics.pattern));
  }
  return reader;
}

Status KafkaOffsetReader::Patiently(const std::string& what,
                                    const std::function<rd_kafka_resp_err_t(int)>& step) {
  const auto end = SteadyClock::now() + std::chrono::milliseconds(patience_ms_);
  for (int64_t failures = 0;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - SteadyClock::now()).count();
    const int timeout_ms = static_cast<int>(std::clamp<int64_t>(left, 1, kAttemptMs));
    const rd_kafka_resp_err_t error = step(timeout_ms);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return Status::OK();
    brokers_are_away_ = IsTransientKafkaError(error) && !client_->is_denied();
    if (client_->is_stopped()) return client_->Error(what, error);
    if (!brokers_are_away_ && ++failures >= options_->offset_attempts) {
      return client_->Error(what, error);
    }
    if (client_->is_denied() || SteadyClock::now() >= end) return client_->Error(what, error);
    std::this_thread::sleep_for(kPauseAfterFailure);
  }
}

Result<std::vector<TopicPartition>> KafkaOffsetReader::PartitionsOfTopic(const std::string& topic) {
  KafkaTopicHandle& handle = topics_[topic];
  if (handle == nullptr) {
    handle.reset(rd_kafka_topic_new(client_->handle(), topic.c_str(), nullptr));
    if (handle == nullptr) {
      return client_->Error("The Kafka topic " + topic, rd_kafka_last_error());
    }
  }
  std::vector<TopicPartition> partitions;
  const rd_kafka_metadata_t* metadata = nullptr;
  // A topic just made, or its leader, may not be known to every broker yet.
  const Status status =
      Patiently("The Kafka topic " + topic + " cannot be read", [&](int timeout_ms) {
        if (metadata != nullptr) rd_kafka_metadata_destroy(std::exchange(metadata, nullptr));
        const rd_kafka_resp_err_t error =
            rd_kafka_metadata(client_->handle(), 0, handle.get(), &metadata, timeout_ms);
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;
        return metadata->topic_cnt == 1 ? metadata->topics[0].err
                                        : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
      });
  if (status.ok()) {
    for (int i = 0; i < metadata->topics[0].partition_cnt; ++i) {
      partitions.push_back({topic, metadata->topics[0].partitions[i].id});
    }
  }
  const bool is_gone = metadata != nullptr && metadata->topic_cnt == 1 &&
                       metadata->topics[0].err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
  if (metadata != nullptr) rd_kafka_metadata_destroy(metadata);
  if (!status.ok() && is_gone && !options_->fail_on_data_loss) {
    LogWarning("The Kafka topic " + topic + " does not exist; nothing is read from it.");
    return partitions;
  }
  ARROW_RETURN_NOT_OK(status);
  return partitions;
}

Result<std::vector<TopicPartition>> KafkaOffsetReader::PartitionsOfPattern() {
  const rd_kafka_metadata_t* metadata = nullptr;
  ARROW_RETURN_NOT_OK(Patiently("Kafka's brokers do not tell their topics", [&](int timeout_ms) {
    return rd_kafka_metadata(client_->handle(), /*all_topics=*/1, nullptr, &metadata, timeout_ms);
  }));
  std::vector<TopicPartition> partitions;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = metadata->topics[i];
    if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR || !pattern_->Matches(topic.topic)) continue;
    for (int k = 0; k < topic.partition_cnt; ++k) {
      partitions.push_back({topic.topic, topic.partitions[k].id});
    }
  }
  rd_kafka_metadata_destroy(metadata);
  return partitions;
}

Result<std::vector<TopicPartition>> KafkaOffsetReader::Partitions() {
  std::vector<TopicPartition> partitions;
  switch (options_->topics.kind) {
    case TopicSelection::Kind::kAssign:
      return options_->topics.partitions;
    case TopicSelection::Kind::kPattern: {
      ARROW_ASSIGN_OR_RAISE(partitions, PartitionsOfPattern());
      break;
    }
    case TopicSelection::Kind::kSubscribe:
      for (const std::string& topic : options_->topics.topics) {
        ARROW_ASSIGN_OR_RAISE(const std::vector<TopicPartition> of_topic, PartitionsOfTopic(topic));
        partitions.insert(partitions.end(), of_topic.begin(), of_topic.end());
      }
  }
  std::sort(partitions.begin(), partitions.end());
  partitions.erase(std::unique(partitions.begin(), partitions.end()), partitions.end());
  return partitions;
}

Result<PartitionOffsets> KafkaOffsetReader::OffsetsAt(const PartitionOffsets& times) {
  PartitionOffsets offsets;
  if (times.empty()) return offsets;
  PartitionList list;
  const auto known_again = SteadyClock::now() + kUnknownAfterReturn;
  ARROW_RETURN_NOT_OK(Patiently("Kafka's brokers do not tell offsets", [&](int timeout_ms) {
    list = MakeList(times);
    rd_kafka_resp_err_t error =
        rd_kafka_offsets_for_times(client_->handle(), list.get(), timeout_ms);
    for (int i = 0; i < list->cnt && error == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
      error = list->elems[i].err;
    }
    const bool waits = IsUnknown(error) && SteadyClock::now() < known_again;
    return waits ? RD_KAFKA_RESP_ERR__WAIT_CACHE : error;
  }));
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& element = list->elems[i];
    offsets[{element.topic, element.partition}] =
        element.offset < 0 ? kLatestOffset : element.offset;
  }
  return offsets;
}

Result<PartitionOffsets> KafkaOffsetReader::AllAt(int64_t time) {
  ARROW_ASSIGN_OR_RAISE(const std::vector<TopicPartition> partitions, Partitions());
  PartitionOffsets times;
  for (const TopicPartition& partition : partitions) times[partition] = time;
  return OffsetsAt(times);
}

Result<PartitionOffsets> KafkaOffsetReader::Earliest() { return AllAt(kEarliestOffset); }

Result<PartitionOffsets> KafkaOffsetReader::Latest() { return AllAt(kLatestOffset); }

Result<PartitionOffsets> KafkaOffsetReader::EarliestOf(
    const std::vector<TopicPartition>& partitions) {
  if (partitions.empty()) return PartitionOffsets();
  ARROW_ASSIGN_OR_RAISE(const std::vector<TopicPartition> existing, Partitions());
  PartitionOffsets times;
  for (const TopicPartition& partition : partitions) {
    if (std::binary_search(existing.begin(), existing.end(), partition)) {
      times[partition] = kEarliestOffset;
    }
  }
  return OffsetsAt(times);
}

Result<PartitionOffsets> KafkaOffsetReader::LatestAfter(const PartitionOffsets& known) {
  for (int64_t attempt = 1;; ++attempt) {
    ARROW_ASSIGN_OR_RAISE(PartitionOffsets latest, Latest());
    const bool goes_back = std::any_of(latest.begin(), latest.end(), [&](const auto& entry) {
      const auto before = known.find(entry.first);
      return before != known.end() && before->second > entry.second;
    });
    if (!goes_back || attempt >= options_->offset_attempts) return latest;
    std::this_thread::sleep_for(std::chrono::milliseconds(options_->offset_retry_interval_ms));
  }
}

Result<PartitionOffsets> KafkaOffsetReader::ResolveTimes(const PartitionOffsets& times,
                                                         bool is_start, bool latest_without_match) {
  ARROW_ASSIGN_OR_RAISE(PartitionOffsets offsets, OffsetsAt(times));
  PartitionOffsets ends;
  for (const auto& [partition, offset] : offsets) {
    if (offset != kLatestOffset) continue;
    if (is_start && !latest_without_match) {
      return Status::Invalid("The Kafka partition ", partition.ToString(),
                             " has no record at or after the time ", times.at(partition),
                             " (milliseconds) where reading is to start. The option "
                             "startingOffsetsByTimestampStrategy=latest starts at its end then.");
    }
    ends[partition] = kLatestOffset;
  }
  ARROW_ASSIGN_OR_RAISE(ends, OffsetsAt(ends));
  for (const auto& [partition, offset] : ends) offsets[partition] = offset;
  return offsets;
}

Result<PartitionOffsets> KafkaOffsetReader::Resolve(const OffsetBound& bound, bool is_start) {
  if (bound.kind == OffsetBound::Kind::kEarliest) return Earliest();
  if (bound.kind == OffsetBound::Kind::kLatest) return Latest();
  ARROW_ASSIGN_OR_RAISE(const std::vector<TopicPartition> partitions, Partitions());
  if (bound.kind == OffsetBound::Kind::kTimestamp) {
    PartitionOffsets times;
    for (const TopicPartition& partition : partitions) times[partition] = bound.timestamp_ms;
    return ResolveTimes(times, is_start, bound.latest_without_match);
  }
  if (PartitionsOf(bound.values) != partitions) {
    return WrongPartitions(bound, is_start, partitions);
  }
  if (bound.kind == OffsetBound::Kind::kTimestamps) {
    return ResolveTimes(bound.values, is_start, bound.latest_without_match);
  }
  PartitionOffsets special;
  for (const auto& [partition, offset] : bound.values) {
    if (offset < 0) special[partition] = offset;
  }
  ARROW_ASSIGN_OR_RAISE(special, OffsetsAt(special));
  PartitionOffsets offsets = bound.values;
  for (const auto& [partition, offset] : special) offsets[partition] = offset;
  return offsets;
}

}  // namespace firesteel
