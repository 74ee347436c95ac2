#include "exec/event_time_watermark.h"

#include <algorithm>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/array_primitive.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "fmt/format.h"
#include "types/datetime.h"

namespace firesteel {

namespace {

/// The statistics of one column of timestamps. The average goes from row to row as in Spark, so that
/// it is rounded as there.
EventTimeStatistics StatisticsOf(const arrow::Array& times, int64_t rows, bool constant) {
  const auto& values = static_cast<const arrow::TimestampArray&>(times);
  const auto time_ms = [&](int64_t row) {
    return values.IsNull(row) ? 0 : FloorDivide(values.Value(row), kMicrosPerMillisecond);
  };
  EventTimeStatistics statistics;
  if (rows == 0) return statistics;
  statistics.rows = rows;
  if (constant) {
    statistics.min_ms = statistics.max_ms = time_ms(0);
    statistics.average_ms = static_cast<double>(time_ms(0));
    return statistics;
  }
  double average_ms = 0;
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t ms = time_ms(row);
    statistics.min_ms = std::min(statistics.min_ms, ms);
    statistics.max_ms = std::max(statistics.max_ms, ms);
    average_ms += (static_cast<double>(ms) - average_ms) / static_cast<double>(row + 1);
  }
  statistics.average_ms = average_ms;
  return statistics;
}

void CollectWatermarks(const PhysicalPlan& plan,
                       std::vector<const EventTimeWatermarkOperator*>* found) {
  if (const auto* watermark = dynamic_cast<const EventTimeWatermarkOperator*>(&plan)) {
    found->push_back(watermark);
  }
  for (const PhysicalPlanPtr& child : plan.children()) CollectWatermarks(*child, found);
}

}  // namespace

void EventTimeStatistics::Merge(const EventTimeStatistics& other) {
  if (other.rows == 0) return;
  rows += other.rows;
  min_ms = std::min(min_ms, other.min_ms);
  max_ms = std::max(max_ms, other.max_ms);
  average_ms += (other.average_ms - average_ms) *
                (static_cast<double>(other.rows) / static_cast<double>(rows));
}

class EventTimeWatermarkOperator::Reader final : public BatchReader {
 public:
  Reader(const Expression* event_time, std::unique_ptr<BatchReader> input,
         std::shared_ptr<Notes> notes, EvaluationContext* evaluation)
      : event_time_(event_time),
        input_(std::move(input)),
        notes_(std::move(notes)),
        evaluation_(evaluation) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, input_->Next());
    if (!batch) return nullptr;
    ARROW_ASSIGN_OR_RAISE(const ColumnVector times, event_time_->Evaluate(*batch, evaluation_));
    const EventTimeStatistics seen =
        StatisticsOf(*times.values, batch->num_rows(), times.constant);
    const std::lock_guard<std::mutex> lock(notes_->mutex);
    notes_->statistics.Merge(seen);
    return batch;
  }

 private:
  const Expression* event_time_;
  std::unique_ptr<BatchReader> input_;
  std::shared_ptr<Notes> notes_;
  EvaluationContext* evaluation_;
};

Result<PhysicalPlanPtr> EventTimeWatermarkOperator::Make(PhysicalPlanPtr child,
                                                         ExpressionPtr event_time,
                                                         int64_t delay_ms, int64_t node_id,
                                                         Schema schema) {
  if (event_time->type().id() != TypeId::kTimestamp) {
    return InternalError("A watermark's event time must be a timestamp: " + event_time->Sql());
  }
  return std::make_shared<EventTimeWatermarkOperator>(std::move(child), std::move(event_time),
                                                      delay_ms, node_id, std::move(schema));
}

EventTimeWatermarkOperator::EventTimeWatermarkOperator(PhysicalPlanPtr child,
                                                       ExpressionPtr event_time, int64_t delay_ms,
                                                       int64_t node_id, Schema schema)
    : PhysicalPlan(std::move(schema), {std::move(child)}),
      event_time_(std::move(event_time)),
      delay_ms_(delay_ms),
      node_id_(node_id) {}

EventTimeStatistics EventTimeWatermarkOperator::Statistics(
    const ExecutionContext& execution) const {
  const std::shared_ptr<Notes> notes = execution.FindOperatorState<Notes>(this);
  if (!notes) return {};
  const std::lock_guard<std::mutex> lock(notes->mutex);
  return notes->statistics;
}

std::string EventTimeWatermarkOperator::Name() const {
  return fmt::format("EventTimeWatermark {}, {} ms", event_time_->Sql(), delay_ms_);
}

Result<std::unique_ptr<BatchReader>> EventTimeWatermarkOperator::Execute(
    int partition, TaskContext* task) const {
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> input,
                        children()[0]->Execute(partition, task));
  std::shared_ptr<Notes> notes =
      task->execution->OperatorState<Notes>(this, [] { return std::make_shared<Notes>(); });
  return std::make_unique<Reader>(event_time_.get(), std::move(input), std::move(notes),
                                  &task->evaluation);
}

std::vector<const EventTimeWatermarkOperator*> FindEventTimeWatermarks(const PhysicalPlan& plan) {
  std::vector<const EventTimeWatermarkOperator*> found;
  CollectWatermarks(plan, &found);
  return found;
}

}  // namespace firesteel
