#include "connectors/kafka/epoch_marker.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

namespace firesteel {
namespace {

constexpr std::string_view kMarkerStart = "firesteel epoch=";
constexpr int kRequestMs = 5000;
constexpr int kPollMs = 100;
/// librdkafka gives a transaction up whose marker is not there in this time, and asks a coordinator
/// that is not ready again after half a second. A query that is stopped meanwhile waits for it.
constexpr int kMarkerStepMs = 2000;
constexpr std::chrono::milliseconds kRetryPause(50);

/// The settings that say where the brokers are and who asks.
KafkaSettings ConnectionSettings(const KafkaSettings& settings) {
  KafkaSettings connection;
  for (const auto& [name, value] : settings) {
    if (name.starts_with("ssl.") || name.starts_with("sasl.") || name.starts_with("socket.") ||
        name == "security.protocol" || name == "bootstrap.servers" || name == "client.id") {
      connection[name] = value;
    }
  }
  return connection;
}

struct AdminObjects {
  explicit AdminObjects(rd_kafka_t* handle, const std::string& group)
      : queue(rd_kafka_queue_new(handle)),
        options(rd_kafka_AdminOptions_new(handle, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS)),
        request(rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), nullptr)) {}
  ~AdminObjects() {
    if (event != nullptr) rd_kafka_event_destroy(event);
    rd_kafka_ListConsumerGroupOffsets_destroy(request);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
  }
  AdminObjects(const AdminObjects&) = delete;
  AdminObjects& operator=(const AdminObjects&) = delete;

  rd_kafka_queue_t* queue;
  rd_kafka_AdminOptions_t* options;
  rd_kafka_ListConsumerGroupOffsets_t* request;
  rd_kafka_event_t* event = nullptr;
};

struct Answer {
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__TIMED_OUT;
  std::optional<int64_t> epoch;
};

Answer Ask(const KafkaClient& client, const std::string& group) {
  rd_kafka_t* handle = client.handle();
  AdminObjects admin(handle, group);
  char reason[256];
  rd_kafka_AdminOptions_set_request_timeout(admin.options, kRequestMs, reason, sizeof(reason));
  // An offset that a transaction is about to commit must be waited for, not overlooked.
  if (rd_kafka_error_t* error =
          rd_kafka_AdminOptions_set_require_stable_offsets(admin.options, 1)) {
    rd_kafka_error_destroy(error);
  }
  rd_kafka_ListConsumerGroupOffsets(handle, &admin.request, 1, admin.options, admin.queue);
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(2 * kRequestMs);
  while (admin.event == nullptr && !client.is_stopped() && std::chrono::steady_clock::now() < end) {
    admin.event = rd_kafka_queue_poll(admin.queue, kPollMs);
  }
  Answer answer;
  if (admin.event == nullptr) return answer;
  answer.error = rd_kafka_event_error(admin.event);
  if (answer.error != RD_KAFKA_RESP_ERR_NO_ERROR) return answer;
  size_t count = 0;
  const rd_kafka_group_result_t** groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
      rd_kafka_event_ListConsumerGroupOffsets_result(admin.event), &count);
  for (size_t i = 0; i < count; ++i) {
    if (const rd_kafka_error_t* error = rd_kafka_group_result_error(groups[i])) {
      answer.error = rd_kafka_error_code(error);
      return answer;
    }
    const rd_kafka_topic_partition_list_t* list = rd_kafka_group_result_partitions(groups[i]);
    for (int k = 0; list != nullptr && k < list->cnt; ++k) {
      const rd_kafka_topic_partition_t& element = list->elems[k];
      if (element.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        answer.error = element.err;
        return answer;
      }
      const std::optional<int64_t> epoch =
          EpochOfMarker({static_cast<const char*>(element.metadata), element.metadata_size});
      if (epoch) answer.epoch = std::max(answer.epoch.value_or(*epoch), *epoch);
    }
  }
  return answer;
}

}  // namespace

std::string EpochMarkerText(int64_t epoch) {
  return std::string(kMarkerStart) + std::to_string(epoch);
}

std::optional<int64_t> EpochOfMarker(std::string_view text) {
  if (!text.starts_with(kMarkerStart)) return std::nullopt;
  text.remove_prefix(kMarkerStart.size());
  int64_t epoch = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return epoch;
}

Result<std::unique_ptr<EpochMarker>> EpochMarker::Make(const KafkaSettings& settings,
                                                       const std::string& query_id,
                                                       const std::atomic<bool>* stopped) {
  const std::string group = "firesteel-sink-" + query_id;
  KafkaSettings connection = ConnectionSettings(settings);
  // Makes librdkafka know a group, without which it (2.0.2) dies of a coordinator that is not
  // ready.
  connection["group.id"] = group;
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<KafkaClient> client,
                        KafkaClient::Make(KafkaClient::Kind::kConsumer, connection));
  client->StopWhen(stopped);
  return std::unique_ptr<EpochMarker>(new EpochMarker(std::move(client), group));
}

Result<std::optional<int64_t>> EpochMarker::Read(int64_t patience_ms) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  while (true) {
    const Answer answer = Ask(*client_, group_);
    if (answer.error == RD_KAFKA_RESP_ERR_NO_ERROR) return answer.epoch;
    if (answer.error == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND) return std::nullopt;
    if (!IsTransientKafkaError(answer.error) || client_->is_denied() || client_->is_stopped() ||
        std::chrono::steady_clock::now() >= end) {
      return client_->Error("Kafka does not tell which batches it has of the query", answer.error);
    }
    std::this_thread::sleep_for(kRetryPause);
  }
}

Status EpochMarker::AddToTransaction(KafkaClient* producer, const std::string& topic, int64_t epoch,
                                     int64_t patience_ms) {
  rd_kafka_topic_partition_list_t* offsets = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_t* offset = rd_kafka_topic_partition_list_add(offsets, topic.c_str(), 0);
  offset->offset = epoch + 1;
  // librdkafka frees it with the list.
  const std::string text = EpochMarkerText(epoch);
  offset->metadata = strndup(text.data(), text.size());
  offset->metadata_size = text.size();
  rd_kafka_consumer_group_metadata_t* group = rd_kafka_consumer_group_metadata_new(group_.c_str());
  rd_kafka_error_t* const error = producer->Persist(patience_ms, [&] {
    return rd_kafka_send_offsets_to_transaction(producer->handle(), offsets, group, kMarkerStepMs);
  });
  rd_kafka_consumer_group_metadata_destroy(group);
  rd_kafka_topic_partition_list_destroy(offsets);
  return producer->Error(
      "The marker of batch " + std::to_string(epoch) + " could not be put into its transaction",
      error);
}

}  // namespace firesteel
