#include "exec/window_chunk.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/array_primitive.h"
#include "arrow/array/concatenate.h"
#include "arrow/buffer.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "exec/sort_key.h"
#include "exec/sorted_run.h"
#include "expr/nodes.h"
#include "expr/row_selection.h"
#include "functions/take.h"

namespace firesteel {

namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;
using Kind = PlannedWindowFunction::Kind;
using Rows = std::vector<int64_t>;

/// For each row where the run of neighbours that `same(row - 1, row)` ties together begins and
/// ends.
template <typename Same>
void FindRuns(int64_t rows, const Same& same, Rows* begin, Rows* end) {
  begin->resize(rows);
  end->resize(rows);
  int64_t first = 0;
  for (int64_t row = 1; row <= rows; ++row) {
    if (row < rows && same(row - 1, row)) continue;
    std::fill(begin->begin() + first, begin->begin() + row, first);
    std::fill(end->begin() + first, end->begin() + row, row);
    first = row;
  }
}

ArrayPtr NumberColumn(std::vector<int32_t> values) {
  const auto rows = static_cast<int64_t>(values.size());
  return std::make_shared<arrow::Int32Array>(rows, arrow::Buffer::FromVector(std::move(values)));
}

/// The rows whose value is not NULL.
Rows ValidRows(const arrow::Array& values) {
  Rows rows;
  for (int64_t row = 0; row < values.length(); ++row) {
    if (values.IsValid(row)) rows.push_back(row);
  }
  return rows;
}

}  // namespace

Result<WindowChunk> WindowChunk::Make(std::shared_ptr<arrow::RecordBatch> rows,
                                      const EncodedRows& partition_keys,
                                      const std::vector<ExpressionPtr>& order,
                                      EvaluationContext* evaluation) {
  WindowChunk chunk;
  const int64_t count = rows->num_rows();
  chunk.rows_ = std::move(rows);
  chunk.order_ = &order;
  ARROW_RETURN_NOT_OK(AppendSortKeys(order, *chunk.rows_, evaluation, &chunk.order_keys_));
  FindRuns(
      count, [&](int64_t a, int64_t b) { return partition_keys[a] == partition_keys[b]; },
      &chunk.partition_begin_, &chunk.partition_end_);
  FindRuns(
      count,
      [&](int64_t a, int64_t b) {
        return chunk.partition_begin_[a] == chunk.partition_begin_[b] &&
               chunk.order_keys_[a] == chunk.order_keys_[b];
      },
      &chunk.peers_begin_, &chunk.peers_end_);
  return chunk;
}

Result<ArrayPtr> WindowChunk::Compute(const PlannedWindowFunction& function,
                                      EvaluationContext* evaluation) const {
  switch (function.kind) {
    case Kind::kRowNumber:
    case Kind::kRank:
    case Kind::kDenseRank: return NumberColumn(Ranks(function.kind));
    case Kind::kNtile: return NumberColumn(Tiles(function.number));
    case Kind::kPercentRank:
    case Kind::kCumeDist:
      return std::make_shared<arrow::DoubleArray>(
          size(), arrow::Buffer::FromVector(Shares(function.kind)));
    case Kind::kLag: return Lag(function, evaluation);
    case Kind::kNthValue: return NthValue(function, evaluation);
    case Kind::kCounterDifference: return CounterDifferences(function, evaluation);
    case Kind::kAggregate: return Aggregate(function, evaluation);
  }
  return InternalError("There is no such window function.");
}

Result<ArrayPtr> WindowChunk::Values(const ExpressionPtr& expression,
                                     EvaluationContext* evaluation) const {
  ARROW_ASSIGN_OR_RAISE(const ColumnVector column, expression->Evaluate(*rows_, evaluation));
  return column.Expand(size());
}

std::vector<int32_t> WindowChunk::Ranks(Kind kind) const {
  std::vector<int32_t> ranks(size());
  for (int64_t row = 0; row < size(); ++row) {
    const bool starts_partition = row == partition_begin_[row];
    const bool starts_peers = row == peers_begin_[row];
    if (kind == Kind::kRowNumber) {
      ranks[row] = static_cast<int32_t>(row - partition_begin_[row] + 1);
    } else if (kind == Kind::kRank) {
      ranks[row] = static_cast<int32_t>(peers_begin_[row] - partition_begin_[row] + 1);
    } else {
      ranks[row] = starts_partition ? 1 : ranks[row - 1] + (starts_peers ? 1 : 0);
    }
  }
  return ranks;
}

/// The first parts get one row more where rows cannot be divided evenly.
std::vector<int32_t> WindowChunk::Tiles(int64_t count) const {
  std::vector<int32_t> tiles(size());
  for (int64_t row = 0; row < size(); ++row) {
    const int64_t rows = partition_end_[row] - partition_begin_[row];
    const int64_t small = rows / count;
    const int64_t rows_in_large = (rows % count) * (small + 1);
    const int64_t place = row - partition_begin_[row];
    tiles[row] = static_cast<int32_t>(
        1 + (place < rows_in_large ? place / (small + 1)
                                   : rows % count + (place - rows_in_large) / small));
  }
  return tiles;
}

std::vector<double> WindowChunk::Shares(Kind kind) const {
  std::vector<double> shares(size());
  for (int64_t row = 0; row < size(); ++row) {
    const int64_t begin = partition_begin_[row];
    const int64_t rows = partition_end_[row] - begin;
    if (kind == Kind::kCumeDist) {
      shares[row] = static_cast<double>(peers_end_[row] - begin) / static_cast<double>(rows);
    } else if (rows > 1) {
      shares[row] =
          static_cast<double>(peers_begin_[row] - begin) / static_cast<double>(rows - 1);
    }
  }
  return shares;
}

Result<ArrayPtr> WindowChunk::Lag(const PlannedWindowFunction& function,
                                  EvaluationContext* evaluation) const {
  ARROW_ASSIGN_OR_RAISE(ArrayPtr values, Values(function.value, evaluation));
  const Rows valid = function.ignore_nulls ? ValidRows(*values) : Rows();
  Rows sources(size(), kNoElement);
  for (int64_t row = 0; row < size(); ++row) {
    int64_t source = row - function.number;
    if (function.ignore_nulls && function.number != 0) {
      const int64_t before = std::lower_bound(valid.begin(), valid.end(), row) - valid.begin();
      const bool is_valid = before < static_cast<int64_t>(valid.size()) && valid[before] == row;
      const int64_t place =
          before - function.number - (function.number < 0 && !is_valid ? 1 : 0);
      source = place < 0 || place >= static_cast<int64_t>(valid.size()) ? kNoElement : valid[place];
    }
    if (source >= partition_begin_[row] && source < partition_end_[row]) sources[row] = source;
  }
  if (function.otherwise) {
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr otherwise, Values(function.otherwise, evaluation));
    ARROW_ASSIGN_OR_RAISE(values, arrow::Concatenate({values, otherwise}));
    for (int64_t row = 0; row < size(); ++row) {
      if (sources[row] == kNoElement) sources[row] = size() + row;
    }
  }
  return TakeElements(values, sources);
}

Result<ArrayPtr> WindowChunk::NthValue(const PlannedWindowFunction& function,
                                       EvaluationContext* evaluation) const {
  ARROW_ASSIGN_OR_RAISE(const ArrayPtr values, Values(function.value, evaluation));
  ARROW_ASSIGN_OR_RAISE(const Frames frames, FramesOf(function, evaluation));
  const Rows valid = function.ignore_nulls ? ValidRows(*values) : Rows();
  Rows sources(size(), kNoElement);
  for (int64_t row = 0; row < size(); ++row) {
    int64_t source = frames.begin[row] + function.number - 1;
    if (function.ignore_nulls) {
      const auto first = std::lower_bound(valid.begin(), valid.end(), frames.begin[row]);
      source = valid.end() - first < function.number ? size() : first[function.number - 1];
    }
    if (source < frames.end[row]) sources[row] = source;
  }
  return TakeElements(values, sources);
}

Result<ArrayPtr> WindowChunk::CounterDifferences(const PlannedWindowFunction& function,
                                                 EvaluationContext* evaluation) const {
  ARROW_ASSIGN_OR_RAISE(const ArrayPtr values, Values(function.value, evaluation));
  ArrayPtr starts;
  if (function.otherwise) {
    ARROW_ASSIGN_OR_RAISE(starts, Values(function.otherwise, evaluation));
  }
  Rows before(size(), kNoElement);
  int64_t last = kNoElement;
  for (int64_t row = 0; row < size(); ++row) {
    if (row == partition_begin_[row]) last = kNoElement;
    before[row] = last;
    if (values->IsValid(row)) last = row;
  }
  return SubtractCounters(*values, function.value->type(), starts.get(), before);
}

Result<WindowChunk::Frames> WindowChunk::FramesOf(const PlannedWindowFunction& function,
                                                  EvaluationContext* evaluation) const {
  Frames frames{Rows(size()), Rows(size())};
  ARROW_RETURN_NOT_OK(SetBound(function.lower, true, evaluation, &frames.begin));
  ARROW_RETURN_NOT_OK(SetBound(function.upper, false, evaluation, &frames.end));
  for (int64_t row = 0; row < size(); ++row) {
    frames.begin[row] = std::min(frames.begin[row], partition_end_[row]);
    frames.end[row] = std::max(frames.end[row], frames.begin[row]);
  }
  return frames;
}

Status WindowChunk::SetBound(const WindowBound& bound, bool lower, EvaluationContext* evaluation,
                             Rows* rows) const {
  EncodedRows values;
  if (bound.kind == WindowBound::Kind::kValue) {
    if (order_->size() != 1) return InternalError("A frame by value needs one order.");
    const auto* order = As<SortOrder>((*order_)[0]);
    ARROW_ASSIGN_OR_RAISE(ArrayPtr column, Values(bound.value, evaluation));
    ARROW_RETURN_NOT_OK(AppendSortKeys({{std::move(column), bound.value->type(),
                                         order->ascending(), order->nulls_first()}},
                                       size(), &values));
  }
  for (int64_t row = 0; row < size(); ++row) {
    const int64_t begin = partition_begin_[row];
    const int64_t end = partition_end_[row];
    int64_t& at = (*rows)[row];
    switch (bound.kind) {
      case WindowBound::Kind::kUnbounded: at = lower ? begin : end; break;
      case WindowBound::Kind::kPeers: at = lower ? peers_begin_[row] : peers_end_[row]; break;
      case WindowBound::Kind::kRow: {
        // Far offsets must not overflow; they are beyond every partition.
        const int64_t offset = std::clamp<int64_t>(bound.rows, begin - end - 1, end - begin + 1);
        at = std::clamp(row + offset + (lower ? 0 : 1), begin, end);
        break;
      }
      case WindowBound::Kind::kValue: {
        const std::string_view value = values[row];
        int64_t low = begin;
        int64_t high = end;
        while (low < high) {
          const int64_t middle = low + (high - low) / 2;
          const int compared = order_keys_[middle].compare(value);
          if (lower ? compared < 0 : compared <= 0) {
            low = middle + 1;
          } else {
            high = middle;
          }
        }
        at = low;
        break;
      }
    }
  }
  return Status::OK();
}

Result<ArrayPtr> WindowChunk::Aggregate(const PlannedWindowFunction& function,
                                        EvaluationContext* evaluation) const {
  const PlannedAggregate& planned = function.aggregate;
  std::vector<ColumnVector> arguments;
  for (const ExpressionPtr& argument : planned.arguments) {
    ARROW_ASSIGN_OR_RAISE(ColumnVector column, argument->Evaluate(*rows_, evaluation));
    arguments.push_back(std::move(column));
  }
  ARROW_ASSIGN_OR_RAISE(const Frames frames, FramesOf(function, evaluation));
  const bool whole = frames.begin == partition_begin_ && frames.end == partition_end_;
  std::vector<int32_t> groups(size());
  for (int64_t row = 1; whole && row < size(); ++row) {
    groups[row] = groups[row - 1] + (partition_begin_[row] == row ? 1 : 0);
  }
  const std::vector<int64_t> group_of_row(groups.begin(), groups.end());
  if (!whole) std::iota(groups.begin(), groups.end(), 0);
  if (planned.filter) {
    ARROW_ASSIGN_OR_RAISE(const ColumnVector condition,
                          planned.filter->Evaluate(*rows_, evaluation));
    const auto split = RowSelection::All(size()).Split(condition);
    for (int64_t i = 0; i < split.second.size(); ++i) groups[split.second[i]] = -1;
  }
  if (!whole) {
    return AggregateFrames(*planned.function, arguments, groups, frames.begin, frames.end);
  }
  const std::unique_ptr<Accumulator> accumulator = planned.function->NewAccumulator();
  ARROW_RETURN_NOT_OK(accumulator->Resize(group_of_row.back() + 1));
  ARROW_RETURN_NOT_OK(accumulator->Update(arguments, groups));
  ARROW_ASSIGN_OR_RAISE(const ArrayPtr results, accumulator->Finish());
  return TakeElements(results, group_of_row);
}

}  // namespace firesteel
