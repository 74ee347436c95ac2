#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "exec/execution_context.h"
#include "firesteel/connector/batch_reader.h"
#include "firesteel/types.h"

namespace firesteel {

class PhysicalPlan;
using PhysicalPlanPtr = std::shared_ptr<const PhysicalPlan>;

/// An operator that runs: immutable, planned once per query, run by many tasks at once. Everything
/// that changes comes through the contexts.
class PhysicalPlan {
 public:
  virtual ~PhysicalPlan() = default;

  /// One line as in EXPLAIN: `Filter (a > 1)`.
  virtual std::string Name() const = 0;
  const Schema& schema() const { return schema_; }
  const std::vector<PhysicalPlanPtr>& children() const { return children_; }

  /// How many partitions this run has; the first child's by default.
  virtual int PartitionCount(const ExecutionContext& execution) const;
  /// Does what must be done before any partition can be read: an exchange runs its child's tasks
  /// here. Called once per run on the thread that owns the query, children first; never from a
  /// pooled task.
  virtual Status Prepare(ExecutionContext* execution) const;
  /// How many rows this run has to work on here, where that is known before it is read: decides
  /// whether threads are worth waking. The only child's by default.
  virtual std::optional<int64_t> KnownRows(const ExecutionContext& execution) const;
  /// Opens one partition. The task context outlives the reader.
  virtual Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const = 0;

  std::string TreeString() const;

 protected:
  PhysicalPlan(Schema schema, std::vector<PhysicalPlanPtr> children)
      : schema_(std::move(schema)), children_(std::move(children)) {}

 private:
  Schema schema_;
  std::vector<PhysicalPlanPtr> children_;
};

/// Takes one partition of a running plan. The reader checks for cancellation before each batch.
using PartitionConsumer =
    std::function<Status(int partition, BatchReader* reader, TaskContext* task)>;

/// Runs a plan: prepares it, then calls `consume(partition, reader, task)` for every partition on
/// the scheduler's threads. The first error ends the run and is returned.
Status RunPlan(const PhysicalPlan& plan, ExecutionContext* execution,
               const PartitionConsumer& consume);

/// As RunPlan for a plan that is prepared already: what an exchange does with its child.
Status RunPartitions(const PhysicalPlan& plan, ExecutionContext* execution,
                     const PartitionConsumer& consume);

/// Runs a plan and keeps its output, in partition order.
Result<std::vector<std::shared_ptr<arrow::RecordBatch>>> CollectPlan(const PhysicalPlan& plan,
                                                                     ExecutionContext* execution);

}  // namespace firesteel
