#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <grpcpp/support/status.h>

#include "firesteel/error.h"

namespace firesteel {

/// The names of the Java exception class that Spark throws for this error and of its superclasses,
/// most special first: the client makes its Python exception from them.
std::vector<std::string> ExceptionClasses(const Status& status);

/// Errors by the id that went to the client with them, until it fetches their details. Keeps the
/// newest few. Thread-safe.
class ErrorStore {
 public:
  /// The gRPC status a client understands: the text, cut to what fits into HTTP headers, and as
  /// `grpc-status-details-bin` a google.rpc.Status with the condition, SQLSTATE, parameters and
  /// exception classes. The whole error is kept for FetchErrorDetails.
  grpc::Status ToGrpcStatus(const Status& status);
  std::optional<Status> Find(const std::string& error_id) const;

 private:
  static constexpr size_t kMaximumErrors = 100;
  mutable std::mutex mutex_;
  std::map<std::string, Status> errors_;  // guarded by mutex_
  std::vector<std::string> order_;        // ids, oldest first; guarded by mutex_
};

}  // namespace firesteel
