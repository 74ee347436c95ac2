#include "sql/expression_parser.h"

#include <algorithm>
#include <utility>

#include "common/error.h"

namespace firesteel {

Status ExpressionParser::Make(ExpressionPtr expression, const std::vector<Parsed>& parts, int start,
                              Parsed* out) const {
  Parsed made{std::move(expression), 1, 1, start, LastEnd()};
  for (const Parsed& part : parts) {
    made.depth = std::max(made.depth, part.depth + 1);
    made.nodes += part.nodes;
  }
  if (made.depth > kMaximumDepth || made.nodes > kMaximumNodes) {
    return source_->ErrorAt("FAILED_TO_PARSE_TOO_COMPLEX", {}, start, start);
  }
  *out = std::move(made);
  return Status::OK();
}

Status ExpressionParser::MakeCall(std::string_view function, std::vector<Parsed> arguments,
                                  int start, Parsed* out) const {
  std::vector<ExpressionPtr> expressions;
  expressions.reserve(arguments.size());
  for (const Parsed& argument : arguments) expressions.push_back(argument.expression);
  return Make(std::make_shared<UnresolvedFunction>(std::string(function), std::move(expressions),
                                                   false, source_->OriginOf(start, LastEnd())),
              arguments, start, out);
}

Status ExpressionParser::MakeLiteral(Value value, DataType type, int start, Parsed* out) const {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr literal, Literal::Make(std::move(value), std::move(type)));
  *out = Parsed{std::move(literal), 1, 1, start, LastEnd()};
  return Status::OK();
}

Status ExpressionParser::MakeText(std::string text, int start, Parsed* out) const {
  return MakeLiteral(std::move(text), TypeId::kString, start, out);
}

// Whether ANSI rules apply and in which zone is the session's; the analyzer fixes it.
Status ExpressionParser::MakeCast(DataType type, bool try_cast, int start, Parsed* operand) const {
  CastOptions options;
  options.try_cast = try_cast;
  ExpressionPtr cast = std::make_shared<Cast>(operand->expression, std::move(type),
                                                        std::move(options), false);
  return Make(std::move(cast), {*operand}, start, operand);
}

Status ExpressionParser::MakeConditional(const std::vector<Parsed>& parts, int start,
                                         Parsed* out) const {
  std::vector<ExpressionPtr> children;
  for (const Parsed& part : parts) children.push_back(part.expression);
  return Make(std::make_shared<Conditional>(std::move(children)), parts, start, out);
}

Status ExpressionParser::MakeNot(int start, Parsed* operand) const {
  return MakeCall("not", {*operand}, start, operand);
}

Status ExpressionParser::ParseNamedExpression(Parsed* out) {
  ARROW_RETURN_NOT_OK(ParseExpression(out));
  return ParseAlias(out);
}

Status ExpressionParser::ParseAlias(Parsed* named) {
  const bool has_as = PeekWord("AS") && (IsName(Peek(1)) || PeekSymbol("(", 1));
  if (has_as) Advance();
  const int start = named->start;
  if (PeekSymbol("(") && has_as) {
    std::vector<std::string> names;
    ARROW_RETURN_NOT_OK(ParseNameList(&names));
    return Make(std::make_shared<UnresolvedMultiAlias>(named->expression, std::move(names),
                                                       source_->OriginOf(start, LastEnd())),
                {*named}, start, named);
  }
  if (!IsName(Peek()) || (!has_as && BeginsClause())) return Status::OK();
  std::string name = NameOf(Peek());
  Advance();
  return Make(std::make_shared<Alias>(named->expression, std::move(name)), {*named}, start, named);
}

Status ExpressionParser::ParseSortOrders(ParsedList* orders) {
  do {
    Parsed order;
    ARROW_RETURN_NOT_OK(ParseExpression(&order));
    ARROW_RETURN_NOT_OK(ParseSortDirection(&order));
    orders->Add(order);
  } while (AcceptSymbol(","));
  return Status::OK();
}

Status ExpressionParser::ParseSortDirection(Parsed* out) {
  const bool descending = PeekWord("DESC");
  if (descending || PeekWord("ASC")) Advance();
  bool nulls_first = !descending;
  if (PeekWord("NULLS") && (PeekWord("FIRST", 1) || PeekWord("LAST", 1))) {
    nulls_first = PeekWord("FIRST", 1);
    Advance(2);
  }
  return Make(std::make_shared<SortOrder>(out->expression, !descending, nulls_first), {*out},
              out->start, out);
}

Status ExpressionParser::ParseInfix(int weakest, Parsed* out) {
  // Bounds the recursion itself; the trees are bounded where they are made.
  if (nesting_ >= kMaximumDepth) return TooComplex();
  ++nesting_;
  // A predicate or NOT cannot be the operand of what binds tighter: `a IS NULL = b` is an error.
  int tightest = kUnary;
  ARROW_RETURN_NOT_OK(ParsePrefix(weakest, &tightest, out));
  for (;;) {
    const InfixOperator* op = PeekInfix();
    if (op == nullptr || op->precedence < weakest || op->precedence > tightest) break;
    ARROW_RETURN_NOT_OK(ParseOperation(*op, out));
    if (op->form == OperatorForm::kPredicate) tightest = kAnd;
  }
  --nesting_;
  return Status::OK();
}

/// The function of the sign that comes next, "" when there is none or it belongs to a number.
std::string_view ExpressionParser::PeekPrefixFunction() const {
  if (PeekSymbol("+")) return "positive";
  if (PeekSymbol("~")) return "~";
  // The sign of a number belongs to it: -128Y is a TINYINT.
  return PeekSymbol("-") && Peek(1).kind != TokenKind::kNumber ? "-" : "";
}

Status ExpressionParser::ParsePrefix(int weakest, int* tightest, Parsed* out) {
  const int start = Peek().start;
  if (weakest <= kNot && (PeekSymbol("!") || (PeekWord("NOT") && BeginsExpression(Peek(1)) &&
                                              !PeekSymbol("*", 1)))) {
    Advance();
    *tightest = kAnd;
    ARROW_RETURN_NOT_OK(ParseInfix(kNot, out));
    return MakeNot(start, out);
  }
  const std::string_view function = PeekPrefixFunction();
  if (function.empty()) return ParsePostfix(out);
  Advance();
  ARROW_RETURN_NOT_OK(ParseInfix(kUnary, out));
  return MakeCall(function, {*out}, start, out);
}

const InfixOperator* ExpressionParser::FindPredicate(int ahead) const {
  for (const InfixOperator& op : kInfixOperators) {
    if (op.form == OperatorForm::kPredicate && PeekWord(op.symbol, ahead)) return &op;
  }
  return nullptr;
}

// No word is reserved: one that cannot be an operator where it stands is a name (`a is` has the
// alias `is`). Decides by the token that follows.
const InfixOperator* ExpressionParser::PeekInfix() const {
  const Token& token = Peek();
  if (token.kind != TokenKind::kWord && token.kind != TokenKind::kSymbol) return nullptr;
  if (IsWord(token, "NOT")) {
    const InfixOperator* op = FindPredicate(1);
    return op != nullptr && op->symbol != "IS" && BeginsExpression(Peek(2)) ? op : nullptr;
  }
  for (const InfixOperator& op : kInfixOperators) {
    if (token.kind == TokenKind::kSymbol) {
      if (IsSymbol(token, op.symbol)) return &op;
    } else if (IsWord(token, op.symbol)) {
      if (op.symbol == "IN" && !PeekSymbol("(", 1)) return nullptr;
      if (op.symbol == "IS") {
        const int after = PeekWord("NOT", 1) ? 2 : 1;
        for (std::string_view word : {"NULL", "TRUE", "FALSE", "UNKNOWN", "DISTINCT"}) {
          if (PeekWord(word, after)) return &op;
        }
        return nullptr;
      }
      return BeginsExpression(Peek(1)) ? &op : nullptr;
    }
  }
  return nullptr;
}

Status ExpressionParser::ParseOperation(const InfixOperator& op, Parsed* left) {
  switch (op.form) {
    case OperatorForm::kPredicate: return ParsePredicate(op, left);
    case OperatorForm::kChain: return ParseChain(op, left);
    case OperatorForm::kBinary: return ParseBinary(op, left);
  }
  return Status::OK();
}

Status ExpressionParser::ParseBinary(const InfixOperator& op, Parsed* left) {
  const int start = left->start;
  Parsed right;
  Advance();
  ARROW_RETURN_NOT_OK(ParseInfix(op.precedence + 1, &right));
  if (op.function != "<>") {
    return MakeCall(op.function, {std::move(*left), std::move(right)}, start, left);
  }
  ARROW_RETURN_NOT_OK(MakeCall("=", {std::move(*left), std::move(right)}, start, left));
  return MakeNot(start, left);
}

// Generated filters have thousands of ORs: a balanced tree keeps them far from the depth limit.
// Its shape shows in the names of columns, so it is Spark's.
Status ExpressionParser::ParseChain(const InfixOperator& op, Parsed* left) {
  std::vector<Parsed> operands{std::move(*left)};
  while (PeekInfix() == &op) {
    Advance();
    Parsed operand;
    ARROW_RETURN_NOT_OK(ParseInfix(op.precedence + 1, &operand));
    operands.push_back(std::move(operand));
  }
  return MakeBalanced(op.function, operands, 0, operands.size() - 1, left);
}

Status ExpressionParser::MakeBalanced(std::string_view function,
                                      const std::vector<Parsed>& operands, size_t first,
                                      size_t last, Parsed* out) const {
  if (first == last) {
    *out = operands[first];
    return Status::OK();
  }
  const size_t middle = last == first + 1 ? first : first + (last - first) / 2;
  Parsed left;
  Parsed right;
  ARROW_RETURN_NOT_OK(MakeBalanced(function, operands, first, middle, &left));
  ARROW_RETURN_NOT_OK(MakeBalanced(function, operands, middle + 1, last, &right));
  const int start = operands[first].start;
  return MakeCall(function, {std::move(left), std::move(right)}, start, out);
}

}  // namespace firesteel
