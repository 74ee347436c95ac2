#include "expr/nodes.h"

#include <utility>

#include "arrow/array/array_base.h"
#include "types/cast.h"

namespace firesteel {

namespace {

/// A cast that cannot lose anything keeps the child's nullability; others may turn values to NULL.
/// Some do so under ANSI rules, too: malformed calendar intervals, and NaN as a decimal.
bool CastNullable(const Expression& child, const DataType& to, const CastOptions& options) {
  if (child.nullable() || child.type().id() == TypeId::kNull) return true;
  if (options.try_cast || to.id() == TypeId::kCalendarInterval) return true;
  if (child.type().is_floating() && to.id() == TypeId::kDecimal) return true;
  return !options.ansi && !CanUpCast(child.type(), to);
}

}  // namespace

Cast::Cast(ExpressionPtr child, DataType to, CastOptions options, bool implicit)
    : Expression(kKind, {std::move(child)}),
      target_(std::move(to)),
      options_(std::move(options)),
      implicit_(implicit) {
  if (this->child(0)->resolved()) {
    SetType(target_, CastNullable(*this->child(0), target_, options_));
  }
}

bool Cast::may_fail() const {
  if (child(0)->may_fail()) return true;
  return options_.ansi && !options_.try_cast && !CanUpCast(child(0)->type(), target_);
}

ExpressionPtr Cast::WithNewChildren(std::vector<ExpressionPtr> children) const {
  return std::make_shared<Cast>(std::move(children[0]), target_, options_, implicit_);
}

std::string Cast::Sql() const {
  // Names leave out implicit casts, and, as Spark does, those to nested types.
  if (implicit_ || target_.is_nested()) return child(0)->Sql();
  return (options_.try_cast ? "TRY_CAST(" : "CAST(") + child(0)->Sql() + " AS " + target_.Sql() +
         ")";
}

std::string Cast::ToString() const {
  return (options_.try_cast ? "try_cast(" : "cast(") + child(0)->ToString() + " as " +
         target_.SimpleString() + ")";
}

Result<ColumnVector> Cast::Evaluate(const arrow::RecordBatch& batch,
                                    EvaluationContext* context) const {
  ARROW_ASSIGN_OR_RAISE(ColumnVector input, child(0)->Evaluate(batch, context));
  if (child(0)->type().SameType(target_)) return input;
  if (input.constant && input.values->length() > 1) input.values = input.values->Slice(0, 1);
  ARROW_ASSIGN_OR_RAISE(input.values,
                        CastArray(input.values, child(0)->type(), target_, options_));
  return input;
}

}  // namespace firesteel
