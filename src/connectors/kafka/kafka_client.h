#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "connectors/kafka/kafka_configuration.h"
#include "firesteel/error.h"

namespace firesteel {

/// One librdkafka client with its threads and connections. Thread-safe as librdkafka is. Destroying
/// it waits for its threads; everything made from it must be gone by then.
class KafkaClient {
 public:
  enum class Kind { kConsumer, kProducer };
  /// What a producer calls for records: on delivery, from within Poll and Flush.
  using DeliveryCallback = void (*)(rd_kafka_t*, const rd_kafka_message_t*, void*);

  /// Does not connect. Errors: KAFKA_UNSUPPORTED_CONFIGURATION for a setting that librdkafka does
  /// not know or a value that it does not take; the value is never repeated.
  static Result<std::unique_ptr<KafkaClient>> Make(Kind kind, const KafkaSettings& settings,
                                                   DeliveryCallback on_delivery = nullptr);
  KafkaClient(const KafkaClient&) = delete;
  KafkaClient& operator=(const KafkaClient&) = delete;
  ~KafkaClient();

  rd_kafka_t* handle() const { return handle_; }
  /// An IOError of what was tried, what librdkafka says of it and the client's last trouble.
  Status Error(const std::string& what, rd_kafka_resp_err_t error) const;
  Status Error(const std::string& what, const std::string& reason) const;
  /// The same for an error object, which is destroyed; OK for nullptr.
  Status Error(const std::string& what, rd_kafka_error_t* error) const;
  /// Whether the brokers do not believe who the client is, or the client who they are: trying again
  /// does not help.
  bool is_denied() const;
  /// Gives the flag that ends what waits for brokers; before anything is asked of them.
  void StopWhen(const std::atomic<bool>* stopped) { stopped_ = stopped; }
  /// Whether nobody waits for an answer any more.
  bool is_stopped() const;
  /// Repeats a step while librdkafka says that it may be repeated, for this long; gives the error
  /// of the last try, nullptr when it went well. A step should take a second at most.
  rd_kafka_error_t* Persist(int64_t patience_ms,
                            const std::function<rd_kafka_error_t*()>& step) const;

 private:
  KafkaClient() = default;
  static void KeepTrouble(const rd_kafka_t* handle, int level, const char* facility,
                          const char* text);

  rd_kafka_t* handle_ = nullptr;
  const std::atomic<bool>* stopped_ = nullptr;
  std::string denial_note_;  // what may be the reason when brokers do not believe the client
  mutable std::mutex mutex_;
  std::string trouble_;     // guarded by mutex_: the last connection error
  bool is_denied_ = false;  // guarded by mutex_
};

struct KafkaTopicDeleter {
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
using KafkaTopicHandle = std::unique_ptr<rd_kafka_topic_t, KafkaTopicDeleter>;

struct KafkaMessageDeleter {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
using KafkaMessage = std::unique_ptr<rd_kafka_message_t, KafkaMessageDeleter>;

/// Whether waiting and trying again may help.
bool IsTransientKafkaError(rd_kafka_resp_err_t error);

}  // namespace firesteel
