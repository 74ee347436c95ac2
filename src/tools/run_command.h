#pragma once

#include <map>
#include <string>
#include <vector>

namespace firesteel {

struct RunCommandOptions {
  std::string script;                  ///< job.py, or job.sql
  std::vector<std::string> arguments;  ///< of the script
  std::string python;                  ///< the interpreter; "" for the usual one
  std::map<std::string, std::string> conf;  ///< settings of every session
};

/// Runs a PySpark program as spark-submit does: with a server of its own, on a free port of this
/// machine, which ends with it. SIGINT, SIGTERM and SIGHUP go to the program. Returns the program's
/// exit status, 128 and its number after a signal. A .sql file runs as with `firesteel sql`.
int RunScript(const RunCommandOptions& options);

}  // namespace firesteel
