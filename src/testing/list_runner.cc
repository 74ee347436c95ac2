#include "testing/list_runner.h"

#include <algorithm>
#include <map>
#include <utility>

#include "streaming/failpoints.h"
#include "streaming/iso_timestamp.h"
#include "testing/condition_chain.h"
#include "testing/row_comparison.h"

namespace firesteel::testing {
namespace {

constexpr char kShufflePartitions[] = "spark.sql.shuffle.partitions";

struct RowLess {
  bool operator()(const Row& a, const Row& b) const { return CompareExactly(a, b) < 0; }
};

/// The last of the rows that share their leading columns.
std::vector<Row> LastByKey(const std::vector<Row>& rows, int key_columns) {
  std::map<Row, Row, RowLess> last;
  for (const Row& row : rows) {
    const auto end = row.values().begin() + std::min(key_columns, row.size());
    last[Row(std::vector<Value>(row.values().begin(), end))] = row;
  }
  std::vector<Row> result;
  for (auto& [key, row] : last) result.push_back(std::move(row));
  return result;
}

bool HasCondition(const Status& status, const std::string& condition) {
  const std::vector<std::string> chain = ConditionChain(status);
  return std::find(chain.begin(), chain.end(), condition) != chain.end();
}

}  // namespace

ListRunner::ListRunner(const ActionList& list, Variant variant,
                       std::unique_ptr<StreamDriver> driver)
    : list_(list), variant_(variant), driver_(std::move(driver)) {}

Result<std::unique_ptr<ListRunner>> ListRunner::Make(const ActionList& list, Variant variant) {
  StreamDriver::Options options;
  options.inputs = list.inputs;
  options.mode = list.mode;
  options.query = list.query;
  // Few, because every one of them costs files in every batch.
  options.settings = {{kShufflePartitions, "2"}};
  for (const auto& [name, value] : list.settings) options.settings[name] = value;
  if (variant == Variant::kManyPartitions) options.settings[kShufflePartitions] = "13";
  options.one_row_batches = variant == Variant::kOneRowBatches;
  ARROW_ASSIGN_OR_RAISE(auto driver, StreamDriver::Make(std::move(options)));
  return std::unique_ptr<ListRunner>(new ListRunner(list, variant, std::move(driver)));
}

bool ListRunner::ChecksSteps() const {
  return variant_ == Variant::kAsWritten || variant_ == Variant::kCrashBeforeCommitLog;
}

bool ListRunner::StartsByItself() const {
  for (const Action& action : list_.actions) {
    if (std::holds_alternative<AddDataAction>(action)) continue;
    if (std::holds_alternative<SetConfigAction>(action)) continue;
    return !std::holds_alternative<StartAction>(action);
  }
  return true;
}

const Action* ListRunner::NextEvent() const {
  for (size_t i = step_ + 1; i < list_.actions.size(); ++i) {
    if (!std::holds_alternative<AddDataAction>(list_.actions[i])) return &list_.actions[i];
  }
  return nullptr;
}

Status ListRunner::Run() {
  ArmBeforeNextCheck();
  if (StartsByItself()) ARROW_RETURN_NOT_OK(Start());
  for (step_ = 0; step_ < list_.actions.size(); ++step_) {
    ARROW_RETURN_NOT_OK(
        std::visit([this](const auto& action) { return Take(action); }, list_.actions[step_]));
  }
  return Status::OK();
}

void ListRunner::ArmBeforeNextCheck() {
  if (variant_ == Variant::kCrashBeforeCommitLog) {
    driver_->crash_point()->Arm(std::string(failpoints::kBeforeCommits));
  }
}

Status ListRunner::Start() { return driver_->Start(trigger_); }

Status ListRunner::AwaitRest() {
  Status status = driver_->AwaitRest();
  while (!status.ok() && variant_ == Variant::kCrashBeforeCommitLog &&
         driver_->crash_point()->fired()) {
    driver_->crash_point()->Disarm();
    ARROW_RETURN_NOT_OK(Start());
    status = driver_->AwaitRest();
  }
  return status;
}

Status ListRunner::Settle() {
  if (driver_->query() != nullptr) ARROW_RETURN_NOT_OK(AwaitRest());
  ARROW_RETURN_NOT_OK(driver_->HandOver());
  return driver_->query() != nullptr ? AwaitRest() : Status::OK();
}

Status ListRunner::Take(const AddDataAction& action) {
  return driver_->AddData(action.rows, action.input);
}

Status ListRunner::Take(const StartAction& action) {
  // The run before may be about to end by itself.
  const bool ends_by_itself = trigger_.kind() != Trigger::Kind::kProcessingTime;
  if (driver_->running() && ends_by_itself) ARROW_RETURN_NOT_OK(AwaitRest());
  trigger_ = action.trigger;
  ARROW_RETURN_NOT_OK(driver_->HandOver());
  const Action* next = NextEvent();
  // The crash must be prepared before the first batch, so it starts the query itself.
  if (next != nullptr && std::holds_alternative<CrashAction>(*next)) return Status::OK();
  const Status started = Start();
  if (!started.ok() && next != nullptr && std::holds_alternative<ExpectFailureAction>(*next)) {
    start_error_ = started;
    return Status::OK();
  }
  failed_as_wanted_ = false;
  return started;
}

Status ListRunner::Take(const StopAction&) {
  if (driver_->running()) ARROW_RETURN_NOT_OK(AwaitRest());
  return driver_->Stop();
}

Status ListRunner::Take(const CrashAction& action) {
  CrashPoint* crash_point = driver_->crash_point();
  // Asked now: data handed over to a running query may end it at once.
  const bool was_running = driver_->running();
  if (was_running) ARROW_RETURN_NOT_OK(AwaitRest());
  const auto has_point = [&](const auto& points) {
    return std::find(points.begin(), points.end(), action.point) != points.end();
  };
  const bool known = has_point(failpoints::kAll) || has_point(failpoints::kOnDemand);
  if (!known) return Status::Invalid("There is no point '", action.point, "' to crash at.");
  crash_point->Arm(action.point);
  ARROW_RETURN_NOT_OK(driver_->HandOver());
  if (!was_running) ARROW_RETURN_NOT_OK(Start());
  Status status = driver_->AwaitRest();
  if (status.ok() && driver_->running() && trigger_.interval_ms() > 0) {
    ARROW_RETURN_NOT_OK(driver_->AdvanceToNextTrigger());
    status = driver_->AwaitRest();
  }
  if (!crash_point->fired()) {
    crash_point->Disarm();
    ARROW_RETURN_NOT_OK(status);
    return Status::Invalid("The query had no batch to crash in.");
  }
  if (status.ok()) return Status::Invalid("The query went on after the crash.");
  ArmBeforeNextCheck();
  return Status::OK();
}

Status ListRunner::Take(const AdvanceClockAction& action) {
  ARROW_RETURN_NOT_OK(Settle());
  return driver_->Advance(action.milliseconds);
}

Status ListRunner::Take(const SetConfigAction& action) {
  return driver_->SetConfig(action.name, action.value);
}

std::vector<Row> ListRunner::Found(bool only_new) const {
  const RecordingSink& sink = driver_->sink();
  if (list_.mode == OutputMode::kComplete && !only_new) return sink.LastBatch();
  return sink.RowsAfter(only_new ? last_checked_batch_ : -1);
}

Status ListRunner::CompareAnswer(const std::vector<Row>& wanted, bool only_new) const {
  const std::shared_ptr<const Schema> schema = driver_->sink().schema();
  std::vector<Row> fitted = wanted;
  if (schema != nullptr) {
    ARROW_ASSIGN_OR_RAISE(fitted, FitRows(wanted, *schema));
  }
  const std::string difference = DescribeDifference(std::move(fitted), Found(only_new));
  return difference.empty() ? Status::OK() : Status::Invalid("The answer differs:\n", difference);
}

Status ListRunner::Take(const CheckAction& action) {
  const bool was_running = driver_->running();
  ARROW_RETURN_NOT_OK(was_running ? Settle() : AwaitRest());
  if (ChecksSteps()) ARROW_RETURN_NOT_OK(CompareAnswer(action.rows, action.only_new));
  last_checked_batch_ = driver_->sink().last_batch_id();
  ArmBeforeNextCheck();
  // A query that ended by itself stays ended.
  if (variant_ == Variant::kRestartAfterEveryCheck && driver_->running()) {
    ARROW_RETURN_NOT_OK(driver_->Stop());
    ARROW_RETURN_NOT_OK(Start());
  }
  return Status::OK();
}

Result<StreamingQueryProgress> ListRunner::LastProgress() const {
  std::optional<StreamingQueryProgress> progress = driver_->LastBatchProgress();
  if (!progress.has_value()) return Status::Invalid("This run of the query has done no batch yet.");
  return *std::move(progress);
}

Status ListRunner::Take(const AssertStateRowsAction& action) {
  if (!ChecksSteps()) return Status::OK();
  ARROW_RETURN_NOT_OK(Settle());
  ARROW_ASSIGN_OR_RAISE(const StreamingQueryProgress progress, LastProgress());
  int64_t total = 0;
  int64_t updated = 0;
  for (const StateOperatorProgress& state : progress.state_operators) {
    total += state.num_rows_total;
    updated += state.num_rows_updated;
  }
  if (total == action.total && updated == action.updated) return Status::OK();
  return Status::Invalid("The state has ", total, " rows, ", updated, " of them updated.");
}

Status ListRunner::Take(const AssertWatermarkAction& action) {
  if (!ChecksSteps()) return Status::OK();
  ARROW_RETURN_NOT_OK(Settle());
  ARROW_ASSIGN_OR_RAISE(const StreamingQueryProgress progress, LastProgress());
  const auto watermark = progress.event_time.find("watermark");
  if (watermark == progress.event_time.end()) return Status::Invalid("There is no watermark.");
  const std::string wanted = IsoTimestamp(action.watermark_ms);
  if (watermark->second == wanted) return Status::OK();
  return Status::Invalid("The watermark is ", watermark->second, ", not ", wanted, ".");
}

Status ListRunner::Take(const AssertProgressAction& action) {
  if (!ChecksSteps()) return Status::OK();
  ARROW_RETURN_NOT_OK(Settle());
  ARROW_ASSIGN_OR_RAISE(const StreamingQueryProgress progress, LastProgress());
  return action.check(progress);
}

Status ListRunner::Take(const ExpectFailureAction& action) {
  Status failure = std::exchange(start_error_, Status::OK());
  if (failure.ok()) {
    failure = Settle();
    if (driver_->running()) return Status::Invalid("The query did not fail.");
  }
  if (failure.ok()) return Status::Invalid("The query ended without an error.");
  if (!HasCondition(failure, action.condition)) return failure;
  failed_as_wanted_ = true;
  return Status::OK();
}

Result<std::vector<Row>> ListRunner::Finish() {
  if (!failed_as_wanted_) {
    if (driver_->running()) {
      ARROW_RETURN_NOT_OK(Settle());
      ARROW_RETURN_NOT_OK(driver_->Stop());
    }
    driver_->crash_point()->Disarm();
    ARROW_RETURN_NOT_OK(driver_->HandOver());
    ARROW_RETURN_NOT_OK(driver_->Start(Trigger::AvailableNow()));
    ARROW_RETURN_NOT_OK(driver_->AwaitRest());
  }
  if (list_.mode == OutputMode::kComplete) return driver_->sink().LastBatch();
  std::vector<Row> rows = driver_->sink().RowsAfter(-1);
  return list_.mode == OutputMode::kUpdate ? LastByKey(rows, list_.key_columns) : rows;
}

}  // namespace firesteel::testing
