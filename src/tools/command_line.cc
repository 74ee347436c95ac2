#include "tools/command_line.h"

#include <cstdio>
#include <string>

#include "CLI/CLI.hpp"
#include "tools/activity_data.h"
#include "tools/demo.h"
#include "tools/supported.h"

namespace firesteel {
namespace {

int Report(const Status& status) {
  if (status.ok()) return 0;
  std::fprintf(stderr, "firesteel: %s\n", status.message().c_str());
  return 1;
}

}  // namespace

int RunCommandLine(int argc, char** argv) {
  CLI::App app{"Spark Structured Streaming, native.", "firesteel"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "firesteel 0.1.0 (speaks Spark 4.3.0)");

  DemoOptions demo;
  CLI::App* demo_command = app.add_subcommand(
      "demo", "Count activities over a stream of files, with a checkpoint, and show it live");
  demo_command
      ->add_option("--directory", demo.directory, "Where its data and checkpoint are kept")
      ->capture_default_str();
  demo_command->add_flag("--resume", demo.resume,
                         "Go on from the checkpoint instead of starting afresh");
  demo_command->add_option("--files", demo.data.files, "Input files")->capture_default_str();
  demo_command->add_option("--rows", demo.data.rows_per_file, "Rows in each file")
      ->capture_default_str();

  std::string data_directory;
  ActivityDataOptions data;
  CLI::App* data_command = app.add_subcommand(
      "activity-data", "Write the demo's input: JSON lines of phone sensor readings");
  data_command->add_option("directory", data_directory, "Where to write")->required();
  data_command->add_option("--files", data.files, "Files")->capture_default_str();
  data_command->add_option("--rows", data.rows_per_file, "Rows in each file")->capture_default_str();
  data_command->add_option("--seed", data.seed, "Equal seeds give equal files")
      ->capture_default_str();

  CLI::App* supported_command = app.add_subcommand(
      "supported", "List connectors and functions as a Markdown table");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  if (demo_command->parsed()) return Report(RunDemo(demo));
  if (supported_command->parsed()) {
    std::fputs(SupportedTable().c_str(), stdout);
    return 0;
  }
  return Report(WriteActivityData(data_directory, data));
}

}  // namespace firesteel
