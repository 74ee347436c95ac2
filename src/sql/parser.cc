#include "sql/parser.h"

#include <utility>

#include "common/error.h"
#include "expr/unresolved.h"
#include "sql/lexer.h"
#include "sql/source_text.h"
#include "sql/statement_parser.h"

namespace firesteel {

namespace {

constexpr size_t kMaximumTextBytes = 1 << 20;

Status CheckSize(std::string_view text) {
  if (text.size() <= kMaximumTextBytes) return Status::OK();
  // Without the text itself: nobody reads a message of a megabyte.
  return SourceText(text.substr(0, 80)).ErrorAt("FAILED_TO_PARSE_TOO_COMPLEX", {}, 0, 0);
}

/// The tokens of a text that is not empty.
Result<std::vector<Token>> TokensOf(const SourceText& source) {
  ARROW_ASSIGN_OR_RAISE(std::vector<Token> tokens, Tokenize(source));
  if (tokens.front().kind == TokenKind::kEnd) {
    return source.ErrorAt("PARSE_EMPTY_STATEMENT", {}, 0, 0);
  }
  return tokens;
}

/// A text of one expression comes without parameters.
Status RefuseParameters(const ExpressionPtr& expression) {
  if (const auto* parameter = As<UnresolvedParameter>(expression)) {
    const Origin& origin = parameter->origin();
    std::string name =
        parameter->name().empty() ? "_" + std::to_string(origin.start) : parameter->name();
    return MakeErrorAt("UNBOUND_SQL_PARAMETER", {{"name", std::move(name)}}, origin.ToContext());
  }
  for (const ExpressionPtr& child : expression->children()) {
    ARROW_RETURN_NOT_OK(RefuseParameters(child));
  }
  return Status::OK();
}

}  // namespace

Result<ExpressionPtr> ParseExpression(std::string_view text) {
  ARROW_RETURN_NOT_OK(CheckSize(text));
  const SourceText source(text);
  ARROW_ASSIGN_OR_RAISE(std::vector<Token> tokens, TokensOf(source));
  StatementParser parser(&source, std::move(tokens));
  Parsed parsed;
  ARROW_RETURN_NOT_OK(parser.ParseNamedExpression(&parsed));
  ARROW_RETURN_NOT_OK(parser.ExpectEnd());
  ARROW_RETURN_NOT_OK(RefuseParameters(parsed.expression));
  return parsed.expression;
}

Result<PlanPtr> ParseStatement(std::string_view text) {
  ARROW_RETURN_NOT_OK(CheckSize(text));
  const SourceText source(text);
  ARROW_ASSIGN_OR_RAISE(std::vector<Token> tokens, TokensOf(source));
  StatementParser parser(&source, std::move(tokens));
  ParsedPlan parsed;
  ARROW_RETURN_NOT_OK(parser.ParseStatement(&parsed));
  return parsed.plan;
}

Result<std::vector<std::string>> SplitStatements(std::string_view script) {
  const SourceText source(script);
  ARROW_ASSIGN_OR_RAISE(const std::vector<Token> tokens, Tokenize(source));
  std::vector<std::string> statements;
  int start = 0;
  bool empty = true;
  for (const Token& token : tokens) {
    const bool ends = token.kind == TokenKind::kEnd ||
                      (token.kind == TokenKind::kSymbol &&
                       source.Slice(token.start, token.end) == ";");
    if (!ends) {
      empty = false;
      continue;
    }
    if (!empty) statements.emplace_back(source.Slice(start, token.start));
    start = token.end;
    empty = true;
  }
  return statements;
}

}  // namespace firesteel
