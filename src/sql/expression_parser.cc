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

Status ExpressionParser::SyntaxError(std::string hint) const {
  const Token& token = Peek();
  std::string error = "end of input";
  if (token.kind != TokenKind::kEnd) error = "'" + std::string(TextOf(token)) + "'";
  return source_->ErrorAt("PARSE_SYNTAX_ERROR", {{"error", std::move(error)}, {"hint", std::move(hint)}},
                          token.start, token.end);
}

Status ExpressionParser::ExpectEnd() const {
  if (Peek().kind == TokenKind::kEnd) return Status::OK();
  if (Peek().kind == TokenKind::kUnknown) return SyntaxError();
  return SyntaxError(": extra input '" + std::string(TextOf(Peek())) + "'");
}

Result<Parsed> ExpressionParser::Make(ExpressionPtr expression, const std::vector<Parsed>& parts,
                                      int start) const {
  Parsed parsed{std::move(expression), 1, 1, start, LastEnd()};
  for (const Parsed& part : parts) {
    parsed.depth = std::max(parsed.depth, part.depth + 1);
    parsed.nodes += part.nodes;
  }
  if (parsed.depth > kMaximumDepth || parsed.nodes > kMaximumNodes) {
    return source_->ErrorAt("FAILED_TO_PARSE_TOO_COMPLEX", {}, start, start);
  }
  return parsed;
}

Result<Parsed> ExpressionParser::MakeCall(std::string_view function, std::vector<Parsed> arguments,
                                          int start) const {
  std::vector<ExpressionPtr> expressions;
  expressions.reserve(arguments.size());
  for (const Parsed& argument : arguments) expressions.push_back(argument.expression);
  return Make(std::make_shared<UnresolvedFunction>(std::string(function), std::move(expressions),
                                                   false, source_->OriginOf(start, LastEnd())),
              arguments, start);
}

Result<Parsed> ExpressionParser::MakeLiteral(Value value, DataType type, int start) const {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr literal, Literal::Make(std::move(value), std::move(type)));
  return Parsed{std::move(literal), 1, 1, start, LastEnd()};
}

Result<Parsed> ExpressionParser::MakeNot(Parsed operand, int start) const {
  return MakeCall("not", {std::move(operand)}, start);
}

Result<Parsed> ExpressionParser::ParseNamedExpression() {
  ARROW_ASSIGN_OR_RAISE(Parsed parsed, ParseExpression());
  const bool has_as = PeekWord("AS") && (IsName(Peek(1)) || PeekSymbol("(", 1));
  if (has_as) Advance();
  if (has_as && PeekSymbol("(")) {
    std::vector<std::string> names;
    do {
      Advance();
      if (!IsName(Peek())) return SyntaxError();
      names.push_back(NameOf(Peek()));
      Advance();
    } while (PeekSymbol(","));
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
    const Origin origin = source_->OriginOf(parsed.start, LastEnd());
    return Make(std::make_shared<UnresolvedMultiAlias>(parsed.expression, std::move(names), origin),
                {parsed}, parsed.start);
  }
  if (!IsName(Peek())) return parsed;
  std::string name = NameOf(Peek());
  Advance();
  return Make(std::make_shared<Alias>(parsed.expression, std::move(name)), {parsed}, parsed.start);
}

// Bounds the recursion itself; the trees are bounded where they are made.
Result<Parsed> ExpressionParser::ParseInfix(int weakest) {
  if (nesting_ >= kMaximumDepth) {
    return source_->ErrorAt("FAILED_TO_PARSE_TOO_COMPLEX", {}, Peek().start, Peek().start);
  }
  ++nesting_;
  Result<Parsed> parsed = ParseInfixLevels(weakest);
  --nesting_;
  return parsed;
}

Result<Parsed> ExpressionParser::ParseInfixLevels(int weakest) {
  // A predicate or NOT cannot be the operand of what binds tighter: `a IS NULL = b` is an error.
  int tightest = kUnary;
  ARROW_ASSIGN_OR_RAISE(Parsed left, ParsePrefix(weakest, &tightest));
  for (;;) {
    const InfixOperator* op = PeekInfix();
    if (op == nullptr || op->precedence < weakest || op->precedence > tightest) return left;
    ARROW_ASSIGN_OR_RAISE(left, ParseOperation(*op, std::move(left)));
    if (op->form == OperatorForm::kPredicate) tightest = kAnd;
  }
}

Result<Parsed> ExpressionParser::ParsePrefix(int weakest, int* tightest) {
  const Token& token = Peek();
  const int start = token.start;
  if (weakest <= kNot && (IsSymbol(token, "!") ||
                          (IsWord(token, "NOT") && BeginsExpression(Peek(1)) &&
                           !PeekSymbol("*", 1)))) {
    Advance();
    *tightest = kAnd;
    ARROW_ASSIGN_OR_RAISE(Parsed operand, ParseInfix(kNot));
    return MakeNot(std::move(operand), start);
  }
  if (token.kind != TokenKind::kSymbol) return ParsePostfix();
  const std::string_view text = TextOf(token);
  if (text != "-" && text != "+" && text != "~") return ParsePostfix();
  // The sign of a number belongs to it: -128Y is a TINYINT.
  if (text == "-" && Peek(1).kind == TokenKind::kNumber) return ParsePostfix();
  const std::string_view function = text == "-" ? "negative" : text == "+" ? "positive" : "~";
  Advance();
  ARROW_ASSIGN_OR_RAISE(Parsed operand, ParseInfix(kUnary));
  return MakeCall(function, {std::move(operand)}, start);
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

Result<Parsed> ExpressionParser::ParseOperation(const InfixOperator& op, Parsed left) {
  if (op.form == OperatorForm::kPredicate) return ParsePredicate(op, std::move(left));
  if (op.form == OperatorForm::kChain) return ParseChain(op, std::move(left));
  const int start = left.start;
  Advance();
  ARROW_ASSIGN_OR_RAISE(Parsed right, ParseInfix(op.precedence + 1));
  if (op.function != "<>") return MakeCall(op.function, {std::move(left), std::move(right)}, start);
  ARROW_ASSIGN_OR_RAISE(Parsed equal, MakeCall("=", {std::move(left), std::move(right)}, start));
  return MakeNot(std::move(equal), start);
}

// Generated filters have thousands of ORs: a balanced tree keeps them far from the depth limit.
// Its shape shows in the names of columns, so it is Spark's.
Result<Parsed> ExpressionParser::ParseChain(const InfixOperator& op, Parsed first) {
  std::vector<Parsed> operands{std::move(first)};
  while (PeekInfix() == &op) {
    Advance();
    ARROW_ASSIGN_OR_RAISE(Parsed operand, ParseInfix(op.precedence + 1));
    operands.push_back(std::move(operand));
  }
  return MakeBalanced(op.function, operands, 0, operands.size() - 1);
}

Result<Parsed> ExpressionParser::MakeBalanced(std::string_view function,
                                              const std::vector<Parsed>& operands, size_t first,
                                              size_t last) const {
  if (first == last) return operands[first];
  const size_t middle = last == first + 1 ? first : first + (last - first) / 2;
  ARROW_ASSIGN_OR_RAISE(Parsed left, MakeBalanced(function, operands, first, middle));
  ARROW_ASSIGN_OR_RAISE(Parsed right, MakeBalanced(function, operands, middle + 1, last));
  const int start = operands[first].start;
  return MakeCall(function, {std::move(left), std::move(right)}, start);
}

}  // namespace firesteel
