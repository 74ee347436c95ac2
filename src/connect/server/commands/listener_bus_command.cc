#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "connect/server/commands/commands.h"
#include "connect/server/event_forwarder.h"
#include "connect/server/plan_translator.h"
#include "session/session_backend.h"

namespace firesteel {

namespace {

constexpr std::chrono::milliseconds kPatience{100};

spark::connect::StreamingQueryEventType TypeOf(EventForwarder::Kind kind) {
  switch (kind) {
    case EventForwarder::Kind::kProgress: return spark::connect::QUERY_PROGRESS_EVENT;
    case EventForwarder::Kind::kTerminated: return spark::connect::QUERY_TERMINATED_EVENT;
    case EventForwarder::Kind::kIdle: return spark::connect::QUERY_IDLE_EVENT;
  }
  return spark::connect::QUERY_PROGRESS_UNSPECIFIED;
}

/// Stays until the client takes its last listener away: the events travel as its responses.
Status Forward(ServerSession* session, Operation* operation) {
  const auto forwarder = std::make_shared<EventForwarder>();
  // A client has one bus, however many listeners it has.
  if (!session->SetListener(forwarder)) return Status::OK();
  ListenerBus* const bus = session->session().backend()->StreamListeners();
  bus->Add(forwarder);
  Operation::Response added;
  added.mutable_streaming_query_listener_events_result()->set_listener_bus_listener_added(true);
  operation->Send(std::move(added));
  while (!operation->interrupted()) {
    const std::optional<std::vector<EventForwarder::Event>> events = forwarder->Take(kPatience);
    if (!events) break;
    if (events->empty()) continue;
    Operation::Response response;
    auto* result = response.mutable_streaming_query_listener_events_result();
    for (const EventForwarder::Event& event : *events) {
      auto* sent = result->add_events();
      sent->set_event_json(event.json);
      sent->set_event_type(TypeOf(event.kind));
    }
    operation->Send(std::move(response));
  }
  bus->Remove(forwarder.get());
  session->RemoveListener(forwarder.get());
  return Status::OK();
}

}  // namespace

Status ServeListenerBus(const spark::connect::StreamingQueryListenerBusCommand& command,
                        ServerSession* session, Operation* operation) {
  using Command = spark::connect::StreamingQueryListenerBusCommand;
  switch (command.command_case()) {
    case Command::kAddListenerBusListener: return Forward(session, operation);
    case Command::kRemoveListenerBusListener:
      if (const auto forwarder = session->listener()) forwarder->Close();
      return Status::OK();
    default: return UnsupportedMessage("StreamingQueryListenerBusCommand without a command");
  }
}

}  // namespace firesteel
