#include "connect/server/server_session.h"

#include <google/protobuf/util/message_differencer.h>

#include <cctype>
#include <optional>
#include <utility>

#include "common/error.h"
#include "common/logging.h"
#include "common/random.h"

namespace firesteel {

namespace {

// A request that comes twice comes twice within moments.
constexpr size_t kMaximumForgotten = 1000;

/// As part of a connection string, where `;` and `=` separate.
std::string Escaped(const std::string& text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || c == '-' || c == '_' || c == '.') {
      escaped.push_back(c);
    } else {
      escaped += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return escaped;
}

}  // namespace

ServerSession::ServerSession(std::string user_id, std::string session_id, Session session,
                             std::shared_ptr<const ServerEnvironment> environment)
    : user_id_(std::move(user_id)),
      id_(std::move(session_id)),
      server_side_id_(NewUuid()),
      session_(std::move(session)),
      environment_(std::move(environment)),
      queries_(environment_->clock),
      last_use_nanos_(environment_->clock->MonotonicNanos()) {}

ServerSession::~ServerSession() { Close(); }

std::string ServerSession::LocalUrl() const {
  std::string url = "sc://localhost:" + std::to_string(environment_->local_port) +
                    "/;user_id=" + Escaped(user_id_) + ";session_id=" + id_;
  if (!environment_->token.empty()) url += ";token=" + Escaped(environment_->token);
  return url;
}

bool ServerSession::SetListener(std::shared_ptr<EventForwarder> listener) {
  const std::lock_guard lock(mutex_);
  if (listener_ != nullptr) return false;
  listener_ = std::move(listener);
  return true;
}

void ServerSession::RemoveListener(const EventForwarder* listener) {
  const std::lock_guard lock(mutex_);
  if (listener_.get() == listener) listener_ = nullptr;
}

std::shared_ptr<EventForwarder> ServerSession::listener() const {
  const std::lock_guard lock(mutex_);
  return listener_;
}

std::string ServerSession::time_zone() const {
  return session_.Conf().Get("spark.sql.session.timeZone").value_or("UTC");
}

Result<ServerSession::OpenedOperation> ServerSession::OpenOperation(
    const std::string& id, std::set<std::string> tags, bool reattachable,
    std::shared_ptr<const spark::connect::Plan> plan) {
  if (!IsUuid(id)) return MakeError("INVALID_HANDLE.FORMAT", {{"handle", id}});
  const std::lock_guard lock(mutex_);
  if (forgotten_.contains(id)) {
    return MakeError("INVALID_HANDLE.OPERATION_ABANDONED", {{"handle", id}});
  }
  const auto found = operations_.find(id);
  if (found == operations_.end()) {
    auto operation =
        std::make_shared<Operation>(Operation::Ids{id_, server_side_id_, id}, std::move(tags),
                                    reattachable, std::move(plan), environment_->clock);
    operations_.emplace(id, operation);
    return OpenedOperation{std::move(operation), true};
  }
  const Operation& earlier = *found->second;
  if (reattachable && earlier.reattachable() &&
      google::protobuf::util::MessageDifferencer::Equals(earlier.plan(), *plan)) {
    return OpenedOperation{found->second, false};
  }
  return MakeError("INVALID_HANDLE.OPERATION_ALREADY_EXISTS", {{"handle", id}});
}

std::shared_ptr<Operation> ServerSession::FindOperation(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = operations_.find(id);
  return found == operations_.end() ? nullptr : found->second;
}

void ServerSession::RemoveOperation(const std::string& id) {
  std::shared_ptr<Operation> removed;  // destroyed outside of the lock: it waits for its thread
  const std::lock_guard lock(mutex_);
  const auto found = operations_.find(id);
  if (found == operations_.end()) return;
  removed = std::move(found->second);
  operations_.erase(found);
  Forget(id);
}

void ServerSession::Forget(const std::string& operation_id) {
  if (!forgotten_.insert(operation_id).second) return;
  forgotten_order_.push_back(operation_id);
  if (forgotten_order_.size() <= kMaximumForgotten) return;
  forgotten_.erase(forgotten_order_.front());
  forgotten_order_.pop_front();
}

bool ServerSession::DropDetachedOperations(int64_t before_nanos) {
  bool removed = false;
  for (const std::shared_ptr<Operation>& operation : Operations()) {
    const std::optional<int64_t> since_nanos = operation->detached_since_nanos();
    if (!since_nanos || *since_nanos >= before_nanos) continue;
    operation->Interrupt();
    // Else the next time: its work may take a while to notice.
    if (!operation->ended()) continue;
    RemoveOperation(operation->id());
    removed = true;
  }
  return removed;
}

std::vector<std::shared_ptr<Operation>> ServerSession::Operations() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Operation>> operations;
  for (const auto& [id, operation] : operations_) operations.push_back(operation);
  return operations;
}

void ServerSession::KeepRelation(const std::string& id, DataFrame frame) {
  const std::lock_guard lock(mutex_);
  relations_.insert_or_assign(id, std::move(frame));
}

std::optional<DataFrame> ServerSession::FindRelation(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = relations_.find(id);
  if (found == relations_.end()) return std::nullopt;
  return found->second;
}

void ServerSession::RemoveRelation(const std::string& id) {
  const std::lock_guard lock(mutex_);
  relations_.erase(id);
}

Status ServerSession::KeepArtifact(const std::string& name, std::string bytes) {
  if (SessionFiles::IsFile(name)) {
    ARROW_RETURN_NOT_OK(files_.Keep(name, bytes));
    bytes.clear();  // it is known by its name only
  }
  const std::lock_guard lock(mutex_);
  artifacts_.insert_or_assign(name, std::make_shared<const std::string>(std::move(bytes)));
  return Status::OK();
}

std::shared_ptr<const std::string> ServerSession::FindArtifact(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = artifacts_.find(name);
  return found == artifacts_.end() ? nullptr : found->second;
}

void ServerSession::Close() {
  std::map<std::string, std::shared_ptr<Operation>> operations;
  {
    const std::lock_guard lock(mutex_);
    operations = std::exchange(operations_, {});
    relations_.clear();
    artifacts_.clear();
  }
  for (const auto& [id, operation] : operations) operation->Interrupt();
  Session session = session_;
  const Status stopped = session.Stop();
  if (!stopped.ok()) LogWarning("Stopping session " + id_ + ": " + stopped.ToString());
  queries_.Clear();
  if (environment_->user_functions != nullptr) {
    environment_->user_functions->Forget(user_id_ + "/" + id_);
  }
}

void ServerSession::Touch() {
  const std::lock_guard lock(mutex_);
  last_use_nanos_ = environment_->clock->MonotonicNanos();
}

int64_t ServerSession::last_use_nanos() const {
  const std::lock_guard lock(mutex_);
  return last_use_nanos_;
}

}  // namespace firesteel
