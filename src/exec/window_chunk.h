#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "arrow/type_fwd.h"
#include "exec/operators.h"
#include "types/unsafe_row.h"

namespace firesteel {

/// Some whole window partitions, one after the other, and what is where: for each row where its
/// partition and its peers (rows that the order holds equal) begin and end.
class WindowChunk {
 public:
  /// `partition_keys` has a key per row; rows with equal ones are neighbours.
  static Result<WindowChunk> Make(std::shared_ptr<arrow::RecordBatch> rows,
                                  const EncodedRows& partition_keys,
                                  const std::vector<ExpressionPtr>& order,
                                  EvaluationContext* evaluation);

  /// Computes one function for all rows.
  Result<std::shared_ptr<arrow::Array>> Compute(const PlannedWindowFunction& function,
                                                EvaluationContext* evaluation) const;

 private:
  using Rows = std::vector<int64_t>;
  struct Frames {
    Rows begin;
    Rows end;  // exclusive; not before `begin`
  };

  int64_t size() const { return static_cast<int64_t>(partition_begin_.size()); }
  Result<Frames> FramesOf(const PlannedWindowFunction& function,
                          EvaluationContext* evaluation) const;
  Status SetBound(const WindowBound& bound, bool lower, EvaluationContext* evaluation,
                  Rows* rows) const;
  Result<std::shared_ptr<arrow::Array>> Values(const ExpressionPtr& expression,
                                               EvaluationContext* evaluation) const;
  std::vector<int32_t> Ranks(PlannedWindowFunction::Kind kind) const;
  std::vector<int32_t> Tiles(int64_t count) const;
  std::vector<double> Shares(PlannedWindowFunction::Kind kind) const;
  Result<std::shared_ptr<arrow::Array>> Lag(const PlannedWindowFunction& function,
                                            EvaluationContext* evaluation) const;
  Result<std::shared_ptr<arrow::Array>> NthValue(const PlannedWindowFunction& function,
                                                 EvaluationContext* evaluation) const;
  Result<std::shared_ptr<arrow::Array>> Aggregate(const PlannedWindowFunction& function,
                                                  EvaluationContext* evaluation) const;

  Result<std::shared_ptr<arrow::Array>> CounterDifferences(const PlannedWindowFunction& function,
                                                           EvaluationContext* evaluation) const;

  std::shared_ptr<arrow::RecordBatch> rows_;
  const std::vector<ExpressionPtr>* order_ = nullptr;
  EncodedRows order_keys_;
  Rows partition_begin_;
  Rows partition_end_;
  Rows peers_begin_;
  Rows peers_end_;
};

/// What a counter grew by since the row before[i], which is negative where there is none: NULL where
/// the counter is NULL, shrank, or began anew. `starts` (may be nullptr) says when it began. Errors:
/// COUNTER_DIFF_NEGATIVE_COUNTER_VALUE, COUNTER_DIFF_START_TIME_DECREASED.
Result<std::shared_ptr<arrow::Array>> SubtractCounters(const arrow::Array& values,
                                                       const DataType& type,
                                                       const arrow::Array* starts,
                                                       const std::vector<int64_t>& before);

/// Aggregates rows [begin[i], end[i]) for each i: as a tree whose nodes hold the buffers of two
/// nodes below, so that a frame of any size is put together from few of them. `rows_in_groups` says
/// which rows count: those with a number that is not negative.
Result<std::shared_ptr<arrow::Array>> AggregateFrames(const BoundAggregate& function,
                                                      std::span<const ColumnVector> arguments,
                                                      const std::vector<int32_t>& rows_in_groups,
                                                      const std::vector<int64_t>& begin,
                                                      const std::vector<int64_t>& end);

}  // namespace firesteel
