// FROM: tables, queries, functions that give tables, joins, LATERAL VIEW.
#include <utility>

#include "common/error.h"
#include "plan/event_time.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/relations.h"
#include "sql/statement_parser.h"
#include "types/interval.h"

namespace firesteel {

namespace {

// These words name no table, although they may name columns.
constexpr std::string_view kNoTableAliases[] = {
    "ANTI", "CROSS", "EXCEPT", "FULL",     "INNER", "INTERSECT", "JOIN",  "LATERAL", "LEFT",
    "NATURAL", "ON", "RIGHT",  "SEMI",  "SETMINUS", "MINUS", "UNION", "USING"};

}  // namespace

Status StatementParser::ParseFromClause(ParsedPlan* out) {
  ARROW_RETURN_NOT_OK(ParseRelation(out));
  while (AcceptSymbol(",")) {
    const bool lateral = PeekWord("LATERAL") && (IsName(Peek(1)) || PeekSymbol("(", 1));
    if (lateral) Advance();
    ParsedPlan right;
    ARROW_RETURN_NOT_OK(lateral ? ParseRelationPrimary(&right) : ParseRelation(&right));
    PlanPtr join = lateral ? Join::Lateral(out->plan, right.plan, JoinType::kInner, nullptr)
                           : std::make_shared<Join>(out->plan, right.plan, JoinType::kInner,
                                                    nullptr);
    ARROW_RETURN_NOT_OK(PutBoth(std::move(join), right, {}, out));
    while (PeekJoin()) ARROW_RETURN_NOT_OK(ParseJoin(out));
  }
  while (PeekWord("LATERAL") && PeekWord("VIEW", 1)) ARROW_RETURN_NOT_OK(ParseLateralView(out));
  return Status::OK();
}

Status StatementParser::ParseRelation(ParsedPlan* out) {
  ARROW_RETURN_NOT_OK(ParseRelationPrimary(out));
  for (;;) {
    if (PeekJoin()) {
      ARROW_RETURN_NOT_OK(ParseJoin(out));
    } else if (PeekPivot()) {
      ARROW_RETURN_NOT_OK(PeekWord("PIVOT") ? ParsePivot(out) : ParseUnpivot(out));
    } else {
      return Status::OK();
    }
  }
}

bool StatementParser::PeekJoin() const {
  for (const std::string_view word :
       {"JOIN", "INNER", "CROSS", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI", "NATURAL"}) {
    if (PeekWord(word)) return true;
  }
  return false;
}

Status StatementParser::ParseJoinType(JoinType* type, std::string* words) {
  *type = JoinType::kInner;
  *words = "INNER";
  const auto set = [&](JoinType to, std::string_view text) {
    *type = to;
    *words = text;
  };
  if (AcceptWord("CROSS")) {
    set(JoinType::kCross, "CROSS");
  } else if (AcceptWord("RIGHT")) {
    AcceptWord("OUTER");
    set(JoinType::kRightOuter, "RIGHT OUTER");
  } else if (AcceptWord("FULL")) {
    AcceptWord("OUTER");
    set(JoinType::kFullOuter, "FULL OUTER");
  } else {
    const bool left = AcceptWord("LEFT");
    if (left) set(JoinType::kLeftOuter, "LEFT OUTER");
    if (AcceptWord("SEMI")) {
      set(JoinType::kLeftSemi, "LEFT SEMI");
    } else if (AcceptWord("ANTI")) {
      set(JoinType::kLeftAnti, "LEFT ANTI");
    } else if (left) {
      AcceptWord("OUTER");
    } else {
      AcceptWord("INNER");
    }
  }
  return ExpectWord("JOIN");
}

Status StatementParser::ParseJoin(ParsedPlan* left) {
  const int start = Peek().start;
  const bool natural = AcceptWord("NATURAL");
  JoinType type = JoinType::kInner;
  std::string words;
  ARROW_RETURN_NOT_OK(ParseJoinType(&type, &words));
  if (natural && type == JoinType::kCross) {
    return ErrorFrom(start, "INCOMPATIBLE_JOIN_TYPES",
                     {{"joinType1", "NATURAL"}, {"joinType2", "CROSS"}});
  }
  const bool lateral = PeekWord("LATERAL") && (IsName(Peek(1)) || PeekSymbol("(", 1));
  if (lateral) {
    Advance();
    const bool supported = type == JoinType::kInner || type == JoinType::kCross ||
                           type == JoinType::kLeftOuter;
    if (natural) {
      return ErrorFrom(start, "INCOMPATIBLE_JOIN_TYPES",
                       {{"joinType1", "LATERAL"}, {"joinType2", "NATURAL"}});
    }
    if (!supported) {
      return ErrorFrom(start, "INVALID_LATERAL_JOIN_TYPE", {{"joinType", words}});
    }
  }
  ParsedPlan right;
  ARROW_RETURN_NOT_OK(ParseRelationPrimary(&right));
  return ParseJoinCriteria(std::move(right), type, natural, lateral, left);
}

Status StatementParser::ParseJoinCriteria(ParsedPlan right, JoinType type, bool natural,
                                          bool lateral, ParsedPlan* left) {
  ParsedList criteria;
  PlanPtr join;
  if (natural) {
    join = Join::Natural(left->plan, right.plan, type);
  } else if (PeekWord("USING") && PeekSymbol("(", 1)) {
    const int start = Peek().start;
    Advance();
    std::vector<std::string> columns;
    ARROW_RETURN_NOT_OK(ParseNameList(&columns));
    if (lateral) {
      return ErrorFrom(start, "UNSUPPORTED_FEATURE.LATERAL_JOIN_USING");
    }
    join = Join::Using(left->plan, right.plan, type, std::move(columns));
  } else {
    ExpressionPtr condition;
    if (AcceptWord("ON")) {
      Parsed parsed;
      ARROW_RETURN_NOT_OK(ParseExpression(&parsed));
      condition = parsed.expression;
      criteria = ListOf(parsed);
    }
    join = lateral ? Join::Lateral(left->plan, right.plan, type, std::move(condition))
                   : std::make_shared<Join>(left->plan, right.plan, type, std::move(condition));
  }
  return PutBoth(std::move(join), right, criteria, left);
}

Status StatementParser::ParseRelationPrimary(ParsedPlan* out) {
  if (PeekSymbol("(")) return ParseParenthesizedRelation(out);
  if (PeekWord("VALUES") && BeginsQuery()) {
    ARROW_RETURN_NOT_OK(ParseInlineTable(out));
  } else if (PeekWord("STREAM") && IsName(Peek(1)) && !BeginsClause(1) && !PeekWord("AS", 1)) {
    Advance();
    ARROW_RETURN_NOT_OK(ParseTable(true, out));
  } else if (PeekWord("STREAM") && PeekSymbol("(", 1)) {
    Advance(2);
    ARROW_RETURN_NOT_OK(ParseTable(true, out));
    ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  } else {
    ARROW_RETURN_NOT_OK(ParseTable(false, out));
  }
  return ParseTableAlias(out);
}

Status StatementParser::ParseParenthesizedRelation(ParsedPlan* out) {
  if (BeginsQueryInParentheses()) {
    ARROW_RETURN_NOT_OK(ParseQueryInParentheses(out));
    return ParseTableAlias(out);
  }
  if (nesting_ >= kMaximumDepth) return TooComplex();
  ++nesting_;
  Advance();
  ARROW_RETURN_NOT_OK(ParseRelation(out));
  --nesting_;
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return ParseTableAlias(out);
}

Status StatementParser::ParseTable(bool streaming, ParsedPlan* out) {
  const int start = Peek().start;
  std::vector<std::string> name;
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&name));
  if (PeekSymbol("(") && !streaming) return ParseTableFunction(std::move(name), start, out);
  ARROW_RETURN_NOT_OK(Put(std::make_shared<UnresolvedTable>(
                              std::move(name), streaming, source_->OriginOf(start, LastEnd())),
                          out));
  return RefuseAfterTable();
}

Status StatementParser::RefuseAfterTable() {
  const int start = Peek().start;
  const bool travels =
      (PeekWord("VERSION") && PeekWord("AS", 1) && PeekWord("OF", 2)) ||
      (PeekWord("TIMESTAMP") && PeekWord("AS", 1) && PeekWord("OF", 2)) ||
      (PeekWord("FOR") && (PeekWord("VERSION", 1) || PeekWord("SYSTEM_VERSION", 1) ||
                           PeekWord("TIMESTAMP", 1) || PeekWord("SYSTEM_TIME", 1)));
  if (travels) {
    Advance(2);
    return ErrorFrom(start, "UNSUPPORTED_FEATURE.TIME_TRAVEL", {{"relationId", "tables"}});
  }
  if (PeekWord("WITH") && PeekSymbol("(", 1)) return Unsupported("options of a table", start);
  return Status::OK();
}

bool StatementParser::PeekTableAlias() const {
  if (Peek().kind == TokenKind::kQuotedName) return true;
  if (Peek().kind != TokenKind::kWord || BeginsClause() || PeekPivot()) return false;
  for (const std::string_view word : kNoTableAliases) {
    if (PeekWord(word)) return false;
  }
  if (PeekWord("SELECT")) return !BeginsExpression(Peek(1));
  return true;
}

// A table may be called `watermark`: the clause has DELAY OF INTERVAL.
bool StatementParser::PeekWatermark() const {
  if (!PeekWord("WATERMARK")) return false;
  for (int ahead = 1, depth = 0; Peek(ahead).kind != TokenKind::kEnd; ++ahead) {
    if (PeekSymbol("(", ahead)) ++depth;
    if (PeekSymbol(")", ahead) && --depth < 0) return false;
    if (depth > 0) continue;
    if (ahead > 1 && PeekWord("DELAY", ahead) && PeekWord("OF", ahead + 1)) return true;
    if (BeginsClause(ahead)) return false;
  }
  return false;
}

// `WATERMARK expression [[AS] name] DELAY OF INTERVAL …`.
Status StatementParser::ParseWatermark(ParsedPlan* out) {
  Advance();
  Parsed event_time;
  ARROW_RETURN_NOT_OK(ParseExpression(&event_time));
  const bool has_as = AcceptWord("AS");
  if (has_as || !PeekWord("DELAY")) {
    std::string name;
    ARROW_RETURN_NOT_OK(ParseName(&name));
    event_time.expression = std::make_shared<Alias>(event_time.expression, std::move(name));
  }
  ARROW_RETURN_NOT_OK(ExpectWord("DELAY"));
  ARROW_RETURN_NOT_OK(ExpectWord("OF"));
  if (!PeekWord("INTERVAL")) return SyntaxError();
  Parsed delay;
  ARROW_RETURN_NOT_OK(ParsePrimary(&delay));
  const auto* literal = As<Literal>(delay.expression);
  if (literal == nullptr) return SyntaxError();
  CalendarInterval interval;
  const Value& value = literal->value();
  if (value.Is<CalendarInterval>()) interval = value.Get<CalendarInterval>();
  if (value.Is<DayTimeInterval>()) interval.micros = value.Get<DayTimeInterval>().micros;
  if (value.Is<YearMonthInterval>()) interval.months = value.Get<YearMonthInterval>().months;
  PlanPtr watermark = std::make_shared<EventTimeWatermark>(
      event_time.expression, FormatCalendarInterval(interval), out->plan);
  return Put(std::move(watermark), ListOf(event_time), out);
}

Status StatementParser::ParseTableAlias(ParsedPlan* out) {
  if (PeekWatermark()) ARROW_RETURN_NOT_OK(ParseWatermark(out));
  if (PeekWord("TABLESAMPLE") && (PeekSymbol("(", 1) || IsName(Peek(1)))) {
    return Unsupported("TABLESAMPLE", Peek().start);
  }
  const bool has_as = PeekWord("AS") && IsName(Peek(1));
  if (has_as) Advance();
  if (!has_as && !PeekTableAlias()) return Status::OK();
  std::string name;
  ARROW_RETURN_NOT_OK(ParseName(&name));
  if (PeekSymbol("(")) {
    std::vector<std::string> columns;
    ARROW_RETURN_NOT_OK(ParseNameList(&columns));
    PlanPtr aliases = std::make_shared<ColumnAliases>(std::move(columns), out->plan);
    ARROW_RETURN_NOT_OK(Put(std::move(aliases), out));
  }
  PlanPtr alias = std::make_shared<SubqueryAlias>(std::move(name), out->plan);
  return Put(std::move(alias), out);
}

// `LATERAL VIEW [OUTER] f(…) table [[AS] column, …]`.
Status StatementParser::ParseLateralView(ParsedPlan* out) {
  Advance(2);
  const bool outer = PeekWord("OUTER") && IsName(Peek(1));
  if (outer) Advance();
  if (!IsName(Peek())) return SyntaxError();
  Parsed generator;
  ARROW_RETURN_NOT_OK(ParsePostfix(&generator));
  if (As<UnresolvedFunction>(generator.expression) == nullptr) return SyntaxError();
  std::string name;
  if (!PeekWord("AS") && PeekTableAlias()) ARROW_RETURN_NOT_OK(ParseName(&name));
  std::vector<std::string> columns;
  const bool has_as = AcceptWord("AS");
  if (has_as || PeekTableAlias()) {
    do {
      columns.emplace_back();
      ARROW_RETURN_NOT_OK(ParseName(&columns.back()));
    } while (AcceptSymbol(","));
  }
  PlanPtr view = std::make_shared<LateralView>(generator.expression, outer, std::move(name),
                                               std::move(columns), out->plan);
  return Put(std::move(view), ListOf(generator), out);
}

}  // namespace firesteel
