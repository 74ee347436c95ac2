// OVER (…), window frames and the WINDOW clause.
#include <utility>

#include "common/error.h"
#include "plan/identifier.h"
#include "sql/statement_parser.h"

namespace firesteel {

namespace {

/// Whether a value differs from row to row.
bool ReadsColumns(const ExpressionPtr& expression) {
  return Exists<Expression>(expression, [](const Expression& e) {
    return e.kind() == ExpressionKind::kUnresolvedAttribute ||
           e.kind() == ExpressionKind::kSubquery;
  });
}

}  // namespace

Status StatementParser::ParseOver(Parsed* out) {
  Advance();
  const int specification = Peek().start;
  WindowDefinition own;
  const WindowDefinition* window = &own;
  // `OVER w`, also `OVER (w)`.
  const bool named_in_parentheses =
      PeekSymbol("(") && IsName(Peek(1)) && PeekSymbol(")", 2);
  if (IsName(Peek()) || named_in_parentheses) {
    if (named_in_parentheses) Advance();
    const std::string name = NameOf(Peek());
    Advance();
    if (named_in_parentheses) Advance();
    ARROW_RETURN_NOT_OK(FindWindow(name, &window));
  } else {
    ARROW_RETURN_NOT_OK(ParseWindowDefinition(&own));
  }
  const auto extent = [&](const ParsedList& list) {
    return Parsed{nullptr, list.depth, list.nodes, out->start, LastEnd()};
  };
  return Make(std::make_shared<WindowExpression>(
                  out->expression, window->partition.items, window->order.items, window->frame,
                  window->offsets.items, source_->OriginOf(out->start, LastEnd()),
                  source_->OriginOf(specification, LastEnd())),
              {*out, extent(window->partition), extent(window->order), extent(window->offsets)},
              out->start, out);
}

Status StatementParser::ParseWindowDefinition(WindowDefinition* window) {
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  if ((PeekWord("PARTITION") || PeekWord("DISTRIBUTE") || PeekWord("CLUSTER")) &&
      PeekWord("BY", 1)) {
    Advance(2);
    do {
      Parsed expression;
      ARROW_RETURN_NOT_OK(ParseExpression(&expression));
      window->partition.Add(expression);
    } while (AcceptSymbol(","));
  }
  if ((PeekWord("ORDER") || PeekWord("SORT")) && PeekWord("BY", 1)) {
    Advance(2);
    ARROW_RETURN_NOT_OK(ParseSortOrders(&window->order));
  }
  if (PeekWord("ROWS") || PeekWord("RANGE")) ARROW_RETURN_NOT_OK(ParseFrame(window));
  return ExpectSymbol(")");
}

Status StatementParser::ParseFrame(WindowDefinition* window) {
  WindowFrame frame;
  frame.unit = PeekWord("ROWS") ? WindowFrame::Unit::kRows : WindowFrame::Unit::kRange;
  Advance();
  const bool between = AcceptWord("BETWEEN");
  ARROW_RETURN_NOT_OK(ParseFrameBound(false, window, &frame.lower));
  frame.upper = WindowFrame::Bound::kCurrentRow;
  if (between) {
    ARROW_RETURN_NOT_OK(ExpectWord("AND"));
    ARROW_RETURN_NOT_OK(ParseFrameBound(true, window, &frame.upper));
  }
  window->frame = frame;
  return Status::OK();
}

Status StatementParser::ParseFrameBound(bool upper, WindowDefinition* window,
                                        WindowFrame::Bound* bound) {
  if (AcceptWord("CURRENT")) {
    *bound = WindowFrame::Bound::kCurrentRow;
    return ExpectWord("ROW");
  }
  const bool unbounded = PeekWord("UNBOUNDED");
  if (unbounded) {
    Advance();
  } else {
    Parsed offset;
    ARROW_RETURN_NOT_OK(ParseInfix(upper ? kWeakest : kComparison, &offset));
    if (ReadsColumns(offset.expression)) {
      return source_->ErrorAt("INVALID_SQL_SYNTAX.INVALID_WINDOW_FRAME_BOUND", {}, offset.start,
                              Peek().end);
    }
    window->offsets.Add(offset);
  }
  if (AcceptWord("PRECEDING")) {
    *bound = unbounded ? WindowFrame::Bound::kUnboundedPreceding : WindowFrame::Bound::kPreceding;
    return Status::OK();
  }
  *bound = unbounded ? WindowFrame::Bound::kUnboundedFollowing : WindowFrame::Bound::kFollowing;
  return ExpectWord("FOLLOWING");
}

/// Notes where the definitions of the WINDOW clause stand that belongs to the current SELECT.
void StatementParser::SearchWindowClause() {
  WindowScope& scope = *window_scope_;
  scope.searched = true;
  size_t at = scope.begin;
  while (at < tokens_.size()) {
    const int ahead = static_cast<int>(at) - static_cast<int>(next_);
    const Token& token = tokens_[at];
    if (IsSymbol(token, ")") || IsSymbol(token, ";") || token.kind == TokenKind::kEnd) return;
    const auto is_word = [&](size_t index, std::string_view word) {
      return index < tokens_.size() && IsWord(tokens_[index], word);
    };
    // A window is defined in parentheses or by the name of another one.
    const auto is_definition = [&](size_t name) {
      return name + 2 < tokens_.size() && IsName(tokens_[name]) && is_word(name + 1, "AS") &&
             (IsSymbol(tokens_[name + 2], "(") || IsName(tokens_[name + 2]));
    };
    if (is_word(at, "WINDOW") && is_definition(at + 1)) {
      for (size_t name = at + 1; is_definition(name);) {
        scope.places.emplace(FoldCase(NameOf(tokens_[name])), name + 2);
        const bool is_list = IsSymbol(tokens_[name + 2], "(");
        const size_t comma = (is_list ? close_[name + 2] : name + 2) + 1;
        if (comma >= tokens_.size() || !IsSymbol(tokens_[comma], ",")) return;
        name = comma + 1;
      }
      return;
    }
    if (ahead > 0 && token.kind == TokenKind::kWord && BeginsSetOperation(ahead)) return;
    at = IsSymbol(token, "(") ? close_[at] + 1 : at + 1;
  }
}

Status StatementParser::FindWindow(const std::string& name, const WindowDefinition** window) {
  const std::string folded = FoldCase(name);
  if (window_scope_ != nullptr) {
    if (!window_scope_->searched) SearchWindowClause();
    const auto known = window_scope_->definitions.find(folded);
    if (known != window_scope_->definitions.end()) {
      *window = &known->second;
      return Status::OK();
    }
    const auto place = window_scope_->places.find(folded);
    if (place != window_scope_->places.end()) {
      // Taken out, so that a definition that uses itself is not found.
      const size_t here = std::exchange(next_, place->second);
      const int here_end = last_end_;
      window_scope_->places.erase(place);
      WindowDefinition definition;
      if (PeekSymbol("(")) {
        ARROW_RETURN_NOT_OK(ParseWindowDefinition(&definition));
      } else {
        const WindowDefinition* other = nullptr;
        const std::string other_name = NameOf(Peek());
        Advance();
        ARROW_RETURN_NOT_OK(FindWindow(other_name, &other));
        definition = *other;
      }
      next_ = here;
      last_end_ = here_end;
      *window = &window_scope_->definitions.emplace(folded, std::move(definition)).first->second;
      return Status::OK();
    }
  }
  const int end = LastEnd();
  return source_->ErrorAt("MISSING_WINDOW_SPECIFICATION", {{"windowName", name}},
                          end - static_cast<int>(name.size()), end);
}

}  // namespace firesteel
