#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "arrow/type_fwd.h"
#include "exec/group_table.h"
#include "exec/operators.h"

namespace firesteel {

/// The groups of one task's aggregation and the running values of every aggregate for them: what
/// the aggregation operators have in common. Not thread-safe; `aggregates` must outlive it.
class GroupedAccumulators {
 public:
  using Columns = std::vector<std::shared_ptr<arrow::Array>>;

  static Result<std::unique_ptr<GroupedAccumulators>> Make(
      std::vector<DataType> key_types, const std::vector<PlannedAggregate>* aggregates);
  ~GroupedAccumulators();

  /// GroupTable::Expect.
  void Expect(int64_t groups) { table_->Expect(groups); }
  /// Numbers the rows of the key columns; the answer is valid until the next call.
  Result<std::span<const int32_t>> Group(const Columns& keys, int64_t rows);
  /// Adds input rows: evaluates filters and arguments on `batch`, whose rows have these groups.
  Status Update(const arrow::RecordBatch& batch, std::span<const int32_t> groups,
                EvaluationContext* evaluation);
  /// Adds buffers: all aggregates' buffer columns one after the other, row i to groups[i].
  Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
               std::span<const int32_t> groups);
  /// Makes sure that there is a group 0, as an aggregation without keys needs even without rows.
  Status EnsureSingleGroup();

  int64_t size() const { return size_; }
  /// An estimate: keys plus the fixed part of the buffers.
  int64_t memory_bytes() const;
  Result<Columns> Keys() const { return table_->Keys(); }
  /// GroupTable::EncodedKeys.
  const EncodedRows* EncodedKeys() const { return table_->EncodedKeys(); }
  /// The buffer columns of all aggregates, one row per group.
  Result<Columns> Buffers() const;
  /// One result column per aggregate, one row per group.
  Result<Columns> Results() const;
  /// Forgets all groups.
  Status Clear();
  /// The buffers that input rows would have if each were a group of its own. There must be no
  /// groups before, and are none after.
  Result<Columns> BuffersOfRows(const arrow::RecordBatch& batch, EvaluationContext* evaluation);

 private:
  struct Distinct;
  struct Entry;

  GroupedAccumulators(std::unique_ptr<GroupTable> table,
                      const std::vector<PlannedAggregate>* aggregates);
  Status MakeEntries();
  Status ResizeTo(int64_t groups);
  Status UpdateFiltered(Entry* entry, const arrow::RecordBatch& batch,
                        std::span<const int32_t> groups, EvaluationContext* evaluation);

  std::unique_ptr<GroupTable> table_;
  const std::vector<PlannedAggregate>* aggregates_;
  std::vector<Entry> entries_;
  std::vector<ExpressionPtr> expressions_;  // arguments that entries share
  int buffer_columns_ = 0;
  int64_t size_ = 0;
  std::vector<int32_t> groups_;  // of the batch at hand
  std::vector<int32_t> chosen_;  // groups_ with -1 for rows left out by a filter or DISTINCT
};

/// Finishes rows of buffers by themselves, each its own group: what complete mode gives out.
Result<std::vector<std::shared_ptr<arrow::Array>>> FinishBuffers(
    const std::vector<PlannedAggregate>& aggregates,
    std::span<const std::shared_ptr<arrow::Array>> buffers, int64_t rows);

/// The buffer columns of all aggregates, in order.
std::vector<StructField> BufferFields(const std::vector<PlannedAggregate>& aggregates);

/// Renders aggregates for EXPLAIN: `[count(1), sum(x)]`.
std::string AggregateListText(const std::vector<PlannedAggregate>& aggregates);

}  // namespace firesteel
