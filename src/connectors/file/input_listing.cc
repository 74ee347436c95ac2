#include "connectors/file/input_listing.h"

#include <algorithm>
#include <utility>

#include "common/error.h"
#include "connectors/file/partition_directories.h"
#include "connectors/file/sink_log.h"
#include "types/datetime.h"
#include "types/time_zone.h"

namespace firesteel {
namespace {

constexpr std::string_view kGlobCharacters = "*?[{\\";

// A partition column's name may begin with an underscore.
bool IsHidden(std::string_view name) {
  return (name.starts_with('_') && name.find('=') == name.npos) || name.starts_with('.') ||
         name.ends_with("._COPYING_");
}

std::string_view NameOf(std::string_view path) { return path.substr(path.rfind('/') + 1); }

void Note(std::vector<std::string>* directories, const std::string& directory) {
  if (directories != nullptr) directories->push_back(directory);
}

/// Expands the glob components of `path` one directory level after the other.
Result<std::vector<FileStatus>> ExpandGlob(Env* env, const std::string& path,
                                           std::vector<std::string>* visited) {
  std::vector<std::string> directories{""};
  size_t start = 1;
  std::vector<FileStatus> found;
  bool may_grow = false;  // behind the first glob, what is not there yet may come
  while (start <= path.size()) {
    const size_t end = std::min(path.find('/', start), path.size());
    const std::string component = path.substr(start, end - start);
    const bool last = end == path.size();
    const bool glob = component.find_first_of(kGlobCharacters) != std::string::npos;
    may_grow |= glob;
    std::vector<std::string> next;
    for (const std::string& directory : directories) {
      if (may_grow) Note(visited, directory.empty() ? "/" : directory);
      if (!glob) {
        const std::string child = directory + "/" + component;
        const Result<FileStatus> status = env->GetStatus(child);
        if (!status.ok()) {
          if (IsNotFound(status.status())) continue;
          return status.status();
        }
        if (last) found.push_back(*status);
        if (status->is_directory) next.push_back(child);
        continue;
      }
      ARROW_ASSIGN_OR_RAISE(const std::vector<FileStatus> children,
                            env->ListDirectory(directory.empty() ? "/" : directory));
      for (const FileStatus& child : children) {
        if (!MatchesGlob(component, NameOf(child.path))) continue;
        if (last) found.push_back(child);
        if (child.is_directory) next.push_back(child.path);
      }
    }
    directories = std::move(next);
    start = end + 1;
  }
  return found;
}

/// Whether the options take this file.
bool IsWanted(const InputLocation& location, const FileStatus& file) {
  const auto& [after, before] =
      std::pair(location.modified_after_ms, location.modified_before_ms);
  return (location.name_filter.empty() ||
          MatchesGlob(location.name_filter, NameOf(file.path))) &&
         (!after || file.modification_time_ms > *after) &&
         (!before || file.modification_time_ms < *before);
}

/// Collects all data files below `directory`.
Status CollectFiles(Env* env, const InputLocation& location, const std::string& directory,
                    std::vector<FileStatus>* files, std::vector<std::string>* directories) {
  Note(directories, directory);
  ARROW_ASSIGN_OR_RAISE(const std::vector<FileStatus> children, env->ListDirectory(directory));
  for (const FileStatus& child : children) {
    if (IsHidden(NameOf(child.path))) continue;
    if (child.is_directory) {
      ARROW_RETURN_NOT_OK(CollectFiles(env, location, child.path, files, directories));
    } else if (IsWanted(location, child)) {
      files->push_back(child);
    }
  }
  return Status::OK();
}

Status CollectFrom(Env* env, const InputLocation& location, const FileStatus& root,
                   std::vector<FileStatus>* files, std::vector<std::string>* directories) {
  if (!root.is_directory) {
    if (IsWanted(location, root)) files->push_back(root);
    return Status::OK();
  }
  ARROW_ASSIGN_OR_RAISE(const bool written_by_sink, HasSinkLog(env, root.path));
  if (written_by_sink) {
    Note(directories, SinkLogDirectory(root.path));
    ARROW_ASSIGN_OR_RAISE(std::vector<FileStatus> committed, ListCommittedFiles(env, root.path));
    for (FileStatus& file : committed) {
      if (IsWanted(location, file)) files->push_back(std::move(file));
    }
    return Status::OK();
  }
  std::vector<FileStatus> below;
  ARROW_RETURN_NOT_OK(CollectFiles(env, location, root.path, &below, directories));
  if (!location.recursive) {
    // Where there are partition directories, only what is in them is the table's.
    const int base_depth = location.base_depth();
    const bool partitioned = std::any_of(below.begin(), below.end(), [&](const FileStatus& file) {
      return !PartitionValuesOf(file.path, base_depth).empty();
    });
    std::erase_if(below, [&](const FileStatus& file) {
      return partitioned ? PartitionValuesOf(file.path, base_depth).empty()
                         : file.path.rfind('/') != root.path.size();
    });
  }
  files->insert(files->end(), below.begin(), below.end());
  return Status::OK();
}

Result<std::optional<int64_t>> ReadTimeOption(const Options& options, const char* name,
                                              const TimeZone& zone) {
  const std::optional<std::string> text = options.Get(name);
  if (!text) return std::nullopt;
  const std::optional<int64_t> micros = ParseTimestamp(*text, zone);
  if (!micros) {
    return MakeError("INVALID_OPTION_VALUE", {{"option", name},
                                              {"value", *text},
                                              {"reason", "it is no time as 2024-02-29T12:00:00"}});
  }
  return FloorDivide(*micros, kMicrosPerMillisecond);
}

}  // namespace

Result<InputLocation> InputLocation::Make(const Options& options,
                                          const std::string& session_time_zone) {
  InputLocation location;
  const std::optional<std::string> path = options.Get("path");
  if (!path) return MakeError("_LEGACY_ERROR_TEMP_2047", {{"path", "path"}});
  ARROW_ASSIGN_OR_RAISE(location.path, ToLocalPath(*path));
  location.name_filter = options.GetOr("pathGlobFilter", "");
  ARROW_ASSIGN_OR_RAISE(location.recursive, options.GetBool("recursiveFileLookup", false));
  if (const std::optional<std::string> base_path = options.Get("basePath")) {
    ARROW_ASSIGN_OR_RAISE(location.base_path, ToLocalPath(*base_path));
    if (location.path != location.base_path &&
        !location.path.starts_with(location.base_path + "/")) {
      return MakeError("INVALID_OPTION_VALUE",
                       {{"option", "basePath"},
                        {"value", *base_path},
                        {"reason", "the path read is not below it"}});
    }
  }
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<const TimeZone> zone,
                        TimeZone::Find(options.GetOr("timeZone", session_time_zone)));
  ARROW_ASSIGN_OR_RAISE(location.modified_after_ms,
                        ReadTimeOption(options, "modifiedAfter", *zone));
  ARROW_ASSIGN_OR_RAISE(location.modified_before_ms,
                        ReadTimeOption(options, "modifiedBefore", *zone));
  return location;
}

int InputLocation::base_depth() const {
  const std::string& base = base_path.empty() ? path : base_path;
  return base == "/" ? 0 : static_cast<int>(std::count(base.begin(), base.end(), '/'));
}

bool InputLocation::is_glob() const {
  return path.find_first_of(kGlobCharacters) != std::string::npos;
}

std::string InputLocation::root() const {
  const size_t glob = path.find_first_of(kGlobCharacters);
  if (glob == std::string::npos) return path;
  return path.substr(0, std::max<size_t>(path.rfind('/', glob), 1));
}

Result<std::vector<FileStatus>> ListInputFiles(Env* env, const InputLocation& location,
                                               std::vector<std::string>* directories) {
  std::vector<FileStatus> files;
  // A name that exists is taken as it is, glob characters or not.
  const Result<FileStatus> plain = env->GetStatus(location.path);
  if (plain.ok()) {
    ARROW_RETURN_NOT_OK(CollectFrom(env, location, *plain, &files, directories));
    return files;
  }
  if (!IsNotFound(plain.status())) return plain.status();
  if (!location.is_glob()) {
    return MakeError("PATH_NOT_FOUND", {{"path", ToFileUri(location.path)}});
  }
  ARROW_ASSIGN_OR_RAISE(const std::vector<FileStatus> roots,
                        ExpandGlob(env, location.path, directories));
  for (const FileStatus& root : roots) {
    if (IsHidden(NameOf(root.path))) continue;
    ARROW_RETURN_NOT_OK(CollectFrom(env, location, root, &files, directories));
  }
  return files;
}

}  // namespace firesteel
