#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "plan/logical_plan.h"
#include "session/session_backend.h"

namespace firesteel {

/// Results that CACHE TABLE keeps, by the analyzed plan they came from. A later plan uses them
/// where it holds the same query, whatever the ids of its columns: that is a plan made from the
/// same view or DataFrame, as functions are compared by identity. Thread-safe.
class PlanCache {
 public:
  using PlanRunner = std::function<Result<QueryResult>(const PlanPtr& analyzed)>;

  /// Keeps the results of `analyzed` from when they are first needed on.
  void Add(const PlanPtr& analyzed);
  /// Forgets the plan; false when it was not kept.
  bool Remove(const PlanPtr& analyzed);
  bool Contains(const PlanPtr& analyzed) const;
  /// Forgets the rows of what uses the plan, so that they are read again.
  void Refresh(const PlanPtr& analyzed);
  /// Forgets the rows of what reads files below a directory.
  void RefreshPath(const std::string& directory);
  void Clear();

  /// Puts kept rows in the place of the queries they came from; `run` makes those that are not
  /// there yet.
  Result<PlanPtr> Apply(const PlanPtr& analyzed, const PlanRunner& run);

 private:
  struct Entry {
    PlanPtr plan;
    std::mutex mutex;
    std::optional<QueryResult> rows;  // guarded by mutex
  };
  using EntryPtr = std::shared_ptr<Entry>;

  Result<PlanPtr> Replace(const PlanPtr& plan, const std::vector<EntryPtr>& entries,
                          const PlanRunner& run);
  std::vector<EntryPtr> Entries() const;

  mutable std::mutex mutex_;
  std::vector<EntryPtr> entries_;  // guarded by mutex_
};

/// Whether two analyzed plans are the same query, ids of columns aside.
bool SamePlan(const PlanPtr& a, const PlanPtr& b);

}  // namespace firesteel
