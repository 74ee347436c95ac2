#include "analyzer/sql_functions.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "analyzer/fresh_ids.h"
#include "analyzer/name_scope.h"
#include "analyzer/named_arguments.h"
#include "analyzer/resolve_expression.h"
#include "analyzer/rules.h"
#include "common/error.h"
#include "expr/sql_call.h"
#include "functions/registry.h"
#include "functions/window_functions.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/relations.h"
#include "plan/subqueries.h"

namespace firesteel {

namespace {

constexpr std::string_view kSessionPrefixes[] = {"system.session.", "session."};
constexpr int64_t kMaximumBodyNodes = 1'000'000;

/// Puts the arguments of one call in the place of the parameters.
class ArgumentSubstitution {
 public:
  explicit ArgumentSubstitution(Resolver* resolver) : resolver_(resolver) {}

  void Put(const Attribute& parameter, ExpressionPtr value) {
    values_.insert_or_assign(parameter.id(), std::move(value));
  }

  Result<ExpressionPtr> Apply(const ExpressionPtr& expression) {
    if (++nodes_ > kMaximumBodyNodes) return MakeError("FAILED_TO_PARSE_TOO_COMPLEX");
    if (const auto* column = As<Attribute>(expression)) {
      const auto found = values_.find(column->id());
      return found == values_.end() ? expression : found->second;
    }
    if (const auto* subquery = As<SubqueryExpression>(expression)) return ApplyIn(*subquery);
    return MapChildren<Expression>(expression,
                                   [this](const ExpressionPtr& child) { return Apply(child); });
  }

  /// For plans that read the parameters as columns around them.
  Result<PlanPtr> ApplyAround(const PlanPtr& plan) {
    if (++nodes_ > kMaximumBodyNodes) return MakeError("FAILED_TO_PARSE_TOO_COMPLEX");
    ARROW_ASSIGN_OR_RAISE(
        PlanPtr node, MapChildren<LogicalPlan>(
                          plan, [this](const PlanPtr& child) { return ApplyAround(child); }));
    ARROW_ASSIGN_OR_RAISE(
        node, TransformExpressions(node, [this](const ExpressionPtr& e) -> Result<ExpressionPtr> {
          const auto* outer = As<OuterReference>(e);
          if (outer == nullptr) return ExpressionPtr();
          const auto found = values_.find(outer->column()->id());
          return found == values_.end() ? ExpressionPtr() : Outside(found->second);
        }));
    if (plan->analyzed()) node->MarkAnalyzed();
    return node;
  }

 private:
  Result<ExpressionPtr> ApplyIn(const SubqueryExpression& subquery) {
    ARROW_ASSIGN_OR_RAISE(PlanPtr plan, ApplyAround(subquery.plan()));
    std::vector<ExpressionPtr> values = subquery.values();
    for (ExpressionPtr& value : values) {
      ARROW_ASSIGN_OR_RAISE(value, Apply(value));
    }
    std::vector<ExpressionPtr> outer;
    CollectOuter(plan, &outer);
    resolver_->AddReadySubquery(plan);
    return ExpressionPtr(std::make_shared<SubqueryExpression>(
        subquery.form(), std::move(plan), std::move(values), std::move(outer)));
  }

  /// An argument as a plan inside of the expression reads it.
  static Result<ExpressionPtr> Outside(const ExpressionPtr& value) {
    return TransformUp<Expression>(value, [](const ExpressionPtr& e) -> Result<ExpressionPtr> {
      switch (e->kind()) {
        case ExpressionKind::kAttribute:
          return ExpressionPtr(
              std::make_shared<OuterReference>(std::static_pointer_cast<const Attribute>(e)));
        case ExpressionKind::kAggregate:
        case ExpressionKind::kWindow:
        case ExpressionKind::kSubquery:
          return MakeError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE",
                           {{"sqlExprs", "\"" + e->Sql() + "\""}});
        default: return ExpressionPtr();
      }
    });
  }

  static void CollectOuter(const PlanPtr& plan, std::vector<ExpressionPtr>* columns) {
    const auto add = [columns](const ExpressionPtr& e) {
      const auto* outer = As<OuterReference>(e);
      if (outer == nullptr) return;
      const bool known =
          std::any_of(columns->begin(), columns->end(), [outer](const ExpressionPtr& column) {
            return As<Attribute>(column)->id() == outer->column()->id();
          });
      if (!known) columns->push_back(outer->column());
    };
    for (const ExpressionPtr& e : plan->expressions()) ForEach<Expression>(e, add);
    for (const PlanPtr& child : plan->children()) CollectOuter(child, columns);
  }

  Resolver* resolver_;
  std::unordered_map<ExprId, ExpressionPtr> values_;  // by parameter
  int64_t nodes_ = 0;
};

Status WrongNumber(const SqlFunction& function, size_t given) {
  size_t required = 0;
  for (const SqlFunction::Parameter& parameter : function.parameters) {
    required += parameter.default_value == nullptr ? 1 : 0;
  }
  const std::string most = std::to_string(function.parameters.size());
  return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                   {{"functionName", QuoteIdentifier(function.name)},
                    {"expectedNum", required == function.parameters.size()
                                        ? most
                                        : "[" + std::to_string(required) + " - " + most + "]"},
                    {"actualNum", std::to_string(given)}});
}

/// The default of a parameter as an argument.
Result<ExpressionPtr> DefaultOf(const SqlFunction::Parameter& parameter, Resolver* resolver) {
  const auto alias = std::make_shared<Alias>(parameter.default_value, parameter.name);
  ARROW_ASSIGN_OR_RAISE(
      const PlanPtr resolved,
      resolver->Resolve(std::make_shared<Project>(std::vector<ExpressionPtr>{alias},
                                                  std::make_shared<OneRow>())));
  return WithoutAlias(resolved->expressions()[0]);
}

/// A call's arguments by the function's parameters.
struct CallArguments {
  std::vector<ExpressionPtr> values;  ///< of the parameters' types
  std::string text;                   ///< as the call is named after them
};

Result<CallArguments> ArgumentsOf(const SqlFunction& function,
                                  const std::vector<ExpressionPtr>& given, Resolver* resolver) {
  std::vector<std::string> names;
  for (const SqlFunction::Parameter& parameter : function.parameters) {
    names.push_back(parameter.name);
  }
  const bool by_name = HasNamed(given);
  if (!by_name && given.size() > names.size()) return WrongNumber(function, given.size());
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> placed,
                        PlaceNamedArguments(function.name, names, given));
  CallArguments arguments;
  const size_t shown = placed.size();
  placed.resize(names.size());
  for (size_t i = 0; i < placed.size(); ++i) {
    const SqlFunction::Parameter& parameter = function.parameters[i];
    if (placed[i] == nullptr) {
      if (parameter.default_value == nullptr) {
        return by_name ? MissingArgument(function.name, parameter.name, i)
                       : WrongNumber(function, given.size());
      }
      ARROW_ASSIGN_OR_RAISE(placed[i], DefaultOf(parameter, resolver));
    }
    if (i < shown) arguments.text += (i == 0 ? "" : ", ") + placed[i]->Sql();
    if (!placed[i]->type().SameType(parameter.type)) {
      const FunctionSettings& settings = resolver->settings();
      auto cast = std::make_shared<Cast>(placed[i], parameter.type,
                                         CastOptions{settings.ansi, false, settings.time_zone},
                                         /*implicit=*/false);
      ARROW_ASSIGN_OR_RAISE(placed[i], ResolveCalls(std::move(cast), *resolver));
    }
    arguments.values.push_back(std::move(placed[i]));
  }
  return arguments;
}

void NoteUse(const SqlFunction& function, const Resolver& resolver) {
  if (SessionObjects* used = resolver.context().used) used->functions.push_back(function.name);
}

/// The value of a resolved body. Errors: bodies that are more than an expression on one row.
Result<ExpressionPtr> ValueOfBody(const PlanPtr& body, const SqlFunction& function) {
  const auto* project = As<Project>(body);
  if (project == nullptr || project->child()->kind() != PlanKind::kSubqueryAlias) {
    return MakeError("USER_DEFINED_FUNCTIONS.CANNOT_CONTAIN_COMPLEX_FUNCTIONS",
                     {{"queryText", function.body_text}});
  }
  return WithoutAlias(project->list()[0]);
}

/// Whether putting the value in several places costs nothing.
bool IsTrivial(const ExpressionPtr& value) {
  switch (value->kind()) {
    case ExpressionKind::kLiteral:
    case ExpressionKind::kAttribute:
    case ExpressionKind::kOuterReference: return true;
    case ExpressionKind::kCast: return IsTrivial(value->child(0));
    default: return false;
  }
}

int CountOf(const ExpressionPtr& expression, ExprId id) {
  int count = 0;
  ForEach<Expression>(expression, [&](const ExpressionPtr& e) {
    const auto* column = As<Attribute>(e);
    count += column != nullptr && column->id() == id ? 1 : 0;
  });
  return count;
}

/// What runs apart from the expression around it cannot read variables of that expression.
bool HasPartsOfItsOwn(const ExpressionPtr& body) {
  return HasKind(body, ExpressionKind::kSubquery) || HasKind(body, ExpressionKind::kUserCall);
}

Status CheckForm(const UnresolvedFunction& call, const SqlFunction& function) {
  if (function.table) {
    return MakeError("NOT_A_SCALAR_FUNCTION", {{"functionName", QuoteIdentifier(function.name)}});
  }
  if (!call.distinct() && !call.has_filter() && !call.ignore_nulls()) return Status::OK();
  return MakeError("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
                   {{"prettyName", QuoteIdentifier(function.name)},
                    {"syntax", call.distinct()     ? "DISTINCT"
                               : call.has_filter() ? "FILTER CLAUSE"
                                                   : "IGNORE NULLS"}});
}

bool IsReady(const Expression& call) {
  return std::all_of(call.children().begin(), call.children().end(),
                     [](const ExpressionPtr& child) {
                       return child->kind() == ExpressionKind::kNamedArgument
                                  ? child->child(0)->resolved()
                                  : child->resolved();
                     });
}

}  // namespace

SqlFunctionPtr FindSqlFunction(const std::string& name, const Resolver& resolver) {
  if (resolver.context().catalog == nullptr) return nullptr;
  const SqlFunctionStore& functions = resolver.context().catalog->sql_functions();
  std::string folded = FoldCase(name);
  for (const std::string_view prefix : kSessionPrefixes) {
    if (folded.rfind(prefix, 0) == 0) return functions.Find(folded.substr(prefix.size()));
  }
  SqlFunctionPtr function = functions.Find(folded);
  if (function == nullptr || FindFunction(folded) || FindWindowFunction(folded) != nullptr) {
    return nullptr;
  }
  return function;
}

Result<ExpressionPtr> CallSqlFunction(const UnresolvedFunction& call, const SqlFunction& function,
                                      Resolver* resolver) {
  ARROW_RETURN_NOT_OK(CheckForm(call, function));
  ARROW_ASSIGN_OR_RAISE(CallArguments arguments,
                        ArgumentsOf(function, call.arguments(), resolver));
  NoteUse(function, *resolver);
  ARROW_ASSIGN_OR_RAISE(const SqlFunctionBody body, InstantiateBody(function));
  ARROW_ASSIGN_OR_RAISE(const PlanPtr plan,
                        resolver->ResolveFunctionBody(function.name, body.plan, {}));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr value, ValueOfBody(plan, function));
  const bool in_place = HasPartsOfItsOwn(value);
  ArgumentSubstitution substitution(resolver);
  std::vector<LambdaVariablePtr> variables;
  std::vector<ExpressionPtr> of_variables;
  for (size_t i = 0; i < body.parameters.size(); ++i) {
    const Attribute& parameter = *body.parameters[i];
    const ExpressionPtr& argument = arguments.values[i];
    if (in_place || IsTrivial(argument) || CountOf(value, parameter.id()) < 2) {
      substitution.Put(parameter, argument);
      continue;
    }
    variables.push_back(std::make_shared<LambdaVariable>(parameter.name(), argument->type(),
                                                         argument->nullable()));
    of_variables.push_back(argument);
    substitution.Put(parameter, variables.back());
  }
  ARROW_ASSIGN_OR_RAISE(value, substitution.Apply(value));
  return ExpressionPtr(std::make_shared<SqlCall>(function.name + "(" + arguments.text + ")",
                                                 std::move(value), std::move(variables),
                                                 of_variables));
}

Result<PlanPtr> CallSqlTable(const SqlFunction& function,
                             const std::vector<ExpressionPtr>& arguments, Resolver* resolver) {
  if (!function.table) {
    return MakeError("NOT_A_TABLE_FUNCTION", {{"functionName", QuoteIdentifier(function.name)}});
  }
  ARROW_ASSIGN_OR_RAISE(const CallArguments placed, ArgumentsOf(function, arguments, resolver));
  NoteUse(function, *resolver);
  ARROW_ASSIGN_OR_RAISE(const SqlFunctionBody body, InstantiateBody(function));
  ARROW_ASSIGN_OR_RAISE(PlanPtr plan, resolver->ResolveFunctionBody(function.name, body.plan,
                                                                    body.parameters));
  ArgumentSubstitution substitution(resolver);
  for (size_t i = 0; i < body.parameters.size(); ++i) {
    substitution.Put(*body.parameters[i], placed.values[i]);
  }
  ARROW_ASSIGN_OR_RAISE(plan, substitution.ApplyAround(plan));
  ARROW_ASSIGN_OR_RAISE(plan, WithFreshIds(plan));
  const std::vector<StructField>& fields = function.returns->fields();
  const std::vector<AttributePtr> columns = plan->output();
  if (columns.size() != fields.size()) {
    return MakeError("USER_DEFINED_FUNCTIONS.RETURN_COLUMN_COUNT_MISMATCH",
                     {{"outputSize", std::to_string(columns.size())},
                      {"returnParamSize", std::to_string(fields.size())},
                      {"name", function.name}});
  }
  std::vector<ExpressionPtr> list;
  for (size_t i = 0; i < columns.size(); ++i) {
    ExpressionPtr value = columns[i];
    if (!value->type().SameType(fields[i].type)) {
      value = std::make_shared<Cast>(value, fields[i].type, CastOptions{}, /*implicit=*/false);
    }
    list.push_back(std::make_shared<Alias>(std::move(value), fields[i].name));
  }
  return PlanPtr(std::make_shared<SubqueryAlias>(
      function.name, std::make_shared<Project>(std::move(list), std::move(plan))));
}

Result<PlanPtr> ExpandSqlFunctions(const PlanPtr& node, Resolver* resolver) {
  return TransformExpressions(node, [&](const ExpressionPtr& e) -> Result<ExpressionPtr> {
    const auto* call = As<UnresolvedFunction>(e);
    if (call == nullptr || !IsReady(*call)) return ExpressionPtr();
    const SqlFunctionPtr function = FindSqlFunction(call->name(), *resolver);
    if (function == nullptr) return ExpressionPtr();
    Result<ExpressionPtr> value = CallSqlFunction(*call, *function, resolver);
    return value.ok() ? value : AtOrigin(value.status(), call->origin());
  });
}

Result<DataType> CheckFunction(const SqlFunction& function, const AnalysisContext& context) {
  Resolver resolver(context);
  for (const SqlFunction::Parameter& parameter : function.parameters) {
    if (parameter.default_value == nullptr) continue;
    if (HasKind(parameter.default_value, ExpressionKind::kSubquery)) {
      return MakeError("USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_EXPRESSION",
                       {{"functionName", function.name}, {"parameterName", parameter.name}});
    }
    ARROW_RETURN_NOT_OK(DefaultOf(parameter, &resolver).status());
  }
  ARROW_ASSIGN_OR_RAISE(const SqlFunctionBody body, InstantiateBody(function));
  ARROW_ASSIGN_OR_RAISE(
      const PlanPtr plan,
      resolver.ResolveFunctionBody(function.name, body.plan,
                                   function.table ? body.parameters : std::vector<AttributePtr>()));
  if (function.table) return plan->schema().AsStruct();
  ARROW_ASSIGN_OR_RAISE(const ExpressionPtr value, ValueOfBody(plan, function));
  return value->type();
}

}  // namespace firesteel
