#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/logical_plan.h"

namespace firesteel {

/// A view as it was defined.
struct StoredView {
  PlanPtr plan;  ///< analyzed
  std::string text;
  std::optional<std::string> comment;
};

/// Views by name, any case: those of one session, or the global ones that sessions share.
/// Thread-safe.
class ViewStore {
 public:
  /// False when the name is taken and `replace` is not set.
  bool Put(const std::string& name, StoredView view, bool replace);
  /// False when there was none.
  bool Remove(std::string_view name);
  std::optional<StoredView> Find(std::string_view name) const;
  /// Sorted.
  std::vector<std::string> Names() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, StoredView, std::less<>> views_;  // by lower-case name; guarded by mutex_
};

}  // namespace firesteel
