#include "connectors/file/input_listing.h"

#include <set>
#include <utility>

#include "common/error.h"
#include "connectors/file/sink_log.h"

namespace firesteel {
namespace {

constexpr std::string_view kGlobCharacters = "*?[{\\";

bool IsHidden(std::string_view name) { return name.starts_with('_') || name.starts_with('.'); }

std::string_view NameOf(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// Expands the glob components of `path` one directory level after the other.
Result<std::vector<FileStatus>> ExpandGlob(Env* env, const std::string& path) {
  std::vector<std::string> directories{""};
  size_t start = 1;
  std::vector<FileStatus> found;
  while (start <= path.size()) {
    const size_t end = std::min(path.find('/', start), path.size());
    const std::string component = path.substr(start, end - start);
    const bool last = end == path.size();
    const bool glob = component.find_first_of(kGlobCharacters) != std::string::npos;
    std::vector<std::string> next;
    for (const std::string& directory : directories) {
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

/// Collects the data files directly in `directory`, or all below it.
Status CollectFiles(Env* env, const InputLocation& location, const std::string& directory,
                    std::vector<FileStatus>* files) {
  ARROW_ASSIGN_OR_RAISE(const std::vector<FileStatus> children, env->ListDirectory(directory));
  for (const FileStatus& child : children) {
    const std::string_view name = NameOf(child.path);
    if (IsHidden(name)) continue;
    if (child.is_directory) {
      if (location.recursive) {
        ARROW_RETURN_NOT_OK(CollectFiles(env, location, child.path, files));
      }
      continue;
    }
    if (location.name_filter.empty() || MatchesGlob(location.name_filter, name)) {
      files->push_back(child);
    }
  }
  return Status::OK();
}

Status CollectFrom(Env* env, const InputLocation& location, const FileStatus& root,
                   std::vector<FileStatus>* files) {
  if (!root.is_directory) {
    files->push_back(root);
    return Status::OK();
  }
  ARROW_ASSIGN_OR_RAISE(const bool written_by_sink, HasSinkLog(env, root.path));
  if (written_by_sink) {
    ARROW_ASSIGN_OR_RAISE(std::vector<FileStatus> committed, ListCommittedFiles(env, root.path));
    for (FileStatus& file : committed) files->push_back(std::move(file));
    return Status::OK();
  }
  return CollectFiles(env, location, root.path, files);
}

}  // namespace

Result<InputLocation> InputLocation::Make(const Options& options) {
  InputLocation location;
  const std::optional<std::string> path = options.Get("path");
  if (!path) return MakeError("_LEGACY_ERROR_TEMP_2047", {{"path", "path"}});
  ARROW_ASSIGN_OR_RAISE(location.path, ToLocalPath(*path));
  location.name_filter = options.GetOr("pathGlobFilter", "");
  ARROW_ASSIGN_OR_RAISE(location.recursive, options.GetBool("recursiveFileLookup", false));
  return location;
}

bool InputLocation::is_glob() const {
  return path.find_first_of(kGlobCharacters) != std::string::npos;
}

Result<std::vector<FileStatus>> ListInputFiles(Env* env, const InputLocation& location) {
  std::vector<FileStatus> files;
  // A name that exists is taken as it is, glob characters or not.
  const Result<FileStatus> plain = env->GetStatus(location.path);
  if (plain.ok()) {
    ARROW_RETURN_NOT_OK(CollectFrom(env, location, *plain, &files));
    return files;
  }
  if (!IsNotFound(plain.status())) return plain.status();
  if (!location.is_glob()) {
    return MakeError("PATH_NOT_FOUND", {{"path", ToFileUri(location.path)}});
  }
  ARROW_ASSIGN_OR_RAISE(const std::vector<FileStatus> roots, ExpandGlob(env, location.path));
  for (const FileStatus& root : roots) {
    if (IsHidden(NameOf(root.path))) continue;
    ARROW_RETURN_NOT_OK(CollectFrom(env, location, root, &files));
  }
  return files;
}

}  // namespace firesteel
