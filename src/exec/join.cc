#include <algorithm>
#include <string>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/batch_splitter.h"
#include "exec/expression_text.h"
#include "exec/join_prober.h"
#include "exec/join_table.h"
#include "exec/key_partitioner.h"
#include "exec/operators.h"
#include "exec/spillable_buffer.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

// A column of text in one table must stay below 2 GiB, and row numbers below 2^31.
constexpr int64_t kMaximumTableBytes = int64_t{3} << 29;
constexpr int64_t kMaximumTableRows = int64_t{1} << 30;
// Each part has a file per side and task.
constexpr int kMaximumParts = 32;
// A left side of so many rows is kept in memory when nothing is known of the right one.
constexpr int64_t kSmallSideRows = 1 << 20;

/// What one run keeps: either one table for all tasks, or both sides in parts.
struct JoinRun {
  explicit JoinRun(std::shared_ptr<MemoryBudget> shared_budget)
      : budget(std::move(shared_budget)) {}
  ~JoinRun() { budget->Release(reserved_bytes); }

  std::shared_ptr<MemoryBudget> budget;
  int64_t reserved_bytes = 0;
  bool build_right = true;
  bool build_is_empty = false;
  std::atomic<bool> build_has_null_key{false};
  std::shared_ptr<const JoinTable> table;
  std::atomic<int> unfinished_tasks{0};
  // [source partition][part], when there is no table.
  std::vector<SpillableBuffers> left_parts;
  std::vector<SpillableBuffers> right_parts;
  int parts = 0;
};

std::vector<const SpillableBuffer*> PartOf(const std::vector<SpillableBuffers>& sources,
                                           int part) {
  std::vector<const SpillableBuffer*> buffers;
  for (const SpillableBuffers& source : sources) buffers.push_back(source[part].get());
  return buffers;
}

int64_t BytesOf(const std::vector<const SpillableBuffer*>& buffers) {
  int64_t bytes = 0;
  for (const SpillableBuffer* buffer : buffers) bytes += buffer->bytes();
  return bytes;
}

/// Reads batches until they take `budget_bytes`, at least one; fewer only at the end.
class TableLoader {
 public:
  TableLoader(std::unique_ptr<BatchReader> input, int64_t budget_bytes)
      : input_(std::move(input)), budget_bytes_(std::min(budget_bytes, kMaximumTableBytes)) {}

  Result<std::vector<BatchPtr>> Next() {
    std::vector<BatchPtr> batches;
    int64_t bytes = 0;
    int64_t rows = 0;
    if (!pending_ && !at_end_) ARROW_RETURN_NOT_OK(Advance());
    while (pending_ && (batches.empty() || (bytes + pending_bytes_ <= budget_bytes_ &&
                                            rows + pending_->num_rows() < kMaximumTableRows))) {
      bytes += pending_bytes_;
      rows += pending_->num_rows();
      batches.push_back(std::move(pending_));
      ARROW_RETURN_NOT_OK(Advance());
    }
    return batches;
  }
  bool at_end() const { return at_end_; }

 private:
  Status Advance() {
    ARROW_ASSIGN_OR_RAISE(pending_, input_->Next());
    at_end_ = pending_ == nullptr;
    if (pending_) {
      ARROW_ASSIGN_OR_RAISE(pending_bytes_, BatchBytes(*pending_));
    }
    return Status::OK();
  }

  std::unique_ptr<BatchReader> input_;
  int64_t budget_bytes_;
  BatchPtr pending_;
  int64_t pending_bytes_ = 0;
  bool at_end_ = false;
};

/// Drives a prober over probe batches: once for the table that all tasks share, or, in a part of a
/// divided join, once for each table that the build side needs.
class JoinReader : public BatchReader {
 public:
  JoinReader(const std::shared_ptr<const JoinDescription>& description, const JoinShape& shape,
             TaskContext* task)
      : shape_(shape),
        prober_(description, shape, &task->evaluation, &task->execution->cancellation(),
                task->execution->services().batch_rows) {}

  Result<BatchPtr> Next() override {
    while (true) {
      if (probing_) {
        ARROW_ASSIGN_OR_RAISE(BatchPtr output, prober_.Next());
        if (output) return output;
        ARROW_ASSIGN_OR_RAISE(BatchPtr batch, probe_->Next());
        if (batch) {
          const size_t begin = keeps_marks_ ? seen_rows_ : 0;
          seen_rows_ = begin + batch->num_rows();
          if (!keeps_marks_) matched_.clear();
          if (matched_.size() < seen_rows_) matched_.resize(seen_rows_);
          ARROW_RETURN_NOT_OK(prober_.SetInput(std::move(batch), matched_.data() + begin));
          continue;
        }
        probing_ = false;
        probe_.reset();
        if (FinishProbing()) prober_.StartBuildRows();
      }
      ARROW_ASSIGN_OR_RAISE(BatchPtr output, prober_.NextBuildRows());
      if (output) return output;
      ARROW_ASSIGN_OR_RAISE(const bool more, NextTable());
      if (!more) return nullptr;
    }
  }

 protected:
  /// Begins a pass over the probe side. `keeps_marks`: there will be several.
  void StartProbing(std::unique_ptr<BatchReader> probe, bool keeps_marks) {
    probe_ = std::move(probe);
    probing_ = true;
    keeps_marks_ = keeps_marks;
    seen_rows_ = 0;
  }
  /// Whether the table has now met all probe rows.
  virtual bool FinishProbing() = 0;
  /// Goes on to the next table; false when there is none.
  virtual Result<bool> NextTable() = 0;

  JoinShape shape_;
  JoinProber prober_;

 private:
  std::unique_ptr<BatchReader> probe_;
  bool probing_ = false;
  bool keeps_marks_ = false;
  std::vector<uint8_t> matched_;
  size_t seen_rows_ = 0;
};

class NoRows final : public BatchReader {
 public:
  Result<BatchPtr> Next() override { return nullptr; }
};

/// One partition of the probe side against the table of the run. The task that ends last gives out
/// the table's own rows.
class SharedTableReader final : public JoinReader {
 public:
  SharedTableReader(const std::shared_ptr<const JoinDescription>& description,
                    const JoinShape& shape, std::shared_ptr<JoinRun> run,
                    std::unique_ptr<BatchReader> probe, TaskContext* task)
      : JoinReader(description, shape, task), run_(std::move(run)) {
    prober_.SetTable(run_->table, /*last=*/true);
    prober_.SetBuildFacts(run_->build_is_empty, run_->build_has_null_key.load());
    StartProbing(std::move(probe), false);
  }

 private:
  bool FinishProbing() override {
    return run_->unfinished_tasks.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }
  Result<bool> NextTable() override { return false; }

  std::shared_ptr<JoinRun> run_;
};

/// One part of a divided join.
class PartReader final : public JoinReader {
 public:
  PartReader(const std::shared_ptr<const JoinDescription>& description, const JoinShape& shape,
             std::shared_ptr<JoinRun> run, int part, std::shared_ptr<arrow::Schema> build_schema,
             TaskContext* task)
      : JoinReader(description, shape, task),
        description_(description),
        run_(std::move(run)),
        task_(task),
        build_schema_(std::move(build_schema)),
        keys_(shape.build_right ? &description->join().right_keys : &description->join().left_keys,
              &description->join().null_safe),
        probe_buffers_(PartOf(shape.build_right ? run_->left_parts : run_->right_parts, part)),
        loader_(std::make_unique<BufferSequenceReader>(
                    PartOf(shape.build_right ? run_->right_parts : run_->left_parts, part)),
                TaskBudgetBytes(task->execution->services())) {
    prober_.SetBuildFacts(run_->build_is_empty, run_->build_has_null_key.load());
  }

 private:
  bool FinishProbing() override { return true; }

  Result<bool> NextTable() override {
    if (started_ && loader_.at_end()) return false;
    ARROW_ASSIGN_OR_RAISE(const std::vector<BatchPtr> batches, loader_.Next());
    ARROW_ASSIGN_OR_RAISE(
        std::shared_ptr<const JoinTable> table,
        JoinTable::Make(build_schema_, batches, &keys_, description_->key_types(),
                        description_->condition() == nullptr, &task_->evaluation));
    const bool only = !started_ && loader_.at_end();
    started_ = true;
    prober_.SetTable(std::move(table), loader_.at_end());
    StartProbing(std::make_unique<BufferSequenceReader>(probe_buffers_), !only);
    return true;
  }

  std::shared_ptr<const JoinDescription> description_;
  std::shared_ptr<JoinRun> run_;
  TaskContext* task_;
  std::shared_ptr<arrow::Schema> build_schema_;
  JoinKeys keys_;
  std::vector<const SpillableBuffer*> probe_buffers_;
  TableLoader loader_;
  bool started_ = false;
};

/// Reads one side when the run is prepared and keeps it in one table, which the tasks of the other
/// side share. A side that does not fit is divided by the keys, as is then the other one, and the
/// tasks join part by part; a part that still does not fit meets the other side table by table.
class JoinOperator final : public PhysicalPlan {
 public:
  JoinOperator(PhysicalPlanPtr left, PhysicalPlanPtr right,
               std::shared_ptr<const JoinDescription> description, Schema schema)
      : PhysicalPlan(std::move(schema), {std::move(left), std::move(right)}),
        description_(std::move(description)),
        left_schema_(ToArrowSchema(children()[0]->schema())),
        right_schema_(ToArrowSchema(children()[1]->schema())) {}

  static Result<PhysicalPlanPtr> Make(PhysicalPlanPtr left, PhysicalPlanPtr right,
                                      PlannedJoin join, Schema schema) {
    ARROW_ASSIGN_OR_RAISE(
        auto description,
        JoinDescription::Make(std::move(join), left->schema(), right->schema(), schema));
    return std::make_shared<JoinOperator>(std::move(left), std::move(right),
                                          std::move(description), std::move(schema));
  }

  std::string Name() const override;

  Status Prepare(ExecutionContext* execution) const override {
    auto run = std::make_shared<JoinRun>(BufferBudget(execution));
    run->build_right = BuildsRight(*execution);
    std::vector<SpillableBuffers> rows;
    ARROW_RETURN_NOT_OK(KeepSide(run->build_right, execution, &rows));
    int64_t row_count = 0;
    int64_t bytes = 0;
    bool fits = true;
    for (const SpillableBuffers& source : rows) {
      row_count += source[0]->rows();
      bytes += source[0]->bytes();
      fits &= !source[0]->spilled();
    }
    run->build_is_empty = row_count == 0;
    if (fits && bytes <= kMaximumTableBytes && row_count < kMaximumTableRows) {
      ARROW_RETURN_NOT_OK(MakeTable(std::move(rows), bytes, execution, run.get()));
    } else {
      ARROW_RETURN_NOT_OK(Divide(std::move(rows), bytes, execution, run.get()));
    }
    execution->OperatorState<JoinRun>(this, [&] { return run; });
    if (run->table) run->unfinished_tasks.store(PartitionCount(*execution));
    return Status::OK();
  }

  int PartitionCount(const ExecutionContext& execution) const override {
    const auto run = execution.FindOperatorState<JoinRun>(this);
    if (!run) return 0;
    if (!run->table) return run->parts;
    const int count = Probe(*run).PartitionCount(execution);
    // Rows of the table may have to be given out even if there are no others.
    return Shape(run->build_right).build_rows == JoinShape::Rows::kNone ? count
                                                                        : std::max(count, 1);
  }

  std::optional<int64_t> KnownRows(const ExecutionContext& execution) const override {
    const auto run = execution.FindOperatorState<JoinRun>(this);
    if (!run || !run->table) return std::nullopt;
    const std::optional<int64_t> probe = Probe(*run).KnownRows(execution);
    if (!probe) return std::nullopt;
    return *probe * std::max<int64_t>(1, run->table->max_matches()) +
           run->table->rows().num_rows();
  }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    auto run = task->execution->FindOperatorState<JoinRun>(this);
    if (!run) return InternalError("A join was read before it was prepared.");
    if (!run->table) return ReadPart(std::move(run), partition, task);
    const JoinShape shape = Shape(run->build_right);
    std::unique_ptr<BatchReader> probe = std::make_unique<NoRows>();
    if (partition < Probe(*run).PartitionCount(*task->execution) &&
        (ProbeStreams(*run) || !GivesNothing(*run, shape))) {
      ARROW_ASSIGN_OR_RAISE(probe, Probe(*run).Execute(partition, task));
    }
    return std::make_unique<SharedTableReader>(description_, shape, std::move(run),
                                               std::move(probe), task);
  }

 private:
  JoinShape Shape(bool build_right) const {
    return JoinShape::Of(description_->join().kind, build_right);
  }
  const PhysicalPlan& Probe(const JoinRun& run) const {
    return *children()[run.build_right ? 0 : 1];
  }
  bool ProbeStreams(const JoinRun& run) const {
    const PlannedJoin& join = description_->join();
    return run.build_right ? join.left_streams : join.right_streams;
  }
  /// Whether no probe row can give anything, because there is none on the other side.
  static bool GivesNothing(const JoinRun& run, const JoinShape& shape) {
    return run.build_is_empty && (shape.probe_rows == JoinShape::Rows::kNone ||
                                  shape.probe_rows == JoinShape::Rows::kMatched);
  }

  bool BuildsRight(const ExecutionContext& execution) const {
    const PlannedJoin& join = description_->join();
    if (join.null_aware || !CanBuild(join.kind, false)) return true;
    const std::optional<int64_t> left = children()[0]->KnownRows(execution);
    const std::optional<int64_t> right = children()[1]->KnownRows(execution);
    if (left && right) return *right <= *left;
    if (right) return true;
    if (left && *left <= kSmallSideRows) return false;
    return !(join.right_streams && !join.left_streams);
  }

  Status KeepSide(bool right, ExecutionContext* execution,
                  std::vector<SpillableBuffers>* rows) const {
    const PhysicalPlan& side = *children()[right ? 1 : 0];
    const std::shared_ptr<MemoryBudget> budget = BufferBudget(execution);
    rows->resize(side.PartitionCount(*execution));
    return RunPartitions(
        side, execution, [&](int source, BatchReader* reader, TaskContext*) -> Status {
          SpillableBuffers& buffers = (*rows)[source];
          buffers = MakeBuffers(1, &execution->services(), right ? right_schema_ : left_schema_,
                                budget);
          while (true) {
            ARROW_ASSIGN_OR_RAISE(BatchPtr batch, reader->Next());
            if (!batch) return buffers[0]->Finish();
            ARROW_RETURN_NOT_OK(buffers[0]->Add(std::move(batch)));
          }
        });
  }

  Status MakeTable(std::vector<SpillableBuffers> rows, int64_t bytes, ExecutionContext* execution,
                   JoinRun* run) const {
    std::vector<BatchPtr> batches;
    for (const SpillableBuffers& source : rows) {
      ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<BatchReader> reader, source[0]->Open());
      while (true) {
        ARROW_ASSIGN_OR_RAISE(BatchPtr batch, reader->Next());
        if (!batch) break;
        batches.push_back(std::move(batch));
      }
    }
    const PlannedJoin& join = description_->join();
    JoinKeys keys(run->build_right ? &join.right_keys : &join.left_keys, &join.null_safe);
    TaskContext task = MakeTask(execution, 0);
    ARROW_ASSIGN_OR_RAISE(
        run->table, JoinTable::Make(run->build_right ? right_schema_ : left_schema_, batches,
                                    &keys, description_->key_types(),
                                    description_->condition() == nullptr, &task.evaluation));
    run->build_has_null_key = run->table->has_null_key();
    rows.clear();
    if (run->budget->TryReserve(bytes)) run->reserved_bytes = bytes;
    return Status::OK();
  }

  Status Divide(std::vector<SpillableBuffers> rows, int64_t bytes, ExecutionContext* execution,
                JoinRun* run) const {
    const ExecutionServices& services = execution->services();
    const int64_t part_bytes = std::max<int64_t>(TaskBudgetBytes(services) / 2, 1);
    run->parts = description_->key_types().empty()
                     ? 1
                     : static_cast<int>(std::clamp<int64_t>(bytes / part_bytes + 1,
                                                            services.scheduler->threads(),
                                                            kMaximumParts));
    std::vector<SpillableBuffers>& kept = run->build_right ? run->right_parts : run->left_parts;
    kept.resize(rows.size());
    ARROW_RETURN_NOT_OK(
        services.scheduler->Run(static_cast<int>(rows.size()), [&](int source) -> Status {
          TaskContext task = MakeTask(execution, source);
          {
            ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<BatchReader> reader,
                                  rows[source][0]->Open());
            ARROW_RETURN_NOT_OK(
                DivideRows(run->build_right, reader.get(), &task, run, &kept[source]));
          }
          rows[source].clear();
          return Status::OK();
        }));
    std::vector<SpillableBuffers>& other = run->build_right ? run->left_parts : run->right_parts;
    const PhysicalPlan& probe = Probe(*run);
    other.resize(probe.PartitionCount(*execution));
    return RunPartitions(probe, execution,
                         [&](int source, BatchReader* reader, TaskContext* task) {
                           return DivideRows(!run->build_right, reader, task, run, &other[source]);
                         });
  }

  Status DivideRows(bool right, BatchReader* reader, TaskContext* task, JoinRun* run,
                    SpillableBuffers* parts) const {
    const PlannedJoin& join = description_->join();
    *parts = MakeBuffers(run->parts, &task->execution->services(),
                         right ? right_schema_ : left_schema_, run->budget);
    JoinKeys keys(right ? &join.right_keys : &join.left_keys, &join.null_safe);
    ARROW_ASSIGN_OR_RAISE(KeyPartitioner partitioner,
                          KeyPartitioner::Make(description_->key_types(), run->parts, 0));
    BatchSplitter splitter(run->parts);
    std::vector<int32_t> targets;
    while (true) {
      ARROW_RETURN_NOT_OK(task->execution->cancellation().Check());
      ARROW_ASSIGN_OR_RAISE(BatchPtr batch, reader->Next());
      if (!batch) return FinishAll(*parts);
      ARROW_RETURN_NOT_OK(keys.Evaluate(*batch, &task->evaluation));
      if (right == run->build_right && keys.any_null()) run->build_has_null_key = true;
      ARROW_RETURN_NOT_OK(partitioner.Assign(keys.columns(), batch->num_rows(), &targets));
      ARROW_RETURN_NOT_OK(splitter.Split(batch, targets, parts));
    }
  }

  /// Opens a part with its smaller side in memory.
  Result<std::unique_ptr<BatchReader>> ReadPart(std::shared_ptr<JoinRun> run, int part,
                                                TaskContext* task) const {
    const PlannedJoin& join = description_->join();
    const bool left_is_smaller =
        BytesOf(PartOf(run->left_parts, part)) < BytesOf(PartOf(run->right_parts, part));
    const bool build_right = join.null_aware || !left_is_smaller || !CanBuild(join.kind, false);
    return std::make_unique<PartReader>(description_, Shape(build_right), std::move(run), part,
                                        build_right ? right_schema_ : left_schema_, task);
  }

  std::shared_ptr<const JoinDescription> description_;
  std::shared_ptr<arrow::Schema> left_schema_;
  std::shared_ptr<arrow::Schema> right_schema_;
};

std::string JoinOperator::Name() const {
  static const char* const kNames[] = {"Inner",    "LeftOuter", "RightOuter", "FullOuter",
                                       "LeftSemi", "LeftAnti",  "Existence",  "LeftSingle"};
  const PlannedJoin& join = description_->join();
  std::string text = join.left_keys.empty()
                         ? "NestedLoopJoin "
                         : "HashJoin " + ExpressionListText(join.left_keys) + ", " +
                               ExpressionListText(join.right_keys) + ", ";
  text += kNames[static_cast<int>(join.kind)];
  if (join.null_aware) text += ", null-aware";
  if (join.condition) text += ", " + join.condition->Sql();
  return text;
}

}  // namespace

Result<PhysicalPlanPtr> NewJoin(PhysicalPlanPtr left, PhysicalPlanPtr right, PlannedJoin join,
                                Schema schema) {
  return JoinOperator::Make(std::move(left), std::move(right), std::move(join),
                            std::move(schema));
}

}  // namespace firesteel
