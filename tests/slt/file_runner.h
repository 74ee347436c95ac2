#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/slt/record_runner.h"
#include "tests/slt/slt_file.h"

namespace firesteel::slt {

struct FileRun {
  std::vector<Record> records;  ///< with `update`, holding the answers
  std::vector<Outcome> outcomes;
  std::vector<bool> ran;  ///< as long as records
};

struct FileRunOptions {
  double timeout_seconds = 30;  ///< for one record
  bool update = false;
  /// Which records are wanted; those that set something up run with them.
  std::function<bool(const Record& record)> select;
};

/// Runs a file in a session of its own, in a child process: a record that crashes it or does not
/// end in time fails, and the records after it go on in a new child, for which those that set
/// something up are run again. The process must have no other threads.
Result<FileRun> RunFile(const std::string& path, const FileRunOptions& options);

}  // namespace firesteel::slt
