#include <utility>

#include "arrow/record_batch.h"
#include "optimizer/rules.h"
#include "optimizer/shared_tables.h"
#include "plan/attribute_set.h"
#include "plan/deduplicate.h"
#include "plan/event_time.h"
#include "plan/joins.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/relations.h"
#include "plan/windows.h"

namespace firesteel {

namespace {

using Columns = std::vector<AttributePtr>;
using Expressions = std::vector<ExpressionPtr>;

/// Narrows each node to what the node above it reads. A node may give more than is required
/// (filters pass on what they read themselves), never less, and keeps the order.
class Pruner {
 public:
  explicit Pruner(const PlanPtr& plan) : shared_(plan) {}

  Result<PlanPtr> Prune(const PlanPtr& node, const AttributeSet& required) const {
    switch (node->kind()) {
      case PlanKind::kProject: return PruneProject(node, *As<Project>(node), required);
      case PlanKind::kAggregate: return PruneAggregate(node, *As<Aggregate>(node), required);
      case PlanKind::kGenerate: return PruneGenerate(node, *As<Generate>(node), required);
      case PlanKind::kUnion: return PruneUnion(node, *As<Union>(node), required);
      case PlanKind::kTableScan: return PruneScan(node, *As<TableScan>(node), required);
      case PlanKind::kLocalRelation: return PruneLocal(node, *As<LocalRelation>(node), required);
      case PlanKind::kJoin: return PruneJoin(node, *As<Join>(node), required);
      case PlanKind::kExpand: return PruneExpand(node, *As<Expand>(node), required);
      case PlanKind::kDeduplicate: {
        return PruneDeduplicate(node, *As<Deduplicate>(node), required);
      }
      case PlanKind::kWindow: return PruneWindow(node, *As<ComputeWindows>(node), required);
      case PlanKind::kEventTimeWatermark:
      case PlanKind::kCollectMetrics:
      case PlanKind::kFilter:
      case PlanKind::kSort:
      case PlanKind::kOffset:
      case PlanKind::kRepartition:
      case PlanKind::kLimit: {
        AttributeSet read = required;
        for (const ExpressionPtr& expression : node->expressions()) read.AddReferences(expression);
        return PruneChild(node, read);
      }
      default: return PruneChildrenFully(node);
    }
  }

 private:
  Result<PlanPtr> PruneChild(const PlanPtr& node, const AttributeSet& required) const {
    ARROW_ASSIGN_OR_RAISE(PlanPtr child, Prune(node->child(), required));
    return child == node->child() ? node : node->WithNewChildren({std::move(child)});
  }

  // For nodes that pass everything on in a way unknown here.
  Result<PlanPtr> PruneChildrenFully(const PlanPtr& node) const {
    return MapChildren<LogicalPlan>(node, [this](const PlanPtr& child) {
      return Prune(child, AttributeSet(child->output()));
    });
  }

  static Expressions Keep(const Expressions& list, const AttributeSet& required) {
    Expressions kept;
    for (const ExpressionPtr& item : list) {
      if (required.Contains(ToAttribute(item)->id())) kept.push_back(item);
    }
    return kept;
  }

  static Columns Keep(const Columns& columns, const AttributeSet& required) {
    Columns kept;
    for (const AttributePtr& column : columns) {
      if (required.Contains(column->id())) kept.push_back(column);
    }
    return kept;
  }

  Result<PlanPtr> PruneProject(PlanPtr node, const Project& project,
                               const AttributeSet& required) const {
    Expressions kept = Keep(project.list(), required);
    AttributeSet read;
    for (const ExpressionPtr& item : kept) read.AddReferences(item);
    if (kept.size() < project.list().size()) {
      node = std::make_shared<Project>(std::move(kept), project.child());
    }
    return PruneChild(node, read);
  }

  Result<PlanPtr> PruneAggregate(PlanPtr node, const Aggregate& aggregate,
                                 const AttributeSet& required) const {
    Expressions kept = Keep(aggregate.output_list(), required);
    AttributeSet read;
    for (const ExpressionPtr& item : kept) read.AddReferences(item);
    for (const ExpressionPtr& key : aggregate.grouping()) read.AddReferences(key);
    if (kept.size() < aggregate.output_list().size()) {
      node = std::make_shared<Aggregate>(aggregate.grouping(), std::move(kept), aggregate.child());
    }
    return PruneChild(node, read);
  }

  Result<PlanPtr> PruneGenerate(const PlanPtr& node, const Generate& generate,
                                const AttributeSet& required) const {
    const Columns before = generate.kept();
    const Columns kept = Keep(before, required);
    AttributeSet read(kept);
    read.AddReferences(generate.generator());
    ARROW_ASSIGN_OR_RAISE(PlanPtr child, Prune(generate.child(), read));
    if (child == generate.child() && kept.size() == before.size()) return node;
    return PlanPtr(std::make_shared<Generate>(generate.generator(), generate.outer(),
                                              generate.generated(), std::move(child), kept));
  }

  Result<PlanPtr> PruneJoin(const PlanPtr& node, const Join& join,
                            const AttributeSet& required) const {
    AttributeSet read = required;
    if (join.condition() != nullptr) read.AddReferences(join.condition());
    ARROW_ASSIGN_OR_RAISE(PlanPtr left, PruneSide(join.left(), read));
    ARROW_ASSIGN_OR_RAISE(PlanPtr right, PruneSide(join.right(), read));
    if (left == join.left() && right == join.right()) return node;
    return join.WithNewChildren({std::move(left), std::move(right)});
  }

  /// A join copies what its sides give, so they give nothing but what is read.
  Result<PlanPtr> PruneSide(const PlanPtr& side, const AttributeSet& read) const {
    ARROW_ASSIGN_OR_RAISE(PlanPtr pruned, Prune(side, read));
    const Columns given = pruned->output();
    const Columns kept = Keep(given, read);
    if (kept.size() == given.size()) return pruned;
    return PlanPtr(std::make_shared<Project>(Expressions(kept.begin(), kept.end()),
                                             std::move(pruned)));
  }

  /// Rows are late by the event time, if it is there; and forgotten by it within the watermark.
  Result<PlanPtr> PruneDeduplicate(const PlanPtr& node, const Deduplicate& deduplicate,
                                   const AttributeSet& required) const {
    AttributeSet read = required;
    for (const ExpressionPtr& key : deduplicate.keys()) read.AddReferences(key);
    if (deduplicate.within_watermark()) {
      for (const AttributePtr& column : deduplicate.output()) {
        if (WatermarkDelayMs(*column)) read.Add(column->id());
      }
    }
    ARROW_ASSIGN_OR_RAISE(PlanPtr child, PruneSide(node->child(), read));
    return child == node->child() ? node : node->WithNewChildren({std::move(child)});
  }

  Result<PlanPtr> PruneExpand(const PlanPtr& node, const Expand& expand,
                              const AttributeSet& required) const {
    const Columns before = expand.output();
    const Columns kept = Keep(before, required);
    std::vector<Expressions> projections;
    AttributeSet read;
    for (const Expressions& projection : expand.projections()) {
      Expressions narrow;
      for (size_t i = 0; i < before.size(); ++i) {
        if (!required.Contains(before[i]->id())) continue;
        narrow.push_back(projection[i]);
        read.AddReferences(projection[i]);
      }
      projections.push_back(std::move(narrow));
    }
    ARROW_ASSIGN_OR_RAISE(PlanPtr child, Prune(expand.child(), read));
    if (child == expand.child() && kept.size() == before.size()) return node;
    return PlanPtr(std::make_shared<Expand>(std::move(projections), kept, std::move(child)));
  }

  Result<PlanPtr> PruneWindow(const PlanPtr& node, const ComputeWindows& window,
                              const AttributeSet& required) const {
    AttributeSet read = required;
    for (const ExpressionPtr& expression : window.expressions()) read.AddReferences(expression);
    return PruneChild(node, read);
  }

  // Columns of a union belong together by position, so every child must give exactly the required
  // ones.
  Result<PlanPtr> PruneUnion(const PlanPtr& node, const Union& all,
                             const AttributeSet& required) const {
    const Columns output = all.output();
    const Columns kept = Keep(output, required);
    std::vector<PlanPtr> children;
    bool changed = kept.size() < output.size();
    for (const PlanPtr& child : all.children()) {
      const Columns given = child->output();
      Expressions list;
      AttributeSet read;
      for (size_t i = 0; i < output.size(); ++i) {
        if (!required.Contains(output[i]->id())) continue;
        list.push_back(given[i]);
        read.Add(given[i]->id());
      }
      ARROW_ASSIGN_OR_RAISE(PlanPtr pruned, Prune(child, read));
      if (!GivesExactly(*pruned, list)) {
        pruned = std::make_shared<Project>(std::move(list), std::move(pruned));
      }
      changed |= pruned != child;
      children.push_back(std::move(pruned));
    }
    if (!changed) return node;
    return PlanPtr(std::make_shared<Union>(std::move(children), false, false, kept));
  }

  static bool GivesExactly(const LogicalPlan& plan, const Expressions& list) {
    const Columns output = plan.output();
    if (output.size() != list.size()) return false;
    for (size_t i = 0; i < output.size(); ++i) {
      if (output[i]->id() != As<Attribute>(list[i])->id()) return false;
    }
    return true;
  }

  Result<PlanPtr> PruneScan(const PlanPtr& node, const TableScan& scan,
                            const AttributeSet& required) const {
    if (shared_.Contains(scan)) return node;
    const Columns before = scan.output();
    Columns kept = Keep(before, required);
    if (kept.size() == before.size()) return node;
    return PlanPtr(scan.WithOutput(std::move(kept)));
  }

  Result<PlanPtr> PruneLocal(const PlanPtr& node, const LocalRelation& local,
                             const AttributeSet& required) const {
    const Columns before = local.output();
    std::vector<int> indexes;
    Columns kept;
    for (size_t i = 0; i < before.size(); ++i) {
      if (!required.Contains(before[i]->id())) continue;
      indexes.push_back(static_cast<int>(i));
      kept.push_back(before[i]);
    }
    if (kept.size() == before.size()) return node;
    std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
    for (const auto& batch : local.batches()) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatch> narrow,
                            batch->SelectColumns(indexes));
      batches.push_back(std::move(narrow));
    }
    return PlanPtr(std::make_shared<LocalRelation>(std::move(kept), std::move(batches)));
  }

  const SharedTables shared_;
};

}  // namespace

Result<PlanPtr> PruneColumns(const PlanPtr& plan) {
  const std::vector<AttributePtr> output = plan->output();
  ARROW_ASSIGN_OR_RAISE(PlanPtr pruned, Pruner(plan).Prune(plan, AttributeSet(output)));
  // A node may give more than was asked for; the result may not.
  if (pruned->output().size() == output.size()) return pruned;
  return PlanPtr(std::make_shared<Project>(
      std::vector<ExpressionPtr>(output.begin(), output.end()), std::move(pruned)));
}

}  // namespace firesteel
