#include "session/plan_cache.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "expr/aggregate.h"
#include "expr/function.h"
#include "expr/generator.h"
#include "expr/user_call.h"
#include "expr/window.h"
#include "expr/window_function.h"
#include "plan/collect_metrics.h"
#include "plan/deduplicate.h"
#include "plan/joins.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/relations.h"
#include "plan/repartition.h"
#include "plan/subqueries.h"
#include "plan/user_rows.h"
#include "plan/windows.h"

namespace firesteel {

namespace {

/// Compares two plans side by side; columns are the same where their ids are in the same places.
class Comparison {
 public:
  bool Same(const PlanPtr& a, const PlanPtr& b) {
    if (a->kind() != b->kind() || a->children().size() != b->children().size()) return false;
    for (size_t i = 0; i < a->children().size(); ++i) {
      if (!Same(a->children()[i], b->children()[i])) return false;
    }
    if (!SameNode(*a, *b)) return false;
    const std::vector<ExpressionPtr> left = a->expressions();
    const std::vector<ExpressionPtr> right = b->expressions();
    return Same(left, right) && Match(a->output(), b->output());
  }

 private:
  /// Whether two scans read the same: one table, or the same files in the same way.
  static bool SameTable(const std::shared_ptr<Table>& a, const std::shared_ptr<Table>& b) {
    if (a == b) return true;
    const std::string name = a->Name();
    // Files are named after their format and place; other tables by what they are alone.
    const size_t space = name.find(' ');
    return space != std::string::npos && space + 1 < name.size() && name == b->Name() &&
           a->schema() == b->schema();
  }
  /// What nodes say besides their expressions, children and output.
  static bool SameNode(const LogicalPlan& a, const LogicalPlan& b) {
    if (const auto* scan = As<TableScan>(a)) {
      const auto* other = As<TableScan>(b);
      return SameTable(scan->table(), other->table()) &&
             scan->is_streaming() == other->is_streaming();
    }
    if (const auto* rows = As<LocalRelation>(a)) {
      return rows->batches() == As<LocalRelation>(b)->batches();
    }
    if (const auto* join = As<Join>(a)) return join->type() == As<Join>(b)->type();
    if (const auto* generate = As<Generate>(a)) {
      return generate->outer() == As<Generate>(b)->outer();
    }
    if (const auto* expand = As<Expand>(a)) {
      return expand->projections().size() == As<Expand>(b)->projections().size();
    }
    if (const auto* aggregate = As<Aggregate>(a)) {
      return aggregate->grouping().size() == As<Aggregate>(b)->grouping().size();
    }
    if (const auto* window = As<ComputeWindows>(a)) {
      const auto* other = As<ComputeWindows>(b);
      return window->functions().size() == other->functions().size() &&
             window->partition().size() == other->partition().size();
    }
    switch (a.kind()) {
      case PlanKind::kRange: {
        const auto& left = *As<Range>(a);
        const auto& right = *As<Range>(b);
        return left.start() == right.start() && left.end() == right.end() &&
               left.step() == right.step();
      }
      case PlanKind::kLimit: return As<Limit>(a)->count() == As<Limit>(b)->count();
      case PlanKind::kRepartition: {
        const auto& left = *As<Repartition>(a);
        const auto& right = *As<Repartition>(b);
        return left.form() == right.form() && left.partitions() == right.partitions();
      }
      case PlanKind::kOffset: return As<SkipRows>(a)->count() == As<SkipRows>(b)->count();
      case PlanKind::kSetOperation: {
        const auto& left = *As<SetOperation>(a);
        const auto& right = *As<SetOperation>(b);
        return left.operation() == right.operation() && left.all() == right.all();
      }
      case PlanKind::kCollectMetrics:
        return As<CollectMetrics>(a)->node_id() == As<CollectMetrics>(b)->node_id();
      case PlanKind::kDeduplicate:
        return As<Deduplicate>(a)->within_watermark() == As<Deduplicate>(b)->within_watermark();
      case PlanKind::kUserRows: {
        const auto& left = *As<UserRows>(a);
        const auto& right = *As<UserRows>(b);
        const bool same_names =
            left.table_call().has_value() == right.table_call().has_value() &&
            (!left.table_call() || left.table_call()->names == right.table_call()->names);
        return left.key_columns() == right.key_columns() && same_names &&
               SameFunction(*left.function(), *right.function());
      }
      case PlanKind::kSubqueryAlias:
      case PlanKind::kProject:
      case PlanKind::kFilter:
      case PlanKind::kSort:
      case PlanKind::kDistinct:
      case PlanKind::kUnion:
      case PlanKind::kOneRow: return true;
      default: return false;
    }
  }

  bool Same(const std::vector<ExpressionPtr>& a, const std::vector<ExpressionPtr>& b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
      if (!Same(a[i], b[i])) return false;
    }
    return true;
  }

  bool Same(const ExpressionPtr& a, const ExpressionPtr& b) {
    if (a->kind() != b->kind() || !(a->type() == b->type())) return false;
    if (const auto* column = As<Attribute>(a)) return SameId(column->id(), As<Attribute>(b)->id());
    if (a->children().empty()) return a->Equals(*b);
    return SameCall(*a, *b) && Same(a->children(), b->children());
  }

  /// What inner nodes say besides their children.
  static bool SameCall(const Expression& a, const Expression& b) {
    switch (a.kind()) {
      case ExpressionKind::kAlias: return true;
      case ExpressionKind::kConditional: return true;
      case ExpressionKind::kWindow: {
        const auto& left = *As<WindowExpression>(a);
        const auto& right = *As<WindowExpression>(b);
        return left.frame() == right.frame() &&
               left.partition().size() == right.partition().size() &&
               left.order().size() == right.order().size();
      }
      case ExpressionKind::kWindowFunction: {
        const auto& left = *As<WindowFunctionCall>(a);
        const auto& right = *As<WindowFunctionCall>(b);
        return left.function() == right.function() && left.ignore_nulls() == right.ignore_nulls();
      }
      case ExpressionKind::kScalarFunction:
        return &As<ScalarFunction>(a)->bound() == &As<ScalarFunction>(b)->bound();
      case ExpressionKind::kGenerator:
        return &As<GeneratorCall>(a)->bound() == &As<GeneratorCall>(b)->bound();
      case ExpressionKind::kAggregate: {
        const auto& left = *As<AggregateCall>(a);
        const auto& right = *As<AggregateCall>(b);
        return &left.bound() == &right.bound() && left.distinct() == right.distinct() &&
               left.has_filter() == right.has_filter();
      }
      case ExpressionKind::kCast: {
        const CastOptions& left = As<Cast>(a)->options();
        const CastOptions& right = As<Cast>(b)->options();
        return left.ansi == right.ansi && left.try_cast == right.try_cast &&
               left.time_zone == right.time_zone;
      }
      case ExpressionKind::kUserCall: {
        const auto& left = *As<UserCall>(a);
        const auto& right = *As<UserCall>(b);
        return left.names() == right.names() && SameFunction(*left.function(), *right.function());
      }
      case ExpressionKind::kGetField:
        return As<GetField>(a)->ordinal() == As<GetField>(b)->ordinal();
      case ExpressionKind::kSortOrder: {
        const auto& left = *As<SortOrder>(a);
        const auto& right = *As<SortOrder>(b);
        return left.ascending() == right.ascending() && left.nulls_first() == right.nulls_first();
      }
      default: return &a == &b;
    }
  }

  bool SameId(ExprId a, ExprId b) const {
    const auto found = ids_.find(a);
    return found != ids_.end() && found->second == b;
  }

  bool Match(const std::vector<AttributePtr>& a, const std::vector<AttributePtr>& b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
      if (!(a[i]->type() == b[i]->type())) return false;
      const auto [known, added] = ids_.emplace(a[i]->id(), b[i]->id());
      if (!added && known->second != b[i]->id()) return false;
    }
    return true;
  }

  std::unordered_map<ExprId, ExprId> ids_;
};

}  // namespace

namespace {

bool UsesPlan(const PlanPtr& plan, const PlanPtr& part) {
  if (SamePlan(plan, part)) return true;
  const auto& children = plan->children();
  return std::any_of(children.begin(), children.end(),
                     [&part](const PlanPtr& child) { return UsesPlan(child, part); });
}

}  // namespace

bool SamePlan(const PlanPtr& a, const PlanPtr& b) { return a == b || Comparison().Same(a, b); }

std::vector<PlanCache::EntryPtr> PlanCache::Entries() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return entries_;
}

void PlanCache::Add(const PlanPtr& analyzed) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const EntryPtr& entry : entries_) {
    if (SamePlan(entry->plan, analyzed)) return;
  }
  auto entry = std::make_shared<Entry>();
  entry->plan = analyzed;
  entries_.push_back(std::move(entry));
}

bool PlanCache::Remove(const PlanPtr& analyzed) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto kept = std::remove_if(
      entries_.begin(), entries_.end(),
      [&analyzed](const EntryPtr& entry) { return SamePlan(entry->plan, analyzed); });
  const bool removed = kept != entries_.end();
  entries_.erase(kept, entries_.end());
  return removed;
}

bool PlanCache::Contains(const PlanPtr& analyzed) const {
  const std::vector<EntryPtr> entries = Entries();
  return std::any_of(entries.begin(), entries.end(), [&analyzed](const EntryPtr& entry) {
    return SamePlan(entry->plan, analyzed);
  });
}

void PlanCache::Refresh(const PlanPtr& analyzed) {
  for (const EntryPtr& entry : Entries()) {
    if (!UsesPlan(entry->plan, analyzed)) continue;
    const std::lock_guard<std::mutex> lock(entry->mutex);
    entry->rows.reset();
  }
}

void PlanCache::RefreshPath(const std::string& directory) {
  const auto reads = [&directory](const LogicalPlan& node) {
    const auto* scan = As<TableScan>(node);
    return scan != nullptr && scan->table()->Name().find(directory) != std::string::npos;
  };
  for (const EntryPtr& entry : Entries()) {
    if (!Exists<LogicalPlan>(entry->plan, reads)) continue;
    const std::lock_guard<std::mutex> lock(entry->mutex);
    entry->rows.reset();
  }
}

void PlanCache::Clear() {
  const std::lock_guard<std::mutex> lock(mutex_);
  entries_.clear();
}

Result<PlanPtr> PlanCache::Apply(const PlanPtr& analyzed, const PlanRunner& run) {
  const std::vector<EntryPtr> entries = Entries();
  if (entries.empty()) return analyzed;
  return Replace(analyzed, entries, run);
}

Result<PlanPtr> PlanCache::Replace(const PlanPtr& plan, const std::vector<EntryPtr>& entries,
                                   const PlanRunner& run) {
  for (const EntryPtr& entry : entries) {
    if (!SamePlan(entry->plan, plan)) continue;
    const std::lock_guard<std::mutex> lock(entry->mutex);
    if (!entry->rows) {
      ARROW_ASSIGN_OR_RAISE(entry->rows, run(entry->plan));
    }
    return PlanPtr(std::make_shared<LocalRelation>(plan->output(), entry->rows->batches));
  }
  ARROW_ASSIGN_OR_RAISE(PlanPtr changed,
                        MapChildren<LogicalPlan>(plan, [&](const PlanPtr& child) {
                          return Replace(child, entries, run);
                        }));
  return TransformExpressions(changed, [&](const ExpressionPtr& e) -> Result<ExpressionPtr> {
    const auto* subquery = As<SubqueryExpression>(e);
    if (subquery == nullptr) return ExpressionPtr();
    ARROW_ASSIGN_OR_RAISE(PlanPtr query, Replace(subquery->plan(), entries, run));
    if (query == subquery->plan()) return ExpressionPtr();
    return subquery->WithPlan(std::move(query), subquery->outer());
  });
}

}  // namespace firesteel
