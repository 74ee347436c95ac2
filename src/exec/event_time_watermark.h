#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "exec/physical_plan.h"
#include "expr/expression.h"

namespace firesteel {

/// Which event times the rows of a batch have, in milliseconds. A row without one counts as 1970.
struct EventTimeStatistics {
  int64_t rows = 0;
  int64_t min_ms = std::numeric_limits<int64_t>::max();
  int64_t max_ms = std::numeric_limits<int64_t>::min();
  double average_ms = 0;

  void Merge(const EventTimeStatistics& other);
};

/// Passes rows on and notes their event times, from which the streaming engine works out the next
/// watermark. Thread-safe as every operator: what it notes is kept in the ExecutionContext.
class EventTimeWatermarkOperator final : public PhysicalPlan {
 public:
  /// `event_time` is bound and a timestamp; `node_id` as in the logical plan.
  static Result<PhysicalPlanPtr> Make(PhysicalPlanPtr child, ExpressionPtr event_time,
                                      int64_t delay_ms, int64_t node_id, Schema schema);
  EventTimeWatermarkOperator(PhysicalPlanPtr child, ExpressionPtr event_time, int64_t delay_ms,
                             int64_t node_id, Schema schema);

  int64_t delay_ms() const { return delay_ms_; }
  int64_t node_id() const { return node_id_; }
  /// What was seen in this run so far; no rows before it has begun.
  EventTimeStatistics Statistics(const ExecutionContext& execution) const;

  std::string Name() const override;
  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override;

 private:
  class Reader;
  struct Notes {
    std::mutex mutex;
    EventTimeStatistics statistics;  // guarded by mutex
  };

  ExpressionPtr event_time_;
  int64_t delay_ms_;
  int64_t node_id_;
};

/// The watermarks of a plan, from the root down, the first child's first.
std::vector<const EventTimeWatermarkOperator*> FindEventTimeWatermarks(const PhysicalPlan& plan);

}  // namespace firesteel
