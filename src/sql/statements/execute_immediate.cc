// EXECUTE IMMEDIATE 'text' [USING value [AS name], …]: the statement in the text, as if it stood
// here.
#include <utility>

#include "common/error.h"
#include "plan/identifier.h"
#include "sql/parameters.h"
#include "sql/parser.h"
#include "sql/statement_parser.h"

namespace firesteel {

Status StatementParser::ParseExecuteImmediate(ParsedPlan* out) {
  const int start = Peek().start;
  Advance(2);
  // A text that is computed, or stored in variables, would need to run something first.
  if (Peek().kind != TokenKind::kString) {
    return Unsupported("EXECUTE IMMEDIATE of what is no string literal", start);
  }
  std::string text;
  ARROW_RETURN_NOT_OK(ParseStringToken(&text));
  if (PeekWord("INTO")) return Unsupported("EXECUTE IMMEDIATE INTO", start);
  std::vector<std::pair<std::string, ExpressionPtr>> values;
  if (AcceptWord("USING")) ARROW_RETURN_NOT_OK(ParseUsing(&values));
  const SourceText inner(text);
  ARROW_ASSIGN_OR_RAISE(std::vector<Token> tokens, Tokenize(inner));
  const bool nested = inner.text().size() > 0 && tokens.size() > 2 &&
                      SameName(inner.Slice(tokens[0].start, tokens[0].end), "EXECUTE", false);
  if (nested) return ErrorFrom(start, "NESTED_EXECUTE_IMMEDIATE", {{"sqlString", text}});
  ARROW_ASSIGN_OR_RAISE(PlanPtr plan, firesteel::ParseStatement(text));
  const bool named = !values.empty() && !values[0].first.empty();
  if (named) {
    ARROW_ASSIGN_OR_RAISE(
        plan, ReplaceParameters(plan, [&](const UnresolvedParameter& parameter) {
          for (const auto& [name, value] : values) {
            if (SameName(name, parameter.name(), false)) return Result<ExpressionPtr>(value);
          }
          return Result<ExpressionPtr>(ExpressionPtr());
        }));
  } else {
    ARROW_ASSIGN_OR_RAISE(
        plan, ReplacePositionalParameters(plan, [&](size_t index) -> Result<ExpressionPtr> {
          return index < values.size() ? values[index].second : ExpressionPtr();
        }));
  }
  out->plan = std::move(plan);
  return Status::OK();
}

Status StatementParser::ParseUsing(std::vector<std::pair<std::string, ExpressionPtr>>* values) {
  const bool in_parentheses = PeekSymbol("(") && CloseOf() + 2 >= tokens_.size();
  if (in_parentheses) Advance();
  do {
    const int start = Peek().start;
    Parsed value;
    ARROW_RETURN_NOT_OK(ParseNamedExpression(&value));
    const auto* alias = As<Alias>(value.expression);
    values->emplace_back(alias == nullptr ? "" : alias->name(),
                         alias == nullptr ? value.expression : value.expression->child(0));
    if (values->back().first.empty() != values->front().first.empty()) {
      return ErrorFrom(start, "INVALID_QUERY_MIXED_QUERY_PARAMETERS");
    }
  } while (AcceptSymbol(","));
  return in_parentheses ? ExpectSymbol(")") : Status::OK();
}

}  // namespace firesteel
