// Calls: arguments, lambdas and named arguments among them, and the clauses that may follow.
#include <utility>

#include "common/error.h"
#include "sql/expression_parser.h"

namespace firesteel {

Status ExpressionParser::ParseCall(std::unique_ptr<CallName> name, Parsed* out) {
  Advance();
  if ((PeekWord("DISTINCT") || PeekWord("ALL")) && BeginsExpression(Peek(1)) &&
      !PeekSymbol("->", 1)) {
    name->distinct = PeekWord("DISTINCT");
    Advance();
  }
  std::vector<Parsed> parts;
  ARROW_RETURN_NOT_OK(ParseArguments(&parts));
  name->end = LastEnd();
  ARROW_RETURN_NOT_OK(ParseCallClauses(name.get(), &parts));
  ARROW_RETURN_NOT_OK(MakeNamedCall(*name, parts, out));
  const bool windowed = PeekWord("OVER") && (PeekSymbol("(", 1) || IsName(Peek(1)));
  return windowed ? ParseOver(out) : Status::OK();
}

Status ExpressionParser::ParseCallClauses(CallName* name, std::vector<Parsed>* parts) {
  if (PeekWord("WITHIN") && PeekWord("GROUP", 1)) {
    Advance(2);
    ARROW_RETURN_NOT_OK(ExpectSymbol("("));
    ARROW_RETURN_NOT_OK(ExpectWord("ORDER"));
    ARROW_RETURN_NOT_OK(ExpectWord("BY"));
    do {
      parts->emplace_back();
      ARROW_RETURN_NOT_OK(ParseExpression(&parts->back()));
      ARROW_RETURN_NOT_OK(ParseSortDirection(&parts->back()));
      ++name->within_group_size;
    } while (AcceptSymbol(","));
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  }
  if (PeekWord("FILTER") && PeekSymbol("(", 1) && PeekWord("WHERE", 2)) {
    Advance(3);
    name->has_filter = true;
    parts->emplace_back();
    ARROW_RETURN_NOT_OK(ParseExpression(&parts->back()));
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  }
  if ((PeekWord("IGNORE") || PeekWord("RESPECT")) && PeekWord("NULLS", 1)) {
    name->ignore_nulls = PeekWord("IGNORE");
    Advance(2);
  }
  return Status::OK();
}

namespace {

/// timestampadd(MONTH, 1, t) and its kin name a unit without quotes: makes it a constant, and gives
/// the call the name of what it is. Errors: INVALID_PARAMETER_VALUE.DATETIME_UNIT.
Status TakeUnit(std::string* name, std::vector<ExpressionPtr>* arguments) {
  if (arguments->size() != 3) return Status::OK();
  std::string lower = *name;
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  const bool adds = lower == "timestampadd" || lower == "dateadd" || lower == "date_add";
  const bool differs = lower == "timestampdiff" || lower == "datediff" || lower == "date_diff";
  if (!adds && !differs) return Status::OK();
  ExpressionPtr& unit = arguments->front();
  const auto* literal = As<Literal>(unit);
  if (literal && literal->value().Is<std::string>()) {
    return MakeError("INVALID_PARAMETER_VALUE.DATETIME_UNIT",
                     {{"functionName", "`" + *name + "`"},
                      {"parameter", "`unit`"},
                      {"invalidValue", "'" + literal->value().Get<std::string>() + "'"}});
  }
  const auto* word = As<UnresolvedAttribute>(unit);
  if (!word || word->parts().size() != 1) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(unit, Literal::Make(word->parts()[0], TypeId::kString));
  *name = adds ? "timestampadd" : "timestampdiff";
  return Status::OK();
}

}  // namespace

Status ExpressionParser::MakeNamedCall(const CallName& name, const std::vector<Parsed>& parts,
                                       Parsed* out) const {
  std::vector<ExpressionPtr> arguments;
  for (const Parsed& part : parts) arguments.push_back(part.expression);
  ExpressionPtr filter;
  if (name.has_filter) {
    filter = std::move(arguments.back());
    arguments.pop_back();
  }
  const auto within_begin =
      arguments.end() - static_cast<std::ptrdiff_t>(name.within_group_size);
  std::vector<ExpressionPtr> within_group(within_begin, arguments.end());
  arguments.erase(within_begin, arguments.end());
  // Built-in functions may be named by their place: system.builtin.abs(x).
  const size_t count = name.parts.size();
  size_t first = 0;
  if (count > 1 && name.parts[count - 2] == "builtin") {
    if (count == 2) first = 1;
    if (count == 3 && name.parts[0] == "system") first = 2;
  }
  std::string text;
  for (size_t i = first; i < count; ++i) text += (text.empty() ? "" : ".") + name.parts[i];
  ARROW_RETURN_NOT_OK(TakeUnit(&text, &arguments));
  return Make(std::make_shared<UnresolvedFunction>(
                  std::move(text), std::move(arguments), name.distinct,
                  source_->OriginOf(name.start, name.end), std::move(filter), name.ignore_nulls,
                  std::move(within_group)),
              parts, name.start, out);
}

Status ExpressionParser::ParseArguments(std::vector<Parsed>* arguments) {
  if (AcceptSymbol(")")) return Status::OK();
  do {
    arguments->emplace_back();
    ARROW_RETURN_NOT_OK(ParseArgument(&arguments->back()));
  } while (AcceptSymbol(","));
  return ExpectSymbol(")");
}

Status ExpressionParser::ParseArgument(Parsed* out) {
  if (BeginsLambda()) return ParseLambda(out);
  if (IsName(Peek()) && PeekSymbol("=>", 1)) return ParseNamedArgument(out);
  return ParseExpression(out);
}

/// `x -> …` or `(x, y) -> …`.
bool ExpressionParser::BeginsLambda() const {
  if (IsName(Peek())) return PeekSymbol("->", 1);
  if (!PeekSymbol("(")) return false;
  const size_t arrow = CloseOf() + 1;
  return arrow < tokens_.size() && IsSymbol(tokens_[arrow], "->");
}

Status ExpressionParser::ParseLambda(Parsed* out) {
  const int start = Peek().start;
  std::vector<std::string> variables(1);
  if (PeekSymbol("(")) {
    variables.clear();
    ARROW_RETURN_NOT_OK(ParseNameList(&variables));
  } else {
    ARROW_RETURN_NOT_OK(ParseName(&variables[0]));
  }
  ARROW_RETURN_NOT_OK(ExpectSymbol("->"));
  Parsed body;
  ARROW_RETURN_NOT_OK(ParseExpression(&body));
  return Make(std::make_shared<UnresolvedLambda>(std::move(variables), body.expression,
                                                 source_->OriginOf(start, LastEnd())),
              {body}, start, out);
}

Status ExpressionParser::ParseNamedArgument(Parsed* out) {
  const int start = Peek().start;
  std::string name = NameOf(Peek());
  Advance(2);
  Parsed value;
  ARROW_RETURN_NOT_OK(ParseExpression(&value));
  return Make(std::make_shared<NamedArgument>(std::move(name), value.expression), {value}, start,
              out);
}

}  // namespace firesteel
