#include "firesteel/dataframe.h"

#include <cstdio>
#include <optional>
#include <utility>

#include "common/error.h"
#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "firesteel/data_frame_writer.h"
#include "firesteel/data_stream_writer.h"
#include "firesteel/functions.h"
#include "firesteel/grouped_data.h"
#include "formats/text_table.h"
#include "plan/deduplicate.h"
#include "plan/event_time.h"
#include "plan/joins.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/repartition.h"
#include "session/session_backend.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

Result<std::vector<ExpressionPtr>> ExpressionsOf(const std::vector<Column>& columns) {
  std::vector<ExpressionPtr> expressions;
  expressions.reserve(columns.size());
  for (const Column& column : columns) {
    ARROW_RETURN_NOT_OK(column.status());
    expressions.push_back(column.expression());
  }
  return expressions;
}

/// No names mean all columns.
std::optional<std::vector<std::string>> KeyNames(const std::vector<std::string>& columns) {
  if (columns.empty()) return std::nullopt;
  return columns;
}

template <typename Plan, typename... Arguments>
PlanPtr NewPlan(Arguments&&... arguments) {
  return std::make_shared<Plan>(std::forward<Arguments>(arguments)...);
}

Status NegativeCount(const std::string& clause, int64_t rows) {
  return MakeError("INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE",
                   {{"name", clause}, {"expr", "\"" + std::to_string(rows) + "\""},
                    {"v", std::to_string(rows)}});
}

DataFrame Combine(const DataFrame& left, const DataFrame& right,
                  SetOperation::Operation operation, bool all) {
  if (!left.status().ok()) return left;
  if (!right.status().ok()) return right;
  return DataFrame(left.backend(),
                   NewPlan<SetOperation>(operation, all, left.plan(), right.plan()));
}

}  // namespace

DataFrame::DataFrame(std::shared_ptr<SessionBackend> backend,
                     std::shared_ptr<const LogicalPlan> plan)
    : backend_(std::move(backend)), plan_(std::move(plan)) {}

DataFrame::DataFrame(std::shared_ptr<SessionBackend> backend, Status error)
    : backend_(std::move(backend)), status_(std::move(error)) {}

DataFrame DataFrame::With(Result<std::shared_ptr<const LogicalPlan>> plan) const {
  if (!status_.ok()) return *this;
  return plan.ok() ? DataFrame(backend_, *std::move(plan)) : DataFrame(backend_, plan.status());
}

DataFrame DataFrame::Select(const std::vector<Column>& columns) const {
  if (!status_.ok()) return *this;
  Result<std::vector<ExpressionPtr>> list = ExpressionsOf(columns);
  if (!list.ok()) return With(list.status());
  return With(NewPlan<Project>(*std::move(list), plan_));
}

DataFrame DataFrame::SelectExpr(const std::vector<std::string>& expressions) const {
  std::vector<Column> columns;
  columns.reserve(expressions.size());
  for (const std::string& expression : expressions) columns.push_back(functions::Expr(expression));
  return Select(columns);
}

DataFrame DataFrame::Where(const Column& condition) const {
  if (!status_.ok()) return *this;
  if (!condition.status().ok()) return With(condition.status());
  return With(NewPlan<firesteel::Filter>(condition.expression(), plan_));
}

DataFrame DataFrame::Where(std::string_view condition) const {
  return Where(functions::Expr(condition));
}

DataFrame DataFrame::WithColumn(const std::string& name, const Column& value) const {
  if (!status_.ok()) return *this;
  if (!value.status().ok()) return With(value.status());
  return With(NewPlan<WithColumns>(std::vector<std::string>{name},
                                   std::vector<ExpressionPtr>{value.expression()}, plan_));
}

DataFrame DataFrame::WithColumnRenamed(const std::string& name, const std::string& new_name) const {
  if (!status_.ok()) return *this;
  return With(NewPlan<WithColumnsRenamed>(
      WithColumnsRenamed::NamePairs{{name, new_name}}, plan_));
}

DataFrame DataFrame::Drop(const std::vector<std::string>& names) const {
  if (!status_.ok()) return *this;
  return With(NewPlan<DropColumns>(names, plan_));
}

DataFrame DataFrame::As(const std::string& name) const {
  if (!status_.ok()) return *this;
  return With(NewPlan<SubqueryAlias>(name, plan_));
}

GroupedData DataFrame::GroupBy(const std::vector<Column>& columns) const {
  return GroupedData(*this, columns);
}

DataFrame DataFrame::Agg(const std::vector<Column>& aggregates) const {
  return GroupBy({}).Agg(aggregates);
}

DataFrame DataFrame::Union(const DataFrame& other) const {
  if (!status_.ok()) return *this;
  if (!other.status_.ok()) return other;
  return With(NewPlan<firesteel::Union>(std::vector<PlanPtr>{plan_, other.plan_}, false, false));
}

DataFrame DataFrame::UnionByName(const DataFrame& other, bool allow_missing_columns) const {
  if (!status_.ok()) return *this;
  if (!other.status_.ok()) return other;
  return With(NewPlan<firesteel::Union>(std::vector<PlanPtr>{plan_, other.plan_}, true,
                                        allow_missing_columns));
}

DataFrame DataFrame::OrderBy(const std::vector<Column>& columns) const {
  if (!status_.ok()) return *this;
  std::vector<ExpressionPtr> order;
  for (const Column& column : columns) {
    if (!column.status().ok()) return With(column.status());
    const bool ordered = column.expression()->kind() == ExpressionKind::kSortOrder;
    order.push_back(ordered ? column.expression() : column.Asc().expression());
  }
  return With(NewPlan<firesteel::Sort>(std::move(order), plan_));
}

DataFrame DataFrame::Limit(int64_t rows) const {
  if (!status_.ok()) return *this;
  if (rows < 0) return With(NegativeCount("limit", rows));
  return With(NewPlan<firesteel::Limit>(rows, plan_));
}

DataFrame DataFrame::Offset(int64_t rows) const {
  if (!status_.ok()) return *this;
  if (rows < 0) return With(NegativeCount("offset", rows));
  return With(NewPlan<SkipRows>(rows, plan_));
}

DataFrame DataFrame::Repartition(int partitions, const std::vector<Column>& columns) const {
  if (!status_.ok()) return *this;
  Result<std::vector<ExpressionPtr>> keys = ExpressionsOf(columns);
  if (!keys.ok()) return With(keys.status());
  return With(NewPlan<firesteel::Repartition>(firesteel::Repartition::Form::kSpread, partitions,
                                              *std::move(keys), plan_));
}

DataFrame DataFrame::Coalesce(int partitions) const {
  if (!status_.ok()) return *this;
  return With(NewPlan<firesteel::Repartition>(firesteel::Repartition::Form::kCoalesce, partitions,
                                              std::vector<ExpressionPtr>(), plan_));
}

DataFrame DataFrame::Join(const DataFrame& right, const Column& condition,
                          std::string_view type) const {
  if (!status_.ok()) return *this;
  if (!right.status_.ok()) return right;
  if (!condition.status().ok()) return With(condition.status());
  const Result<JoinType> join_type = ParseJoinType(type);
  if (!join_type.ok()) return With(join_type.status());
  return With(NewPlan<firesteel::Join>(plan_, right.plan_, *join_type, condition.expression()));
}

DataFrame DataFrame::Join(const DataFrame& right, const std::vector<std::string>& columns,
                          std::string_view type) const {
  if (!status_.ok()) return *this;
  if (!right.status_.ok()) return right;
  const Result<JoinType> join_type = ParseJoinType(type);
  if (!join_type.ok()) return With(join_type.status());
  return With(firesteel::Join::Using(plan_, right.plan_, *join_type, columns));
}

DataFrame DataFrame::CrossJoin(const DataFrame& right) const {
  if (!status_.ok()) return *this;
  if (!right.status_.ok()) return right;
  return With(NewPlan<firesteel::Join>(plan_, right.plan_, JoinType::kCross, nullptr));
}

DataFrame DataFrame::Distinct() const { return DropDuplicates(); }

DataFrame DataFrame::DropDuplicates(const std::vector<std::string>& columns) const {
  if (!status_.ok()) return *this;
  return With(NewPlan<Deduplicate>(KeyNames(columns), /*within_watermark=*/false, plan_));
}

DataFrame DataFrame::DropDuplicatesWithinWatermark(const std::vector<std::string>& columns) const {
  if (!status_.ok()) return *this;
  return With(NewPlan<Deduplicate>(KeyNames(columns), /*within_watermark=*/true, plan_));
}

DataFrame DataFrame::WithWatermark(std::string_view event_time, std::string_view delay) const {
  if (!status_.ok()) return *this;
  Result<ExpressionPtr> column = UnresolvedAttribute::Parse(event_time);
  if (!column.ok()) return With(column.status());
  return With(NewPlan<EventTimeWatermark>(*column, std::string(delay), plan_));
}

DataFrame DataFrame::Intersect(const DataFrame& other) const {
  return Combine(*this, other, SetOperation::Operation::kIntersect, false);
}
DataFrame DataFrame::IntersectAll(const DataFrame& other) const {
  return Combine(*this, other, SetOperation::Operation::kIntersect, true);
}
DataFrame DataFrame::Except(const DataFrame& other) const {
  return Combine(*this, other, SetOperation::Operation::kExcept, false);
}
DataFrame DataFrame::ExceptAll(const DataFrame& other) const {
  return Combine(*this, other, SetOperation::Operation::kExcept, true);
}

GroupedData DataFrame::Rollup(const std::vector<Column>& columns) const {
  return GroupedData(*this, columns, GroupedData::Form::kRollup);
}
GroupedData DataFrame::Cube(const std::vector<Column>& columns) const {
  return GroupedData(*this, columns, GroupedData::Form::kCube);
}

Result<Schema> DataFrame::Schema() const {
  ARROW_RETURN_NOT_OK(status_);
  ARROW_ASSIGN_OR_RAISE(const PlanPtr analyzed, backend_->AnalyzePlan(plan_));
  return analyzed->schema();
}

Result<std::vector<std::string>> DataFrame::Columns() const {
  ARROW_ASSIGN_OR_RAISE(const firesteel::Schema schema, Schema());
  std::vector<std::string> names;
  for (const StructField& field : schema.fields()) names.push_back(field.name);
  return names;
}

Result<bool> DataFrame::IsStreaming() const {
  ARROW_RETURN_NOT_OK(status_);
  ARROW_ASSIGN_OR_RAISE(const PlanPtr analyzed, backend_->AnalyzePlan(plan_));
  return analyzed->is_streaming();
}

Status DataFrame::PrintSchema() const {
  ARROW_ASSIGN_OR_RAISE(const firesteel::Schema schema, Schema());
  std::fputs((schema.TreeString() + "\n").c_str(), stdout);
  std::fflush(stdout);
  return Status::OK();
}

Result<std::string> DataFrame::Explain(bool extended) const {
  ARROW_RETURN_NOT_OK(status_);
  return backend_->ExplainPlan(plan_, extended);
}

Result<std::vector<Row>> DataFrame::Collect() const {
  ARROW_RETURN_NOT_OK(status_);
  ARROW_ASSIGN_OR_RAISE(const QueryResult result, backend_->ExecutePlan(plan_));
  const auto schema = std::make_shared<const firesteel::Schema>(result.schema);
  std::vector<Row> rows;
  for (const auto& batch : result.batches) AppendRows(*batch, schema, &rows);
  return rows;
}

Result<std::vector<Row>> DataFrame::Take(int64_t rows) const { return Limit(rows).Collect(); }

Result<int64_t> DataFrame::Count() const {
  ARROW_ASSIGN_OR_RAISE(const std::vector<Row> rows, GroupBy({}).Count().Collect());
  return rows.at(0)[0].Get<int64_t>();
}

Result<std::string> DataFrame::ShowString(int rows, int truncate, bool vertical) const {
  ARROW_RETURN_NOT_OK(status_);
  const int shown = std::max(rows, 0);
  ARROW_ASSIGN_OR_RAISE(const QueryResult result, backend_->ExecutePlan(NewPlan<firesteel::Limit>(
                                                      int64_t{shown} + 1, plan_)));
  TextTableOptions options;
  options.rows = shown;
  options.truncate = truncate;
  options.vertical = vertical;
  options.time_zone = backend_->GetConfig("spark.sql.session.timeZone").value_or("UTC");
  return FormatTextTable(result.batches, result.schema, options);
}

Status DataFrame::Show(int rows, int truncate, bool vertical) const {
  ARROW_ASSIGN_OR_RAISE(const std::string text, ShowString(rows, truncate, vertical));
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
  return Status::OK();
}

Status DataFrame::Cache() const {
  ARROW_RETURN_NOT_OK(status_);
  return backend_->SetCached(plan_, true);
}

Status DataFrame::Unpersist() const {
  ARROW_RETURN_NOT_OK(status_);
  return backend_->SetCached(plan_, false);
}

Status DataFrame::CreateTempView(const std::string& name) const {
  ARROW_RETURN_NOT_OK(status_);
  return backend_->CreateTempView(name, plan_, false);
}

Status DataFrame::CreateOrReplaceTempView(const std::string& name) const {
  ARROW_RETURN_NOT_OK(status_);
  return backend_->CreateTempView(name, plan_, true);
}

DataFrameWriter DataFrame::Write() const { return DataFrameWriter(*this); }

DataStreamWriter DataFrame::WriteStream() const { return DataStreamWriter(*this); }

}  // namespace firesteel
