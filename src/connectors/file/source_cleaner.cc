#include "connectors/file/source_cleaner.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "common/logging.h"
#include "connectors/file/sink_log.h"

namespace firesteel {
namespace {

// Whether something below `directory` can be found by the source.
bool IsRead(const InputLocation& location, const std::string& directory) {
  if (directory == location.path || directory.starts_with(location.path + "/")) return true;
  // Of a glob, component by component as far as both go.
  if (!location.is_glob()) return false;
  size_t of_glob = 1;
  size_t of_directory = 1;
  while (of_glob <= location.path.size() && of_directory <= directory.size()) {
    const size_t glob_end = std::min(location.path.find('/', of_glob), location.path.size());
    const size_t end = std::min(directory.find('/', of_directory), directory.size());
    if (!MatchesGlob(std::string_view(location.path).substr(of_glob, glob_end - of_glob),
                     std::string_view(directory).substr(of_directory, end - of_directory))) {
      return false;
    }
    of_glob = glob_end + 1;
    of_directory = end + 1;
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<SourceCleaner>> SourceCleaner::Make(Env* env, const InputLocation& location,
                                                           const FileSourceOptions& options) {
  if (options.clean_source == CleanSource::kOff) return nullptr;
  if (!location.is_glob()) {
    ARROW_ASSIGN_OR_RAISE(const bool written_by_sink, HasSinkLog(env, location.path));
    if (written_by_sink) {
      return Status::NotImplemented("cleanSource cannot be used on ", location.path,
                                    ": a file sink's log names the files there.");
    }
  }
  if (options.clean_source == CleanSource::kArchive &&
      IsRead(location, options.archive_directory)) {
    return Status::Invalid("sourceArchiveDir ", options.archive_directory,
                           " lies where the source ", location.path,
                           " would read what is moved there.");
  }
  return std::unique_ptr<SourceCleaner>(new SourceCleaner(env, options));
}

void SourceCleaner::Clean(const std::vector<FileStatus>& files) const {
  for (const FileStatus& file : files) {
    const Status status = CleanOne(file);
    if (!status.ok() && !IsNotFound(status)) {
      LogWarning("The file source leaves " + file.path + " where it is: " + status.message());
    }
  }
}

Status SourceCleaner::CleanOne(const FileStatus& file) const {
  if (options_.clean_source == CleanSource::kDelete) return env_->RemoveFile(file.path);
  const std::string target = options_.archive_directory + file.path;
  ARROW_RETURN_NOT_OK(env_->CreateDirectories(target.substr(0, target.rfind('/'))));
  return env_->RenameNoReplace(file.path, target);
}

}  // namespace firesteel
