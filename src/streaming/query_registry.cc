#include "streaming/query_registry.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace firesteel {

void QueryRegistry::Add(std::shared_ptr<StreamExecution> query) {
  const std::lock_guard lock(mutex_);
  active_.push_back(std::move(query));
}

std::shared_ptr<StreamExecution> QueryRegistry::Take(const StreamExecution& query) {
  const auto found = std::find_if(active_.begin(), active_.end(),
                                  [&](const auto& known) { return known.get() == &query; });
  if (found == active_.end()) return nullptr;
  std::shared_ptr<StreamExecution> taken = std::move(*found);
  active_.erase(found);
  return taken;
}

void QueryRegistry::OnEnded(const StreamExecution& query) {
  const Status error = query.Exception();
  const std::lock_guard lock(mutex_);
  std::shared_ptr<StreamExecution> taken = Take(query);
  if (taken != nullptr) ended_.push_back(std::move(taken));
  if (!last_end_ || !error.ok()) last_end_ = error;
  ended_one_.notify_all();
}

void QueryRegistry::Remove(const StreamExecution& query) {
  std::shared_ptr<StreamExecution> taken;  // lets go after the lock
  const std::lock_guard lock(mutex_);
  taken = Take(query);
}

void QueryRegistry::Reap() {
  std::vector<std::shared_ptr<StreamExecution>> ended;
  {
    const std::lock_guard lock(mutex_);
    ended.swap(ended_);
  }
  for (const auto& query : ended) query->Join();
}

void QueryRegistry::StopAll() {
  const std::vector<std::shared_ptr<StreamExecution>> active = Active();
  for (const auto& query : active) query->RequestStop();
  for (const auto& query : active) query->Join();
  Reap();
}

std::vector<std::shared_ptr<StreamExecution>> QueryRegistry::Active() const {
  const std::lock_guard lock(mutex_);
  return active_;
}

std::shared_ptr<StreamExecution> QueryRegistry::FindActive(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(active_.begin(), active_.end(),
                                  [&](const auto& query) { return query->Id() == id; });
  return found == active_.end() ? nullptr : *found;
}

bool QueryRegistry::HasActiveName(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(active_.begin(), active_.end(),
                     [&](const auto& query) { return query->Name() == name; });
}

Result<bool> QueryRegistry::AwaitAnyTermination(int64_t timeout_ms) {
  std::unique_lock lock(mutex_);
  const auto ended = [this] { return last_end_.has_value(); };
  if (timeout_ms < 0) {
    ended_one_.wait(lock, ended);
  } else if (!ended_one_.wait_for(lock, std::chrono::milliseconds(timeout_ms), ended)) {
    return false;
  }
  ARROW_RETURN_NOT_OK(*last_end_);
  return true;
}

void QueryRegistry::ResetTerminated() {
  const std::lock_guard lock(mutex_);
  last_end_.reset();
}

}  // namespace firesteel
