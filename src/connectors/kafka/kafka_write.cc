#include "connectors/kafka/kafka_write.h"

#include <utility>

#include "connectors/kafka/kafka_producer.h"

namespace firesteel {
namespace {

class KafkaDataWriter final : public DataWriter {
 public:
  KafkaDataWriter(KafkaProducer* producer, const KafkaRecordColumns* columns)
      : producer_(producer), columns_(columns) {}

  Status Write(const arrow::RecordBatch& batch) override {
    return producer_->Send(RecordBatchView(*columns_, batch));
  }
  Result<WriterCommitMessage> Commit() override {
    ARROW_RETURN_NOT_OK(producer_->DeliveryStatus());
    return WriterCommitMessage{};
  }
  void Abort() override {}

 private:
  KafkaProducer* producer_;
  const KafkaRecordColumns* columns_;
};

class KafkaWrite final : public StreamingWrite {
 public:
  KafkaWrite(std::unique_ptr<KafkaProducer> producer, KafkaRecordColumns columns)
      : producer_(std::move(producer)), columns_(std::move(columns)) {}

  void StopWhen(const std::atomic<bool>* stopped) override {
    producer_->client()->StopWhen(stopped);
  }
  Result<std::unique_ptr<DataWriter>> CreateWriter(int, int64_t) override {
    return std::make_unique<KafkaDataWriter>(producer_.get(), &columns_);
  }
  // One wait for all tasks: what they sent shares the producer's batches.
  Status Commit(int64_t, const std::vector<WriterCommitMessage>&) override {
    return producer_->Flush();
  }
  Status Abort(int64_t, const std::vector<WriterCommitMessage>&) override { return Status::OK(); }
  std::string Describe() const override { return "KafkaTable"; }

 private:
  std::unique_ptr<KafkaProducer> producer_;
  KafkaRecordColumns columns_;
};

}  // namespace

Result<std::unique_ptr<StreamingWrite>> NewKafkaWrite(const KafkaSettings& settings,
                                                      KafkaRecordColumns columns) {
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<KafkaProducer> producer, KafkaProducer::Make(settings));
  return std::make_unique<KafkaWrite>(std::move(producer), std::move(columns));
}

}  // namespace firesteel
