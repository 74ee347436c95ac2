#include <algorithm>
#include <utility>

#include "analyzer/analyzer.h"
#include "common/error.h"
#include "functions/registry.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "session/commands/families.h"

namespace firesteel {

namespace {

/// The function's name without `system.session`. Errors: INVALID_TEMP_OBJ_QUALIFIER.
Result<std::string> NameOfFunction(const std::vector<std::string>& parts) {
  // Variables and functions of a session have their names in the same places.
  if (std::optional<std::string> name = VariableName(parts)) return *std::move(name);
  return MakeError(
      "INVALID_TEMP_OBJ_QUALIFIER",
      {{"objectType", "FUNCTION"},
       {"objectName", QuoteIdentifier(parts.back())},
       {"qualifier",
        QuoteIdentifier(std::vector<std::string>(parts.begin(), parts.end() - 1))}});
}

Status RoutineNotFound(const std::vector<std::string>& name) {
  return MakeError("ROUTINE_NOT_FOUND", {{"routineName", QuoteIdentifier(name)}});
}

/// The body of a function of one value with the cast to what it returns.
PlanPtr WithReturnCast(const SqlFunction& function, const PlanPtr& body) {
  if (function.table || !function.returns) return body;
  auto cast = std::make_shared<Cast>(body->expressions()[0], *function.returns, CastOptions{},
                                     /*implicit=*/false);
  return body->WithNewExpressions({std::move(cast)});
}

/// Whether the query's list has an item that nobody named.
bool HasUnnamedColumn(const PlanPtr& query) {
  const LogicalPlan* node = query.get();
  while (node->kind() != PlanKind::kProject && node->kind() != PlanKind::kAggregate) {
    if (node->children().empty()) return false;
    node = node->child().get();
  }
  const auto* aggregate = As<Aggregate>(*node);
  const std::vector<ExpressionPtr> list =
      aggregate == nullptr ? node->expressions() : aggregate->output_list();
  return std::any_of(list.begin(), list.end(), [](const ExpressionPtr& item) {
    return item->kind() == ExpressionKind::kUnresolvedFunction ||
           item->kind() == ExpressionKind::kLiteral || item->kind() == ExpressionKind::kCast ||
           item->kind() == ExpressionKind::kConditional ||
           item->kind() == ExpressionKind::kSubquery;
  });
}

/// Puts the names and types in that the statement leaves to the query. Errors: as Spark's for
/// tables of another number of columns, and for columns without names.
Status CompleteTable(const DataType& given, const PlanPtr& query, SqlFunction* function) {
  if (!function->returns) {
    if (HasUnnamedColumn(query)) {
      return MakeError("USER_DEFINED_FUNCTIONS.SQL_TABLE_UDF_MISSING_COLUMN_NAMES",
                       {{"functionName", function->name}});
    }
    function->returns = given;
  }
  const size_t wanted = function->returns->fields().size();
  if (given.fields().size() == wanted) return Status::OK();
  return MakeError("USER_DEFINED_FUNCTIONS.RETURN_COLUMN_COUNT_MISMATCH",
                   {{"outputSize", std::to_string(given.fields().size())},
                    {"returnParamSize", std::to_string(wanted)},
                    {"name", function->name}});
}

}  // namespace

Result<QueryResult> RunCreateFunction(const CreateFunction& command,
                                      const CommandContext& context) {
  const CreateFunction::Definition& definition = command.definition();
  SqlFunction function = definition.function;
  ARROW_ASSIGN_OR_RAISE(function.name, NameOfFunction(definition.name));
  Catalog& catalog = *context.catalog;
  const auto exists = [&] {
    return MakeError("ROUTINE_ALREADY_EXISTS", {{"routineName", QuoteIdentifier(function.name)},
                                                {"newRoutineType", "routine"},
                                                {"existingRoutineType", "routine"}});
  };
  if (catalog.user_functions().Find(function.name) != nullptr) {
    if (!definition.replace) return exists();
    return MakeError("USER_DEFINED_FUNCTIONS.CANNOT_REPLACE_NON_SQL_UDF_WITH_SQL_UDF",
                     {{"name", QuoteIdentifier(function.name)}});
  }
  function.body = WithReturnCast(function, command.child());
  const Result<DataType> type = context.backend->CheckFunction(function);
  if (ErrorCondition(type.status()) == "UNRESOLVED_ROUTINE") {
    const ErrorInfo& info = *GetErrorInfo(type.status());
    return MakeErrorAt("ROUTINE_NOT_FOUND",
                       {{"routineName", info.parameters.at("routineName")}}, info.context);
  }
  ARROW_RETURN_NOT_OK(type.status());
  if (function.table) {
    ARROW_RETURN_NOT_OK(CompleteTable(*type, command.child(), &function));
  } else {
    function.returns = *type;
  }
  if (!catalog.sql_functions().Put(std::make_shared<SqlFunction>(function), definition.replace)) {
    return exists();
  }
  return NoResult();
}

Result<QueryResult> RunDropFunction(const DropFunction& command, const CommandContext& context) {
  Catalog& catalog = *context.catalog;
  if (!command.temporary()) {
    const std::string& name = command.name().back();
    if (command.name().size() == 1 && catalog.sql_functions().Find(name) != nullptr) {
      return MakeError("EXPECT_PERSISTENT_FUNCTION_NOT_TEMP",
                       {{"functionName", QuoteIdentifier(name)}, {"operation", "DROP FUNCTION"}});
    }
    if (command.if_exists()) return NoResult();
    return RoutineNotFound(command.name());
  }
  ARROW_ASSIGN_OR_RAISE(const std::string name, NameOfFunction(command.name()));
  if (catalog.sql_functions().Remove(name) || catalog.user_functions().Remove(name)) {
    return NoResult();
  }
  if (FindFunction(FoldCase(name))) {
    return MakeError("FORBIDDEN_OPERATION", {{"statement", "DROP"},
                                             {"objectType", "FUNCTION"},
                                             {"objectName", QuoteIdentifier(name)}});
  }
  if (command.if_exists()) return NoResult();
  return RoutineNotFound(command.name());
}

}  // namespace firesteel
