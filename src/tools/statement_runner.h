#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "firesteel/session.h"

namespace firesteel {

struct StatementRunnerOptions {
  int rows = 100;
  int truncate = 0;
  bool timing = false;
  bool available_now = false;
};

/// Runs statements in a session and prints what they answer to the standard output. A query over a
/// stream becomes a streaming query with the console sink, in the first output mode it allows
/// (append, complete, update), and runs until it ends or SIGINT comes. SIGTERM lets it end with the
/// batch that it runs, a second signal gives that up. Not thread-safe, one at a time: it takes both
/// signals while a streaming query runs.
class StatementRunner {
 public:
  StatementRunner(Session session, StatementRunnerOptions options)
      : session_(std::move(session)), options_(options) {}

  /// Errors: those of the statement.
  Status Run(const std::string& statement);
  /// Whether SIGTERM came: no further statement is to be run.
  bool terminated() const { return terminated_; }

 private:
  Status PrintAnswer(const DataFrame& frame, int64_t start_nanos);
  Status Stream(const DataFrame& frame);
  Result<std::shared_ptr<StreamingQuery>> StartStream(const DataFrame& frame) const;

  Session session_;
  StatementRunnerOptions options_;
  bool terminated_ = false;
};

}  // namespace firesteel
