#include "streaming/listener_bus.h"

#include <utility>

namespace firesteel {

void ListenerBus::Add(std::shared_ptr<QueryListener> listener) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(std::move(listener));
}

void ListenerBus::Remove(const QueryListener* listener) {
  const std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [listener](const auto& known) { return known.get() == listener; });
}

std::vector<std::shared_ptr<QueryListener>> ListenerBus::Listeners() const {
  const std::lock_guard lock(mutex_);
  return listeners_;
}

void ListenerBus::Post(const QueryStartedEvent& event) const {
  for (const auto& listener : Listeners()) listener->OnStarted(event);
}

void ListenerBus::Post(const StreamingQueryProgress& progress) const {
  for (const auto& listener : Listeners()) listener->OnProgress(progress);
}

void ListenerBus::Post(const QueryIdleEvent& event) const {
  for (const auto& listener : Listeners()) listener->OnIdle(event);
}

void ListenerBus::Post(const QueryTerminatedEvent& event) const {
  for (const auto& listener : Listeners()) listener->OnTerminated(event);
}

}  // namespace firesteel
