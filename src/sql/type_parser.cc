// The extent of a type in an expression; its meaning is the business of DataType::FromDdl.
#include <utility>

#include "common/error.h"
#include "sql/expression_parser.h"

namespace firesteel {

Result<DataType> ExpressionParser::ParseType() {
  if (!IsName(Peek())) return SyntaxError();
  const int start = Peek().start;
  const bool interval = PeekWord("INTERVAL");
  const bool timestamp = PeekWord("TIMESTAMP");
  Advance();
  if (interval) {
    const auto is_field = [this] {
      for (std::string_view field : {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"}) {
        if (PeekWord(field)) return true;
      }
      return false;
    };
    if (is_field()) {
      Advance();
      if (AcceptWord("TO")) {
        if (!is_field()) return SyntaxError();
        Advance();
      }
    }
  } else if (timestamp && (PeekWord("WITH") || PeekWord("WITHOUT"))) {
    Advance();
    AcceptWord("LOCAL");
    ARROW_RETURN_NOT_OK(ExpectWord("TIME"));
    ARROW_RETURN_NOT_OK(ExpectWord("ZONE"));
  } else if (AcceptSymbol("(")) {
    while (Peek().kind == TokenKind::kNumber || PeekSymbol(",")) Advance();
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  } else if (PeekSymbol("<") || PeekSymbol("<>")) {
    ARROW_RETURN_NOT_OK(SkipAngleBrackets());
  }
  const std::string_view text = source_->Slice(start, LastEnd());
  Result<DataType> type = DataType::FromDdl(text);
  if (type.ok()) return type;
  return ErrorFrom(start, type.status());
}

// The lexer knows nothing of types: in array<array<int>> the end is one token, and in
// `x::array<int>=y` the bracket is part of another.
Status ExpressionParser::SkipAngleBrackets() {
  int depth = 0;
  do {
    if (Peek().kind == TokenKind::kEnd) return SyntaxError(": missing '>'");
    if (Peek().kind == TokenKind::kSymbol) {
      const std::string_view text = TextOf(Peek());
      for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '<') ++depth;
        if (text[i] == '>') --depth;
        if (depth == 0 && i + 1 < text.size()) {
          // What is left of the token is an operator.
          last_end_ = tokens_[next_].start += static_cast<int>(i) + 1;
          return Status::OK();
        }
      }
    }
    Advance();
  } while (depth > 0);
  return Status::OK();
}

}  // namespace firesteel
