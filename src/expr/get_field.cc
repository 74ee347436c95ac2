#include "expr/nodes.h"

#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/array_nested.h"

namespace firesteel {

GetField::GetField(ExpressionPtr child, int ordinal)
    : Expression(kKind, {std::move(child)}), ordinal_(ordinal) {
  const Expression& input = *this->child(0);
  if (!input.resolved() || input.type().id() != TypeId::kStruct) return;
  const StructField& field = input.type().fields()[ordinal];
  SetType(field.type, input.nullable() || field.nullable);
}

const std::string& GetField::field_name() const {
  return child(0)->type().fields()[ordinal_].name;
}

ExpressionPtr GetField::WithNewChildren(std::vector<ExpressionPtr> children) const {
  return std::make_shared<GetField>(std::move(children[0]), ordinal_);
}

std::string GetField::Sql() const { return child(0)->Sql() + "." + field_name(); }

std::string GetField::ToString() const { return child(0)->ToString() + "." + field_name(); }

Result<ColumnVector> GetField::Evaluate(const arrow::RecordBatch& batch,
                                        EvaluationContext* context) const {
  ARROW_ASSIGN_OR_RAISE(ColumnVector input, child(0)->Evaluate(batch, context));
  const auto& structs = static_cast<const arrow::StructArray&>(*input.values);
  // A field without NULLs of its own still gets those of the struct around it.
  ARROW_ASSIGN_OR_RAISE(input.values, structs.GetFlattenedField(ordinal_));
  return input;
}

SortOrder::SortOrder(ExpressionPtr child, bool ascending, bool nulls_first)
    : Expression(kKind, {std::move(child)}), ascending_(ascending), nulls_first_(nulls_first) {
  if (this->child(0)->resolved()) SetType(this->child(0)->type(), this->child(0)->nullable());
}

ExpressionPtr SortOrder::WithNewChildren(std::vector<ExpressionPtr> children) const {
  return std::make_shared<SortOrder>(std::move(children[0]), ascending_, nulls_first_);
}

std::string SortOrder::Sql() const {
  return child(0)->Sql() + (ascending_ ? " ASC" : " DESC") +
         (nulls_first_ ? " NULLS FIRST" : " NULLS LAST");
}

std::string SortOrder::ToString() const {
  return child(0)->ToString() + (ascending_ ? " ASC" : " DESC") +
         (nulls_first_ ? " NULLS FIRST" : " NULLS LAST");
}

}  // namespace firesteel
