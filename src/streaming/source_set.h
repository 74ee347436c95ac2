#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exec/batch_context.h"
#include "firesteel/connector/source.h"
#include "streaming/start_point.h"
#include "streaming/wake_signal.h"

namespace firesteel {

/// One source of a running query and where it stands.
struct RunningSource {
  std::unique_ptr<MicroBatchStream> stream;
  std::string description;
  /// Where a query that has read nothing yet begins; asked for at most once.
  std::optional<Offset> initial;
  std::optional<Offset> committed;  ///< end of the last batch that is done; nullopt: none yet
  std::optional<Offset> available;  ///< end of the batch being made; as `committed` between batches
  std::optional<Offset> latest;     ///< the newest there is, where the source knows; for progress
  bool wakes = false;               ///< tells when data may be there

  bool has_new_data() const { return available != committed; }
};

/// The sources of one run. Used by the query's thread only; destroying it stops them.
class SourceSet {
 public:
  explicit SourceSet(std::vector<std::unique_ptr<MicroBatchStream>> streams);
  SourceSet(const SourceSet&) = delete;
  SourceSet& operator=(const SourceSet&) = delete;
  ~SourceSet();

  const std::vector<RunningSource>& all() const { return sources_; }
  /// Whether every source tells when data may be there.
  bool all_wake() const;
  /// Asks every source to signal `wake`, which the sources keep.
  void WakeOnData(const std::shared_ptr<WakeSignal>& wake);
  /// Gives every source the flag that ends its waiting.
  void StopWhen(const std::atomic<bool>* stopped);
  Status PrepareForAvailableNow();
  /// Goes to where `point` says. Errors: another number of sources than the query had before, an
  /// offset that its source does not understand.
  Status Restore(const StartPoint& point, const std::string& directory);

  /// Asks source `index` for the end of the next batch; `unlimited` ignores its read limit.
  Status FetchLatest(int index, bool unlimited);
  bool has_new_data() const;
  /// Lines for the offset log; nullopt for a source that never had data.
  std::vector<std::optional<std::string>> AvailableOffsets() const;
  /// Splits what is new in each source.
  Result<std::vector<SourceBatch>> PlanInputPartitions();
  /// Tells every source that what the batches before this one read is never read again.
  Status CommitConsumed();
  /// The batch is done: its end is where the next one starts, and sources may tell so.
  void FinishBatch();

 private:
  Result<Offset> StartOf(RunningSource* source);

  std::vector<RunningSource> sources_;
};

}  // namespace firesteel
