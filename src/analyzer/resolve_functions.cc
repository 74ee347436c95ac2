#include <algorithm>
#include <utility>

#include "analyzer/align_in_subquery.h"
#include "analyzer/check_windows.h"
#include "analyzer/extract_value.h"
#include "analyzer/name_scope.h"
#include "analyzer/named_arguments.h"
#include "analyzer/resolve_expression.h"
#include "analyzer/resolve_lambdas.h"
#include "analyzer/resolve_windows.h"
#include "analyzer/rules.h"
#include "analyzer/sql_functions.h"
#include "analyzer/update_fields.h"
#include "analyzer/within_group.h"
#include "arrow/array/array_base.h"
#include "common/error.h"
#include "expr/function.h"
#include "expr/user_call.h"
#include "functions/binding.h"
#include "functions/registry.h"
#include "functions/window_functions.h"
#include "plan/identifier.h"
#include "plan/subqueries.h"
#include "types/arrow_types.h"
#include "types/cast.h"

namespace firesteel {

namespace {

bool AllResolved(const Expression& expression) {
  return std::all_of(expression.children().begin(), expression.children().end(),
                     [](const ExpressionPtr& child) {
                       return child->kind() == ExpressionKind::kNamedArgument
                                  ? child->child(0)->resolved()
                                  : child->resolved();
                     });
}

/// A generator gives columns, not a value that a function could take. Checked before the function
/// is bound, which would only complain about the type.
Status CheckNoGenerators(const UnresolvedFunction& call) {
  const std::vector<ExpressionPtr>& arguments = call.children();
  const bool nested =
      std::any_of(arguments.begin(), arguments.end(), [](const ExpressionPtr& argument) {
        return Exists<Expression>(argument, [](const Expression& e) {
          return e.kind() == ExpressionKind::kGenerator;
        });
      });
  if (!nested) return Status::OK();
  const bool is_operator = arguments.size() == 2 && call.name().find_first_of("+-*/%<>=&|^") == 0;
  const std::string text = is_operator ? "(" + arguments[0]->Sql() + " " + call.name() + " " +
                                             arguments[1]->Sql() + ")"
                                       : call.Sql();
  return MakeError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", {{"expression", Quoted(text)}});
}

/// What to sort by is no value.
Status CheckNoDirections(const UnresolvedFunction& call) {
  for (const ExpressionPtr& argument : call.arguments()) {
    if (argument->kind() != ExpressionKind::kSortOrder) continue;
    return MakeError("UNSUPPORTED_EXPR_FOR_OPERATOR",
                     {{"operator", QuoteIdentifier(FoldCase(call.name()))},
                      {"invalidExprSqls", Quoted(argument->Sql())}});
  }
  return Status::OK();
}

/// `-a` is the function negative, but its column is called `(- a)`.
Result<ExpressionPtr> BindMinus(ExpressionPtr argument, const FunctionSettings& settings) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr bound,
                        BindCall("negative", {std::move(argument)}, false, nullptr, settings));
  const auto* call = As<ScalarFunction>(bound);
  if (call == nullptr) return bound;
  BoundFunction named = call->bound();
  named.sql = [](const std::vector<std::string>& arguments) { return "(- " + arguments[0] + ")"; };
  return ExpressionPtr(std::make_shared<ScalarFunction>(
      call->definition(), std::make_shared<const BoundFunction>(std::move(named)),
      bound->children()));
}

/// `first(a) IGNORE NULLS` is `first(a, true)`; the other names of these functions are not kept.
Result<ExpressionPtr> BindIgnoringNulls(const UnresolvedFunction& call,
                                        std::vector<ExpressionPtr> arguments,
                                        const Resolver& resolver) {
  std::string name = FoldCase(call.name());
  if (name == "first_value") name = "first";
  if (name == "last_value") name = "last";
  if (name != "first" && name != "last" && name != "any_value") {
    return MakeError("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
                     {{"prettyName", QuoteIdentifier(name)}, {"syntax", "IGNORE NULLS"}});
  }
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr yes, Literal::Of(true));
  arguments.push_back(std::move(yes));
  return BindCall(name, std::move(arguments), call.distinct(),
                  call.has_filter() ? call.children().back() : nullptr, resolver.settings());
}

/// Functions that exist as window functions only are none of the registry's.
Status CheckNoWindowFunction(const UnresolvedFunction& call) {
  if (FindWindowFunction(call.name()) == nullptr) return Status::OK();
  return MakeError("WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE", {{"funcName", Quoted(call.Sql())}});
}

/// grouping() means something over ROLLUP and its like only, see ExpandGroupingSets.
bool IsGroupingCall(const std::string& name) {
  const std::string folded = FoldCase(name);
  return folded == "grouping" || folded == "grouping_id";
}

/// The call of a function that the session registered; nullptr when there is none of the name.
Result<ExpressionPtr> BindUserFunction(const UnresolvedFunction& call, const Resolver& resolver) {
  if (resolver.context().catalog == nullptr) return ExpressionPtr();
  UserColumnFunctionPtr function = resolver.context().catalog->user_functions().Find(call.name());
  if (function == nullptr) return ExpressionPtr();
  if (function->shape == UserColumnFunction::Shape::kTable) {
    return MakeError("NOT_A_SCALAR_FUNCTION", {{"functionName", QuoteIdentifier(call.name())}});
  }
  if (call.has_filter()) {
    return MakeError("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
                     {{"prettyName", QuoteIdentifier(call.name())}, {"syntax", "FILTER CLAUSE"}});
  }
  std::vector<ExpressionPtr> arguments;
  std::vector<std::string> names;
  for (const ExpressionPtr& argument : call.arguments()) {
    const auto* named = As<NamedArgument>(argument);
    names.push_back(named == nullptr ? "" : named->name());
    arguments.push_back(named == nullptr ? argument : named->child(0));
  }
  auto made =
      std::make_shared<UserCall>(std::move(function), std::move(arguments), std::move(names));
  return made->aggregates() ? BindUserAggregate(*made) : ExpressionPtr(std::move(made));
}

Result<ExpressionPtr> BindAny(const UnresolvedFunction& call, const Resolver& resolver) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr user, BindUserFunction(call, resolver));
  if (user != nullptr) return user;
  // ExpandSqlFunctions calls it.
  if (FindSqlFunction(call.name(), resolver) != nullptr) return ExpressionPtr();
  if (IsGroupingCall(call.name())) return ExpressionPtr();
  ARROW_RETURN_NOT_OK(CheckNoGenerators(call));
  ARROW_RETURN_NOT_OK(CheckNoDirections(call));
  ARROW_RETURN_NOT_OK(CheckNoWindowFunction(call));
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> arguments, PlaceArguments(call));
  ARROW_RETURN_NOT_OK(AddWithinGroup(call, &arguments));
  if (call.ignore_nulls()) return BindIgnoringNulls(call, std::move(arguments), resolver);
  if (IsCurrentDatabase(call.name()) && arguments.empty()) return BindCurrentDatabase(resolver);
  if (call.name() == "[]") return ExtractValue(arguments[0], arguments[1], resolver);
  if (call.name() == kUpdateFields) return UpdateFields(arguments, resolver);
  if (call.name() == "-" && arguments.size() == 1) {
    return BindMinus(std::move(arguments[0]), resolver.settings());
  }
  return BindCall(call.name(), std::move(arguments), call.distinct(),
                  call.has_filter() ? call.children().back() : nullptr, resolver.settings());
}

Result<ExpressionPtr> BindFunction(const UnresolvedFunction& call, const Resolver& resolver) {
  Result<ExpressionPtr> bound = BindAny(call, resolver);
  if (!bound.ok()) return AtOrigin(bound.status(), call.origin());
  return bound;
}

/// The function that converts between numbers and dates or times, which casts refuse.
std::string ConversionFunctions(const DataType& from, const DataType& to) {
  const bool to_time = to.id() == TypeId::kTimestamp || to.id() == TypeId::kTimestampNtz;
  const bool from_time = from.id() == TypeId::kTimestamp || from.id() == TypeId::kTimestampNtz;
  if (from.is_numeric() && to.id() == TypeId::kDate) return "`DATE_FROM_UNIX_DATE`";
  if (from.id() == TypeId::kDate && to.is_numeric()) return "`UNIX_DATE`";
  if (from.is_numeric() && to_time && to.id() == TypeId::kTimestamp) {
    return "`TIMESTAMP_SECONDS`/`TIMESTAMP_MILLIS`/`TIMESTAMP_MICROS`";
  }
  if (from_time && from.id() == TypeId::kTimestamp && to.is_numeric()) {
    return "`UNIX_SECONDS`/`UNIX_MILLIS`/`UNIX_MICROS`";
  }
  return "";
}

Status CheckCast(const Cast& cast, const FunctionSettings& settings) {
  const DataType& from = cast.child(0)->type();
  const DataType& to = cast.target();
  const bool ansi = settings.ansi || cast.options().try_cast;
  if (CanCast(from, to, ansi)) return Status::OK();
  std::map<std::string, std::string> parameters{{"sqlExpr", Quoted(cast.Sql())},
                                                {"srcType", Quoted(from.Sql())},
                                                {"targetType", Quoted(to.Sql())}};
  std::string functions = ConversionFunctions(from, to);
  if (!functions.empty()) {
    parameters["functionNames"] = std::move(functions);
    return MakeError("DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION", std::move(parameters));
  }
  if (ansi && !cast.options().try_cast && CanCast(from, to, false)) {
    parameters["config"] = "\"spark.sql.ansi.enabled\"";
    parameters["configVal"] = "'false'";
    return MakeError("DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION", std::move(parameters));
  }
  return MakeError("DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", std::move(parameters));
}

/// Fixes the session's settings in a cast that the user wrote.
Result<ExpressionPtr> FixCast(const Cast& cast, const FunctionSettings& settings) {
  if (cast.implicit()) return ExpressionPtr();
  if (cast.child(0)->kind() == ExpressionKind::kGenerator) {
    return MakeError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS",
                     {{"expression", Quoted(cast.Sql())}});
  }
  ARROW_RETURN_NOT_OK(CheckCast(cast, settings));
  CastOptions options = cast.options();
  if (options.ansi == settings.ansi && options.time_zone == settings.time_zone) {
    return ExpressionPtr();
  }
  options.ansi = settings.ansi;
  options.time_zone = settings.time_zone;
  return ExpressionPtr(
      std::make_shared<Cast>(cast.child(0), cast.target(), std::move(options), false));
}

/// Gives the branches of a CASE one type.
Result<ExpressionPtr> FixConditional(const Conditional& conditional,
                                     const FunctionSettings& settings) {
  const std::vector<ExpressionPtr>& children = conditional.children();
  bool settled = true;
  for (size_t i = 0; i < children.size(); ++i) {
    const bool is_condition = i % 2 == 0 && i + 1 < children.size();
    settled &= is_condition ? children[i]->type().id() == TypeId::kBoolean
                            : children[i]->type().SameType(conditional.type());
  }
  if (settled) return ExpressionPtr();
  return BindConditional(children, settings);
}

Result<ExpressionPtr> FixTimestamp(const UnresolvedTimestamp& literal,
                                   const FunctionSettings& settings) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> text,
                        MakeArray({Value(literal.text())}, TypeId::kString));
  auto cast = CastArray(text, TypeId::kString, TypeId::kTimestamp,
                   CastOptions{true, false, settings.time_zone});
  if (!cast.ok() || (*cast)->IsNull(0)) {
    return AtOrigin(
        MakeError("INVALID_TYPED_LITERAL", {{"valueType", Quoted(literal.keyword())},
                                            {"value", "'" + literal.text() + "'"}}),
        literal.origin());
  }
  return Literal::Make(GetValue(**cast, 0, TypeId::kTimestamp), TypeId::kTimestamp,
                       settings.time_zone);
}

}  // namespace

namespace {

/// Resolves the calls of one tree, from the leaves up.
class CallResolver {
 public:
  explicit CallResolver(const Resolver& resolver)
      : resolver_(resolver), settings_(resolver.settings()) {}

  /// `window` is the window that the expression is the function of; may be nullptr.
  Result<ExpressionPtr> Resolve(const ExpressionPtr& expression, const WindowExpression* window) {
    const auto* own = As<WindowExpression>(expression);
    bool first = true;
    ARROW_ASSIGN_OR_RAISE(
        ExpressionPtr resolved,
        MapChildren<Expression>(expression, [&](const ExpressionPtr& child) {
          const bool is_function = std::exchange(first, false) && own != nullptr;
          return Resolve(child, is_function ? own : nullptr);
        }));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr changed, ResolveOne(resolved, window));
    return changed == nullptr ? resolved : changed;
  }

 private:
  /// nullptr when there is nothing to change.
  Result<ExpressionPtr> ResolveOne(const ExpressionPtr& e, const WindowExpression* window) {
    if (const auto* timestamp = As<UnresolvedTimestamp>(e)) {
      return FixTimestamp(*timestamp, settings_);
    }
    const auto* call = As<UnresolvedFunction>(e);
    if (call != nullptr && HasLambda(*call)) return BindLambdas(*call, resolver_);
    const auto* over = As<WindowExpression>(e);
    if (!AllResolved(*e)) {
      // Names of columns show the frame, and may be needed before grouping() in it is known.
      const bool unframed = over != nullptr && !over->frame() && over->function()->resolved();
      return unframed ? ChooseFrame(*over, settings_) : ExpressionPtr();
    }
    if (call != nullptr && window != nullptr) return BindWindowed(*call, *window);
    if (call != nullptr) return BindFunction(*call, resolver_);
    if (const auto* user = As<UserCall>(e); user != nullptr && user->aggregates()) {
      return BindUserAggregate(*user);
    }
    if (over != nullptr) {
      Result<ExpressionPtr> completed = CompleteWindow(*over, settings_);
      return completed.ok() ? completed : AtOrigin(completed.status(), over->origin());
    }
    if (const auto* cast = As<Cast>(e)) return FixCast(*cast, settings_);
    if (const auto* conditional = As<Conditional>(e)) {
      return FixConditional(*conditional, settings_);
    }
    if (const auto* subquery = As<SubqueryExpression>(e)) return AlignIn(*subquery, settings_);
    return ExpressionPtr();
  }

  Result<ExpressionPtr> BindWindowed(const UnresolvedFunction& call,
                                     const WindowExpression& window) {
    if (const SqlFunctionPtr function = FindSqlFunction(call.name(), resolver_)) {
      return AtOrigin(MakeError("UNSUPPORTED_SQL_UDF_USAGE",
                                {{"functionName", QuoteIdentifier(function->name)},
                                 {"nodeName", "Window"}}),
                      window.origin());
    }
    Result<ExpressionPtr> bound = BindOver(call, settings_);
    if (bound.ok() && *bound == nullptr) bound = BindAny(call, resolver_);
    return bound.ok() ? bound : AtOrigin(bound.status(), window.origin());
  }

  const Resolver& resolver_;
  const FunctionSettings& settings_;
};

}  // namespace

Result<ExpressionPtr> ResolveCalls(const ExpressionPtr& expression, const Resolver& resolver) {
  return CallResolver(resolver).Resolve(expression, nullptr);
}

namespace {

/// A generator outside of a list is wrong wherever in its expression it stands.
Status PlaceError(const Status& status, const LogicalPlan& node) {
  if (node.kind() == PlanKind::kProject || node.kind() == PlanKind::kAggregate ||
      ErrorCondition(status) != "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS") {
    return status;
  }
  return MakeErrorAt("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", {{"plan", node.Describe()}},
                     GetErrorInfo(status)->context);
}

}  // namespace

Result<PlanPtr> ResolveFunctions(const PlanPtr& node, Resolver* resolver) {
  std::vector<ExpressionPtr> expressions = node->expressions();
  if (std::none_of(expressions.begin(), expressions.end(), HasOpenNames)) {
    ARROW_RETURN_NOT_OK(CheckWindowPlaces(*node, expressions));
  }
  bool changed = false;
  for (ExpressionPtr& expression : expressions) {
    Result<ExpressionPtr> calls = ResolveCalls(expression, *resolver);
    if (!calls.ok()) return PlaceError(calls.status(), *node);
    ExpressionPtr resolved = *std::move(calls);
    changed |= resolved != expression;
    expression = std::move(resolved);
  }
  return changed ? node->WithNewExpressions(std::move(expressions)) : node;
}

}  // namespace firesteel
