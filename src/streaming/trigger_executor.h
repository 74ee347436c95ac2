#pragma once

#include <functional>
#include <memory>

#include "common/cancellation.h"
#include "common/clock.h"
#include "firesteel/error.h"
#include "firesteel/trigger.h"

namespace firesteel {

enum class TriggerOutcome { kRanBatch, kNoData };

/// What a trigger executor calls. All from the query's thread.
struct TriggerSteps {
  /// Looks for data and runs a batch if there is something to do.
  std::function<Result<TriggerOutcome>()> run;
  /// Called after a trigger without data where the next one may start at any time: waits until it
  /// is worth looking again.
  std::function<void()> wait_for_data;
  /// Called before waiting for the next point in time.
  std::function<void()> before_waiting_for_trigger;
};

/// Decides when the triggers of a query run and when it is over.
class TriggerExecutor {
 public:
  virtual ~TriggerExecutor() = default;

  static std::unique_ptr<TriggerExecutor> Make(const Trigger& trigger, Clock* clock,
                                               const CancellationToken* stop);

  /// Runs triggers until the query is over, `stop` is cancelled or one fails.
  virtual Status Execute(const TriggerSteps& steps) = 0;
};

}  // namespace firesteel
