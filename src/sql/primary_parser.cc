// Names, calls, parentheses, and what follows them: .field, [key], ::type.
#include <utility>

#include "common/error.h"
#include "plan/subqueries.h"
#include "sql/expression_parser.h"

namespace firesteel {

namespace {

/// Whether the call was written `(a, b)` and not by its name.
bool IsTuple(const UnresolvedFunction& call) {
  const Origin& origin = call.origin();
  return call.name() == "named_struct" && origin.text != nullptr &&
         (*origin.text)[static_cast<size_t>(origin.start)] == '(';
}

}  // namespace

Status ExpressionParser::ParsePostfix(Parsed* out) {
  ARROW_RETURN_NOT_OK(ParsePrimary(out));
  for (;;) {
    if (PeekSymbol(".")) {
      ARROW_RETURN_NOT_OK(ParseDot(out));
    } else if (PeekSymbol("[")) {
      ARROW_RETURN_NOT_OK(ParseSubscript(out));
    } else if (PeekSymbol("::")) {
      ARROW_RETURN_NOT_OK(ParseCastSuffix(out));
    } else if (PeekWord("COLLATE") && IsName(Peek(1))) {
      ARROW_RETURN_NOT_OK(ParseCollate(out));
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

Status ExpressionParser::ParseCollate(Parsed* base) {
  Advance();
  const int start = Peek().start;
  std::vector<std::string> parts;
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&parts));
  Parsed collation;
  ARROW_RETURN_NOT_OK(MakeText(std::move(parts.back()), start, &collation));
  return MakeCall("collate", {*base, std::move(collation)}, base->start, base);
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
  ARROW_RETURN_NOT_OK(ParseReference(&call, out));
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
  if (AcceptSymbol("*")) return ParseStar({}, start, out);
  if (IsSymbol(token, "?") || (IsSymbol(token, ":") && IsName(Peek(1)))) return ParseParameter(out);
  return SyntaxError();
}

Status ExpressionParser::ParseParameter(Parsed* out) {
  const int start = Peek().start;
  std::string name;
  if (PeekSymbol(":")) {
    Advance();
    name = NameOf(Peek());
  }
  Advance();
  return Make(std::make_shared<UnresolvedParameter>(std::move(name),
                                                    source_->OriginOf(start, LastEnd())),
              {}, start, out);
}

// `* EXCEPT (a, b.c)`; EXCEPT before a query is the operator on tables.
Status ExpressionParser::ParseStar(std::vector<std::string> target, int start, Parsed* out) {
  std::vector<std::vector<std::string>> except;
  if (PeekWord("EXCEPT") && PeekSymbol("(", 1) && !BeginsQueryInParentheses(1)) {
    Advance();
    do {
      Advance();
      except.emplace_back();
      ARROW_RETURN_NOT_OK(ParseQualifiedName(&except.back()));
    } while (PeekSymbol(","));
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  }
  return Make(std::make_shared<UnresolvedStar>(std::move(target), std::move(except),
                                               source_->OriginOf(start, LastEnd())),
              {}, start, out);
}

Status ExpressionParser::ParseSubquery(bool exists, Parsed* out) {
  const int start = Peek().start;
  if (exists) Advance();
  ParsedPlan query;
  ARROW_RETURN_NOT_OK(ParseQueryInParentheses(&query));
  const auto form = exists ? SubqueryExpression::Form::kExists : SubqueryExpression::Form::kScalar;
  const Parsed inside{nullptr, query.depth, query.nodes, start, LastEnd()};
  return Make(std::make_shared<SubqueryExpression>(form, std::move(query.plan),
                                                   std::vector<ExpressionPtr>()),
              {inside}, start, out);
}

Status ExpressionParser::ParseParenthesized(Parsed* out) {
  if (BeginsQueryInParentheses()) return ParseSubquery(false, out);
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

std::vector<ExpressionPtr> ExpressionParser::TupleElements(const ExpressionPtr& expression) const {
  const auto* call = As<UnresolvedFunction>(expression);
  if (call == nullptr) return {expression};
  const std::vector<ExpressionPtr>& arguments = call->children();
  std::vector<ExpressionPtr> elements;
  if (IsTuple(*call)) {
    for (size_t i = 1; i < arguments.size(); i += 2) elements.push_back(arguments[i]);
    return elements;
  }
  if (call->name() != "struct") return {expression};
  for (const ExpressionPtr& argument : arguments) {
    elements.push_back(As<Alias>(argument) == nullptr ? argument : argument->child(0));
  }
  return elements;
}

Status ExpressionParser::ParseReference(std::unique_ptr<CallName>* call, Parsed* out) {
  const int start = Peek().start;
  std::vector<std::string> parts;
  if (PeekWord("IDENTIFIER") && PeekSymbol("(", 1) && Peek(2).kind == TokenKind::kString) {
    ARROW_RETURN_NOT_OK(ParseQualifiedName(&parts));
  } else {
    parts.push_back(NameOf(Peek()));
    Advance();
  }
  while (PeekSymbol(".")) {
    Advance();
    if (AcceptSymbol("*")) return ParseStar(std::move(parts), start, out);
    parts.emplace_back();
    ARROW_RETURN_NOT_OK(ParseName(&parts.back()));
  }
  if (PeekSymbol("(")) {
    *call = std::make_unique<CallName>();
    (*call)->parts = std::move(parts);
    (*call)->start = start;
    return Status::OK();
  }
  return Make(std::make_shared<UnresolvedAttribute>(std::move(parts),
                                                    source_->OriginOf(start, LastEnd())),
              {}, start, out);
}

}  // namespace firesteel
