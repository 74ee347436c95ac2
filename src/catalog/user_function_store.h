#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/connector/user_function.h"

namespace firesteel {

/// The functions that clients registered in one session, by name in any case. They come before the
/// built-in ones of the same name. Thread-safe.
class UserFunctionStore {
 public:
  /// Takes the place of one of the same name.
  void Put(std::shared_ptr<const UserColumnFunction> function);
  /// False when there was none.
  bool Remove(std::string_view name);
  /// nullptr when there is none.
  std::shared_ptr<const UserColumnFunction> Find(std::string_view name) const;
  /// Sorted, in lower case.
  std::vector<std::string> Names() const;

 private:
  mutable std::mutex mutex_;
  // By lower-case name; guarded by mutex_.
  std::map<std::string, std::shared_ptr<const UserColumnFunction>, std::less<>> functions_;
};

}  // namespace firesteel
