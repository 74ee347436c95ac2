#include "analyzer/resolve_lambdas.h"

#include <algorithm>
#include <utility>

#include "analyzer/extract_value.h"
#include "analyzer/name_scope.h"
#include "analyzer/resolve_expression.h"
#include "analyzer/resolver.h"
#include "analyzer/sql_functions.h"
#include "common/error.h"
#include "expr/lambda.h"
#include "functions/higher_order.h"
#include "functions/registry.h"
#include "plan/identifier.h"

namespace firesteel {

namespace {

Status CheckVariables(const UnresolvedLambda& lambda) {
  std::vector<std::string> names;
  for (const std::string& name : lambda.variables()) names.push_back(FoldCase(name));
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) == names.end()) return Status::OK();
  std::string shown;
  for (const std::string& name : lambda.variables()) {
    shown += (shown.empty() ? "" : ", ") + QuoteIdentifier(name);
  }
  return MakeError("INVALID_LAMBDA_FUNCTION_CALL.DUPLICATE_ARG_NAMES",
                   {{"args", shown}, {"caseSensitiveConfig", "\"spark.sql.caseSensitive\""}});
}

/// The lambda with its body resolved; nullptr when something in the body is still open.
Result<ExpressionPtr> BindLambda(const UnresolvedLambda& lambda,
                                 const std::vector<LambdaParameter>& parameters,
                                 const Resolver& resolver) {
  std::vector<LambdaVariablePtr> variables;
  for (size_t i = 0; i < lambda.variables().size(); ++i) {
    variables.push_back(std::make_shared<LambdaVariable>(lambda.variables()[i], parameters[i].type,
                                                         parameters[i].nullable));
  }
  const auto find = [&](const UnresolvedAttribute& name) -> Result<ExpressionPtr> {
    for (const LambdaVariablePtr& variable : variables) {
      if (!SameName(variable->name(), name.parts()[0], resolver.case_sensitive())) continue;
      ExpressionPtr value = variable;
      for (size_t i = 1; i < name.parts().size(); ++i) {
        ARROW_ASSIGN_OR_RAISE(ExpressionPtr field,
                              Literal::Make(name.parts()[i], TypeId::kString));
        ARROW_ASSIGN_OR_RAISE(value, ExtractValue(value, field, resolver));
      }
      return value;
    }
    return ExpressionPtr();
  };
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr body, ResolveNames(lambda.child(0), find));
  ARROW_ASSIGN_OR_RAISE(body, ResolveCalls(body, resolver));
  if (!body->resolved()) return ExpressionPtr();
  return ExpressionPtr(std::make_shared<Lambda>(std::move(variables), std::move(body)));
}

/// Bodies of functions in SQL are resolved apart, where nothing knows the lambda's variables.
Status CheckNoSqlFunctions(const ExpressionPtr& lambda, const Resolver& resolver) {
  Status status;
  ForEach<Expression>(lambda, [&](const ExpressionPtr& e) {
    const auto* call = As<UnresolvedFunction>(e);
    const SqlFunctionPtr function =
        call == nullptr ? nullptr : FindSqlFunction(call->name(), resolver);
    if (function == nullptr || !status.ok()) return;
    status = MakeError("UNSUPPORTED_FEATURE.LAMBDA_FUNCTION_WITH_SQL_UDF",
                       {{"funcName", QuoteIdentifier(function->name)}});
  });
  return status;
}

Result<ExpressionPtr> BindAll(const UnresolvedFunction& call, const Resolver& resolver) {
  std::vector<ExpressionPtr> arguments = call.arguments();
  std::vector<ExpressionPtr> values = arguments;
  for (ExpressionPtr& value : values) {
    if (value->kind() == ExpressionKind::kUnresolvedLambda) value = nullptr;
  }
  for (size_t i = 0; i < arguments.size(); ++i) {
    const auto* lambda = As<UnresolvedLambda>(arguments[i]);
    if (lambda == nullptr) continue;
    ARROW_RETURN_NOT_OK(CheckVariables(*lambda));
    ARROW_RETURN_NOT_OK(CheckNoSqlFunctions(arguments[i], resolver));
    ARROW_ASSIGN_OR_RAISE(
        const std::vector<LambdaParameter> parameters,
        LambdaParameters(call.name(), values, static_cast<int>(i),
                         static_cast<int>(lambda->variables().size()), resolver.settings()));
    if (parameters.size() < lambda->variables().size()) {
      return InternalError("Too few types for the variables of a lambda of " + call.name());
    }
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr bound, BindLambda(*lambda, parameters, resolver));
    if (bound == nullptr) return ExpressionPtr();
    arguments[i] = std::move(bound);
  }
  return BindCall(call.name(), std::move(arguments), call.distinct(), nullptr,
                  resolver.settings());
}

}  // namespace

bool HasLambda(const UnresolvedFunction& call) {
  const std::vector<ExpressionPtr>& children = call.children();
  return std::any_of(children.begin(), children.end(), [](const ExpressionPtr& child) {
    return child->kind() == ExpressionKind::kUnresolvedLambda;
  });
}

Result<ExpressionPtr> BindLambdas(const UnresolvedFunction& call, const Resolver& resolver) {
  for (const ExpressionPtr& child : call.children()) {
    if (child->kind() != ExpressionKind::kUnresolvedLambda && !child->resolved()) {
      return ExpressionPtr();
    }
    if (FirstOpenName(child) != nullptr) return ExpressionPtr();
  }
  Result<ExpressionPtr> bound = BindAll(call, resolver);
  if (!bound.ok()) return AtOrigin(bound.status(), call.origin());
  return bound;
}

}  // namespace firesteel
