// One SELECT with its clauses up to HAVING and WINDOW.
#include <set>
#include <utility>

#include "common/error.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/relations.h"
#include "plan/windows.h"
#include "sql/statement_parser.h"

namespace firesteel {

Status StatementParser::ParseSelect(ParsedPlan* out) {
  *window_scope_ = WindowScope{next_, false, {}, {}};
  SelectClause select;
  ARROW_RETURN_NOT_OK(ParseSelectClause(&select));
  if (PeekWord("FROM") && BeginsClause()) {
    Advance();
    ARROW_RETURN_NOT_OK(ParseFromClause(out));
  } else {
    ARROW_RETURN_NOT_OK(Put(std::make_shared<OneRow>(), out));
  }
  return ParseSelectBody(std::move(select), out);
}

// `FROM t SELECT a WHERE …`, and `FROM t` alone for all of its columns.
Status StatementParser::ParseFromFirst(ParsedPlan* out) {
  *window_scope_ = WindowScope{next_, false, {}, {}};
  Advance();
  ARROW_RETURN_NOT_OK(ParseFromClause(out));
  if (!PeekWord("SELECT")) return Status::OK();
  SelectClause select;
  ARROW_RETURN_NOT_OK(ParseSelectClause(&select));
  while (PeekWord("LATERAL") && PeekWord("VIEW", 1)) ARROW_RETURN_NOT_OK(ParseLateralView(out));
  return ParseSelectBody(std::move(select), out);
}

// Hints tell how to run a query, which is decided here anyway.
Status StatementParser::SkipHints() {
  while (PeekSymbol("/*+")) {
    Advance();
    while (!PeekSymbol("*") || !PeekSymbol("/", 1) || Peek().end != Peek(1).start) {
      if (Peek().kind == TokenKind::kEnd) return SyntaxError();
      Advance();
    }
    Advance(2);
  }
  return Status::OK();
}

Status StatementParser::ParseSelectClause(SelectClause* select) {
  Advance();
  ARROW_RETURN_NOT_OK(SkipHints());
  if (PeekWord("TRANSFORM") && PeekSymbol("(", 1)) {
    const size_t after = CloseOf(1) + 1;
    if (after < tokens_.size() && IsWord(tokens_[after], "USING")) {
      return Unsupported("SELECT TRANSFORM", Peek().start);
    }
  }
  if ((PeekWord("DISTINCT") || PeekWord("ALL")) && BeginsExpression(Peek(1)) &&
      !BeginsClause(1)) {
    select->distinct = PeekWord("DISTINCT");
    Advance();
  }
  do {
    Parsed named;
    ARROW_RETURN_NOT_OK(ParseNamedExpression(&named));
    select->list.Add(named);
  } while (AcceptSymbol(","));
  return Status::OK();
}

Status StatementParser::ParseSelectBody(SelectClause select, ParsedPlan* out) {
  if (PeekWord("WHERE")) ARROW_RETURN_NOT_OK(ParseWhere(out));
  const bool grouped = PeekWord("GROUP") && PeekWord("BY", 1);
  ParsedList grouping;
  if (grouped) ARROW_RETURN_NOT_OK(ParseGroupBy(&grouping));
  const bool having = PeekWord("HAVING");
  ParsedList all = grouping;
  all.depth = std::max(all.depth, select.list.depth);
  all.nodes += select.list.nodes;
  PlanPtr node;
  if (grouped || having) {
    node = std::make_shared<Aggregate>(std::move(grouping.items), std::move(select.list.items),
                                       out->plan);
  } else {
    node = std::make_shared<Project>(std::move(select.list.items), out->plan);
  }
  ARROW_RETURN_NOT_OK(Put(std::move(node), all, out));
  if (having) ARROW_RETURN_NOT_OK(ParseHaving(out));
  // The windows' definitions stand before QUALIFY or after it.
  const bool windows = PeekWord("WINDOW");
  if (windows) ARROW_RETURN_NOT_OK(SkipWindowClause());
  if (PeekWord("QUALIFY")) {
    ARROW_RETURN_NOT_OK(ParseQualify(out));
    if (!windows && PeekWord("WINDOW")) ARROW_RETURN_NOT_OK(SkipWindowClause());
  }
  return select.distinct ? Put(std::make_shared<Distinct>(out->plan), out) : Status::OK();
}

Status StatementParser::ParseWhere(ParsedPlan* out) {
  Advance();
  Parsed condition;
  ARROW_RETURN_NOT_OK(ParseExpression(&condition));
  PlanPtr filter = std::make_shared<Filter>(condition.expression, out->plan);
  return Put(std::move(filter), ListOf(condition), out);
}

Status StatementParser::ParseHaving(ParsedPlan* out) {
  Advance();
  Parsed condition;
  ARROW_RETURN_NOT_OK(ParseExpression(&condition));
  PlanPtr having = std::make_shared<Having>(condition.expression, out->plan);
  return Put(std::move(having), ListOf(condition), out);
}

Status StatementParser::ParseQualify(ParsedPlan* out) {
  Advance();
  Parsed condition;
  ARROW_RETURN_NOT_OK(ParseExpression(&condition));
  PlanPtr qualify = std::make_shared<Qualify>(condition.expression, out->plan);
  return Put(std::move(qualify), ListOf(condition), out);
}

// `WINDOW w AS (…), …`: those that are used have been read by then; all must be well-formed.
Status StatementParser::SkipWindowClause() {
  const int start = Peek().start;
  Advance();
  std::set<std::string> names;
  bool repeated = false;
  std::string repeated_name;
  do {
    std::string name;
    ARROW_RETURN_NOT_OK(ParseName(&name));
    ARROW_RETURN_NOT_OK(ExpectWord("AS"));
    if (!names.insert(FoldCase(name)).second && !std::exchange(repeated, true)) {
      repeated_name = name;
    }
    if (IsName(Peek())) {
      Advance();
      continue;
    }
    WindowDefinition window;
    ARROW_RETURN_NOT_OK(ParseWindowDefinition(&window));
  } while (AcceptSymbol(","));
  if (!repeated) return Status::OK();
  return ErrorFrom(start, "INVALID_SQL_SYNTAX.REPETITIVE_WINDOW_DEFINITION",
                   {{"windowName", QuoteIdentifier(repeated_name)}});
}

}  // namespace firesteel
