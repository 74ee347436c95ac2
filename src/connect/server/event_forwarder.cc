#include "connect/server/event_forwarder.h"

#include <iterator>
#include <string_view>
#include <utility>

#include "common/json_text.h"

namespace firesteel {

namespace {

// A client that does not listen loses the oldest events, not the server's memory.
constexpr size_t kMaximumEvents = 10000;

/// Writes the members of one flat object in order.
class ObjectText {
 public:
  ObjectText& Text(std::string_view name, std::string_view value) {
    Name(name);
    AppendJsonString(value, &json_);
    return *this;
  }
  /// "" is null.
  ObjectText& TextOrNull(std::string_view name, std::string_view value) {
    if (!value.empty()) return Text(name, value);
    return Raw(name, "null");
  }
  ObjectText& Raw(std::string_view name, std::string_view json) {
    Name(name);
    json_ += json;
    return *this;
  }
  std::string Finish() { return json_ + "}"; }

 private:
  void Name(std::string_view name) {
    if (json_.size() > 1) json_ += ",";
    AppendJsonString(name, &json_);
    json_ += ":";
  }
  std::string json_ = "{";
};

}  // namespace

void EventForwarder::OnStarted(const QueryStartedEvent& event) {
  std::string json = ObjectText()
                         .Text("id", event.id)
                         .Text("runId", event.run_id)
                         .TextOrNull("name", event.name)
                         .Text("timestamp", event.timestamp)
                         .Raw("jobTags", "[]")
                         .Finish();
  const std::lock_guard lock(mutex_);
  if (started_.size() >= kMaximumEvents) started_.clear();
  started_[event.run_id] = std::move(json);
}

void EventForwarder::OnProgress(const StreamingQueryProgress& progress) {
  Push(Kind::kProgress, ObjectText().Raw("progress", progress.Json()).Finish());
}

void EventForwarder::OnIdle(const QueryIdleEvent& event) {
  Push(Kind::kIdle, ObjectText()
                        .Text("id", event.id)
                        .Text("runId", event.run_id)
                        .Text("timestamp", event.timestamp)
                        .Finish());
}

void EventForwarder::OnTerminated(const QueryTerminatedEvent& event) {
  Push(Kind::kTerminated, ObjectText()
                              .Text("id", event.id)
                              .Text("runId", event.run_id)
                              .TextOrNull("exception", event.exception)
                              .TextOrNull("errorClassOnException", event.error_condition)
                              .Finish());
}

void EventForwarder::Push(Kind kind, std::string json) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  if (events_.size() >= kMaximumEvents) events_.pop_front();
  events_.push_back({kind, std::move(json)});
  changed_.notify_all();
}

std::optional<std::string> EventForwarder::TakeStarted(const std::string& run_id) {
  const std::lock_guard lock(mutex_);
  const auto found = started_.find(run_id);
  if (found == started_.end()) return std::nullopt;
  std::string json = std::move(found->second);
  started_.erase(found);
  return json;
}

std::optional<std::vector<EventForwarder::Event>> EventForwarder::Take(
    std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [this] { return closed_ || !events_.empty(); });
  if (closed_) return std::nullopt;
  std::vector<Event> events(std::make_move_iterator(events_.begin()),
                            std::make_move_iterator(events_.end()));
  events_.clear();
  return events;
}

void EventForwarder::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  events_.clear();
  changed_.notify_all();
}

}  // namespace firesteel
