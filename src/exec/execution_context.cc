#include "exec/execution_context.h"

namespace firesteel {

OperatorMetrics* ExecutionContext::Metrics(const void* owner) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::unique_ptr<OperatorMetrics>& slot = metrics_[owner];
  if (!slot) slot = std::make_unique<OperatorMetrics>();
  return slot.get();
}

std::atomic<int64_t>* ExecutionContext::InputRows(int source_index) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::unique_ptr<std::atomic<int64_t>>& slot = input_rows_[source_index];
  if (!slot) slot = std::make_unique<std::atomic<int64_t>>(0);
  return slot.get();
}

TaskContext MakeTask(ExecutionContext* execution, int partition) {
  TaskContext task;
  task.execution = execution;
  task.partition = partition;
  task.evaluation.partition = partition;
  task.evaluation.subquery_values = &execution->subquery_values();
  task.evaluation.batch_timestamp_micros = execution->batch().batch_timestamp_ms * 1000;
  return task;
}

}  // namespace firesteel
