#include "streaming/trigger_executor.h"

#include <limits>

namespace firesteel {
namespace {

/// One trigger, whatever comes of it.
class SingleBatchExecutor final : public TriggerExecutor {
 public:
  explicit SingleBatchExecutor(const CancellationToken* stop) : stop_(stop) {}

  Status Execute(const TriggerSteps& steps) override {
    if (stop_->cancelled()) return Status::OK();
    return steps.run().status();
  }

 private:
  const CancellationToken* stop_;
};

/// One trigger after the other until one finds nothing to do.
class MultiBatchExecutor final : public TriggerExecutor {
 public:
  explicit MultiBatchExecutor(const CancellationToken* stop) : stop_(stop) {}

  Status Execute(const TriggerSteps& steps) override {
    while (!stop_->cancelled()) {
      ARROW_ASSIGN_OR_RAISE(const TriggerOutcome outcome, steps.run());
      if (outcome == TriggerOutcome::kNoData) break;
    }
    return Status::OK();
  }

 private:
  const CancellationToken* stop_;
};

/// A trigger as soon as there is data.
class ContinualExecutor final : public TriggerExecutor {
 public:
  explicit ContinualExecutor(const CancellationToken* stop) : stop_(stop) {}

  Status Execute(const TriggerSteps& steps) override {
    while (!stop_->cancelled()) {
      ARROW_ASSIGN_OR_RAISE(const TriggerOutcome outcome, steps.run());
      if (outcome == TriggerOutcome::kNoData && !stop_->cancelled()) steps.wait_for_data();
    }
    return Status::OK();
  }

 private:
  const CancellationToken* stop_;
};

/// Triggers at the multiples of the interval since 1970, as in Spark; the first one at once. A
/// batch that takes longer than the interval is followed by the next without waiting.
class IntervalExecutor final : public TriggerExecutor {
 public:
  IntervalExecutor(int64_t interval_ms, Clock* clock, const CancellationToken* stop)
      : interval_ms_(interval_ms), clock_(clock), stop_(stop) {}

  Status Execute(const TriggerSteps& steps) override {
    while (!stop_->cancelled()) {
      const int64_t next_ms = NextTriggerMs(clock_->NowMs());
      ARROW_RETURN_NOT_OK(steps.run().status());
      if (stop_->cancelled()) break;
      steps.before_waiting_for_trigger();
      clock_->WaitUntilMs(next_ms, stop_->flag());
    }
    return Status::OK();
  }

 private:
  int64_t NextTriggerMs(int64_t now_ms) const {
    const int64_t last_ms = now_ms / interval_ms_ * interval_ms_;
    const bool overflows = last_ms > std::numeric_limits<int64_t>::max() - interval_ms_;
    return overflows ? std::numeric_limits<int64_t>::max() : last_ms + interval_ms_;
  }

  const int64_t interval_ms_;
  Clock* clock_;
  const CancellationToken* stop_;
};

}  // namespace

std::unique_ptr<TriggerExecutor> TriggerExecutor::Make(const Trigger& trigger, Clock* clock,
                                                       const CancellationToken* stop) {
  switch (trigger.kind()) {
    case Trigger::Kind::kOnce:
      return std::make_unique<SingleBatchExecutor>(stop);
    case Trigger::Kind::kAvailableNow:
      return std::make_unique<MultiBatchExecutor>(stop);
    case Trigger::Kind::kProcessingTime:
      break;
  }
  if (trigger.interval_ms() == 0) return std::make_unique<ContinualExecutor>(stop);
  return std::make_unique<IntervalExecutor>(trigger.interval_ms(), clock, stop);
}

}  // namespace firesteel
