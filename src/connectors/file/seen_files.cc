#include "connectors/file/seen_files.h"

#include <algorithm>

namespace firesteel {

bool SeenFiles::IsNew(std::string_view path, int64_t modification_time_ms) const {
  return modification_time_ms >= purged_before_ms_ && !files_.contains(Key(path));
}

void SeenFiles::Add(std::string_view path, int64_t modification_time_ms) {
  files_[Key(path)] = modification_time_ms;
  newest_ms_ = std::max(newest_ms_, modification_time_ms);
}

int64_t SeenFiles::Purge() {
  if (newest_ms_ < max_age_ms_) return 0;
  purged_before_ms_ = newest_ms_ - max_age_ms_;
  return static_cast<int64_t>(std::erase_if(
      files_, [&](const auto& entry) { return entry.second < purged_before_ms_; }));
}

std::string SeenFiles::Key(std::string_view path) const {
  return std::string(name_only_ ? path.substr(path.rfind('/') + 1) : path);
}

}  // namespace firesteel
