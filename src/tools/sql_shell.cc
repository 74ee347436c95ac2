#include "tools/sql_shell.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <utility>

#include "connectors/console/console_provider.h"
#include "firesteel/session.h"
#include "library/engine.h"
#include "sql/parser.h"
#include "tools/line_editor.h"
#include "tools/statement_buffer.h"
#include "tools/statement_runner.h"

namespace firesteel {
namespace {

constexpr int kTerminatedStatus = 128 + SIGTERM;
constexpr std::string_view kPrompt = "firesteel> ";
constexpr std::string_view kContinuation = "         > ";

constexpr std::string_view kHelp =
    R"(Type a statement over any number of lines and end it with a semicolon:

  SELECT upper('hello') AS word;
  CREATE TEMP VIEW readings USING json OPTIONS (path '/data/readings');
  SELECT device, count(*) FROM readings GROUP BY device ORDER BY device;
  SELECT device, count(*) FROM STREAM readings GROUP BY device;  -- runs until Ctrl-C
  SHOW TABLES;  DESCRIBE readings;  SHOW FUNCTIONS LIKE 'date*';  EXPLAIN SELECT 1;
  SET spark.sql.session.timeZone=Europe/Paris;

Ctrl-C forgets what is typed or stops a streaming query; quit; or Ctrl-D ends the shell.
)";

std::string HistoryPath() {
  const char* const home = std::getenv("HOME");
  return home == nullptr || *home == '\0' ? "" : std::string(home) + "/.firesteel_history";
}

int PrintError(const Status& status) {
  std::fflush(stdout);
  std::fprintf(stderr, "%s\n", status.message().c_str());
  return 1;
}

/// Runs all statements of a text up to the first error.
int RunScript(const std::string& text, StatementRunner* runner) {
  Result<std::vector<std::string>> statements = SplitStatements(text);
  if (!statements.ok()) return PrintError(statements.status());
  for (const std::string& statement : *statements) {
    const Status run = runner->Run(statement);
    if (!run.ok()) return PrintError(run);
    if (runner->terminated()) return kTerminatedStatus;
  }
  return 0;
}

int RunFile(const std::string& path, StatementRunner* runner) {
  std::string text;
  if (path == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else {
    std::ifstream file(path, std::ios::binary);
    text.assign(std::istreambuf_iterator<char>(file), {});
    if (!file.is_open() || file.bad()) {
      return PrintError(Status::IOError(path, " cannot be read."));
    }
  }
  return RunScript(text, runner);
}

/// A word of the shell's own; whether it was one.
bool IsCommand(std::string_view line, std::string_view word) {
  while (!line.empty() && (line.back() == ' ' || line.back() == ';')) line.remove_suffix(1);
  while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  return line == word;
}

void RunTyped(const std::string& statement, StatementRunner* runner, LineHistory* history) {
  history->Add(statement + ";");
  const Status run = runner->Run(statement);
  if (!run.ok()) PrintError(run);
}

int RunInteractively(StatementRunner* runner) {
  LineHistory history(HistoryPath());
  LineEditor editor(STDIN_FILENO, STDOUT_FILENO, &history);
  StatementBuffer buffer;
  std::printf("Firesteel 0.1.0 (speaks Spark 4.3.0). Statements end with a semicolon; help; tells "
              "more.\n");
  while (true) {
    std::fflush(stdout);
    std::string line;
    switch (editor.ReadLine(buffer.empty() ? kPrompt : kContinuation, &line)) {
      case LineEditor::Event::kEnd:
        std::printf("\n");
        return 0;
      case LineEditor::Event::kInterrupted:
        buffer.TakeRest();
        continue;
      case LineEditor::Event::kLine:
        break;
    }
    if (buffer.empty()) {
      if (IsCommand(line, "quit") || IsCommand(line, "exit")) return 0;
      if (IsCommand(line, "help")) {
        std::fputs(kHelp.data(), stdout);
        continue;
      }
    }
    for (const std::string& statement : buffer.AddLine(line)) {
      RunTyped(statement, runner, &history);
      if (runner->terminated()) return kTerminatedStatus;
    }
  }
}

}  // namespace

Result<std::pair<std::string, std::string>> ParseSetting(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return Status::Invalid("'", text, "' is no setting; write --conf name=value.");
  }
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

int RunSqlShell(const SqlShellOptions& options) {
  Result<std::shared_ptr<SessionBackend>> backend =
      NewLocalBackend(NewEngine(StandardOutput()), options.conf);
  if (!backend.ok()) return PrintError(backend.status());
  const bool given = !options.texts.empty() || !options.file.empty();
  const bool typed = !given && isatty(STDIN_FILENO) == 1;
  StatementRunnerOptions runner_options;
  runner_options.rows = options.rows;
  runner_options.truncate = options.truncate;
  runner_options.timing = options.timing || typed;
  runner_options.available_now = options.available_now;
  StatementRunner runner(Session(*std::move(backend)), runner_options);
  for (const std::string& text : options.texts) {
    if (const int code = RunScript(text, &runner); code != 0) return code;
  }
  if (!options.file.empty()) return RunFile(options.file, &runner);
  if (given) return 0;
  return typed ? RunInteractively(&runner) : RunFile("-", &runner);
}

}  // namespace firesteel
