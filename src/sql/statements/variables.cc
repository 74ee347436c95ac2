// DECLARE, SET VARIABLE, DROP TEMPORARY VARIABLE, EXECUTE IMMEDIATE.
#include "plan/variable_commands.h"

#include <utility>

#include "common/error.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/relations.h"
#include "sql/statement_parser.h"

namespace firesteel {

namespace {

/// One row of what is to be evaluated.
PlanPtr OneRowOf(std::vector<ExpressionPtr> values) {
  return std::make_shared<Project>(std::move(values), std::make_shared<OneRow>());
}

}  // namespace

// `DECLARE [OR REPLACE] [VARIABLE] name [, …] [type] [DEFAULT | = expression]`.
Status StatementParser::ParseDeclare(PlanPtr* out) {
  const int start = Peek().start;
  Advance();
  DeclareVariable::Definition definition;
  if (PeekWord("OR") && PeekWord("REPLACE", 1) && IsName(Peek(2))) {
    Advance(2);
    definition.replace = true;
  }
  // Any of these may be the name itself.
  if ((PeekWord("VARIABLE") || PeekWord("VAR")) && IsName(Peek(1))) Advance();
  do {
    ARROW_RETURN_NOT_OK(ParseQualifiedName(&definition.names.emplace_back()));
  } while (AcceptSymbol(","));
  if (IsName(Peek()) && !PeekWord("DEFAULT")) {
    Result<DataType> type = ParseType();
    const bool ends = Peek().kind == TokenKind::kEnd || PeekSymbol(";") || PeekSymbol("=") ||
                      PeekSymbol("==") || PeekWord("DEFAULT");
    // A text that is no statement says so before it says which types there are.
    if (!type.ok() && !ends) return SyntaxError();
    ARROW_ASSIGN_OR_RAISE(definition.type, std::move(type));
  }
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr value, Literal::Make(Value(), TypeId::kNull));
  if (AcceptWord("DEFAULT") || AcceptSymbol("=") || AcceptSymbol("==")) {
    Parsed parsed;
    ARROW_RETURN_NOT_OK(ParseExpression(&parsed));
    definition.default_text = source_->Slice(parsed.start, parsed.end);
    value = std::move(parsed.expression);
  } else if (!definition.type) {
    return ErrorFrom(start, "INVALID_SQL_SYNTAX.VARIABLE_TYPE_OR_DEFAULT_REQUIRED");
  }
  ARROW_RETURN_NOT_OK(CheckDistinctNames(definition.names, start));
  *out = std::make_shared<DeclareVariable>(std::move(definition), OneRowOf({std::move(value)}));
  return Status::OK();
}

Status StatementParser::CheckDistinctNames(const std::vector<std::vector<std::string>>& names,
                                           int start) const {
  for (size_t i = 0; i < names.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (!SameName(names[i].back(), names[j].back(), false)) continue;
      return ErrorFrom(start, "DUPLICATE_VARIABLE_NAME_INSIDE_DECLARE",
                       {{"variableName", QuoteIdentifier(names[i])}});
    }
  }
  return Status::OK();
}

// `SET VARIABLE` has been taken: `a = expression, …` or `(a, …) = (query)`.
Status StatementParser::ParseSetVariable(PlanPtr* out) {
  std::vector<std::vector<std::string>> targets;
  ParsedPlan query;
  if (PeekSymbol("(")) {
    Advance();
    ARROW_RETURN_NOT_OK(ParseQualifiedNames(&targets));
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
    if (!AcceptSymbol("=") && !AcceptSymbol("==")) return SyntaxError();
    if (!PeekSymbol("(")) return SyntaxError();
    ARROW_RETURN_NOT_OK(ParseQueryInParentheses(&query));
  } else {
    std::vector<ExpressionPtr> values;
    do {
      ARROW_RETURN_NOT_OK(ParseQualifiedName(&targets.emplace_back()));
      if (!AcceptSymbol("=") && !AcceptSymbol("==")) return SyntaxError();
      Parsed value;
      ARROW_RETURN_NOT_OK(ParseExpression(&value));
      // Under the target's name, which the values behind it mean then: in `a = 1, b = a` b is 1.
      values.push_back(std::make_shared<Alias>(std::move(value.expression), targets.back().back()));
    } while (AcceptSymbol(","));
    query.plan = OneRowOf(std::move(values));
  }
  *out = std::make_shared<SetVariable>(std::move(targets), std::move(query.plan));
  return Status::OK();
}

Status StatementParser::ParseQualifiedNames(std::vector<std::vector<std::string>>* names) {
  do {
    ARROW_RETURN_NOT_OK(ParseQualifiedName(&names->emplace_back()));
  } while (AcceptSymbol(","));
  return Status::OK();
}

// `DROP TEMPORARY VARIABLE` has been taken.
Status StatementParser::ParseDropVariable(PlanPtr* out) {
  const bool if_exists = AcceptIfExists();
  std::vector<std::string> name;
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&name));
  *out = std::make_shared<DropVariable>(std::move(name), if_exists);
  return Status::OK();
}

// `EXECUTE IMMEDIATE text [INTO variable, …] [USING value [AS name], …]`.
Status StatementParser::ParseExecuteImmediate(PlanPtr* out) {
  Advance(2);
  ExecuteImmediate::Definition definition;
  Parsed text;
  ARROW_RETURN_NOT_OK(ParseExpression(&text));
  if (AcceptWord("INTO")) ARROW_RETURN_NOT_OK(ParseQualifiedNames(&definition.targets));
  std::vector<ExpressionPtr> values{std::move(text.expression)};
  if (AcceptWord("USING")) ARROW_RETURN_NOT_OK(ParseUsing(&definition.names, &values));
  *out = std::make_shared<ExecuteImmediate>(std::move(definition), OneRowOf(std::move(values)));
  return Status::OK();
}

Status StatementParser::ParseUsing(std::vector<std::string>* names,
                                   std::vector<ExpressionPtr>* values) {
  const bool in_parentheses =
      PeekSymbol("(") && CloseOf() + 2 >= tokens_.size() && !BeginsQueryInParentheses();
  if (in_parentheses) Advance();
  do {
    Parsed value;
    ARROW_RETURN_NOT_OK(ParseNamedExpression(&value));
    const auto* alias = As<Alias>(value.expression);
    names->push_back(alias == nullptr ? "" : alias->name());
    values->push_back(alias == nullptr ? value.expression : value.expression->child(0));
  } while (AcceptSymbol(","));
  return in_parentheses ? ExpectSymbol(")") : Status::OK();
}

}  // namespace firesteel
