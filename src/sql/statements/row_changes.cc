// DELETE, UPDATE and MERGE.
#include "plan/row_changes.h"

#include <utility>

#include "common/error.h"
#include "plan/operators.h"
#include "plan/relations.h"
#include "sql/statement_parser.h"

namespace firesteel {

// `name [[AS] alias]`; the words that go on with the statement are no alias.
Status StatementParser::ParseChangedTable(RowChange* change) {
  const int start = Peek().start;
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&change->name));
  change->target = std::make_shared<UnresolvedTable>(change->name, /*streaming=*/false,
                                                     source_->OriginOf(start, LastEnd()));
  bool has_alias = AcceptWord("AS");
  if (!has_alias && IsName(Peek())) {
    has_alias = !PeekWord("SET") && !PeekWord("WHERE") && !PeekWord("USING");
  }
  if (!has_alias) return Status::OK();
  std::string alias;
  ARROW_RETURN_NOT_OK(ParseName(&alias));
  change->target = std::make_shared<SubqueryAlias>(std::move(alias), change->target);
  return Status::OK();
}

Status StatementParser::ParseChangeCondition(std::string_view word, ExpressionPtr* condition) {
  if (!AcceptWord(word)) return Status::OK();
  Parsed parsed;
  ARROW_RETURN_NOT_OK(ParseExpression(&parsed));
  *condition = parsed.expression;
  return Status::OK();
}

Status StatementParser::ParseDelete(PlanPtr* out) {
  Advance();
  if (!PeekWord("FROM")) return SyntaxError(": missing 'FROM'");
  Advance();
  RowChange change;
  ARROW_RETURN_NOT_OK(ParseChangedTable(&change));
  ARROW_RETURN_NOT_OK(ParseChangeCondition("WHERE", &change.condition));
  *out = MakeDelete(std::move(change));
  return Status::OK();
}

Status StatementParser::ParseUpdate(PlanPtr* out) {
  Advance();
  RowChange change;
  ARROW_RETURN_NOT_OK(ParseChangedTable(&change));
  ARROW_RETURN_NOT_OK(ExpectWord("SET"));
  RowAssignments assignments;
  ARROW_RETURN_NOT_OK(ParseAssignments(&assignments));
  ARROW_RETURN_NOT_OK(ParseChangeCondition("WHERE", &change.condition));
  *out = MakeUpdate(std::move(change), std::move(assignments));
  return Status::OK();
}

// `a = 1, t.b = DEFAULT`.
Status StatementParser::ParseAssignments(RowAssignments* assignments) {
  do {
    ARROW_RETURN_NOT_OK(ParseAssignedColumn(assignments));
    if (!AcceptSymbol("=") && !AcceptSymbol("==")) return SyntaxError();
    ARROW_RETURN_NOT_OK(ParseAssignedValue(assignments));
  } while (AcceptSymbol(","));
  return Status::OK();
}

Status StatementParser::ParseAssignedColumn(RowAssignments* assignments) {
  const int start = Peek().start;
  std::vector<std::string> name;
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&name));
  assignments->columns.push_back(
      std::make_shared<UnresolvedAttribute>(std::move(name), source_->OriginOf(start, LastEnd())));
  return Status::OK();
}

Status StatementParser::ParseAssignedValue(RowAssignments* assignments) {
  const bool ends = Peek(1).kind == TokenKind::kEnd || PeekSymbol(",", 1) || PeekSymbol(")", 1) ||
                    PeekSymbol(";", 1) || PeekWord("WHERE", 1) || PeekWord("WHEN", 1);
  if (PeekWord("DEFAULT") && ends) {
    Advance();
    assignments->values.push_back(nullptr);
    return Status::OK();
  }
  Parsed value;
  ARROW_RETURN_NOT_OK(ParseExpression(&value));
  assignments->values.push_back(value.expression);
  return Status::OK();
}

Status StatementParser::ParseMerge(PlanPtr* out) {
  const int start = Peek().start;
  Advance();
  if (PeekWord("WITH") && PeekWord("SCHEMA", 1)) {
    Advance(2);
    ARROW_RETURN_NOT_OK(ExpectWord("EVOLUTION"));
  }
  ARROW_RETURN_NOT_OK(ExpectWord("INTO"));
  RowChange change;
  ARROW_RETURN_NOT_OK(ParseChangedTable(&change));
  ARROW_RETURN_NOT_OK(ExpectWord("USING"));
  ParsedPlan source;
  ARROW_RETURN_NOT_OK(ParseRelationPrimary(&source));
  if (!PeekWord("ON")) return SyntaxError();
  ARROW_RETURN_NOT_OK(ParseChangeCondition("ON", &change.condition));
  std::vector<MergeAction> actions;
  while (PeekWord("WHEN")) ARROW_RETURN_NOT_OK(ParseMergeAction(&actions.emplace_back()));
  if (actions.empty()) return ErrorFrom(start, "MERGE_WITHOUT_WHEN");
  Result<PlanPtr> merge = MakeMerge(std::move(change), source.plan, std::move(actions));
  if (!merge.ok()) return ErrorFrom(start, merge.status());
  *out = *std::move(merge);
  return Status::OK();
}

// `WHEN [NOT] MATCHED [BY SOURCE | BY TARGET] [AND condition] THEN …`.
Status StatementParser::ParseMergeAction(MergeAction* action) {
  using When = MergeAction::When;
  Advance();
  if (AcceptWord("NOT")) action->when = When::kNotMatched;
  ARROW_RETURN_NOT_OK(ExpectWord("MATCHED"));
  if (action->when == When::kNotMatched && PeekWord("BY")) {
    Advance();
    if (AcceptWord("SOURCE")) {
      action->when = When::kNotMatchedBySource;
    } else {
      ARROW_RETURN_NOT_OK(ExpectWord("TARGET"));
    }
  }
  ARROW_RETURN_NOT_OK(ParseChangeCondition("AND", &action->condition));
  ARROW_RETURN_NOT_OK(ExpectWord("THEN"));
  if (action->when == When::kNotMatched) {
    ARROW_RETURN_NOT_OK(ExpectWord("INSERT"));
    return AcceptSymbol("*") ? Status::OK() : ParseMergeInsert(&action->assignments);
  }
  if (AcceptWord("DELETE")) return Status::OK();
  if (!PeekWord("UPDATE")) return SyntaxError();
  Advance();
  ARROW_RETURN_NOT_OK(ExpectWord("SET"));
  const bool all = action->when == When::kMatched && AcceptSymbol("*");
  return all ? Status::OK() : ParseAssignments(&action->assignments);
}

// `(a, b) VALUES (1, DEFAULT)`.
Status StatementParser::ParseMergeInsert(RowAssignments* assignments) {
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  do {
    ARROW_RETURN_NOT_OK(ParseAssignedColumn(assignments));
  } while (AcceptSymbol(","));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  ARROW_RETURN_NOT_OK(ExpectWord("VALUES"));
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  do {
    ARROW_RETURN_NOT_OK(ParseAssignedValue(assignments));
  } while (AcceptSymbol(","));
  return ExpectSymbol(")");
}

}  // namespace firesteel
