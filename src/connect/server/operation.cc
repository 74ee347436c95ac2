#include "connect/server/operation.h"

#include <utility>

#include "common/error.h"
#include "common/random.h"

namespace firesteel {

namespace {

// More than the client's own window, less than what would hurt.
constexpr int64_t kMaximumUnreadBytes = int64_t{64} << 20;

}  // namespace

Operation::Operation(Ids ids, std::set<std::string> tags, bool reattachable,
                     std::shared_ptr<const spark::connect::Plan> plan, Clock* clock)
    : ids_(std::move(ids)),
      tags_(std::move(tags)),
      reattachable_(reattachable),
      plan_(std::move(plan)),
      clock_(clock),
      detached_since_nanos_(clock->MonotonicNanos()) {}

Operation::~Operation() {
  Interrupt();
  if (thread_.joinable()) thread_.join();
}

void Operation::Start(Work work) {
  thread_ = std::thread([this, work = std::move(work)] { Run(work); });
}

void Operation::Run(const Work& work) {
  Status status = work(this);
  if (interrupted()) {
    status = MakeError("OPERATION_CANCELED", {{"operationId", ids_.operation}});
  }
  if (status.ok() && reattachable_) {
    Response complete;
    complete.mutable_result_complete();
    Send(std::move(complete), /*more_follows=*/true);
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  result_ = std::move(status);
  on_interrupt_ = nullptr;
  changed_.notify_all();
}

void Operation::Send(Response response, bool more_follows) {
  response.set_session_id(ids_.session);
  response.set_server_side_session_id(ids_.server_side_session);
  response.set_operation_id(ids_.operation);
  response.set_response_id(NewUuid());
  const auto bytes = static_cast<int64_t>(response.ByteSizeLong());
  std::unique_lock lock(mutex_);
  if (unread_bytes_ >= kMaximumUnreadBytes) changed_.notify_all();
  changed_.wait(lock, [this] { return unread_bytes_ < kMaximumUnreadBytes || interrupted_; });
  unread_bytes_ += bytes;
  responses_.push_back(std::make_shared<const Response>(std::move(response)));
  if (!more_follows) changed_.notify_all();
}

bool Operation::interrupted() const {
  const std::lock_guard lock(mutex_);
  return interrupted_;
}

void Operation::OnInterrupt(std::function<void()> function) {
  {
    const std::lock_guard lock(mutex_);
    if (!interrupted_) {
      on_interrupt_ = std::move(function);
      return;
    }
  }
  if (function) function();
}

bool Operation::Interrupt() {
  std::function<void()> function;
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return false;
    interrupted_ = true;
    function = std::exchange(on_interrupt_, nullptr);
    changed_.notify_all();
  }
  if (function) function();
  return true;
}

uint64_t Operation::Attach() {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
  detached_since_nanos_ = std::nullopt;
  return ++attachment_;
}

void Operation::Detach(uint64_t attachment) {
  const std::lock_guard lock(mutex_);
  if (attachment == attachment_) detached_since_nanos_ = clock_->MonotonicNanos();
}

std::optional<int64_t> Operation::detached_since_nanos() const {
  const std::lock_guard lock(mutex_);
  return detached_since_nanos_;
}

Result<int64_t> Operation::PositionAfter(const std::string& response_id) const {
  const std::lock_guard lock(mutex_);
  if (first_ > 0 && response_id == last_released_) return first_;
  for (size_t i = 0; i < responses_.size(); ++i) {
    if (responses_[i]->response_id() == response_id) return first_ + static_cast<int64_t>(i) + 1;
  }
  return MakeError("INVALID_CURSOR.POSITION_NOT_FOUND", {{"responseId", response_id}});
}

Status Operation::CheckAvailable(int64_t position) const {
  const std::lock_guard lock(mutex_);
  if (position >= first_) return Status::OK();
  return MakeError("INVALID_CURSOR.POSITION_NOT_AVAILABLE",
                   {{"index", std::to_string(position)}, {"responseId", last_released_}});
}

Operation::Event Operation::Next(uint64_t attachment, int64_t position,
                                 std::chrono::milliseconds patience,
                                 std::shared_ptr<const Response>* response, bool* more_ready) {
  std::unique_lock lock(mutex_);
  const auto available = [&] {
    return position - first_ < static_cast<int64_t>(responses_.size());
  };
  changed_.wait_for(lock, patience,
                    [&] { return attachment != attachment_ || available() || ended_; });
  if (attachment != attachment_) return Event::kPreempted;
  if (!available()) return ended_ ? Event::kEnd : Event::kNothingYet;
  // Released responses are never asked for again: positions only grow.
  if (position < first_) return Event::kEnd;
  const auto index = static_cast<size_t>(position - first_);
  *response = responses_[index];
  if (more_ready != nullptr) *more_ready = ended_ || index + 1 < responses_.size();
  if (position >= read_) {  // else it was read before, by a reader whose connection broke
    unread_bytes_ -= static_cast<int64_t>((*response)->ByteSizeLong());
    read_ = position + 1;
    changed_.notify_all();
  }
  return Event::kResponse;
}

Status Operation::result() const {
  const std::lock_guard lock(mutex_);
  return result_;
}

bool Operation::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

void Operation::ReleaseUntil(const std::string& response_id) {
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < responses_.size(); ++i) {
    if (responses_[i]->response_id() != response_id) continue;
    last_released_ = response_id;
    responses_.erase(responses_.begin(), responses_.begin() + static_cast<int64_t>(i) + 1);
    first_ += static_cast<int64_t>(i) + 1;
    return;
  }
}

void Operation::ReleaseAll() {
  Interrupt();
  const std::lock_guard lock(mutex_);
  if (!responses_.empty()) last_released_ = responses_.back()->response_id();
  first_ += static_cast<int64_t>(responses_.size());
  responses_.clear();
  changed_.notify_all();
}

}  // namespace firesteel
