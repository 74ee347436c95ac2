#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "testing/condition_chain.h"
#include "testing/row_comparison.h"
#include "testing/stream_driver.h"
#include "tests/stream/json_rows.h"
#include "tests/stream/stream_script.h"

namespace firesteel::testing {
namespace {

/// Plays one script on the real file system and notes what each step gives.
class ScriptPlayer {
 public:
  ScriptPlayer(const StreamScript* script, std::string directory)
      : script_(script), directory_(std::move(directory)) {}

  Result<std::vector<std::string>> Play() {
    StreamDriver::Options options;
    options.inputs = script_->schemas();
    options.mode = script_->mode();
    options.query = [this](const std::vector<DataFrame>& in) { return script_->BuildQuery(in); };
    options.settings = {{"spark.sql.shuffle.partitions", "2"}};
    for (const auto& [name, value] : script_->settings()) options.settings[name] = value;
    options.env = Env::Posix();
    options.checkpoint_directory = directory_ + "/check point%1";
    ARROW_ASSIGN_OR_RAISE(driver_, StreamDriver::Make(std::move(options)));
    std::vector<std::string> outputs;
    for (const ScriptLine& step : script_->steps()) {
      Result<std::string> output = Take(step);
      if (!output.ok()) {
        return Status::Invalid("line ", step.line, " (", step.word, "): ",
                               output.status().message());
      }
      outputs.push_back(*std::move(output));
    }
    return outputs;
  }

 private:
  Result<std::string> Take(const ScriptLine& step) {
    if (step.word == "add") {
      ARROW_RETURN_NOT_OK(Add(step));
    } else if (step.word == "start") {
      ARROW_RETURN_NOT_OK(Start(step.rest));
    } else if (step.word == "stop") {
      ARROW_RETURN_NOT_OK(driver_->Stop());
    } else if (step.word == "restart") {
      ARROW_RETURN_NOT_OK(driver_->Stop());
      ARROW_RETURN_NOT_OK(driver_->Start(trigger_));
    } else if (step.word == "clock") {
      ARROW_RETURN_NOT_OK(Settle());
      ARROW_RETURN_NOT_OK(driver_->Advance(std::stoll(step.rest)));
    } else if (step.word == "crash") {
      ARROW_RETURN_NOT_OK(Crash(step.rest));
    } else if (step.word == "fail") {
      return Failure();
    } else {
      ARROW_RETURN_NOT_OK(Settle());
      return step.word == "check" ? Answer() : Progress();
    }
    return "";
  }

  Status Add(const ScriptLine& step) {
    ARROW_ASSIGN_OR_RAISE(const int source, script_->FindSource(step.rest));
    std::vector<Row> rows;
    for (const std::string& text : step.rows) {
      ARROW_ASSIGN_OR_RAISE(Row row, ReadJsonRow(text, script_->schemas()[source]));
      rows.push_back(std::move(row));
    }
    return driver_->AddData(rows, source);
  }

  Status Start(const std::string& trigger) {
    if (trigger == "once") {
      trigger_ = Trigger::Once();
    } else if (trigger == "available now") {
      trigger_ = Trigger::AvailableNow();
    } else if (trigger.starts_with("every ")) {
      trigger_ = Trigger::ProcessingTime(std::stoll(trigger.substr(6)));
    } else if (!trigger.empty()) {
      return Status::Invalid("unknown trigger");
    }
    started_ = true;
    ARROW_RETURN_NOT_OK(driver_->HandOver());
    start_error_ = driver_->Start(trigger_);
    return Status::OK();
  }

  /// Starts a query that no step has started, hands all data over and waits.
  Status Settle() {
    if (!started_) ARROW_RETURN_NOT_OK(Start(""));
    ARROW_RETURN_NOT_OK(start_error_);
    ARROW_RETURN_NOT_OK(driver_->HandOver());
    return driver_->AwaitRest();
  }

  Status Crash(const std::string& point) {
    const bool was_running = driver_->running();
    if (was_running) ARROW_RETURN_NOT_OK(driver_->AwaitRest());
    driver_->crash_point()->Arm(point);
    ARROW_RETURN_NOT_OK(driver_->HandOver());
    if (!was_running) ARROW_RETURN_NOT_OK(driver_->Start(trigger_));
    started_ = true;
    (void)driver_->AwaitRest();
    if (!driver_->crash_point()->fired()) return Status::Invalid("there was no batch to crash in");
    return Status::OK();
  }

  Result<std::string> Failure() {
    const Status failure = Settle();
    if (failure.ok()) return "no error\n";
    std::string text;
    for (const std::string& condition : ConditionChain(failure)) text += condition + "\n";
    return text;
  }

  Result<std::string> Answer() {
    const RecordingSink& sink = driver_->sink();
    const bool complete = script_->mode() == OutputMode::kComplete;
    std::vector<Row> rows = complete ? sink.LastBatch() : sink.RowsAfter(last_checked_batch_);
    last_checked_batch_ = sink.last_batch_id();
    if (!script_->ordered()) SortRows(&rows);
    std::string text;
    for (const Row& row : rows) text += WriteJsonRow(row, *sink.schema()) + "\n";
    return text.empty() ? "no rows\n" : text;
  }

  Result<std::string> Progress() {
    const std::optional<StreamingQueryProgress> progress = driver_->LastBatchProgress();
    if (!progress.has_value()) return "no batch in this run\n";
    std::string text = "batch " + std::to_string(progress->batch_id) + ": " +
                       std::to_string(progress->num_input_rows()) + " rows in, " +
                       std::to_string(progress->sink.num_output_rows) + " out";
    for (const StateOperatorProgress& state : progress->state_operators) {
      text += "; " + state.operator_name + " " + std::to_string(state.num_rows_total) +
              " rows, " + std::to_string(state.num_rows_updated) + " updated, " +
              std::to_string(state.num_shuffle_partitions) + " partitions";
    }
    return text + "\n";
  }

  const StreamScript* script_;
  const std::string directory_;
  std::unique_ptr<StreamDriver> driver_;
  bool started_ = false;
  Trigger trigger_;
  Status start_error_;
  int64_t last_checked_batch_ = -1;
};

std::string ReadWhole(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::filesystem::path> Scripts() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(STREAM_SCRIPTS_DIRECTORY)) {
    if (entry.path().extension() == ".stream") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

class StreamGoldenTest : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(StreamGoldenTest, GivesWhatItSays) {
  const std::string text = ReadWhole(GetParam());
  const Result<StreamScript> script = StreamScript::Parse(text);
  ASSERT_TRUE(script.ok()) << script.status().message();
  std::string pattern = (std::filesystem::temp_directory_path() / "stream_golden_XXXXXX").string();
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  Result<std::vector<std::string>> outputs = Status::Invalid("not played");
  {
    ScriptPlayer player(&*script, pattern);
    outputs = player.Play();
  }
  std::filesystem::remove_all(pattern);
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  const std::string found = script->WithExpectations(*outputs);
  const char* const update = std::getenv("UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    std::ofstream(GetParam(), std::ios::binary) << found;
  } else {
    EXPECT_EQ(found, text) << "UPDATE_GOLDEN=1 rewrites the file";
  }
}

INSTANTIATE_TEST_SUITE_P(Scripts, StreamGoldenTest, ::testing::ValuesIn(Scripts()),
                         [](const auto& info) { return info.param.stem().string(); });

}  // namespace
}  // namespace firesteel::testing
