#include "exec/sorted_run.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/array_binary.h"
#include "arrow/array/array_primitive.h"
#include "arrow/array/concatenate.h"
#include "arrow/buffer.h"
#include "arrow/compute/api_vector.h"
#include "arrow/datum.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "exec/batch_splitter.h"
#include "exec/sort_key.h"
#include "expr/nodes.h"

namespace firesteel {

namespace {

using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

// A column of text in one run must stay below 2 GiB.
constexpr int64_t kMaximumRunBytes = 1 << 30;
// A run below this is not written, whatever others have reserved: tiny files cost more.
constexpr int64_t kSmallestRunDivisor = 8;

/// The first bytes of a key, big-endian: most comparisons end here.
uint64_t PrefixOf(std::string_view key) {
  unsigned char first[8] = {};
  std::memcpy(first, key.data(), std::min<size_t>(8, key.size()));
  uint64_t prefix = 0;
  for (const unsigned char byte : first) prefix = prefix << 8 | byte;
  return prefix;
}

/// The keys of rows in another order, as a column.
Result<std::shared_ptr<arrow::Array>> KeyColumn(const EncodedRows& keys, const int64_t* rows,
                                                int64_t count) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> offsets,
                        arrow::AllocateBuffer((count + 1) * sizeof(int32_t)));
  auto* ends = offsets->mutable_data_as<int32_t>();
  std::string bytes;
  ends[0] = 0;
  for (int64_t i = 0; i < count; ++i) {
    bytes.append(keys[rows[i]]);
    ends[i + 1] = static_cast<int32_t>(bytes.size());
  }
  return std::make_shared<arrow::BinaryArray>(count, std::move(offsets),
                                              arrow::Buffer::FromString(std::move(bytes)));
}

/// Gives out one run in blocks with access to their keys.
class RunReader {
 public:
  RunReader(const SortedRun* run, int64_t block_rows) : run_(run), block_rows_(block_rows) {}

  /// Goes on to the next block; false at the end.
  Result<bool> Advance() {
    first_row_ += block_ ? block_->num_rows() : 0;
    block_.reset();
    if (run_->file) {
      if (!reader_) {
        ARROW_ASSIGN_OR_RAISE(reader_, run_->file->Open());
      }
      ARROW_ASSIGN_OR_RAISE(block_, reader_->Next());
      if (!block_) return false;
      key_column_ = block_->column(block_->num_columns() - 1);
      ARROW_ASSIGN_OR_RAISE(block_, block_->RemoveColumn(block_->num_columns() - 1));
      return true;
    }
    const auto rows = static_cast<int64_t>(run_->order.size());
    if (first_row_ >= rows) return false;
    ARROW_ASSIGN_OR_RAISE(block_, TakeRows(run_->rows, run_->order.data() + first_row_,
                                           std::min(block_rows_, rows - first_row_)));
    return true;
  }
  const BatchPtr& block() const { return block_; }
  std::string_view KeyAt(int64_t row) const {
    if (key_column_) return static_cast<const arrow::BinaryArray&>(*key_column_).GetView(row);
    return run_->keys[run_->order[first_row_ + row]];
  }

 private:
  const SortedRun* run_;
  int64_t block_rows_;
  int64_t first_row_ = 0;
  std::unique_ptr<BatchReader> reader_;
  BatchPtr block_;
  std::shared_ptr<arrow::Array> key_column_;
};

class MergeReader final : public BatchReader {
 public:
  MergeReader(std::vector<const SortedRun*> runs, std::shared_ptr<arrow::Schema> schema,
              int64_t batch_rows, int64_t limit)
      : schema_(std::move(schema)), batch_rows_(batch_rows), left_(limit) {
    for (const SortedRun* run : runs) cursors_.push_back({RunReader(run, batch_rows), 0, 0, -1});
  }

  Status Start() {
    for (size_t i = 0; i < cursors_.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(const bool more, cursors_[i].reader.Advance());
      if (more) Push(i);
    }
    return Status::OK();
  }

  Result<BatchPtr> Next() override {
    if (left_ <= 0 || heap_.empty()) return nullptr;
    ARROW_ASSIGN_OR_RAISE(BatchPtr batch, heap_.size() == 1 ? NextOfOne() : NextOfMany());
    left_ -= batch->num_rows();
    return batch;
  }

 private:
  struct Cursor {
    RunReader reader;
    int64_t row;
    uint64_t prefix;
    int piece;  // of the batch at hand that its block is; -1: none yet
  };
  /// A part of a block that the batch at hand is made of.
  struct Piece {
    BatchPtr block;
    int64_t first_row;
    int64_t rows;
  };

  /// Whether `a` comes after `b`.
  bool After(size_t a, size_t b) const {
    if (cursors_[a].prefix != cursors_[b].prefix) return cursors_[a].prefix > cursors_[b].prefix;
    const int order = cursors_[a].reader.KeyAt(cursors_[a].row).compare(
        cursors_[b].reader.KeyAt(cursors_[b].row));
    return order != 0 ? order > 0 : a > b;
  }
  void Push(size_t run) {
    Cursor& cursor = cursors_[run];
    cursor.prefix = PrefixOf(cursor.reader.KeyAt(cursor.row));
    heap_.push_back(run);
    std::push_heap(heap_.begin(), heap_.end(), [this](size_t a, size_t b) { return After(a, b); });
  }

  /// The rest of the last block of the last run.
  Result<BatchPtr> NextOfOne() {
    Cursor& cursor = cursors_[heap_[0]];
    const BatchPtr& block = cursor.reader.block();
    const int64_t rows = std::min(block->num_rows() - cursor.row, left_);
    BatchPtr batch = arrow::RecordBatch::Make(schema_, block->num_rows(), block->columns())
                         ->Slice(cursor.row, rows);
    cursor.row = 0;
    ARROW_ASSIGN_OR_RAISE(const bool more, cursor.reader.Advance());
    if (!more) heap_.clear();
    return batch;
  }

  Result<BatchPtr> NextOfMany() {
    std::vector<Piece> pieces;
    std::vector<int32_t> piece_of_row;
    const int64_t wanted = std::min(batch_rows_, left_);
    for (Cursor& cursor : cursors_) cursor.piece = -1;
    const auto after = [this](size_t a, size_t b) { return After(a, b); };
    while (static_cast<int64_t>(piece_of_row.size()) < wanted && !heap_.empty()) {
      std::pop_heap(heap_.begin(), heap_.end(), after);
      const size_t run = heap_.back();
      heap_.pop_back();
      Cursor& cursor = cursors_[run];
      if (cursor.piece < 0) {
        cursor.piece = static_cast<int>(pieces.size());
        pieces.push_back({cursor.reader.block(), cursor.row, 0});
      }
      ++pieces[cursor.piece].rows;
      piece_of_row.push_back(cursor.piece);
      if (++cursor.row == cursor.reader.block()->num_rows()) {
        cursor.row = 0;
        cursor.piece = -1;
        ARROW_ASSIGN_OR_RAISE(const bool more, cursor.reader.Advance());
        if (!more) continue;
      }
      Push(run);
    }
    return Assemble(pieces, piece_of_row);
  }

  Result<BatchPtr> Assemble(const std::vector<Piece>& pieces,
                            const std::vector<int32_t>& piece_of_row) {
    std::vector<BatchPtr> parts;
    std::vector<int64_t> next;
    int64_t rows = 0;
    for (const Piece& piece : pieces) {
      parts.push_back(piece.block->Slice(piece.first_row, piece.rows));
      next.push_back(rows);
      rows += piece.rows;
    }
    ARROW_ASSIGN_OR_RAISE(const BatchPtr all, ConcatenateBatches(schema_, parts));
    std::vector<int64_t> order(rows);
    for (int64_t row = 0; row < rows; ++row) order[row] = next[piece_of_row[row]]++;
    ARROW_ASSIGN_OR_RAISE(const BatchPtr taken, TakeRows(all, order.data(), rows));
    return arrow::RecordBatch::Make(schema_, rows, taken->columns());
  }

  std::shared_ptr<arrow::Schema> schema_;
  int64_t batch_rows_;
  int64_t left_;
  std::vector<Cursor> cursors_;
  std::vector<size_t> heap_;  // of runs with rows left; the smallest row is on top
};

}  // namespace

Status AppendSortKeys(const std::vector<ExpressionPtr>& order, const arrow::RecordBatch& batch,
                      EvaluationContext* evaluation, EncodedRows* keys) {
  std::vector<SortKeyColumn> columns;
  for (const ExpressionPtr& one : order) {
    const auto* sort_order = As<SortOrder>(one);
    ARROW_ASSIGN_OR_RAISE(const ColumnVector value,
                          sort_order->child(0)->Evaluate(batch, evaluation));
    ARROW_ASSIGN_OR_RAISE(auto values, value.Expand(batch.num_rows()));
    columns.push_back({std::move(values), sort_order->child(0)->type(), sort_order->ascending(),
                       sort_order->nulls_first()});
  }
  return AppendSortKeys(columns, batch.num_rows(), keys);
}

std::vector<int64_t> SortedOrder(const EncodedRows& keys) {
  struct Row {
    uint64_t prefix;
    int64_t row;
  };
  std::vector<Row> rows(keys.size());
  for (int64_t i = 0; i < keys.size(); ++i) rows[i] = {PrefixOf(keys[i]), i};
  std::sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    const int order = keys[a.row].compare(keys[b.row]);
    return order != 0 ? order < 0 : a.row < b.row;
  });
  std::vector<int64_t> sorted(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) sorted[i] = rows[i].row;
  return sorted;
}

Result<BatchPtr> ConcatenateBatches(const std::shared_ptr<arrow::Schema>& schema,
                                    const std::vector<BatchPtr>& batches) {
  if (batches.empty()) return arrow::RecordBatch::MakeEmpty(schema);
  if (batches.size() == 1) return batches[0];
  int64_t rows = 0;
  for (const BatchPtr& batch : batches) rows += batch->num_rows();
  arrow::ArrayVector columns;
  for (int i = 0; i < schema->num_fields(); ++i) {
    arrow::ArrayVector pieces;
    for (const BatchPtr& batch : batches) pieces.push_back(batch->column(i));
    ARROW_ASSIGN_OR_RAISE(auto column, arrow::Concatenate(pieces));
    columns.push_back(std::move(column));
  }
  return arrow::RecordBatch::Make(schema, rows, std::move(columns));
}

Result<BatchPtr> TakeRows(const BatchPtr& batch, const int64_t* rows, int64_t count) {
  if (batch->num_columns() == 0) return batch->Slice(0, count);
  const auto indices =
      std::make_shared<arrow::Int64Array>(count, arrow::Buffer::Wrap(rows, count));
  ARROW_ASSIGN_OR_RAISE(
      arrow::Datum taken,
      arrow::compute::Take(batch, indices, arrow::compute::TakeOptions::NoBoundsCheck()));
  return taken.record_batch();
}

RunSorter::RunSorter(const ExecutionServices* services, std::shared_ptr<arrow::Schema> schema,
                     std::shared_ptr<MemoryBudget> budget)
    : services_(services), schema_(std::move(schema)), budget_(std::move(budget)) {}

RunSorter::~RunSorter() { budget_->Release(reserved_bytes_); }

Status RunSorter::Add(BatchPtr batch, const std::vector<ExpressionPtr>& order,
                      EvaluationContext* evaluation) {
  const size_t key_bytes = keys_.bytes.size();
  ARROW_RETURN_NOT_OK(AppendSortKeys(order, *batch, evaluation, &keys_));
  ARROW_ASSIGN_OR_RAISE(int64_t bytes, BatchBytes(*batch));
  bytes += static_cast<int64_t>(keys_.bytes.size() - key_bytes) + batch->num_rows() * 24;
  batches_.push_back(std::move(batch));
  run_bytes_ += bytes;
  if (run_bytes_ <= kMaximumRunBytes && budget_->TryReserve(bytes)) {
    reserved_bytes_ += bytes;
    return Status::OK();
  }
  if (run_bytes_ < TaskBudgetBytes(*services_) / kSmallestRunDivisor) return Status::OK();
  return EndRun(/*to_file=*/true);
}

Status RunSorter::EndRun(bool to_file) {
  if (batches_.empty()) return Status::OK();
  SortedRun run;
  ARROW_ASSIGN_OR_RAISE(run.rows, ConcatenateBatches(schema_, batches_));
  batches_.clear();
  run.keys = std::exchange(keys_, EncodedRows());
  run.order = SortedOrder(run.keys);
  run_bytes_ = 0;
  if (to_file) {
    ARROW_RETURN_NOT_OK(WriteRun(&run));
    budget_->Release(std::exchange(reserved_bytes_, 0));
  }
  runs_.push_back(std::move(run));
  return Status::OK();
}

Status RunSorter::WriteRun(SortedRun* run) {
  arrow::FieldVector fields = schema_->fields();
  fields.push_back(arrow::field("", arrow::binary(), false));
  const auto schema = arrow::schema(std::move(fields));
  run->file = std::make_unique<SpillableBuffer>(services_, schema, /*budget_bytes=*/0);
  const auto rows = static_cast<int64_t>(run->order.size());
  for (int64_t row = 0; row < rows; row += services_->batch_rows) {
    const int64_t count = std::min(services_->batch_rows, rows - row);
    const int64_t* order = run->order.data() + row;
    ARROW_ASSIGN_OR_RAISE(const BatchPtr block, TakeRows(run->rows, order, count));
    arrow::ArrayVector columns = block->columns();
    ARROW_ASSIGN_OR_RAISE(auto key, KeyColumn(run->keys, order, count));
    columns.push_back(std::move(key));
    ARROW_RETURN_NOT_OK(
        run->file->Add(arrow::RecordBatch::Make(schema, count, std::move(columns))));
  }
  ARROW_RETURN_NOT_OK(run->file->Finish());
  run->rows.reset();
  run->keys = EncodedRows();
  run->order = std::vector<int64_t>();
  return Status::OK();
}

Result<std::vector<SortedRun>> RunSorter::Finish() {
  ARROW_RETURN_NOT_OK(EndRun(/*to_file=*/false));
  return std::move(runs_);
}

Result<std::unique_ptr<BatchReader>> MergeRuns(std::vector<const SortedRun*> runs,
                                               std::shared_ptr<arrow::Schema> schema,
                                               const ExecutionServices* services, int64_t limit) {
  auto reader = std::make_unique<MergeReader>(std::move(runs), std::move(schema),
                                              services->batch_rows, limit);
  ARROW_RETURN_NOT_OK(reader->Start());
  return reader;
}

}  // namespace firesteel
