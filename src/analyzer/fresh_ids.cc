#include "analyzer/fresh_ids.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "expr/window.h"
#include "plan/attribute_set.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/recursion.h"
#include "plan/relations.h"
#include "plan/subqueries.h"
#include "plan/user_rows.h"

namespace firesteel {

namespace {

/// Renames the columns of one plan. Used once.
class Renaming {
 public:
  void Collect(const PlanPtr& plan) {
    for (const AttributePtr& column : plan->output()) ids_.emplace(column->id(), 0);
    for (const PlanPtr& child : plan->children()) Collect(child);
  }

  void Choose() {
    for (auto& [id, renamed] : ids_) renamed = NewExprId();
  }

  Result<PlanPtr> Apply(const PlanPtr& plan) {
    if (const auto found = done_.find(plan); found != done_.end()) return found->second;
    ARROW_ASSIGN_OR_RAISE(
        PlanPtr node,
        MapChildren<LogicalPlan>(plan, [this](const PlanPtr& child) { return Apply(child); }));
    ARROW_ASSIGN_OR_RAISE(
        node, TransformExpressions(node, [this](const ExpressionPtr& e) { return Rename(e); }));
    node = RenameOutput(node);
    if (plan->analyzed()) node->MarkAnalyzed();
    done_.emplace(plan, node);
    return node;
  }

 private:
  AttributePtr RenameColumn(const AttributePtr& column) const {
    const auto found = ids_.find(column->id());
    if (found == ids_.end()) return column;
    return std::make_shared<Attribute>(column->name(), column->type(), column->nullable(),
                                       found->second, column->qualifier(), column->metadata());
  }

  std::vector<AttributePtr> RenameAll(std::vector<AttributePtr> columns) const {
    for (AttributePtr& column : columns) column = RenameColumn(column);
    return columns;
  }

  Result<ExpressionPtr> Rename(const ExpressionPtr& expression) {
    if (expression->kind() == ExpressionKind::kAttribute) {
      return ExpressionPtr(RenameColumn(std::static_pointer_cast<const Attribute>(expression)));
    }
    if (const auto* alias = As<Alias>(expression)) {
      const auto found = ids_.find(alias->id());
      if (found == ids_.end()) return ExpressionPtr();
      return ExpressionPtr(std::make_shared<Alias>(alias->child(0), alias->name(), found->second,
                                                   alias->ToAttribute()->metadata()));
    }
    if (const auto* subquery = As<SubqueryExpression>(expression)) {
      ARROW_ASSIGN_OR_RAISE(PlanPtr plan, RenameOuter(subquery->plan()));
      if (plan == subquery->plan()) return ExpressionPtr();
      return subquery->WithPlan(std::move(plan), subquery->outer());
    }
    return ExpressionPtr();
  }

  /// Renames what a query inside reads of this plan.
  Result<PlanPtr> RenameOuter(const PlanPtr& plan) {
    ARROW_ASSIGN_OR_RAISE(
        PlanPtr node, MapChildren<LogicalPlan>(
                          plan, [this](const PlanPtr& child) { return RenameOuter(child); }));
    ARROW_ASSIGN_OR_RAISE(
        node, TransformExpressions(node, [this](const ExpressionPtr& e) -> Result<ExpressionPtr> {
          const auto* outer = As<OuterReference>(e);
          if (outer == nullptr) return ExpressionPtr();
          AttributePtr column = RenameColumn(outer->column());
          if (column == outer->column()) return ExpressionPtr();
          return ExpressionPtr(std::make_shared<OuterReference>(std::move(column)));
        }));
    if (node != plan && plan->analyzed()) node->MarkAnalyzed();
    return node;
  }

  /// Nodes that list their columns outside of expressions.
  PlanPtr RenameOutput(const PlanPtr& node) const {
    if (const auto* rows = As<LocalRelation>(node)) {
      return std::make_shared<LocalRelation>(RenameAll(rows->output()), rows->batches());
    }
    if (const auto* scan = As<TableScan>(node)) return scan->WithOutput(RenameAll(scan->output()));
    if (const auto* input = As<RecursionInput>(node)) {
      return input->WithOutput(RenameAll(input->output()));
    }
    if (const auto* recursion = As<Recursion>(node)) {
      return recursion->WithOutput(RenameAll(recursion->output()));
    }
    if (const auto* range = As<Range>(node)) {
      return std::make_shared<Range>(range->start(), range->end(), range->step(),
                                     range->partitions(), RenameColumn(range->output()[0]));
    }
    if (const auto* generate = As<Generate>(node)) {
      return std::make_shared<Generate>(generate->generator(), generate->outer(),
                                        RenameAll(generate->generated()), generate->child());
    }
    if (const auto* all = As<Union>(node)) {
      return std::make_shared<Union>(all->children(), all->by_name(),
                                     all->allow_missing_columns(), RenameAll(all->output()));
    }
    if (const auto* set = As<SetOperation>(node)) {
      return std::make_shared<SetOperation>(set->operation(), set->all(), set->child(0),
                                            set->child(1), RenameAll(set->output()));
    }
    if (const auto* rows = As<UserRows>(node)) return rows->WithOutput(RenameAll(rows->output()));
    if (const auto* expand = As<Expand>(node)) {
      return std::make_shared<Expand>(expand->projections(), RenameAll(expand->output()),
                                      expand->child());
    }
    return node;
  }

  std::unordered_map<ExprId, ExprId> ids_;
  std::unordered_map<PlanPtr, PlanPtr> done_;
};

}  // namespace

Result<PlanPtr> WithFreshIds(const PlanPtr& plan) {
  Renaming renaming;
  renaming.Collect(plan);
  renaming.Choose();
  return renaming.Apply(plan);
}

bool SharesIds(const std::vector<AttributePtr>& columns, const PlanPtr& plan) {
  const AttributeSet ids(columns);
  const std::vector<AttributePtr> output = plan->output();
  return std::any_of(output.begin(), output.end(),
                     [&ids](const AttributePtr& column) { return ids.Contains(column->id()); });
}

}  // namespace firesteel
