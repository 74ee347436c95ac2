// df.na: fill, drop and replace.
#include <algorithm>
#include <utility>

#include "connect/server/plan_translator.h"
#include "connect/server/translate/call.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "session/session_backend.h"

namespace firesteel {

namespace {

bool IsWanted(const StructField& field, const std::vector<std::string>& columns) {
  return columns.empty() ||
         std::any_of(columns.begin(), columns.end(), [&field](const std::string& name) {
           return FoldCase(name) == FoldCase(field.name);
         });
}

/// Whether values of a literal's type go into a column: numbers into numbers, text into text.
bool TakesValue(const DataType& column, const DataType& value) {
  if (value.is_numeric()) return column.is_numeric();
  return column.id() == value.id();
}

/// Errors: a column that does not exist.
Status CheckColumns(const std::vector<std::string>& columns, const PlanPtr& input,
                    ServerSession* session) {
  std::vector<ExpressionPtr> list;
  for (const std::string& name : columns) {
    ARROW_ASSIGN_OR_RAISE(list.emplace_back(), UnresolvedAttribute::Parse(name));
  }
  const PlanPtr project = std::make_shared<Project>(std::move(list), input);
  return session->session().backend()->AnalyzePlan(project).status();
}

}  // namespace

Result<PlanPtr> PlanTranslator::TranslateFillMissing(const spark::connect::NAFill& fill) {
  ARROW_ASSIGN_OR_RAISE(const PlanPtr input, Translate(fill.input()));
  const std::vector<std::string> columns(fill.cols().begin(), fill.cols().end());
  ARROW_RETURN_NOT_OK(CheckColumns(columns, input, session_));
  ARROW_ASSIGN_OR_RAISE(const Schema schema, SchemaOf(input));
  if (fill.values_size() != 1 && fill.values_size() != fill.cols_size()) {
    return UnsupportedMessage("NAFill with other numbers of values and columns");
  }
  std::vector<ExpressionPtr> list;
  for (const StructField& field : schema.fields()) {
    ExpressionPtr column = ColumnNamed(field.name);
    for (int i = 0; i < fill.values_size(); ++i) {
      const bool of_all = fill.values_size() == 1;
      if (of_all ? !IsWanted(field, columns) : FoldCase(columns[i]) != FoldCase(field.name)) {
        continue;
      }
      DataType type;
      ARROW_ASSIGN_OR_RAISE(Value value, LiteralValue(fill.values(i), &type));
      if (!TakesValue(field.type, type)) continue;
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr literal, Literal::Make(std::move(value), type));
      ExpressionPtr cast = std::make_shared<Cast>(std::move(literal), field.type, CastOptions(),
                                                  /*implicit=*/false);
      // NaN is missing as well.
      if (field.type.id() == TypeId::kDouble || field.type.id() == TypeId::kFloat) {
        ARROW_ASSIGN_OR_RAISE(ExpressionPtr none, Literal::Make(Value(), field.type));
        column = Call("nanvl", {std::move(column), std::move(none)});
      }
      column = Named(Call("coalesce", {std::move(column), std::move(cast)}), field.name);
      break;
    }
    list.push_back(std::move(column));
  }
  return std::make_shared<Project>(std::move(list), input);
}

Result<PlanPtr> PlanTranslator::TranslateDropMissing(const spark::connect::NADrop& drop) {
  ARROW_ASSIGN_OR_RAISE(const PlanPtr input, Translate(drop.input()));
  const std::vector<std::string> columns(drop.cols().begin(), drop.cols().end());
  ARROW_RETURN_NOT_OK(CheckColumns(columns, input, session_));
  ARROW_ASSIGN_OR_RAISE(const Schema schema, SchemaOf(input));
  // How many of the values are there.
  ExpressionPtr count;
  ARROW_ASSIGN_OR_RAISE(const ExpressionPtr one, Literal::Of(int32_t{1}));
  ARROW_ASSIGN_OR_RAISE(const ExpressionPtr zero, Literal::Of(int32_t{0}));
  int32_t columns_looked_at = 0;
  for (const StructField& field : schema.fields()) {
    if (!IsWanted(field, columns)) continue;
    ++columns_looked_at;
    const ExpressionPtr column = ColumnNamed(field.name);
    ExpressionPtr there = Call("isnotnull", {column});
    if (field.type.id() == TypeId::kDouble || field.type.id() == TypeId::kFloat) {
      there = Call("and", {std::move(there), Call("not", {Call("isnan", {column})})});
    }
    ExpressionPtr counted = std::make_shared<Conditional>(
        std::vector<ExpressionPtr>{std::move(there), one, zero});
    count = count == nullptr ? std::move(counted)
                             : Call("+", {std::move(count), std::move(counted)});
  }
  if (count == nullptr) return input;
  ARROW_ASSIGN_OR_RAISE(
      ExpressionPtr needed,
      Literal::Of(int32_t{drop.has_min_non_nulls() ? drop.min_non_nulls() : columns_looked_at}));
  return std::make_shared<Filter>(Call(">=", {std::move(count), std::move(needed)}), input);
}

Result<PlanPtr> PlanTranslator::TranslateReplace(const spark::connect::NAReplace& replace) {
  ARROW_ASSIGN_OR_RAISE(const PlanPtr input, Translate(replace.input()));
  const std::vector<std::string> columns(replace.cols().begin(), replace.cols().end());
  ARROW_RETURN_NOT_OK(CheckColumns(columns, input, session_));
  ARROW_ASSIGN_OR_RAISE(const Schema schema, SchemaOf(input));
  std::vector<ExpressionPtr> list;
  for (const StructField& field : schema.fields()) {
    const ExpressionPtr column = ColumnNamed(field.name);
    std::vector<ExpressionPtr> cases;
    if (IsWanted(field, columns)) {
      for (const auto& replacement : replace.replacements()) {
        DataType old_type;
        DataType new_type;
        ARROW_ASSIGN_OR_RAISE(Value old_value, LiteralValue(replacement.old_value(), &old_type));
        ARROW_ASSIGN_OR_RAISE(Value new_value, LiteralValue(replacement.new_value(), &new_type));
        if (!TakesValue(field.type, old_type)) continue;
        ARROW_ASSIGN_OR_RAISE(ExpressionPtr from, Literal::Make(std::move(old_value), old_type));
        ARROW_ASSIGN_OR_RAISE(ExpressionPtr to, Literal::Make(std::move(new_value), new_type));
        const auto as_column = [&field](ExpressionPtr value) -> ExpressionPtr {
          return std::make_shared<Cast>(std::move(value), field.type, CastOptions(),
                                        /*implicit=*/false);
        };
        cases.push_back(Call("<=>", {column, as_column(std::move(from))}));
        cases.push_back(as_column(std::move(to)));
      }
    }
    if (cases.empty()) {
      list.push_back(column);
      continue;
    }
    cases.push_back(column);
    list.push_back(Named(std::make_shared<Conditional>(std::move(cases)), field.name));
  }
  return std::make_shared<Project>(std::move(list), input);
}

}  // namespace firesteel
