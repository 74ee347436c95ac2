#include "sql/expression_parser.h"

#include <algorithm>
#include <utility>

#include "common/error.h"

namespace firesteel {

namespace {

char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool EqualsUpper(std::string_view text, std::string_view upper) {
  return text.size() == upper.size() &&
         std::equal(text.begin(), text.end(), upper.begin(),
                    [](char a, char b) { return Upper(a) == b; });
}

}  // namespace

ExpressionParser::ExpressionParser(const SourceText* source, std::vector<Token> tokens)
    : source_(source), tokens_(std::move(tokens)) {
  for (size_t i = 0; i < tokens_.size(); ++i) {
    if (IsWord(tokens_[i], "WHEN")) last_when_ = static_cast<int>(i);
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
  ExpressionPtr cast = std::make_shared<CastExpression>(operand->expression, std::move(type),
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

Status ExpressionParser::ParseSelectList(std::vector<ExpressionPtr>* list) {
  ARROW_RETURN_NOT_OK(ExpectWord("SELECT"));
  do {
    Parsed named;
    ARROW_RETURN_NOT_OK(ParseNamedExpression(&named));
    list->push_back(named.expression);
  } while (AcceptSymbol(","));
  return Status::OK();
}

Status ExpressionParser::ParseNamedExpression(Parsed* out) {
  ARROW_RETURN_NOT_OK(ParseExpression(out));
  return ParseAlias(out);
}

Status ExpressionParser::ParseAlias(Parsed* named) {
  const bool has_as = PeekWord("AS") && (IsName(Peek(1)) || PeekSymbol("(", 1));
  if (has_as) Advance();
  const int start = named->start;
  if (has_as && PeekSymbol("(")) {
    std::vector<std::string> names;
    do {
      Advance();
      if (!IsName(Peek())) return SyntaxError();
      names.push_back(NameOf(Peek()));
      Advance();
    } while (PeekSymbol(","));
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
    return Make(std::make_shared<UnresolvedMultiAlias>(named->expression, std::move(names),
                                                       source_->OriginOf(start, LastEnd())),
                {*named}, start, named);
  }
  if (!IsName(Peek())) return Status::OK();
  std::string name = NameOf(Peek());
  Advance();
  return Make(std::make_shared<Alias>(named->expression, std::move(name)), {*named}, start, named);
}

Status ExpressionParser::ParseInfix(int weakest, Parsed* out) {
  // Bounds the recursion itself; the trees are bounded where they are made.
  if (nesting_ >= kMaximumDepth) {
    return source_->ErrorAt("FAILED_TO_PARSE_TOO_COMPLEX", {}, Peek().start, Peek().start);
  }
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
