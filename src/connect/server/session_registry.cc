#include "connect/server/session_registry.h"

#include <algorithm>
#include <vector>

#include "catalog/catalog.h"
#include "common/error.h"
#include "common/random.h"
#include "session/session_backend.h"

namespace firesteel {

namespace {

bool IsUuid(const std::string& text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !std::isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

}  // namespace

SessionRegistry::SessionRegistry(NewSession new_session, std::chrono::milliseconds idle_timeout,
                                 std::shared_ptr<const ServerEnvironment> environment)
    : new_session_(std::move(new_session)),
      idle_timeout_(idle_timeout),
      environment_(std::move(environment)),
      expiry_([this] { ExpireLoop(); }) {}

SessionRegistry::~SessionRegistry() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopping_changed_.notify_all();
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
    if (!allow_reconnect) closed_.insert(key);
  }
  if (released != nullptr) released->Close();
}

void SessionRegistry::ExpireLoop() {
  std::unique_lock lock(mutex_);
  const auto interval = std::min<std::chrono::milliseconds>(
      idle_timeout_ / 4 + std::chrono::milliseconds(1), std::chrono::seconds(30));
  while (!stopping_changed_.wait_for(lock, interval, [this] { return stopping_; })) {
    std::vector<std::shared_ptr<ServerSession>> expired;
    const auto limit = std::chrono::steady_clock::now() - idle_timeout_;
    for (auto it = sessions_.begin(); it != sessions_.end();) {
      const ServerSession& session = *it->second;
      if (session.last_use() < limit && session.session().Streams()->Active().empty()) {
        expired.push_back(std::move(it->second));
        closed_.insert(it->first);
        it = sessions_.erase(it);
      } else {
        ++it;
      }
    }
    lock.unlock();
    for (const auto& session : expired) session->Close();
    expired.clear();
    lock.lock();
  }
}

}  // namespace firesteel
