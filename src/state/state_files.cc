#include "state/state_files.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "checkpoint/log_text.h"

namespace firesteel {

Result<StateFiles> StateFiles::List(Env* env, const std::string& directory) {
  StateFiles found;
  const Result<std::vector<FileStatus>> listed = env->ListDirectory(directory);
  if (IsNotFound(listed.status())) return found;
  ARROW_RETURN_NOT_OK(listed.status());
  for (const FileStatus& file : *listed) {
    const std::string_view name = std::string_view(file.path).substr(file.path.rfind('/') + 1);
    const size_t dot = name.find('.');
    if (dot == std::string_view::npos || file.is_directory) continue;
    const std::string_view ending = name.substr(dot);
    const std::optional<int64_t> version = ParseBatchId(name.substr(0, dot));
    if (!version.has_value()) continue;
    if (ending == ".delta") found.Add({*version, StateFileKind::kDelta});
    if (ending == ".snapshot") found.Add({*version, StateFileKind::kSnapshot});
  }
  return found;
}

std::vector<int64_t> StateFiles::SnapshotsUpTo(int64_t version) const {
  std::vector<int64_t> versions;
  for (const File& file : files_) {
    if (file.version > version) break;
    if (file.kind == StateFileKind::kSnapshot) versions.push_back(file.version);
  }
  std::reverse(versions.begin(), versions.end());
  return versions;
}

std::vector<StateFiles::File> StateFiles::Superseded(int64_t oldest_version) const {
  const std::vector<int64_t> snapshots = SnapshotsUpTo(oldest_version);
  if (snapshots.empty()) return {};
  std::vector<File> superseded;
  for (const File& file : files_) {
    if (file.version >= snapshots.front()) break;
    superseded.push_back(file);
  }
  return superseded;
}

}  // namespace firesteel
