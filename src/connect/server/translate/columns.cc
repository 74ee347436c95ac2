// Columns by name, by pattern, all of them, and with other fields.
#include <string>
#include <utility>

#include "analyzer/update_fields.h"
#include "connect/server/plan_translator.h"
#include "connect/server/translate/call.h"

namespace firesteel {

namespace {

using ProtocolExpression = spark::connect::Expression;

/// A name of a column, its parts in backticks where they need it.
Result<std::vector<std::string>> NameParts(const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(const ExpressionPtr parsed, UnresolvedAttribute::Parse(name));
  return As<UnresolvedAttribute>(parsed)->parts();
}

/// The struct below a chain of withField and dropFields, whose steps are added in their order.
const ProtocolExpression& CollectUpdates(
    const ProtocolExpression& expression,
    std::vector<const ProtocolExpression::UpdateFields*>* updates) {
  const ProtocolExpression* at = &expression;
  while (at->has_update_fields()) {
    updates->insert(updates->begin(), &at->update_fields());
    at = &at->update_fields().struct_expression();
  }
  return *at;
}

}  // namespace

Result<ExpressionPtr> PlanTranslator::TranslateName(
    const ProtocolExpression::UnresolvedAttribute& name) {
  if (!name.has_plan_id()) return UnresolvedAttribute::Parse(name.unparsed_identifier());
  ARROW_ASSIGN_OR_RAISE(std::vector<std::string> parts, NameParts(name.unparsed_identifier()));
  return std::make_shared<UnresolvedAttribute>(std::move(parts), Origin(), name.plan_id());
}

Result<ExpressionPtr> PlanTranslator::TranslateStar(
    const ProtocolExpression::UnresolvedStar& star) {
  StarChoice choice;
  if (star.has_plan_id()) choice.plan_tag = star.plan_id();
  const std::string& target = star.unparsed_target();
  std::vector<std::string> parts;
  if (!target.empty()) {
    // As clients write it: `t.*`.
    ARROW_ASSIGN_OR_RAISE(parts, NameParts(target.substr(0, target.rfind(".*"))));
  }
  return std::make_shared<UnresolvedStar>(std::move(parts), std::vector<std::vector<std::string>>(),
                                          Origin(), std::move(choice));
}

Result<ExpressionPtr> PlanTranslator::TranslateRegex(
    const ProtocolExpression::UnresolvedRegex& regex) {
  const std::string& name = regex.col_name();
  const size_t begin = name.find('`');
  const bool quoted = begin != std::string::npos && name.size() > begin + 2 && name.back() == '`' &&
                      (begin == 0 || name[begin - 1] == '.');
  // Without backticks it is a name like any other.
  if (!quoted) {
    ARROW_ASSIGN_OR_RAISE(std::vector<std::string> parts, NameParts(name));
    return std::make_shared<UnresolvedAttribute>(
        std::move(parts), Origin(),
        regex.has_plan_id() ? std::optional<int64_t>(regex.plan_id()) : std::nullopt);
  }
  std::vector<std::string> table;
  if (begin > 0) {
    ARROW_ASSIGN_OR_RAISE(table, NameParts(name.substr(0, begin - 1)));
  }
  StarChoice choice;
  choice.pattern = name.substr(begin + 1, name.size() - begin - 2);
  return std::make_shared<UnresolvedStar>(std::move(table), std::vector<std::vector<std::string>>(),
                                          Origin(), std::move(choice));
}

Result<ExpressionPtr> PlanTranslator::TranslateUpdateFields(const ProtocolExpression& expression) {
  std::vector<const ProtocolExpression::UpdateFields*> updates;
  std::vector<ExpressionPtr> arguments;
  ARROW_ASSIGN_OR_RAISE(arguments.emplace_back(), Translate(CollectUpdates(expression, &updates)));
  for (const ProtocolExpression::UpdateFields* update : updates) {
    const bool adds = update->has_value_expression();
    ARROW_ASSIGN_OR_RAISE(arguments.emplace_back(),
                          Literal::Of((adds ? "+" : "-") + update->field_name()));
    if (!adds) continue;
    ARROW_ASSIGN_OR_RAISE(arguments.emplace_back(), Translate(update->value_expression()));
  }
  return Call(std::string(kUpdateFields), std::move(arguments));
}

Result<ExpressionPtr> PlanTranslator::TranslateItem(const ProtocolExpression& expression) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr translated, Translate(expression));
  if (!expression.has_update_fields()) return translated;
  std::string name = "update_fields(" + translated->child(0)->Sql();
  for (size_t i = 1; i < translated->children().size(); ++i) {
    const bool adds = As<Literal>(translated->child(i))->value().Get<std::string>()[0] == '+';
    name += adds ? ", WithField(" + translated->child(++i)->Sql() + ")" : ", dropfield()";
  }
  return Named(std::move(translated), name + ")");
}

}  // namespace firesteel
