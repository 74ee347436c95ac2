#include "analyzer/user_tables.h"

#include <utility>

#include "arrow/record_batch.h"
#include "common/error.h"
#include "expr/unresolved.h"
#include "functions/constant.h"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/relations.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

/// What the function is told of its arguments; `table` is the place of the table, or -1.
Result<UserTableRequest> Describe(const std::vector<ExpressionPtr>& arguments,
                                  const std::vector<std::string>& names, int table) {
  UserTableRequest request;
  Schema constants;
  std::vector<std::shared_ptr<arrow::Array>> values;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const ExpressionPtr& item = arguments[i];
    const Expression& value = As<Alias>(item) ? *item->child(0) : *item;
    UserTableRequest::Argument argument{names[i], value.type(), static_cast<int>(i) == table, -1};
    if (!argument.is_table && IsFoldable(value)) {
      argument.constant = static_cast<int>(values.size());
      ARROW_ASSIGN_OR_RAISE(const Value constant, EvaluateConstant(value));
      ARROW_ASSIGN_OR_RAISE(values.emplace_back(), MakeConstantArray(constant, value.type(), 1));
      constants = constants.Add("a" + std::to_string(i), value.type());
    }
    request.arguments.push_back(std::move(argument));
  }
  request.constants = arrow::RecordBatch::Make(ToArrowSchema(constants), 1, std::move(values));
  return request;
}

/// The function with what it gives. `analysis` receives what else it wants.
Result<UserColumnFunctionPtr> Asked(const UserColumnFunctionPtr& function,
                                    const std::vector<ExpressionPtr>& arguments,
                                    const std::vector<std::string>& names, int table,
                                    UserTableAnalysis* analysis) {
  if (function->result.id() == TypeId::kStruct) return function;
  ARROW_ASSIGN_OR_RAISE(const UserTableRequest request, Describe(arguments, names, table));
  ARROW_ASSIGN_OR_RAISE(*analysis, function->runtime->Analyze(*function, request));
  auto asked = std::make_shared<UserColumnFunction>(*function);
  asked->result = analysis->result;
  asked->analysis = analysis->state;
  return asked;
}

std::vector<AttributePtr> NewColumns(const DataType& rows) {
  std::vector<AttributePtr> columns;
  for (const StructField& field : rows.fields()) {
    columns.push_back(
        std::make_shared<Attribute>(field.name, field.type, /*nullable=*/true, NewExprId()));
  }
  return columns;
}

/// Errors: wishes that contradict each other or the call.
Status CheckWishes(const UserTableAnalysis& analysis, const UserRows& rows) {
  const std::string name = QuoteIdentifier(rows.function()->name);
  // What would be chosen are expressions in SQL.
  if (analysis.selects) {
    return MakeError("UNSUPPORTED_CONNECT_MESSAGE", {{"name", "AnalyzeResult.select"}});
  }
  const bool partitions = !analysis.partition_by.empty();
  if (partitions && analysis.single_partition) {
    return MakeError("TABLE_VALUED_FUNCTION_REQUIRED_METADATA_INVALID",
                     {{"functionName", name},
                      {"reason", "one partition and partitions by columns exclude each other"}});
  }
  if (!analysis.order_by.empty() && !partitions && !analysis.single_partition) {
    return MakeError("TABLE_VALUED_FUNCTION_REQUIRED_METADATA_INVALID",
                     {{"functionName", name}, {"reason", "an order needs partitions"}});
  }
  const bool given = rows.key_columns() > 0 || rows.table_call()->single_partition;
  if (given && (partitions || analysis.single_partition)) {
    return MakeError("TABLE_VALUED_FUNCTION_REQUIRED_METADATA_INCOMPATIBLE_WITH_CALL",
                     {{"functionName", name},
                      {"requestedMetadata", "partitions of its own"},
                      {"invalidFunctionCallProperty", "the call says how to partition"}});
  }
  return Status::OK();
}

/// The table's rows in the order that the function wants.
Result<PlanPtr> Ordered(const UserTableAnalysis& analysis, PlanPtr table) {
  if (analysis.order_by.empty()) return table;
  std::vector<ExpressionPtr> order;
  for (const UserTableAnalysis::Order& wish : analysis.order_by) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr column, UnresolvedAttribute::Parse(wish.name));
    order.push_back(
        std::make_shared<SortOrder>(std::move(column), wish.ascending, wish.nulls_first));
  }
  return PlanPtr(std::make_shared<Sort>(std::move(order), std::move(table)));
}

}  // namespace

Result<PlanPtr> CallUserTable(const UserColumnFunctionPtr& function,
                              const std::vector<ExpressionPtr>& arguments,
                              const std::vector<std::string>& names) {
  UserTableAnalysis analysis;
  ARROW_ASSIGN_OR_RAISE(UserColumnFunctionPtr asked,
                        Asked(function, arguments, names, /*table=*/-1, &analysis));
  std::vector<AttributePtr> columns = NewColumns(asked->result);
  auto call = std::make_shared<UserCall>(std::move(asked), arguments, names);
  return PlanPtr(std::make_shared<Generate>(std::move(call), /*outer=*/false, std::move(columns),
                                            std::make_shared<OneRow>()));
}

Result<PlanPtr> AnalyzeUserTable(const UserRows& rows) {
  UserTableCall call = *rows.table_call();
  const auto* project = As<Project>(rows.child());
  if (project == nullptr || project->list().size() < call.names.size()) {
    return InternalError("A call with a table has no arguments: " + rows.Describe());
  }
  const std::vector<ExpressionPtr>& list = project->list();
  const std::vector<ExpressionPtr> arguments(
      list.end() - static_cast<std::ptrdiff_t>(call.names.size()), list.end());
  UserTableAnalysis analysis;
  ARROW_ASSIGN_OR_RAISE(UserColumnFunctionPtr asked,
                        Asked(rows.function(), arguments, call.names, call.table, &analysis));
  ARROW_RETURN_NOT_OK(CheckWishes(analysis, rows));
  ARROW_ASSIGN_OR_RAISE(PlanPtr table, Ordered(analysis, project->child()));
  std::vector<ExpressionPtr> columns;
  for (const std::string& name : analysis.partition_by) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr key, UnresolvedAttribute::Parse(name));
    columns.push_back(
        std::make_shared<Alias>(std::move(key), "key" + std::to_string(columns.size())));
  }
  const int key_columns = rows.key_columns() + static_cast<int>(columns.size());
  columns.insert(columns.end(), list.begin(), list.end());
  PlanPtr input = std::make_shared<Project>(std::move(columns), std::move(table));
  call.analyzed = true;
  call.single_partition = call.single_partition || analysis.single_partition;
  std::vector<AttributePtr> output = NewColumns(asked->result);
  return PlanPtr(std::make_shared<UserRows>(std::move(asked), key_columns,
                                            std::vector<PlanPtr>{std::move(input)},
                                            std::move(output), std::move(call)));
}

}  // namespace firesteel
