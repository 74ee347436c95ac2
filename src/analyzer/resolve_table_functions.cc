#include "analyzer/resolve_table_functions.h"

#include <optional>
#include <utility>

#include "analyzer/name_scope.h"
#include "analyzer/rules.h"
#include "analyzer/sql_functions.h"
#include "analyzer/user_tables.h"
#include "common/error.h"
#include "expr/generator.h"
#include "functions/constant.h"
#include "functions/registry.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/relations.h"

namespace firesteel {

namespace {

Result<int64_t> RangeArgument(const ExpressionPtr& argument, const std::string& name) {
  const DataType& type = argument->type();
  // Variables change from query to query, so Spark takes them for no constants here.
  const bool constant = IsFoldable(*argument) &&
                        !Exists<Expression>(argument, [](const Expression& e) {
                          const auto* literal = As<Literal>(e);
                          return literal != nullptr && literal->is_variable();
                        });
  if (!constant) {
    return MakeError("NON_FOLDABLE_ARGUMENT", {{"funcName", "`range`"},
                                               {"paramName", "`" + name + "`"},
                                               {"paramType", "\"BIGINT\""}});
  }
  if (!(type.is_numeric() || type.id() == TypeId::kString)) {
    return MakeError("UNEXPECTED_INPUT_TYPE", {{"functionName", "`range`"},
                                               {"paramIndex", name},
                                               {"requiredType", "\"BIGINT\""},
                                               {"inputSql", "\"" + argument->Sql() + "\""},
                                               {"inputType", "\"" + type.Sql() + "\""}});
  }
  const Cast cast(argument, TypeId::kLong, CastOptions{}, true);
  ARROW_ASSIGN_OR_RAISE(const Value value, EvaluateConstant(cast));
  if (value.is_null()) {
    return MakeError("UNEXPECTED_NULL", {{"exprName", name}});
  }
  return value.Get<int64_t>();
}

Result<PlanPtr> MakeRange(const UnresolvedTableFunction& call) {
  const std::vector<ExpressionPtr> arguments = call.expressions();
  if (arguments.empty() || arguments.size() > 4) {
    return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                     {{"functionName", "`range`"},
                      {"expectedNum", "[1 - 4]"},
                      {"actualNum", std::to_string(arguments.size())}});
  }
  int64_t start = 0;
  int64_t end = 0;
  int64_t step = 1;
  std::optional<int> partitions;
  if (arguments.size() == 1) {
    ARROW_ASSIGN_OR_RAISE(end, RangeArgument(arguments[0], "end"));
  } else {
    ARROW_ASSIGN_OR_RAISE(start, RangeArgument(arguments[0], "start"));
    ARROW_ASSIGN_OR_RAISE(end, RangeArgument(arguments[1], "end"));
  }
  if (arguments.size() > 2) {
    ARROW_ASSIGN_OR_RAISE(step, RangeArgument(arguments[2], "step"));
  }
  if (arguments.size() > 3) {
    ARROW_ASSIGN_OR_RAISE(const int64_t count, RangeArgument(arguments[3], "numPartitions"));
    if (count < 100000) partitions = static_cast<int>(std::max<int64_t>(count, 0));
  }
  if (step == 0) {
    return MakeError("FAILED_FUNCTION_CALL", {{"funcName", "`range`"}});
  }
  return PlanPtr(std::make_shared<Range>(start, end, step, partitions));
}

/// The table function of the user's that is registered under a name; nullptr when there is none.
Result<UserColumnFunctionPtr> FindUserTable(const std::string& name, const Resolver& resolver) {
  if (resolver.context().catalog == nullptr) return UserColumnFunctionPtr();
  UserColumnFunctionPtr function = resolver.context().catalog->user_functions().Find(name);
  if (function != nullptr && function->shape != UserColumnFunction::Shape::kTable) {
    return MakeError("NOT_A_TABLE_FUNCTION", {{"functionName", "`" + FoldCase(name) + "`"}});
  }
  return function;
}

/// The call of a table function of the user's, sent with the query or registered before; nullptr
/// when it is none.
Result<PlanPtr> MakeUserTable(const UnresolvedTableFunction& call, const Resolver& resolver) {
  std::vector<ExpressionPtr> arguments = call.expressions();
  if (arguments.size() == 1 && arguments[0]->kind() == ExpressionKind::kUserCall &&
      call.name().empty()) {
    const auto& sent = *As<UserCall>(arguments[0]);
    return CallUserTable(sent.function(), sent.children(), sent.names());
  }
  ARROW_ASSIGN_OR_RAISE(const UserColumnFunctionPtr function, FindUserTable(call.name(), resolver));
  if (function == nullptr) return PlanPtr();
  std::vector<std::string> names;
  for (ExpressionPtr& argument : arguments) {
    const auto* named = As<NamedArgument>(argument);
    names.push_back(named == nullptr ? "" : named->name());
    if (named != nullptr) argument = ExpressionPtr(named->child(0));
  }
  return CallUserTable(function, arguments, names);
}

Result<PlanPtr> MakeTable(const UnresolvedTableFunction& call, const Resolver& resolver) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr user, MakeUserTable(call, resolver));
  if (user != nullptr) return user;
  const std::string name = FoldCase(call.name());
  if (name == "range") return MakeRange(call);
  const FunctionLookup function = FindFunction(name);
  if (function.generator == nullptr) {
    if (function) return MakeError("NOT_A_TABLE_FUNCTION", {{"functionName", "`" + name + "`"}});
    return MakeError("UNRESOLVABLE_TABLE_VALUED_FUNCTION",
                     {{"name", QuoteIdentifier(call.name())}});
  }
  ARROW_ASSIGN_OR_RAISE(
      ExpressionPtr generator,
      BindCall(name, call.expressions(), false, nullptr, resolver.settings()));
  ARROW_ASSIGN_OR_RAISE(std::vector<AttributePtr> columns,
                        GeneratorColumns(generator, {}, {}, Origin()));
  return PlanPtr(std::make_shared<Generate>(std::move(generator), false, std::move(columns),
                                            std::make_shared<OneRow>()));
}

/// A call with a table among the arguments, whose function may be known by its name only.
Result<PlanPtr> MakeTableCall(const UserRows& rows, const Resolver& resolver) {
  UserTableCall call = *rows.table_call();
  if (call.bound) return AnalyzeUserTable(rows, resolver);
  const std::string& name = rows.function()->name;
  ARROW_ASSIGN_OR_RAISE(UserColumnFunctionPtr function, FindUserTable(name, resolver));
  if (function != nullptr) {
    call.bound = true;
    return AnalyzeUserTable(
        UserRows(std::move(function), rows.key_columns(), rows.children(), {}, std::move(call)),
        resolver);
  }
  // Built-in functions see a struct for each row of the table.
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> arguments, TableCallArguments(rows));
  for (ExpressionPtr& argument : arguments) argument = ExpressionPtr(argument->child(0));
  const UnresolvedTableFunction builtin(name, std::move(arguments), call.origin);
  ARROW_ASSIGN_OR_RAISE(const PlanPtr table, MakeTable(builtin, resolver));
  std::vector<ExpressionPtr> columns;
  for (const AttributePtr& column : table->output()) columns.push_back(column);
  return PlanPtr(std::make_shared<Project>(std::move(columns),
                                           table->WithNewChildren({rows.child()->children()[0]})));
}

Result<PlanPtr> MakeView(const LateralView& view) {
  if (view.generator()->kind() != ExpressionKind::kGenerator) {
    return MakeError("UNSUPPORTED_GENERATOR.NOT_GENERATOR",
                     {{"functionName", "`" + view.generator()->Sql() + "`"},
                      {"classCanonicalName", "scalar function"}});
  }
  ARROW_ASSIGN_OR_RAISE(
      std::vector<AttributePtr> columns,
      GeneratorColumns(view.generator(), view.columns(), {view.name()}, Origin()));
  return PlanPtr(std::make_shared<Generate>(view.generator(), view.outer(), std::move(columns),
                                            view.child()));
}

}  // namespace

Result<std::vector<AttributePtr>> GeneratorColumns(const ExpressionPtr& generator,
                                                   const std::vector<std::string>& names,
                                                   const std::vector<std::string>& qualifier,
                                                   const Origin& origin) {
  const std::vector<StructField>& fields = As<GeneratorCall>(generator)->bound().output;
  if (!names.empty() && names.size() != fields.size()) {
    std::string given;
    for (const std::string& name : names) given += (given.empty() ? "" : ",") + name;
    return AtOrigin(MakeError("UDTF_ALIAS_NUMBER_MISMATCH",
                              {{"aliasesSize", std::to_string(fields.size())},
                               {"aliasesNames", std::move(given)}}),
                    origin);
  }
  std::vector<AttributePtr> columns;
  for (size_t i = 0; i < fields.size(); ++i) {
    columns.push_back(std::make_shared<Attribute>(names.empty() ? fields[i].name : names[i],
                                                  fields[i].type, fields[i].nullable, NewExprId(),
                                                  qualifier));
  }
  return columns;
}

Result<PlanPtr> ResolveTableFunctions(const PlanPtr& node, Resolver* resolver) {
  const auto* rows = As<UserRows>(node);
  if (rows != nullptr && rows->table_call() && !rows->table_call()->analyzed) {
    if (!rows->child()->resolved()) return node;
    Result<PlanPtr> table = MakeTableCall(*rows, *resolver);
    return table.ok() ? table : AtOrigin(table.status(), rows->table_call()->origin);
  }
  for (const ExpressionPtr& expression : node->expressions()) {
    const bool named = expression->kind() == ExpressionKind::kNamedArgument;
    if (!(named ? expression->child(0) : expression)->resolved()) return node;
  }
  if (const auto* view = As<LateralView>(node)) return MakeView(*view);
  const auto* call = As<UnresolvedTableFunction>(node);
  if (call == nullptr) return node;
  const SqlFunctionPtr function = FindSqlFunction(call->name(), *resolver);
  Result<PlanPtr> table = function == nullptr
                              ? MakeTable(*call, *resolver)
                              : CallSqlTable(*function, call->expressions(), resolver);
  if (!table.ok()) return AtOrigin(table.status(), call->origin());
  return table;
}

}  // namespace firesteel
