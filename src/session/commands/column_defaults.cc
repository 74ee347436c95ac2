#include "session/commands/column_defaults.h"

#include <map>
#include <utility>

#include "analyzer/analyzer.h"
#include "common/error.h"
#include "functions/constant.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/relations.h"
#include "plan/subqueries.h"
#include "sql/parser.h"
#include "types/cast.h"

namespace firesteel {

namespace {

/// Whether a default fits its column without losing anything.
bool DefaultFits(const Expression& value, const DataType& type) {
  if (CanUpCast(value.type(), type)) return true;
  if (!value.type().is_numeric() || !type.is_numeric() || !IsFoldable(value)) return false;
  // 5 is an INT, and fits a TINYINT too.
  const bool whole = value.type().id() == TypeId::kInteger || value.type().id() == TypeId::kLong;
  const auto literal = std::make_shared<Cast>(value.shared_from_this(), type, CastOptions{}, true);
  return whole && EvaluateConstant(*literal).ok();
}

}  // namespace

Status CheckColumnDefault(const StructField& field, const std::string& text,
                          const std::string& statement, const CommandContext& context) {
  const auto refuse = [&](const char* reason, const DataType* actual) {
    std::map<std::string, std::string> parameters{{"statement", statement},
                                                  {"colName", QuoteIdentifier(field.name)},
                                                  {"defaultValue", text}};
    if (actual != nullptr) {
      parameters["expectedType"] = "\"" + field.type.Sql() + "\"";
      parameters["actualType"] = "\"" + actual->Sql() + "\"";
    }
    return MakeError(std::string("INVALID_DEFAULT_VALUE.") + reason, std::move(parameters));
  };
  ARROW_ASSIGN_OR_RAISE(const ExpressionPtr value, ParseExpression(text));
  const bool has_query = Exists<Expression>(
      value, [](const Expression& e) { return e.kind() == ExpressionKind::kSubquery; });
  if (has_query) return refuse("SUBQUERY_EXPRESSION", nullptr);
  SessionObjects used;
  const Result<PlanPtr> analyzed = context.backend->AnalyzePlan(
      std::make_shared<Project>(std::vector<ExpressionPtr>{value}, std::make_shared<OneRow>()),
      &used);
  if (!analyzed.ok() || !used.empty() || (*analyzed)->kind() != PlanKind::kProject) {
    return refuse("NOT_CONSTANT", nullptr);
  }
  const ExpressionPtr resolved = (*analyzed)->expressions()[0];
  const ExpressionPtr& plain =
      resolved->kind() == ExpressionKind::kAlias ? resolved->child(0) : resolved;
  if (!DefaultFits(*plain, field.type)) return refuse("DATA_TYPE", &plain->type());
  return plain->deterministic() ? Status::OK() : refuse("NON_DETERMINISTIC", nullptr);
}

Result<ExpressionPtr> DefaultOfColumn(const StoredTable& table, const StructField& field) {
  const auto found = table.defaults.find(field.name);
  if (found == table.defaults.end()) return Literal::Make(Value(), field.type);
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr value, ParseExpression(found->second));
  return ExpressionPtr(
      std::make_shared<Cast>(std::move(value), field.type, CastOptions{}, /*implicit=*/false));
}

}  // namespace firesteel
