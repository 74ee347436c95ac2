#include "session/sql_statement.h"

#include <utility>

#include "catalog/catalog.h"
#include "common/config_keys.h"
#include "common/error.h"
#include "expr/nodes.h"
#include "functions/constant.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/relations.h"
#include "plan/variable_commands.h"
#include "session/session_backend.h"
#include "sql/parameters.h"
#include "sql/parser.h"

namespace firesteel {

Result<PlanPtr> BindParameters(const PlanPtr& plan, const std::map<std::string, Value>& arguments) {
  return ReplaceParameters(
      plan, [&](const UnresolvedParameter& parameter) -> Result<ExpressionPtr> {
        const auto found = arguments.find(parameter.name());
        if (parameter.name().empty() || found == arguments.end()) return ExpressionPtr();
        return Literal::Of(found->second);
      });
}

Result<PlanPtr> BindParameters(const PlanPtr& plan, const std::vector<Value>& arguments) {
  return ReplacePositionalParameters(plan, [&](size_t index) -> Result<ExpressionPtr> {
    if (index >= arguments.size()) return ExpressionPtr();
    return Literal::Of(arguments[index]);
  });
}

namespace {

/// A text may hold another EXECUTE IMMEDIATE, whose text may be computed: there is no end to it.
constexpr int kMaximumImmediateDepth = 20;

/// A value of EXECUTE IMMEDIATE as a constant. Errors: UNSUPPORTED_EXPR_FOR_PARAMETER.
Result<ExpressionPtr> ConstantOf(const ExpressionPtr& value, SessionBackend* backend) {
  const auto refuse = [&] {
    return MakeError("UNSUPPORTED_EXPR_FOR_PARAMETER", {{"invalidExprSql", value->Sql()}});
  };
  const bool has_query = Exists<Expression>(
      value, [](const Expression& e) { return e.kind() == ExpressionKind::kSubquery; });
  if (has_query) return refuse();
  ARROW_ASSIGN_OR_RAISE(const PlanPtr plan,
                        backend->AnalyzePlan(std::make_shared<Project>(
                            std::vector<ExpressionPtr>{value}, std::make_shared<OneRow>())));
  if (plan->kind() != PlanKind::kProject) return refuse();
  const ExpressionPtr resolved = plan->expressions()[0];
  if (!IsFoldable(*resolved)) return refuse();
  ARROW_ASSIGN_OR_RAISE(Value constant, EvaluateConstant(*resolved));
  return Literal::Make(std::move(constant), resolved->type(),
                       backend->GetConfig(config::kSessionTimeZone.name).value_or("UTC"));
}

/// The values of USING with their names. One that is a variable has the variable's name.
struct UsingValues {
  std::vector<std::string> names;
  std::vector<ExpressionPtr> values;
};

Result<UsingValues> EvaluateUsing(const ExecuteImmediate& immediate, SessionBackend* backend) {
  UsingValues evaluated;
  evaluated.names = immediate.definition().names;
  const std::vector<ExpressionPtr> values = immediate.child()->expressions();
  for (size_t i = 0; i < evaluated.names.size(); ++i) {
    const ExpressionPtr& value = values[i + 1];
    std::string& name = evaluated.names[i];
    const auto* variable = As<UnresolvedAttribute>(value);
    if (name.empty() && variable != nullptr) name = variable->parts().back();
    for (size_t j = 0; j < i && !name.empty(); ++j) {
      if (!SameName(evaluated.names[j], name, false)) continue;
      return MakeError("EXEC_IMMEDIATE_DUPLICATE_ARGUMENT_ALIASES",
                       {{"aliases", QuoteIdentifier(name)}});
    }
    ARROW_ASSIGN_OR_RAISE(evaluated.values.emplace_back(), ConstantOf(value, backend));
  }
  return evaluated;
}

/// Whether the statement has markers with names.
bool HasNamedMarkers(const PlanPtr& plan) {
  bool found = false;
  const Result<PlanPtr> visited =
      ReplaceParameters(plan, [&found](const UnresolvedParameter& parameter) {
        found = found || !parameter.name().empty();
        return Literal::Of(Value());
      });
  return visited.ok() && found;
}

/// Puts the values of USING in the place of the markers.
Result<PlanPtr> BindUsing(const PlanPtr& plan, const UsingValues& given) {
  const std::vector<std::string>& names = given.names;
  if (!HasNamedMarkers(plan)) {
    return ReplacePositionalParameters(plan, [&](size_t index) -> Result<ExpressionPtr> {
      return index < names.size() ? given.values[index] : ExpressionPtr();
    });
  }
  std::string unnamed;
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) unnamed += (unnamed.empty() ? "" : ", ") + given.values[i]->Sql();
  }
  if (!unnamed.empty()) return MakeError("ALL_PARAMETERS_MUST_BE_NAMED", {{"exprs", unnamed}});
  return ReplaceParameters(
      plan, [&](const UnresolvedParameter& parameter) -> Result<ExpressionPtr> {
        for (size_t i = 0; i < names.size(); ++i) {
          if (SameName(names[i], parameter.name(), false)) return given.values[i];
        }
        return ExpressionPtr();
      });
}

/// The text of the statement.
Result<std::string> StatementText(const ExecuteImmediate& immediate, SessionBackend* backend) {
  const ExpressionPtr text = immediate.child()->expressions()[0];
  ARROW_ASSIGN_OR_RAISE(const ExpressionPtr constant, ConstantOf(text, backend));
  const auto& literal = *As<Literal>(constant);
  if (literal.type().id() != TypeId::kString) {
    return MakeError("INVALID_EXPR_TYPE_FOR_QUERY_EXECUTE_IMMEDIATE",
                     {{"exprType", "\"" + literal.type().Sql() + "\""}});
  }
  if (!literal.value().is_null()) return literal.value().Get<std::string>();
  return MakeError("NULL_QUERY_STRING_EXECUTE_IMMEDIATE", {{"varName", text->Sql()}});
}

/// Errors: INTO names no variable; Spark says that as of a column.
Status CheckTargets(const std::vector<std::vector<std::string>>& targets, const Catalog& catalog) {
  for (const std::vector<std::string>& target : targets) {
    const std::optional<std::string> name = VariableName(target);
    if (name && catalog.variables().Find(*name)) continue;
    return MakeError("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION",
                     {{"objectName", QuoteIdentifier(target)}});
  }
  return Status::OK();
}

}  // namespace

Result<PlanPtr> ExpandStatement(const PlanPtr& plan, SessionBackend* backend) {
  PlanPtr statement = plan;
  for (int depth = 0; const auto* immediate = As<ExecuteImmediate>(statement); ++depth) {
    ARROW_ASSIGN_OR_RAISE(const std::string text, StatementText(*immediate, backend));
    if (depth >= kMaximumImmediateDepth) {
      return MakeError("NESTED_EXECUTE_IMMEDIATE", {{"sqlString", text}});
    }
    ARROW_ASSIGN_OR_RAISE(const UsingValues values, EvaluateUsing(*immediate, backend));
    ARROW_ASSIGN_OR_RAISE(PlanPtr inner, ParseStatement(text));
    ARROW_ASSIGN_OR_RAISE(inner, BindUsing(inner, values));
    const std::vector<std::vector<std::string>> targets = immediate->definition().targets;
    if (!targets.empty()) {
      ARROW_RETURN_NOT_OK(CheckTargets(targets, *backend->catalog()));
      ARROW_ASSIGN_OR_RAISE(inner, ExpandStatement(inner, backend));
      if (dynamic_cast<const Command*>(inner.get()) != nullptr) {
        return MakeError("INVALID_STATEMENT_FOR_EXECUTE_INTO", {{"sqlString", text}});
      }
      inner = std::make_shared<SetVariable>(targets, std::move(inner));
    }
    statement = std::move(inner);
  }
  return statement;
}

DataFrame RunStatement(const std::shared_ptr<SessionBackend>& backend, Result<PlanPtr> plan) {
  if (plan.ok()) plan = ExpandStatement(*plan, backend.get());
  if (!plan.ok()) return DataFrame(backend, plan.status());
  if (dynamic_cast<const Command*>(plan->get()) == nullptr) return DataFrame(backend, *plan);
  Result<QueryResult> result = backend->ExecuteCommand(*plan);
  if (!result.ok()) return DataFrame(backend, result.status());
  return DataFrame(backend, LocalRelation::Make(result->schema, std::move(result->batches)));
}

}  // namespace firesteel
