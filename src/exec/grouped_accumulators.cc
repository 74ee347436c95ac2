#include "exec/grouped_accumulators.h"

#include <numeric>
#include <string>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/array_primitive.h"
#include "arrow/buffer.h"
#include "arrow/record_batch.h"
#include "common/error.h"
#include "expr/row_selection.h"

namespace firesteel {

namespace {

/// Where `expression` stands in `expressions`, which it joins if no equal one is there.
int IndexOfExpression(const ExpressionPtr& expression, std::vector<ExpressionPtr>* expressions) {
  for (size_t i = 0; expression->deterministic() && i < expressions->size(); ++i) {
    if ((*expressions)[i]->Equals(*expression)) return static_cast<int>(i);
  }
  expressions->push_back(expression);
  return static_cast<int>(expressions->size()) - 1;
}

/// Takes the rows that are not selected out of their groups.
void LeaveOutOthers(const RowSelection& selection, std::vector<int32_t>* groups) {
  if (selection.all()) return;
  std::vector<int32_t> kept(groups->size(), -1);
  for (int64_t i = 0; i < selection.size(); ++i) kept[selection[i]] = (*groups)[selection[i]];
  groups->swap(kept);
}

}  // namespace

/// Knows which arguments every group has seen already.
struct GroupedAccumulators::Distinct {
  std::unique_ptr<GroupTable> seen;  // of group and arguments
  std::vector<int32_t> numbers;

  Status LeaveOutSeen(const std::vector<ColumnVector>& arguments, std::vector<int32_t>* groups) {
    const auto rows = static_cast<int64_t>(groups->size());
    Columns columns{std::make_shared<arrow::Int32Array>(
        rows, arrow::Buffer::FromVector(std::vector<int32_t>(*groups)))};
    for (const ColumnVector& argument : arguments) {
      ARROW_ASSIGN_OR_RAISE(auto column, argument.Expand(rows));
      columns.push_back(std::move(column));
    }
    auto next = static_cast<int32_t>(seen->size());
    ARROW_RETURN_NOT_OK(seen->Lookup(columns, rows, &numbers));
    // Numbers are given in order of first appearance, so a new one is always the next.
    for (int64_t i = 0; i < rows; ++i) {
      if (numbers[i] == next) {
        ++next;
      } else {
        (*groups)[i] = -1;
      }
    }
    return Status::OK();
  }
};

struct GroupedAccumulators::Entry {
  const PlannedAggregate* planned = nullptr;
  std::unique_ptr<Accumulator> accumulator;
  std::unique_ptr<Distinct> distinct;
  std::vector<int> shared_arguments;  // into expressions_; none with a filter
  int first_buffer = 0;
  int buffer_count = 0;
  std::vector<ColumnVector> values;  // of the arguments, for the batch at hand
};

GroupedAccumulators::GroupedAccumulators(std::unique_ptr<GroupTable> table,
                                         const std::vector<PlannedAggregate>* aggregates)
    : table_(std::move(table)), aggregates_(aggregates) {}

GroupedAccumulators::~GroupedAccumulators() = default;

Result<std::unique_ptr<GroupedAccumulators>> GroupedAccumulators::Make(
    std::vector<DataType> key_types, const std::vector<PlannedAggregate>* aggregates) {
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<GroupTable> table, GroupTable::Make(std::move(key_types)));
  std::unique_ptr<GroupedAccumulators> made(
      new GroupedAccumulators(std::move(table), aggregates));
  ARROW_RETURN_NOT_OK(made->MakeEntries());
  return made;
}

Status GroupedAccumulators::MakeEntries() {
  entries_.clear();
  expressions_.clear();
  buffer_columns_ = 0;
  for (const PlannedAggregate& planned : *aggregates_) {
    Entry entry;
    entry.planned = &planned;
    entry.accumulator = planned.function->NewAccumulator();
    if (!planned.filter) {
      for (const ExpressionPtr& argument : planned.arguments) {
        entry.shared_arguments.push_back(IndexOfExpression(argument, &expressions_));
      }
    }
    if (planned.distinct) {
      std::vector<DataType> types{TypeId::kInteger};
      for (const ExpressionPtr& argument : planned.arguments) types.push_back(argument->type());
      entry.distinct = std::make_unique<Distinct>();
      ARROW_ASSIGN_OR_RAISE(entry.distinct->seen, GroupTable::Make(std::move(types)));
    }
    entry.first_buffer = buffer_columns_;
    entry.buffer_count = static_cast<int>(planned.function->buffer_fields().size());
    buffer_columns_ += entry.buffer_count;
    entries_.push_back(std::move(entry));
  }
  return Status::OK();
}

Result<std::span<const int32_t>> GroupedAccumulators::Group(const Columns& keys, int64_t rows) {
  ARROW_RETURN_NOT_OK(table_->Lookup(keys, rows, &groups_));
  ARROW_RETURN_NOT_OK(ResizeTo(table_->size()));
  return std::span<const int32_t>(groups_);
}

Status GroupedAccumulators::ResizeTo(int64_t groups) {
  if (groups == size_) return Status::OK();
  for (Entry& entry : entries_) ARROW_RETURN_NOT_OK(entry.accumulator->Resize(groups));
  size_ = groups;
  return Status::OK();
}

Status GroupedAccumulators::EnsureSingleGroup() { return size_ == 0 ? ResizeTo(1) : Status::OK(); }

Status GroupedAccumulators::Update(const arrow::RecordBatch& batch,
                                   std::span<const int32_t> groups,
                                   EvaluationContext* evaluation) {
  std::vector<ColumnVector> values;
  values.reserve(expressions_.size());
  for (const ExpressionPtr& expression : expressions_) {
    ARROW_ASSIGN_OR_RAISE(ColumnVector value, expression->Evaluate(batch, evaluation));
    values.push_back(std::move(value));
  }
  for (Entry& entry : entries_) {
    entry.values.clear();
    if (entry.planned->filter) {
      ARROW_RETURN_NOT_OK(UpdateFiltered(&entry, batch, groups, evaluation));
      continue;
    }
    for (const int argument : entry.shared_arguments) entry.values.push_back(values[argument]);
    if (!entry.distinct) {
      ARROW_RETURN_NOT_OK(entry.accumulator->Update(entry.values, groups));
      continue;
    }
    chosen_.assign(groups.begin(), groups.end());
    ARROW_RETURN_NOT_OK(entry.distinct->LeaveOutSeen(entry.values, &chosen_));
    ARROW_RETURN_NOT_OK(entry.accumulator->Update(entry.values, chosen_));
  }
  return Status::OK();
}

Status GroupedAccumulators::UpdateFiltered(Entry* entry, const arrow::RecordBatch& batch,
                                           std::span<const int32_t> groups,
                                           EvaluationContext* evaluation) {
  ARROW_ASSIGN_OR_RAISE(const ColumnVector condition,
                        entry->planned->filter->Evaluate(batch, evaluation));
  const RowSelection all = RowSelection::All(batch.num_rows());
  const RowSelection selected = all.Split(condition).first;
  if (selected.empty()) return Status::OK();
  // Arguments see only the rows that pass, so that their errors on others do not show.
  for (const ExpressionPtr& argument : entry->planned->arguments) {
    const RowSelection& rows = argument->may_fail() ? selected : all;
    ARROW_ASSIGN_OR_RAISE(ColumnVector value, EvaluateOnRows(*argument, batch, rows, evaluation));
    if (!value.constant) {
      ARROW_ASSIGN_OR_RAISE(value, Interleave({{rows, std::move(value)}}, argument->type(),
                                              batch.num_rows()));
    }
    entry->values.push_back(std::move(value));
  }
  chosen_.assign(groups.begin(), groups.end());
  LeaveOutOthers(selected, &chosen_);
  if (entry->distinct) {
    ARROW_RETURN_NOT_OK(entry->distinct->LeaveOutSeen(entry->values, &chosen_));
  }
  return entry->accumulator->Update(entry->values, chosen_);
}

Status GroupedAccumulators::Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
                                  std::span<const int32_t> groups) {
  if (static_cast<int>(buffers.size()) != buffer_columns_) {
    return InternalError("An aggregation was given another number of buffers than it has.");
  }
  for (Entry& entry : entries_) {
    ARROW_RETURN_NOT_OK(entry.accumulator->Merge(
        buffers.subspan(entry.first_buffer, entry.buffer_count), groups));
  }
  return Status::OK();
}

int64_t GroupedAccumulators::memory_bytes() const {
  int64_t bytes = table_->memory_bytes() + size_ * buffer_columns_ * 16;
  for (const Entry& entry : entries_) {
    if (entry.distinct) bytes += entry.distinct->seen->memory_bytes();
  }
  return bytes;
}

Result<GroupedAccumulators::Columns> GroupedAccumulators::Buffers() const {
  Columns columns;
  columns.reserve(buffer_columns_);
  for (const Entry& entry : entries_) {
    ARROW_ASSIGN_OR_RAISE(Columns buffers, entry.accumulator->BufferArrays());
    if (static_cast<int>(buffers.size()) != entry.buffer_count) {
      return InternalError(entry.planned->text + " gave another number of buffers than it has.");
    }
    for (auto& buffer : buffers) columns.push_back(std::move(buffer));
  }
  return columns;
}

Result<GroupedAccumulators::Columns> GroupedAccumulators::Results() const {
  Columns columns;
  columns.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> column, entry.accumulator->Finish());
    columns.push_back(std::move(column));
  }
  return columns;
}

Status GroupedAccumulators::Clear() {
  table_->Clear();
  size_ = 0;
  return MakeEntries();
}

Result<GroupedAccumulators::Columns> GroupedAccumulators::BuffersOfRows(
    const arrow::RecordBatch& batch, EvaluationContext* evaluation) {
  ARROW_RETURN_NOT_OK(ResizeTo(batch.num_rows()));
  groups_.resize(batch.num_rows());
  std::iota(groups_.begin(), groups_.end(), 0);
  ARROW_RETURN_NOT_OK(Update(batch, groups_, evaluation));
  ARROW_ASSIGN_OR_RAISE(Columns buffers, Buffers());
  ARROW_RETURN_NOT_OK(Clear());
  return buffers;
}

Result<std::vector<std::shared_ptr<arrow::Array>>> FinishBuffers(
    const std::vector<PlannedAggregate>& aggregates,
    std::span<const std::shared_ptr<arrow::Array>> buffers, int64_t rows) {
  std::vector<int32_t> groups(rows);
  std::iota(groups.begin(), groups.end(), 0);
  std::vector<std::shared_ptr<arrow::Array>> columns;
  size_t first = 0;
  for (const PlannedAggregate& aggregate : aggregates) {
    const size_t count = aggregate.function->buffer_fields().size();
    const std::unique_ptr<Accumulator> accumulator = aggregate.function->NewAccumulator();
    ARROW_RETURN_NOT_OK(accumulator->Resize(rows));
    ARROW_RETURN_NOT_OK(accumulator->Merge(buffers.subspan(first, count), groups));
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> column, accumulator->Finish());
    columns.push_back(std::move(column));
    first += count;
  }
  return columns;
}

std::vector<StructField> BufferFields(const std::vector<PlannedAggregate>& aggregates) {
  std::vector<StructField> fields;
  for (const PlannedAggregate& aggregate : aggregates) {
    const std::vector<StructField>& buffers = aggregate.function->buffer_fields();
    fields.insert(fields.end(), buffers.begin(), buffers.end());
  }
  return fields;
}

std::string AggregateListText(const std::vector<PlannedAggregate>& aggregates) {
  std::string text = "[";
  for (const PlannedAggregate& aggregate : aggregates) {
    if (text.size() > 1) text += ", ";
    text += aggregate.text;
  }
  return text + "]";
}

}  // namespace firesteel
