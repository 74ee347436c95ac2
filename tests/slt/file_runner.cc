#include "tests/slt/file_runner.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include "nlohmann/json.hpp"

namespace firesteel::slt {
namespace {

using CaseJson = nlohmann::json;
using SteadyClock = std::chrono::steady_clock;

/// One line to the parent: {"index":…} when a record begins, with its outcome when it has ended.
void Send(int pipe, const CaseJson& message) {
  const std::string line = message.dump(-1, ' ', false, CaseJson::error_handler_t::replace) + "\n";
  for (size_t sent = 0; sent < line.size();) {
    const ssize_t written = write(pipe, line.data() + sent, line.size() - sent);
    if (written < 0 && errno != EINTR) _exit(3);
    if (written > 0) sent += static_cast<size_t>(written);
  }
}

CaseJson ToMessage(size_t index, const Outcome& outcome, const Record& record) {
  CaseJson message = {{"index", index},
                      {"reason", outcome.reason},
                      {"difference", outcome.difference},
                      {"seconds", outcome.seconds},
                      {"header", record.header},
                      {"rows", record.rows}};
  if (record.schema.has_value()) message["schema"] = *record.schema;
  return message;
}

/// What the child does: the records wanted from `first` on; before it only those that set
/// something up and did so without harm.
[[noreturn]] void RunInChild(FileRun run, const std::vector<bool>& wanted, size_t first,
                             bool update, int pipe) {
  Result<Session> session = Session::Builder()
                                .Config("spark.sql.session.timeZone", "UTC")
                                .Config("spark.sql.shuffle.partitions", "2")
                                .Create();
  if (!session.ok()) {
    std::fprintf(stderr, "no session: %s\n", session.status().ToString().c_str());
    _exit(3);
  }
  for (size_t i = 0; i < run.records.size(); ++i) {
    if (!wanted[i]) continue;
    Record& record = run.records[i];
    if (i < first) {
      if (record.is_setup() && run.outcomes[i].reason.empty()) RunRecord(*session, false, &record);
      continue;
    }
    Send(pipe, {{"index", i}});
    const SteadyClock::time_point start = SteadyClock::now();
    Outcome outcome = RunRecord(*session, update, &record);
    outcome.seconds = std::chrono::duration<double>(SteadyClock::now() - start).count();
    Send(pipe, ToMessage(i, outcome, record));
  }
  _exit(0);  // without the session's end, which a hanging task could hold up
}

/// Reads lines of a pipe until a deadline.
class LineReader {
 public:
  enum class Event { kLine, kEnd, kTimeout };
  explicit LineReader(int pipe) : pipe_(pipe) {}

  Event Next(double timeout_seconds, std::string* line) {
    const auto deadline = SteadyClock::now() + std::chrono::duration<double>(timeout_seconds);
    while (true) {
      const size_t end = buffer_.find('\n');
      if (end != std::string::npos) {
        *line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return Event::kLine;
      }
      const std::chrono::duration<double, std::milli> left = deadline - SteadyClock::now();
      if (left.count() <= 0) return Event::kTimeout;
      pollfd wait{pipe_, POLLIN, 0};
      if (poll(&wait, 1, static_cast<int>(left.count()) + 1) <= 0) continue;
      char bytes[65536];
      const ssize_t count = read(pipe_, bytes, sizeof(bytes));
      if (count <= 0) return Event::kEnd;
      buffer_.append(bytes, static_cast<size_t>(count));
    }
  }

 private:
  int pipe_;
  std::string buffer_;
};

void Receive(const CaseJson& message, bool update, FileRun* run) {
  const auto index = message["index"].get<size_t>();
  Outcome& outcome = run->outcomes[index];
  outcome.reason = message["reason"].get<std::string>();
  outcome.difference = message["difference"].get<std::vector<std::string>>();
  outcome.seconds = message["seconds"].get<double>();
  if (!update) return;
  Record& record = run->records[index];
  record.header = message["header"].get<std::string>();
  record.rows = message["rows"].get<std::vector<std::string>>();
  record.schema.reset();
  if (message.contains("schema")) record.schema = message["schema"].get<std::string>();
}

Outcome Ended(int wait_status) {
  const std::string how = WIFSIGNALED(wait_status)
                              ? std::string(strsignal(WTERMSIG(wait_status)))
                              : "exit status " + std::to_string(WEXITSTATUS(wait_status));
  return {"crash", {"+ the process ended: " + how}, 0};
}

/// Runs one child from record `first` on and returns the record after the last one it dealt with.
Result<size_t> RunOneChild(const FileRunOptions& options, const std::vector<bool>& wanted,
                           size_t first, FileRun* run) {
  int pipes[2];
  if (pipe(pipes) != 0) return Status::IOError("pipe: ", std::strerror(errno));
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) return Status::IOError("fork: ", std::strerror(errno));
  if (child == 0) {
    close(pipes[0]);
    RunInChild(*run, wanted, first, options.update, pipes[1]);
  }
  close(pipes[1]);
  LineReader reader(pipes[0]);
  std::string line;
  size_t current = first;
  bool running = false;  // whether record `current` has begun
  LineReader::Event event;
  while ((event = reader.Next(options.timeout_seconds, &line)) == LineReader::Event::kLine) {
    const CaseJson message = CaseJson::parse(line);
    running = !message.contains("reason");
    current = message["index"].get<size_t>() + (running ? 0 : 1);
    if (!running) Receive(message, options.update, run);
  }
  close(pipes[0]);
  if (event == LineReader::Event::kTimeout) kill(child, SIGKILL);
  int wait_status = 0;
  while (waitpid(child, &wait_status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0) return run->records.size();
  while (!running && current < wanted.size() && !wanted[current]) ++current;
  if (current >= wanted.size()) return current;
  run->outcomes[current] =
      event == LineReader::Event::kTimeout
          ? Outcome{"timeout", {"+ no answer in time"}, options.timeout_seconds}
          : Ended(wait_status);
  return current + 1;
}

/// Marks what is to run: what is selected, and before the last of it what sets something up.
std::vector<bool> ChooseRecords(const std::vector<Record>& records, const FileRunOptions& options) {
  std::vector<bool> wanted(records.size());
  size_t end = 0;
  bool any = false;
  for (size_t i = 0; i < records.size(); ++i) {
    if (records[i].kind == Record::Kind::kComment || !options.select(records[i])) continue;
    wanted[i] = true;
    end = i + 1;
    any |= !records[i].is_setup();
  }
  if (!any) return std::vector<bool>(records.size());
  for (size_t i = 0; i < end; ++i) {
    if (records[i].is_setup()) wanted[i] = true;
  }
  return wanted;
}

}  // namespace

Result<FileRun> RunFile(const std::string& path, const FileRunOptions& options) {
  std::ifstream input(path, std::ios::binary);
  std::stringstream text;
  text << input.rdbuf();
  if (!input) return Status::IOError(path, ": cannot be read");
  FileRun run;
  Result<std::vector<Record>> records = ParseSltFile(text.str());
  if (!records.ok()) return records.status().WithMessage(path, ": ", records.status().message());
  run.records = *std::move(records);
  run.outcomes.resize(run.records.size());
  run.ran = ChooseRecords(run.records, options);
  for (size_t next = 0; next < run.records.size();) {
    size_t first = next;
    while (first < run.ran.size() && !run.ran[first]) ++first;
    if (first == run.ran.size()) break;
    ARROW_ASSIGN_OR_RAISE(next, RunOneChild(options, run.ran, first, &run));
  }
  return run;
}

}  // namespace firesteel::slt
