#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "common/clock.h"
#include "firesteel/connector/user_function.h"

namespace firesteel {

/// What the sessions of a server need of it.
struct ServerEnvironment {
  /// Runs the clients' functions; null where there is nothing to run them.
  std::shared_ptr<UserFunctionRuntime> user_functions;
  std::string token;               ///< what clients must bring, "" for none
  Clock* clock = Clock::System();  ///< tells what nobody has used for long
  std::atomic<int> local_port{0};  ///< where this machine reaches the server without TLS
};

}  // namespace firesteel
