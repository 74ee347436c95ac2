#include "connect/server/session_files.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "common/error.h"
#include "common/logging.h"

namespace firesteel {

namespace {

namespace fs = std::filesystem;

struct Prefix {
  std::string_view name;
  std::string_view folder;  ///< below the session's directory
};

constexpr Prefix kPrefixes[] = {{"pyfiles/", ""}, {"files/", ""}, {"archives/", ".archives"}};

const Prefix* PrefixOf(std::string_view name) {
  for (const Prefix& prefix : kPrefixes) {
    if (name.substr(0, prefix.name.size()) == prefix.name) return &prefix;
  }
  return nullptr;
}

/// Whether a name stays below the directory it is put into.
bool StaysInside(const fs::path& path) {
  if (path.empty() || path.is_absolute()) return false;
  for (const fs::path& part : path) {
    if (part == ".." || part == "." || part.empty()) return false;
  }
  return true;
}

}  // namespace

SessionFiles::~SessionFiles() {
  if (directory_.empty()) return;
  std::error_code error;
  fs::remove_all(directory_, error);
  if (error) LogWarning("Removing " + directory_ + ": " + error.message());
}

bool SessionFiles::IsFile(std::string_view name) { return PrefixOf(name) != nullptr; }

Status SessionFiles::Keep(std::string_view name, const std::string& bytes) {
  const Prefix* prefix = PrefixOf(name);
  const fs::path path = prefix == nullptr ? "" : name.substr(prefix->name.size());
  if (!StaysInside(path)) {
    return Status::Invalid("The artifact ", name, " would not be among its session's files.");
  }
  const std::lock_guard lock(mutex_);
  std::error_code error;
  if (directory_.empty()) {
    std::string made = (fs::temp_directory_path(error) / "firesteel-session-XXXXXX").string();
    if (error || mkdtemp(made.data()) == nullptr) {
      return Status::IOError("No directory could be made for a session's files: ", made);
    }
    directory_ = made;
  }
  const fs::path file = fs::path(directory_) / prefix->folder / path;
  fs::create_directories(file.parent_path(), error);
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (error || !stream) return Status::IOError("The artifact ", name, " could not be written.");
  return Status::OK();
}

std::string SessionFiles::directory() const {
  const std::lock_guard lock(mutex_);
  return directory_;
}

}  // namespace firesteel
