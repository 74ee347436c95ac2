// The predicates: IS, IN, BETWEEN, LIKE and their kin, with or without NOT.
#include <utility>

#include "common/error.h"
#include "plan/subqueries.h"
#include "sql/expression_parser.h"

namespace firesteel {

Status ExpressionParser::ParsePredicate(const InfixOperator& op, Parsed* left) {
  if (op.symbol == "IS") return ParseIs(left);
  const int start = left->start;
  const bool negated = AcceptWord("NOT");
  Advance();
  if (op.symbol == "IN") {
    ARROW_RETURN_NOT_OK(ParseIn(left));
  } else if (op.symbol == "BETWEEN") {
    ARROW_RETURN_NOT_OK(ParseBetween(left));
  } else {
    return ParseLike(op.function, negated, left);
  }
  return negated ? MakeNot(start, left) : Status::OK();
}

Status ExpressionParser::ParseIs(Parsed* left) {
  const int start = left->start;
  Advance();
  bool negated = AcceptWord("NOT");
  if (PeekWord("NULL") || PeekWord("UNKNOWN")) {
    Advance();
    return MakeCall(negated ? "isnotnull" : "isnull", {*left}, start, left);
  }
  Parsed right;
  if (AcceptWord("DISTINCT")) {
    ARROW_RETURN_NOT_OK(ExpectWord("FROM"));
    ARROW_RETURN_NOT_OK(ParseInfix(kComparison, &right));
    // "Is distinct" is what "is the same, NULL included" is not.
    negated = !negated;
  } else {
    const int right_start = Peek().start;
    const bool value = PeekWord("TRUE");
    Advance();
    ARROW_RETURN_NOT_OK(MakeLiteral(value, TypeId::kBoolean, right_start, &right));
  }
  ARROW_RETURN_NOT_OK(MakeCall("<=>", {std::move(*left), std::move(right)}, start, left));
  return negated ? MakeNot(start, left) : Status::OK();
}

Status ExpressionParser::ParseIn(Parsed* left) {
  if (BeginsQueryInParentheses()) return ParseInQuery(left);
  const int start = left->start;
  Advance();  // The parenthesis; PeekInfix has seen it.
  if (AcceptSymbol(")")) {
    return source_->ErrorAt("INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE", {}, start, LastEnd());
  }
  std::vector<Parsed> operands{std::move(*left)};
  do {
    operands.emplace_back();
    ARROW_RETURN_NOT_OK(ParseExpression(&operands.back()));
  } while (AcceptSymbol(","));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return MakeCall("in", std::move(operands), start, left);
}

Status ExpressionParser::ParseBetween(Parsed* left) {
  const int start = left->start;
  std::vector<Parsed> operands(3);
  operands[0] = std::move(*left);
  ARROW_RETURN_NOT_OK(ParseInfix(kComparison, &operands[1]));
  ARROW_RETURN_NOT_OK(ExpectWord("AND"));
  ARROW_RETURN_NOT_OK(ParseInfix(kComparison, &operands[2]));
  return MakeCall("between", std::move(operands), start, left);
}

// `(a, b) IN (SELECT …)` compares as many columns as stand on the left.
Status ExpressionParser::ParseInQuery(Parsed* left) {
  const int start = left->start;
  ParsedPlan query;
  ARROW_RETURN_NOT_OK(ParseQueryInParentheses(&query));
  const Parsed inside{nullptr, query.depth, query.nodes, start, LastEnd()};
  return Make(std::make_shared<SubqueryExpression>(SubqueryExpression::Form::kIn,
                                                   std::move(query.plan),
                                                   TupleElements(left->expression)),
              {*left, inside}, start, left);
}

Status ExpressionParser::ParseLike(std::string_view function, bool negated, Parsed* left) {
  const int start = left->start;
  const bool quantified = PeekWord("ANY") || PeekWord("SOME") || PeekWord("ALL");
  if (quantified && PeekSymbol("(", 1) && function != "rlike") {
    return ParseQuantifiedLike(function, negated, left);
  }
  std::vector<Parsed> arguments(2);
  arguments[0] = std::move(*left);
  ARROW_RETURN_NOT_OK(ParseInfix(kComparison, &arguments[1]));
  if (function != "rlike" && PeekWord("ESCAPE") && Peek(1).kind == TokenKind::kString) {
    ARROW_RETURN_NOT_OK(ParseEscape(&arguments));
  }
  ARROW_RETURN_NOT_OK(MakeCall(function, std::move(arguments), start, left));
  return negated ? MakeNot(start, left) : Status::OK();
}

// `a LIKE ANY (p, q)` is `a LIKE p OR a LIKE q`, ALL is AND; NOT stands before each LIKE.
Status ExpressionParser::ParseQuantifiedLike(std::string_view function, bool negated,
                                             Parsed* left) {
  const int start = left->start;
  const bool all = PeekWord("ALL");
  Advance();
  if (PeekSymbol(")", 1)) {
    Advance(2);
    return ErrorFrom(start, "_LEGACY_ERROR_TEMP_0064",
                     {{"msg", "Expected something between '(' and ')'."}});
  }
  std::vector<Parsed> conditions;
  do {
    Advance();
    Parsed pattern;
    ARROW_RETURN_NOT_OK(ParseExpression(&pattern));
    conditions.emplace_back();
    ARROW_RETURN_NOT_OK(MakeCall(function, {*left, std::move(pattern)}, start,
                                 &conditions.back()));
    if (negated) ARROW_RETURN_NOT_OK(MakeNot(start, &conditions.back()));
  } while (PeekSymbol(","));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return MakeBalanced(all ? "and" : "or", conditions, 0, conditions.size() - 1, left);
}

Status ExpressionParser::ParseEscape(std::vector<Parsed>* arguments) {
  Advance();
  const int start = Peek().start;
  std::string escape = UnescapeString(TextOf(Peek()));
  Advance();
  if (escape.size() != 1) {
    return source_->ErrorAt("INVALID_ESC", {{"invalidEscape", "'" + escape + "'"}}, start,
                            LastEnd());
  }
  arguments->emplace_back();
  return MakeText(std::move(escape), start, &arguments->back());
}

}  // namespace firesteel
