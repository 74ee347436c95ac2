#include "analyzer/align_in_subquery.h"

#include <optional>
#include <utility>

#include "common/error.h"
#include "functions/coercion.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

std::string TypesOf(const std::vector<DataType>& types) {
  std::string text;
  for (const DataType& type : types) {
    text += (text.empty() ? "\"" : ", \"") + type.Sql() + "\"";
  }
  return text;
}

std::string TextsOf(const std::vector<ExpressionPtr>& expressions) {
  std::string text;
  for (const ExpressionPtr& expression : expressions) {
    text += (text.empty() ? "" : ", ") + ("\"" + expression->Sql() + "\"");
  }
  return text;
}

ExpressionPtr CastTo(const ExpressionPtr& value, const DataType& type,
                     const FunctionSettings& settings) {
  if (value->type().SameType(type)) return value;
  return std::make_shared<Cast>(value, type,
                                CastOptions{settings.ansi, false, settings.time_zone}, true);
}

Status CheckLength(const SubqueryExpression& subquery, const std::vector<AttributePtr>& columns) {
  const std::vector<ExpressionPtr> values = subquery.values();
  if (values.size() == columns.size()) return Status::OK();
  std::vector<ExpressionPtr> right(columns.begin(), columns.end());
  return MakeError("DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH",
                   {{"sqlExpr", "\"" + subquery.Sql() + "\""},
                    {"leftLength", std::to_string(values.size())},
                    {"leftColumns", "[" + TextsOf(values) + "]"},
                    {"rightLength", std::to_string(columns.size())},
                    {"rightColumns", "[" + TextsOf(right) + "]"}});
}

}  // namespace

Result<ExpressionPtr> AlignIn(const SubqueryExpression& subquery,
                              const FunctionSettings& settings) {
  if (subquery.form() != SubqueryExpression::Form::kIn || !subquery.plan()->analyzed()) {
    return ExpressionPtr();
  }
  const std::vector<AttributePtr> columns = subquery.plan()->output();
  ARROW_RETURN_NOT_OK(CheckLength(subquery, columns));
  std::vector<ExpressionPtr> values = subquery.values();
  std::vector<DataType> left;
  std::vector<DataType> right;
  std::vector<ExpressionPtr> list;
  bool comparable = true;
  bool changed = false;
  for (size_t i = 0; i < values.size(); ++i) {
    left.push_back(values[i]->type());
    right.push_back(columns[i]->type());
    const std::optional<DataType> common = ComparisonType(left[i], right[i], settings.ansi);
    comparable = comparable && common.has_value();
    if (!common) continue;
    values[i] = CastTo(values[i], *common, settings);
    ExpressionPtr column = CastTo(columns[i], *common, settings);
    changed |= values[i] != subquery.values()[i] || column != columns[i];
    if (column != columns[i]) {
      column = std::make_shared<Alias>(std::move(column), columns[i]->name());
    }
    list.push_back(std::move(column));
  }
  if (!comparable) {
    return MakeError("DATATYPE_MISMATCH.IN_SUBQUERY_DATA_TYPE_MISMATCH",
                     {{"sqlExpr", "\"" + subquery.Sql() + "\""},
                      {"mismatchedColumns", TextsOf(subquery.values())},
                      {"leftType", "[" + TypesOf(left) + "]"},
                      {"rightType", "[" + TypesOf(right) + "]"}});
  }
  if (!changed) return ExpressionPtr();
  auto plan = std::make_shared<Project>(std::move(list), subquery.plan());
  plan->MarkAnalyzed();
  return ExpressionPtr(std::make_shared<SubqueryExpression>(
      SubqueryExpression::Form::kIn, std::move(plan), std::move(values), subquery.outer()));
}

}  // namespace firesteel
