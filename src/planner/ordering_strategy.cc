#include <utility>

#include "common/error.h"
#include "exec/operators.h"
#include "exec/stateful/streaming_limit.h"
#include "plan/collect_metrics.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "planner/strategies.h"

namespace firesteel {

namespace {

// Every task keeps so many rows in memory; more are sorted, in files if need be.
constexpr int64_t kMaximumTopRows = 100000;

/// Sort and Limit see one batch only: right for a stream whose every batch is the whole result.
Status CheckWholeResult(const LogicalPlan& plan, const char* operation,
                        const PlanningContext& context) {
  if (!plan.is_streaming() || context.output_mode == OutputMode::kComplete) return Status::OK();
  return MakeError("STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION",
                   {{"outputMode", std::string(ToString(*context.output_mode))},
                    {"operation", operation}});
}

Result<PhysicalPlanPtr> PlanSort(const Sort& sort, Planning* planning) {
  ARROW_RETURN_NOT_OK(CheckWholeResult(sort, "sorting", planning->context()));
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr child, planning->Plan(sort.child()));
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> order,
                        BindReferences(sort.order(), sort.child()->output()));
  return NewSort(std::move(child), std::move(order));
}

/// ORDER BY and LIMIT.
Result<PhysicalPlanPtr> PlanTopRows(const Sort& sort, int64_t count, Planning* planning) {
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr child, planning->Plan(sort.child()));
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> order,
                        BindReferences(sort.order(), sort.child()->output()));
  return NewTopRows(std::move(child), std::move(order), count);
}

/// State commits when all of it was read; the exchange reads all, whatever is taken of it.
Result<PhysicalPlanPtr> ReadAllOfStreams(const LogicalPlan& plan, PhysicalPlanPtr planned) {
  if (!plan.is_streaming()) return planned;
  return NewHashExchange(std::move(planned), {}, 1);
}

/// Whether a limit counts the rows of all batches: what it limits is only ever added to. Above an
/// aggregation in complete mode every batch is the whole result.
bool CountsOverBatches(const Limit& limit, const PlanningContext& context) {
  if (!limit.is_streaming()) return false;
  return context.output_mode == OutputMode::kAppend ||
         !Exists<LogicalPlan>(limit.child(), [](const LogicalPlan& node) {
           return node.kind() == PlanKind::kAggregate && node.is_streaming();
         });
}

Result<PhysicalPlanPtr> PlanCountedLimit(const Limit& limit, Planning* planning) {
  StateOptions options = planning->NextStateOptions();
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr child, planning->Plan(limit.child()));
  ARROW_ASSIGN_OR_RAISE(child, NewHashExchange(std::move(child), {}, 1));
  return NewStreamingLimit(std::move(child), limit.count(), std::move(options));
}

Result<PhysicalPlanPtr> PlanLimit(const Limit& limit, Planning* planning) {
  if (CountsOverBatches(limit, planning->context())) return PlanCountedLimit(limit, planning);
  ARROW_RETURN_NOT_OK(CheckWholeResult(limit, "limit", planning->context()));
  const auto* sort = As<Sort>(limit.child());
  if (sort != nullptr && limit.count() <= kMaximumTopRows) {
    return PlanTopRows(*sort, limit.count(), planning);
  }
  const auto* metrics = limit.is_streaming() ? nullptr : As<CollectMetrics>(limit.child());
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr child,
                        metrics != nullptr ? PlanLimitedMetrics(*metrics, limit.count(), planning)
                                           : planning->Plan(limit.child()));
  ARROW_ASSIGN_OR_RAISE(child, ReadAllOfStreams(limit, std::move(child)));
  return NewLimit(std::move(child), limit.count());
}

Result<PhysicalPlanPtr> PlanOffset(const SkipRows& skip, Planning* planning) {
  ARROW_RETURN_NOT_OK(CheckWholeResult(skip, "offset", planning->context()));
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr child, planning->Plan(skip.child()));
  ARROW_ASSIGN_OR_RAISE(child, ReadAllOfStreams(skip, std::move(child)));
  return NewOffset(std::move(child), skip.count());
}

}  // namespace

Result<PhysicalPlanPtr> PlanOrdering(const PlanPtr& plan, Planning* planning) {
  if (const auto* sort = As<Sort>(plan)) return PlanSort(*sort, planning);
  if (const auto* limit = As<Limit>(plan)) return PlanLimit(*limit, planning);
  if (const auto* skip = As<SkipRows>(plan)) return PlanOffset(*skip, planning);
  return nullptr;
}

}  // namespace firesteel
