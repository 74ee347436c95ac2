// Names, calls, parentheses, and what follows them: .field, [key], ::type.
#include <utility>

#include "common/error.h"
#include "sql/expression_parser.h"

namespace firesteel {

Result<Parsed> ExpressionParser::ParsePostfix() {
  ARROW_ASSIGN_OR_RAISE(Parsed parsed, ParsePrimary());
  for (;;) {
    if (PeekSymbol(".")) {
      ARROW_ASSIGN_OR_RAISE(parsed, ParseDot(std::move(parsed)));
    } else if (PeekSymbol("[")) {
      ARROW_ASSIGN_OR_RAISE(parsed, ParseSubscript(std::move(parsed)));
    } else if (PeekSymbol("::")) {
      Advance();
      ARROW_ASSIGN_OR_RAISE(DataType type, ParseType());
      const int start = parsed.start;
      ARROW_ASSIGN_OR_RAISE(
          parsed, Make(std::make_shared<CastExpression>(parsed.expression, std::move(type),
                                                        CastOptions{}, false),
                       {parsed}, start));
    } else {
      return parsed;
    }
  }
}

Result<Parsed> ExpressionParser::ParseDot(Parsed base) {
  const int start = base.start;
  Advance();
  if (!IsName(Peek())) return SyntaxError();
  std::string name = NameOf(Peek());
  const int name_start = Peek().start;
  Advance();
  // `(t.s).a` is the name t.s.a: parentheses do not change what a name means.
  if (const auto* attribute = As<UnresolvedAttribute>(base.expression)) {
    std::vector<std::string> parts = attribute->parts();
    parts.push_back(std::move(name));
    const Origin origin = source_->OriginOf(start, LastEnd());
    return Make(std::make_shared<UnresolvedAttribute>(std::move(parts), origin), {base}, start);
  }
  ARROW_ASSIGN_OR_RAISE(Parsed key, MakeLiteral(std::move(name), TypeId::kString, name_start));
  return MakeCall("[]", {std::move(base), std::move(key)}, start);
}

Result<Parsed> ExpressionParser::ParseSubscript(Parsed base) {
  const int start = base.start;
  Advance();
  ARROW_ASSIGN_OR_RAISE(Parsed key, ParseInfix(kComparison));
  ARROW_RETURN_NOT_OK(ExpectSymbol("]"));
  return MakeCall("[]", {std::move(base), std::move(key)}, start);
}

Result<Parsed> ExpressionParser::ParsePrimary() {
  const Token& token = Peek();
  const int start = token.start;
  switch (token.kind) {
    case TokenKind::kNumber: return ParseNumber(false, start);
    case TokenKind::kString: return ParseString();
    case TokenKind::kQuotedName: return ParseNameOrCall();
    case TokenKind::kWord: {
      ARROW_ASSIGN_OR_RAISE(Parsed form, ParseWordForm());
      if (form.expression != nullptr) return form;
      return ParseNameOrCall();
    }
    case TokenKind::kSymbol: break;
    default: return SyntaxError();
  }
  if (IsSymbol(token, "(")) return ParseParenthesized();
  if (IsSymbol(token, "-") && Peek(1).kind == TokenKind::kNumber) {
    Advance();
    return ParseNumber(true, start);
  }
  if (IsSymbol(token, "*")) {
    Advance();
    return Make(std::make_shared<UnresolvedStar>(), {}, start);
  }
  if (IsSymbol(token, "?") || (IsSymbol(token, ":") && IsName(Peek(1)))) {
    return ParameterMarkerError();
  }
  return SyntaxError();
}

// A text of one expression comes without parameters.
Status ExpressionParser::ParameterMarkerError() const {
  const Token& token = Peek();
  const bool named = IsSymbol(token, ":");
  std::string name = named ? NameOf(Peek(1)) : "_" + std::to_string(token.start);
  return source_->ErrorAt("UNBOUND_SQL_PARAMETER", {{"name", std::move(name)}}, token.start,
                          named ? Peek(1).end : token.end);
}

Result<Parsed> ExpressionParser::ParseParenthesized() {
  const int start = Peek().start;
  Advance();
  std::vector<Parsed> parts;
  do {
    ARROW_ASSIGN_OR_RAISE(Parsed part, ParseExpression());
    parts.push_back(std::move(part));
  } while (AcceptSymbol(","));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  if (parts.size() == 1) {
    parts[0].start = start;
    parts[0].end = LastEnd();
    return std::move(parts[0]);
  }
  // `(a, 1)` is a struct; fields take the names of columns, others col1, col2, …
  std::vector<Parsed> arguments;
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto* attribute = As<UnresolvedAttribute>(parts[i].expression);
    std::string name = attribute ? attribute->parts().back() : "col" + std::to_string(i + 1);
    ARROW_ASSIGN_OR_RAISE(Parsed literal,
                          MakeLiteral(std::move(name), TypeId::kString, parts[i].start));
    arguments.push_back(std::move(literal));
    arguments.push_back(std::move(parts[i]));
  }
  return MakeCall("named_struct", std::move(arguments), start);
}

Result<Parsed> ExpressionParser::ParseNameOrCall() {
  const int start = Peek().start;
  std::vector<std::string> parts{NameOf(Peek())};
  Advance();
  while (PeekSymbol(".")) {
    Advance();
    if (AcceptSymbol("*")) {
      return Make(std::make_shared<UnresolvedStar>(std::move(parts)), {}, start);
    }
    if (!IsName(Peek())) return SyntaxError();
    parts.push_back(NameOf(Peek()));
    Advance();
  }
  if (PeekSymbol("(")) return ParseCall(parts, start);
  const Origin origin = source_->OriginOf(start, LastEnd());
  return Make(std::make_shared<UnresolvedAttribute>(std::move(parts), origin), {}, start);
}

Result<Parsed> ExpressionParser::ParseCall(const std::vector<std::string>& name, int start) {
  Advance();
  bool distinct = false;
  if ((PeekWord("DISTINCT") || PeekWord("ALL")) && BeginsExpression(Peek(1)) &&
      !PeekSymbol("(", 1)) {
    distinct = PeekWord("DISTINCT");
    Advance();
  }
  ARROW_ASSIGN_OR_RAISE(std::vector<Parsed> parts, ParseArguments());
  std::vector<ExpressionPtr> arguments;
  for (const Parsed& part : parts) arguments.push_back(part.expression);
  ExpressionPtr filter;
  const int call_end = LastEnd();
  if (PeekWord("FILTER") && PeekSymbol("(", 1) && PeekWord("WHERE", 2)) {
    Advance(3);
    ARROW_ASSIGN_OR_RAISE(Parsed condition, ParseExpression());
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
    filter = condition.expression;
    parts.push_back(std::move(condition));
  }
  // Built-in functions may be named by their place: system.builtin.abs(x).
  size_t first = 0;
  if (name.size() > 1 && name[name.size() - 2] == "builtin") {
    if (name.size() == 2) first = 1;
    if (name.size() == 3 && name[0] == "system") first = 2;
  }
  std::string text;
  for (size_t i = first; i < name.size(); ++i) {
    if (!text.empty()) text += ".";
    text += name[i];
  }
  return Make(std::make_shared<UnresolvedFunction>(std::move(text), std::move(arguments), distinct,
                                                   source_->OriginOf(start, call_end),
                                                   std::move(filter)),
              parts, start);
}

Result<std::vector<Parsed>> ExpressionParser::ParseArguments() {
  std::vector<Parsed> arguments;
  if (AcceptSymbol(")")) return arguments;
  do {
    ARROW_ASSIGN_OR_RAISE(Parsed argument, ParseExpression());
    arguments.push_back(std::move(argument));
  } while (AcceptSymbol(","));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return arguments;
}

}  // namespace firesteel
