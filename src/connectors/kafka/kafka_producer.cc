#include "connectors/kafka/kafka_producer.h"

#include <utility>

namespace firesteel {
namespace {

constexpr int kPollMs = 100;
constexpr int64_t kRowsBetweenPolls = 1024;

/// Why there is no use in waiting for deliveries any more; OK as long as there is.
Status WaitingStatus(const KafkaClient& client) {
  if (client.is_stopped()) {
    return Status::Cancelled("Records were not waited for to be delivered: the query was stopped.");
  }
  if (!client.is_denied()) return Status::OK();
  return client.Error("Records cannot be delivered",
                      std::string("the brokers and the client do not trust each other"));
}

/// The headers of a row, which a record that is taken owns.
rd_kafka_headers_t* MakeHeaders(const RecordBatchView& records, int64_t row) {
  const auto [begin, end] = records.HeaderRange(row);
  if (begin == end) return nullptr;
  rd_kafka_headers_t* headers = rd_kafka_headers_new(static_cast<size_t>(end - begin));
  for (int64_t i = begin; i < end; ++i) {
    const std::string_view name = records.HeaderName(i);
    const RecordBatchView::Bytes value = records.HeaderValue(i);
    rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data,
                        static_cast<ssize_t>(value.size));
  }
  return headers;
}

}  // namespace

Result<std::unique_ptr<KafkaProducer>> KafkaProducer::Make(const KafkaSettings& settings) {
  KafkaSettings with_reports = settings;
  // Every record is delivered or has failed by the end of Flush; only failures need a word.
  with_reports["delivery.report.only.error"] = "true";
  std::unique_ptr<KafkaProducer> producer(new KafkaProducer());
  ARROW_ASSIGN_OR_RAISE(
      producer->client_,
      KafkaClient::Make(KafkaClient::Kind::kProducer, with_reports, &KafkaProducer::OnDelivery));
  return producer;
}

KafkaProducer::~KafkaProducer() {
  if (client_ == nullptr) return;
  rd_kafka_purge(client_->handle(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(client_->handle(), 0);
}

void KafkaProducer::OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  auto* producer = static_cast<KafkaProducer*>(message->_private);
  if (producer == nullptr || message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const std::lock_guard lock(producer->mutex_);
  if (producer->failure_ != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  producer->failure_ = message->err;
  producer->failed_topic_ = message->rkt == nullptr ? "" : rd_kafka_topic_name(message->rkt);
}

rd_kafka_topic_t* KafkaProducer::TopicOf(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (first_topic_.empty()) first_topic_ = name;
  const auto found = topics_.find(name);
  if (found != topics_.end()) return found->second.get();
  KafkaTopicHandle topic(rd_kafka_topic_new(client_->handle(), std::string(name).c_str(), nullptr));
  rd_kafka_topic_t* handle = topic.get();
  if (handle != nullptr) topics_.emplace(name, std::move(topic));
  return handle;
}

Status KafkaProducer::SendOne(const RecordBatchView& records, int64_t row,
                              rd_kafka_topic_t* topic) {
  const RecordBatchView::Bytes key = records.Key(row);
  const RecordBatchView::Bytes payload = records.Payload(row);
  rd_kafka_headers_t* headers = MakeHeaders(records, row);
  rd_kafka_vu_t values[7];
  values[0].vtype = RD_KAFKA_VTYPE_RKT;
  values[0].u.rkt = topic;
  values[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  values[1].u.i32 = records.Partition(row).value_or(RD_KAFKA_PARTITION_UA);
  values[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  values[2].u.i = RD_KAFKA_MSG_F_COPY;
  values[3].vtype = RD_KAFKA_VTYPE_KEY;
  values[3].u.mem = {const_cast<void*>(key.data), key.size};
  values[4].vtype = RD_KAFKA_VTYPE_VALUE;
  values[4].u.mem = {const_cast<void*>(payload.data), payload.size};
  values[5].vtype = RD_KAFKA_VTYPE_OPAQUE;
  values[5].u.ptr = this;
  values[6].vtype = RD_KAFKA_VTYPE_HEADERS;
  values[6].u.headers = headers;
  const size_t count = headers == nullptr ? 6 : 7;
  while (true) {
    rd_kafka_error_t* error = rd_kafka_produceva(client_->handle(), values, count);
    if (error == nullptr) return Status::OK();
    if (rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      rd_kafka_error_destroy(error);
      rd_kafka_poll(client_->handle(), kPollMs);
      Status delivered = WaitingStatus(*client_);
      if (delivered.ok()) delivered = DeliveryStatus();
      if (delivered.ok()) continue;
      if (headers != nullptr) rd_kafka_headers_destroy(headers);
      return delivered;
    }
    if (headers != nullptr) rd_kafka_headers_destroy(headers);
    return client_->Error(
        std::string("A record cannot be sent to the Kafka topic ") + rd_kafka_topic_name(topic),
        error);
  }
}

Status KafkaProducer::Send(const RecordBatchView& records) {
  rd_kafka_topic_t* topic = nullptr;
  std::string_view topic_name;
  for (int64_t row = 0; row < records.size(); ++row) {
    ARROW_ASSIGN_OR_RAISE(const std::string_view name, records.Topic(row));
    if (topic == nullptr || name != topic_name) {
      topic = TopicOf(name);
      topic_name = name;
      if (topic == nullptr) {
        return client_->Error("The Kafka topic " + std::string(name), rd_kafka_last_error());
      }
    }
    ARROW_RETURN_NOT_OK(SendOne(records, row, topic));
    if (row % kRowsBetweenPolls == 0) rd_kafka_poll(client_->handle(), 0);
  }
  return DeliveryStatus();
}

Status KafkaProducer::Flush() {
  // Ends: each record is delivered or has failed after delivery.timeout.ms.
  while (rd_kafka_flush(client_->handle(), kPollMs) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    ARROW_RETURN_NOT_OK(WaitingStatus(*client_));
  }
  return DeliveryStatus();
}

Status KafkaProducer::DeliveryStatus() const {
  std::unique_lock lock(mutex_);
  if (failure_ == RD_KAFKA_RESP_ERR_NO_ERROR) return Status::OK();
  const std::string what = "A record was not delivered to the Kafka topic " + failed_topic_;
  const rd_kafka_resp_err_t failure = failure_;
  lock.unlock();
  return client_->Error(what, failure);
}

void KafkaProducer::ForgetFailures() {
  const std::lock_guard lock(mutex_);
  failure_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  first_topic_.clear();
}

std::string KafkaProducer::first_topic() const {
  const std::lock_guard lock(mutex_);
  return first_topic_;
}

}  // namespace firesteel
