#include "tools/run_command.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "connect/server/connect_server.h"
#include "python/python_runtime.h"
#include "tools/ending_queries.h"
#include "tools/sql_shell.h"

extern char** environ;

namespace firesteel {

namespace {

constexpr int kCannotRun = 2;
constexpr int kSignalBase = 128;

int Complain(const std::string& message) {
  std::fprintf(stderr, "firesteel: %s\n", message.c_str());
  return kCannotRun;
}

/// What the program's process gets besides our environment.
void SetEnvironment(int port, const PythonOptions& python) {
  setenv("SPARK_REMOTE", ("sc://127.0.0.1:" + std::to_string(port)).c_str(), 1);
  setenv("SPARK_CONNECT_MODE_ENABLED", "1", 1);
  // PySpark takes it for a second master.
  unsetenv("MASTER");
  std::string path = python.package_directory;
  if (const char* given = std::getenv("PYTHONPATH"); given != nullptr && *given != '\0') {
    path += std::string(":") + given;
  }
  setenv("PYTHONPATH", path.c_str(), 1);
}

/// Starts the program with no signal blocked. Returns 0 or an errno.
int Spawn(std::vector<std::string> command, pid_t* pid) {
  std::vector<char*> pointers;
  for (std::string& word : command) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  const int error =
      posix_spawnp(pid, pointers.front(), nullptr, &attributes, pointers.data(), environ);
  posix_spawnattr_destroy(&attributes);
  return error;
}

/// Waits for the program, and passes signals on to it meanwhile. `told_to_end`: whether there were
/// any.
int WaitForProgram(pid_t pid, const sigset_t& signals, bool* told_to_end) {
  while (true) {
    siginfo_t received;
    const int signal = sigwaitinfo(&signals, &received);
    if (signal < 0) continue;  // interrupted
    if (signal != SIGCHLD) {
      *told_to_end = true;
      // What the terminal sends goes to the whole group, the program included.
      if (received.si_code != SI_KERNEL) kill(pid, signal);
      continue;
    }
    int status = 0;
    if (waitpid(pid, &status, WNOHANG) != pid) continue;  // a worker of the server
    return WIFSIGNALED(status) ? kSignalBase + WTERMSIG(status) : WEXITSTATUS(status);
  }
}

}  // namespace

int RunScript(const RunCommandOptions& options) {
  if (access(options.script.c_str(), R_OK) != 0) {
    return Complain("Cannot read " + options.script + ": " + std::strerror(errno) + ".");
  }
  if (options.script.ends_with(".sql")) {
    if (!options.arguments.empty()) return Complain("A SQL script takes no arguments.");
    SqlShellOptions sql;
    sql.file = options.script;
    sql.conf = options.conf;
    return RunSqlShell(sql);
  }
  // Blocked before any thread is made, so that only the wait below gets them.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const PythonOptions python = DefaultPythonOptions(options.python);
  ConnectServerOptions server_options;
  server_options.port = 0;
  server_options.user_functions = NewPythonRuntime(python);
  auto server = ConnectServer::Start(server_options, [conf = options.conf]() -> Result<Session> {
    Session::Builder builder;
    for (const auto& [name, value] : conf) builder.Config(name, value);
    return builder.Create();
  });
  if (!server.ok()) return Complain(server.status().message());
  SetEnvironment((*server)->port(), python);
  std::vector<std::string> command = {python.command.front(), "-m", "firesteel.launcher",
                                      options.script};
  command.insert(command.end(), options.arguments.begin(), options.arguments.end());
  pid_t pid = 0;
  if (const int error = Spawn(std::move(command), &pid); error != 0) {
    return Complain("Cannot start " + python.command.front() + ": " + std::strerror(error) +
                    ". Give a Python with PySpark as --python.");
  }
  bool told_to_end = false;
  const int status = WaitForProgram(pid, signals, &told_to_end);
  if (told_to_end) {
    sigdelset(&signals, SIGCHLD);
    FinishQueriesUnlessAsked(server->get(), signals);
  }
  (*server)->Stop();
  return status;
}

}  // namespace firesteel
