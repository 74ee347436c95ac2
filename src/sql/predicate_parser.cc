// The predicates: IS, IN, BETWEEN, LIKE and their kin, with or without NOT.
#include <utility>

#include "common/error.h"
#include "sql/expression_parser.h"

namespace firesteel {

Result<Parsed> ExpressionParser::ParsePredicate(const InfixOperator& op, Parsed left) {
  const int start = left.start;
  if (op.symbol == "IS") return ParseIs(std::move(left));
  const bool negated = AcceptWord("NOT");
  Advance();
  Result<Parsed> predicate = op.symbol == "IN"        ? ParseIn(std::move(left))
                             : op.symbol == "BETWEEN" ? ParseBetween(std::move(left))
                                                      : ParseLike(op.function, std::move(left));
  if (!negated || !predicate.ok()) return predicate;
  return MakeNot(*std::move(predicate), start);
}

Result<Parsed> ExpressionParser::ParseIs(Parsed left) {
  const int start = left.start;
  Advance();
  const bool negated = AcceptWord("NOT");
  const bool is_null = PeekWord("NULL");
  if (is_null || PeekWord("UNKNOWN")) {
    Advance();
    return MakeCall(negated ? "isnotnull" : "isnull", {std::move(left)}, start);
  }
  Parsed right;
  if (AcceptWord("DISTINCT")) {
    ARROW_RETURN_NOT_OK(ExpectWord("FROM"));
    ARROW_ASSIGN_OR_RAISE(right, ParseInfix(kComparison));
  } else {
    const int right_start = Peek().start;
    const bool value = PeekWord("TRUE");
    Advance();
    ARROW_ASSIGN_OR_RAISE(right, MakeLiteral(value, TypeId::kBoolean, right_start));
    ARROW_ASSIGN_OR_RAISE(Parsed same, MakeCall("<=>", {std::move(left), std::move(right)}, start));
    if (!negated) return same;
    return MakeNot(std::move(same), start);
  }
  // "Is distinct" is what "is the same, NULL included" is not.
  ARROW_ASSIGN_OR_RAISE(Parsed same, MakeCall("<=>", {std::move(left), std::move(right)}, start));
  if (negated) return same;
  return MakeNot(std::move(same), start);
}

Result<Parsed> ExpressionParser::ParseIn(Parsed left) {
  const int start = left.start;
  Advance();  // The parenthesis; PeekInfix has seen it.
  if (AcceptSymbol(")")) {
    return source_->ErrorAt("INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE", {}, start, LastEnd());
  }
  std::vector<Parsed> operands{std::move(left)};
  do {
    ARROW_ASSIGN_OR_RAISE(Parsed value, ParseExpression());
    operands.push_back(std::move(value));
  } while (AcceptSymbol(","));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return MakeCall("in", std::move(operands), start);
}

Result<Parsed> ExpressionParser::ParseBetween(Parsed left) {
  const int start = left.start;
  ARROW_ASSIGN_OR_RAISE(Parsed low, ParseInfix(kComparison));
  ARROW_RETURN_NOT_OK(ExpectWord("AND"));
  ARROW_ASSIGN_OR_RAISE(Parsed high, ParseInfix(kComparison));
  return MakeCall("between", {std::move(left), std::move(low), std::move(high)}, start);
}

Result<Parsed> ExpressionParser::ParseLike(std::string_view function, Parsed left) {
  const int start = left.start;
  ARROW_ASSIGN_OR_RAISE(Parsed pattern, ParseInfix(kComparison));
  std::vector<Parsed> arguments{std::move(left), std::move(pattern)};
  if (function != "rlike" && PeekWord("ESCAPE") && Peek(1).kind == TokenKind::kString) {
    Advance();
    const int escape_start = Peek().start;
    std::string escape = UnescapeString(TextOf(Peek()));
    Advance();
    if (escape.size() != 1) {
      return source_->ErrorAt("INVALID_ESC", {{"invalidEscape", "'" + escape + "'"}}, escape_start,
                              LastEnd());
    }
    ARROW_ASSIGN_OR_RAISE(Parsed literal,
                          MakeLiteral(std::move(escape), TypeId::kString, escape_start));
    arguments.push_back(std::move(literal));
  }
  return MakeCall(function, std::move(arguments), start);
}

}  // namespace firesteel
