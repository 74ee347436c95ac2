// CREATE TEMPORARY FUNCTION and DROP FUNCTION: functions whose bodies are SQL.
#include <utility>

#include "common/error.h"
#include "plan/function_commands.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/relations.h"
#include "plan/subqueries.h"
#include "sql/statement_parser.h"

namespace firesteel {

namespace {

/// The first name that stands twice; "" when there is none.
template <typename Named>
std::string RepeatedName(const std::vector<Named>& items) {
  for (size_t i = 0; i < items.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (SameName(items[i].name, items[j].name, false)) return items[i].name;
    }
  }
  return "";
}

}  // namespace

// `CREATE [OR REPLACE] TEMPORARY FUNCTION` has been taken.
Status StatementParser::ParseCreateFunction(bool replace, PlanPtr* out) {
  const int start = Peek().start;
  CreateFunction::Definition definition;
  definition.replace = replace;
  const bool if_not_exists = AcceptIfNotExists();
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&definition.name));
  SqlFunction& function = definition.function;
  function.name = definition.name.back();
  ARROW_RETURN_NOT_OK(ParseFunctionParameters(&function));
  if (AcceptWord("RETURNS")) ARROW_RETURN_NOT_OK(ParseFunctionReturns(&function));
  bool more = true;
  while (more) ARROW_RETURN_NOT_OK(ParseCharacteristic(&function.characteristics, &more));
  ARROW_RETURN_NOT_OK(ExpectWord("RETURN"));
  PlanPtr body;
  ARROW_RETURN_NOT_OK(ParseFunctionBody(&function, &body));
  if (if_not_exists) {
    return ErrorFrom(start, replace
                                ? "INVALID_SQL_SYNTAX.CREATE_ROUTINE_WITH_IF_NOT_EXISTS_AND_REPLACE"
                                : "INVALID_SQL_SYNTAX.CREATE_TEMP_FUNC_WITH_IF_NOT_EXISTS");
  }
  *out = std::make_shared<CreateFunction>(std::move(definition), std::move(body));
  return Status::OK();
}

// `(name type [DEFAULT expression] [COMMENT 'text'], …)`.
Status StatementParser::ParseFunctionParameters(SqlFunction* function) {
  const int start = Peek().start;
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  if (AcceptSymbol(")")) return Status::OK();
  do {
    ARROW_RETURN_NOT_OK(ParseFunctionParameter(function));
  } while (AcceptSymbol(","));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  std::string repeated = RepeatedName(function->parameters);
  if (!repeated.empty()) {
    return ErrorFrom(start, "DUPLICATE_ROUTINE_PARAMETER_NAMES",
                     {{"routineName", QuoteIdentifier(function->name)},
                      {"names", QuoteIdentifier(repeated)}});
  }
  for (size_t i = 1; i < function->parameters.size(); ++i) {
    const SqlFunction::Parameter& before = function->parameters[i - 1];
    const SqlFunction::Parameter& parameter = function->parameters[i];
    if (before.default_value == nullptr || parameter.default_value != nullptr) continue;
    return ErrorFrom(start, "USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_PARAMETER_POSITION",
                     {{"functionName", QuoteIdentifier(function->name)},
                      {"parameterName", QuoteIdentifier(before.name)},
                      {"nextParameterName", QuoteIdentifier(parameter.name)}});
  }
  return Status::OK();
}

Status StatementParser::ParseFunctionParameter(SqlFunction* function) {
  const int start = Peek().start;
  SqlFunction::Parameter parameter;
  ARROW_RETURN_NOT_OK(ParseName(&parameter.name));
  ARROW_ASSIGN_OR_RAISE(parameter.type, ParseType());
  for (;;) {
    if (AcceptWord("DEFAULT")) {
      Parsed value;
      ARROW_RETURN_NOT_OK(ParseExpression(&value));
      parameter.default_text = source_->Slice(value.start, value.end);
      parameter.default_value = std::move(value.expression);
    } else if (AcceptWord("COMMENT")) {
      ARROW_RETURN_NOT_OK(ParseStringToken(&parameter.comment.emplace()));
    } else if (PeekWord("NOT") && PeekWord("NULL", 1)) {
      Advance(2);
      return ErrorFrom(start, "USER_DEFINED_FUNCTIONS.NOT_NULL_ON_FUNCTION_PARAMETERS",
                       {{"input", std::string(source_->Slice(start, LastEnd()))}});
    } else {
      break;
    }
  }
  function->parameters.push_back(std::move(parameter));
  return Status::OK();
}

// `RETURNS` has been taken: `type`, or `TABLE [(name type [COMMENT 'text'], …)]`.
Status StatementParser::ParseFunctionReturns(SqlFunction* function) {
  if (!AcceptWord("TABLE")) {
    ARROW_ASSIGN_OR_RAISE(function->returns, ParseType());
    return Status::OK();
  }
  function->table = true;
  return PeekSymbol("(") ? ParseFunctionColumns(function) : Status::OK();
}

Status StatementParser::ParseFunctionColumns(SqlFunction* function) {
  const int start = Peek().start;
  Schema columns;
  ARROW_RETURN_NOT_OK(ParseColumnDefinitions(&columns));
  std::string repeated = RepeatedName(columns.fields());
  if (!repeated.empty()) {
    return ErrorFrom(start, "DUPLICATE_ROUTINE_RETURNS_COLUMNS",
                     {{"routineName", QuoteIdentifier(function->name)},
                      {"columns", QuoteIdentifier(repeated)}});
  }
  function->returns = columns.AsStruct();
  return Status::OK();
}

// What may stand between the types and the body; `more` says whether there was one.
Status StatementParser::ParseCharacteristic(SqlFunction::Characteristics* characteristics,
                                            bool* more) {
  const int start = Peek().start;
  const auto words = [this](std::initializer_list<std::string_view> expected) {
    int count = 0;
    for (const std::string_view word : expected) {
      if (!PeekWord(word, count)) return false;
      ++count;
    }
    Advance(count);
    return true;
  };
  if (words({"LANGUAGE"})) {
    std::string language;
    ARROW_RETURN_NOT_OK(ParseName(&language));
    if (SameName(language, "SQL", false)) return Status::OK();
    return ErrorFrom(start, "_LEGACY_ERROR_TEMP_0035",
                     {{"message", "a function in the language " + language}});
  }
  if (words({"NOT", "DETERMINISTIC"})) {
    characteristics->deterministic = false;
  } else if (words({"DETERMINISTIC"})) {
    characteristics->deterministic = true;
  } else if (words({"CONTAINS", "SQL"})) {
    characteristics->reads_data = false;
  } else if (words({"READS", "SQL", "DATA"})) {
    characteristics->reads_data = true;
  } else if (words({"SQL", "SECURITY", "DEFINER"}) || words({"SQL", "SECURITY", "INVOKER"})) {
    return Status::OK();  // a session has one user
  } else if (words({"COMMENT"})) {
    return ParseStringToken(&characteristics->comment.emplace());
  } else {
    *more = false;
  }
  return Status::OK();
}

// `RETURN` has been taken.
Status StatementParser::ParseFunctionBody(SqlFunction* function, PlanPtr* body) {
  const int start = Peek().start;
  // `(SELECT …) + 1` begins like a query too.
  const bool is_query = BeginsQuery() && (function->table || !PeekSymbol("("));
  if (is_query) {
    ParsedPlan query;
    ARROW_RETURN_NOT_OK(ParseQuery(&query));
    *body = std::move(query.plan);
  } else {
    Parsed value;
    ARROW_RETURN_NOT_OK(ParseExpression(&value));
    *body = std::make_shared<Project>(std::vector<ExpressionPtr>{std::move(value.expression)},
                                      std::make_shared<OneRow>());
  }
  function->body_text = source_->Slice(start, LastEnd());
  if (function->table && !is_query) {
    return ErrorFrom(start, "USER_DEFINED_FUNCTIONS.SQL_TABLE_UDF_BODY_MUST_BE_A_QUERY",
                     {{"name", function->name}});
  }
  if (function->table || !is_query) return Status::OK();
  ExpressionPtr value = std::make_shared<SubqueryExpression>(
      SubqueryExpression::Form::kScalar, std::move(*body), std::vector<ExpressionPtr>());
  *body = std::make_shared<Project>(std::vector<ExpressionPtr>{std::move(value)},
                                    std::make_shared<OneRow>());
  return Status::OK();
}

// `DROP [TEMPORARY] FUNCTION` has been taken.
Status StatementParser::ParseDropFunction(bool temporary, PlanPtr* out) {
  const bool if_exists = AcceptIfExists();
  std::vector<std::string> name;
  ARROW_RETURN_NOT_OK(ParseQualifiedName(&name));
  *out = std::make_shared<DropFunction>(std::move(name), temporary, if_exists);
  return Status::OK();
}

}  // namespace firesteel
