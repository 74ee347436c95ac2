#include "connectors/kafka/offset_mirror.h"

#include <utility>

#include "common/logging.h"

namespace firesteel {
namespace {

constexpr int kLastAnswerMs = 1000;

}  // namespace

OffsetMirror::OffsetMirror(std::unique_ptr<KafkaClient> client)
    : client_(std::move(client)), answers_(rd_kafka_queue_new(client_->handle())) {}

OffsetMirror::~OffsetMirror() {
  TakeAnswers(kLastAnswerMs);
  rd_kafka_queue_destroy(answers_);
}

Result<std::unique_ptr<OffsetMirror>> OffsetMirror::Make(KafkaSettings settings,
                                                         const std::string& group) {
  settings["group.id"] = group;
  settings["enable.auto.commit"] = "false";
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<KafkaClient> client,
                        KafkaClient::Make(KafkaClient::Kind::kConsumer, settings));
  return std::unique_ptr<OffsetMirror>(new OffsetMirror(std::move(client)));
}

void OffsetMirror::Copy(const PartitionOffsets& offsets) {
  rd_kafka_topic_partition_list_t* list =
      rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size()));
  for (const auto& [partition, offset] : offsets) {
    rd_kafka_topic_partition_list_add(list, partition.topic.c_str(), partition.partition)->offset =
        offset;
  }
  TakeAnswers(0);
  const rd_kafka_resp_err_t error =
      rd_kafka_commit_queue(client_->handle(), list, answers_, nullptr, nullptr);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) ++unanswered_;
  rd_kafka_topic_partition_list_destroy(list);
}

void OffsetMirror::TakeAnswers(int wait_ms) {
  while (unanswered_ > 0) {
    rd_kafka_event_t* event = rd_kafka_queue_poll(answers_, wait_ms);
    if (event == nullptr) return;
    --unanswered_;
    const rd_kafka_resp_err_t error = rd_kafka_event_error(event);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      LogWarning(std::string("A Kafka group was not told how far the query is: ") +
                 rd_kafka_err2str(error));
    }
    rd_kafka_event_destroy(event);
  }
}

}  // namespace firesteel
