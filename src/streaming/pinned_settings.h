#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "common/config.h"
#include "firesteel/error.h"

namespace firesteel {

/// The settings that a checkpoint fixes for the life of its query, because its files depend on
/// them. They are the 17 that Spark 4.3 writes into every `offsets/N`; real Spark refuses or
/// misreads a checkpoint in which one of them changes its meaning, so the list and the values are
/// not ours to choose. Immutable.
class PinnedSettings {
 public:
  /// For a new query: the session's settings. `default_shuffle_partitions` stands for a
  /// spark.sql.shuffle.partitions of 0. Errors: a number of shuffle partitions that cannot be.
  static Result<PinnedSettings> FromSession(const Config& config, int default_shuffle_partitions);
  /// For a query that goes on: what `logged` (the newest offset log entry) says wins. What it lacks
  /// was not there when it was written, so it gets the meaning of that time, or the session's.
  static Result<PinnedSettings> FromLog(const std::map<std::string, std::string>& logged,
                                        const Config& config, int default_shuffle_partitions);

  /// All of them, as they go to the offset log.
  const std::map<std::string, std::string>& values() const { return values_; }
  int shuffle_partitions() const;
  const std::string& state_compression_codec() const;
  const std::string& multiple_watermark_policy() const;
  /// Errors: a form of state that only Spark can read. For queries with state.
  Status CheckStateFormat() const;

 private:
  static PinnedSettings Collect(const Config& config, int default_shuffle_partitions);
  Status CheckShufflePartitions() const;

  std::map<std::string, std::string> values_;
};

}  // namespace firesteel
