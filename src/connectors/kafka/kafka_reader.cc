#include "connectors/kafka/kafka_reader.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <utility>

#include "arrow/record_batch.h"
#include "common/error.h"
#include "common/logging.h"
#include "connectors/kafka/kafka_rows.h"

namespace firesteel {
namespace {

constexpr size_t kMaxBatchBytes = 64 << 20;
constexpr int kWaitMs = 100;            // between looks at whether the task is cancelled
constexpr int kQuietBeforeProbeMs = 4;  // records that are there come faster
constexpr int kFirstWaitMs = 60;        // a new cursor has to connect first
constexpr int kProbeMs = 1000;
constexpr int kWatermarkMs = 1000;

using SteadyTime = std::chrono::steady_clock::time_point;

class KafkaRangeReader final : public BatchReader {
 public:
  KafkaRangeReader(std::shared_ptr<const KafkaReadSettings> settings, OffsetRange range,
                   const ReadContext& context)
      : settings_(std::move(settings)),
        range_(std::move(range)),
        next_(range_.from),
        batch_rows_(static_cast<size_t>(std::max<int64_t>(context.batch_rows, 1))),
        input_rows_(context.input_rows),
        cancelled_(context.cancelled) {}

  ~KafkaRangeReader() override {
    if (cursor_ == nullptr) return;
    cursor_->set_position(next_);
    settings_->cursors->Release(std::move(cursor_), is_sound_ && next_ >= range_.until);
  }

  Status Open() {
    return settings_->cursors->Acquire(range_.partition, range_.from).Value(&cursor_);
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    std::vector<KafkaMessage> records;
    size_t bytes = 0;
    last_arrival_ = std::chrono::steady_clock::now();
    while (next_ < range_.until && records.size() < batch_rows_ && bytes < kMaxBatchBytes) {
      if (cancelled_ != nullptr && cancelled_->load(std::memory_order_acquire)) {
        return Status::Cancelled("The operation was cancelled.");
      }
      std::vector<KafkaMessage> taken;
      cursor_->Take(batch_rows_ - records.size(), WaitMs(), &taken);
      if (taken.empty()) {
        ARROW_RETURN_NOT_OK(LookAfterSilence());
        continue;
      }
      last_arrival_ = std::chrono::steady_clock::now();
      has_received_ = true;
      ARROW_RETURN_NOT_OK(Accept(std::move(taken), &records, &bytes));
    }
    if (records.empty()) return nullptr;
    *input_rows_ += static_cast<int64_t>(records.size());
    return MakeKafkaBatch(records, range_.partition.topic, settings_->columns);
  }

 private:
  int WaitMs() const {
    if (probed_at_ == next_) return kWaitMs;
    return has_received_ ? kQuietBeforeProbeMs : kFirstWaitMs;
  }

  /// Sorts what was taken into records of the range and what belongs to the next one.
  Status Accept(std::vector<KafkaMessage> taken, std::vector<KafkaMessage>* records,
                size_t* bytes) {
    for (size_t i = 0; i < taken.size(); ++i) {
      const rd_kafka_message_t& message = *taken[i];
      if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        // What follows an error in the queue was fetched before it and is as good.
        const KafkaMessage error = std::move(taken[i]);
        taken.erase(taken.begin(), taken.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        cursor_->PutBack(std::move(taken));
        return HandleError(*error);
      }
      if (message.offset < next_) continue;
      if (message.offset >= range_.until || *bytes >= kMaxBatchBytes) {
        if (message.offset >= range_.until) next_ = range_.until;
        taken.erase(taken.begin(), taken.begin() + static_cast<std::ptrdiff_t>(i));
        cursor_->PutBack(std::move(taken));
        return Status::OK();
      }
      next_ = message.offset + 1;
      *bytes += message.len + message.key_len;
      records->push_back(std::move(taken[i]));
    }
    return Status::OK();
  }

  /// Nothing came for a while: the rest of the range may be a hole, or the brokers be away.
  Status LookAfterSilence() {
    const auto silence = std::chrono::steady_clock::now() - last_arrival_;
    if (probed_at_ == next_ && silence < std::chrono::milliseconds(kProbeMs)) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(const int64_t visible, settings_->cursors->probe()->NextVisible(
                                                     range_.partition, next_, kProbeMs));
    if (visible > next_) {
      next_ = std::min(visible, range_.until);
      last_arrival_ = std::chrono::steady_clock::now();
    }
    probed_at_ = next_;
    if (silence < std::chrono::milliseconds(settings_->options->poll_timeout_ms)) {
      return Status::OK();
    }
    is_sound_ = false;
    return cursor_->client()->Error(
        "No record of the Kafka partition " + range_.partition.ToString() + " came from offset " +
            std::to_string(next_) + " on",
        "nothing for " + std::to_string(settings_->options->poll_timeout_ms) +
            " ms (kafkaConsumer.pollTimeoutMs)");
  }

  Status HandleError(const rd_kafka_message_t& message) {
    switch (message.err) {
      case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        return Status::OK();
      case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        return HandleOutOfRange();
      case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
      case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        ARROW_RETURN_NOT_OK(ReportLostRange());
        next_ = range_.until;
        return Status::OK();
      default:
        if (IsTransientKafkaError(message.err)) return Status::OK();
        is_sound_ = false;
        return cursor_->client()->Error("The Kafka partition " + range_.partition.ToString() +
                                            " cannot be read at offset " + std::to_string(next_),
                                        std::string(rd_kafka_message_errstr(&message)));
    }
  }

  /// The broker does not have the offset: find out what it has.
  Status HandleOutOfRange() {
    int64_t low = 0;
    int64_t high = 0;
    const rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
        cursor_->client()->handle(), range_.partition.topic.c_str(), range_.partition.partition,
        &low, &high, kWatermarkMs);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR && !IsTransientKafkaError(error)) {
      is_sound_ = false;
      return cursor_->client()->Error("The Kafka partition " + range_.partition.ToString(), error);
    }
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR && (next_ < low || next_ > high)) {
      ARROW_RETURN_NOT_OK(ReportLostRange());
      next_ = next_ < low ? std::min(low, range_.until) : range_.until;
    }
    return next_ < range_.until ? cursor_->Restart(next_) : Status::OK();
  }

  Status ReportLostRange() {
    is_sound_ = false;
    return ReportDataLoss(*settings_->options, "COULD_NOT_READ_OFFSET_RANGE",
                          {{"startOffset", std::to_string(next_)},
                           {"endOffset", std::to_string(range_.until)},
                           {"topicPartition", range_.partition.ToString()},
                           {"groupId", settings_->options->group_id}});
  }

  std::shared_ptr<const KafkaReadSettings> settings_;
  OffsetRange range_;
  int64_t next_;  // the offset to be read next
  size_t batch_rows_;
  int64_t* input_rows_;
  const std::atomic<bool>* cancelled_;
  std::unique_ptr<PartitionCursor> cursor_;
  SteadyTime last_arrival_;
  int64_t probed_at_ = -1;
  bool has_received_ = false;
  bool is_sound_ = true;  // the cursor can be used again
};

}  // namespace

Result<std::unique_ptr<BatchReader>> OpenKafkaRange(
    std::shared_ptr<const KafkaReadSettings> settings, const InputPartition& partition,
    const ReadContext& context) {
  auto reader = std::make_unique<KafkaRangeReader>(
      std::move(settings), static_cast<const KafkaInputPartition&>(partition).range, context);
  ARROW_RETURN_NOT_OK(reader->Open());
  return reader;
}

Status ReportDataLoss(const KafkaSourceOptions& options, const char* kind,
                      std::map<std::string, std::string> parameters) {
  const Status loss = MakeError(std::string("KAFKA_DATA_LOSS.") + kind, std::move(parameters));
  if (options.fail_on_data_loss) return loss;
  LogWarning(loss.message());
  return Status::OK();
}

}  // namespace firesteel
