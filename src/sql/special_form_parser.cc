// Forms with a grammar of their own that begin with a word. No word is reserved, so each form also
// looks at what follows the word before it takes it.
#include <utility>

#include "common/error.h"
#include "sql/expression_parser.h"

namespace firesteel {

Result<Parsed> ExpressionParser::ParseWordForm() {
  const Token& token = Peek();
  const int start = token.start;
  const bool literal_follows = Peek(1).kind == TokenKind::kString;
  if (IsWord(token, "NULL")) {
    Advance();
    return MakeLiteral(Value(), TypeId::kNull, start);
  }
  if (IsWord(token, "TRUE") || IsWord(token, "FALSE")) {
    const bool value = IsWord(token, "TRUE");
    Advance();
    return MakeLiteral(value, TypeId::kBoolean, start);
  }
  if (IsWord(token, "INTERVAL") && BeginsInterval()) return ParseInterval();
  if (IsWord(token, "CASE") && static_cast<int>(next_) < last_when_ && BeginsExpression(Peek(1))) {
    return ParseCase();
  }
  if (literal_follows) return ParseTypedLiteral();
  if (!PeekSymbol("(", 1)) return Parsed{};
  if (IsWord(token, "CAST")) return ParseCast(false);
  if (IsWord(token, "TRY_CAST")) return ParseCast(true);
  if (IsWord(token, "STRUCT")) return ParseStruct();
  if (IsWord(token, "SUBSTRING") || IsWord(token, "SUBSTR")) return ParseSubstring();
  if (IsWord(token, "TRIM")) return ParseTrim();
  if (IsWord(token, "POSITION")) return ParsePosition();
  if (IsWord(token, "EXTRACT") && IsName(Peek(2)) && PeekWord("FROM", 3)) return ParseExtract();
  return Parsed{};
}

// CASE x WHEN v is CASE WHEN x = v: the operand appears once per branch.
Result<Parsed> ExpressionParser::ParseCase() {
  const int start = Peek().start;
  Advance();
  Parsed operand;
  if (!PeekWord("WHEN")) {
    ARROW_ASSIGN_OR_RAISE(operand, ParseExpression());
    if (!PeekWord("WHEN")) return SyntaxError(": missing 'WHEN'");
  }
  std::vector<Parsed> parts;
  while (AcceptWord("WHEN")) {
    ARROW_ASSIGN_OR_RAISE(Parsed condition, ParseExpression());
    if (operand.expression != nullptr) {
      const int condition_start = condition.start;
      ARROW_ASSIGN_OR_RAISE(condition,
                            MakeCall("=", {operand, std::move(condition)}, condition_start));
    }
    parts.push_back(std::move(condition));
    ARROW_RETURN_NOT_OK(ExpectWord("THEN"));
    ARROW_ASSIGN_OR_RAISE(Parsed value, ParseExpression());
    parts.push_back(std::move(value));
  }
  if (AcceptWord("ELSE")) {
    ARROW_ASSIGN_OR_RAISE(Parsed otherwise, ParseExpression());
    parts.push_back(std::move(otherwise));
  }
  ARROW_RETURN_NOT_OK(ExpectWord("END"));
  std::vector<ExpressionPtr> children;
  for (const Parsed& part : parts) children.push_back(part.expression);
  return Make(std::make_shared<Conditional>(std::move(children)), parts, start);
}

Result<Parsed> ExpressionParser::ParseCast(bool try_cast) {
  const int start = Peek().start;
  Advance(2);
  ARROW_ASSIGN_OR_RAISE(Parsed operand, ParseExpression());
  ARROW_RETURN_NOT_OK(ExpectWord("AS"));
  ARROW_ASSIGN_OR_RAISE(DataType type, ParseType());
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  // Whether ANSI rules apply and in which zone is the session's; the analyzer fixes it.
  CastOptions options;
  options.try_cast = try_cast;
  return Make(std::make_shared<CastExpression>(operand.expression, std::move(type),
                                               std::move(options), false),
              {operand}, start);
}

Result<Parsed> ExpressionParser::ParseExtract() {
  const int start = Peek().start;
  Advance(2);
  const int field_start = Peek().start;
  std::string field = NameOf(Peek());
  Advance();
  ARROW_ASSIGN_OR_RAISE(Parsed name, MakeLiteral(std::move(field), TypeId::kString, field_start));
  ARROW_RETURN_NOT_OK(ExpectWord("FROM"));
  ARROW_ASSIGN_OR_RAISE(Parsed source, ParseExpression());
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return MakeCall("extract", {std::move(name), std::move(source)}, start);
}

// Only the arguments of struct() may have aliases: they name its fields.
Result<Parsed> ExpressionParser::ParseStruct() {
  const int start = Peek().start;
  Advance(2);
  std::vector<Parsed> fields;
  if (!AcceptSymbol(")")) {
    do {
      ARROW_ASSIGN_OR_RAISE(Parsed field, ParseNamedExpression());
      fields.push_back(std::move(field));
    } while (AcceptSymbol(","));
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  }
  return MakeCall("struct", std::move(fields), start);
}

// SUBSTRING(text FROM start [FOR length]), besides the plain call.
Result<Parsed> ExpressionParser::ParseSubstring() {
  const int start = Peek().start;
  std::string name = NameOf(Peek());
  Advance(2);
  if (AcceptSymbol(")")) return MakeCall(name, {}, start);
  std::vector<Parsed> arguments(1);
  ARROW_ASSIGN_OR_RAISE(arguments[0], ParseExpression());
  const bool with_words = PeekWord("FROM");
  if (with_words) name = "substring";
  for (;;) {
    const size_t count = arguments.size();
    const bool more = with_words ? count < 3 && AcceptWord(count == 1 ? "FROM" : "FOR")
                                 : AcceptSymbol(",");
    if (!more) break;
    ARROW_ASSIGN_OR_RAISE(Parsed argument, ParseExpression());
    arguments.push_back(std::move(argument));
  }
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return MakeCall(name, std::move(arguments), start);
}

// TRIM([BOTH | LEADING | TRAILING] [characters] FROM text), besides the plain call. The functions
// take the characters first.
Result<Parsed> ExpressionParser::ParseTrim() {
  const int start = Peek().start;
  std::string function = "trim";
  Advance(2);
  bool with_words = false;
  if (BeginsExpression(Peek(1))) {
    with_words = PeekWord("BOTH") || PeekWord("LEADING") || PeekWord("TRAILING");
    if (PeekWord("LEADING")) function = "ltrim";
    if (PeekWord("TRAILING")) function = "rtrim";
    if (with_words) Advance();
  }
  std::vector<Parsed> arguments;
  if (with_words && PeekWord("FROM") && BeginsExpression(Peek(1))) {
    Advance();
  } else if (AcceptSymbol(")")) {
    return MakeCall(function, {}, start);
  } else {
    ARROW_ASSIGN_OR_RAISE(Parsed characters, ParseExpression());
    arguments.push_back(std::move(characters));
    if (AcceptSymbol(")") && !with_words) return MakeCall(function, std::move(arguments), start);
    if (!with_words && AcceptSymbol(",")) {
      ARROW_ASSIGN_OR_RAISE(std::vector<Parsed> rest, ParseArguments());
      for (Parsed& argument : rest) arguments.push_back(std::move(argument));
      return MakeCall(function, std::move(arguments), start);
    }
    ARROW_RETURN_NOT_OK(ExpectWord("FROM"));
  }
  ARROW_ASSIGN_OR_RAISE(Parsed text, ParseExpression());
  arguments.push_back(std::move(text));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return MakeCall(function, std::move(arguments), start);
}

// POSITION(part IN text), besides the plain call.
Result<Parsed> ExpressionParser::ParsePosition() {
  const int start = Peek().start;
  std::string name = NameOf(Peek());
  Advance(2);
  if (AcceptSymbol(")")) return MakeCall(name, {}, start);
  std::vector<Parsed> arguments(1);
  // Binds tighter than IN, which would otherwise be the predicate.
  ARROW_ASSIGN_OR_RAISE(arguments[0], ParseInfix(kComparison));
  if (AcceptWord("IN")) {
    ARROW_ASSIGN_OR_RAISE(Parsed text, ParseInfix(kComparison));
    arguments.push_back(std::move(text));
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
    return MakeCall("locate", std::move(arguments), start);
  }
  if (!AcceptSymbol(",")) {
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
    return MakeCall(name, std::move(arguments), start);
  }
  ARROW_ASSIGN_OR_RAISE(std::vector<Parsed> rest, ParseArguments());
  for (Parsed& argument : rest) arguments.push_back(std::move(argument));
  return MakeCall(name, std::move(arguments), start);
}

}  // namespace firesteel
