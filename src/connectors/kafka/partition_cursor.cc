#include "connectors/kafka/partition_cursor.h"

#include <algorithm>
#include <utility>

namespace firesteel {

Result<std::unique_ptr<PartitionCursor>> PartitionCursor::Start(
    KafkaClient* client, const TopicPartition& partition, int64_t offset,
    const std::function<void()>* on_arrival) {
  std::unique_ptr<PartitionCursor> cursor(new PartitionCursor(client, partition));
  cursor->on_arrival_ = on_arrival;
  cursor->topic_.reset(rd_kafka_topic_new(client->handle(), partition.topic.c_str(), nullptr));
  if (cursor->topic_ == nullptr) {
    return client->Error("The Kafka topic " + partition.topic, rd_kafka_last_error());
  }
  ARROW_RETURN_NOT_OK(cursor->Begin(offset));
  return cursor;
}

PartitionCursor::~PartitionCursor() { End(); }

Status PartitionCursor::Begin(int64_t offset) {
  queue_ = rd_kafka_queue_new(client_->handle());
  if (on_arrival_ != nullptr) {
    rd_kafka_queue_cb_event_enable(
        queue_,
        [](rd_kafka_t*, void* opaque) { (*static_cast<const std::function<void()>*>(opaque))(); },
        const_cast<std::function<void()>*>(on_arrival_));
  }
  if (rd_kafka_consume_start_queue(topic_.get(), partition_.partition, offset, queue_) != 0) {
    const rd_kafka_resp_err_t error = rd_kafka_last_error();
    rd_kafka_queue_destroy(std::exchange(queue_, nullptr));
    return client_->Error("The Kafka partition " + partition_.ToString() + " cannot be read",
                          error);
  }
  position_ = offset;
  return Status::OK();
}

void PartitionCursor::End() {
  if (queue_ == nullptr) return;
  put_back_.clear();
  rd_kafka_queue_cb_event_enable(queue_, nullptr, nullptr);
  rd_kafka_consume_stop(topic_.get(), partition_.partition);
  rd_kafka_queue_destroy(std::exchange(queue_, nullptr));
}

Status PartitionCursor::Restart(int64_t offset) {
  End();
  return Begin(offset);
}

void PartitionCursor::Take(size_t count, int wait_ms, std::vector<KafkaMessage>* messages) {
  while (count > 0 && !put_back_.empty()) {
    messages->push_back(std::move(put_back_.back()));
    put_back_.pop_back();
    --count;
    wait_ms = 0;
  }
  if (count == 0) return;
  std::vector<rd_kafka_message_t*> taken(count);
  // A batch waits its whole time to become full, so only a single message is waited for.
  ssize_t got = rd_kafka_consume_batch_queue(queue_, 0, taken.data(), count);
  if (got <= 0 && wait_ms > 0) {
    taken[0] = rd_kafka_consume_queue(queue_, wait_ms);
    got = taken[0] == nullptr ? 0 : 1;
    if (got == 1 && count > 1) {
      got += std::max<ssize_t>(rd_kafka_consume_batch_queue(queue_, 0, taken.data() + 1, count - 1),
                               0);
    }
  }
  for (ssize_t i = 0; i < got; ++i) messages->emplace_back(taken[i]);
}

void PartitionCursor::AwaitArrival() {
  if (!put_back_.empty()) return;
  std::vector<KafkaMessage> early;
  Take(1, 0, &early);
  PutBack(std::move(early));
}

void PartitionCursor::PutBack(std::vector<KafkaMessage> messages) {
  while (!messages.empty()) {
    put_back_.push_back(std::move(messages.back()));
    messages.pop_back();
  }
}

}  // namespace firesteel
