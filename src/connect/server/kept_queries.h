#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "common/clock.h"
#include "firesteel/streaming_query.h"

namespace firesteel {

/// The queries that clients of a session have handles of. A query that has ended is found for an
/// hour more, so that a client can ask how it went. Thread-safe.
class KeptQueries {
 public:
  explicit KeptQueries(Clock* clock) : clock_(clock) {}

  void Keep(std::shared_ptr<StreamingQuery> query);
  /// nullptr when there is none.
  std::shared_ptr<StreamingQuery> Find(const std::string& id, const std::string& run_id);
  void Clear();

 private:
  struct Entry {
    std::shared_ptr<StreamingQuery> query;
    std::optional<int64_t> end_noticed_nanos;
  };
  void DropOld();

  Clock* const clock_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Entry> entries_;  // by id, run; guarded by mutex_
};

}  // namespace firesteel
