#include "tools/demo.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "checkpoint/checkpoint_file_manager.h"
#include "checkpoint/commit_log.h"
#include "common/env.h"
#include "firesteel/firesteel.h"
#include "formats/text_table.h"
#include "library/engine.h"
#include "state/state_reader.h"
#include "tools/live_view.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

constexpr int64_t kRefreshMs = 100;

/// The newest text of the console sink, handed from the query's thread to the view.
class ConsoleCapture {
 public:
  Status Set(std::string_view text) {
    const std::lock_guard<std::mutex> lock(mutex_);
    text_ = text;
    return Status::OK();
  }
  std::string text() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;  // guarded by mutex_
};

/// Empties the demo's directory, but only if a demo made it.
Status StartAfresh(Env* env, const std::string& directory) {
  const std::string marker = directory + "/.firesteel-demo";
  ARROW_ASSIGN_OR_RAISE(const bool exists, env->Exists(directory));
  if (exists) {
    ARROW_ASSIGN_OR_RAISE(const bool ours, env->Exists(marker));
    ARROW_ASSIGN_OR_RAISE(const std::vector<FileStatus> children, env->ListDirectory(directory));
    if (!ours && !children.empty()) {
      return Status::Invalid(directory, " is not empty and was not made by the demo; give it a ",
                             "directory of its own with --directory.");
    }
    ARROW_RETURN_NOT_OK(env->RemoveAll(directory + "/data"));
    ARROW_RETURN_NOT_OK(env->RemoveAll(directory + "/checkpoint"));
  }
  ARROW_RETURN_NOT_OK(env->CreateDirectories(directory));
  ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<WritableFile> file, env->NewWritableFile(marker));
  return file->Close();
}

/// What the checkpoint says the counts are: the same whether this run did all of the work, a part
/// of it, or none.
Result<std::vector<Row>> CountsInCheckpoint(Env* env, const std::string& checkpoint) {
  CheckpointFileManager files(env);
  ARROW_ASSIGN_OR_RAISE(const CommitLog commits, CommitLog::Open(&files, checkpoint + "/commits"));
  ARROW_ASSIGN_OR_RAISE(const std::optional<int64_t> last, commits.LatestId());
  std::vector<Row> rows;
  if (!last) return rows;
  ARROW_ASSIGN_OR_RAISE(const StateTable state,
                        ReadStateTable(&files, checkpoint + "/state", 0, *last + 1));
  std::vector<StructField> fields = state.key_schema.fields();
  fields.insert(fields.end(), state.value_schema.fields().begin(),
                state.value_schema.fields().end());
  const auto schema = std::make_shared<const Schema>(std::move(fields));
  for (const auto& batch : state.batches) AppendRows(*batch, schema, &rows);
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return a[0].ToString() < b[0].ToString(); });
  return rows;
}

Result<DataFrame> ActivityCounts(const Session& session, const std::string& data) {
  return session.ReadStream()
      .Schema(ActivitySchema())
      .Option("maxFilesPerTrigger", 1)
      .Json(data)
      .GroupBy({"gt"})
      .Count();
}

LiveState StateOf(const StreamingQuery& query, const ConsoleCapture& console, int64_t expected_rows,
                  std::chrono::steady_clock::time_point start) {
  LiveState state;
  state.expected_rows = expected_rows;
  for (const StreamingQueryProgress& progress : query.RecentProgress()) {
    if (progress.num_input_rows() == 0) continue;
    state.rows += progress.num_input_rows();
    ++state.batches;
  }
  state.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  state.table = console.text();
  return state;
}

Status PrintSummary(const DemoOptions& options, const Session& session, std::vector<Row> counts,
                    const LiveState& run) {
  Schema schema;
  schema.Add("gt", TypeId::kString).Add("count", TypeId::kLong, false);
  int64_t total = 0;
  for (const Row& row : counts) total += row[1].Get<int64_t>();
  const size_t groups = counts.size();
  ARROW_RETURN_NOT_OK(session.CreateDataFrame(counts, schema).Show(100));
  std::printf("%s readings of %zu activities in %d files. This run: %s rows in %lld batches, "
              "%.2f s, %s rows/s.\n",
              WithThousands(total).c_str(), groups, options.data.files,
              WithThousands(run.rows).c_str(), static_cast<long long>(run.batches), run.seconds,
              WithThousands(static_cast<int64_t>(static_cast<double>(run.rows) /
                                                 std::max(run.seconds, 1e-9)))
                  .c_str());
  const int64_t expected = int64_t{options.data.files} * options.data.rows_per_file;
  if (total != expected) {
    return Status::Invalid("The counts add up to ", total, ", but the data has ", expected,
                           " rows. Was it made with other --files or --rows?");
  }
  std::printf(
      "Next: kill the demo halfway (kill -9) and go on with `make demo RESUME=1`; the code is "
      "examples/activity_counts.cc.\n");
  return Status::OK();
}

}  // namespace

Status RunDemo(const DemoOptions& options) {
  Env* const env = Env::Posix();
  ARROW_ASSIGN_OR_RAISE(const std::string directory, ToLocalPath(options.directory));
  const std::string data = directory + "/data";
  const std::string checkpoint = directory + "/checkpoint";
  if (!options.resume) ARROW_RETURN_NOT_OK(StartAfresh(env, directory));
  std::printf("Writing %d files of %s rows to %s\n", options.data.files,
              WithThousands(options.data.rows_per_file).c_str(), data.c_str());
  std::fflush(stdout);
  ARROW_RETURN_NOT_OK(WriteActivityData(data, options.data));

  ConsoleCapture console;
  std::shared_ptr<const Engine> engine =
      NewEngine([&console](std::string_view text) { return console.Set(text); });
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<SessionBackend> backend,
                        NewLocalBackend(std::move(engine), {{"spark.app.name", "demo"}}));
  const Session session(std::move(backend));
  const auto start = std::chrono::steady_clock::now();
  ARROW_ASSIGN_OR_RAISE(const DataFrame counts, ActivityCounts(session, data));
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<StreamingQuery> query,
                        counts.WriteStream()
                            .Format("console")
                            .OutputMode(OutputMode::kComplete)
                            .Option("checkpointLocation", checkpoint)
                            .Trigger(Trigger::AvailableNow())
                            .QueryName("activity_counts")
                            .Start());
  LiveView view(stdout, LiveView::IsTerminal(stdout));
  const int64_t expected = int64_t{options.data.files} * options.data.rows_per_file;
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const bool ended, query->AwaitTermination(kRefreshMs));
    view.Update(StateOf(*query, console, expected, start));
    if (ended) break;
  }
  const LiveState run = StateOf(*query, console, expected, start);
  view.Clear();
  ARROW_ASSIGN_OR_RAISE(std::vector<Row> rows, CountsInCheckpoint(env, checkpoint));
  return PrintSummary(options, session, std::move(rows), run);
}

}  // namespace firesteel
