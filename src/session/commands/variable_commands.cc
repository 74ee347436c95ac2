#include <algorithm>
#include <utility>

#include "analyzer/analyzer.h"
#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "common/config_keys.h"
#include "common/error.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/relations.h"
#include "plan/subqueries.h"
#include "session/commands/families.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

Result<std::string> NameOfVariable(const std::vector<std::string>& parts) {
  std::optional<std::string> name = VariableName(parts);
  if (!name) return VariableNotFound(parts);
  return *std::move(name);
}

/// `system`.`session`.`name`, as errors say it.
std::string FullName(const std::string& name) {
  return QuoteIdentifier({"system", "session", name});
}

/// The values of the only row; NULL each when there is none. Errors: ROW_SUBQUERY_TOO_MANY_ROWS.
Result<std::vector<Value>> OnlyRow(const QueryResult& result) {
  std::vector<Value> values(result.schema.fields().size());
  bool found = false;
  for (const auto& batch : result.batches) {
    if (batch->num_rows() == 0) continue;
    if (found || batch->num_rows() > 1) return MakeError("ROW_SUBQUERY_TOO_MANY_ROWS");
    found = true;
    for (size_t i = 0; i < values.size(); ++i) {
      const int column = static_cast<int>(i);
      values[i] = GetValue(*batch->column(column), 0, result.schema.field(column).type);
    }
  }
  return values;
}

CastOptions CastOptionsOf(const CommandContext& context) {
  return {context.config->Get(config::kAnsiEnabled), false,
          context.config->Get(config::kSessionTimeZone)};
}

/// The query with its columns as `types`, as far as they are given.
PlanPtr WithTypes(const PlanPtr& query, const std::vector<std::optional<DataType>>& types,
                  const CommandContext& context) {
  const std::vector<AttributePtr> columns = query->output();
  std::vector<ExpressionPtr> list;
  for (size_t i = 0; i < columns.size(); ++i) {
    ExpressionPtr value = columns[i];
    if (types[i] && !value->type().SameType(*types[i])) {
      value = std::make_shared<Cast>(value, *types[i], CastOptionsOf(context), /*implicit=*/false);
    }
    list.push_back(std::make_shared<Alias>(std::move(value), columns[i]->name()));
  }
  return std::make_shared<Project>(std::move(list), query);
}

bool HasSubquery(const ExpressionPtr& expression) {
  return Exists<Expression>(
      expression, [](const Expression& e) { return e.kind() == ExpressionKind::kSubquery; });
}

/// A default that SET VARIABLE asks for again. Errors: it reads variables, whose values of the day
/// it was declared are gone.
Result<ExpressionPtr> DefaultOf(const SessionVariable& variable, const CommandContext& context) {
  SessionObjects used;
  const PlanPtr value = std::make_shared<Project>(
      std::vector<ExpressionPtr>{variable.default_value}, std::make_shared<OneRow>());
  const Result<PlanPtr> analyzed = context.backend->AnalyzePlan(value, &used);
  if (analyzed.ok() && used.variables.empty()) return variable.default_value;
  return MakeError("INVALID_DEFAULT_VALUE.UNRESOLVED_EXPRESSION",
                   {{"statement", "SET VARIABLE"},
                    {"colName", FullName(variable.name)},
                    {"defaultValue", variable.default_value->Sql()}});
}

/// The values of SET VARIABLE with the defaults in the place of DEFAULT. Errors:
/// DEFAULT_PLACEMENT_INVALID.
Result<PlanPtr> WithDefaults(const PlanPtr& query, const std::vector<SessionVariable>& targets,
                             const CommandContext& context) {
  const auto* project = As<Project>(query);
  if (project == nullptr || project->list().size() != targets.size() ||
      context.catalog->variables().Find("default")) {
    return query;
  }
  std::vector<ExpressionPtr> list = project->list();
  for (size_t i = 0; i < list.size(); ++i) {
    const auto* alias = As<Alias>(list[i]);
    if (IsDefaultWord(alias == nullptr ? *list[i] : *alias->child(0))) {
      ARROW_ASSIGN_OR_RAISE(list[i], DefaultOf(targets[i], context));
    } else if (Exists<Expression>(list[i], IsDefaultWord)) {
      return MakeError("DEFAULT_PLACEMENT_INVALID");
    }
  }
  return query->WithNewExpressions(std::move(list));
}

/// What a default cannot be, beside what analysis refuses.
Status CheckDefault(const ExpressionPtr& value, const DeclareVariable::Definition& definition,
                    const std::string& name) {
  if (!HasSubquery(value)) return Status::OK();
  return MakeError("INVALID_DEFAULT_VALUE.SUBQUERY_EXPRESSION",
                   {{"statement", "DECLARE VARIABLE"},
                    {"colName", FullName(name)},
                    {"defaultValue", definition.default_text}});
}

/// Errors: a default of many rows.
Status CheckOneRow(const PlanPtr& query) {
  const PlanPtr& below = query->child();
  if (query->kind() == PlanKind::kProject && below->kind() == PlanKind::kOneRow) {
    return Status::OK();
  }
  if (query->kind() == PlanKind::kAggregate) {
    return MakeError("UNSUPPORTED_EXPR_FOR_OPERATOR",
                     {{"operator", "DECLARE VARIABLE"},
                      {"invalidExprSqls", "\"" + query->expressions()[0]->Sql() + "\""}});
  }
  return MakeError("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", {{"plan", "DECLARE VARIABLE"}});
}

}  // namespace

Result<QueryResult> RunDeclareVariable(const DeclareVariable& command,
                                       const CommandContext& context) {
  const DeclareVariable::Definition& definition = command.definition();
  std::vector<std::string> names;
  for (const std::vector<std::string>& parts : definition.names) {
    ARROW_ASSIGN_OR_RAISE(names.emplace_back(), NameOfVariable(parts));
  }
  const ExpressionPtr& default_value = As<Project>(command.child())->list()[0];
  ARROW_RETURN_NOT_OK(CheckDefault(default_value, definition, names[0]));
  ARROW_ASSIGN_OR_RAISE(PlanPtr query, context.backend->AnalyzePlan(command.child()));
  ARROW_RETURN_NOT_OK(CheckOneRow(query));
  query = WithTypes(query, {definition.type}, context);
  ARROW_ASSIGN_OR_RAISE(const QueryResult result, context.backend->ExecutePlan(query));
  ARROW_ASSIGN_OR_RAISE(const std::vector<Value> values, OnlyRow(result));
  std::vector<SessionVariable> variables;
  for (const std::string& name : names) {
    variables.push_back({name, result.schema.field(0).type, values[0], default_value});
  }
  if (context.catalog->variables().Declare(variables, definition.replace)) return NoResult();
  for (const std::string& name : names) {
    if (!context.catalog->variables().Find(name)) continue;
    return MakeError("VARIABLE_ALREADY_EXISTS", {{"variableName", FullName(name)}});
  }
  return InternalError("No variable was declared.");
}

Result<QueryResult> RunSetVariable(const SetVariable& command, const CommandContext& context) {
  std::vector<SessionVariable> targets;
  for (const std::vector<std::string>& parts : command.targets()) {
    ARROW_ASSIGN_OR_RAISE(const std::string name, NameOfVariable(parts));
    std::optional<SessionVariable> variable = context.catalog->variables().Find(name);
    if (!variable) return VariableNotFound(parts);
    targets.push_back(*std::move(variable));
  }
  for (size_t i = 0; i < targets.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (targets[i].name != targets[j].name) continue;
      return MakeError("DUPLICATE_ASSIGNMENTS", {{"nameList", QuoteIdentifier(targets[i].name)}});
    }
  }
  ARROW_ASSIGN_OR_RAISE(PlanPtr query, WithDefaults(command.child(), targets, context));
  ARROW_ASSIGN_OR_RAISE(query, context.backend->AnalyzePlan(query));
  if (query->output().size() != targets.size()) {
    return MakeError("ASSIGNMENT_ARITY_MISMATCH",
                     {{"numTarget", std::to_string(targets.size())},
                      {"numExpr", std::to_string(query->output().size())}});
  }
  std::vector<std::optional<DataType>> types;
  for (const SessionVariable& target : targets) types.emplace_back(target.type);
  query = std::make_shared<Limit>(2, WithTypes(query, types, context));
  ARROW_ASSIGN_OR_RAISE(const QueryResult result, context.backend->ExecutePlan(query));
  ARROW_ASSIGN_OR_RAISE(std::vector<Value> values, OnlyRow(result));
  std::vector<std::pair<std::string, Value>> assigned;
  for (size_t i = 0; i < targets.size(); ++i) {
    assigned.emplace_back(targets[i].name, std::move(values[i]));
  }
  // Another thread of the session may have dropped one.
  if (!context.catalog->variables().Assign(assigned)) {
    return VariableNotFound(command.targets()[0]);
  }
  return NoResult();
}

Result<QueryResult> RunDropVariable(const DropVariable& command, const CommandContext& context) {
  ARROW_ASSIGN_OR_RAISE(const std::string name, NameOfVariable(command.name()));
  if (context.catalog->variables().Remove(name) || command.if_exists()) return NoResult();
  return MakeError("VARIABLE_NOT_FOUND", {{"variableName", FullName(name)}});
}

}  // namespace firesteel
