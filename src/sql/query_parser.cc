// Queries as a whole: WITH, set operations, and what orders and cuts their rows.
#include <utility>

#include "common/error.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/relations.h"
#include "sql/statement_parser.h"

namespace firesteel {

ParsedList StatementParser::ListOf(const Parsed& parsed) {
  ParsedList list;
  list.Add(parsed);
  return list;
}

Status StatementParser::Put(PlanPtr node, const ParsedList& expressions, ParsedPlan* out) const {
  out->plan = std::move(node);
  out->depth = std::max(out->depth, expressions.depth) + 1;
  out->nodes += expressions.nodes + 1;
  return out->depth > kMaximumDepth || out->nodes > kMaximumNodes ? TooComplex() : Status::OK();
}

Status StatementParser::Put(PlanPtr node, ParsedPlan* out) const {
  return Put(std::move(node), ParsedList(), out);
}

Status StatementParser::PutBoth(PlanPtr node, const ParsedPlan& right,
                                const ParsedList& expressions, ParsedPlan* out) const {
  out->depth = std::max(out->depth, right.depth);
  out->nodes += right.nodes;
  return Put(std::move(node), expressions, out);
}

Status StatementParser::ParseQueryInParentheses(ParsedPlan* out) {
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  ARROW_RETURN_NOT_OK(ParseQuery(out));
  return ExpectSymbol(")");
}

Status StatementParser::ParseQuery(ParsedPlan* out) {
  if (nesting_ + kQueryNesting > kMaximumDepth) return TooComplex();
  nesting_ += kQueryNesting;
  auto outer_scope = std::exchange(window_scope_, std::make_unique<WindowScope>());
  std::vector<With::Definition> definitions;
  ParsedPlan extent;
  if (PeekWord("WITH")) ARROW_RETURN_NOT_OK(ParseWith(&definitions, &extent));
  ARROW_RETURN_NOT_OK(ParseSetOperations(false, out));
  ARROW_RETURN_NOT_OK(ParseOrganization(out));
  while (PeekSymbol("|>")) ARROW_RETURN_NOT_OK(ParsePipe(out));
  nesting_ -= kQueryNesting;
  window_scope_ = std::move(outer_scope);
  return definitions.empty() ? Status::OK() : PutWith(std::move(definitions), extent, out);
}

Status StatementParser::PutWith(std::vector<With::Definition> definitions,
                                const ParsedPlan& extent, ParsedPlan* out) const {
  PlanPtr with = std::make_shared<With>(std::move(definitions), out->plan);
  return PutBoth(std::move(with), extent, {}, out);
}

Status StatementParser::ParseWith(std::vector<With::Definition>* definitions,
                                  ParsedPlan* extent) {
  Advance();
  const bool recursive = PeekWord("RECURSIVE") && IsName(Peek(1)) && !PeekWord("AS", 1);
  if (recursive) Advance();
  do {
    With::Definition definition;
    const int name_start = Peek().start;
    ARROW_RETURN_NOT_OK(ParseName(&definition.name));
    for (const With::Definition& other : *definitions) {
      if (SameName(other.name, definition.name, false)) {
        return ErrorFrom(name_start, "DUPLICATED_CTE_NAMES",
                         {{"duplicateNames", QuoteIdentifier(definition.name)}});
      }
    }
    std::vector<std::string> columns;
    if (PeekSymbol("(") && !BeginsQueryInParentheses()) {
      ARROW_RETURN_NOT_OK(ParseNameList(&columns));
    }
    definition.recursive = recursive;
    if (recursive && PeekWord("MAX") && PeekWord("RECURSION", 1)) {
      Advance(2);
      ARROW_RETURN_NOT_OK(ExpectWord("LEVEL"));
      ARROW_RETURN_NOT_OK(ParseRecursionLevel(&definition.maximum_level));
    }
    if (PeekWord("AS") && PeekSymbol("(", 1)) Advance();
    ParsedPlan query;
    ARROW_RETURN_NOT_OK(ParseQueryInParentheses(&query));
    if (!columns.empty()) {
      PlanPtr aliases = std::make_shared<ColumnAliases>(std::move(columns), query.plan);
      ARROW_RETURN_NOT_OK(Put(std::move(aliases), &query));
    }
    definition.query = query.plan;
    extent->depth = std::max(extent->depth, query.depth);
    extent->nodes += query.nodes;
    definitions->push_back(std::move(definition));
  } while (AcceptSymbol(","));
  return Status::OK();
}

Status StatementParser::ParseRecursionLevel(std::optional<int64_t>* level) {
  Parsed number;
  ARROW_RETURN_NOT_OK(ParseInfix(kComparison, &number));
  const auto* literal = As<Literal>(number.expression);
  if (literal == nullptr || !literal->value().Is<int32_t>()) return SyntaxError();
  *level = literal->value().Get<int32_t>();
  return Status::OK();
}

bool StatementParser::PeekSetOperation(bool intersect) const {
  return BeginsSetOperation() && PeekWord("INTERSECT") == intersect;
}

std::string_view StatementParser::TakeSetOperation(bool* all) {
  const std::string_view word = PeekWord("UNION")       ? "UNION"
                                : PeekWord("INTERSECT") ? "INTERSECT"
                                                        : "EXCEPT";
  Advance();
  *all = AcceptWord("ALL");
  if (!*all) AcceptWord("DISTINCT");
  return word;
}

Status StatementParser::ParseSetOperations(bool intersect, ParsedPlan* out) {
  ARROW_RETURN_NOT_OK(intersect ? ParseQueryPrimary(out) : ParseSetOperations(true, out));
  while (PeekSetOperation(intersect)) {
    bool all = false;
    const std::string_view word = TakeSetOperation(&all);
    ARROW_RETURN_NOT_OK(ParseSetOperands(intersect, word, all, out));
  }
  return Status::OK();
}

// A run of equal unions is one Union, so that thousands of them stay flat.
Status StatementParser::ParseSetOperands(bool intersect, std::string_view word, bool all,
                                         ParsedPlan* out) {
  ParsedPlan right;
  ARROW_RETURN_NOT_OK(intersect ? ParseQueryPrimary(&right) : ParseSetOperations(true, &right));
  if (word != "UNION") {
    const auto operation = word == "INTERSECT" ? SetOperation::Operation::kIntersect
                                               : SetOperation::Operation::kExcept;
    PlanPtr node = std::make_shared<SetOperation>(operation, all, out->plan, right.plan);
    return PutBoth(std::move(node), right, {}, out);
  }
  std::vector<PlanPtr> children{out->plan, right.plan};
  for (;;) {
    const bool next_all = PeekWord("ALL", 1);
    if (!PeekWord("UNION") || !BeginsSetOperation() || next_all != all) break;
    TakeSetOperation(&all);
    ParsedPlan more;
    ARROW_RETURN_NOT_OK(ParseSetOperations(true, &more));
    children.push_back(more.plan);
    right.depth = std::max(right.depth, more.depth);
    right.nodes += more.nodes;
  }
  PlanPtr node = std::make_shared<Union>(std::move(children), false, false);
  ARROW_RETURN_NOT_OK(PutBoth(std::move(node), right, {}, out));
  return all ? Status::OK() : Put(std::make_shared<Distinct>(out->plan), out);
}

Status StatementParser::ParseQueryPrimary(ParsedPlan* out) {
  if (PeekSymbol("(")) return ParseQueryInParentheses(out);
  if (PeekWord("SELECT")) return ParseSelect(out);
  if (PeekWord("FROM")) return ParseFromFirst(out);
  if (PeekWord("VALUES")) {
    ARROW_RETURN_NOT_OK(ParseInlineTable(out));
    return ParseTableAlias(out);
  }
  if (PeekWord("TABLE")) {
    Advance();
    return ParseTable(false, out);
  }
  return SyntaxError();
}

Status StatementParser::ParseInlineTable(ParsedPlan* out) {
  Advance();
  ParsedList extent;
  std::vector<std::vector<ExpressionPtr>> rows;
  do {
    Parsed row;
    ARROW_RETURN_NOT_OK(ParseExpression(&row));
    rows.push_back(TupleElements(row.expression));
    extent.depth = std::max(extent.depth, row.depth);
    extent.nodes += row.nodes;
  } while (AcceptSymbol(","));
  return Put(std::make_shared<InlineTable>(std::move(rows)), extent, out);
}

Status StatementParser::ParseOrganization(ParsedPlan* out) {
  ARROW_RETURN_NOT_OK(ParseOrdering(out));
  if (PeekWord("WINDOW")) ARROW_RETURN_NOT_OK(SkipWindowClause());
  return ParseLimits(out);
}

// Rows that are ordered as a whole are ordered within every partition too, so SORT BY is a Sort.
// Where rows lie is not part of an answer: DISTRIBUTE BY is checked for nothing but its syntax.
Status StatementParser::ParseOrdering(ParsedPlan* out) {
  const auto take = [this](std::string_view word) {
    if (!PeekWord(word) || !PeekWord("BY", 1)) return false;
    Advance(2);
    return true;
  };
  ParsedList orders;
  if (take("ORDER") || take("CLUSTER")) {
    ARROW_RETURN_NOT_OK(ParseSortOrders(&orders));
  }
  if (take("DISTRIBUTE")) {
    ParsedList places;
    ARROW_RETURN_NOT_OK(ParseSortOrders(&places));
  }
  if (take("SORT")) ARROW_RETURN_NOT_OK(ParseSortOrders(&orders));
  if (orders.items.empty()) return Status::OK();
  PlanPtr sort = std::make_shared<Sort>(orders.items, out->plan);
  return Put(std::move(sort), orders, out);
}

Status StatementParser::ParseLimits(ParsedPlan* out) {
  using Clause = UnresolvedLimit::Clause;
  Parsed limit;
  Parsed offset;
  if (AcceptWord("LIMIT") && !AcceptWord("ALL")) ARROW_RETURN_NOT_OK(ParseExpression(&limit));
  if (AcceptWord("OFFSET")) ARROW_RETURN_NOT_OK(ParseExpression(&offset));
  if (offset.expression != nullptr) {
    PlanPtr node = std::make_shared<UnresolvedLimit>(Clause::kOffset, offset.expression, out->plan);
    ARROW_RETURN_NOT_OK(Put(std::move(node), ListOf(offset), out));
  }
  if (limit.expression == nullptr) return Status::OK();
  PlanPtr node = std::make_shared<UnresolvedLimit>(Clause::kLimit, limit.expression, out->plan);
  return Put(std::move(node), ListOf(limit), out);
}

}  // namespace firesteel
