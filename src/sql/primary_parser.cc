// Names, calls, parentheses, and what follows them: .field, [key], ::type.
#include <utility>

#include "common/error.h"
#include "sql/expression_parser.h"

namespace firesteel {

Status ExpressionParser::ParsePostfix(Parsed* out) {
  ARROW_RETURN_NOT_OK(ParsePrimary(out));
  for (;;) {
    if (PeekSymbol(".")) {
      ARROW_RETURN_NOT_OK(ParseDot(out));
    } else if (PeekSymbol("[")) {
      ARROW_RETURN_NOT_OK(ParseSubscript(out));
    } else if (PeekSymbol("::")) {
      ARROW_RETURN_NOT_OK(ParseCastSuffix(out));
    } else {
      return Status::OK();
    }
  }
}

Status ExpressionParser::ParseDot(Parsed* base) {
  const int start = base->start;
  Advance();
  if (!IsName(Peek())) return SyntaxError();
  std::string name = NameOf(Peek());
  const int name_start = Peek().start;
  Advance();
  // `(t.s).a` is the name t.s.a: parentheses do not change what a name means.
  if (const auto* attribute = As<UnresolvedAttribute>(base->expression)) {
    std::vector<std::string> parts = attribute->parts();
    parts.push_back(std::move(name));
    return Make(std::make_shared<UnresolvedAttribute>(std::move(parts),
                                                      source_->OriginOf(start, LastEnd())),
                {*base}, start, base);
  }
  Parsed key;
  ARROW_RETURN_NOT_OK(MakeText(std::move(name), name_start, &key));
  return MakeCall("[]", {std::move(*base), std::move(key)}, start, base);
}

Status ExpressionParser::ParseSubscript(Parsed* base) {
  Parsed key;
  Advance();
  ARROW_RETURN_NOT_OK(ParseInfix(kComparison, &key));
  ARROW_RETURN_NOT_OK(ExpectSymbol("]"));
  return MakeCall("[]", {*base, std::move(key)}, base->start, base);
}

Status ExpressionParser::ParseCastSuffix(Parsed* base) {
  Advance();
  ARROW_ASSIGN_OR_RAISE(DataType type, ParseType());
  return MakeCast(std::move(type), false, base->start, base);
}

Status ExpressionParser::ParsePrimary(Parsed* out) {
  if (PeekSymbol("(")) return ParseParenthesized(out);
  if (!IsName(Peek())) return ParseSimple(out);
  if (Peek().kind == TokenKind::kWord) {
    *out = Parsed{};
    ARROW_RETURN_NOT_OK(ParseWordForm(out));
    if (out->expression != nullptr) return Status::OK();
  }
  std::unique_ptr<CallName> call;
  ARROW_RETURN_NOT_OK(ParseName(&call, out));
  return call == nullptr ? Status::OK() : ParseCall(std::move(call), out);
}

Status ExpressionParser::ParseSimple(Parsed* out) {
  const Token& token = Peek();
  const int start = token.start;
  if (token.kind == TokenKind::kNumber) return ParseNumber(false, start, out);
  if (token.kind == TokenKind::kString) return ParseString(out);
  if (token.kind != TokenKind::kSymbol) return SyntaxError();
  if (IsSymbol(token, "-") && Peek(1).kind == TokenKind::kNumber) {
    Advance();
    return ParseNumber(true, start, out);
  }
  if (AcceptSymbol("*")) return Make(std::make_shared<UnresolvedStar>(), {}, start, out);
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

Status ExpressionParser::ParseParenthesized(Parsed* out) {
  const int start = Peek().start;
  Advance();
  ARROW_RETURN_NOT_OK(ParseExpression(out));
  if (AcceptSymbol(")")) {
    out->start = start;
    out->end = LastEnd();
    return Status::OK();
  }
  if (!PeekSymbol(",")) return ExpectSymbol(")");
  std::vector<Parsed> parts{std::move(*out)};
  while (AcceptSymbol(",")) {
    parts.emplace_back();
    ARROW_RETURN_NOT_OK(ParseExpression(&parts.back()));
  }
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return MakeTuple(std::move(parts), start, out);
}

// `(a, 1)` is a struct; fields take the names of columns, others col1, col2, …
Status ExpressionParser::MakeTuple(std::vector<Parsed> parts, int start, Parsed* out) const {
  std::vector<Parsed> arguments;
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto* attribute = As<UnresolvedAttribute>(parts[i].expression);
    std::string name = attribute ? attribute->parts().back() : "col" + std::to_string(i + 1);
    arguments.emplace_back();
    ARROW_RETURN_NOT_OK(MakeText(std::move(name), parts[i].start, &arguments.back()));
    arguments.push_back(std::move(parts[i]));
  }
  return MakeCall("named_struct", std::move(arguments), start, out);
}

struct ExpressionParser::CallName {
  std::vector<std::string> parts;
  int start = 0;
  int end = 0;  // of the arguments
  bool distinct = false;
};

Status ExpressionParser::ParseName(std::unique_ptr<CallName>* call, Parsed* out) {
  const int start = Peek().start;
  std::vector<std::string> parts{NameOf(Peek())};
  Advance();
  while (PeekSymbol(".")) {
    Advance();
    if (AcceptSymbol("*")) {
      return Make(std::make_shared<UnresolvedStar>(std::move(parts)), {}, start, out);
    }
    if (!IsName(Peek())) return SyntaxError();
    parts.push_back(NameOf(Peek()));
    Advance();
  }
  if (PeekSymbol("(")) {
    *call = std::make_unique<CallName>();
    **call = {std::move(parts), start};
    return Status::OK();
  }
  return Make(std::make_shared<UnresolvedAttribute>(std::move(parts),
                                                    source_->OriginOf(start, LastEnd())),
              {}, start, out);
}

Status ExpressionParser::ParseCall(std::unique_ptr<CallName> name, Parsed* out) {
  Advance();
  if ((PeekWord("DISTINCT") || PeekWord("ALL")) && BeginsExpression(Peek(1)) &&
      !PeekSymbol("(", 1)) {
    name->distinct = PeekWord("DISTINCT");
    Advance();
  }
  std::vector<Parsed> parts;
  ARROW_RETURN_NOT_OK(ParseArguments(&parts));
  name->end = LastEnd();
  const bool has_filter = PeekWord("FILTER") && PeekSymbol("(", 1) && PeekWord("WHERE", 2);
  if (has_filter) {
    Advance(3);
    parts.emplace_back();
    ARROW_RETURN_NOT_OK(ParseExpression(&parts.back()));
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  }
  return MakeNamedCall(*name, parts, has_filter, out);
}

Status ExpressionParser::MakeNamedCall(const CallName& name, const std::vector<Parsed>& parts,
                                       bool has_filter, Parsed* out) const {
  std::vector<ExpressionPtr> arguments;
  for (const Parsed& part : parts) arguments.push_back(part.expression);
  ExpressionPtr filter;
  if (has_filter) {
    filter = std::move(arguments.back());
    arguments.pop_back();
  }
  // Built-in functions may be named by their place: system.builtin.abs(x).
  const size_t count = name.parts.size();
  size_t first = 0;
  if (count > 1 && name.parts[count - 2] == "builtin") {
    if (count == 2) first = 1;
    if (count == 3 && name.parts[0] == "system") first = 2;
  }
  std::string text;
  for (size_t i = first; i < count; ++i) text += (text.empty() ? "" : ".") + name.parts[i];
  return Make(std::make_shared<UnresolvedFunction>(
                  std::move(text), std::move(arguments), name.distinct,
                  source_->OriginOf(name.start, name.end), std::move(filter)),
              parts, name.start, out);
}

Status ExpressionParser::ParseArguments(std::vector<Parsed>* arguments) {
  if (AcceptSymbol(")")) return Status::OK();
  do {
    arguments->emplace_back();
    ARROW_RETURN_NOT_OK(ParseExpression(&arguments->back()));
  } while (AcceptSymbol(","));
  return ExpectSymbol(")");
}

}  // namespace firesteel
