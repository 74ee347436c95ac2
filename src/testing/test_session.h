#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "common/clock.h"
#include "common/env.h"
#include "firesteel/session.h"

namespace firesteel::testing {

/// Where a test's session takes time and files from, and how it is made to fail.
struct TestEngineOptions {
  Clock* clock = Clock::System();
  Env* env = Env::Posix();
  /// Called at the points of streaming/failpoints.h; null for none.
  std::function<Status(std::string_view point)> failpoint;
  int threads = 2;
  /// Plain path in `env`.
  std::string spill_directory = "/tmp/firesteel-test-spill";
};

/// Makes a session over an engine of its own that has all connectors. Clock and env must outlive it
/// and its queries. Errors: a setting that is not valid.
Result<Session> MakeTestSession(const TestEngineOptions& options,
                                const std::map<std::string, std::string>& settings = {});

}  // namespace firesteel::testing
