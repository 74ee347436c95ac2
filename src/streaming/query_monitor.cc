#include "streaming/query_monitor.h"

#include <chrono>
#include <utility>

namespace firesteel {
namespace {

constexpr std::chrono::milliseconds kPatience{100};

}  // namespace

QueryMonitor::QueryMonitor(QueryIdentity identity, Clock* clock, int64_t progress_retention,
                           const ListenerBus* listeners)
    : identity_(std::move(identity)),
      progress_retention_(progress_retention),
      listeners_(listeners),
      wake_(std::make_shared<WakeSignal>(clock)) {
  status_.message = "Initializing StreamExecution";
}

void QueryMonitor::SetMessage(std::string message) {
  const std::lock_guard lock(mutex_);
  status_.message = std::move(message);
}

void QueryMonitor::SetDataAvailable(bool available) {
  const std::lock_guard lock(mutex_);
  status_.is_data_available = available;
}

void QueryMonitor::SetPlans(std::string physical, std::string all) {
  const std::lock_guard lock(mutex_);
  physical_plan_ = std::move(physical);
  all_plans_ = std::move(all);
}

void QueryMonitor::SetState(std::vector<StateExplanation> state) {
  const std::lock_guard lock(mutex_);
  state_ = std::move(state);
}

void QueryMonitor::BeginTrigger() {
  const std::lock_guard lock(mutex_);
  status_.is_trigger_active = true;
  ++triggers_begun_;
}

void QueryMonitor::EndTrigger(bool idle) {
  const std::lock_guard lock(mutex_);
  status_.is_trigger_active = false;
  if (!idle) return;
  last_idle_trigger_ = triggers_begun_;
  changed_.notify_all();
}

void QueryMonitor::KeepProgress(const StreamingQueryProgress& progress) {
  const std::lock_guard lock(mutex_);
  progress_.push_back(progress);
  // Spark keeps one report fewer than the setting says; programs that count them rely on it.
  while (static_cast<int64_t>(progress_.size()) >= progress_retention_ && !progress_.empty()) {
    progress_.pop_front();
  }
}

void QueryMonitor::AddProgress(StreamingQueryProgress progress) {
  KeepProgress(progress);
  listeners_->Post(progress);
}

void QueryMonitor::AddIdleProgress(StreamingQueryProgress progress, bool event) {
  KeepProgress(progress);
  if (event) {
    listeners_->Post(QueryIdleEvent{identity_.id, identity_.run_id, progress.timestamp});
  }
}

void QueryMonitor::SetEnded(const Status& error) {
  const std::lock_guard lock(mutex_);
  active_ = false;
  error_ = error;
  status_.is_trigger_active = false;
  status_.is_data_available = false;
}

void QueryMonitor::ReleaseWaiters() {
  const std::lock_guard lock(mutex_);
  released_ = true;
  changed_.notify_all();
}

bool QueryMonitor::active() const {
  const std::lock_guard lock(mutex_);
  return active_;
}

StreamingQueryStatus QueryMonitor::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

std::vector<StreamingQueryProgress> QueryMonitor::RecentProgress() const {
  const std::lock_guard lock(mutex_);
  return {progress_.begin(), progress_.end()};
}

std::optional<StreamingQueryProgress> QueryMonitor::LastProgress() const {
  const std::lock_guard lock(mutex_);
  if (progress_.empty()) return std::nullopt;
  return progress_.back();
}

std::string QueryMonitor::PlanText(bool extended) const {
  const std::lock_guard lock(mutex_);
  if (physical_plan_.empty()) return "No physical plan. Waiting for data.";
  return (extended ? all_plans_ : physical_plan_) + DescribeState(state_, extended);
}

Status QueryMonitor::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

void QueryMonitor::RequestStop() {
  stop_token_.Cancel();
  RequestEnd();
}

void QueryMonitor::RequestEnd() {
  end_token_.Cancel();
  wake_->Signal();
}

bool QueryMonitor::WaitForEnd(int64_t timeout_ms) const {
  std::unique_lock lock(mutex_);
  const auto ended = [this] { return released_; };
  if (timeout_ms < 0) {
    changed_.wait(lock, ended);
    return true;
  }
  return changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), ended);
}

void QueryMonitor::WaitForIdleTrigger(const std::function<bool()>& give_up) {
  std::unique_lock lock(mutex_);
  const int64_t needed = triggers_begun_ + 1;
  lock.unlock();
  wake_->Signal();
  lock.lock();
  const auto done = [&] { return released_ || last_idle_trigger_ >= needed; };
  if (!give_up) {
    changed_.wait(lock, done);
    return;
  }
  while (!changed_.wait_for(lock, kPatience, done)) {
    lock.unlock();
    if (give_up()) return;
    lock.lock();
  }
}

}  // namespace firesteel
