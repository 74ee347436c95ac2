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
/// (append, complete, update), and runs until it ends or SIGINT comes. Not thread-safe, one at a
/// time: it takes SIGINT while a streaming query runs.
class StatementRunner {
 public:
  StatementRunner(Session session, StatementRunnerOptions options)
      : session_(std::move(session)), options_(options) {}

  /// Errors: those of the statement.
  Status Run(const std::string& statement);

 private:
  Status PrintAnswer(const DataFrame& frame, int64_t start_nanos);
  Status Stream(const DataFrame& frame);
  Result<std::shared_ptr<StreamingQuery>> StartStream(const DataFrame& frame) const;

  Session session_;
  StatementRunnerOptions options_;
};

}  // namespace firesteel
