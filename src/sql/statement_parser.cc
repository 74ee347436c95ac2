// Which statement a text is.
#include "sql/statement_parser.h"

#include <utility>

#include "common/error.h"

namespace firesteel {

namespace {

/// How statements begin that Spark has and this parser refuses. After the words something must
/// follow, or the text is no statement at all.
constexpr std::string_view kKnownStatements[][3] = {
    {"CREATE", "FUNCTION", ""},
    {"CREATE", "TEMPORARY", "TABLE"},    {"CREATE", "INDEX", ""},
    {"CREATE", "MATERIALIZED", "VIEW"},  {"CREATE", "STREAMING", "TABLE"},
    {"CREATE", "FLOW", ""},
    {"ANALYZE", "TABLES", ""},   {"LOAD", "DATA", ""},
    {"COMMENT", "ON", ""},       {"ADD", "JAR", ""},
    {"ADD", "FILE", ""},         {"ADD", "ARCHIVE", ""},          {"LIST", "JAR", ""},
    {"LIST", "FILE", ""},        {"DROP", "INDEX", ""},
    {"ALTER", "DATABASE", ""},       {"ALTER", "SCHEMA", ""},
    {"ALTER", "NAMESPACE", ""},  {"ALTER", "VIEW", ""},           
    {"SHOW", "TABLE", "EXTENDED"},   {"SHOW", "CURRENT", "ROLES"},
    {"SHOW", "PROCEDURES", ""},  {"REFRESH", "FUNCTION", ""},
    {"GRANT", "", ""},           {"REVOKE", "", ""},
    {"CALL", "", ""},            {"LOCK", "", ""},                {"UNLOCK", "", ""},
    {"EXPORT", "", ""},          {"IMPORT", "", ""},              {"COMMIT", "", ""},
    {"ROLLBACK", "", ""},        {"START", "TRANSACTION", ""},
};

}  // namespace

Status StatementParser::Unsupported(std::string operation, int start) const {
  return source_->ErrorAt("INVALID_STATEMENT_OR_CLAUSE", {{"operation", std::move(operation)}},
                          start, std::max(start, Peek().end));
}

Status StatementParser::ParseStatement(ParsedPlan* out) {
  if (BeginsQuery() || PeekWord("SELECT") || PeekWord("WITH") || PeekWord("FROM") ||
      PeekWord("VALUES") || PeekWord("TABLE")) {
    ARROW_RETURN_NOT_OK(ParseQuery(out));
  } else {
    ARROW_RETURN_NOT_OK(ParseCommand(out));
  }
  while (AcceptSymbol(";")) continue;
  return ExpectEnd();
}

Status StatementParser::ParseCommand(ParsedPlan* out) {
  PlanPtr* const plan = &out->plan;
  ChangeTable::Action action;
  if (AcceptTableStatement(&action)) return ParseTableStatement(action, plan);
  if (PeekWord("INSERT")) return ParseInsert(plan);
  if (PeekWord("DELETE")) return ParseDelete(plan);
  if (PeekWord("UPDATE")) return ParseUpdate(plan);
  if (PeekWord("MERGE")) return ParseMerge(plan);
  if (PeekWord("REPLACE") && PeekWord("TABLE", 1)) {
    Advance(2);
    return ParseReplaceTable(plan);
  }
  if (PeekWord("CREATE")) return ParseCreate(plan);
  if (PeekWord("ALTER")) return ParseAlter(plan);
  if (PeekWord("DROP")) return ParseDrop(plan);
  if (PeekWord("SHOW")) return ParseShow(plan);
  if (PeekWord("DESCRIBE") || PeekWord("DESC")) return ParseDescribe(plan);
  if (PeekWord("EXPLAIN")) return ParseExplain(plan);
  if (PeekWord("SET")) return ParseSet(plan);
  if (PeekWord("RESET")) return ParseReset(plan);
  if (PeekWord("USE")) return ParseUse(plan);
  if (PeekWord("CACHE")) return ParseCache(plan);
  if (PeekWord("UNCACHE") || PeekWord("CLEAR")) return ParseUncache(plan);
  if (PeekWord("REFRESH")) return ParseRefresh(plan);
  if (PeekWord("DECLARE") && IsName(Peek(1))) return ParseDeclare(plan);
  if (PeekWord("EXECUTE") && PeekWord("IMMEDIATE", 1)) return ParseExecuteImmediate(plan);
  ARROW_RETURN_NOT_OK(RefuseKnownStatements());
  return SyntaxError();
}

Status StatementParser::RefuseKnownStatements() const {
  for (const auto& words : kKnownStatements) {
    int count = 0;
    std::string operation;
    for (const std::string_view word : words) {
      if (word.empty() || (!PeekWord(word, count) && !PeekSymbol(word, count))) break;
      operation += (operation.empty() ? "" : " ") + std::string(word);
      ++count;
    }
    const bool all = count == 3 || words[count].empty();
    if (all && count > 0 && Peek(count).kind != TokenKind::kEnd && !PeekSymbol(";", count)) {
      return Unsupported(std::move(operation), Peek().start);
    }
  }
  return Status::OK();
}

bool StatementParser::AcceptIfExists() {
  if (!PeekWord("IF") || !PeekWord("EXISTS", 1)) return false;
  Advance(2);
  return true;
}

bool StatementParser::AcceptIfNotExists() {
  if (!PeekWord("IF") || !PeekWord("NOT", 1) || !PeekWord("EXISTS", 2)) return false;
  Advance(3);
  return true;
}

std::string_view StatementParser::TakeRestOfText() {
  const int start = LastEnd();
  size_t last = tokens_.size() - 1;
  while (last > next_ && IsSymbol(tokens_[last - 1], ";")) --last;
  const int end = last == next_ ? start : tokens_[last - 1].end;
  Advance(static_cast<int>(last - next_));
  return source_->Slice(start, end);
}

}  // namespace firesteel
