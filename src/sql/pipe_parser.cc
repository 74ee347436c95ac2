// The pipe syntax: `FROM t |> WHERE … |> SELECT …`.
#include <utility>

#include "common/error.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "sql/statement_parser.h"

namespace firesteel {

Status StatementParser::ParsePipe(ParsedPlan* out) {
  Advance();
  *window_scope_ = WindowScope{next_, false, {}, {}};
  if (PeekWord("SELECT")) return ParsePipeSelect(out);
  if (PeekWord("EXTEND")) return ParsePipeExtend(out);
  if (PeekWord("SET")) return ParsePipeSet(out);
  if (PeekWord("DROP")) return ParsePipeDrop(out);
  if (PeekWord("AS")) return ParsePipeAs(out);
  if (PeekWord("WHERE")) return ParseWhere(out);
  if (PeekWord("AGGREGATE")) return ParsePipeAggregate(out);
  if (PeekJoin()) return ParseJoin(out);
  if (PeekPivot()) return PeekWord("PIVOT") ? ParsePivot(out) : ParseUnpivot(out);
  if (PeekWord("LATERAL") && PeekWord("VIEW", 1)) return ParseLateralView(out);
  if (PeekWord("TABLESAMPLE")) return Unsupported("TABLESAMPLE", Peek().start);
  if (BeginsSetOperation()) {
    bool all = false;
    const std::string_view word = TakeSetOperation(&all);
    return ParseSetOperands(true, word, all, out);
  }
  const int start = Peek().start;
  const bool orders = PeekWord("BY", 1);
  if (!orders && !PeekWord("LIMIT") && !PeekWord("OFFSET")) return SyntaxError();
  const std::string clause(TextOf(Peek()));
  ARROW_RETURN_NOT_OK(orders ? ParseOrdering(out) : ParseLimits(out));
  if (LastEnd() <= start) return SyntaxError();
  if (!orders || (!PeekWord("LIMIT") && !PeekWord("OFFSET"))) return Status::OK();
  return ErrorFrom(start, "MULTIPLE_QUERY_RESULT_CLAUSES_WITH_PIPE_OPERATORS",
                   {{"clause1", clause + " BY"}, {"clause2", std::string(TextOf(Peek()))}});
}

Status StatementParser::ParsePipeSelect(ParsedPlan* out) {
  SelectClause select;
  ARROW_RETURN_NOT_OK(ParseSelectClause(&select));
  if (PeekWord("WINDOW")) ARROW_RETURN_NOT_OK(SkipWindowClause());
  PlanPtr project = std::make_shared<Project>(select.list.items, out->plan);
  ARROW_RETURN_NOT_OK(Put(std::move(project), select.list, out));
  return select.distinct ? Put(std::make_shared<Distinct>(out->plan), out) : Status::OK();
}

Status StatementParser::ParsePipeExtend(ParsedPlan* out) {
  Advance();
  ParsedList list;
  list.items.push_back(std::make_shared<UnresolvedStar>());
  do {
    Parsed named;
    ARROW_RETURN_NOT_OK(ParseNamedExpression(&named));
    list.Add(named);
  } while (AcceptSymbol(","));
  if (PeekWord("WINDOW")) ARROW_RETURN_NOT_OK(SkipWindowClause());
  PlanPtr project = std::make_shared<Project>(list.items, out->plan);
  return Put(std::move(project), list, out);
}

// One node per assignment: a later one sees what the earlier ones have set.
Status StatementParser::ParsePipeSet(ParsedPlan* out) {
  Advance();
  do {
    std::string name;
    ARROW_RETURN_NOT_OK(ParseName(&name));
    if (!PeekSymbol("=") && !PeekSymbol("==")) return SyntaxError();
    Advance();
    Parsed value;
    ARROW_RETURN_NOT_OK(ParseExpression(&value));
    const ParsedList list = ListOf(value);
      PlanPtr with = std::make_shared<WithColumns>(std::vector<std::string>{std::move(name)},
                                                 list.items, out->plan);
    ARROW_RETURN_NOT_OK(Put(std::move(with), list, out));
  } while (AcceptSymbol(","));
  return Status::OK();
}

// Unlike drop() of a DataFrame, names that do not exist are errors.
Status StatementParser::ParsePipeDrop(ParsedPlan* out) {
  const int start = Peek().start;
  Advance();
  std::vector<std::vector<std::string>> except;
  do {
    except.emplace_back();
    ARROW_RETURN_NOT_OK(ParseQualifiedName(&except.back()));
  } while (AcceptSymbol(","));
  std::vector<ExpressionPtr> star{std::make_shared<UnresolvedStar>(
      std::vector<std::string>(), std::move(except), source_->OriginOf(start, LastEnd()))};
  return Put(std::make_shared<Project>(std::move(star), out->plan), out);
}

Status StatementParser::ParsePipeAs(ParsedPlan* out) {
  Advance();
  std::string name;
  ARROW_RETURN_NOT_OK(ParseName(&name));
  PlanPtr alias = std::make_shared<SubqueryAlias>(std::move(name), out->plan);
  return Put(std::move(alias), out);
}

// The keys come first in the result, then the aggregates.
Status StatementParser::ParsePipeAggregate(ParsedPlan* out) {
  Advance();
  ParsedList aggregates;
  ParsedList keys;
  const bool only_keys = PeekWord("GROUP") && PeekWord("BY", 1);
  if (!only_keys) {
    do {
      Parsed named;
      ARROW_RETURN_NOT_OK(ParseNamedExpression(&named));
      aggregates.Add(named);
    } while (AcceptSymbol(","));
  }
  if (PeekWord("GROUP") && PeekWord("BY", 1)) {
    Advance(2);
    do {
      Parsed key;
      ARROW_RETURN_NOT_OK(ParseNamedExpression(&key));
      keys.Add(key);
    } while (AcceptSymbol(","));
  } else if (aggregates.items.empty()) {
    return SyntaxError();
  }
  std::vector<ExpressionPtr> grouping;
  std::vector<ExpressionPtr> list;
  for (const ExpressionPtr& key : keys.items) {
    grouping.push_back(As<Alias>(key) == nullptr ? key : key->child(0));
    list.push_back(key);
  }
  list.insert(list.end(), aggregates.items.begin(), aggregates.items.end());
  aggregates.depth = std::max(aggregates.depth, keys.depth);
  aggregates.nodes += 2 * keys.nodes;
  return Put(std::make_shared<Aggregate>(std::move(grouping), std::move(list), out->plan),
             aggregates, out);
}

}  // namespace firesteel
