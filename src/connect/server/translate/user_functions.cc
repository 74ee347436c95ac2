#include "connect/server/user_functions.h"

#include <utility>

#include "common/error.h"
#include "connect/server/plan_translator.h"
#include "connect/server/translate/call.h"
#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "expr/user_call.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/user_rows.h"

namespace firesteel {

namespace {

using Shape = UserColumnFunction::Shape;

/// Errors: a function that is called with something else than its place asks for.
Status CheckShape(const UserColumnFunction& function, std::initializer_list<Shape> wanted) {
  for (const Shape shape : wanted) {
    if (function.shape == shape) return Status::OK();
  }
  return UnsupportedMessage("PythonUDF of the eval type " + std::to_string(function.protocol) +
                            " in this place");
}

/// Whether an argument is a table: `df.asTable()`.
bool IsTable(const spark::connect::Expression& argument) {
  return argument.has_subquery_expression() &&
         argument.subquery_expression().subquery_type() ==
             spark::connect::SubqueryExpression::SUBQUERY_TYPE_TABLE_ARG;
}

/// The columns of `input` after the keys of its groups.
PlanPtr KeysFirst(std::vector<ExpressionPtr> keys, PlanPtr input) {
  for (size_t i = 0; i < keys.size(); ++i) {
    keys[i] = std::make_shared<Alias>(
        As<Alias>(keys[i]) ? keys[i]->child(0) : keys[i], "key" + std::to_string(i));
  }
  keys.push_back(std::make_shared<UnresolvedStar>());
  return std::make_shared<Project>(std::move(keys), std::move(input));
}

}  // namespace

Result<ExpressionPtr> PlanTranslator::TranslateUserFunction(
    const spark::connect::CommonInlineUserDefinedFunction& sent) {
  ARROW_ASSIGN_OR_RAISE(UserColumnFunctionPtr function, FromProtocol(sent, session_));
  ARROW_RETURN_NOT_OK(
      CheckShape(*function, {Shape::kScalar, Shape::kScalarIterator, Shape::kAggregate}));
  std::vector<ExpressionPtr> arguments;
  std::vector<std::string> names;
  for (const auto& argument : sent.arguments()) {
    const bool named = argument.has_named_argument_expression();
    names.push_back(named ? argument.named_argument_expression().key() : "");
    ARROW_ASSIGN_OR_RAISE(
        arguments.emplace_back(),
        Translate(named ? argument.named_argument_expression().value() : argument));
  }
  return std::make_shared<UserCall>(std::move(function), std::move(arguments), std::move(names));
}

Result<PlanPtr> PlanTranslator::TranslateUserTable(
    const spark::connect::CommonInlineUserDefinedTableFunction& sent) {
  ARROW_ASSIGN_OR_RAISE(UserColumnFunctionPtr function, FromProtocol(sent, session_));
  UserTableCall call;
  std::vector<const spark::connect::Expression*> values;
  int tables = 0;
  for (const auto& argument : sent.arguments()) {
    const bool named = argument.has_named_argument_expression();
    values.push_back(named ? &argument.named_argument_expression().value() : &argument);
    call.names.push_back(named ? argument.named_argument_expression().key() : "");
    if (IsTable(*values.back()) && ++tables == 1) call.table = static_cast<int>(values.size()) - 1;
  }
  call.tables = tables;
  if (tables > 1) {
    return MakeError("TABLE_VALUED_FUNCTION_TOO_MANY_TABLE_ARGUMENTS",
                     {{"num", std::to_string(tables)}});
  }
  if (tables == 1) return CallWithTable(std::move(function), values, std::move(call));
  std::vector<ExpressionPtr> arguments;
  for (const spark::connect::Expression* value : values) {
    ARROW_ASSIGN_OR_RAISE(arguments.emplace_back(), Translate(*value));
  }
  return std::make_shared<UnresolvedTableFunction>(
      "", std::vector<ExpressionPtr>{std::make_shared<UserCall>(
              std::move(function), std::move(arguments), std::move(call.names))});
}

Result<PlanPtr> PlanTranslator::CallWithTable(
    UserColumnFunctionPtr function, const std::vector<const spark::connect::Expression*>& arguments,
    UserTableCall call) {
  const auto& table = arguments[call.table]->subquery_expression();
  const auto found = references_.find(table.plan_id());
  if (found == references_.end()) {
    return UnsupportedMessage("SubqueryExpression of a relation that is not in the request");
  }
  ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(*found->second));
  const auto& options = table.table_arg_options();
  call.single_partition = options.with_single_partition();
  if (!options.order_spec().empty()) {
    std::vector<ExpressionPtr> order;
    for (const auto& item : options.order_spec()) {
      ARROW_ASSIGN_OR_RAISE(order.emplace_back(), TranslateSortOrder(item));
    }
    input = std::make_shared<Sort>(std::move(order), std::move(input));
  }
  std::vector<ExpressionPtr> columns;
  for (const auto& key : options.partition_spec()) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr value, Translate(key));
    columns.push_back(Named(std::move(value), "key" + std::to_string(columns.size())));
  }
  const int key_columns = static_cast<int>(columns.size());
  for (size_t i = 0; i < arguments.size(); ++i) {
    ExpressionPtr value = Call("struct", {std::make_shared<UnresolvedStar>()});
    if (static_cast<int>(i) != call.table) {
      ARROW_ASSIGN_OR_RAISE(value, Translate(*arguments[i]));
    }
    columns.push_back(Named(std::move(value), "argument" + std::to_string(i)));
  }
  auto projected = std::make_shared<Project>(std::move(columns), std::move(input));
  return std::make_shared<UserRows>(std::move(function), key_columns,
                                    std::vector<PlanPtr>{std::move(projected)},
                                    std::vector<AttributePtr>(), std::move(call));
}

Result<PlanPtr> PlanTranslator::TranslateMapPartitions(const spark::connect::MapPartitions& map) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(map.input()));
  ARROW_ASSIGN_OR_RAISE(UserColumnFunctionPtr function, FromProtocol(map.func(), session_));
  ARROW_RETURN_NOT_OK(CheckShape(*function, {Shape::kRows}));
  return std::make_shared<UserRows>(std::move(function), 0, std::vector<PlanPtr>{std::move(input)});
}

Result<PlanPtr> PlanTranslator::TranslateGroupMap(const spark::connect::GroupMap& map) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(map.input()));
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> keys, Translate(map.grouping_expressions()));
  ARROW_ASSIGN_OR_RAISE(UserColumnFunctionPtr function, FromProtocol(map.func(), session_));
  ARROW_RETURN_NOT_OK(CheckShape(*function, {Shape::kGroup}));
  const int key_columns = static_cast<int>(keys.size());
  return std::make_shared<UserRows>(
      std::move(function), key_columns,
      std::vector<PlanPtr>{KeysFirst(std::move(keys), std::move(input))});
}

Result<PlanPtr> PlanTranslator::TranslateCoGroupMap(const spark::connect::CoGroupMap& map) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr left, Translate(map.input()));
  ARROW_ASSIGN_OR_RAISE(PlanPtr right, Translate(map.other()));
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> left_keys,
                        Translate(map.input_grouping_expressions()));
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> right_keys,
                        Translate(map.other_grouping_expressions()));
  if (left_keys.size() != right_keys.size()) {
    return UnsupportedMessage("CoGroupMap with different numbers of keys");
  }
  ARROW_ASSIGN_OR_RAISE(UserColumnFunctionPtr function, FromProtocol(map.func(), session_));
  ARROW_RETURN_NOT_OK(CheckShape(*function, {Shape::kCoGroup}));
  const int key_columns = static_cast<int>(left_keys.size());
  return std::make_shared<UserRows>(
      std::move(function), key_columns,
      std::vector<PlanPtr>{KeysFirst(std::move(left_keys), std::move(left)),
                           KeysFirst(std::move(right_keys), std::move(right))});
}

}  // namespace firesteel
