#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "connect/server/server_session.h"

namespace firesteel {

/// All sessions of a server, by user and session id. Closes those that nobody has used for long and
/// that have no running query. Thread-safe.
class SessionRegistry {
 public:
  using NewSession = std::function<Result<Session>()>;
  SessionRegistry(NewSession new_session, std::chrono::milliseconds idle_timeout,
                  std::shared_ptr<const ServerEnvironment> environment);
  ~SessionRegistry();  ///< closes all

  struct Key {
    std::string user_id;
    std::string session_id;
    auto operator<=>(const Key&) const = default;
  };
  /// Finds the session, or makes it. `observed` is the server-side id that the client knows, "" for
  /// none. Errors: INVALID_HANDLE.FORMAT, .SESSION_CLOSED, .SESSION_CHANGED.
  Result<std::shared_ptr<ServerSession>> GetOrCreate(const Key& key, const std::string& observed);
  /// Errors: as above, and INVALID_HANDLE.SESSION_NOT_FOUND.
  Result<std::shared_ptr<ServerSession>> Find(const Key& key, const std::string& observed);
  /// Makes a session with the settings, temporary views and functions that another has now. `id` may be "".
  /// Errors: as Find for the one, INVALID_CLONE_SESSION_REQUEST.TARGET_SESSION_ID_ALREADY_EXISTS and
  /// .TARGET_SESSION_ID_FORMAT for the other.
  Result<std::shared_ptr<ServerSession>> Clone(const Key& key, const std::string& observed,
                                               const std::string& id);
  /// Closes the session; its id cannot be used again unless `allow_reconnect`.
  void Release(const Key& key, bool allow_reconnect);

 private:
  Result<std::shared_ptr<ServerSession>> Check(std::shared_ptr<ServerSession> session,
                                               const std::string& observed) const;
  void ExpireLoop();

  const NewSession new_session_;
  const std::chrono::milliseconds idle_timeout_;
  const std::shared_ptr<const ServerEnvironment> environment_;
  std::mutex mutex_;
  std::condition_variable stopping_changed_;
  // Guarded by mutex_:
  std::map<Key, std::shared_ptr<ServerSession>> sessions_;
  std::set<Key> closed_;
  bool stopping_ = false;
  std::thread expiry_;
};

}  // namespace firesteel
