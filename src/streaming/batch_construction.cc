#include "streaming/batch_construction.h"

#include <algorithm>
#include <utility>

#include "common/error.h"
#include "streaming/failpoints.h"

namespace firesteel {

BatchConstruction::BatchConstruction(Options options, QueryCheckpoint* checkpoint,
                                     SourceSet* sources, Clock* clock, QueryMonitor* monitor,
                                     ProgressReporter* reporter, FailpointHook failpoint)
    : options_(std::move(options)),
      checkpoint_(checkpoint),
      sources_(sources),
      clock_(clock),
      monitor_(monitor),
      reporter_(reporter),
      failpoint_(std::move(failpoint)) {}

Result<bool> BatchConstruction::FetchOffsets() {
  const int count = static_cast<int>(sources_->all().size());
  for (int i = 0; i < count; ++i) {
    monitor_->SetMessage("Getting offsets from " + sources_->all()[i].description);
    ARROW_RETURN_NOT_OK(reporter_->Time(
        "latestOffset", [&] { return sources_->FetchLatest(i, options_.unlimited); }));
  }
  const bool has_new_data = sources_->has_new_data();
  monitor_->SetDataAvailable(has_new_data);
  return has_new_data;
}

Status BatchConstruction::Log(PendingBatch* batch) {
  batch->timestamp_ms = clock_->NowMs();
  return reporter_->Time("walCommit", [&]() -> Status {
    ARROW_RETURN_NOT_OK(failpoint_(failpoints::kBeforeOffsets));
    const OffsetSeq entry{.batch_watermark_ms = batch->watermark_ms,
                          .batch_timestamp_ms = batch->timestamp_ms,
                          .conf = options_.pinned_conf,
                          .offsets = sources_->AvailableOffsets()};
    ARROW_ASSIGN_OR_RAISE(const bool added, checkpoint_->offsets().Add(batch->id, entry));
    if (!added) {
      return MakeError("CONCURRENT_STREAM_LOG_UPDATE", {{"batchId", std::to_string(batch->id)}});
    }
    ARROW_RETURN_NOT_OK(failpoint_(failpoints::kAfterOffsets));
    return sources_->CommitConsumed();
  });
}

Status BatchConstruction::Purge(int64_t batch_id) {
  // A restart needs the newest two entries, whatever the setting.
  const int64_t threshold = batch_id - std::max<int64_t>(options_.batches_to_retain, 1);
  if (threshold <= 0) return Status::OK();
  ARROW_RETURN_NOT_OK(checkpoint_->offsets().Purge(threshold));
  ARROW_RETURN_NOT_OK(checkpoint_->commits().Purge(threshold));
  for (const PurgeHook& hook : purge_hooks_) ARROW_RETURN_NOT_OK(hook(threshold));
  return Status::OK();
}

}  // namespace firesteel
