#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "common/env.h"
#include "firesteel/error.h"
#include "state/state_file.h"

namespace firesteel {

/// Which files one store has, known from one listing and from what was written since, so that no
/// batch needs to list its directory. Not thread-safe.
class StateFiles {
 public:
  struct File {
    int64_t version;
    StateFileKind kind;
    auto operator<=>(const File&) const = default;
  };

  /// Lists `directory`; a missing one is empty.
  static Result<StateFiles> List(Env* env, const std::string& directory);

  void Add(File file) { files_.insert(file); }
  void Remove(File file) { files_.erase(file); }
  bool Contains(File file) const { return files_.contains(file); }

  /// The versions up to `version` that have a snapshot, newest first.
  std::vector<int64_t> SnapshotsUpTo(int64_t version) const;
  /// What is not needed to load any version from `oldest_version` on: the files of older versions
  /// than the newest snapshot that is not newer than that.
  std::vector<File> Superseded(int64_t oldest_version) const;

 private:
  std::set<File> files_;
};

}  // namespace firesteel
