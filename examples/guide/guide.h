#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "firesteel/firesteel.h"

/// What the programs of this directory share: a directory of their own with files that appear at
/// once, and checks that say what went wrong.
namespace guide {

namespace fs = firesteel;

/// A directory that is gone when the program ends.
class Workplace {
 public:
  explicit Workplace(const std::string& name)
      : root_(std::filesystem::temp_directory_path() / ("firesteel-guide-" + name)) {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
  }
  ~Workplace() { std::filesystem::remove_all(root_); }

  std::string Path(const std::string& name) const { return (root_ / name).string(); }

  /// Puts a finished file into a directory, newer than those before.
  void Add(const std::string& directory, const std::vector<std::string>& lines) {
    std::filesystem::create_directories(root_ / directory);
    const std::filesystem::path hidden = root_ / ".new";
    std::ofstream file(hidden);
    for (const std::string& line : lines) file << line << "\n";
    file.close();
    ++files_;
    const auto time = std::filesystem::last_write_time(hidden) + std::chrono::seconds(files_);
    std::filesystem::last_write_time(hidden, time);
    std::filesystem::rename(hidden, root_ / directory / (std::to_string(files_) + ".json"));
  }

 private:
  std::filesystem::path root_;
  int files_ = 0;
};

/// An error that shows what was found, unless it is what was wanted.
inline fs::Status Expect(const std::string& what, const std::string& found,
                         const std::string& wanted) {
  if (found == wanted) return fs::Status::OK();
  return fs::Status::Invalid(what, ": wanted ", wanted, ", found ", found);
}

/// The rows of a query, as text in the order of that text.
inline fs::Result<std::string> Rows(const fs::Session& session, const std::string& sql) {
  ARROW_ASSIGN_OR_RAISE(const std::vector<fs::Row> rows, session.Sql(sql).Collect());
  std::vector<std::string> texts;
  for (const fs::Row& row : rows) texts.push_back(row.ToString());
  std::sort(texts.begin(), texts.end());
  std::string all;
  for (const std::string& text : texts) all += text;
  return all;
}

inline int Ended(const fs::Status& status) {
  if (status.ok()) {
    std::puts("done");
    return 0;
  }
  std::fprintf(stderr, "%s\n", status.message().c_str());
  return 1;
}

}  // namespace guide
