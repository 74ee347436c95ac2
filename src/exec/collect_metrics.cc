#include "exec/collect_metrics.h"

#include <mutex>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/grouped_accumulators.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// The results of the aggregates as columns, without names that anybody reads.
Schema ResultSchema(const std::vector<PlannedAggregate>& aggregates) {
  std::vector<StructField> fields;
  for (const PlannedAggregate& aggregate : aggregates) {
    fields.push_back({aggregate.text, aggregate.function->return_type(), true});
  }
  return Schema(std::move(fields));
}

void CollectObservations(const PhysicalPlan& plan,
                         std::vector<const CollectMetricsOperator*>* found) {
  if (const auto* observation = dynamic_cast<const CollectMetricsOperator*>(&plan)) {
    found->push_back(observation);
  }
  for (const PhysicalPlanPtr& child : plan.children()) CollectObservations(*child, found);
}

}  // namespace

/// What the tasks of one run have gathered: their buffers, by partition, so that `first` does not
/// depend on which of them ended first.
struct CollectMetricsOperator::Notes {
  std::mutex mutex;
  std::multimap<int, arrow::ArrayVector> buffers;  // guarded by mutex
  Status error;                                    // guarded by mutex
};

class CollectMetricsOperator::Reader final : public BatchReader {
 public:
  Reader(std::unique_ptr<BatchReader> input, std::unique_ptr<GroupedAccumulators> groups,
         std::shared_ptr<Notes> notes, TaskContext* task, int partition)
      : input_(std::move(input)),
        groups_(std::move(groups)),
        notes_(std::move(notes)),
        task_(task),
        partition_(partition) {}
  /// Notes what was read, also when nobody wants the rest.
  ~Reader() override { HandIn(); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> batch, input_->Next());
    if (!batch) {
      HandIn();
      return nullptr;
    }
    EvaluationContext* evaluation = &task_->evaluation;
    evaluation->rows_before = rows_before_;
    rows_before_ += batch->num_rows();
    ARROW_ASSIGN_OR_RAISE(const std::span<const int32_t> groups,
                          groups_->Group({}, batch->num_rows()));
    ARROW_RETURN_NOT_OK(groups_->Update(*batch, groups, evaluation));
    return batch;
  }

 private:
  void HandIn() {
    if (handed_in_) return;
    handed_in_ = true;
    if (groups_->size() == 0) return;
    Result<arrow::ArrayVector> buffers = groups_->Buffers();
    const std::lock_guard<std::mutex> lock(notes_->mutex);
    if (buffers.ok()) {
      notes_->buffers.emplace(partition_, *std::move(buffers));
    } else if (notes_->error.ok()) {
      notes_->error = buffers.status();
    }
  }

  std::unique_ptr<BatchReader> input_;
  std::unique_ptr<GroupedAccumulators> groups_;  // one group
  std::shared_ptr<Notes> notes_;
  TaskContext* task_;
  int partition_;
  int64_t rows_before_ = 0;
  bool handed_in_ = false;
};

Result<PhysicalPlanPtr> CollectMetricsOperator::Make(PhysicalPlanPtr child,
                                                     PlannedMetrics metrics) {
  if (static_cast<int>(metrics.results.size()) != metrics.schema.size()) {
    return InternalError("An observation needs one result per metric.");
  }
  return std::make_shared<CollectMetricsOperator>(std::move(child), std::move(metrics));
}

CollectMetricsOperator::CollectMetricsOperator(PhysicalPlanPtr child, PlannedMetrics metrics)
    : PhysicalPlan(child->schema(), {child}),
      metrics_(std::move(metrics)),
      schema_(std::make_shared<const Schema>(metrics_.schema)) {}

Result<Row> CollectMetricsOperator::Metrics(ExecutionContext* execution) const {
  ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<GroupedAccumulators> groups,
                        GroupedAccumulators::Make({}, &metrics_.aggregates));
  ARROW_RETURN_NOT_OK(groups->EnsureSingleGroup());
  if (const auto notes = execution->FindOperatorState<Notes>(this)) {
    const std::lock_guard<std::mutex> lock(notes->mutex);
    ARROW_RETURN_NOT_OK(notes->error);
    const std::vector<int32_t> group{0};
    for (const auto& [partition, buffers] : notes->buffers) {
      ARROW_RETURN_NOT_OK(groups->Merge(buffers, group));
    }
  }
  ARROW_ASSIGN_OR_RAISE(arrow::ArrayVector columns, groups->Results());
  const auto aggregated = arrow::RecordBatch::Make(ToArrowSchema(ResultSchema(metrics_.aggregates)),
                                                   1, std::move(columns));
  TaskContext task = MakeTask(execution, 0);
  std::vector<Value> values;
  for (const ExpressionPtr& result : metrics_.results) {
    ARROW_ASSIGN_OR_RAISE(const ColumnVector column,
                          result->Evaluate(*aggregated, &task.evaluation));
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Array> value, column.Expand(1));
    values.push_back(GetValue(*value, 0, result->type()));
  }
  return Row(std::move(values), schema_);
}

std::string CollectMetricsOperator::Name() const {
  return "CollectMetrics " + metrics_.name + ", " + AggregateListText(metrics_.aggregates);
}

Result<std::unique_ptr<BatchReader>> CollectMetricsOperator::Execute(int partition,
                                                                     TaskContext* task) const {
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> input,
                        children()[0]->Execute(partition, task));
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<GroupedAccumulators> groups,
                        GroupedAccumulators::Make({}, &metrics_.aggregates));
  std::shared_ptr<Notes> notes =
      task->execution->OperatorState<Notes>(this, [] { return std::make_shared<Notes>(); });
  return std::make_unique<Reader>(std::move(input), std::move(groups), std::move(notes), task,
                                  partition);
}

std::vector<const CollectMetricsOperator*> FindObservations(const PhysicalPlan& plan) {
  std::vector<const CollectMetricsOperator*> found;
  CollectObservations(plan, &found);
  return found;
}

Result<std::map<std::string, Row>> ObservedMetrics(
    const std::vector<const CollectMetricsOperator*>& observations, ExecutionContext* execution) {
  std::map<std::string, Row> metrics;
  for (const CollectMetricsOperator* observation : observations) {
    ARROW_ASSIGN_OR_RAISE(metrics[observation->name()], observation->Metrics(execution));
  }
  return metrics;
}

}  // namespace firesteel
