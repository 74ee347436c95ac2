// Runs golden files of SQL statements and their answers; `--help` says how.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "tests/slt/file_runner.h"

namespace firesteel::slt {
namespace {

constexpr std::string_view kUsage =
    R"(Usage: slt_runner [OPTIONS] PATH...

Runs SQL statements and compares their answers with those in the files. A PATH is a directory (all
*.slt below it), a file, or FILE:LINE (the record at that line).

Options:
  -k TEXT       only records whose SQL or file name has TEXT in it
  -q            no details of failures
  --summary     no line per file, but one per directory
  --json FILE   one JSON line per record
  --timeout S   seconds that a record may take (30)

With UPDATE_GOLDEN=1 in the environment the answers in the files are rewritten.
Exit status: 0 all passed, 1 some failed, 2 wrong arguments.
)";

struct Arguments {
  std::map<std::string, std::vector<int>> files;  ///< the lines wanted, none for all
  std::string text;
  std::string json_file;
  bool quiet = false;
  bool summary = false;
  double timeout_seconds = 30;
};

struct Count {
  int passed = 0;
  int failed = 0;
};

int Usage(const std::string& problem) {
  std::fputs((problem + "\n\n" + std::string(kUsage)).c_str(), stderr);
  return 2;
}

/// Adds the files of a PATH; false when there are none.
bool AddPath(const std::string& path, Arguments* arguments) {
  namespace fs = std::filesystem;
  if (fs::is_directory(path)) {
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (entry.path().extension() == ".slt") arguments->files[entry.path().string()];
    }
    return true;
  }
  if (fs::exists(path)) {
    arguments->files[path];
    return true;
  }
  const size_t colon = path.rfind(':');
  if (colon == std::string::npos || !fs::exists(path.substr(0, colon))) return false;
  const int line = std::atoi(path.c_str() + colon + 1);
  arguments->files[path.substr(0, colon)].push_back(line);
  return line > 0;
}

/// Reads the arguments; the text is what is wrong with them.
std::optional<std::string> ReadArguments(const std::vector<std::string>& words, Arguments* out) {
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const bool takes_value = word == "-k" || word == "--json" || word == "--timeout";
    if (takes_value && i + 1 == words.size()) return word + " needs a value";
    if (word == "-k") {
      out->text = words[++i];
    } else if (word == "--json") {
      out->json_file = words[++i];
    } else if (word == "--timeout") {
      out->timeout_seconds = std::atof(words[++i].c_str());
    } else if (word == "-q") {
      out->quiet = true;
    } else if (word == "--summary") {
      out->summary = true;
    } else if (word.starts_with("-")) {
      return "unknown option " + word;
    } else if (!AddPath(word, out)) {
      return "no such file: " + word;
    }
  }
  if (out->files.empty()) return "no files";
  return std::nullopt;
}

void PrintFailure(const std::string& path, const Record& record, const Outcome& outcome) {
  std::string text = fmt::format("{}:{}: {}\n    ", path, record.line, outcome.reason);
  for (const char c : record.sql.empty() ? record.header : record.sql) {
    text += c;
    if (c == '\n') text += "    ";
  }
  text += '\n';
  for (const std::string& line : outcome.difference) text += "  " + line + "\n";
  std::fputs(text.c_str(), stdout);
}

std::string JsonLine(const std::string& path, const Record& record, const Outcome& outcome) {
  const nlohmann::ordered_json line = {{"file", path},
                                       {"line", record.line},
                                       {"sql", record.sql},
                                       {"header", record.header},
                                       {"status", outcome.reason.empty() ? "passed" : "failed"},
                                       {"reason", outcome.reason},
                                       {"diff", outcome.difference},
                                       {"seconds", outcome.seconds}};
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

/// Runs the files and keeps the counts.
class Report {
 public:
  Report(const Arguments& arguments, bool update) : arguments_(arguments), update_(update) {
    if (!arguments.json_file.empty()) json_.open(arguments.json_file);
  }

  Status AddFile(const std::string& path, const std::vector<int>& lines) {
    FileRunOptions options;
    options.timeout_seconds = arguments_.timeout_seconds;
    options.update = update_;
    options.select = [&](const Record& record) {
      const bool at_line = lines.empty() || std::ranges::any_of(lines, [&](int line) {
                             return record.first_line <= line && line <= record.last_line;
                           });
      return at_line && (record.sql.find(arguments_.text) != std::string::npos ||
                         path.find(arguments_.text) != std::string::npos);
    };
    ARROW_ASSIGN_OR_RAISE(const FileRun run, RunFile(path, options));
    Count count;
    for (size_t i = 0; i < run.records.size(); ++i) {
      if (run.ran[i]) AddRecord(path, run.records[i], run.outcomes[i], &count);
    }
    if (count.passed + count.failed == 0) return Status::OK();
    if (update_) std::ofstream(path, std::ios::binary) << FormatSltFile(run.records);
    if (!arguments_.summary) {
      fmt::print("{}: {} passed, {} failed\n", path, count.passed, count.failed);
    }
    std::fflush(stdout);
    Count& directory = directories_[std::filesystem::path(path).parent_path().string()];
    directory.passed += count.passed;
    directory.failed += count.failed;
    return Status::OK();
  }

  /// Prints the totals and returns whether everything passed.
  bool Finish() const {
    Count all;
    for (const auto& [directory, count] : directories_) {
      all.passed += count.passed;
      all.failed += count.failed;
      if (arguments_.summary) PrintCount(directory, count);
    }
    if (arguments_.summary) PrintCount("all", all);
    fmt::print("{} passed, {} failed\n", all.passed, all.failed);
    return all.failed == 0;
  }

 private:
  static void PrintCount(const std::string& name, const Count& count) {
    const int total = count.passed + count.failed;
    fmt::print("{:5} of {:5}  {:5.1f} %  {}\n", count.passed, total, 100.0 * count.passed / total,
               name);
  }

  void AddRecord(const std::string& path, const Record& record, const Outcome& outcome,
                 Count* count) {
    ++(outcome.reason.empty() ? count->passed : count->failed);
    if (!outcome.reason.empty() && !arguments_.quiet) PrintFailure(path, record, outcome);
    if (json_.is_open()) json_ << JsonLine(path, record, outcome);
  }

  const Arguments& arguments_;
  bool update_;
  std::ofstream json_;
  std::map<std::string, Count> directories_;
};

int Main(const std::vector<std::string>& words) {
  if (std::ranges::find(words, "--help") != words.end()) {
    std::fputs(kUsage.data(), stdout);
    return 0;
  }
  Arguments arguments;
  if (const std::optional<std::string> problem = ReadArguments(words, &arguments)) {
    return Usage(*problem);
  }
  const char* const update = std::getenv("UPDATE_GOLDEN");
  Report report(arguments, update != nullptr && std::string_view(update) == "1");
  for (const auto& [path, lines] : arguments.files) {
    const Status added = report.AddFile(path, lines);
    if (!added.ok()) return Usage(added.message());
  }
  return report.Finish() ? 0 : 1;
}

}  // namespace
}  // namespace firesteel::slt

int main(int argc, char** argv) {
  return firesteel::slt::Main(std::vector<std::string>(argv + 1, argv + argc));
}
