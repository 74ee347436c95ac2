#include <algorithm>
#include <utility>

#include "common/error.h"
#include "functions/registry.h"
#include "nlohmann/json.hpp"
#include "plan/identifier.h"
#include "plan/operators.h"
#include "plan/relations.h"
#include "session/commands/families.h"

namespace firesteel {

namespace {

/// The comment in a column's metadata, NULL if there is none.
Value CommentOf(const std::string& metadata) {
  const nlohmann::json parsed = nlohmann::json::parse(metadata, nullptr, false);
  if (!parsed.is_object()) return Value();
  const auto found = parsed.find("comment");
  if (found == parsed.end() || !found->is_string()) return Value();
  return found->get<std::string>();
}

std::vector<std::vector<Value>> ColumnRows(const PlanPtr& plan) {
  std::vector<std::vector<Value>> rows;
  for (const AttributePtr& column : plan->output()) {
    rows.push_back({column->name(), column->type().SimpleString(), CommentOf(column->metadata())});
  }
  return rows;
}

const std::vector<std::string>& DescribeColumns() {
  static const std::vector<std::string> columns{"col_name", "data_type", "comment"};
  return columns;
}

Result<QueryResult> DescribeColumn(const DescribeRelation& command, const CommandContext& context) {
  const PlanPtr query = std::make_shared<Project>(
      std::vector<ExpressionPtr>{std::make_shared<UnresolvedAttribute>(command.column())},
      std::make_shared<UnresolvedTable>(command.name(), false));
  ARROW_ASSIGN_OR_RAISE(const PlanPtr plan, context.backend->AnalyzePlan(query));
  const AttributePtr column = plan->output()[0];
  const Value comment = CommentOf(column->metadata());
  std::vector<std::vector<Value>> rows{
      {"col_name", column->name()},
      {"data_type", column->type().SimpleString()},
      {"comment", comment.is_null() ? Value("NULL") : comment}};
  if (command.extended()) {
    for (const char* statistic : {"min", "max", "num_nulls", "distinct_count", "avg_col_len",
                                  "max_col_len", "histogram"}) {
      rows.push_back({statistic, "NULL"});
    }
  }
  return TextResult({"info_name", "info_value"}, rows);
}

Result<QueryResult> DescribeTable(const DescribeRelation& command, const CommandContext& context) {
  if (!command.column().empty()) return DescribeColumn(command, context);
  ARROW_ASSIGN_OR_RAISE(
      const PlanPtr plan,
      context.backend->AnalyzePlan(std::make_shared<UnresolvedTable>(command.name(), false)));
  std::vector<std::vector<Value>> rows = ColumnRows(plan);
  if (command.extended()) {
    ARROW_ASSIGN_OR_RAISE(const StoredView view, context.catalog->LookupView(command.name()));
    rows.push_back({"", "", ""});
    rows.push_back({"# Detailed Table Information", "", ""});
    rows.push_back({"Table", FoldCase(command.name().back()), ""});
    rows.push_back({"Type", "VIEW", ""});
    if (view.comment) rows.push_back({"Comment", *view.comment, ""});
    if (!view.text.empty()) rows.push_back({"View Text", view.text, ""});
  }
  return TextResult(DescribeColumns(), rows);
}

Result<QueryResult> DescribeFunction(const DescribeRelation& command) {
  const std::string& name = command.name().back();
  const FunctionLookup function = FindFunction(name);
  if (!function) {
    return MakeError("UNRESOLVED_ROUTINE",
                     {{"routineName", QuoteIdentifier(command.name())},
                      {"searchPath",
                       "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]"}});
  }
  const FunctionDocumentation& documentation =
      function.scalar      ? function.scalar->documentation
      : function.aggregate ? function.aggregate->documentation
                           : function.generator->documentation;
  std::vector<std::vector<Value>> rows{
      {"Function: " + FoldCase(name)}, {"Usage: " + std::string(documentation.usage)}};
  if (command.extended()) {
    rows.push_back({"Extended Usage:\n    Since: " + std::string(documentation.since) + "\n"});
  }
  return TextResult({"function_desc"}, rows);
}

Result<QueryResult> DescribeDatabase(const DescribeRelation& command,
                                     const CommandContext& context) {
  ARROW_RETURN_NOT_OK(context.catalog->List(command.name()).status());
  std::vector<std::vector<Value>> rows{{"Catalog Name", "spark_catalog"},
                                       {"Namespace Name", FoldCase(command.name().back())},
                                       {"Comment", ""},
                                       {"Location", ""},
                                       {"Owner", ""}};
  if (command.extended()) rows.push_back({"Properties", ""});
  return TextResult({"info_name", "info_value"}, rows);
}

}  // namespace

Result<QueryResult> RunDescribe(const DescribeRelation& command, const CommandContext& context) {
  switch (command.what()) {
    case DescribeRelation::What::kTable: return DescribeTable(command, context);
    case DescribeRelation::What::kQuery: {
      ARROW_ASSIGN_OR_RAISE(const PlanPtr plan, context.backend->AnalyzePlan(command.child()));
      return TextResult(DescribeColumns(), ColumnRows(plan));
    }
    case DescribeRelation::What::kFunction: return DescribeFunction(command);
    case DescribeRelation::What::kDatabase: return DescribeDatabase(command, context);
  }
  return InternalError("No runner for " + command.Describe());
}

Result<QueryResult> RunExplain(const Explain& command, const CommandContext& context) {
  const PlanPtr& statement = command.child();
  if (dynamic_cast<const Command*>(statement.get()) != nullptr) {
    return TextResult({"plan"}, {{"== Physical Plan ==\nExecute " + statement->Describe() + "\n"}});
  }
  const bool extended =
      command.mode() == Explain::Mode::kExtended || command.mode() == Explain::Mode::kCost;
  ARROW_ASSIGN_OR_RAISE(std::string text, context.backend->ExplainPlan(statement, extended));
  if (command.mode() == Explain::Mode::kCodegen) text = "Found 0 WholeStageCodegen subtrees.\n";
  return TextResult({"plan"}, {{std::move(text)}});
}

}  // namespace firesteel
