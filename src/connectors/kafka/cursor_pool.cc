#include "connectors/kafka/cursor_pool.h"

#include <utility>

namespace firesteel {
namespace {

/// What the source decides itself about fetching.
KafkaSettings FetchSettings(KafkaSettings settings) {
  settings.erase("group.id");
  // Where the offset to read is gone, somebody must be told; nothing is skipped silently.
  settings["auto.offset.reset"] = "error";
  settings["enable.auto.commit"] = "false";
  settings["enable.auto.offset.store"] = "false";
  settings["enable.partition.eof"] = "false";
  // Of each partition, as they have queues of their own.
  settings.emplace("queued.max.messages.kbytes", "16384");
  return settings;
}

}  // namespace

CursorPool::CursorPool(const KafkaSourceOptions& options)
    : settings_(FetchSettings(options.settings)), probe_(settings_) {}

CursorPool::~CursorPool() { idle_.clear(); }

Result<CursorPool::ClientSlot*> CursorPool::SlotWithout(const TopicPartition& partition) {
  for (ClientSlot& slot : slots_) {
    if (slot.in_use.count(partition) == 0) return &slot;
  }
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<KafkaClient> client,
                        KafkaClient::Make(KafkaClient::Kind::kConsumer, settings_));
  slots_.push_back({std::move(client), {}});
  return &slots_.back();
}

Result<std::unique_ptr<PartitionCursor>> CursorPool::NewCursor(const TopicPartition& partition,
                                                               int64_t offset) {
  ARROW_ASSIGN_OR_RAISE(ClientSlot * slot, SlotWithout(partition));
  // Only the cursors that stay between batches have somebody to wake.
  const bool stays = slot == &slots_.front();
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<PartitionCursor> cursor,
                        PartitionCursor::Start(slot->client.get(), partition, offset,
                                               stays && on_arrival_ ? &on_arrival_ : nullptr));
  slot->in_use.insert(partition);
  return cursor;
}

Result<std::unique_ptr<PartitionCursor>> CursorPool::Acquire(const TopicPartition& partition,
                                                             int64_t offset) {
  const std::lock_guard lock(mutex_);
  const auto found = idle_.find(partition);
  if (found == idle_.end()) return NewCursor(partition, offset);
  std::unique_ptr<PartitionCursor> cursor = std::move(found->second);
  idle_.erase(found);
  if (cursor->position() != offset) {
    const Status restarted = cursor->Restart(offset);
    if (!restarted.ok()) {
      slots_.front().in_use.erase(partition);
      return restarted;
    }
  }
  return cursor;
}

void CursorPool::Release(std::unique_ptr<PartitionCursor> cursor, bool is_sound) {
  const std::lock_guard lock(mutex_);
  const TopicPartition partition = cursor->partition();
  for (ClientSlot& slot : slots_) {
    if (slot.client.get() != cursor->client()) continue;
    if (is_sound && &slot == &slots_.front()) {
      idle_[partition] = std::move(cursor);
    } else {
      cursor.reset();
      slot.in_use.erase(partition);
    }
    return;
  }
}

Status CursorPool::WaitAt(const PartitionOffsets& offsets) {
  const std::lock_guard lock(mutex_);
  for (const auto& [partition, offset] : offsets) {
    const auto found = idle_.find(partition);
    if (found != idle_.end()) {
      if (found->second->position() != offset) {
        ARROW_RETURN_NOT_OK(found->second->Restart(offset));
      }
      found->second->AwaitArrival();
    } else if (slots_.empty() || slots_.front().in_use.count(partition) == 0) {
      ARROW_ASSIGN_OR_RAISE(idle_[partition], NewCursor(partition, offset));
    }
  }
  return Status::OK();
}

}  // namespace firesteel
