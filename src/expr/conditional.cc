#include "expr/nodes.h"

#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/util.h"
#include "arrow/record_batch.h"
#include "expr/row_selection.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// Makes one type of two that differ at most in nullability.
DataType MergeNullability(const DataType& a, const DataType& b) {
  if (a == b || a.id() != b.id()) return a;
  switch (a.id()) {
    case TypeId::kArray:
      return DataType::Array(MergeNullability(a.element_type(), b.element_type()),
                             a.contains_null() || b.contains_null());
    case TypeId::kMap:
      return DataType::Map(MergeNullability(a.key_type(), b.key_type()),
                           MergeNullability(a.value_type(), b.value_type()),
                           a.value_contains_null() || b.value_contains_null());
    case TypeId::kStruct: {
      if (a.fields().size() != b.fields().size()) return a;
      std::vector<StructField> fields = a.fields();
      for (size_t i = 0; i < fields.size(); ++i) {
        fields[i].type = MergeNullability(fields[i].type, b.fields()[i].type);
        fields[i].nullable |= b.fields()[i].nullable;
      }
      return DataType::Struct(std::move(fields));
    }
    default: return a;
  }
}

}  // namespace

Conditional::Conditional(std::vector<ExpressionPtr> children)
    : Expression(kKind, std::move(children)) {
  for (const ExpressionPtr& child : this->children()) {
    if (!child->resolved()) return;
  }
  bool nullable = !has_else();
  DataType type = this->child(1)->type();
  for (size_t i = 1; i < this->children().size(); i += 2) {
    type = MergeNullability(type, this->children()[i]->type());
    nullable |= this->children()[i]->nullable();
  }
  if (has_else()) {
    type = MergeNullability(type, this->children().back()->type());
    nullable |= this->children().back()->nullable();
  }
  SetType(std::move(type), nullable);
}

bool Conditional::may_fail() const {
  for (const ExpressionPtr& child : children()) {
    if (child->may_fail()) return true;
  }
  return false;
}

ExpressionPtr Conditional::WithNewChildren(std::vector<ExpressionPtr> children) const {
  return std::make_shared<Conditional>(std::move(children));
}

std::string Conditional::Sql() const {
  std::string text = "CASE";
  for (size_t i = 0; i + 1 < children().size(); i += 2) {
    text += " WHEN " + children()[i]->Sql() + " THEN " + children()[i + 1]->Sql();
  }
  if (has_else()) text += " ELSE " + children().back()->Sql();
  return text + " END";
}

std::string Conditional::ToString() const {
  std::string text = "CASE";
  for (size_t i = 0; i + 1 < children().size(); i += 2) {
    text += " WHEN " + children()[i]->ToString() + " THEN " + children()[i + 1]->ToString();
  }
  if (has_else()) text += " ELSE " + children().back()->ToString();
  return text + " END";
}

Result<ColumnVector> Conditional::Evaluate(const arrow::RecordBatch& batch,
                                           EvaluationContext* context) const {
  const int64_t rows = batch.num_rows();
  RowSelection remaining = RowSelection::All(rows);
  std::vector<SelectedValues> pieces;
  for (size_t i = 0; i + 1 < children().size() && !remaining.empty(); i += 2) {
    ARROW_ASSIGN_OR_RAISE(ColumnVector condition,
                          EvaluateOnRows(*children()[i], batch, remaining, context));
    auto [matched, rest] = remaining.Split(condition);
    remaining = std::move(rest);
    if (matched.empty()) continue;
    ARROW_ASSIGN_OR_RAISE(ColumnVector values,
                          EvaluateOnRows(*children()[i + 1], batch, matched, context));
    pieces.push_back({std::move(matched), std::move(values)});
  }
  if (has_else() && !remaining.empty()) {
    ARROW_ASSIGN_OR_RAISE(ColumnVector values,
                          EvaluateOnRows(*children().back(), batch, remaining, context));
    pieces.push_back({std::move(remaining), std::move(values)});
  }
  if (pieces.empty()) {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> nulls,
                          arrow::MakeArrayOfNull(ToArrowType(type()), rows));
    return ColumnVector{std::move(nulls), false};
  }
  return Interleave(pieces, type(), rows);
}

}  // namespace firesteel
