#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "connectors/kafka/kafka_client.h"
#include "connectors/kafka/kafka_records.h"

namespace firesteel {

/// Sends records. Thread-safe: the tasks of a batch share one, and so its connections and batches
/// of records.
class KafkaProducer {
 public:
  static Result<std::unique_ptr<KafkaProducer>> Make(const KafkaSettings& settings);
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;
  /// Drops what was not sent.
  ~KafkaProducer();

  /// Hands all rows over; they are sent in the background. Waits while too many are under way.
  /// Errors: a record that cannot be sent, or one before it that was not delivered.
  Status Send(const RecordBatchView& records);
  /// Waits until everything handed over is delivered. Errors: something was not, or nobody waits
  /// any more (see KafkaClient::StopWhen).
  Status Flush();
  /// What went wrong with deliveries so far.
  Status DeliveryStatus() const;
  /// Forgets about failed deliveries: their records are to be sent again.
  void ForgetFailures();

  KafkaClient* client() { return client_.get(); }
  /// A topic that got records since the last ForgetFailures; "" for none.
  std::string first_topic() const;

 private:
  KafkaProducer() = default;
  static void OnDelivery(rd_kafka_t* handle, const rd_kafka_message_t* message, void* opaque);
  rd_kafka_topic_t* TopicOf(std::string_view name);
  Status SendOne(const RecordBatchView& records, int64_t row, rd_kafka_topic_t* topic);

  std::unique_ptr<KafkaClient> client_;
  mutable std::mutex mutex_;
  std::map<std::string, KafkaTopicHandle, std::less<>> topics_;  // guarded by mutex_
  std::string first_topic_;                                      // guarded by mutex_
  rd_kafka_resp_err_t failure_ = RD_KAFKA_RESP_ERR_NO_ERROR;     // guarded by mutex_
  std::string failed_topic_;                                     // guarded by mutex_
};

}  // namespace firesteel
