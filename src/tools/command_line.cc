#include "tools/command_line.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "CLI/CLI.hpp"
#include "tools/activity_data.h"
#include "tools/checkpoint_show.h"
#include "tools/demo.h"
#include "tools/nearest_name.h"
#include "tools/run_command.h"
#include "tools/server_command.h"
#include "tools/sql_shell.h"
#include "tools/supported.h"

namespace firesteel {
namespace {

constexpr const char* kExamples =
    R"text(
Examples:
  firesteel sql                                   a prompt; statements end with ;
  firesteel sql -e "SELECT upper('hello')"        one answer
  firesteel sql report.sql --conf spark.sql.session.timeZone=Europe/Paris
  firesteel checkpoint show build/demo/checkpoint what a streaming query has kept
  firesteel run job.py                            a PySpark program, as it is
  firesteel server                                what PySpark programs connect to
  firesteel demo                                  a streaming query, shown live
`firesteel sql --help` and so on tell more about each.)text";

constexpr const char* kSqlExamples =
    R"text(
Examples:
  firesteel sql -e "SELECT count(*) FROM json.\`/data/readings\`"
  firesteel sql -e "CREATE TEMP VIEW r USING csv OPTIONS (path '/data/r', header 'true');
                    SELECT device, avg(x) FROM r GROUP BY device"
  firesteel sql --available-now stream.sql        streams end with the data there is

A view over files can be read as a table, `FROM r`, and as a stream, `FROM STREAM r`: such a query
prints every batch until Ctrl-C. Sources that are always streams are made with the option
streaming: CREATE TEMP VIEW ticks USING rate OPTIONS (streaming 'true', rowsPerSecond '5').)text";

constexpr const char* kServerExamples =
    R"text(
Examples:
  firesteel server
  firesteel server --port 15002 --conf spark.sql.session.timeZone=UTC
and in Python, with any PySpark from 4.0 on:
  SparkSession.builder.remote("sc://127.0.0.1:15002").getOrCreate()

SIGTERM and Ctrl-C let streaming queries finish the batches that they run; once more, and these are
given up and run again by the next start.)text";

constexpr const char* kRunExamples =
    R"text(
Examples:
  firesteel run job.py --input /data/readings
  firesteel run --conf spark.sql.session.timeZone=UTC --python /opt/venv/bin/python job.py
  firesteel run report.sql
Options come first, then the script; what stands after the script belongs to the script. It finds its session with
SparkSession.builder.getOrCreate(); a master of local[*] does no harm.)text";

constexpr const char* kCheckpointExamples =
    R"text(
Examples:
  firesteel checkpoint show build/demo/checkpoint
  firesteel checkpoint show --json build/demo/checkpoint | jq '.state[].stores[].rows'
Nothing is changed, and a running query is not disturbed.)text";

int Report(const Status& status) {
  if (status.ok()) return 0;
  std::fprintf(stderr, "firesteel: %s\n", status.message().c_str());
  return 1;
}

/// All sub-commands with what they are told.
class CommandLine {
 public:
  CommandLine() {
    app_.require_subcommand(1);
    app_.set_version_flag("--version", "firesteel 0.1.0 (speaks Spark 4.3.0)");
    app_.footer(kExamples);
    AddSql();
    AddRun();
    AddServer();
    AddCheckpoint();
    AddDemo();
    AddActivityData();
    supported_command_ = app_.add_subcommand(
        "supported", "List statements, formats, connectors and functions as a Markdown table");
  }

  int Run(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      const int code = app_.exit(error);
      if (code != 0) Suggest(std::vector<std::string>(argv + 1, argv + argc));
      return code == 0 ? 0 : 2;
    }
    if (sql_command_->parsed()) return RunSql();
    if (run_command_->parsed()) return RunProgram();
    if (server_command_->parsed()) return RunServerCommand();
    if (show_command_->parsed()) return ShowCheckpoint(show_);
    if (demo_command_->parsed()) return Report(RunDemo(demo_));
    if (data_command_->parsed()) return Report(WriteActivityData(data_directory_, data_));
    std::fputs(SupportedTable().c_str(), stdout);
    return 0;
  }

 private:
  void AddSql() {
    sql_command_ = app_.add_subcommand("sql", "Run SQL: typed at a prompt, given, or from a file");
    CLI::App* const sql = sql_command_;
    sql->footer(kSqlExamples);
    sql->add_option("-e,--execute", sql_.texts, "Statements to run instead of a prompt")
        ->allow_extra_args(false);
    sql->add_option("file", sql_.file, "A script to run; - is the standard input")
        ->excludes("--execute");
    sql->add_option("--conf", settings_, "A setting of the session, name=value; may be repeated")
        ->allow_extra_args(false);
    sql->add_option("--rows", sql_.rows, "Rows of an answer that are shown")
        ->check(CLI::Range(0, 1 << 30))
        ->capture_default_str();
    sql->add_option("--truncate", sql_.truncate, "Characters that a cell keeps, 0 for all")
        ->check(CLI::Range(0, 1 << 30))
        ->capture_default_str();
    sql->add_flag("--timing", sql_.timing, "Say how long statements take; always so at the prompt");
    sql->add_flag("--available-now", sql_.available_now,
                  "End streaming queries when they have read what is there");
  }

  void AddRun() {
    run_command_ =
        app_.add_subcommand("run", "Run a PySpark program, job.py, or a script, job.sql");
    run_command_->footer(kRunExamples);
    run_command_->prefix_command();
    run_command_->add_option("--python", run_.python, "The Python to run it, with PySpark in it");
    run_command_->add_option("--conf", settings_, "A setting of every session, name=value")
        ->allow_extra_args(false);
  }

  void AddServer() {
    server_command_ =
        app_.add_subcommand("server", "Serve Spark Connect, so that PySpark programs run here");
    CLI::App* const server = server_command_;
    server->footer(kServerExamples);
    server->add_option("--host", server_.host, "The address to listen on")->capture_default_str();
    server->add_option("--port", server_.port, "The port, 0 for any free one")
        ->check(CLI::Range(0, 65535))
        ->capture_default_str();
    server->add_option("--token-file", server_.token_file, "A file with what clients must bring");
    server->add_option("--tls-cert", server_.tls_certificate_file, "A certificate, PEM");
    server->add_option("--tls-key", server_.tls_key_file, "Its key, PEM");
    server->add_option("--python", server_.python, "The Python that runs the clients' functions");
    server->add_flag(
        "--insecure", server_.insecure,
        "Let other machines connect without token and TLS: they can run any code here");
    server->add_option("--conf", settings_, "A setting of every session, name=value")
        ->allow_extra_args(false);
  }

  void AddCheckpoint() {
    checkpoint_command_ = app_.add_subcommand("checkpoint", "Look into checkpoints");
    checkpoint_command_->require_subcommand(1);
    checkpoint_command_->footer(kCheckpointExamples);
    show_command_ = checkpoint_command_->add_subcommand(
        "show", "Print batches, offsets, sources' logs and state");
    show_command_->footer(kCheckpointExamples);
    show_command_->add_option("directory", show_.directory, "The checkpoint")->required();
    show_command_->add_flag("--json", show_.json, "Everything as one JSON object");
    show_command_->add_option("--rows", show_.rows, "Rows, batches and lines shown of each")
        ->check(CLI::Range(0, 1 << 30))
        ->capture_default_str();
  }

  void AddDemo() {
    demo_command_ = app_.add_subcommand(
        "demo", "Count activities over a stream of files, with a checkpoint, and show it live");
    demo_command_
        ->add_option("--directory", demo_.directory, "Where its data and checkpoint are kept")
        ->capture_default_str();
    demo_command_->add_flag("--resume", demo_.resume,
                            "Go on from the checkpoint instead of starting afresh");
    demo_command_->add_option("--files", demo_.data.files, "Input files")->capture_default_str();
    demo_command_->add_option("--rows", demo_.data.rows_per_file, "Rows in each file")
        ->capture_default_str();
  }

  void AddActivityData() {
    data_command_ = app_.add_subcommand(
        "activity-data", "Write the demo's input: JSON lines of phone sensor readings");
    data_command_->add_option("directory", data_directory_, "Where to write")->required();
    data_command_->add_option("--files", data_.files, "Files")->capture_default_str();
    data_command_->add_option("--rows", data_.rows_per_file, "Rows in each file")
        ->capture_default_str();
    data_command_->add_option("--seed", data_.seed, "Equal seeds give equal files")
        ->capture_default_str();
  }

  /// Reads the --conf options. False after a mistake, which it reports.
  bool ParseSettings(std::map<std::string, std::string>* conf) {
    for (const std::string& setting : settings_) {
      const auto parsed = ParseSetting(setting);
      if (!parsed.ok()) {
        Report(parsed.status());
        return false;
      }
      (*conf)[parsed->first] = parsed->second;
    }
    return true;
  }

  int RunSql() { return ParseSettings(&sql_.conf) ? RunSqlShell(sql_) : 2; }

  int RunProgram() {
    std::vector<std::string> words = run_command_->remaining();
    if (!words.empty() && words.front() == "--") words.erase(words.begin());
    if (words.empty()) {
      std::fputs("firesteel: run needs a script: firesteel run job.py\n", stderr);
      return 2;
    }
    run_.script = words.front();
    run_.arguments.assign(words.begin() + 1, words.end());
    return ParseSettings(&run_.conf) ? RunScript(run_) : 2;
  }

  int RunServerCommand() {
    return ParseSettings(&server_.conf) ? Report(RunServer(server_)) : 2;
  }

  static std::vector<std::string> CommandsOf(CLI::App* app) {
    std::vector<std::string> names;
    for (const CLI::App* command : app->get_subcommands([](CLI::App*) { return true; })) {
      names.push_back(command->get_name());
    }
    return names;
  }

  static std::vector<std::string> OptionsOf(CLI::App* app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
  }

  /// Follows the words down to the command meant and names the nearest to the first unknown one.
  void Suggest(const std::vector<std::string>& words) {
    CLI::App* command = &app_;
    for (const std::string& word : words) {
      std::string nearest;
      if (word.starts_with("--")) {
        const std::string name = word.substr(0, word.find('='));
        if (command->get_option_no_throw(name) != nullptr) continue;
        nearest = NearestName(name, OptionsOf(command));
      } else if (!word.starts_with("-") && !CommandsOf(command).empty()) {
        const std::vector<std::string> names = CommandsOf(command);
        if (std::ranges::find(names, word) != names.end()) {
          command = command->get_subcommand(word);
          continue;
        }
        nearest = NearestName(word, names);
      } else {
        continue;
      }
      if (!nearest.empty()) {
        std::fprintf(stderr, "There is no %s. Did you mean %s?\n", word.c_str(), nearest.c_str());
      }
      return;
    }
  }

  CLI::App app_{"Spark Structured Streaming, native.", "firesteel"};
  CLI::App* sql_command_ = nullptr;
  CLI::App* run_command_ = nullptr;
  CLI::App* server_command_ = nullptr;
  CLI::App* checkpoint_command_ = nullptr;
  CLI::App* show_command_ = nullptr;
  CLI::App* demo_command_ = nullptr;
  CLI::App* data_command_ = nullptr;
  CLI::App* supported_command_ = nullptr;
  SqlShellOptions sql_;
  std::vector<std::string> settings_;
  RunCommandOptions run_;
  ServerCommandOptions server_;
  CheckpointShowOptions show_;
  DemoOptions demo_;
  std::string data_directory_;
  ActivityDataOptions data_;
};

}  // namespace

int RunCommandLine(int argc, char** argv) { return CommandLine().Run(argc, argv); }

}  // namespace firesteel
