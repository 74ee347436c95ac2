#include "connect/server/kept_queries.h"

namespace firesteel {

namespace {

constexpr int64_t kKeptAfterEndNanos = int64_t{3600} * 1'000'000'000;

}  // namespace

void KeptQueries::Keep(std::shared_ptr<StreamingQuery> query) {
  const std::lock_guard lock(mutex_);
  DropOld();
  const auto key = std::make_pair(query->Id(), query->RunId());
  entries_.insert_or_assign(key, Entry{std::move(query), std::nullopt});
}

std::shared_ptr<StreamingQuery> KeptQueries::Find(const std::string& id,
                                                  const std::string& run_id) {
  const std::lock_guard lock(mutex_);
  DropOld();
  const auto found = entries_.find(std::make_pair(id, run_id));
  return found == entries_.end() ? nullptr : found->second.query;
}

void KeptQueries::Clear() {
  std::map<std::pair<std::string, std::string>, Entry> dropped;  // destroyed after the lock is free
  const std::lock_guard lock(mutex_);
  dropped.swap(entries_);
}

void KeptQueries::DropOld() {
  const int64_t now_nanos = clock_->MonotonicNanos();
  for (auto it = entries_.begin(); it != entries_.end();) {
    Entry& entry = it->second;
    if (!entry.end_noticed_nanos && !entry.query->IsActive()) entry.end_noticed_nanos = now_nanos;
    if (entry.end_noticed_nanos && now_nanos - *entry.end_noticed_nanos > kKeptAfterEndNanos) {
      it = entries_.erase(it);
    } else {
      ++it;
    }
  }
}

}  // namespace firesteel
