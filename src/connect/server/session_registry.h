#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "connect/server/server_session.h"

namespace firesteel {

/// How long a server keeps what its clients do not come back to; for ever where it is negative.
struct Timeouts {
  /// Of a session that nobody uses and that has no running query.
  std::chrono::milliseconds idle_session = std::chrono::hours(1);
  /// Of an operation that nobody reads, and of its responses.
  std::chrono::milliseconds detached_operation = std::chrono::minutes(5);
};

/// All sessions of a server, by user and session id. Closes those that nobody has used for long and
/// that have no running query, by the clock of its environment. Thread-safe.
class SessionRegistry {
 public:
  using NewSession = std::function<Result<Session>()>;
  SessionRegistry(NewSession new_session, Timeouts timeouts,
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
  std::vector<std::shared_ptr<ServerSession>> Sessions();
  /// Closes what has been left alone for too long now. Happens by itself every so often.
  void DropUnused();

 private:
  Result<std::shared_ptr<ServerSession>> Check(std::shared_ptr<ServerSession> session,
                                               const std::string& observed) const;
  void ExpireLoop();
  void Tombstone(const Key& key);  // requires mutex_

  const NewSession new_session_;
  const Timeouts timeouts_;
  const std::shared_ptr<const ServerEnvironment> environment_;
  std::mutex mutex_;
  // Guarded by mutex_:
  std::map<Key, std::shared_ptr<ServerSession>> sessions_;
  std::set<Key> closed_;          // the last of them
  std::deque<Key> closed_order_;  // oldest first
  std::atomic<bool> stopping_{false};
  std::atomic<bool> memory_freed_{false};  // since it was last given back to the system
  std::thread expiry_;
};

}  // namespace firesteel
