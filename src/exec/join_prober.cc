#include "exec/join_prober.h"

#include <algorithm>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/array_primitive.h"
#include "arrow/array/util.h"
#include "arrow/buffer.h"
#include "arrow/compute/api_vector.h"
#include "arrow/datum.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "arrow/util/bit_util.h"
#include "common/error.h"
#include "expr/nodes.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;
using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

bool GivesLeftOnly(JoinKind kind) {
  return kind == JoinKind::kLeftSemi || kind == JoinKind::kLeftAnti ||
         kind == JoinKind::kExistence;
}

/// Gathers by index; a negative one gives NULL. All rows in their order cost nothing.
Result<ArrayPtr> TakeRows(const ArrayPtr& column, const std::vector<int32_t>& rows) {
  const auto count = static_cast<int64_t>(rows.size());
  bool in_order = count == column->length();
  bool any_missing = false;
  for (int64_t i = 0; i < count; ++i) {
    in_order &= rows[i] == i;
    any_missing |= rows[i] < 0;
  }
  if (in_order) return column;
  if (column->type_id() == arrow::Type::NA || column->length() == 0) {
    return arrow::MakeArrayOfNull(column->type(), count);
  }
  std::shared_ptr<arrow::Buffer> valid;
  if (any_missing) {
    ARROW_ASSIGN_OR_RAISE(valid, arrow::AllocateBitmap(count));
    for (int64_t i = 0; i < count; ++i) {
      arrow::bit_util::SetBitTo(valid->mutable_data(), i, rows[i] >= 0);
    }
  }
  const arrow::Int32Array indices(count, arrow::Buffer::Wrap(rows), std::move(valid));
  ARROW_ASSIGN_OR_RAISE(
      arrow::Datum taken,
      arrow::compute::Take(column, indices, arrow::compute::TakeOptions::NoBoundsCheck()));
  return taken.make_array();
}

/// Binds a condition to only those columns that it reads.
Result<ExpressionPtr> Narrow(const ExpressionPtr& condition, std::vector<int>* columns) {
  return TransformUp<Expression>(
      condition, [columns](const ExpressionPtr& node) -> Result<ExpressionPtr> {
        const auto* reference = As<BoundReference>(node);
        if (reference == nullptr) return ExpressionPtr();
        auto found = std::find(columns->begin(), columns->end(), reference->index());
        if (found == columns->end()) found = columns->insert(found, reference->index());
        return ExpressionPtr(std::make_shared<BoundReference>(
            static_cast<int>(found - columns->begin()), reference->Sql(), reference->type(),
            reference->nullable()));
      });
}

}  // namespace

Result<std::shared_ptr<const JoinDescription>> JoinDescription::Make(PlannedJoin join,
                                                                     const Schema& left,
                                                                     const Schema& right,
                                                                     const Schema& output) {
  if (join.left_keys.size() != join.right_keys.size() ||
      join.left_keys.size() != join.null_safe.size()) {
    return InternalError("The sides of a join have different numbers of keys.");
  }
  auto made = std::make_shared<JoinDescription>();
  made->left_columns_ = left.size();
  made->right_columns_ = right.size();
  const int columns = GivesLeftOnly(join.kind)
                          ? left.size() + (join.kind == JoinKind::kExistence ? 1 : 0)
                          : left.size() + right.size();
  if (columns != output.size()) return InternalError("A join has other columns than it should.");
  for (size_t i = 0; i < join.left_keys.size(); ++i) {
    if (!join.left_keys[i]->type().SameType(join.right_keys[i]->type())) {
      return InternalError("The sides of a join have keys of different types: " +
                           join.left_keys[i]->Sql() + ", " + join.right_keys[i]->Sql());
    }
    made->key_types_.push_back(join.left_keys[i]->type());
  }
  if (join.null_aware && (join.kind != JoinKind::kLeftAnti || join.left_keys.size() != 1 ||
                          join.condition || join.null_safe[0])) {
    return InternalError("A null-aware join needs one key and nothing else.");
  }
  if (join.condition) {
    ARROW_ASSIGN_OR_RAISE(made->condition_, Narrow(join.condition, &made->condition_columns_));
  }
  made->arrow_schema_ = ToArrowSchema(output);
  made->join_ = std::move(join);
  return made;
}

JoinShape JoinShape::Of(JoinKind kind, bool build_right) {
  JoinShape shape;
  shape.build_right = build_right;
  Rows& left = build_right ? shape.probe_rows : shape.build_rows;
  Rows& right = build_right ? shape.build_rows : shape.probe_rows;
  shape.gives_pairs = !GivesLeftOnly(kind);
  switch (kind) {
    case JoinKind::kInner: break;
    case JoinKind::kLeftOuter:
    case JoinKind::kLeftSingle:
    case JoinKind::kLeftAnti: left = Rows::kUnmatched; break;
    case JoinKind::kRightOuter: right = Rows::kUnmatched; break;
    case JoinKind::kFullOuter: left = right = Rows::kUnmatched; break;
    case JoinKind::kLeftSemi: left = Rows::kMatched; break;
    case JoinKind::kExistence: left = Rows::kAll; break;
  }
  return shape;
}

bool CanBuild(JoinKind kind, bool build_right) {
  return build_right || (kind != JoinKind::kExistence && kind != JoinKind::kLeftSingle);
}

JoinProber::JoinProber(std::shared_ptr<const JoinDescription> description, const JoinShape& shape,
                       EvaluationContext* evaluation, const CancellationToken* cancellation,
                       int64_t batch_rows)
    : description_(std::move(description)),
      shape_(shape),
      evaluation_(evaluation),
      cancellation_(cancellation),
      batch_rows_(batch_rows),
      single_(description_->join().kind == JoinKind::kLeftSingle),
      marks_build_(shape.build_rows != JoinShape::Rows::kNone),
      keys_(shape.build_right ? &description_->join().left_keys : &description_->join().right_keys,
            &description_->join().null_safe) {}

void JoinProber::SetTable(std::shared_ptr<const JoinTable> table, bool last) {
  table_ = std::move(table);
  last_ = last;
}

void JoinProber::SetBuildFacts(bool is_empty, bool has_null_key) {
  build_is_empty_ = is_empty;
  build_has_null_key_ = has_null_key;
}

Status JoinProber::SetInput(BatchPtr batch, uint8_t* matched) {
  input_ = std::move(batch);
  matched_ = matched;
  row_ = 0;
  partner_ = 0;
  rest_given_ = false;
  ARROW_RETURN_NOT_OK(keys_.Evaluate(*input_, evaluation_));
  ARROW_RETURN_NOT_OK(table_->groups().Find(keys_.columns(), input_->num_rows(), &scratch_,
                                            &groups_));
  keys_.LeaveOutNulls(&groups_);
  if (description_->condition()) return Status::OK();
  ARROW_RETURN_NOT_OK(MarkMatches());
  if (!shape_.gives_pairs) row_ = input_->num_rows();
  return Status::OK();
}

/// Without a condition, equal keys are all that it takes to match.
Status JoinProber::MarkMatches() {
  const int64_t rows = input_->num_rows();
  if (single_) {
    for (int64_t row = 0; row < rows; ++row) {
      if (groups_[row] < 0) continue;
      const size_t partners = table_->RowsOf(groups_[row]).size();
      if (partners > 1 || (partners == 1 && matched_[row] != 0)) {
        return MakeError("SCALAR_SUBQUERY_TOO_MANY_ROWS", {});
      }
    }
  }
  for (int64_t row = 0; row < rows; ++row) matched_[row] |= groups_[row] >= 0 ? 1 : 0;
  if (!marks_build_) return Status::OK();
  for (int64_t row = 0; row < rows; ++row) {
    if (groups_[row] >= 0) table_->Mark(groups_[row]);
  }
  return Status::OK();
}

Result<BatchPtr> JoinProber::Next() {
  while (input_ && row_ < input_->num_rows()) {
    ARROW_RETURN_NOT_OK(cancellation_->Check());
    FillPairs();
    if (description_->condition()) ARROW_RETURN_NOT_OK(FilterPairs());
    if (shape_.gives_pairs && !probe_rows_.empty()) return Gather(probe_rows_, build_rows_);
  }
  if (rest_given_) return nullptr;
  rest_given_ = true;
  if (!last_) return nullptr;
  return RestOfInput();
}

/// Makes as many pairs as a batch has rows. Rows that have none at all come among them where that
/// is known.
void JoinProber::FillPairs() {
  probe_rows_.clear();
  build_rows_.clear();
  const bool conditional = description_->condition() != nullptr;
  const bool gives_unmatched =
      !conditional && last_ && shape_.probe_rows == JoinShape::Rows::kUnmatched;
  const bool first_match_suffices = conditional && !shape_.gives_pairs && !marks_build_;
  const auto limit = static_cast<size_t>(batch_rows_);
  const int64_t rows = input_->num_rows();
  while (row_ < rows && probe_rows_.size() < limit) {
    const auto row = static_cast<int32_t>(row_);
    if (groups_[row] < 0 || (first_match_suffices && matched_[row] != 0)) {
      if (gives_unmatched && matched_[row] == 0) {
        probe_rows_.push_back(row);
        build_rows_.push_back(-1);
      }
      ++row_;
      partner_ = 0;
      continue;
    }
    const std::span<const int32_t> partners = table_->RowsOf(groups_[row]);
    const size_t count = std::min(partners.size() - partner_, limit - probe_rows_.size());
    probe_rows_.insert(probe_rows_.end(), count, row);
    build_rows_.insert(build_rows_.end(), partners.begin() + partner_,
                       partners.begin() + partner_ + count);
    partner_ += count;
    if (partner_ < partners.size()) break;
    ++row_;
    partner_ = 0;
  }
}

/// Keeps the pairs for which the condition is true, and remembers whom they belong to.
Status JoinProber::FilterPairs() {
  const auto pairs = static_cast<int64_t>(probe_rows_.size());
  if (pairs == 0) return Status::OK();
  arrow::ArrayVector columns;
  arrow::FieldVector fields;
  for (const int column : description_->condition_columns()) {
    const bool left = column < description_->left_columns();
    ARROW_ASSIGN_OR_RAISE(
        ArrayPtr values, Side(left, left ? column : column - description_->left_columns(),
                              probe_rows_, build_rows_));
    fields.push_back(arrow::field("", values->type()));
    columns.push_back(std::move(values));
  }
  const auto batch = arrow::RecordBatch::Make(arrow::schema(std::move(fields)), pairs,
                                              std::move(columns));
  ARROW_ASSIGN_OR_RAISE(const ColumnVector mask,
                        description_->condition()->Evaluate(*batch, evaluation_));
  size_t kept = 0;
  if (mask.values->type_id() == arrow::Type::BOOL) {
    const auto& truth = static_cast<const arrow::BooleanArray&>(*mask.values);
    for (int64_t i = 0; i < pairs; ++i) {
      const int64_t at = mask.constant ? 0 : i;
      if (truth.IsValid(at) && truth.Value(at)) ARROW_RETURN_NOT_OK(KeepPair(i, &kept));
    }
  }
  probe_rows_.resize(kept);
  build_rows_.resize(kept);
  return Status::OK();
}

Status JoinProber::KeepPair(size_t index, size_t* kept) {
  const int32_t probe_row = probe_rows_[index];
  if (single_ && matched_[probe_row] != 0) return MakeError("SCALAR_SUBQUERY_TOO_MANY_ROWS", {});
  matched_[probe_row] = 1;
  if (marks_build_) table_->Mark(build_rows_[index]);
  probe_rows_[*kept] = probe_row;
  build_rows_[*kept] = build_rows_[index];
  ++*kept;
  return Status::OK();
}

/// Whether NOT IN is NULL for the row, which has not found its value.
bool JoinProber::IsUnknown(int64_t row) const {
  if (!description_->join().null_aware || build_is_empty_) return false;
  return build_has_null_key_ || keys_.columns()[0]->IsNull(row);
}

/// The rows of the batch that are given out by themselves, now that all pairs are known.
Result<BatchPtr> JoinProber::RestOfInput() {
  using Rows = JoinShape::Rows;
  const int64_t count = input_->num_rows();
  if (shape_.probe_rows == Rows::kNone) return nullptr;
  if (shape_.probe_rows == Rows::kAll) {
    arrow::ArrayVector columns = input_->columns();
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> flags,
                          arrow::AllocateEmptyBitmap(count));
    for (int64_t row = 0; row < count; ++row) {
      if (matched_[row] != 0) arrow::bit_util::SetBit(flags->mutable_data(), row);
    }
    columns.push_back(std::make_shared<arrow::BooleanArray>(count, std::move(flags)));
    return arrow::RecordBatch::Make(description_->arrow_schema(), count, std::move(columns));
  }
  if (shape_.gives_pairs && !description_->condition()) return nullptr;  // came with the pairs
  Numbers rows;
  const uint8_t wanted = shape_.probe_rows == Rows::kMatched ? 1 : 0;
  for (int64_t row = 0; row < count; ++row) {
    if (matched_[row] == wanted && !IsUnknown(row)) rows.push_back(static_cast<int32_t>(row));
  }
  if (rows.empty()) return nullptr;
  return Gather(rows, Numbers(shape_.gives_pairs ? rows.size() : 0, -1));
}

void JoinProber::StartBuildRows() {
  own_rows_.clear();
  next_own_row_ = 0;
  if (marks_build_) {
    own_rows_ = table_->RowsMarked(shape_.build_rows == JoinShape::Rows::kMatched);
  }
}

Result<BatchPtr> JoinProber::NextBuildRows() {
  if (next_own_row_ == own_rows_.size()) return nullptr;
  const size_t count =
      std::min(own_rows_.size() - next_own_row_, static_cast<size_t>(batch_rows_));
  const auto first = own_rows_.begin() + static_cast<int64_t>(next_own_row_);
  const Numbers rows(first, first + static_cast<int64_t>(count));
  next_own_row_ += count;
  return Gather(Numbers(shape_.gives_pairs ? count : 0, -1), rows);
}

/// A column of one side for the pairs at hand. A side without a batch has no rows: all is NULL.
Result<ArrayPtr> JoinProber::Side(bool left, int column, const Numbers& probe_rows,
                                  const Numbers& build_rows) const {
  if (left != shape_.build_right) return TakeRows(table_->rows().column(column), build_rows);
  if (input_) return TakeRows(input_->column(column), probe_rows);
  const int index = left ? column : column + description_->left_columns();
  return arrow::MakeArrayOfNull(description_->arrow_schema()->field(index)->type(),
                                static_cast<int64_t>(probe_rows.size()));
}

/// The output for pairs; for a join that gives left columns only, one of the two lists is empty.
Result<BatchPtr> JoinProber::Gather(const Numbers& probe_rows, const Numbers& build_rows) const {
  arrow::ArrayVector columns;
  for (int i = 0; i < description_->left_columns(); ++i) {
    ARROW_ASSIGN_OR_RAISE(ArrayPtr column, Side(true, i, probe_rows, build_rows));
    columns.push_back(std::move(column));
  }
  for (int i = 0; shape_.gives_pairs && i < description_->right_columns(); ++i) {
    ARROW_ASSIGN_OR_RAISE(ArrayPtr column, Side(false, i, probe_rows, build_rows));
    columns.push_back(std::move(column));
  }
  const auto rows = static_cast<int64_t>(std::max(probe_rows.size(), build_rows.size()));
  return arrow::RecordBatch::Make(description_->arrow_schema(), rows, std::move(columns));
}

}  // namespace firesteel
