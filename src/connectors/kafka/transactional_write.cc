#include "connectors/kafka/transactional_write.h"

#include <mutex>
#include <optional>
#include <utility>

#include "common/logging.h"
#include "common/random.h"
#include "connectors/kafka/epoch_marker.h"
#include "connectors/kafka/kafka_producer.h"

namespace firesteel {
namespace {

/// librdkafka goes on with a step that took longer when it is called again.
constexpr int kStepMs = 500;
constexpr int64_t kPatienceMs = 60'000;
constexpr int kAbortMs = 5000;
constexpr int kAbortWhenStoppedMs = 100;
/// As long as brokers allow unless told otherwise: a batch must not take longer.
constexpr char kTransactionTimeoutMs[] = "900000";

class TransactionalWrite final : public StreamingWrite {
 public:
  TransactionalWrite(TransactionalSettings settings, KafkaRecordColumns columns)
      : settings_(std::move(settings)), columns_(std::move(columns)) {}

  ~TransactionalWrite() override {
    if (in_transaction_) AbortTransaction().Warn();
  }

  void StopWhen(const std::atomic<bool>* stopped) override { stopped_ = stopped; }

  Result<bool> IsCommitted(int64_t epoch) override {
    if (settings_.query_id.empty()) return false;
    ARROW_RETURN_NOT_OK(Open());
    ARROW_ASSIGN_OR_RAISE(const std::optional<int64_t> last, marker_->Read(kPatienceMs));
    if (!last && epoch > 0) {
      LogWarning(
          "Kafka has no marker of the batches of this query: either it writes in transactions for "
          "the first time, or it rested so long that the brokers forgot. If batch " +
          std::to_string(epoch) + " was begun before, it is written again.");
    }
    return last.has_value() && *last >= epoch;
  }

  Result<std::unique_ptr<DataWriter>> CreateWriter(int partition, int64_t epoch) override;

  Status Commit(int64_t epoch, const std::vector<WriterCommitMessage>&) override {
    const std::lock_guard lock(mutex_);
    // A batch without records needs no transaction: run again, it writes nothing again.
    if (!in_transaction_) return Status::OK();
    const Status committed = CommitTransaction(epoch);
    if (!committed.ok()) return committed;
    in_transaction_ = false;
    producer_->ForgetFailures();
    return Status::OK();
  }

  Status Abort(int64_t, const std::vector<WriterCommitMessage>&) override {
    const std::lock_guard lock(mutex_);
    return in_transaction_ ? AbortTransaction() : Status::OK();
  }

  std::string Describe() const override { return "KafkaTable"; }

  /// Called by the tasks. The first rows of a batch begin its transaction.
  Status Send(const arrow::RecordBatch& batch) {
    {
      const std::lock_guard lock(mutex_);
      if (!in_transaction_) {
        ARROW_RETURN_NOT_OK(
            producer_->client()->Error("A Kafka transaction cannot begin",
                                       rd_kafka_begin_transaction(producer_->client()->handle())));
        in_transaction_ = true;
      }
    }
    return producer_->Send(RecordBatchView(columns_, batch));
  }
  Status DeliveryStatus() const { return producer_->DeliveryStatus(); }

 private:
  Status Open() {
    const std::lock_guard lock(mutex_);
    if (producer_ != nullptr) return Status::OK();
    KafkaSettings settings = settings_.producer;
    settings["enable.idempotence"] = "true";
    settings["acks"] = "all";
    settings["transactional.id"] =
        settings_.id_prefix + (settings_.query_id.empty() ? NewUuid() : settings_.query_id);
    settings.emplace("transaction.timeout.ms", kTransactionTimeoutMs);
    // As in Java. What waits for brokers that are away ends only after a try to connect.
    if (settings.count("reconnect.backoff.ms") == 0) {
      settings.emplace("reconnect.backoff.max.ms", "1000");
    }
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<KafkaProducer> producer, KafkaProducer::Make(settings));
    producer->client()->StopWhen(stopped_);
    rd_kafka_t* handle = producer->client()->handle();
    ARROW_RETURN_NOT_OK(producer->client()->Error(
        "Kafka transactions cannot be begun", producer->client()->Persist(kPatienceMs, [handle] {
          return rd_kafka_init_transactions(handle, kStepMs);
        })));
    if (!settings_.query_id.empty()) {
      ARROW_ASSIGN_OR_RAISE(marker_, EpochMarker::Make(settings, settings_.query_id, stopped_));
    }
    producer_ = std::move(producer);
    return Status::OK();
  }

  Status CommitTransaction(int64_t epoch) {
    KafkaClient* client = producer_->client();
    if (marker_ != nullptr) {
      ARROW_RETURN_NOT_OK(
          marker_->AddToTransaction(client, producer_->first_topic(), epoch, kPatienceMs));
    }
    // Waits for all records, too. Where the answer does not come it is not known whether the batch
    // is there; the query ends, and its next run asks for the marker.
    return client->Error("The transaction of batch " + std::to_string(epoch) + " was not committed",
                         client->Persist(kPatienceMs, [client] {
                           return rd_kafka_commit_transaction(client->handle(), kStepMs);
                         }));
  }

  Status AbortTransaction() {
    in_transaction_ = false;
    // What stays open the next run ends, or the broker when its time is over.
    KafkaClient* client = producer_->client();
    const Status aborted =
        client->Error("A Kafka transaction was not aborted",
                      rd_kafka_abort_transaction(
                          client->handle(), client->is_stopped() ? kAbortWhenStoppedMs : kAbortMs));
    producer_->ForgetFailures();
    return aborted;
  }

  TransactionalSettings settings_;
  KafkaRecordColumns columns_;
  const std::atomic<bool>* stopped_ = nullptr;
  std::mutex mutex_;
  std::unique_ptr<KafkaProducer> producer_;
  std::unique_ptr<EpochMarker> marker_;
  bool in_transaction_ = false;  // guarded by mutex_
};

class TransactionalWriter final : public DataWriter {
 public:
  explicit TransactionalWriter(TransactionalWrite* write) : write_(write) {}
  Status Write(const arrow::RecordBatch& batch) override { return write_->Send(batch); }
  Result<WriterCommitMessage> Commit() override {
    ARROW_RETURN_NOT_OK(write_->DeliveryStatus());
    return WriterCommitMessage{};
  }
  void Abort() override {}

 private:
  TransactionalWrite* write_;
};

Result<std::unique_ptr<DataWriter>> TransactionalWrite::CreateWriter(int, int64_t) {
  ARROW_RETURN_NOT_OK(Open());
  return std::make_unique<TransactionalWriter>(this);
}

}  // namespace

Result<std::unique_ptr<StreamingWrite>> NewTransactionalWrite(TransactionalSettings settings,
                                                              KafkaRecordColumns columns) {
  return std::make_unique<TransactionalWrite>(std::move(settings), std::move(columns));
}

}  // namespace firesteel
