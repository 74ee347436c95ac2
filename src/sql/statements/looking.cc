// SHOW, DESCRIBE, EXPLAIN.
#include <utility>

#include "common/error.h"
#include "sql/statement_parser.h"

namespace firesteel {

Status StatementParser::ParseShow(PlanPtr* out) {
  using What = Show::What;
  ARROW_RETURN_NOT_OK(RefuseKnownStatements());
  Advance();
  Show::Request request;
  const auto done = [&] {
    *out = std::make_shared<Show>(std::move(request));
    return Status::OK();
  };
  if (PeekWord("FUNCTIONS") || PeekWord("FUNCTIONS", 1)) {
    return ParseShowFunctions(std::move(request), out);
  }
  if (AcceptWord("TABLES")) {
    request.what = What::kTables;
  } else if (AcceptWord("VIEWS")) {
    request.what = What::kViews;
  } else if (AcceptWord("DATABASES") || AcceptWord("SCHEMAS") || AcceptWord("NAMESPACES")) {
    request.what = What::kDatabases;
  } else if (AcceptWord("CATALOGS")) {
    request.what = What::kCatalogs;
  } else if (AcceptWord("CURRENT")) {
    if (!PeekWord("NAMESPACE") && !PeekWord("DATABASE") && !PeekWord("SCHEMA")) {
      return SyntaxError();
    }
    Advance();
    request.what = What::kCurrentDatabase;
    return done();
  } else if (AcceptWord("TBLPROPERTIES")) {
    request.what = What::kTableProperties;
    ARROW_RETURN_NOT_OK(ParseQualifiedName(&request.table));
    if (AcceptSymbol("(")) {
      request.pattern.emplace();
      ARROW_RETURN_NOT_OK(ParseOptionKey(&*request.pattern));
      ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
    }
    return done();
  } else if (AcceptWord("COLUMNS")) {
    request.what = What::kColumns;
    if (!AcceptWord("FROM") && !AcceptWord("IN")) return SyntaxError();
    ARROW_RETURN_NOT_OK(ParseQualifiedName(&request.table));
    if (AcceptWord("FROM") || AcceptWord("IN")) {
      ARROW_RETURN_NOT_OK(ParseQualifiedName(&request.in));
    }
    return done();
  } else {
    return SyntaxError();
  }
  if (AcceptWord("FROM") || AcceptWord("IN")) ARROW_RETURN_NOT_OK(ParseQualifiedName(&request.in));
  ARROW_RETURN_NOT_OK(ParsePattern(&request));
  return done();
}

Status StatementParser::ParsePattern(Show::Request* request) {
  if (!AcceptWord("LIKE") && Peek().kind != TokenKind::kString) return Status::OK();
  request->pattern.emplace();
  return ParseStringToken(&*request->pattern);
}

// `SHOW [USER | SYSTEM | ALL] FUNCTIONS [FROM | IN database] [[LIKE] name | 'pattern']`.
Status StatementParser::ParseShowFunctions(Show::Request request, PlanPtr* out) {
  request.what = Show::What::kFunctions;
  if (!PeekWord("FUNCTIONS")) {
    for (const std::string_view scope : {"USER", "SYSTEM", "ALL"}) {
      if (PeekWord(scope)) request.scope = scope;
    }
    if (request.scope.empty()) {
      return ErrorFrom(Peek().start, "INVALID_SQL_SYNTAX.SHOW_FUNCTIONS_INVALID_SCOPE",
                       {{"scope", "`" + std::string(TextOf(Peek())) + "`"}});
    }
    Advance();
  }
  Advance();
  if (AcceptWord("FROM") || AcceptWord("IN")) ARROW_RETURN_NOT_OK(ParseQualifiedName(&request.in));
  const bool like = AcceptWord("LIKE");
  if (IsName(Peek())) {
    std::vector<std::string> name;
    ARROW_RETURN_NOT_OK(ParseQualifiedName(&name));
    request.pattern = name.back();
  } else if (like || Peek().kind == TokenKind::kString) {
    request.pattern.emplace();
    ARROW_RETURN_NOT_OK(ParseStringToken(&*request.pattern));
  }
  *out = std::make_shared<Show>(std::move(request));
  return Status::OK();
}

Status StatementParser::ParseDescribe(PlanPtr* out) {
  using What = DescribeRelation::What;
  Advance();
  std::vector<std::string> name;
  if (PeekWord("FUNCTION") && Peek(1).kind != TokenKind::kEnd) {
    Advance();
    const bool extended = PeekWord("EXTENDED") && Peek(1).kind != TokenKind::kEnd;
    if (extended) Advance();
    // Operators are functions too: DESCRIBE FUNCTION +.
    if (Peek().kind == TokenKind::kSymbol || Peek().kind == TokenKind::kString) {
      const bool is_string = Peek().kind == TokenKind::kString;
      name.push_back(is_string ? UnescapeString(TextOf(Peek())) : std::string(TextOf(Peek())));
      Advance();
    } else {
      ARROW_RETURN_NOT_OK(ParseQualifiedName(&name));
    }
    *out = std::make_shared<DescribeRelation>(What::kFunction, std::move(name),
                                              std::vector<std::string>(), extended, nullptr);
    return Status::OK();
  }
  const bool database = PeekWord("DATABASE") || PeekWord("SCHEMA") || PeekWord("NAMESPACE");
  if (database && Peek(1).kind != TokenKind::kEnd) {
    Advance();
    const bool extended = PeekWord("EXTENDED") && IsName(Peek(1));
    if (extended) Advance();
    ARROW_RETURN_NOT_OK(ParseQualifiedName(&name));
    *out = std::make_shared<DescribeRelation>(What::kDatabase, std::move(name),
                                              std::vector<std::string>(), extended, nullptr);
    return Status::OK();
  }
  const bool query_word = PeekWord("QUERY") && (BeginsQuery(1) || IsName(Peek(1)));
  if (query_word || (BeginsQuery() && !PeekWord("TABLE"))) {
    if (query_word) Advance();
    ParsedPlan query;
    ARROW_RETURN_NOT_OK(ParseQuery(&query));
    *out = std::make_shared<DescribeRelation>(What::kQuery, std::move(name),
                                              std::vector<std::string>(), false,
                                              std::move(query.plan));
    return Status::OK();
  }
  return ParseDescribeTable(out);
}

Status StatementParser::ParseDescribeTable(PlanPtr* out) {
  if (PeekWord("TABLE") && IsName(Peek(1))) Advance();
  const bool extended = (PeekWord("EXTENDED") || PeekWord("FORMATTED")) && IsName(Peek(1));
  if (extended) Advance();
  std::vector<std::string> name;
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&name));
  const int start = Peek().start;
  if (PeekWord("PARTITION") && PeekSymbol("(", 1)) return Unsupported("DESCRIBE PARTITION", start);
  std::vector<std::string> column;
  if (IsName(Peek()) && !(PeekWord("AS") && PeekWord("JSON", 1))) {
    ARROW_RETURN_NOT_OK(ParseQualifiedName(&column));
  }
  if (PeekWord("AS") && PeekWord("JSON", 1)) return Unsupported("DESCRIBE AS JSON", start);
  *out = std::make_shared<DescribeRelation>(DescribeRelation::What::kTable, std::move(name),
                                            std::move(column), extended, nullptr);
  return Status::OK();
}

Status StatementParser::ParseExplain(PlanPtr* out) {
  struct ModeWord {
    std::string_view word;
    Explain::Mode mode;
  };
  constexpr ModeWord kModes[] = {{"EXTENDED", Explain::Mode::kExtended},
                                 {"CODEGEN", Explain::Mode::kCodegen},
                                 {"COST", Explain::Mode::kCost},
                                 {"FORMATTED", Explain::Mode::kFormatted}};
  if (nesting_ + kQueryNesting > kMaximumDepth) return TooComplex();
  nesting_ += kQueryNesting;
  Advance();
  Explain::Mode mode = Explain::Mode::kSimple;
  for (const ModeWord& row : kModes) {
    if (!PeekWord(row.word)) continue;
    mode = row.mode;
    Advance();
    break;
  }
  ParsedPlan statement;
  if (BeginsQuery() || PeekWord("SELECT") || PeekWord("WITH") || PeekWord("FROM")) {
    ARROW_RETURN_NOT_OK(ParseQuery(&statement));
  } else {
    ARROW_RETURN_NOT_OK(ParseCommand(&statement));
  }
  nesting_ -= kQueryNesting;
  *out = std::make_shared<Explain>(mode, std::move(statement.plan));
  return Status::OK();
}

}  // namespace firesteel
