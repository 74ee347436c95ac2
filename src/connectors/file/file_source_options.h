#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "firesteel/connector/table.h"

namespace firesteel {

/// What becomes of the files of a batch once it is committed.
enum class CleanSource { kOff, kDelete, kArchive };

/// The options of a file stream. Bad ones are found when the query's thread makes the stream.
struct FileSourceOptions {
  std::optional<int64_t> max_files_per_trigger;
  /// At least one file is taken, however large it is.
  std::optional<int64_t> max_bytes_per_trigger;
  /// How many files that were listed but not taken are kept for the batches behind, which then
  /// need not list; so few that they are less than a share of one batch are listed anew.
  int64_t max_cached_files = 10000;
  double discard_cached_input_ratio = 0.2;
  bool latest_first = false;
  bool file_name_only = false;  ///< a file is known by its name alone, in whatever directory
  /// Files this much older than the newest one seen are ignored and forgotten. Without effect
  /// together with latest_first and a limit, where old files come last.
  int64_t max_file_age_ms = int64_t{7} * 24 * 60 * 60 * 1000;
  CleanSource clean_source = CleanSource::kOff;
  std::string archive_directory;  ///< plain and absolute; with kArchive only

  static Result<FileSourceOptions> Make(const Options& options);
};

}  // namespace firesteel
