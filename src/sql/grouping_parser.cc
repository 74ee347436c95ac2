// GROUP BY with ROLLUP, CUBE and GROUPING SETS.
#include <utility>

#include "common/error.h"
#include "sql/statement_parser.h"

namespace firesteel {

using Form = UnresolvedGroupingSets::Form;

namespace {

/// Nested in GROUPING SETS, a CUBE becomes all subsets of its elements.
constexpr size_t kMaximumNestedCube = 10;

void Append(const ParsedList& more, ParsedList* list) {
  list->items.insert(list->items.end(), more.items.begin(), more.items.end());
  list->depth = std::max(list->depth, more.depth);
  list->nodes += more.nodes;
}

/// The sets that ROLLUP stands for: all elements, all but the last, …, none.
std::vector<ParsedList> ExpandRollup(const std::vector<ParsedList>& elements) {
  std::vector<ParsedList> sets;
  for (size_t size = elements.size() + 1; size-- > 0;) {
    sets.emplace_back();
    for (size_t i = 0; i < size; ++i) Append(elements[i], &sets.back());
  }
  return sets;
}

std::vector<ParsedList> ExpandCube(const std::vector<ParsedList>& elements) {
  std::vector<ParsedList> sets;
  for (size_t absent = 0; absent < size_t{1} << elements.size(); ++absent) {
    sets.emplace_back();
    for (size_t i = 0; i < elements.size(); ++i) {
      if ((absent >> (elements.size() - 1 - i) & 1) == 0) Append(elements[i], &sets.back());
    }
  }
  return sets;
}

}  // namespace

Status StatementParser::ParseGroupBy(ParsedList* grouping) {
  const int start = Peek().start;
  Advance(2);
  do {
    ARROW_RETURN_NOT_OK(ParseGroupingItem(grouping));
  } while (AcceptSymbol(","));
  // The older forms: `GROUP BY a, b WITH ROLLUP`, `GROUP BY a, b GROUPING SETS (…)`.
  std::vector<ParsedList> elements;
  Parsed sets;
  if (PeekWord("WITH") && (PeekWord("ROLLUP", 1) || PeekWord("CUBE", 1))) {
    const Form form = PeekWord("ROLLUP", 1) ? Form::kRollup : Form::kCube;
    Advance(2);
    for (const ExpressionPtr& item : grouping->items) {
      elements.emplace_back();
      elements.back().items.push_back(item);
    }
    elements[0].depth = grouping->depth;
    elements[0].nodes = grouping->nodes;
    ARROW_RETURN_NOT_OK(MakeGroupingSets(form, elements, start, &sets));
  } else if (PeekWord("GROUPING") && PeekWord("SETS", 1) && PeekSymbol("(", 2)) {
    Advance(2);
    ARROW_RETURN_NOT_OK(ParseGroupingSets(Form::kSets, start, &sets));
  } else {
    return Status::OK();
  }
  *grouping = ListOf(sets);
  return Status::OK();
}

Status StatementParser::ParseGroupingItem(ParsedList* grouping) {
  const int start = Peek().start;
  Parsed item;
  if ((PeekWord("ROLLUP") || PeekWord("CUBE")) && PeekSymbol("(", 1)) {
    const Form form = PeekWord("ROLLUP") ? Form::kRollup : Form::kCube;
    Advance();
    ARROW_RETURN_NOT_OK(ParseGroupingSets(form, start, &item));
  } else if (PeekWord("GROUPING") && PeekWord("SETS", 1) && PeekSymbol("(", 2)) {
    Advance(2);
    ARROW_RETURN_NOT_OK(ParseGroupingSets(Form::kSets, start, &item));
  } else {
    ARROW_RETURN_NOT_OK(ParseExpression(&item));
  }
  grouping->Add(item);
  return Status::OK();
}

Status StatementParser::ParseGroupingSets(Form form, int start, Parsed* out) {
  std::vector<ParsedList> elements;
  ARROW_RETURN_NOT_OK(ParseGroupingElements(form, &elements));
  return MakeGroupingSets(form, elements, start, out);
}

Status StatementParser::ParseGroupingElements(Form form, std::vector<ParsedList>* elements) {
  if (nesting_ >= kMaximumDepth) return TooComplex();
  ++nesting_;
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  do {
    const bool nested_rollup = PeekWord("ROLLUP") && PeekSymbol("(", 1);
    const bool nested_cube = PeekWord("CUBE") && PeekSymbol("(", 1);
    const bool nested_sets = PeekWord("GROUPING") && PeekWord("SETS", 1) && PeekSymbol("(", 2);
    if (form != Form::kSets || !(nested_rollup || nested_cube || nested_sets)) {
      elements->emplace_back();
      ARROW_RETURN_NOT_OK(ParseGroupingElement(&elements->back()));
      continue;
    }
    Advance(nested_sets ? 2 : 1);
    std::vector<ParsedList> inner;
    ARROW_RETURN_NOT_OK(ParseGroupingElements(nested_sets ? Form::kSets : Form::kRollup, &inner));
    if (nested_cube && inner.size() > kMaximumNestedCube) return TooComplex();
    if (nested_rollup) inner = ExpandRollup(inner);
    if (nested_cube) inner = ExpandCube(inner);
    elements->insert(elements->end(), inner.begin(), inner.end());
    if (elements->size() > static_cast<size_t>(kMaximumNodes)) return TooComplex();
  } while (AcceptSymbol(","));
  --nesting_;
  return ExpectSymbol(")");
}

// `(a, b)` is one element of two expressions, `(a) + 1` an expression.
Status StatementParser::ParseGroupingElement(ParsedList* element) {
  Parsed expression;
  const size_t after = CloseOf() + 1;
  const bool is_list = PeekSymbol("(") && after < tokens_.size() &&
                       (IsSymbol(tokens_[after], ",") || IsSymbol(tokens_[after], ")"));
  if (!is_list) {
    ARROW_RETURN_NOT_OK(ParseExpression(&expression));
    element->Add(expression);
    return Status::OK();
  }
  Advance();
  if (AcceptSymbol(")")) return Status::OK();
  do {
    ARROW_RETURN_NOT_OK(ParseExpression(&expression));
    element->Add(expression);
  } while (AcceptSymbol(","));
  return ExpectSymbol(")");
}

Status StatementParser::MakeGroupingSets(Form form, const std::vector<ParsedList>& elements,
                                         int start, Parsed* out) const {
  ParsedList all;
  std::vector<int> sizes;
  for (const ParsedList& element : elements) {
    Append(element, &all);
    sizes.push_back(static_cast<int>(element.items.size()));
    if (all.nodes > kMaximumNodes) return TooComplex();
  }
  const Parsed inside{nullptr, all.depth, all.nodes, start, LastEnd()};
  return Make(std::make_shared<UnresolvedGroupingSets>(form, std::move(all.items),
                                                       std::move(sizes)),
              {inside}, start, out);
}

}  // namespace firesteel
