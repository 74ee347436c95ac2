#pragma once

#include <string>

namespace firesteel {

/// What a worker says of a failed function: the payload of its message E.
struct WorkerError {
  std::string message;  ///< the exception's type and text
  std::string traceback;
};

WorkerError ParseWorkerError(const std::string& payload);

}  // namespace firesteel
