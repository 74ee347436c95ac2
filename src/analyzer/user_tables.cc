#include "analyzer/user_tables.h"

#include <functional>
#include <utility>

#include "analyzer/resolver.h"
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
  const std::string& name = rows.function()->name;
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

/// Errors: arguments that read the table's rows as if they were their own. Besides the table there
/// is nothing that a call in FROM could read.
Status CheckArguments(const std::vector<ExpressionPtr>& arguments, int table) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (static_cast<int>(i) == table) continue;
    ExpressionPtr read;
    ForEach<Expression>(arguments[i], [&](const ExpressionPtr& node) {
      if (read == nullptr && node->kind() == ExpressionKind::kAttribute) read = node;
    });
    if (read == nullptr) continue;
    return MakeError("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION",
                     {{"objectName", QuoteIdentifier(As<Attribute>(read)->name())}});
  }
  return Status::OK();
}

/// The expressions in SQL that a function asks for.
class Wishes {
 public:
  Wishes(const UserTableAnalysis& analysis, const Resolver& resolver)
      : analysis_(analysis), parse_(resolver.context().parse_expression) {}

  /// The table's rows in the order that the function wants.
  Result<PlanPtr> Ordered(PlanPtr table) const {
    if (analysis_.order_by.empty()) return table;
    std::vector<ExpressionPtr> order;
    for (const UserTableAnalysis::Order& wish : analysis_.order_by) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr column, Parse(wish.name));
      // The direction stands beside the text; one inside of it reads like an alias.
      if (const auto* alias = As<Alias>(column)) {
        return MakeError("UDTF_INVALID_ALIAS_IN_REQUESTED_ORDERING_STRING_FROM_ANALYZE_METHOD",
                         {{"aliasName", alias->name()}});
      }
      order.push_back(
          std::make_shared<SortOrder>(std::move(column), wish.ascending, wish.nulls_first));
    }
    return PlanPtr(std::make_shared<Sort>(std::move(order), std::move(table)));
  }

  Result<std::vector<ExpressionPtr>> Keys() const {
    std::vector<ExpressionPtr> keys;
    for (const std::string& text : analysis_.partition_by) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr key, Parse(text));
      if (As<Alias>(key) != nullptr) key = ExpressionPtr(key->child(0));
      keys.push_back(std::make_shared<Alias>(std::move(key), "key" + std::to_string(keys.size())));
    }
    return keys;
  }

  bool selects() const { return !analysis_.select.empty(); }
  /// The row of the columns that it chose, as a struct.
  Result<ExpressionPtr> Selected() const {
    std::vector<ExpressionPtr> fields;
    for (const UserTableAnalysis::Column& wish : analysis_.select) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr value, Parse(wish.expression));
      std::string name = wish.alias;
      const auto* column = As<UnresolvedAttribute>(value);
      if (name.empty() && column != nullptr) name = column->parts().back();
      if (name.empty()) {
        return MakeError(
            "UDTF_INVALID_REQUESTED_SELECTED_EXPRESSION_FROM_ANALYZE_METHOD_REQUIRES_ALIAS",
            {{"expression", value->Sql()}});
      }
      ARROW_ASSIGN_OR_RAISE(fields.emplace_back(), Literal::Make(std::move(name), TypeId::kString));
      fields.push_back(std::move(value));
    }
    return std::make_shared<UnresolvedFunction>("named_struct", std::move(fields));
  }

 private:
  Result<ExpressionPtr> Parse(const std::string& text) const {
    return parse_ ? parse_(text) : UnresolvedAttribute::Parse(text);
  }

  const UserTableAnalysis& analysis_;
  const std::function<Result<ExpressionPtr>(std::string_view)>& parse_;
};

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

Result<std::vector<ExpressionPtr>> TableCallArguments(const UserRows& rows) {
  const auto* project = As<Project>(rows.child());
  const size_t count = rows.table_call()->names.size();
  if (project == nullptr || project->list().size() < count) {
    return InternalError("A call with a table has no arguments: " + rows.Describe());
  }
  const std::vector<ExpressionPtr>& list = project->list();
  return std::vector<ExpressionPtr>(list.end() - static_cast<std::ptrdiff_t>(count), list.end());
}

Result<PlanPtr> AnalyzeUserTable(const UserRows& rows, const Resolver& resolver) {
  UserTableCall call = *rows.table_call();
  if (call.tables > 1) {
    return MakeError("TABLE_VALUED_FUNCTION_TOO_MANY_TABLE_ARGUMENTS",
                     {{"num", std::to_string(call.tables)}});
  }
  ARROW_ASSIGN_OR_RAISE(const std::vector<ExpressionPtr> arguments, TableCallArguments(rows));
  ARROW_RETURN_NOT_OK(CheckArguments(arguments, call.table));
  UserTableAnalysis analysis;
  ARROW_ASSIGN_OR_RAISE(UserColumnFunctionPtr asked,
                        Asked(rows.function(), arguments, call.names, call.table, &analysis));
  ARROW_RETURN_NOT_OK(CheckWishes(analysis, rows));
  const auto& project = *As<Project>(rows.child());
  const Wishes wishes(analysis, resolver);
  ARROW_ASSIGN_OR_RAISE(PlanPtr table, wishes.Ordered(project.child()));
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> columns, wishes.Keys());
  const int key_columns = rows.key_columns() + static_cast<int>(columns.size());
  columns.insert(columns.end(), project.list().begin(), project.list().end());
  if (wishes.selects()) {
    ExpressionPtr& row = columns[columns.size() - arguments.size() + call.table];
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr selected, wishes.Selected());
    row = std::make_shared<Alias>(std::move(selected), As<Alias>(row)->name());
  }
  PlanPtr input = std::make_shared<Project>(std::move(columns), std::move(table));
  auto placed = std::make_shared<UserColumnFunction>(*asked);
  placed->table = call.table;
  call.analyzed = true;
  call.single_partition = call.single_partition || analysis.single_partition;
  std::vector<AttributePtr> output = NewColumns(asked->result);
  return PlanPtr(std::make_shared<UserRows>(std::move(placed), key_columns,
                                            std::vector<PlanPtr>{std::move(input)},
                                            std::move(output), std::move(call)));
}

}  // namespace firesteel
