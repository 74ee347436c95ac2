#include "streaming/micro_batch_execution.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "common/config_keys.h"
#include "common/error.h"
#include "common/task_scheduler.h"
#include "streaming/failpoints.h"
#include "streaming/state_layout.h"
#include "streaming/watermark_propagation.h"

namespace firesteel {
namespace {

FailpointHook MakeFailpointHook(const StreamingServices* services) {
  return [services](std::string_view point) {
    return services->failpoint ? services->failpoint(point) : Status::OK();
  };
}

}  // namespace

MicroBatchExecution::MicroBatchExecution(const StreamingServices* services,
                                         StreamDefinition definition,
                                         std::unique_ptr<QueryCheckpoint> checkpoint,
                                         StreamingSink sink)
    : services_(services),
      definition_(std::move(definition)),
      failpoint_(MakeFailpointHook(services)),
      checkpoint_(std::move(checkpoint)),
      output_(BatchOutput::Make(std::move(sink), failpoint_)) {}

MicroBatchExecution::~MicroBatchExecution() = default;

Status MicroBatchExecution::Run(QueryMonitor* monitor) {
  monitor_ = monitor;
  output_->StopWhen(&monitor->stop_token().flag());
  const Status status = RunToTheEnd();
  if (!status.ok() && !monitor->stop_token().cancelled()) checkpoint_->Keep();
  return status;
}

Status MicroBatchExecution::RunToTheEnd() {
  monitor_->SetMessage("Initializing sources");
  ARROW_RETURN_NOT_OK(Prepare());
  Clock* clock = services_->execution.clock;
  const auto executor = TriggerExecutor::Make(definition_.trigger, clock, &monitor_->end_token());
  return executor->Execute(
      {.run = [this] { return RunTrigger(); },
       .wait_for_data = [this] { WaitForData(); },
       .before_waiting_for_trigger = [this] { monitor_->SetMessage("Waiting for next trigger"); }});
}

Status MicroBatchExecution::Prepare() {
  Clock* clock = services_->execution.clock;
  const Config& config = definition_.config;
  ARROW_ASSIGN_OR_RAISE(
      const StartPoint point,
      FindStartPoint(checkpoint_->offsets(), checkpoint_->commits(), checkpoint_->directory()));
  if (!point.conf) {
    ARROW_ASSIGN_OR_RAISE(const bool has_state, checkpoint_->HasState());
    if (has_state) {
      return MakeError("STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY",
                       {{"checkpointLocation", checkpoint_->StateDirectory()}});
    }
  }
  const int default_partitions = services_->execution.scheduler->threads();
  ARROW_ASSIGN_OR_RAISE(const PinnedSettings settings,
                        point.conf
                            ? PinnedSettings::FromLog(*point.conf, config, default_partitions)
                            : PinnedSettings::FromSession(config, default_partitions));
  if (!point.rerun) ARROW_RETURN_NOT_OK(CheckSinkIsOurs(point.batch_id));
  const int64_t planning_start = clock->MonotonicNanos();
  ARROW_ASSIGN_OR_RAISE(query_, PrepareQuery(definition_, settings, *checkpoint_));
  planning_nanos_ = clock->MonotonicNanos() - planning_start;
  query_.sources->StopWhen(&monitor_->stop_token().flag());
  monitor_->SetPlans(query_.physical_text, query_.all_text);
  if (definition_.trigger.kind() == Trigger::Kind::kAvailableNow) {
    ARROW_RETURN_NOT_OK(query_.sources->PrepareForAvailableNow());
  }
  ARROW_RETURN_NOT_OK(query_.sources->Restore(point, checkpoint_->directory()));
  ARROW_RETURN_NOT_OK(CheckStateLayout(checkpoint_.get(), query_.operators,
                                       /*has_history=*/point.batch_id > 0,
                                       config.Get(config::kStateSchemaCheck)));
  query_.sources->WakeOnData(monitor_->wake());

  next_batch_id_ = point.batch_id;
  ARROW_ASSIGN_OR_RAISE(const WatermarkTracker::Policy policy,
                        WatermarkTracker::ParsePolicy(settings.multiple_watermark_policy()));
  watermark_ = WatermarkTracker(policy, point.watermark_ms);
  late_watermark_ms_ = point.previous_watermark_ms;
  ARROW_RETURN_NOT_OK(RestoreSourceWatermarks(point.batch_id));
  ARROW_RETURN_NOT_OK(OpenLateRowFiles());
  if (point.rerun) {
    pending_ = PendingBatch{.id = point.batch_id,
                            .timestamp_ms = point.batch_timestamp_ms,
                            .watermark_ms = point.watermark_ms,
                            .late_watermark_ms = point.previous_watermark_ms,
                            .rerun = true};
    // The run before may have ended before it told the sources.
    if (point.previous_is_committed) ARROW_RETURN_NOT_OK(query_.sources->CommitConsumed());
  }
  reporter_ = std::make_unique<ProgressReporter>(
      monitor_, clock, output_.get(),
      std::max(config.Get(config::kNoDataProgressIntervalMs), config.Get(config::kPollingDelayMs)));
  construction_ = std::make_unique<BatchConstruction>(
      BatchConstruction::Options{.unlimited = definition_.trigger.kind() == Trigger::Kind::kOnce,
                                 .batches_to_retain = config.Get(config::kMinBatchesToRetain),
                                 .pinned_conf = settings.values()},
      checkpoint_.get(), query_.sources.get(), clock, monitor_, reporter_.get(), failpoint_);
  runner_ = std::make_unique<BatchRunner>(&services_->execution, &query_, checkpoint_.get(),
                                          output_.get(), &monitor_->stop_token());
  if (source_watermarks_ != nullptr) {
    construction_->OnPurge(
        [this](int64_t threshold) { return source_watermarks_->Purge(threshold); });
  }
  ExplainState({});
  return Status::OK();
}

Status MicroBatchExecution::RestoreSourceWatermarks(int64_t next_batch_id) {
  if (query_.watermarks.empty()) return Status::OK();
  auto kept = std::make_unique<SourceWatermarks>(
      checkpoint_->files(), checkpoint_->directory() + "/commits", query_.watermark_names);
  if (!definition_.config.Get(config::kPersistWatermarkPerSource)) {
    // What was kept earlier would not be true any more when it is wanted again.
    return kept->Purge(std::numeric_limits<int64_t>::max());
  }
  source_watermarks_ = std::move(kept);
  ARROW_RETURN_NOT_OK(source_watermarks_->Load(next_batch_id - 1));
  watermark_.Restore(source_watermarks_->Recall(ListWatermarks(query_.watermarks)));
  return Status::OK();
}

Status MicroBatchExecution::OpenLateRowFiles() {
  const std::string path = definition_.config.Get(config::kLateRowsPath);
  if (path.empty()) return Status::OK();
  return LateRowFiles::Make({.path = path,
                             .query_id = checkpoint_->query_id(),
                             .checkpoint_directory = checkpoint_->directory(),
                             .time_zone = definition_.config.Get(config::kSessionTimeZone)},
                            *query_.plan, services_->execution.env)
      .Value(&late_rows_);
}

void MicroBatchExecution::ExplainState(const std::vector<StateOperatorProgress>& progress) {
  const std::vector<int64_t> watermarks =
      InputWatermarks(*query_.plan, query_.operators, watermark_.watermark_ms());
  monitor_->SetState(firesteel::ExplainState(query_.operators, watermarks, progress));
}

Status MicroBatchExecution::CheckSinkIsOurs(int64_t next_batch_id) {
  ARROW_ASSIGN_OR_RAISE(const bool committed, output_->IsCommitted(next_batch_id));
  if (!committed) return Status::OK();
  return Status::Invalid("The sink ", output_->Describe(), " already has batch ", next_batch_id,
                         ", which this query has never run: it holds the output of another query, "
                         "or the checkpoint is older than the output. Choose another output "
                         "directory, or go on from the checkpoint that belongs to this one.");
}

Result<TriggerOutcome> MicroBatchExecution::RunTrigger() {
  monitor_->wake()->Clear();
  monitor_->BeginTrigger();
  reporter_->BeginTrigger();
  if (!pending_) {
    ARROW_RETURN_NOT_OK(ConstructBatch());
  } else {
    monitor_->SetDataAvailable(query_.sources->has_new_data());
  }
  reporter_->RecordOffsets(*query_.sources);
  if (!pending_) {
    monitor_->SetMessage("Waiting for data to arrive");
    reporter_->FinishIdle(next_batch_id_, *query_.sources,
                          EventTimes(watermark_.watermark_ms(), {}));
    monitor_->EndTrigger(/*idle=*/true);
    return TriggerOutcome::kNoData;
  }
  monitor_->SetMessage(query_.sources->has_new_data() ? "Processing new data"
                                                      : "No new data but cleaning up state");
  const PendingBatch batch = *pending_;
  ARROW_ASSIGN_OR_RAISE(BatchResult result, RunBatch(batch));
  ARROW_RETURN_NOT_OK(UpdateWatermark(batch, result));
  ARROW_RETURN_NOT_OK(reporter_->Time("commitOffsets", [&] { return CommitBatch(batch); }));
  evicted_ms_ = result.eviction_watermarks_ms;
  ExplainState(result.state_operators);
  reporter_->FinishBatch(batch.id, *query_.sources, result,
                         EventTimes(batch.watermark_ms, result.watermarks));
  monitor_->EndTrigger(/*idle=*/false);
  return TriggerOutcome::kRanBatch;
}

std::map<std::string, std::string> MicroBatchExecution::EventTimes(
    int64_t watermark_ms, const std::vector<WatermarkObservation>& seen) const {
  if (query_.watermarks.empty()) return {};
  return ReportEventTimes(watermark_ms, seen);
}

Status MicroBatchExecution::ConstructBatch() {
  ARROW_ASSIGN_OR_RAISE(const bool has_new_data, construction_->FetchOffsets());
  if (!has_new_data) {
    ARROW_ASSIGN_OR_RAISE(const bool needs_batch, NeedsBatchWithoutData());
    if (!needs_batch) return Status::OK();
  }
  PendingBatch batch{
      .id = next_batch_id_,
      .watermark_ms = watermark_.watermark_ms(),
      .late_watermark_ms = late_watermark_ms_};
  ARROW_RETURN_NOT_OK(construction_->Log(&batch));
  pending_ = batch;
  return Status::OK();
}

Status MicroBatchExecution::CheckWatermarks(int64_t watermark_ms) const {
  if (watermark_ms <= 0 || !query_.redefines_watermark) return Status::OK();
  return MakeError("_LEGACY_ERROR_TEMP_3076");
}

Result<bool> MicroBatchExecution::NeedsBatchWithoutData() const {
  // The first batch of a run waits for data, as in Spark: what a stopped query still had to give
  // out comes with the next rows.
  if (!evicted_ms_ || !definition_.config.Get(config::kNoDataMicroBatches)) return false;
  ARROW_RETURN_NOT_OK(CheckWatermarks(watermark_.watermark_ms()));
  const std::vector<int64_t> watermarks =
      InputWatermarks(*query_.plan, query_.operators, watermark_.watermark_ms());
  return std::any_of(query_.operators.begin(), query_.operators.end(),
                     [&](const StatefulOperator* stateful) {
                       const int id = stateful->info().operator_id;
                       return stateful->NeedsBatchWithoutData(watermarks[id], (*evicted_ms_)[id]);
                     });
}

Result<BatchResult> MicroBatchExecution::RunBatch(const PendingBatch& batch) {
  ARROW_RETURN_NOT_OK(CheckWatermarks(batch.watermark_ms));
  if (!layout_written_) {
    // After the offsets: a checkpoint with state but without offsets is refused.
    ARROW_RETURN_NOT_OK(WriteStateLayout(checkpoint_.get(), query_.operators));
    layout_written_ = true;
  }
  ARROW_ASSIGN_OR_RAISE(std::vector<SourceBatch> partitions, reporter_->Time("getBatch", [&] {
    return query_.sources->PlanInputPartitions();
  }));
  reporter_->AddDuration("queryPlanning", std::exchange(planning_nanos_, 0));
  return reporter_->Time("addBatch", [&] {
    return runner_->Run(batch, std::move(partitions), [&](const ExecutionContext& execution) {
      return KeepBesideCommit(batch, execution);
    });
  });
}

Status MicroBatchExecution::KeepBesideCommit(const PendingBatch& batch,
                                             const ExecutionContext& execution) {
  if (late_rows_ != nullptr) {
    ARROW_RETURN_NOT_OK(failpoint_(failpoints::kBeforeLateRows));
    ARROW_RETURN_NOT_OK(late_rows_->Write(batch.id, execution));
    ARROW_RETURN_NOT_OK(failpoint_(failpoints::kAfterLateRows));
  }
  if (source_watermarks_ == nullptr) return Status::OK();
  ARROW_RETURN_NOT_OK(failpoint_(failpoints::kBeforeSourceWatermarks));
  ARROW_RETURN_NOT_OK(
      source_watermarks_->Keep(batch.id, ObserveWatermarks(query_.watermarks, execution)));
  return failpoint_(failpoints::kAfterSourceWatermarks);
}

Status MicroBatchExecution::UpdateWatermark(const PendingBatch& batch, const BatchResult& result) {
  watermark_.Update(result.watermarks);
  if (result.ran || source_watermarks_ == nullptr) return Status::OK();
  // The sink has the batch: what it saw was written by the run that gave it to the sink.
  ARROW_RETURN_NOT_OK(source_watermarks_->LoadIfThere(batch.id));
  const std::vector<WatermarkObservation> nodes = ListWatermarks(query_.watermarks);
  watermark_.Restore(source_watermarks_->Recall(nodes));
  watermark_.Update(nodes);
  return source_watermarks_->Keep(batch.id, {});
}

Status MicroBatchExecution::CommitBatch(const PendingBatch& batch) {
  ARROW_RETURN_NOT_OK(failpoint_(failpoints::kBeforeCommits));
  ARROW_ASSIGN_OR_RAISE(
      const bool added,
      checkpoint_->commits().Add(batch.id,
                                 {.next_batch_watermark_ms = watermark_.watermark_ms()}));
  if (!added) {
    return MakeError("CONCURRENT_STREAM_LOG_UPDATE", {{"batchId", std::to_string(batch.id)}});
  }
  ARROW_RETURN_NOT_OK(failpoint_(failpoints::kAfterCommits));
  query_.sources->FinishBatch();
  ARROW_RETURN_NOT_OK(construction_->Purge(batch.id));
  runner_->ScheduleMaintenance();
  next_batch_id_ = batch.id + 1;
  late_watermark_ms_ = batch.watermark_ms;
  pending_.reset();
  return Status::OK();
}

void MicroBatchExecution::WaitForData() {
  int64_t deadline_ms = reporter_->NextIdleReportMs();
  if (!query_.sources->all_wake()) {
    const int64_t delay_ms = std::max<int64_t>(definition_.config.Get(config::kPollingDelayMs), 1);
    deadline_ms = std::min(deadline_ms, services_->execution.clock->NowMs() + delay_ms);
  }
  monitor_->wake()->WaitUntilMs(deadline_ms);
}

}  // namespace firesteel
