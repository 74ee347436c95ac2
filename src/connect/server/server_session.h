#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "connect/server/error_status.h"
#include "connect/server/event_forwarder.h"
#include "connect/server/kept_queries.h"
#include "connect/server/operation.h"
#include "connect/server/server_environment.h"
#include "connect/server/session_files.h"
#include "firesteel/session.h"

namespace firesteel {

/// A client's session: the engine's session behind it and what the protocol adds. Thread-safe.
class ServerSession : public std::enable_shared_from_this<ServerSession> {
 public:
  ServerSession(std::string user_id, std::string session_id, Session session,
                std::shared_ptr<const ServerEnvironment> environment);
  ~ServerSession();

  const std::string& user_id() const { return user_id_; }
  const std::string& id() const { return id_; }
  /// Tells the client when a server has lost its session and made a new one.
  const std::string& server_side_id() const { return server_side_id_; }
  const Session& session() const { return session_; }
  /// The zone that instants in results are labelled with.
  std::string time_zone() const;
  ErrorStore& errors() { return errors_; }
  const ServerEnvironment& environment() const { return *environment_; }
  /// Where a worker on this machine reaches this session.
  std::string LocalUrl() const;

  // Streaming queries.
  KeptQueries& queries() { return queries_; }
  /// What hears of the queries for the client; false when there is one already.
  bool SetListener(std::shared_ptr<EventForwarder> listener);
  void RemoveListener(const EventForwarder* listener);
  /// nullptr when there is none.
  std::shared_ptr<EventForwarder> listener() const;

  // Operations by id.
  struct OpenedOperation {
    std::shared_ptr<Operation> operation;
    bool is_new;  ///< to be started by whoever opened it
  };
  /// Makes an operation, or finds the one that an earlier try of the same request has made: a
  /// client whose connection broke cannot know whether its request arrived, and what it asks for is
  /// to happen once. Errors: INVALID_HANDLE.OPERATION_ALREADY_EXISTS where it was about something
  /// else, .OPERATION_ABANDONED where it is over, .FORMAT.
  Result<OpenedOperation> OpenOperation(const std::string& id, std::set<std::string> tags,
                                        bool reattachable,
                                        std::shared_ptr<const spark::connect::Plan> plan);
  /// nullptr when there is none.
  std::shared_ptr<Operation> FindOperation(const std::string& id) const;
  void RemoveOperation(const std::string& id);
  std::vector<std::shared_ptr<Operation>> Operations() const;
  /// Interrupts the operations that nobody has read since before then, and removes those of them
  /// that have ended. Says whether there were any to remove.
  bool DropDetachedOperations(int64_t before_nanos);

  // DataFrames that clients name by an id: the batches of foreachBatch, checkpoints.
  void KeepRelation(const std::string& id, DataFrame frame);
  std::optional<DataFrame> FindRelation(const std::string& id) const;
  void RemoveRelation(const std::string& id);

  // Files by the names under which clients sent them: `cache/<hash>`, `pyfiles/a.py`.
  /// Modules, files and archives go to the directory of the session's workers. Errors: theirs.
  Status KeepArtifact(const std::string& name, std::string bytes);
  std::shared_ptr<const std::string> FindArtifact(const std::string& name) const;
  /// Where workers find the session's files; "" while there are none.
  std::string FilesDirectory() const { return files_.directory(); }

  /// Ends all operations and streaming queries.
  void Close();

  /// For expiry, on the monotonic time of the environment's clock.
  void Touch();
  int64_t last_use_nanos() const;

 private:
  void Forget(const std::string& operation_id);  // requires mutex_

  const std::string user_id_;
  const std::string id_;
  const std::string server_side_id_;
  const Session session_;
  const std::shared_ptr<const ServerEnvironment> environment_;
  ErrorStore errors_;
  KeptQueries queries_;
  SessionFiles files_;

  mutable std::mutex mutex_;
  // Guarded by mutex_:
  std::map<std::string, std::shared_ptr<Operation>> operations_;
  std::set<std::string> forgotten_;          // ids of the operations removed last
  std::deque<std::string> forgotten_order_;  // oldest first
  std::map<std::string, DataFrame> relations_;
  std::shared_ptr<EventForwarder> listener_;
  std::map<std::string, std::shared_ptr<const std::string>> artifacts_;
  int64_t last_use_nanos_;
};

}  // namespace firesteel
