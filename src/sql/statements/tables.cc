// CREATE TABLE, INSERT, ALTER TABLE and what else is done with tables and their databases.
#include "plan/table_commands.h"

#include <algorithm>
#include <utility>

#include "common/error.h"
#include "plan/identifier.h"
#include "sql/statement_parser.h"

namespace firesteel {

// The parser of schemas knows no expressions: it gets the text with blanks where defaults stand.
Status StatementParser::ParseColumnDefinitions(Schema* columns,
                                               std::map<std::string, std::string>* defaults) {
  const int start = Peek().end;
  const size_t close = CloseOf();
  if (!PeekSymbol("(") || close >= tokens_.size()) return SyntaxError();
  std::string text(source_->Slice(start, tokens_[close].start));
  std::map<int, std::string> by_column;
  Advance();
  int depth = 0;
  int column = 0;
  while (defaults != nullptr && next_ < close) {
    if (PeekSymbol("(") || PeekSymbol("<")) ++depth;
    if (PeekSymbol(")") || PeekSymbol(">")) --depth;
    if (PeekSymbol(">>")) depth -= 2;
    if (depth == 0 && PeekSymbol(",")) ++column;
    if (depth == 0 && PeekWord("DEFAULT") && !PeekSymbol(",", -1) && !PeekSymbol("(", -1)) {
      ARROW_RETURN_NOT_OK(ParseColumnDefault(start, &text, &by_column[column]));
    } else {
      Advance();
    }
  }
  Advance(static_cast<int>(close + 1 - next_));
  const Result<Schema> parsed = Schema::FromDdl(text);
  if (!parsed.ok()) return ErrorFrom(start, parsed.status());
  *columns = *parsed;
  for (auto& [index, value] : by_column) {
    (*defaults)[columns->field(index).name] = std::move(value);
  }
  return Status::OK();
}

// `DEFAULT expression`, which is blanked out of the columns' text, which begins at `start`.
Status StatementParser::ParseColumnDefault(int start, std::string* text, std::string* value) {
  const int begin = Peek().start;
  Advance();
  Parsed parsed;
  ARROW_RETURN_NOT_OK(ParseExpression(&parsed));
  *value = source_->Slice(parsed.start, parsed.end);
  std::fill(text->begin() + (begin - start), text->begin() + (parsed.end - start), ' ');
  return Status::OK();
}

// `CREATE [EXTERNAL] TABLE` has been taken.
Status StatementParser::ParseCreateTable(PlanPtr* out) {
  CreateTable::Definition definition;
  definition.if_not_exists = AcceptIfNotExists();
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&definition.name));
  if (PeekSymbol("(") && !BeginsQueryInParentheses()) {
    ARROW_RETURN_NOT_OK(
        ParseColumnDefinitions(&definition.schema.emplace(), &definition.defaults));
  }
  bool more = true;
  while (more) ARROW_RETURN_NOT_OK(ParseTableClause(&definition, &more));
  ParsedPlan query;
  const bool has_as = AcceptWord("AS");
  if (has_as || BeginsQuery()) ARROW_RETURN_NOT_OK(ParseQuery(&query));
  *out = std::make_shared<CreateTable>(std::move(definition), std::move(query.plan));
  return Status::OK();
}

// `[CREATE OR] REPLACE TABLE` has been taken. Tables of files cannot be replaced in one go.
Status StatementParser::ParseReplaceTable(PlanPtr* out) {
  PlanPtr created;
  ARROW_RETURN_NOT_OK(ParseCreateTable(&created));
  const auto& table = *As<CreateTable>(created);
  ChangeTable::Change change;
  change.action = ChangeTable::Action::kRefused;
  change.name = table.definition().name;
  change.operation = table.children().empty() ? "REPLACE TABLE" : "REPLACE TABLE AS SELECT";
  *out = std::make_shared<ChangeTable>(std::move(change), table.children());
  return Status::OK();
}

// One of the clauses behind the columns of CREATE TABLE; `more` says whether there was one.
Status StatementParser::ParseTableClause(CreateTable::Definition* definition, bool* more) {
  const int start = Peek().start;
  if (AcceptWord("USING")) {
    std::vector<std::string> format;
    ARROW_RETURN_NOT_OK(ParseQualifiedName(&format));
    for (const std::string& part : format) {
      definition->format += (definition->format.empty() ? "" : ".") + part;
    }
    return Status::OK();
  }
  if (AcceptWord("OPTIONS")) {
    std::map<std::string, std::string> options;
    ARROW_RETURN_NOT_OK(ParseOptions(&options));
    for (const auto& [key, value] : options) definition->options.Set(key, value);
    return Status::OK();
  }
  if (AcceptWord("TBLPROPERTIES")) return ParseOptions(&definition->properties);
  if (AcceptWord("LOCATION")) return ParseStringToken(&definition->location.emplace());
  if (AcceptWord("COMMENT")) return ParseStringToken(&definition->comment.emplace());
  if (PeekWord("PARTITIONED") && PeekWord("BY", 1)) return ParsePartitionedBy(definition);
  for (const std::string_view word : {"CLUSTERED", "CLUSTER", "STORED", "ROW", "SKEWED"}) {
    if (PeekWord(word)) return Unsupported("CREATE TABLE with " + std::string(word), start);
  }
  *more = false;
  return Status::OK();
}

// `PARTITIONED BY (a, b)` names columns, `PARTITIONED BY (a INT)` adds them.
Status StatementParser::ParsePartitionedBy(CreateTable::Definition* definition) {
  Advance(2);
  const bool typed = PeekSymbol("(") && IsName(Peek(1)) && !PeekSymbol(",", 2) &&
                     !PeekSymbol(")", 2) && !PeekSymbol("(", 2);
  if (!typed) {
    if (PeekSymbol("(") && PeekSymbol("(", 2)) {
      return Unsupported("PARTITIONED BY with a function", Peek().start);
    }
    return ParseNameList(&definition->partition_columns);
  }
  Schema added;
  ARROW_RETURN_NOT_OK(ParseColumnDefinitions(&added));
  std::vector<StructField> fields;
  if (definition->schema) fields = definition->schema->fields();
  for (const StructField& field : added.fields()) {
    fields.push_back(field);
    definition->partition_columns.push_back(field.name);
  }
  definition->schema = Schema(std::move(fields));
  return Status::OK();
}

// `INSERT INTO | OVERWRITE [TABLE] name [PARTITION (a = 1, b)] [(columns) | BY NAME] query`.
Status StatementParser::ParseInsert(PlanPtr* out) {
  const int start = Peek().start;
  InsertInto::Target target;
  target.overwrite = PeekWord("OVERWRITE", 1);
  if (!target.overwrite && !PeekWord("INTO", 1)) return SyntaxError();
  if (PeekWord("DIRECTORY", 2) || (PeekWord("LOCAL", 2) && PeekWord("DIRECTORY", 3))) {
    return Unsupported("INSERT OVERWRITE DIRECTORY", start);
  }
  if (Peek(2).kind == TokenKind::kEnd) return SyntaxError();
  Advance(2);
  if (PeekWord("TABLE") && IsName(Peek(1))) Advance();
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&target.name));
  if (PeekWord("REPLACE")) return Unsupported("INSERT INTO ... REPLACE", start);
  if (AcceptWord("PARTITION")) ARROW_RETURN_NOT_OK(ParsePartitionValues(&target.partition));
  target.if_not_exists = AcceptIfNotExists();
  if (PeekWord("BY") && PeekWord("NAME", 1)) {
    Advance(2);
    target.by_name = true;
  } else if (PeekSymbol("(") && !BeginsQueryInParentheses()) {
    ARROW_RETURN_NOT_OK(ParseNameList(&target.columns));
  }
  ParsedPlan query;
  ARROW_RETURN_NOT_OK(ParseQuery(&query));
  *out = std::make_shared<InsertInto>(std::move(target), std::move(query.plan));
  return Status::OK();
}

Status StatementParser::ParsePartitionValues(
    std::vector<std::pair<std::string, ExpressionPtr>>* values) {
  const int start = Peek().start;
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  do {
    std::string name;
    ARROW_RETURN_NOT_OK(ParseName(&name));
    Parsed value;
    if (PeekSymbol("=") || PeekSymbol("==")) {
      Advance();
      ARROW_RETURN_NOT_OK(ParseExpression(&value));
    }
    for (const auto& [known, other] : *values) {
      if (!SameName(known, name, false)) continue;
      return ErrorFrom(start, "DUPLICATE_KEY", {{"keyColumn", QuoteIdentifier(name)}});
    }
    values->emplace_back(std::move(name), std::move(value.expression));
  } while (AcceptSymbol(","));
  return ExpectSymbol(")");
}

// Behind `CREATE | DROP DATABASE`.
Status StatementParser::ParseDatabaseChange(bool drop, PlanPtr* out) {
  ChangeDatabase::Change change;
  change.drop = drop;
  change.if_exists = drop ? AcceptIfExists() : AcceptIfNotExists();
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&change.name));
  if (drop) {
    change.cascade = AcceptWord("CASCADE");
    if (!change.cascade) AcceptWord("RESTRICT");
  }
  while (!drop) {
    if (AcceptWord("COMMENT")) {
      ARROW_RETURN_NOT_OK(ParseStringToken(&change.comment.emplace()));
    } else if (AcceptWord("LOCATION")) {
      ARROW_RETURN_NOT_OK(ParseStringToken(&change.location.emplace()));
    } else if (PeekWord("WITH") && (PeekWord("DBPROPERTIES", 1) || PeekWord("PROPERTIES", 1))) {
      Advance(2);
      ARROW_RETURN_NOT_OK(ParseOptions(&change.properties));
    } else {
      break;
    }
  }
  *out = std::make_shared<ChangeDatabase>(std::move(change));
  return Status::OK();
}

// Statements of a table that begin with these words and go on with its name.
bool StatementParser::AcceptTableStatement(ChangeTable::Action* action) {
  struct Statement {
    std::string_view first;
    std::string_view second;
    std::string_view third;
    ChangeTable::Action action;
  };
  using Action = ChangeTable::Action;
  constexpr Statement kStatements[] = {
      {"TRUNCATE", "TABLE", "", Action::kTruncate}, {"ANALYZE", "TABLE", "", Action::kAnalyze},
      {"MSCK", "REPAIR", "TABLE", Action::kRepair}, {"REPAIR", "TABLE", "", Action::kRepair},
      {"SHOW", "CREATE", "TABLE", Action::kShowCreate},
      {"SHOW", "PARTITIONS", "", Action::kShowPartitions}};
  for (const Statement& statement : kStatements) {
    const int words = statement.third.empty() ? 2 : 3;
    if (!PeekWord(statement.first) || !PeekWord(statement.second, 1) ||
        (words == 3 && !PeekWord(statement.third, 2)) || !IsName(Peek(words))) {
      continue;
    }
    *action = statement.action;
    Advance(words);
    return true;
  }
  return false;
}

Status StatementParser::ParseTableStatement(ChangeTable::Action action, PlanPtr* out) {
  const int start = Peek().start;
  ChangeTable::Change change;
  change.action = action;
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&change.name));
  if (action == ChangeTable::Action::kAnalyze) {
    ARROW_RETURN_NOT_OK(ExpectWord("COMPUTE"));
    ARROW_RETURN_NOT_OK(ExpectWord("STATISTICS"));
    if (AcceptWord("FOR")) {
      if (AcceptWord("ALL")) {
        ARROW_RETURN_NOT_OK(ExpectWord("COLUMNS"));
      } else {
        ARROW_RETURN_NOT_OK(ExpectWord("COLUMNS"));
        do {
          std::string column;
          ARROW_RETURN_NOT_OK(ParseName(&column));
        } while (AcceptSymbol(","));
      }
    } else {
      AcceptWord("NOSCAN");
    }
  }
  if (action == ChangeTable::Action::kShowCreate && PeekWord("AS")) {
    return Unsupported("SHOW CREATE TABLE AS SERDE", start);
  }
  if (PeekWord("PARTITION")) return Unsupported("a statement about one PARTITION", start);
  *out = std::make_shared<ChangeTable>(std::move(change));
  return Status::OK();
}

// `ALTER TABLE name ADD COLUMN[S] (…) | RENAME TO name | SET TBLPROPERTIES (…)`.
Status StatementParser::ParseAlterTable(PlanPtr* out) {
  const int start = Peek().start;
  Advance(2);
  ChangeTable::Change change;
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&change.name));
  if (PeekWord("ADD") && (PeekWord("COLUMN", 1) || PeekWord("COLUMNS", 1))) {
    Advance(2);
    change.action = ChangeTable::Action::kAddColumns;
    if (!PeekSymbol("(")) return Unsupported("ALTER TABLE ADD COLUMN without parentheses", start);
    ARROW_RETURN_NOT_OK(ParseColumnDefinitions(&change.columns.emplace()));
  } else if (PeekWord("RENAME") && PeekWord("TO", 1)) {
    Advance(2);
    change.action = ChangeTable::Action::kRename;
    ARROW_RETURN_NOT_OK(ParseQualifiedName(&change.new_name));
  } else if (PeekWord("SET") && PeekWord("TBLPROPERTIES", 1)) {
    Advance(2);
    change.action = ChangeTable::Action::kSetProperties;
    ARROW_RETURN_NOT_OK(ParseOptions(&change.properties));
  } else if (PeekColumnDefault()) {
    ARROW_RETURN_NOT_OK(ParseAlterDefault(&change));
  } else {
    return Unsupported("ALTER TABLE", start);
  }
  *out = std::make_shared<ChangeTable>(std::move(change));
  return Status::OK();
}

/// `ALTER | CHANGE [COLUMN] name SET | DROP DEFAULT`.
bool StatementParser::PeekColumnDefault() const {
  if (!PeekWord("ALTER") && !PeekWord("CHANGE")) return false;
  const int name = PeekWord("COLUMN", 1) && IsName(Peek(2)) ? 2 : 1;
  return IsName(Peek(name)) && PeekWord("DEFAULT", name + 2) &&
         (PeekWord("SET", name + 1) || PeekWord("DROP", name + 1));
}

Status StatementParser::ParseAlterDefault(ChangeTable::Change* change) {
  Advance(PeekWord("COLUMN", 1) && IsName(Peek(2)) ? 2 : 1);
  ARROW_RETURN_NOT_OK(ParseName(&change->column));
  const bool drop = PeekWord("DROP");
  Advance(2);
  change->action = drop ? ChangeTable::Action::kDropDefault : ChangeTable::Action::kSetDefault;
  if (drop) return Status::OK();
  Parsed value;
  ARROW_RETURN_NOT_OK(ParseExpression(&value));
  change->default_value = source_->Slice(value.start, value.end);
  return Status::OK();
}

}  // namespace firesteel
