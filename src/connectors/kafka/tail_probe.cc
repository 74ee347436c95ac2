#include "connectors/kafka/tail_probe.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "connectors/kafka/partition_cursor.h"

namespace firesteel {
namespace {

KafkaSettings ProbeSettings(KafkaSettings settings) {
  settings["enable.partition.eof"] = "true";
  settings["fetch.wait.max.ms"] = "1";
  settings["fetch.min.bytes"] = "1";
  settings["fetch.message.max.bytes"] = "65536";
  settings.erase("max.partition.fetch.bytes");
  return settings;
}

}  // namespace

TailProbe::TailProbe(const KafkaSettings& fetch_settings)
    : settings_(ProbeSettings(fetch_settings)) {}

TailProbe::~TailProbe() = default;

Status TailProbe::Open() {
  if (client_ != nullptr) return Status::OK();
  return KafkaClient::Make(KafkaClient::Kind::kConsumer, settings_).Value(&client_);
}

Result<int64_t> TailProbe::NextVisible(const TopicPartition& partition, int64_t offset,
                                       int wait_ms) {
  {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [&] { return asked_.count(partition) == 0; });
    ARROW_RETURN_NOT_OK(Open());
    asked_.insert(partition);
  }
  Result<std::unique_ptr<PartitionCursor>> cursor =
      PartitionCursor::Start(client_.get(), partition, offset, nullptr);
  int64_t next = offset;
  if (cursor.ok()) {
    std::vector<KafkaMessage> messages;
    (*cursor)->Take(1, wait_ms, &messages);
    for (const KafkaMessage& message : messages) {
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR ||
          message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        next = std::max(offset, message->offset);
      }
    }
    messages.clear();
    cursor->reset();
  }
  {
    const std::lock_guard lock(mutex_);
    asked_.erase(partition);
  }
  done_.notify_all();
  ARROW_RETURN_NOT_OK(cursor.status());
  return next;
}

}  // namespace firesteel
