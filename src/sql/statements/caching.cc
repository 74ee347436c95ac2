// CACHE TABLE, UNCACHE TABLE, CLEAR CACHE, REFRESH.
#include <utility>

#include "common/error.h"
#include "sql/statement_parser.h"

namespace firesteel {

using Action = CacheTable::Action;
using CacheOptions = std::map<std::string, std::string>;

// `CACHE [LAZY] TABLE name [OPTIONS (…)] [[AS] query]`.
Status StatementParser::ParseCache(PlanPtr* out) {
  Advance();
  const bool lazy = AcceptWord("LAZY");
  ARROW_RETURN_NOT_OK(ExpectWord("TABLE"));
  std::vector<std::string> name;
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&name));
  CacheOptions options;
  if (AcceptWord("OPTIONS")) ARROW_RETURN_NOT_OK(ParseOptions(&options));
  ParsedPlan query;
  const bool has_as = AcceptWord("AS");
  if (has_as || BeginsQuery()) ARROW_RETURN_NOT_OK(ParseQuery(&query));
  *out = std::make_shared<CacheTable>(Action::kCache, std::move(name), lazy, false,
                                      std::move(options), std::move(query.plan));
  return Status::OK();
}

Status StatementParser::ParseUncache(PlanPtr* out) {
  if (AcceptWord("CLEAR")) {
    ARROW_RETURN_NOT_OK(ExpectWord("CACHE"));
    *out = std::make_shared<CacheTable>(Action::kClear, std::vector<std::string>(), false, false,
                                        CacheOptions(), nullptr);
    return Status::OK();
  }
  Advance();
  ARROW_RETURN_NOT_OK(ExpectWord("TABLE"));
  const bool if_exists = AcceptIfExists();
  std::vector<std::string> name;
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&name));
  *out = std::make_shared<CacheTable>(Action::kUncache, std::move(name), false, if_exists,
                                      CacheOptions(), nullptr);
  return Status::OK();
}

Status StatementParser::ParseRefresh(PlanPtr* out) {
  ARROW_RETURN_NOT_OK(RefuseKnownStatements());
  const int start = Peek().start;
  Advance();
  if (Peek().kind == TokenKind::kString) return Unsupported("REFRESH of a path", start);
  ARROW_RETURN_NOT_OK(ExpectWord("TABLE"));
  std::vector<std::string> name;
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&name));
  *out = std::make_shared<CacheTable>(Action::kRefresh, std::move(name), false, false,
                                      CacheOptions(), nullptr);
  return Status::OK();
}

}  // namespace firesteel
