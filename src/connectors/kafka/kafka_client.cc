#include "connectors/kafka/kafka_client.h"

#include <sys/syslog.h>

#include <chrono>
#include <string_view>

#include "common/error.h"
#include "common/logging.h"

namespace firesteel {
namespace {

struct ConfigurationDeleter {
  void operator()(rd_kafka_conf_t* configuration) const { rd_kafka_conf_destroy(configuration); }
};

Status Refused(const std::string& name, std::string reason) {
  return MakeError("KAFKA_UNSUPPORTED_CONFIGURATION",
                   {{"option", "kafka." + name}, {"reason", std::move(reason)}});
}

/// librdkafka says its own part of SCRAM's nonce twice before this version. Brokers let that pass
/// from 3.8.1 until they compared as the standard asks.
constexpr int kFirstWithRightScram = 0x02060100;

std::string DenialNote(const KafkaSettings& settings) {
  const auto mechanism = settings.find("sasl.mechanism");
  const bool is_scram = mechanism != settings.end() && mechanism->second.starts_with("SCRAM");
  if (!is_scram || rd_kafka_version() >= kFirstWithRightScram) return "";
  return std::string("; librdkafka ") + rd_kafka_version_str() +
         " cannot authenticate by SCRAM to brokers of Kafka 4, that needs 2.6.1 or later";
}

}  // namespace

Result<std::unique_ptr<KafkaClient>> KafkaClient::Make(Kind kind, const KafkaSettings& settings,
                                                       DeliveryCallback on_delivery) {
  std::unique_ptr<rd_kafka_conf_t, ConfigurationDeleter> configuration(rd_kafka_conf_new());
  char reason[512];
  for (const auto& [name, value] : settings) {
    // librdkafka's own words may repeat the value, which may be a secret.
    switch (rd_kafka_conf_set(configuration.get(), name.c_str(), value.c_str(), reason,
                              sizeof(reason))) {
      case RD_KAFKA_CONF_OK:
        break;
      case RD_KAFKA_CONF_UNKNOWN:
        return Refused(name, "there is no such setting here");
      default:
        return Refused(name, "it cannot have this value");
    }
  }
  std::unique_ptr<KafkaClient> client(new KafkaClient());
  client->denial_note_ = DenialNote(settings);
  rd_kafka_conf_set_opaque(configuration.get(), client.get());
  rd_kafka_conf_set_log_cb(configuration.get(), &KafkaClient::KeepTrouble);
  if (on_delivery != nullptr) rd_kafka_conf_set_dr_msg_cb(configuration.get(), on_delivery);
  client->handle_ = rd_kafka_new(kind == Kind::kConsumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER,
                                 configuration.get(), reason, sizeof(reason));
  if (client->handle_ == nullptr) {
    return Status::Invalid("The Kafka client cannot be made: ", reason, ".");
  }
  (void)configuration.release();  // the client has it now
  return client;
}

KafkaClient::~KafkaClient() {
  // Nobody is a member of a group, so there is none to leave, which could take long.
  if (handle_ != nullptr) rd_kafka_destroy_flags(handle_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

void KafkaClient::KeepTrouble(const rd_kafka_t* handle, int level, const char* facility,
                              const char* text) {
  if (level > LOG_WARNING) return;
  auto* client = static_cast<KafkaClient*>(rd_kafka_opaque(handle));
  if (client == nullptr) return;
  const std::lock_guard lock(client->mutex_);
  const std::string_view said(text);
  const bool is_denial = said.find("authentication error") != said.npos ||
                         said.find("certificate verify failed") != said.npos;
  client->is_denied_ |= is_denial;
  // Says the same trouble once, however often it is tried again.
  if (client->trouble_ == said) return;
  // The reason comes first, then that no broker is left.
  const bool is_consequence =
      client->is_denied_ ? !is_denial : said.find("brokers are down") != said.npos;
  if (is_consequence && !client->trouble_.empty()) return;
  const bool is_first = client->trouble_.empty();
  client->trouble_ = text;
  if (is_first) LogWarning("Kafka client: " + std::string(facility) + ": " + text);
}

bool KafkaClient::is_denied() const {
  const std::lock_guard lock(mutex_);
  return is_denied_;
}

bool KafkaClient::is_stopped() const {
  return stopped_ != nullptr && stopped_->load(std::memory_order_acquire);
}

rd_kafka_error_t* KafkaClient::Persist(int64_t patience_ms,
                                       const std::function<rd_kafka_error_t*()>& step) const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  while (true) {
    rd_kafka_error_t* error = step();
    const bool again = error != nullptr && rd_kafka_error_is_retriable(error) != 0 &&
                       !is_denied() && !is_stopped() && std::chrono::steady_clock::now() < end;
    if (!again) return error;
    rd_kafka_error_destroy(error);
  }
}

Status KafkaClient::Error(const std::string& what, const std::string& reason) const {
  const std::lock_guard lock(mutex_);
  return Status::IOError(what, ": ", reason,
                         trouble_.empty() ? "" : "; the client's last trouble: ", trouble_,
                         is_denied_ ? denial_note_ : "");
}

Status KafkaClient::Error(const std::string& what, rd_kafka_resp_err_t error) const {
  return Error(what, std::string(rd_kafka_err2str(error)));
}

Status KafkaClient::Error(const std::string& what, rd_kafka_error_t* error) const {
  if (error == nullptr) return Status::OK();
  const std::string reason = rd_kafka_error_string(error);
  rd_kafka_error_destroy(error);
  return Error(what, reason);
}

bool IsTransientKafkaError(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR__WAIT_CACHE:
    case RD_KAFKA_RESP_ERR__IN_PROGRESS:
    case RD_KAFKA_RESP_ERR__RETRY:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
    case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT:
      return true;
    default:
      return false;
  }
}

}  // namespace firesteel
