#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "exec/execution_context.h"
#include "exec/spillable_buffer.h"
#include "expr/expression.h"
#include "types/unsafe_row.h"

namespace firesteel {

/// Rows in sorted order with their keys (of sort_key.h): in memory as they came, with the order
/// beside them, or in a file, ordered, with the key as the last column. Read once.
struct SortedRun {
  std::shared_ptr<arrow::RecordBatch> rows;
  EncodedRows keys;            // of `rows`, as they came
  std::vector<int64_t> order;  // numbers of `rows`
  std::unique_ptr<SpillableBuffer> file;
};

/// The keys of a batch by `order`, which are SortOrders, appended to `keys`.
Status AppendSortKeys(const std::vector<ExpressionPtr>& order, const arrow::RecordBatch& batch,
                      EvaluationContext* evaluation, EncodedRows* keys);
/// The order of rows by their keys; equal ones keep their order.
std::vector<int64_t> SortedOrder(const EncodedRows& keys);
/// Puts batches together that have `schema`. Errors: a column of text exceeds 2 GiB.
Result<std::shared_ptr<arrow::RecordBatch>> ConcatenateBatches(
    const std::shared_ptr<arrow::Schema>& schema,
    const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches);
Result<std::shared_ptr<arrow::RecordBatch>> TakeRows(
    const std::shared_ptr<arrow::RecordBatch>& batch, const int64_t* rows, int64_t count);

/// Sorts the rows of one task into runs: one in memory, or as many in files as the budget that it
/// shares demands. Not thread-safe.
class RunSorter {
 public:
  RunSorter(const ExecutionServices* services, std::shared_ptr<arrow::Schema> schema,
            std::shared_ptr<MemoryBudget> budget);
  ~RunSorter();

  Status Add(std::shared_ptr<arrow::RecordBatch> batch, const std::vector<ExpressionPtr>& order,
             EvaluationContext* evaluation);
  /// The runs, in the order of their rows. What they keep in memory stays reserved until the sorter
  /// ends.
  Result<std::vector<SortedRun>> Finish();

 private:
  Status EndRun(bool to_file);
  Status WriteRun(SortedRun* run);

  const ExecutionServices* services_;
  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<MemoryBudget> budget_;
  int64_t reserved_bytes_ = 0;
  int64_t run_bytes_ = 0;
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches_;
  EncodedRows keys_;
  std::vector<SortedRun> runs_;
};

/// Merges runs; of equal rows those of the earlier run come first. `runs` and `services` must
/// outlive the reader. Gives the first `limit` rows.
Result<std::unique_ptr<BatchReader>> MergeRuns(std::vector<const SortedRun*> runs,
                                               std::shared_ptr<arrow::Schema> schema,
                                               const ExecutionServices* services, int64_t limit);

}  // namespace firesteel
