#include "firesteel/testing.h"

#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "testing/action_list.h"
#include "testing/list_runner.h"
#include "testing/row_comparison.h"

namespace firesteel::testing {

struct TestStream::Definition {
  ActionList list;
  std::map<Variant, std::string> left_out;  ///< with the reason

  std::mutex mutex;
  /// What the list as written ends with; what the variants are compared with. Guarded by mutex.
  std::optional<std::vector<Row>> end;
};

std::string_view ToString(Variant variant) {
  switch (variant) {
    case Variant::kAsWritten:
      return "as written";
    case Variant::kRestartAfterEveryCheck:
      return "restart after every check";
    case Variant::kCrashBeforeCommitLog:
      return "crash before the commit log";
    case Variant::kOneRowBatches:
      return "batches of one row";
    case Variant::kManyPartitions:
      return "many partitions";
  }
  return "";
}

const std::vector<Variant>& AllVariants() {
  static const std::vector<Variant>* const variants = new std::vector<Variant>{
      Variant::kAsWritten, Variant::kRestartAfterEveryCheck, Variant::kCrashBeforeCommitLog,
      Variant::kOneRowBatches, Variant::kManyPartitions};
  return *variants;
}

TestStream::TestStream(std::string name, std::vector<Schema> inputs, OutputMode mode, Query query)
    : definition_(std::make_shared<Definition>()) {
  definition_->list.name = std::move(name);
  definition_->list.inputs = std::move(inputs);
  definition_->list.mode = mode;
  definition_->list.query = std::move(query);
}

TestStream::~TestStream() = default;

TestStream::TestStream(const TestStream& other) : definition_(std::make_shared<Definition>()) {
  definition_->list = other.definition_->list;
  definition_->left_out = other.definition_->left_out;
}

TestStream& TestStream::KeyColumns(int columns) {
  definition_->list.key_columns = columns;
  return *this;
}

TestStream& TestStream::OnlyAsWritten() {
  for (const Variant variant : AllVariants()) {
    if (variant != Variant::kAsWritten) Without(variant, "only as written");
  }
  return *this;
}

TestStream& TestStream::Without(Variant variant, std::string reason) {
  definition_->left_out[variant] = std::move(reason);
  return *this;
}

TestStream& TestStream::WithConfig(std::string name, std::string value) {
  definition_->list.settings[std::move(name)] = std::move(value);
  return *this;
}

TestStream& TestStream::AddData(std::vector<Row> rows, int input) {
  return Append(AddDataAction{std::move(rows), input});
}

TestStream& TestStream::CheckAnswer(std::vector<Row> rows) {
  return Append(CheckAction{std::move(rows), false});
}

TestStream& TestStream::CheckNewAnswer(std::vector<Row> rows) {
  return Append(CheckAction{std::move(rows), true});
}

TestStream& TestStream::StartStream(Trigger trigger) { return Append(StartAction{trigger}); }

TestStream& TestStream::StopStream() { return Append(StopAction{}); }

TestStream& TestStream::CrashStream(std::string point) {
  return Append(CrashAction{std::move(point)});
}

TestStream& TestStream::AdvanceManualClock(int64_t milliseconds) {
  return Append(AdvanceClockAction{milliseconds});
}

TestStream& TestStream::SetConfig(std::string name, std::string value) {
  return Append(SetConfigAction{std::move(name), std::move(value)});
}

TestStream& TestStream::AssertStateRows(int64_t total, int64_t updated) {
  return Append(AssertStateRowsAction{total, updated});
}

TestStream& TestStream::AssertWatermark(int64_t watermark_ms) {
  return Append(AssertWatermarkAction{watermark_ms});
}

TestStream& TestStream::AssertProgress(
    std::function<Status(const StreamingQueryProgress&)> check) {
  return Append(AssertProgressAction{std::move(check)});
}

TestStream& TestStream::ExpectFailure(std::string condition) {
  return Append(ExpectFailureAction{std::move(condition)});
}

template <typename Step>
TestStream& TestStream::Append(Step step) {
  definition_->list.actions.emplace_back(std::move(step));
  return *this;
}

const std::string& TestStream::name() const { return definition_->list.name; }

std::string TestStream::ReasonAgainst(Variant variant) const {
  const auto found = definition_->left_out.find(variant);
  return found == definition_->left_out.end() ? "" : found->second;
}

bool TestStream::RunsIn(Variant variant) const {
  return !definition_->left_out.contains(variant);
}

namespace {

/// Runs the list to its end; errors tell the whole story.
Result<std::vector<Row>> RunToEnd(const ActionList& list, Variant variant) {
  const auto failure = [&](const Status& status, size_t step, const StreamDriver* driver) {
    std::string text = list.name + " (" + std::string(ToString(variant)) + "):\n";
    text += Describe(list, step) + status.message();
    const StreamingQuery* query = driver == nullptr ? nullptr : driver->query();
    const auto progress = query == nullptr ? std::nullopt : query->LastProgress();
    if (progress.has_value()) text += "\nlast progress: " + progress->Json(/*pretty=*/true);
    return Status(status.code(), text, status.detail());
  };
  const Result<std::unique_ptr<ListRunner>> made = ListRunner::Make(list, variant);
  if (!made.ok()) return failure(made.status(), 0, nullptr);
  ListRunner& runner = **made;
  const Status run = runner.Run();
  if (!run.ok()) return failure(run, runner.step(), &runner.driver());
  Result<std::vector<Row>> end = runner.Finish();
  if (!end.ok()) return failure(end.status(), runner.step(), &runner.driver());
  return end;
}

}  // namespace

Status TestStream::Run(Variant variant) const {
  Definition& definition = *definition_;
  ARROW_ASSIGN_OR_RAISE(std::vector<Row> end, RunToEnd(definition.list, variant));
  const std::lock_guard lock(definition.mutex);
  if (variant == Variant::kAsWritten) {
    definition.end = std::move(end);
    return Status::OK();
  }
  if (!definition.end.has_value()) {
    ARROW_ASSIGN_OR_RAISE(definition.end, RunToEnd(definition.list, Variant::kAsWritten));
  }
  const std::string difference = DescribeDifference(*definition.end, std::move(end));
  if (difference.empty()) return Status::OK();
  return Status::Invalid(definition.list.name, " (", ToString(variant), "):\n",
                         Describe(definition.list, definition.list.actions.size()),
                         "ended differently than as written:\n", difference);
}

ReplaySummary RunReplayMatrix(const std::vector<TestStream>& lists, double minimum_share) {
  ReplaySummary summary;
  for (const Variant variant : AllVariants()) {
    size_t runs = 0;
    size_t failures = 0;
    std::string left_out;
    for (const TestStream& list : lists) {
      if (!list.RunsIn(variant)) {
        left_out += "  without '" + list.name() + "': " + list.ReasonAgainst(variant) + "\n";
        continue;
      }
      ++runs;
      const Status status = list.Run(variant);
      if (status.ok()) continue;
      ++failures;
      summary.failures.push_back(status.message());
    }
    const double needed = minimum_share * static_cast<double>(lists.size());
    if (static_cast<double>(runs) < needed) summary.enough = false;
    const size_t percent = lists.empty() ? 100 : 100 * runs / lists.size();
    summary.text += std::string(ToString(variant)) + ": " + std::to_string(runs) + " of " +
                    std::to_string(lists.size()) + " lists (" + std::to_string(percent) + " %), " +
                    std::to_string(failures) + " failed\n" + left_out;
  }
  return summary;
}

}  // namespace firesteel::testing
