#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "firesteel/streaming_query.h"

namespace firesteel {

/// The queries that clients of a session have handles of. A query that has ended is found for an
/// hour more, so that a client can ask how it went. Thread-safe.
class KeptQueries {
 public:
  using Now = std::function<std::chrono::steady_clock::time_point()>;
  explicit KeptQueries(Now now = std::chrono::steady_clock::now) : now_(std::move(now)) {}

  void Keep(std::shared_ptr<StreamingQuery> query);
  /// nullptr when there is none.
  std::shared_ptr<StreamingQuery> Find(const std::string& id, const std::string& run_id);
  void Clear();

 private:
  struct Entry {
    std::shared_ptr<StreamingQuery> query;
    std::optional<std::chrono::steady_clock::time_point> end_noticed;
  };
  void DropOld();

  const Now now_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Entry> entries_;  // by id, run; guarded by mutex_
};

}  // namespace firesteel
