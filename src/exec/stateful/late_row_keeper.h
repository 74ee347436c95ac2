#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "arrow/type_fwd.h"
#include "exec/physical_plan.h"
#include "expr/expression.h"

namespace firesteel {

/// Stands in front of a stateful operator, passes rows on, and keeps those that the operator will
/// drop: whose event time is at or before the watermark of the batch before. In front of an
/// aggregation it sees single rows, of which the operator only sees partial groups. Kept rows are
/// spilled as other buffers of a run are. Thread-safe as every operator: what it keeps is kept in
/// the ExecutionContext.
class LateRowKeeper final : public PhysicalPlan {
 public:
  /// `event_time` is bound to `child`, a timestamp or a window; `side` is "left" or "right" in
  /// front of a join, else "".
  LateRowKeeper(PhysicalPlanPtr child, ExpressionPtr event_time, int operator_id, std::string side);

  int operator_id() const { return operator_id_; }
  const std::string& side() const { return side_; }
  /// What was kept in this run, which must be over.
  int64_t KeptRows(const ExecutionContext& execution) const;
  /// Calls `take` with the kept rows, partition by partition.
  Status ForEachKept(const ExecutionContext& execution,
                     const std::function<Status(const arrow::RecordBatch&)>& take) const;

  std::string Name() const override;
  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override;

 private:
  class Reader;
  struct Kept;

  const ExpressionPtr event_time_;
  const int operator_id_;
  const std::string side_;
};

/// The keepers of a plan, from the root down, the first child's first.
std::vector<const LateRowKeeper*> FindLateRowKeepers(const PhysicalPlan& plan);

}  // namespace firesteel
