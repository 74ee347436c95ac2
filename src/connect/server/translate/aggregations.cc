#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arrow/record_batch.h"
#include "common/error.h"
#include "connect/server/plan_translator.h"
#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "plan/collect_metrics.h"
#include "plan/deduplicate.h"
#include "plan/event_time.h"
#include "plan/operators.h"
#include "plan/pivots.h"
#include "plan/queries.h"
#include "session/session_backend.h"
#include "types/arrow_types.h"

namespace firesteel {

// The values that the column has now, in order: the client names none.
Result<std::vector<ExpressionPtr>> PlanTranslator::PivotValues(const ExpressionPtr& column,
                                                               const PlanPtr& input) {
  constexpr int64_t kMaximumValues = 10000;
  const ExpressionPtr named = std::make_shared<Alias>(column, "value");
  PlanPtr values = std::make_shared<Distinct>(
      std::make_shared<Project>(std::vector<ExpressionPtr>{named}, input));
  const std::vector<ExpressionPtr> order{std::make_shared<SortOrder>(
      std::make_shared<UnresolvedAttribute>(std::vector<std::string>{"value"}), true, true)};
  values = std::make_shared<Limit>(kMaximumValues + 1,
                                   std::make_shared<Sort>(order, std::move(values)));
  ARROW_ASSIGN_OR_RAISE(const QueryResult result,
                        session_->session().backend()->ExecutePlan(values));
  const auto schema = std::make_shared<const Schema>(result.schema);
  std::vector<Row> rows;
  for (const auto& batch : result.batches) AppendRows(*batch, schema, &rows);
  if (static_cast<int64_t>(rows.size()) > kMaximumValues) {
    return MakeError("_LEGACY_ERROR_TEMP_1324",
                     {{"pivotColumn", column->Sql()},
                      {"maxValues", std::to_string(kMaximumValues)},
                      {"configKey", "spark.sql.pivotMaxValues"}});
  }
  std::vector<ExpressionPtr> literals;
  for (const Row& row : rows) {
    ARROW_ASSIGN_OR_RAISE(literals.emplace_back(),
                          Literal::Make(row[0], result.schema.field(0).type));
  }
  return literals;
}

Result<PlanPtr> PlanTranslator::TranslateAggregate(const spark::connect::Aggregate& aggregate) {
  using Protocol = spark::connect::Aggregate;
  ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(aggregate.input()));
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> keys,
                        Translate(aggregate.grouping_expressions()));
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> results,
                        Translate(aggregate.aggregate_expressions()));
  // The keys come first in the output.
  std::vector<ExpressionPtr> output = keys;
  output.insert(output.end(), results.begin(), results.end());
  if (aggregate.group_type() == Protocol::GROUP_TYPE_PIVOT) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr column, Translate(aggregate.pivot().col()));
    std::vector<ExpressionPtr> values;
    for (const auto& literal : aggregate.pivot().values()) {
      DataType type;
      ARROW_ASSIGN_OR_RAISE(Value value, LiteralValue(literal, &type));
      ARROW_ASSIGN_OR_RAISE(values.emplace_back(), Literal::Make(std::move(value), type));
    }
    if (values.empty()) {
      ARROW_ASSIGN_OR_RAISE(values, PivotValues(column, input));
    }
    return std::make_shared<Pivot>(std::move(keys), std::vector<ExpressionPtr>{std::move(column)},
                                   std::move(values), std::move(results), std::move(input));
  }
  using Sets = UnresolvedGroupingSets;
  std::vector<ExpressionPtr> grouping;
  switch (aggregate.group_type()) {
    case Protocol::GROUP_TYPE_GROUPBY: grouping = std::move(keys); break;
    case Protocol::GROUP_TYPE_ROLLUP:
    case Protocol::GROUP_TYPE_CUBE: {
      const bool rollup = aggregate.group_type() == Protocol::GROUP_TYPE_ROLLUP;
      std::vector<int> sizes(keys.size(), 1);
      grouping.push_back(std::make_shared<Sets>(rollup ? Sets::Form::kRollup : Sets::Form::kCube,
                                                std::move(keys), std::move(sizes)));
      break;
    }
    case Protocol::GROUP_TYPE_GROUPING_SETS: {
      std::vector<ExpressionPtr> members;
      std::vector<int> sizes;
      for (const Protocol::GroupingSets& set : aggregate.grouping_sets()) {
        ARROW_ASSIGN_OR_RAISE(const std::vector<ExpressionPtr> of_set,
                              Translate(set.grouping_set()));
        members.insert(members.end(), of_set.begin(), of_set.end());
        sizes.push_back(static_cast<int>(of_set.size()));
      }
      grouping.push_back(
          std::make_shared<Sets>(Sets::Form::kSets, std::move(members), std::move(sizes)));
      break;
    }
    default:
      return UnsupportedMessage("Aggregate." + Protocol::GroupType_Name(aggregate.group_type()));
  }
  return std::make_shared<Aggregate>(std::move(grouping), std::move(output), std::move(input));
}

Result<PlanPtr> PlanTranslator::TranslateDeduplicate(
    const spark::connect::Deduplicate& deduplicate) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(deduplicate.input()));
  const auto& names = deduplicate.column_names();
  if (deduplicate.all_columns_as_keys() ? !names.empty() : names.empty()) {
    return MakeError(std::string("CONNECT_INVALID_PLAN.DEDUPLICATE_") +
                     (names.empty() ? "REQUIRES_COLUMNS_OR_ALL" : "ALL_COLUMNS_AND_SUBSET"));
  }
  std::optional<std::vector<std::string>> keys;
  if (!deduplicate.all_columns_as_keys()) keys.emplace(names.begin(), names.end());
  return std::make_shared<Deduplicate>(std::move(keys), deduplicate.within_watermark(),
                                       std::move(input));
}

Result<PlanPtr> PlanTranslator::TranslateWithWatermark(
    const spark::connect::WithWatermark& watermark) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(watermark.input()));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr event_time,
                        UnresolvedAttribute::Parse(watermark.event_time()));
  return std::make_shared<EventTimeWatermark>(std::move(event_time), watermark.delay_threshold(),
                                              std::move(input));
}

Result<PlanPtr> PlanTranslator::TranslateCollectMetrics(const spark::connect::Relation& relation) {
  const spark::connect::CollectMetrics& observe = relation.collect_metrics();
  ARROW_ASSIGN_OR_RAISE(PlanPtr input, Translate(observe.input()));
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> metrics, Translate(observe.metrics()));
  // A frame may occur many times in a request: that is one observation.
  const int64_t plan_id =
      relation.common().has_plan_id() ? relation.common().plan_id() : NewExprId();
  std::shared_ptr<ObservedRelation> observed;
  for (const auto& known : observed_) {
    if (known->plan_id() == plan_id) observed = known;
  }
  if (observed == nullptr) {
    observed = std::make_shared<ObservedRelation>(observe.name(), plan_id);
    observed_.push_back(observed);
  }
  return std::make_shared<CollectMetrics>(
      observe.name(), std::move(metrics), plan_id,
      [observed](const Result<Row>& row) { observed->Receive(row); }, std::move(input));
}

}  // namespace firesteel
