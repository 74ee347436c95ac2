// Forms with a grammar of their own that begin with a word. No word is reserved, so each form also
// looks at what follows the word before it takes it.
#include <utility>

#include "common/error.h"
#include "sql/expression_parser.h"

namespace firesteel {

Status ExpressionParser::ParseWordForm(Parsed* out) {
  if (PeekWord("CASE") && static_cast<int>(next_) < last_when_ && BeginsExpression(Peek(1))) {
    return ParseCase(out);
  }
  if (!PeekSymbol("(", 1)) return ParseConstantWord(out);
  if (PeekWord("EXISTS") && BeginsQueryInParentheses(1)) return ParseSubquery(true, out);
  if (PeekWord("CAST")) return ParseCast(false, out);
  if (PeekWord("TRY_CAST")) return ParseCast(true, out);
  if (PeekWord("STRUCT")) return ParseStruct(out);
  if (PeekWord("SUBSTRING") || PeekWord("SUBSTR")) return ParseSubstring(out);
  if (PeekWord("TRIM")) return ParseTrim(out);
  if (PeekWord("POSITION")) return ParsePosition(out);
  if (PeekWord("OVERLAY")) return ParseOverlay(out);
  if (PeekWord("EXTRACT") && IsName(Peek(2)) && PeekWord("FROM", 3)) return ParseExtract(out);
  return Status::OK();
}

Status ExpressionParser::ParseConstantWord(Parsed* out) {
  const int start = Peek().start;
  if (AcceptWord("NULL")) return MakeLiteral(Value(), TypeId::kNull, start, out);
  if (AcceptWord("TRUE")) return MakeLiteral(true, TypeId::kBoolean, start, out);
  if (AcceptWord("FALSE")) return MakeLiteral(false, TypeId::kBoolean, start, out);
  if (PeekWord("INTERVAL") && BeginsInterval()) return ParseInterval(out);
  if (Peek(1).kind == TokenKind::kString) return ParseTypedLiteral(out);
  return Status::OK();
}

// CASE x WHEN v is CASE WHEN x = v: the operand appears once per branch.
Status ExpressionParser::ParseCase(Parsed* out) {
  const int start = Peek().start;
  Advance();
  *out = Parsed{};
  if (!PeekWord("WHEN")) {
    ARROW_RETURN_NOT_OK(ParseExpression(out));
    if (!PeekWord("WHEN")) return SyntaxError(": missing 'WHEN'");
  }
  std::vector<Parsed> parts;
  while (AcceptWord("WHEN")) {
    parts.emplace_back();
    ARROW_RETURN_NOT_OK(ParseExpression(&parts.back()));
    ARROW_RETURN_NOT_OK(MakeBranch(*out, &parts.back()));
    parts.emplace_back();
    ARROW_RETURN_NOT_OK(ExpectWord("THEN"));
    ARROW_RETURN_NOT_OK(ParseExpression(&parts.back()));
  }
  if (AcceptWord("ELSE")) {
    parts.emplace_back();
    ARROW_RETURN_NOT_OK(ParseExpression(&parts.back()));
  }
  ARROW_RETURN_NOT_OK(ExpectWord("END"));
  return MakeConditional(parts, start, out);
}

Status ExpressionParser::MakeBranch(const Parsed& operand, Parsed* condition) const {
  if (operand.expression == nullptr) return Status::OK();
  return MakeCall("=", {operand, *condition}, condition->start, condition);
}

Status ExpressionParser::ParseCast(bool try_cast, Parsed* out) {
  const int start = Peek().start;
  Advance(2);
  ARROW_RETURN_NOT_OK(ParseExpression(out));
  ARROW_RETURN_NOT_OK(ExpectWord("AS"));
  ARROW_ASSIGN_OR_RAISE(DataType type, ParseType());
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return MakeCast(std::move(type), try_cast, start, out);
}

Status ExpressionParser::ParseExtract(Parsed* out) {
  const int start = Peek().start;
  Advance(2);
  std::vector<Parsed> arguments(2);
  const Token field = Peek();
  Advance();
  ARROW_RETURN_NOT_OK(MakeText(NameOf(field), field.start, &arguments[0]));
  ARROW_RETURN_NOT_OK(ExpectWord("FROM"));
  ARROW_RETURN_NOT_OK(ParseExpression(&arguments[1]));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return MakeCall("extract", std::move(arguments), start, out);
}

// Only the arguments of struct() may have aliases: they name its fields.
Status ExpressionParser::ParseStruct(Parsed* out) {
  const int start = Peek().start;
  Advance(2);
  std::vector<Parsed> fields;
  if (!AcceptSymbol(")")) {
    do {
      fields.emplace_back();
      ARROW_RETURN_NOT_OK(ParseNamedExpression(&fields.back()));
    } while (AcceptSymbol(","));
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  }
  return MakeCall("struct", std::move(fields), start, out);
}

Status ExpressionParser::ParseRestOfCall(std::string_view name, std::vector<Parsed> arguments,
                                         int start, Parsed* out) {
  if (AcceptSymbol(",")) {
    ARROW_RETURN_NOT_OK(ParseArguments(&arguments));
  } else {
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  }
  return MakeCall(name, std::move(arguments), start, out);
}

// SUBSTRING(text FROM start [FOR length]), besides the plain call.
Status ExpressionParser::ParseSubstring(Parsed* out) {
  const int start = Peek().start;
  const std::string_view name = TextOf(Peek());
  Advance(2);
  if (AcceptSymbol(")")) return MakeCall(name, {}, start, out);
  std::vector<Parsed> arguments(1);
  ARROW_RETURN_NOT_OK(ParseExpression(&arguments[0]));
  if (!AcceptWord("FROM")) return ParseRestOfCall(name, std::move(arguments), start, out);
  do {
    arguments.emplace_back();
    ARROW_RETURN_NOT_OK(ParseExpression(&arguments.back()));
  } while (arguments.size() == 2 && AcceptWord("FOR"));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return MakeCall("substring", std::move(arguments), start, out);
}

// TRIM([BOTH | LEADING | TRAILING] [characters] FROM text), besides the plain call. The functions
// take the characters first.
Status ExpressionParser::ParseTrim(Parsed* out) {
  const int start = Peek().start;
  Advance(2);
  const bool leading = PeekWord("LEADING");
  const bool trailing = PeekWord("TRAILING");
  const bool with_side =
      (leading || trailing || PeekWord("BOTH")) && BeginsExpression(Peek(1));
  const std::string_view function = !with_side ? "trim"
                                    : leading  ? "ltrim"
                                    : trailing ? "rtrim"
                                               : "trim";
  if (with_side) Advance();
  if (!with_side && AcceptSymbol(")")) return MakeCall(function, {}, start, out);
  std::vector<Parsed> arguments;
  if (!with_side || !PeekWord("FROM") || !BeginsExpression(Peek(1))) {
    arguments.emplace_back();
    ARROW_RETURN_NOT_OK(ParseExpression(&arguments[0]));
    if (!with_side && !PeekWord("FROM")) {
      return ParseRestOfCall(function, std::move(arguments), start, out);
    }
  }
  ARROW_RETURN_NOT_OK(ExpectWord("FROM"));
  arguments.emplace_back();
  ARROW_RETURN_NOT_OK(ParseExpression(&arguments.back()));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return MakeCall(function, std::move(arguments), start, out);
}

// OVERLAY(text PLACING other FROM start [FOR length]), besides the plain call.
Status ExpressionParser::ParseOverlay(Parsed* out) {
  const int start = Peek().start;
  const std::string_view name = TextOf(Peek());
  Advance(2);
  if (AcceptSymbol(")")) return MakeCall(name, {}, start, out);
  std::vector<Parsed> arguments(1);
  ARROW_RETURN_NOT_OK(ParseExpression(&arguments[0]));
  if (!AcceptWord("PLACING")) return ParseRestOfCall(name, std::move(arguments), start, out);
  arguments.resize(3);
  ARROW_RETURN_NOT_OK(ParseExpression(&arguments[1]));
  ARROW_RETURN_NOT_OK(ExpectWord("FROM"));
  ARROW_RETURN_NOT_OK(ParseExpression(&arguments[2]));
  if (AcceptWord("FOR")) {
    arguments.emplace_back();
    ARROW_RETURN_NOT_OK(ParseExpression(&arguments.back()));
  }
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return MakeCall("overlay", std::move(arguments), start, out);
}

// POSITION(part IN text), besides the plain call.
Status ExpressionParser::ParsePosition(Parsed* out) {
  const int start = Peek().start;
  const std::string_view name = TextOf(Peek());
  Advance(2);
  if (AcceptSymbol(")")) return MakeCall(name, {}, start, out);
  std::vector<Parsed> arguments(1);
  // Binds tighter than IN, which would otherwise be the predicate.
  ARROW_RETURN_NOT_OK(ParseInfix(kComparison, &arguments[0]));
  if (!AcceptWord("IN")) return ParseRestOfCall(name, std::move(arguments), start, out);
  arguments.emplace_back();
  ARROW_RETURN_NOT_OK(ParseInfix(kComparison, &arguments[1]));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return MakeCall("locate", std::move(arguments), start, out);
}

}  // namespace firesteel
