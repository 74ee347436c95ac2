// CREATE VIEW, ALTER VIEW, DROP VIEW and DROP TABLE.
#include <utility>

#include "common/error.h"
#include "plan/identifier.h"
#include "plan/relations.h"
#include "sql/statement_parser.h"

namespace firesteel {

Status StatementParser::ParseCreate(PlanPtr* out) {
  const int start = Peek().start;
  size_t ahead = 1;
  const auto take = [&](std::string_view word) {
    const bool found = PeekWord(word, static_cast<int>(ahead));
    ahead += found ? 1 : 0;
    return found;
  };
  CreateView::Definition definition;
  if (PeekWord("OR", 1) && PeekWord("REPLACE", 2)) {
    ahead += 2;
    definition.replace = true;
  }
  definition.global = take("GLOBAL");
  const bool temporary = take("TEMPORARY") || take("TEMP");
  if (take("VIEW")) {
    Advance(static_cast<int>(ahead));
    if (Peek().kind == TokenKind::kEnd || (definition.global && !temporary)) return SyntaxError();
    definition.temporary = temporary;
    return ParseCreateView(std::move(definition), out);
  }
  if (temporary && !definition.global && PeekWord("FUNCTION", static_cast<int>(ahead)) &&
      Peek(static_cast<int>(ahead) + 1).kind != TokenKind::kEnd) {
    Advance(static_cast<int>(ahead) + 1);
    return ParseCreateFunction(definition.replace, out);
  }
  take("EXTERNAL");
  if (!temporary && !definition.global && PeekWord("TABLE", static_cast<int>(ahead)) &&
      Peek(static_cast<int>(ahead) + 1).kind != TokenKind::kEnd) {
    Advance(static_cast<int>(ahead) + 1);
    return definition.replace ? ParseReplaceTable(out) : ParseCreateTable(out);
  }
  for (const std::string_view word : {"DATABASE", "SCHEMA", "NAMESPACE"}) {
    if (!PeekWord(word, 1) || Peek(2).kind == TokenKind::kEnd) continue;
    Advance(2);
    return ParseDatabaseChange(/*drop=*/false, out);
  }
  for (const std::string_view word : {"TABLE", "FUNCTION"}) {
    if (take(word) && Peek(static_cast<int>(ahead)).kind != TokenKind::kEnd) {
      return Unsupported("CREATE " + std::string(word), start);
    }
  }
  ARROW_RETURN_NOT_OK(RefuseKnownStatements());
  Advance();
  return SyntaxError();
}

Status StatementParser::ParseCreateView(CreateView::Definition definition, PlanPtr* out) {
  const int start = Peek().start;
  definition.if_not_exists = AcceptIfNotExists();
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&definition.name));
  std::optional<std::string> schema;
  const size_t after = CloseOf() + 1;
  if (PeekSymbol("(") && after < tokens_.size() && IsWord(tokens_[after], "USING")) {
    schema = source_->Slice(Peek().end, tokens_[after - 1].start);
    Advance(static_cast<int>(after - next_));
  } else if (PeekSymbol("(")) {
    ARROW_RETURN_NOT_OK(ParseViewColumns(&definition));
  }
  if (!definition.temporary) {
    // Without a query the text is no statement at all.
    if (!PeekWord("AS") && !PeekWord("COMMENT") && !PeekWord("TBLPROPERTIES")) {
      return SyntaxError(": missing 'AS'");
    }
    return ParseViewSource(std::move(definition), std::move(schema), out);
  }
  if (definition.if_not_exists) {
    if (definition.replace) return ErrorFrom(start, "_LEGACY_ERROR_TEMP_0052");
    return ErrorFrom(start, "_LEGACY_ERROR_TEMP_0053");
  }
  // GLOBAL views lie in a database of their own, the others in none.
  if (definition.name.size() > (definition.global ? 2U : 1U)) {
    return ErrorFrom(start, "TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS",
                     {{"actualName", QuoteIdentifier(definition.name)}});
  }
  return ParseViewSource(std::move(definition), std::move(schema), out);
}

Status StatementParser::ParseViewColumns(CreateView::Definition* definition) {
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  do {
    std::string name;
    ARROW_RETURN_NOT_OK(ParseName(&name));
    std::optional<std::string> comment;
    if (AcceptWord("COMMENT")) {
      comment.emplace();
      ARROW_RETURN_NOT_OK(ParseStringToken(&*comment));
    }
    definition->columns.emplace_back(std::move(name), std::move(comment));
  } while (AcceptSymbol(","));
  return ExpectSymbol(")");
}

Status StatementParser::ParseViewSource(CreateView::Definition definition,
                                        std::optional<std::string> schema, PlanPtr* out) {
  // The parenthesis behind the schema has been taken.
  const int schema_start = LastEnd() - (schema ? static_cast<int>(schema->size()) + 1 : 0);
  if (AcceptWord("USING")) {
    std::vector<std::string> format;
    ARROW_RETURN_NOT_OK(ParseQualifiedName(&format));
    std::map<std::string, std::string> options;
    if (AcceptWord("OPTIONS")) ARROW_RETURN_NOT_OK(ParseOptions(&options));
    std::optional<Schema> columns;
    if (schema) {
      const Result<Schema> parsed = Schema::FromDdl(*schema);
      if (!parsed.ok()) return ErrorFrom(schema_start, parsed.status());
      columns = *parsed;
    }
    std::string name;
    for (const std::string& part : format) name += (name.empty() ? "" : ".") + part;
    Options source_options;
    for (const auto& [key, value] : options) source_options.Set(key, value);
    *out = std::make_shared<CreateView>(
        std::move(definition),
        std::make_shared<UnresolvedDataSource>(std::move(name), std::move(columns),
                                               std::move(source_options), false));
    return Status::OK();
  }
  for (;;) {
    if (AcceptWord("COMMENT")) {
      definition.comment.emplace();
      ARROW_RETURN_NOT_OK(ParseStringToken(&*definition.comment));
    } else if (AcceptWord("TBLPROPERTIES")) {
      std::map<std::string, std::string> properties;
      ARROW_RETURN_NOT_OK(ParseOptions(&properties));
    } else {
      break;
    }
  }
  ARROW_RETURN_NOT_OK(ExpectWord("AS"));
  const int start = Peek().start;
  ParsedPlan query;
  ARROW_RETURN_NOT_OK(ParseQuery(&query));
  definition.text = source_->Slice(start, LastEnd());
  *out = std::make_shared<CreateView>(std::move(definition), std::move(query.plan));
  return Status::OK();
}

// `ALTER VIEW name AS query` gives a view another query.
Status StatementParser::ParseAlter(PlanPtr* out) {
  if (PeekWord("TABLE", 1) && IsName(Peek(2))) return ParseAlterTable(out);
  size_t after = next_ + 2;
  while (after + 1 < tokens_.size() && IsName(tokens_[after]) &&
         IsSymbol(tokens_[after + 1], ".")) {
    after += 2;
  }
  const bool with_query = PeekWord("VIEW", 1) && after + 1 < tokens_.size() &&
                          IsName(tokens_[after]) &&
                          BeginsQuery(static_cast<int>(after + 1 - next_) +
                                      (IsWord(tokens_[after + 1], "AS") ? 1 : 0));
  if (!with_query) {
    ARROW_RETURN_NOT_OK(RefuseKnownStatements());
    Advance();
    return SyntaxError();
  }
  Advance(2);
  CreateView::Definition definition;
  definition.replace = true;
  definition.alter = true;
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&definition.name));
  AcceptWord("AS");
  const int start = Peek().start;
  ParsedPlan query;
  ARROW_RETURN_NOT_OK(ParseQuery(&query));
  definition.text = source_->Slice(start, LastEnd());
  *out = std::make_shared<CreateView>(std::move(definition), std::move(query.plan));
  return Status::OK();
}

Status StatementParser::ParseDrop(PlanPtr* out) {
  const int temporary = PeekWord("TEMPORARY", 1) || PeekWord("TEMP", 1) ? 1 : 0;
  if (temporary == 1 && (PeekWord("VARIABLE", 2) || PeekWord("VAR", 2))) {
    Advance(3);
    return ParseDropVariable(out);
  }
  if (PeekWord("FUNCTION", 1 + temporary)) {
    Advance(2 + temporary);
    return ParseDropFunction(temporary == 1, out);
  }
  ARROW_RETURN_NOT_OK(RefuseKnownStatements());
  Advance();
  if ((PeekWord("DATABASE") || PeekWord("SCHEMA") || PeekWord("NAMESPACE")) &&
      Peek(1).kind != TokenKind::kEnd) {
    Advance();
    return ParseDatabaseChange(/*drop=*/true, out);
  }
  const bool view = PeekWord("VIEW");
  if (!view && !PeekWord("TABLE")) return SyntaxError();
  Advance();
  const bool if_exists = AcceptIfExists();
  std::vector<std::string> name;
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&name));
  if (!view) AcceptWord("PURGE");
  *out = std::make_shared<DropRelation>(std::move(name), view, if_exists);
  return Status::OK();
}

}  // namespace firesteel
