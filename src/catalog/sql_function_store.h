#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "plan/sql_function.h"

namespace firesteel {

/// The functions of one session whose bodies are SQL, by name in any case. They come before the
/// built-in ones of the same name. Thread-safe.
class SqlFunctionStore {
 public:
  /// False, and nothing is done, when the name is taken and `replace` is not set.
  bool Put(SqlFunctionPtr function, bool replace);
  /// False when there was none.
  bool Remove(std::string_view name);
  /// nullptr when there is none.
  SqlFunctionPtr Find(std::string_view name) const;
  /// Sorted, in lower case.
  std::vector<std::string> Names() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, SqlFunctionPtr, std::less<>> functions_;  // by lower-case name; guarded
};

}  // namespace firesteel
