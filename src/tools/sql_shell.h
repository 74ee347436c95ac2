#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "firesteel/error.h"

namespace firesteel {

struct SqlShellOptions {
  std::vector<std::string> texts;           ///< of -e, in order
  std::string file;                         ///< a script; "-" is the standard input
  std::map<std::string, std::string> conf;  ///< settings of the session
  int rows = 100;                           ///< of each answer
  int truncate = 0;                         ///< characters a cell keeps, 0 for all
  bool timing = false;                      ///< also where nobody types
  bool available_now = false;               ///< streaming queries end with the data there is
};

/// Runs SQL statements and prints their answers as `show` does: of texts or a script up to the first
/// error, else those typed at a prompt. A query over a stream runs on the console until Ctrl-C (or
/// until it has read what is there, with `available_now`). Returns the exit status: 1 after an
/// error in what was not typed.
int RunSqlShell(const SqlShellOptions& options);

/// `name=value` as a pair. Errors: no `=` in it.
Result<std::pair<std::string, std::string>> ParseSetting(const std::string& text);

}  // namespace firesteel
