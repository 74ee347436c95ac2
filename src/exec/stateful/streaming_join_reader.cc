#include "exec/stateful/streaming_join_reader.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <limits>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/array_primitive.h"
#include "arrow/array/util.h"
#include "arrow/buffer.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "arrow/util/bit_util.h"
#include "common/error.h"
#include "exec/take_columns.h"

namespace firesteel {

namespace {

using BatchPtr = std::shared_ptr<arrow::RecordBatch>;
using Columns = arrow::ArrayVector;
using RowNumbers = std::vector<int32_t>;

Result<BatchPtr> TakeBatch(const BatchPtr& batch, const RowNumbers& rows) {
  const auto count = static_cast<int64_t>(rows.size());
  if (count == batch->num_rows()) return batch;
  ARROW_ASSIGN_OR_RAISE(Columns columns, TakeColumnRows(batch->columns(), rows));
  return arrow::RecordBatch::Make(batch->schema(), count, std::move(columns));
}

/// The rows for which a condition is true; the others go to `rest` unless that is null.
Status DivideByCondition(const Expression& condition, const arrow::RecordBatch& batch,
                  EvaluationContext* evaluation, RowNumbers* kept, RowNumbers* rest) {
  ARROW_ASSIGN_OR_RAISE(const ColumnVector column, condition.Evaluate(batch, evaluation));
  ARROW_ASSIGN_OR_RAISE(const auto values, column.Expand(batch.num_rows()));
  const auto* mask = values->type_id() == arrow::Type::BOOL
                         ? static_cast<const arrow::BooleanArray*>(values.get())
                         : nullptr;
  for (int32_t row = 0; row < static_cast<int32_t>(batch.num_rows()); ++row) {
    if (mask != nullptr && mask->IsValid(row) && mask->Value(row)) {
      kept->push_back(row);
    } else if (rest != nullptr) {
      rest->push_back(row);
    }
  }
  return Status::OK();
}

Result<std::shared_ptr<arrow::Array>> FlagColumn(const std::vector<uint8_t>& flags,
                                                 const RowNumbers& rows) {
  ARROW_ASSIGN_OR_RAISE(auto bits,
                        arrow::AllocateEmptyBitmap(static_cast<int64_t>(rows.size())));
  uint8_t* data = bits->mutable_data();
  for (size_t i = 0; i < rows.size(); ++i) {
    if (flags[rows[i]] != 0) arrow::bit_util::SetBit(data, static_cast<int64_t>(i));
  }
  return std::make_shared<arrow::BooleanArray>(static_cast<int64_t>(rows.size()),
                                               std::move(bits));
}

int64_t OverMicros(const StreamingJoinPlan& plan, const PlannedStreamJoin::Side& side,
                   int64_t eviction_ms) {
  if (plan.planned.event_time_key >= 0 || !side.state_offset_ms) {
    return WatermarkMicros(eviction_ms);
  }
  int64_t over_ms;
  if (__builtin_add_overflow(eviction_ms, *side.state_offset_ms, &over_ms)) {
    over_ms = eviction_ms < 0 ? std::numeric_limits<int64_t>::min()
                              : std::numeric_limits<int64_t>::max();
  }
  return WatermarkMicros(over_ms);
}

/// One side while a batch runs.
struct SideRun {
  const PlannedStreamJoin::Side* planned = nullptr;
  const JoinSideLayout* layout = nullptr;
  bool is_left = true;
  std::unique_ptr<BatchReader> input;  // null when it is read
  std::unique_ptr<JoinSideState> state;
  int64_t over_micros = 0;   // rows at or before it find no partner any more
  bool added_over = false;   // whether such rows were added all the same
  int64_t rows_before = 0;
};

/// A batch of one side on its way through the rows of the other one.
struct Probe {
  BatchPtr batch;  // null when there is none
  EncodedRows keys;
  std::vector<int64_t> counts;  // of rows on the other side
  std::vector<uint8_t> matched;
  int64_t row = 0;  // the next pair
  int64_t index = 0;
  // Of a left semi join: the left rows that were given out and are to be removed.
  ByteKeyTable given;
};

class StreamingJoinReader final : public BatchReader {
 public:
  StreamingJoinReader(const StreamingJoinPlan* plan, OperatorWatermarks watermarks,
                      OperatorMetrics* metrics, TaskContext* task)
      : plan_(plan),
        watermarks_(watermarks),
        metrics_(metrics),
        task_(task),
        batch_rows_(task->execution->services().batch_rows) {}

  Status Open(int operator_id, std::unique_ptr<BatchReader> left,
              std::unique_ptr<BatchReader> right) {
    const PlannedStreamJoin& planned = plan_->planned;
    for (const bool is_left : {true, false}) {
      SideRun& side = is_left ? left_ : right_;
      side.planned = is_left ? &planned.left : &planned.right;
      side.layout = is_left ? &plan_->left : &plan_->right;
      side.is_left = is_left;
      side.input = is_left ? std::move(left) : std::move(right);
      side.over_micros = OverMicros(*plan_, *side.planned, watermarks_.eviction_ms);
      ARROW_ASSIGN_OR_RAISE(side.state,
                            JoinSideState::Open(side.layout, task_->execution->batch(),
                                                operator_id, task_->partition));
    }
    probing_ = plan_->is_semi() ? &right_ : &left_;
    return Status::OK();
  }

  Result<BatchPtr> Next() override {
    while (output_.empty() && !committed_) {
      ARROW_RETURN_NOT_OK(task_->execution->cancellation().Check());
      ARROW_RETURN_NOT_OK(Step());
    }
    if (output_.empty()) return nullptr;
    BatchPtr batch = std::move(output_.front());
    output_.pop_front();
    return batch;
  }

 private:
  SideRun& Other() { return probing_->is_left ? right_ : left_; }

  Status Step() {
    if (probing_ != nullptr) {
      const int64_t start = Now();
      const Status status = StepProbing();
      metrics_->update_time_nanos += Now() - start;
      return status;
    }
    if (!removed_) return RemoveOver();
    if (next_unmatched_ < unmatched_left_.size() + unmatched_right_.size()) return GiveUnmatched();
    return Commit();
  }

  Status StepProbing() {
    if (probe_.batch) return probe_.row < probe_.batch->num_rows() ? ProbeChunk() : EndProbe();
    ARROW_ASSIGN_OR_RAISE(BatchPtr batch, probing_->input->Next());
    if (batch) return BeginProbe(std::move(batch));
    probing_->input.reset();
    SideRun& other = Other();
    probing_ = other.input ? &other : nullptr;
    return Status::OK();
  }

  Status BeginProbe(BatchPtr batch) {
    EvaluationContext* evaluation = &task_->evaluation;
    evaluation->rows_before = probing_->rows_before;
    probing_->rows_before += batch->num_rows();
    if (probing_->planned->event_time_column >= 0) {
      ARROW_ASSIGN_OR_RAISE(batch, DropLate(batch));
    }
    if (probing_->planned->condition && batch->num_rows() > 0) {
      RowNumbers kept;
      RowNumbers rest;
      ARROW_RETURN_NOT_OK(
          DivideByCondition(*probing_->planned->condition, *batch, evaluation, &kept, &rest));
      if (!rest.empty() && plan_->KeepsUnmatched(probing_->is_left)) {
        // No row of the other side can change that.
        ARROW_ASSIGN_OR_RAISE(const BatchPtr alone, TakeBatch(batch, rest));
        ARROW_RETURN_NOT_OK(GiveAlone(alone->columns(), alone->num_rows(), probing_->is_left));
      }
      ARROW_ASSIGN_OR_RAISE(batch, TakeBatch(batch, kept));
    }
    if (batch->num_rows() == 0) return Status::OK();
    Columns keys;
    for (const ExpressionPtr& key : probing_->planned->keys) {
      ARROW_ASSIGN_OR_RAISE(const ColumnVector column, key->Evaluate(*batch, evaluation));
      ARROW_ASSIGN_OR_RAISE(auto values, column.Expand(batch->num_rows()));
      keys.push_back(std::move(values));
    }
    probe_.keys.Clear();
    ARROW_RETURN_NOT_OK(
        probing_->layout->key_codec().Encode(keys, /*normalize_floats=*/true, &probe_.keys));
    ARROW_RETURN_NOT_OK(Other().state->Count(probe_.keys, &probe_.counts));
    probe_.matched.assign(batch->num_rows(), 0);
    probe_.row = 0;
    probe_.index = 0;
    probe_.batch = std::move(batch);
    return Status::OK();
  }

  Result<BatchPtr> DropLate(const BatchPtr& batch) {
    const int column = probing_->planned->event_time_column;
    ARROW_ASSIGN_OR_RAISE(const EventTimeReader times,
                          EventTimeReader::Make(*batch->column(column)));
    const int64_t late_micros = WatermarkMicros(watermarks_.late_ms);
    RowNumbers kept;
    for (int32_t row = 0; row < static_cast<int32_t>(batch->num_rows()); ++row) {
      if (!times.IsAtOrBefore(row, late_micros)) kept.push_back(row);
    }
    metrics_->rows_dropped_by_watermark += batch->num_rows() - static_cast<int64_t>(kept.size());
    return TakeBatch(batch, kept);
  }

  /// Makes the next pairs, at most as many as a batch has rows.
  Status ProbeChunk() {
    SideRun& other = Other();
    RowNumbers rows;
    std::vector<int64_t> indexes;
    while (probe_.row < probe_.batch->num_rows() &&
           static_cast<int64_t>(rows.size()) < batch_rows_) {
      if (probe_.index >= probe_.counts[probe_.row]) {
        ++probe_.row;
        probe_.index = 0;
        continue;
      }
      rows.push_back(static_cast<int32_t>(probe_.row));
      indexes.push_back(probe_.index++);
    }
    if (rows.empty()) return Status::OK();
    const EncodedRows indexed = other.layout->WithIndexes(probe_.keys, rows, indexes);
    std::vector<StateEntry> stored;
    ARROW_RETURN_NOT_OK(other.state->Find(indexed, &stored));
    std::vector<std::string_view> values;
    values.reserve(stored.size());
    for (const StateEntry& row : stored) values.push_back(row.value);
    ARROW_ASSIGN_OR_RAISE(Columns found, other.layout->value_codec().Decode(values));
    found.pop_back();  // the flag
    ARROW_ASSIGN_OR_RAISE(Columns pairs, TakeColumnRows(probe_.batch->columns(), rows));
    pairs.insert(probing_->is_left ? pairs.end() : pairs.begin(), found.begin(), found.end());
    const auto pair_count = static_cast<int64_t>(rows.size());
    RowNumbers kept;
    if (plan_->planned.condition) {
      const auto batch = arrow::RecordBatch::Make(plan_->pair_schema, pair_count, pairs);
      ARROW_RETURN_NOT_OK(DivideByCondition(*plan_->planned.condition, *batch,
                                            &task_->evaluation, &kept, nullptr));
    } else {
      for (int32_t i = 0; i < pair_count; ++i) kept.push_back(i);
    }
    for (const int32_t pair : kept) probe_.matched[rows[pair]] = 1;
    if (plan_->is_semi()) return probing_->is_left ? Status::OK() : GiveLeft(indexed, pairs, kept);
    ARROW_RETURN_NOT_OK(MarkFound(stored, kept));
    return Give(std::move(pairs), pair_count, kept);
  }

  /// Gives out those of `columns`' rows, as output.
  Status Give(Columns columns, int64_t rows, const RowNumbers& kept) {
    if (kept.empty()) return Status::OK();
    const auto count = static_cast<int64_t>(kept.size());
    if (count < rows) {
      ARROW_ASSIGN_OR_RAISE(columns, TakeColumnRows(columns, kept));
    }
    output_.push_back(arrow::RecordBatch::Make(plan_->output, count, std::move(columns)));
    return Status::OK();
  }

  Status MarkFound(const std::vector<StateEntry>& stored, const RowNumbers& kept) {
    std::vector<StateEntry> unmarked;
    for (const int32_t pair : kept) {
      ARROW_ASSIGN_OR_RAISE(const bool matched, Other().layout->IsMatched(stored[pair].value));
      if (!matched) unmarked.push_back(stored[pair]);
    }
    return unmarked.empty() ? Status::OK() : Other().state->SetMatched(unmarked);
  }

  /// Gives out the left rows that right ones found in a left semi join, each once.
  Status GiveLeft(const EncodedRows& indexed, Columns pairs, const RowNumbers& kept) {
    pairs.resize(plan_->left.column_count());
    const char* end = indexed.bytes.data() + indexed.bytes.size();
    RowNumbers fresh;
    for (const int32_t pair : kept) {
      const int64_t before = probe_.given.size();
      if (probe_.given.FindOrInsert(indexed[pair], end) >= before) fresh.push_back(pair);
    }
    return Give(std::move(pairs), indexed.size(), fresh);
  }

  /// All pairs of the batch are made: its rows go into the state.
  Status EndProbe() {
    const BatchPtr batch = std::exchange(probe_.batch, nullptr);
    const bool left_semi = plan_->is_semi() && probing_->is_left;
    if (left_semi) {
      RowNumbers found;
      for (int32_t row = 0; row < static_cast<int32_t>(batch->num_rows()); ++row) {
        if (probe_.matched[row] != 0) found.push_back(row);
      }
      ARROW_RETURN_NOT_OK(Give(batch->columns(), batch->num_rows(), found));
    } else if (probe_.given.size() > 0) {
      ARROW_RETURN_NOT_OK(Other().state->Remove(probe_.given.keys()));
      metrics_->state_rows_removed += probe_.given.size();
      probe_.given.Clear();
    }
    ARROW_ASSIGN_OR_RAISE(const RowNumbers added, RowsToAdd(*batch));
    if (added.empty()) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(const BatchPtr taken, TakeBatch(batch, added));
    Columns columns = taken->columns();
    ARROW_ASSIGN_OR_RAISE(auto flags, FlagColumn(probe_.matched, added));
    columns.push_back(std::move(flags));
    EncodedRows values;
    ARROW_RETURN_NOT_OK(probing_->layout->value_codec().Encode(columns, false, &values));
    metrics_->state_rows_updated += values.size();
    if (values.size() == probe_.keys.size()) return probing_->state->Append(probe_.keys, values);
    EncodedRows keys;
    for (const int32_t row : added) keys.Append(probe_.keys[row]);
    return probing_->state->Append(keys, values);
  }

  /// Left rows are added even if the watermark ends them now, for the right ones of this batch.
  Result<RowNumbers> RowsToAdd(const arrow::RecordBatch& batch) {
    const JoinSideLayout& layout = *probing_->layout;
    std::optional<EventTimeReader> times;
    if (layout.ends() && !layout.ends_by_key()) {
      ARROW_ASSIGN_OR_RAISE(times, EventTimeReader::Make(*batch.column(
                                       probing_->planned->event_time_column)));
    }
    const bool gives_unmatched = plan_->KeepsUnmatched(probing_->is_left);
    RowNumbers added;
    for (int32_t row = 0; row < static_cast<int32_t>(batch.num_rows()); ++row) {
      const bool matched = probe_.matched[row] != 0;
      const bool over = times ? times->IsAtOrBefore(row, probing_->over_micros)
                              : layout.KeyIsOver(probe_.keys[row], probing_->over_micros);
      const bool left_out = probing_->is_left ? plan_->is_semi() && matched
                                              : over && (matched || !gives_unmatched);
      if (left_out) continue;
      probing_->added_over |= over;
      added.push_back(row);
    }
    return added;
  }

  /// Nothing is over but what has been added so, unless the watermark has moved since the batch
  /// before.
  Status RemoveOver() {
    removed_ = true;
    const int64_t start = Now();
    for (SideRun* side : {&left_, &right_}) {
      if (watermarks_.eviction_ms == watermarks_.late_ms && !side->added_over) continue;
      EncodedRows* unmatched = side->is_left ? &unmatched_left_ : &unmatched_right_;
      std::function<void(std::string_view)> on_unmatched;
      if (plan_->KeepsUnmatched(side->is_left)) {
        on_unmatched = [unmatched](std::string_view value) { unmatched->Append(value); };
      }
      ARROW_ASSIGN_OR_RAISE(const int64_t removed,
                            side->state->RemoveOver(side->over_micros, on_unmatched));
      metrics_->state_rows_removed += removed;
    }
    metrics_->removal_time_nanos += Now() - start;
    return Status::OK();
  }

  /// Gives out the next of the removed rows that never found a partner.
  Status GiveUnmatched() {
    const bool is_left = next_unmatched_ < unmatched_left_.size();
    const EncodedRows& rows = is_left ? unmatched_left_ : unmatched_right_;
    const int64_t begin = is_left ? next_unmatched_ : next_unmatched_ - unmatched_left_.size();
    const int64_t end = std::min(begin + batch_rows_, rows.size());
    std::vector<std::string_view> values;
    for (int64_t i = begin; i < end; ++i) values.push_back(rows[i]);
    next_unmatched_ += end - begin;
    const JoinSideLayout& layout = is_left ? plan_->left : plan_->right;
    ARROW_ASSIGN_OR_RAISE(Columns columns, layout.value_codec().Decode(values));
    columns.pop_back();  // the flag
    return GiveAlone(std::move(columns), end - begin, is_left);
  }

  /// Gives out rows of one side with NULLs in the place of the other.
  Status GiveAlone(Columns columns, int64_t rows, bool is_left) {
    const int left_count = plan_->left.column_count();
    const int right_count = plan_->right.column_count();
    const int first = is_left ? left_count : 0;
    Columns nulls;
    for (int i = first; i < first + (is_left ? right_count : left_count); ++i) {
      ARROW_ASSIGN_OR_RAISE(auto column,
                            arrow::MakeArrayOfNull(plan_->pair_schema->field(i)->type(), rows));
      nulls.push_back(std::move(column));
    }
    columns.insert(is_left ? columns.end() : columns.begin(), nulls.begin(), nulls.end());
    output_.push_back(arrow::RecordBatch::Make(plan_->output, rows, std::move(columns)));
    return Status::OK();
  }

  Status Commit() {
    const int64_t start = Now();
    for (SideRun* side : {&left_, &right_}) {
      ARROW_RETURN_NOT_OK(side->state->Commit());
      metrics_->state_rows_total += side->state->rows();
      metrics_->state_memory_bytes += side->state->memory_bytes();
    }
    metrics_->commit_time_nanos += Now() - start;
    metrics_->partitions += 1;
    committed_ = true;
    return Status::OK();
  }

  int64_t Now() const { return task_->execution->services().clock->MonotonicNanos(); }

  const StreamingJoinPlan* plan_;
  OperatorWatermarks watermarks_;
  OperatorMetrics* metrics_;
  TaskContext* task_;
  int64_t batch_rows_;
  SideRun left_;
  SideRun right_;
  SideRun* probing_ = nullptr;  // whose rows are being read; null when all are
  Probe probe_;
  bool removed_ = false;
  EncodedRows unmatched_left_;
  EncodedRows unmatched_right_;
  int64_t next_unmatched_ = 0;
  bool committed_ = false;
  std::deque<BatchPtr> output_;
};

}  // namespace

Result<std::unique_ptr<BatchReader>> OpenStreamingJoin(const StreamingJoinPlan* plan,
                                                       int operator_id,
                                                       std::unique_ptr<BatchReader> left,
                                                       std::unique_ptr<BatchReader> right,
                                                       OperatorMetrics* metrics,
                                                       TaskContext* task) {
  auto reader = std::make_unique<StreamingJoinReader>(
      plan, task->execution->batch().WatermarksOf(operator_id), metrics, task);
  ARROW_RETURN_NOT_OK(reader->Open(operator_id, std::move(left), std::move(right)));
  return reader;
}

}  // namespace firesteel
