#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "arrow/type_fwd.h"
#include "firesteel/error.h"
#include "firesteel/types.h"

namespace firesteel {

/// A function that a client sent, as bytes that only its own language understands.
struct UserFunction {
  enum class Kind {
    kForeachBatch,  ///< called with a DataFrame of the client's session and a batch's id
    kForeach,       ///< called with the rows of one partition of a batch
  };
  Kind kind = Kind::kForeachBatch;
  std::string code;
  std::string language_version;  ///< in which the client runs, for example "3.11"
  std::string owner;             ///< of the worker's process, which no other owner gets
  std::string session_url;       ///< kForeachBatch: where the function reaches its session
  Schema input;                  ///< kForeach: of the rows
};

/// A function that is loaded where it can be called. One call at a time, but Kill comes from any
/// thread. Errors of the function carry its traceback; after one the object is of no more use.
class UserFunctionCall {
 public:
  virtual ~UserFunctionCall() = default;
  /// kForeachBatch. `frame_id` is the id under which the session knows the batch's DataFrame.
  virtual Status CallWithFrame(const std::string& frame_id, int64_t batch_id) = 0;

  // kForeach: BeginRows, any number of WriteRows, EndRows, which tells how it went.
  virtual Status BeginRows(int partition, int64_t batch_id) = 0;
  virtual Status WriteRows(const arrow::RecordBatch& rows) = 0;
  virtual Status EndRows() = 0;

  /// Ends the function wherever it is; the call that runs fails soon, and so does every later one.
  virtual void Kill() = 0;
};

/// Runs user functions of one language. Thread-safe.
class UserFunctionRuntime {
 public:
  virtual ~UserFunctionRuntime() = default;
  virtual Result<std::unique_ptr<UserFunctionCall>> Load(const UserFunction& function) = 0;
  /// The owner is gone: nothing of it is kept.
  virtual void Forget(const std::string& owner) = 0;
};

}  // namespace firesteel
