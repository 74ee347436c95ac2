#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace firesteel {

/// The files a stream has taken already, by path or by name. Files older than the newest one by more
/// than the maximal age are forgotten, and ignored should they turn up: that bounds the memory. A file
/// that is written again under its name is not read again. Not thread-safe.
class SeenFiles {
 public:
  SeenFiles(int64_t max_age_ms, bool name_only)
      : max_age_ms_(max_age_ms), name_only_(name_only) {}

  bool IsNew(std::string_view path, int64_t modification_time_ms) const;
  void Add(std::string_view path, int64_t modification_time_ms);
  /// Forgets what is too old; returns how many files.
  int64_t Purge();
  int64_t size() const { return static_cast<int64_t>(files_.size()); }

 private:
  std::string Key(std::string_view path) const;

  int64_t max_age_ms_;
  bool name_only_;
  int64_t newest_ms_ = 0;
  int64_t purged_before_ms_ = 0;
  std::unordered_map<std::string, int64_t> files_;
};

}  // namespace firesteel
