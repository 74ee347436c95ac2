#include "connect/server/session_registry.h"

#include <malloc.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "catalog/catalog.h"
#include "common/error.h"
#include "common/random.h"
#include "session/session_backend.h"

namespace firesteel {

namespace {

// A client that still uses a closed session does so soon.
constexpr size_t kMaximumClosed = 10000;
constexpr std::chrono::milliseconds kLongestInterval = std::chrono::seconds(30);

/// What is freed in small pieces stays with the allocator; a session may have held a lot of them.
void GiveMemoryBack() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace

SessionRegistry::SessionRegistry(NewSession new_session, Timeouts timeouts,
                                 std::shared_ptr<const ServerEnvironment> environment)
    : new_session_(std::move(new_session)),
      timeouts_(timeouts),
      environment_(std::move(environment)),
      expiry_([this] { ExpireLoop(); }) {}

SessionRegistry::~SessionRegistry() {
  stopping_.store(true, std::memory_order_release);
  environment_->clock->WakeAll();
  expiry_.join();
  for (const auto& [key, session] : sessions_) session->Close();
}

Result<std::shared_ptr<ServerSession>> SessionRegistry::Check(
    std::shared_ptr<ServerSession> session, const std::string& observed) const {
  if (!observed.empty() && observed != session->server_side_id()) {
    return MakeError("INVALID_HANDLE.SESSION_CHANGED", {{"handle", session->id()}});
  }
  session->Touch();
  return session;
}

Result<std::shared_ptr<ServerSession>> SessionRegistry::GetOrCreate(const Key& key,
                                                                    const std::string& observed) {
  if (!IsUuid(key.session_id)) {
    return MakeError("INVALID_HANDLE.FORMAT", {{"handle", key.session_id}});
  }
  const std::lock_guard lock(mutex_);
  if (closed_.contains(key)) {
    return MakeError("INVALID_HANDLE.SESSION_CLOSED", {{"handle", key.session_id}});
  }
  std::shared_ptr<ServerSession>& session = sessions_[key];
  if (session == nullptr) {
    Result<Session> made = new_session_();
    if (!made.ok() || !observed.empty()) {
      sessions_.erase(key);
      ARROW_RETURN_NOT_OK(made.status());
      return MakeError("INVALID_HANDLE.SESSION_CHANGED", {{"handle", key.session_id}});
    }
    session = std::make_shared<ServerSession>(key.user_id, key.session_id, *std::move(made),
                                              environment_);
  }
  return Check(session, observed);
}

Result<std::shared_ptr<ServerSession>> SessionRegistry::Find(const Key& key,
                                                             const std::string& observed) {
  const std::lock_guard lock(mutex_);
  if (closed_.contains(key)) {
    return MakeError("INVALID_HANDLE.SESSION_CLOSED", {{"handle", key.session_id}});
  }
  const auto found = sessions_.find(key);
  if (found == sessions_.end()) {
    return MakeError("INVALID_HANDLE.SESSION_NOT_FOUND", {{"handle", key.session_id}});
  }
  return Check(found->second, observed);
}

Result<std::shared_ptr<ServerSession>> SessionRegistry::Clone(const Key& key,
                                                              const std::string& observed,
                                                              const std::string& id) {
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<ServerSession> source, Find(key, observed));
  const Key target{key.user_id, id.empty() ? NewUuid() : id};
  if (!IsUuid(target.session_id)) {
    return MakeError("INVALID_CLONE_SESSION_REQUEST.TARGET_SESSION_ID_FORMAT",
                     {{"targetSessionId", target.session_id}});
  }
  ARROW_ASSIGN_OR_RAISE(Session made, new_session_());
  for (const auto& [name, value] : source->session().Conf().GetAll()) {
    if (made.Conf().IsModifiable(name)) ARROW_RETURN_NOT_OK(made.Conf().Set(name, value));
  }
  Catalog* from = source->session().backend()->catalog();
  for (const std::string& name : from->TempViewNames()) {
    ARROW_ASSIGN_OR_RAISE(StoredView view, from->LookupView({name}));
    ARROW_RETURN_NOT_OK(
        made.backend()->catalog()->CreateView(name, std::move(view), false, true));
  }
  for (const std::string& name : from->user_functions().Names()) {
    if (auto function = from->user_functions().Find(name)) {
      made.backend()->catalog()->user_functions().Put(std::move(function));
    }
  }
  for (const std::string& name : from->sql_functions().Names()) {
    if (auto function = from->sql_functions().Find(name)) {
      made.backend()->catalog()->sql_functions().Put(std::move(function), /*replace=*/true);
    }
  }
  made.backend()->catalog()->variables().Declare(from->variables().All(), /*replace=*/true);
  auto clone = std::make_shared<ServerSession>(target.user_id, target.session_id, std::move(made),
                                               environment_);
  const std::lock_guard lock(mutex_);
  if (closed_.contains(target) || !sessions_.emplace(target, clone).second) {
    return MakeError("INVALID_CLONE_SESSION_REQUEST.TARGET_SESSION_ID_ALREADY_EXISTS",
                     {{"targetSessionId", target.session_id}});
  }
  return clone;
}

void SessionRegistry::Release(const Key& key, bool allow_reconnect) {
  std::shared_ptr<ServerSession> released;
  {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(key);
    if (found != sessions_.end()) {
      released = std::move(found->second);
      sessions_.erase(found);
    }
    if (!allow_reconnect) Tombstone(key);
  }
  if (released == nullptr) return;
  released->Close();
  memory_freed_ = true;
}

void SessionRegistry::Tombstone(const Key& key) {
  if (!closed_.insert(key).second) return;
  closed_order_.push_back(key);
  if (closed_order_.size() <= kMaximumClosed) return;
  closed_.erase(closed_order_.front());
  closed_order_.pop_front();
}

std::vector<std::shared_ptr<ServerSession>> SessionRegistry::Sessions() {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<ServerSession>> sessions;
  for (const auto& [key, session] : sessions_) sessions.push_back(session);
  return sessions;
}

void SessionRegistry::DropUnused() {
  const int64_t now_nanos = environment_->clock->MonotonicNanos();
  // The moment before which what was used last has been left alone for too long.
  const auto before = [now_nanos](std::chrono::milliseconds timeout) {
    return timeout.count() < 0 ? std::numeric_limits<int64_t>::min()
                               : now_nanos - timeout.count() * 1'000'000;
  };
  std::vector<std::shared_ptr<ServerSession>> expired;
  std::vector<std::shared_ptr<ServerSession>> kept;
  {
    const std::lock_guard lock(mutex_);
    const int64_t limit_nanos = before(timeouts_.idle_session);
    for (auto it = sessions_.begin(); it != sessions_.end();) {
      const ServerSession& session = *it->second;
      if (session.last_use_nanos() < limit_nanos && session.session().Streams()->Active().empty()) {
        expired.push_back(std::move(it->second));
        Tombstone(it->first);
        it = sessions_.erase(it);
      } else {
        kept.push_back(it->second);
        ++it;
      }
    }
  }
  for (const auto& session : expired) session->Close();
  bool freed = !expired.empty();
  expired.clear();
  for (const auto& session : kept) {
    freed = session->DropDetachedOperations(before(timeouts_.detached_operation)) || freed;
  }
  if (memory_freed_.exchange(false) || freed) GiveMemoryBack();
}

void SessionRegistry::ExpireLoop() {
  std::chrono::milliseconds interval = kLongestInterval;
  for (const auto timeout : {timeouts_.idle_session, timeouts_.detached_operation}) {
    if (timeout.count() < 0) continue;
    interval = std::min(interval, timeout / 4 + std::chrono::milliseconds(1));
  }
  Clock* const clock = environment_->clock;
  while (true) {
    clock->WaitUntilMs(clock->NowMs() + interval.count(), stopping_);
    if (stopping_.load(std::memory_order_acquire)) return;
    DropUnused();
  }
}

}  // namespace firesteel
