#include <string>
#include <utility>

#include "common/error.h"
#include "exec/collect_metrics.h"
#include "exec/operators.h"
#include "exec/session_merger.h"
#include "exec/stateful/streaming_aggregate.h"
#include "exec/stateful/streaming_session_aggregate.h"
#include "plan/collect_metrics.h"
#include "plan/event_time.h"
#include "plan/operators.h"
#include "plan/semantic_equality.h"
#include "planner/strategies.h"
#include "planner/user_functions.h"

namespace firesteel {

namespace {

/// An Aggregate node taken apart: what is grouped by, what is aggregated, and how the output
/// columns are computed from the two.
struct Parts {
  std::vector<ExpressionPtr> keys;  // each once
  std::vector<StructField> key_fields;
  std::vector<ExpressionPtr> calls;    // AggregateCalls, each once
  std::vector<ExpressionPtr> results;  // bound to keys, then calls
  bool has_distinct = false;
  int event_time_key = -1;  // the key whose watermark ends groups; -1: none
  int session_key = -1;     // the key that is a session; -1: none
};

const ExpressionPtr& WithoutAlias(const ExpressionPtr& expression) {
  return As<Alias>(expression) ? expression->child(0) : expression;
}

int IndexOf(const ExpressionPtr& expression, const std::vector<ExpressionPtr>& list) {
  for (size_t i = 0; i < list.size(); ++i) {
    if (SemanticallyEqual(*expression, *list[i])) return static_cast<int>(i);
  }
  return -1;
}

/// What a key is called in the state's schema: as Spark calls it, since it is kept on disk.
StructField KeyField(const ExpressionPtr& key) {
  if (const auto* attribute = As<Attribute>(key)) return attribute->AsField();
  return {"_groupingexpression", key->type(), key->nullable()};
}

void CollectCalls(const ExpressionPtr& expression, Parts* parts) {
  if (const auto* call = As<AggregateCall>(expression)) {
    if (IndexOf(expression, parts->calls) < 0) parts->calls.push_back(expression);
    parts->has_distinct |= call->distinct();
    return;
  }
  for (const ExpressionPtr& child : expression->children()) CollectCalls(child, parts);
}

/// Replaces keys and calls in an output expression by the aggregation's columns.
Result<ExpressionPtr> BindResult(const ExpressionPtr& expression, const Parts& parts) {
  const int key_count = static_cast<int>(parts.keys.size());
  return TransformDown<Expression>(
      expression, [&](const ExpressionPtr& node) -> Result<ExpressionPtr> {
        int index = IndexOf(node, parts.keys);
        if (index < 0 && As<AggregateCall>(node)) {
          index = IndexOf(node, parts.calls);
          if (index >= 0) index += key_count;
        }
        if (index >= 0) {
          const std::string name = index < key_count ? parts.key_fields[index].name : node->Sql();
          return std::make_shared<BoundReference>(index, name, node->type(), node->nullable());
        }
        if (As<Attribute>(node)) {
          return InternalError(node->ToString() + " is neither grouped by nor aggregated.");
        }
        return nullptr;
      });
}

/// Whether a key is an event time, or is given out as one: the mark stands on the column.
bool IsEventTime(const ExpressionPtr& key, const Aggregate& aggregate) {
  if (const auto* column = As<Attribute>(key)) return WatermarkDelayMs(*column).has_value();
  for (const ExpressionPtr& item : aggregate.output_list()) {
    if (!SemanticallyEqual(*key, *WithoutAlias(item))) continue;
    if (WatermarkDelayMs(*ToAttribute(item))) return true;
  }
  return false;
}

Result<Parts> TakeApart(const Aggregate& aggregate) {
  Parts parts;
  for (const ExpressionPtr& grouping : aggregate.grouping()) {
    const ExpressionPtr& key = WithoutAlias(grouping);
    if (IndexOf(key, parts.keys) >= 0) continue;
    if (IsEventTime(key, aggregate) && parts.event_time_key < 0) {
      parts.event_time_key = static_cast<int>(parts.keys.size());
    }
    const auto* column = As<Attribute>(key);
    if (column != nullptr && HasMetadataKey(column->metadata(), kSessionWindowKey)) {
      parts.session_key = static_cast<int>(parts.keys.size());
    }
    parts.keys.push_back(key);
    parts.key_fields.push_back(KeyField(key));
  }
  for (const ExpressionPtr& output : aggregate.output_list()) CollectCalls(output, &parts);
  for (const ExpressionPtr& output : aggregate.output_list()) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr result, BindResult(WithoutAlias(output), parts));
    parts.results.push_back(std::move(result));
  }
  return parts;
}

Result<std::vector<PlannedAggregate>> PlanCalls(const std::vector<ExpressionPtr>& calls,
                                                const std::vector<AttributePtr>& input) {
  std::vector<PlannedAggregate> planned;
  for (const ExpressionPtr& expression : calls) {
    const auto* call = As<AggregateCall>(expression);
    PlannedAggregate one;
    // Shares ownership with the call, which keeps the function.
    one.function = std::shared_ptr<const BoundAggregate>(expression, &call->bound());
    ARROW_ASSIGN_OR_RAISE(one.arguments, BindReferences(call->arguments(), input));
    if (call->has_filter()) {
      ARROW_ASSIGN_OR_RAISE(one.filter, BindReferences(call->filter(), input));
    }
    one.distinct = call->distinct();
    one.text = call->Sql();
    planned.push_back(std::move(one));
  }
  return planned;
}

std::vector<ExpressionPtr> KeyReferences(const Parts& parts) {
  std::vector<ExpressionPtr> references;
  for (size_t i = 0; i < parts.keys.size(); ++i) {
    const StructField& field = parts.key_fields[i];
    references.push_back(std::make_shared<BoundReference>(static_cast<int>(i), field.name,
                                                          field.type, field.nullable));
  }
  return references;
}

/// Whether the output columns are the keys and then the calls, just as the aggregation gives them.
bool IsPlainOutput(const Parts& parts) {
  if (parts.results.size() != parts.keys.size() + parts.calls.size()) return false;
  for (size_t i = 0; i < parts.results.size(); ++i) {
    const auto* reference = As<BoundReference>(parts.results[i]);
    if (!reference || reference->index() != static_cast<int>(i)) return false;
  }
  return true;
}

Schema AggregatedSchema(const Parts& parts) {
  std::vector<StructField> fields = parts.key_fields;
  for (const ExpressionPtr& call : parts.calls) {
    fields.push_back({call->Sql(), call->type(), call->nullable()});
  }
  return Schema(std::move(fields));
}

Status CheckStreaming(const Aggregate& aggregate, const Parts& parts,
                      const PlanningContext& context) {
  const auto refuse = [&](const char* operation) {
    return MakeError("STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION",
                     {{"outputMode", std::string(ToString(*context.output_mode))},
                      {"operation", operation}});
  };
  if (parts.has_distinct) return refuse("distinct streaming aggregations");
  if (parts.session_key >= 0 && parts.keys.size() == 1) {
    return Status::NotImplemented(
        "Sessions of a stream without another key to group by are not supported.");
  }
  const bool chained = Exists<LogicalPlan>(aggregate.child(), [](const LogicalPlan& node) {
    return node.kind() == PlanKind::kAggregate && node.is_streaming();
  });
  if (chained && context.output_mode != OutputMode::kAppend) {
    return refuse("several streaming aggregations");
  }
  if (context.output_mode == OutputMode::kAppend && parts.event_time_key < 0) {
    return MakeError("UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK",
                     {{"outputMode", "append"}, {"statefulOperator", "aggregation"}});
  }
  std::vector<AttributePtr> keys;
  for (const ExpressionPtr& key : parts.keys) {
    if (As<Attribute>(key)) keys.push_back(ToAttribute(key));
  }
  return EventTimeColumn(keys).status();
}

/// Sessions are merged where all rows with the same other keys are.
Result<PhysicalPlanPtr> ExchangeForSessions(const Parts& parts, PhysicalPlanPtr partial,
                                            const PlanningContext& context) {
  std::vector<ExpressionPtr> keys = KeyReferences(parts);
  keys.erase(keys.begin() + parts.session_key);
  const int partitions = keys.empty() ? 1 : context.shuffle_partitions;
  return NewHashExchange(std::move(partial), std::move(keys), partitions);
}

SessionLayout LayoutOf(const Parts& parts, std::vector<PlannedAggregate> calls) {
  SessionLayout layout;
  for (const StructField& field : parts.key_fields) layout.key_types.push_back(field.type);
  layout.session_key = parts.session_key;
  layout.aggregates = std::move(calls);
  return layout;
}

/// partial per input partition -> exchange by the keys -> merge into the state.
Result<PhysicalPlanPtr> PlanStreaming(const Parts& parts, PhysicalPlanPtr input,
                                      std::vector<ExpressionPtr> keys,
                                      std::vector<PlannedAggregate> calls, Schema schema,
                                      int operator_id, const PlanningContext& context) {
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr partial,
                        NewPartialAggregate(std::move(input), std::move(keys), parts.key_fields,
                                            calls));
  const int partitions = parts.keys.empty() ? 1 : context.shuffle_partitions;
  StreamingAggregateOptions options;
  options.operator_id = operator_id;
  options.shuffle_partitions = context.shuffle_partitions;
  options.mode = *context.output_mode;
  options.event_time_key = parts.event_time_key;
  options.compression_codec = context.state_compression_codec;
  options.minimum_deltas_for_snapshot = context.minimum_deltas_for_snapshot;
  options.minimum_batches_to_retain = context.minimum_batches_to_retain;
  if (parts.session_key >= 0) {
    ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr exchange,
                          ExchangeForSessions(parts, std::move(partial), context));
    return NewStreamingSessionAggregate(std::move(exchange), parts.key_fields,
                                        LayoutOf(parts, std::move(calls)), std::move(schema),
                                        std::move(options));
  }
  ARROW_ASSIGN_OR_RAISE(
      PhysicalPlanPtr exchange,
      NewHashExchange(std::move(partial), KeyReferences(parts), partitions));
  return NewStreamingAggregate(std::move(exchange), parts.key_fields, std::move(calls),
                               std::move(schema), std::move(options));
}

/// partial per input partition -> exchange by the keys -> final. DISTINCT must see all rows of a
/// key, so there the exchange comes first.
Result<PhysicalPlanPtr> PlanBatch(const Parts& parts, PhysicalPlanPtr input,
                                  std::vector<ExpressionPtr> keys,
                                  std::vector<PlannedAggregate> calls, Schema schema,
                                  const PlanningContext& context) {
  if (HasUserAggregates(calls)) {
    return PlanUserAggregation(std::move(input), std::move(keys), parts.key_fields, calls,
                               std::move(schema));
  }
  if (parts.session_key >= 0) {
    if (parts.has_distinct) {
      return Status::NotImplemented("Aggregates of distinct values within sessions.");
    }
    ARROW_ASSIGN_OR_RAISE(
        PhysicalPlanPtr partial,
        NewPartialAggregate(std::move(input), std::move(keys), parts.key_fields, calls));
    ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr exchange,
                          ExchangeForSessions(parts, std::move(partial), context));
    return NewFinalSessionAggregate(std::move(exchange), LayoutOf(parts, std::move(calls)),
                                    std::move(schema));
  }
  const int partitions = parts.keys.empty() ? 1 : context.shuffle_partitions;
  PhysicalPlanPtr plan = std::move(input);
  if (parts.has_distinct) {
    ARROW_ASSIGN_OR_RAISE(plan, NewHashExchange(std::move(plan), keys, partitions));
  }
  ARROW_ASSIGN_OR_RAISE(
      plan, NewPartialAggregate(std::move(plan), std::move(keys), parts.key_fields, calls));
  if (!parts.has_distinct) {
    ARROW_ASSIGN_OR_RAISE(plan,
                          NewHashExchange(std::move(plan), KeyReferences(parts), partitions));
  }
  return NewFinalAggregate(std::move(plan), static_cast<int>(parts.keys.size()), std::move(calls),
                           std::move(schema));
}

/// Metrics are computed as an aggregation without keys would compute its list.
Result<PhysicalPlanPtr> PlanMetricsOf(const CollectMetrics& node, PhysicalPlanPtr input) {
  const Aggregate aggregate({}, node.metrics(), node.child());
  ARROW_ASSIGN_OR_RAISE(Parts parts, TakeApart(aggregate));
  PlannedMetrics metrics;
  metrics.name = node.name();
  metrics.node_id = node.node_id();
  ARROW_ASSIGN_OR_RAISE(metrics.aggregates, PlanCalls(parts.calls, node.child()->output()));
  if (HasUserAggregates(metrics.aggregates)) {
    return Status::NotImplemented("Metrics cannot be aggregated by functions of Python.");
  }
  metrics.results = std::move(parts.results);
  metrics.schema = node.MetricsSchema();
  return CollectMetricsOperator::Make(std::move(input), std::move(metrics));
}

}  // namespace

Result<PhysicalPlanPtr> PlanAggregation(const PlanPtr& plan, Planning* planning) {
  const auto* aggregate = As<Aggregate>(plan);
  if (!aggregate) return nullptr;
  const PlanningContext& context = planning->context();
  const bool streaming = plan->is_streaming();
  ARROW_ASSIGN_OR_RAISE(const Parts parts, TakeApart(*aggregate));
  if (streaming) ARROW_RETURN_NOT_OK(CheckStreaming(*aggregate, parts, context));
  const int operator_id = streaming ? planning->NextOperatorId() : -1;

  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr input, planning->Plan(plan->child()));
  const std::vector<AttributePtr> columns = plan->child()->output();
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> keys, BindReferences(parts.keys, columns));
  ARROW_ASSIGN_OR_RAISE(std::vector<PlannedAggregate> calls, PlanCalls(parts.calls, columns));
  if (streaming && HasUserAggregates(calls)) {
    return MakeError("STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION",
                     {{"outputMode", std::string(ToString(*context.output_mode))},
                      {"operation", "aggregations of a stream by functions of Python"}});
  }

  if (streaming && parts.event_time_key >= 0 && context.output_mode != OutputMode::kComplete) {
    const int key = parts.session_key >= 0 ? parts.session_key : parts.event_time_key;
    input = planning->WithLateRowsKept(std::move(input), keys[key], operator_id);
  }

  const bool plain = IsPlainOutput(parts);
  Schema schema = plain ? plan->schema() : AggregatedSchema(parts);
  Result<PhysicalPlanPtr> aggregated =
      streaming ? PlanStreaming(parts, std::move(input), std::move(keys), std::move(calls),
                                std::move(schema), operator_id, context)
                : PlanBatch(parts, std::move(input), std::move(keys), std::move(calls),
                            std::move(schema), context);
  if (plain || !aggregated.ok()) return aggregated;
  return NewProject(aggregated.MoveValueUnsafe(), parts.results, plan->schema());
}

Result<PhysicalPlanPtr> PlanMetrics(const PlanPtr& plan, Planning* planning) {
  const auto* node = As<CollectMetrics>(plan);
  if (node == nullptr) return nullptr;
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr input, planning->Plan(node->child()));
  return PlanMetricsOf(*node, std::move(input));
}

Result<PhysicalPlanPtr> PlanLimitedMetrics(const CollectMetrics& node, int64_t row_limit,
                                           Planning* planning) {
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr input, planning->Plan(node.child()));
  ARROW_ASSIGN_OR_RAISE(input, NewLocalLimit(std::move(input), row_limit));
  return PlanMetricsOf(node, std::move(input));
}

}  // namespace firesteel
