// Tokens, and what words mean where they stand: no word is reserved.
#include <algorithm>
#include <utility>

#include "common/ascii.h"
#include "common/error.h"
#include "sql/expression_parser.h"

namespace firesteel {

namespace {

bool EqualsUpper(std::string_view text, std::string_view upper) {
  return text.size() == upper.size() && std::equal(text.begin(), text.end(), upper.begin(),
                                                   [](char a, char b) { return ToUpper(a) == b; });
}

}  // namespace

ExpressionParser::ExpressionParser(const SourceText* source, std::vector<Token> tokens)
    : source_(source), tokens_(std::move(tokens)), close_(tokens_.size(), tokens_.size() - 1) {
  std::vector<size_t> open;
  for (size_t i = 0; i < tokens_.size(); ++i) {
    const Token& token = tokens_[i];
    if (IsWord(token, "WHEN")) last_when_ = static_cast<int>(i);
    if (IsSymbol(token, "(")) {
      open.push_back(i);
    } else if (IsSymbol(token, ")") && !open.empty()) {
      close_[open.back()] = i;
      open.pop_back();
    }
  }
}

const Token& ExpressionParser::Peek(int ahead) const {
  return tokens_[std::min(next_ + static_cast<size_t>(ahead), tokens_.size() - 1)];
}

std::string_view ExpressionParser::TextOf(const Token& token) const {
  return source_->Slice(token.start, token.end);
}

bool ExpressionParser::IsWord(const Token& token, std::string_view word) const {
  return token.kind == TokenKind::kWord && EqualsUpper(TextOf(token), word);
}

bool ExpressionParser::IsSymbol(const Token& token, std::string_view symbol) const {
  return token.kind == TokenKind::kSymbol && TextOf(token) == symbol;
}

bool ExpressionParser::AcceptWord(std::string_view word) {
  const bool accepted = PeekWord(word);
  if (accepted) Advance();
  return accepted;
}

bool ExpressionParser::AcceptSymbol(std::string_view symbol) {
  const bool accepted = PeekSymbol(symbol);
  if (accepted) Advance();
  return accepted;
}

Status ExpressionParser::ExpectWord(std::string_view word) {
  if (AcceptWord(word)) return Status::OK();
  return SyntaxError(": missing '" + std::string(word) + "'");
}

Status ExpressionParser::ExpectSymbol(std::string_view symbol) {
  if (AcceptSymbol(symbol)) return Status::OK();
  return SyntaxError(": missing '" + std::string(symbol) + "'");
}

bool ExpressionParser::BeginsExpression(const Token& token) const {
  switch (token.kind) {
    case TokenKind::kWord:
    case TokenKind::kQuotedName:
    case TokenKind::kString:
    case TokenKind::kNumber: return true;
    case TokenKind::kSymbol: {
      const std::string_view text = TextOf(token);
      return text == "(" || text == "-" || text == "+" || text == "~" || text == "!" ||
             text == "*" || text == "?" || text == ":";
    }
    default: return false;
  }
}

std::string ExpressionParser::NameOf(const Token& token) const {
  const std::string_view text = TextOf(token);
  return token.kind == TokenKind::kQuotedName ? UnquoteName(text) : std::string(text);
}

Status ExpressionParser::SyntaxError(std::string_view hint) const {
  const Token& token = Peek();
  std::string error = "end of input";
  if (token.kind != TokenKind::kEnd) error = "'" + std::string(TextOf(token)) + "'";
  return source_->ErrorAt("PARSE_SYNTAX_ERROR",
                          {{"error", std::move(error)}, {"hint", std::string(hint)}}, token.start,
                          token.end);
}

Status ExpressionParser::ExpectEnd() const {
  if (Peek().kind == TokenKind::kEnd) return Status::OK();
  if (Peek().kind == TokenKind::kUnknown) return SyntaxError();
  return SyntaxError(": extra input '" + std::string(TextOf(Peek())) + "'");
}

Status ExpressionParser::ErrorFrom(int start, std::string_view condition,
                                   std::map<std::string, std::string> parameters) const {
  return source_->ErrorAt(condition, std::move(parameters), start, std::max(start, LastEnd()));
}

Status ExpressionParser::ErrorFrom(int start, const Status& status) const {
  const ErrorInfo* info = GetErrorInfo(status);
  return info == nullptr ? status : ErrorFrom(start, info->condition, info->parameters);
}

Status ExpressionParser::TooComplex() const {
  return source_->ErrorAt("FAILED_TO_PARSE_TOO_COMPLEX", {}, Peek().start, Peek().start);
}

Status ExpressionParser::ParseName(std::string* name) {
  if (!IsName(Peek())) return SyntaxError();
  *name = NameOf(Peek());
  Advance();
  return Status::OK();
}

Status ExpressionParser::ParseNameList(std::vector<std::string>* names) {
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  do {
    names->emplace_back();
    ARROW_RETURN_NOT_OK(ParseName(&names->back()));
  } while (AcceptSymbol(","));
  return ExpectSymbol(")");
}

Status ExpressionParser::ParseQualifiedName(std::vector<std::string>* parts) {
  if (PeekWord("IDENTIFIER") && PeekSymbol("(", 1) && Peek(2).kind == TokenKind::kString) {
    Advance(2);
    const int start = Peek().start;
    std::string text;
    do {
      ARROW_RETURN_NOT_OK(ParseStringToken(&text));
    } while (AcceptSymbol("||"));
    const Result<ExpressionPtr> name = UnresolvedAttribute::Parse(text);
    if (!name.ok()) return ErrorFrom(start, name.status());
    *parts = As<UnresolvedAttribute>(*name)->parts();
    return ExpectSymbol(")");
  }
  do {
    parts->emplace_back();
    ARROW_RETURN_NOT_OK(ParseName(&parts->back()));
  } while (AcceptSymbol("."));
  return Status::OK();
}

Status ExpressionParser::ParseStringToken(std::string* value) {
  if (Peek().kind != TokenKind::kString) return SyntaxError();
  while (Peek().kind == TokenKind::kString) {
    *value += UnescapeString(TextOf(Peek()));
    Advance();
  }
  return Status::OK();
}

bool ExpressionParser::BeginsSetOperation(int ahead) const {
  if (!PeekWord("UNION", ahead) && !PeekWord("INTERSECT", ahead) && !PeekWord("EXCEPT", ahead) &&
      !PeekWord("MINUS", ahead) && !PeekWord("SETMINUS", ahead)) {
    return false;
  }
  for (const std::string_view word : {"ALL", "DISTINCT", "SELECT", "VALUES", "TABLE", "FROM"}) {
    if (PeekWord(word, ahead + 1)) return true;
  }
  return PeekSymbol("(", ahead + 1);
}

bool ExpressionParser::BeginsClause(int ahead) const {
  if (Peek(ahead).kind != TokenKind::kWord) return false;
  const auto is = [&](std::string_view word) { return PeekWord(word, ahead); };
  const Token& after = Peek(ahead + 1);
  if (is("FROM")) return IsName(after) || IsSymbol(after, "(");
  for (const std::string_view word : {"WHERE", "HAVING", "QUALIFY", "LIMIT", "OFFSET"}) {
    if (is(word)) return BeginsExpression(after);
  }
  for (const std::string_view word : {"GROUP", "ORDER", "SORT", "CLUSTER", "DISTRIBUTE"}) {
    if (is(word)) return IsWord(after, "BY");
  }
  if (is("LATERAL")) return IsName(after) || IsSymbol(after, "(");
  if (is("WINDOW")) return IsName(after) && PeekWord("AS", ahead + 2);
  return BeginsSetOperation(ahead);
}

bool ExpressionParser::BeginsQuery(int ahead) const {
  const Token& after = Peek(ahead + 1);
  if (PeekWord("SELECT", ahead)) return BeginsExpression(after) || IsSymbol(after, "/*+");
  if (PeekWord("VALUES", ahead)) {
    if (after.kind != TokenKind::kWord) return BeginsExpression(after) && !IsSymbol(after, "*");
    const Token& third = Peek(ahead + 2);
    return third.kind == TokenKind::kString || IsSymbol(third, "(") || IsWord(after, "NULL") ||
           IsWord(after, "TRUE") || IsWord(after, "FALSE");
  }
  if (PeekWord("WITH", ahead)) return IsName(after);
  if (PeekWord("FROM", ahead) || PeekWord("TABLE", ahead)) {
    return IsName(after) || (PeekWord("FROM", ahead) && IsSymbol(after, "("));
  }
  return PeekSymbol("(", ahead) && BeginsQueryInParentheses(ahead);
}

// `((SELECT 1) UNION (SELECT 2))` is a query, `((SELECT 1) + 1)` a value: what follows the inner
// parenthesis tells.
bool ExpressionParser::BeginsQueryInParentheses(int ahead) const {
  size_t open = next_ + static_cast<size_t>(ahead);
  for (int depth = 0; depth < kMaximumDepth; ++depth) {
    const size_t inner = open + 1;
    if (inner >= tokens_.size()) return false;
    const int relative = static_cast<int>(inner - next_);
    if (!IsSymbol(tokens_[inner], "(")) return BeginsQuery(relative);
    const size_t after = close_[inner] + 1;
    if (after >= tokens_.size()) return false;
    const int after_relative = static_cast<int>(after - next_);
    if (after != close_[open] && !BeginsSetOperation(after_relative) &&
        !BeginsClause(after_relative)) {
      return false;
    }
    open = inner;
  }
  return false;
}

}  // namespace firesteel
