#include "sql/parser.h"

#include <utility>

#include "sql/expression_parser.h"
#include "plan/operators.h"
#include "plan/relations.h"
#include "sql/lexer.h"
#include "sql/source_text.h"

namespace firesteel {

namespace {

constexpr size_t kMaximumTextBytes = 1 << 20;

Status CheckSize(std::string_view text) {
  if (text.size() <= kMaximumTextBytes) return Status::OK();
  // Without the text itself: nobody reads a message of a megabyte.
  return SourceText(text.substr(0, 80)).ErrorAt("FAILED_TO_PARSE_TOO_COMPLEX", {}, 0, 0);
}

}  // namespace

Result<ExpressionPtr> ParseExpression(std::string_view text) {
  ARROW_RETURN_NOT_OK(CheckSize(text));
  const SourceText source(text);
  ARROW_ASSIGN_OR_RAISE(std::vector<Token> tokens, Tokenize(source));
  if (tokens.front().kind == TokenKind::kEnd) {
    return source.ErrorAt("PARSE_EMPTY_STATEMENT", {}, 0, 0);
  }
  ExpressionParser parser(&source, std::move(tokens));
  Parsed parsed;
  ARROW_RETURN_NOT_OK(parser.ParseNamedExpression(&parsed));
  ARROW_RETURN_NOT_OK(parser.ExpectEnd());
  return parsed.expression;
}

Result<PlanPtr> ParseStatement(std::string_view text) {
  ARROW_RETURN_NOT_OK(CheckSize(text));
  const SourceText source(text);
  ARROW_ASSIGN_OR_RAISE(std::vector<Token> tokens, Tokenize(source));
  if (tokens.front().kind == TokenKind::kEnd) {
    return source.ErrorAt("PARSE_EMPTY_STATEMENT", {}, 0, 0);
  }
  ExpressionParser parser(&source, std::move(tokens));
  std::vector<ExpressionPtr> list;
  ARROW_RETURN_NOT_OK(parser.ParseSelectList(&list));
  ARROW_RETURN_NOT_OK(parser.ExpectEnd());
  return std::make_shared<Project>(std::move(list), std::make_shared<OneRow>());
}

}  // namespace firesteel
