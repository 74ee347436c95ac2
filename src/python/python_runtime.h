#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "common/clock.h"
#include "firesteel/connector/user_function.h"

namespace firesteel {

struct PythonOptions {
  /// The worker program's start: the interpreter and its arguments.
  std::vector<std::string> command;
  /// Where the worker finds the package `firesteel`; added to PYTHONPATH.
  std::string package_directory;
  /// How long a worker may take to start and to load a function.
  std::chrono::milliseconds load_timeout = std::chrono::minutes(5);
  Clock* clock = Clock::System();
};

/// Runs functions in worker processes. A process runs one function at a time; after foreach and the
/// like it is kept for the next function of the same owner, after foreachBatch it ends.
std::shared_ptr<UserFunctionRuntime> NewPythonRuntime(PythonOptions options);

/// The usual options: `python` or, where it is "", $PYSPARK_PYTHON, the project's own, python3.
PythonOptions DefaultPythonOptions(const std::string& python);

}  // namespace firesteel
