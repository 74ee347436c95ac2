#include <memory>
#include <mutex>

#include "connectors/console/console_provider.h"
#include "firesteel/session.h"
#include "library/engine.h"

namespace firesteel {
namespace {

/// The process's engine; made on first use, shared by all sessions.
std::shared_ptr<const Engine> SharedEngine() {
  static const std::shared_ptr<const Engine> engine = NewEngine(StandardOutput());
  return engine;
}

struct SharedSession {
  std::mutex mutex;
  std::weak_ptr<SessionBackend> backend;  // guarded by mutex
};

SharedSession& TheSharedSession() {
  static SharedSession* const session = new SharedSession;
  return *session;
}

}  // namespace

Result<Session> Session::Builder::GetOrCreate() {
  SharedSession& shared = TheSharedSession();
  const std::lock_guard<std::mutex> lock(shared.mutex);
  if (std::shared_ptr<SessionBackend> backend = shared.backend.lock()) {
    for (const auto& [name, value] : settings_) {
      ARROW_RETURN_NOT_OK(backend->SetConfig(name, value));
    }
    return Session(std::move(backend));
  }
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<SessionBackend> backend,
                        NewLocalBackend(SharedEngine(), settings_));
  shared.backend = backend;
  return Session(std::move(backend));
}

Result<Session> Session::Builder::Create() {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<SessionBackend> backend,
                        NewLocalBackend(SharedEngine(), settings_));
  return Session(std::move(backend));
}

}  // namespace firesteel
