#include <algorithm>
#include <optional>
#include <utility>

#include "analyzer/grouping_view.h"
#include "analyzer/name_scope.h"
#include "analyzer/resolve_expression.h"
#include "analyzer/rules.h"
#include "common/error.h"
#include "plan/attribute_set.h"
#include "plan/operators.h"
#include "plan/semantic_equality.h"
#include "plan/subqueries.h"

namespace firesteel {

namespace {

/// The aggregation below a sort or HAVING, seen through the nodes that a HAVING leaves.
const Aggregate* FindAggregate(const PlanPtr& plan) {
  if (const auto* aggregate = As<Aggregate>(plan)) return aggregate;
  if (plan->kind() == PlanKind::kFilter) return FindAggregate(plan->child());
  if (plan->kind() != PlanKind::kProject) return nullptr;
  for (const ExpressionPtr& item : As<Project>(plan)->list()) {
    if (item->kind() != ExpressionKind::kAttribute) return nullptr;
  }
  return FindAggregate(plan->child());
}

/// Rewrites expressions over the output of an aggregation so that what they use of its groups and
/// of its aggregate functions becomes columns of it.
class AboveAggregate {
 public:
  AboveAggregate(const Aggregate& aggregate, std::vector<AttributePtr> output, Resolver* resolver)
      : view_(aggregate),
        output_(std::move(output)),
        list_(aggregate.output_list()),
        output_scope_(output_, resolver),
        row_scope_(view_.row_columns(), resolver),
        group_scope_(view_.group_columns(), resolver),
        resolver_(resolver) {
    for (const ExpressionPtr& item : list_) produced_.Add(ToAttribute(item)->id());
  }

  /// The expression over the (longer) output of the aggregation; unchanged when it reads more than
  /// the groups.
  Result<ExpressionPtr> Rewrite(const ExpressionPtr& expression) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr resolved, Names(expression));
    std::vector<AttributePtr> visible = output_;
    const std::vector<AttributePtr>& groups = view_.group_columns();
    visible.insert(visible.end(), groups.begin(), groups.end());
    ARROW_ASSIGN_OR_RAISE(resolved, ResolveQueries(resolved, visible, resolver_));
    ARROW_ASSIGN_OR_RAISE(resolved, ResolveCalls(resolved, *resolver_));
    ARROW_ASSIGN_OR_RAISE(resolved, view_.ReplaceGroupingCalls(resolved, *resolver_));
    if (!resolved->resolved()) return expression;
    const size_t before = list_.size();
    ARROW_ASSIGN_OR_RAISE(std::optional<ExpressionPtr> pulled, Pull(resolved));
    if (pulled) return *pulled;
    list_.resize(before);
    return expression;
  }

  const std::vector<ExpressionPtr>& list() const { return list_; }

 private:
  /// Looks names up: the arguments of aggregate functions among the rows, others in the output and
  /// then among the groups.
  Result<ExpressionPtr> Names(const ExpressionPtr& expression) {
    using Name = const UnresolvedAttribute&;
    if (IsAggregateCall(*expression)) {
      return ResolveNames(expression, [this](Name name) -> Result<ExpressionPtr> {
        ARROW_ASSIGN_OR_RAISE(ExpressionPtr found, row_scope_.Find(name.parts()));
        return found != nullptr ? found : output_scope_.Find(name.parts());
      });
    }
    if (expression->kind() == ExpressionKind::kUnresolvedAttribute) {
      return ResolveNames(expression, [this](Name name) -> Result<ExpressionPtr> {
        ARROW_ASSIGN_OR_RAISE(ExpressionPtr found, output_scope_.Find(name.parts()));
        if (found != nullptr) return found;
        ARROW_ASSIGN_OR_RAISE(found, group_scope_.Find(name.parts()));
        return found != nullptr ? found : row_scope_.Find(name.parts());
      });
    }
    return MapChildren<Expression>(expression,
                                   [this](const ExpressionPtr& child) { return Names(child); });
  }

  /// Replaces what the aggregation computes by its columns; nothing when something else is left.
  Result<std::optional<ExpressionPtr>> Pull(const ExpressionPtr& expression) {
    if (expression->kind() == ExpressionKind::kAggregate) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr call, OverRows(expression));
      return std::optional<ExpressionPtr>(Produce(call));
    }
    const auto* column = As<Attribute>(expression);
    if (column != nullptr && produced_.Contains(column->id())) {
      return std::optional<ExpressionPtr>(expression);
    }
    if (const ExpressionPtr group = view_.GroupOf(expression)) {
      return std::optional<ExpressionPtr>(Produce(group));
    }
    if (column != nullptr) return std::optional<ExpressionPtr>();
    std::vector<ExpressionPtr> children;
    bool changed = false;
    for (const ExpressionPtr& child : expression->children()) {
      ARROW_ASSIGN_OR_RAISE(std::optional<ExpressionPtr> pulled, Pull(child));
      if (!pulled) return pulled;
      changed |= *pulled != child;
      children.push_back(*std::move(pulled));
    }
    if (!changed) return std::optional<ExpressionPtr>(expression);
    return std::optional<ExpressionPtr>(expression->WithNewChildren(std::move(children)));
  }

  /// A call that reads the aggregation's output, over its input.
  Result<ExpressionPtr> OverRows(const ExpressionPtr& call) {
    return TransformUp<Expression>(call, [this](const ExpressionPtr& e) -> Result<ExpressionPtr> {
      const auto* column = As<Attribute>(e);
      if (column == nullptr) return ExpressionPtr();
      for (const ExpressionPtr& item : list_) {
        const auto* alias = As<Alias>(item);
        if (alias != nullptr && alias->id() == column->id()) return alias->child(0);
      }
      return ExpressionPtr();
    });
  }

  /// The column of the aggregation with this value, a new one if there is none.
  ExpressionPtr Produce(const ExpressionPtr& value) {
    for (const ExpressionPtr& item : list_) {
      if (SemanticallyEqual(*WithoutAlias(item), *value)) return ToAttribute(item);
    }
    ExpressionPtr item = value;
    if (!IsNamed(*value)) item = std::make_shared<Alias>(value, value->Sql());
    list_.push_back(item);
    produced_.Add(ToAttribute(item)->id());
    return ToAttribute(item);
  }

  GroupingView view_;
  std::vector<AttributePtr> output_;
  std::vector<ExpressionPtr> list_;
  AttributeSet produced_;
  NameScope output_scope_;
  NameScope row_scope_;
  NameScope group_scope_;
  Resolver* resolver_;
};

/// The plan over an aggregation with a longer list, which passes the new columns on.
PlanPtr Extend(const PlanPtr& plan, const std::vector<ExpressionPtr>& list) {
  if (const auto* aggregate = As<Aggregate>(plan)) {
    return std::make_shared<Aggregate>(aggregate->grouping(), list, aggregate->child());
  }
  PlanPtr below = Extend(plan->child(), list);
  const auto* project = As<Project>(plan);
  if (project == nullptr) return plan->WithNewChildren({std::move(below)});
  std::vector<ExpressionPtr> columns = project->list();
  AttributeSet given(project->output());
  for (const AttributePtr& column : below->output()) {
    if (!given.Contains(column->id())) columns.push_back(column);
  }
  return std::make_shared<Project>(std::move(columns), std::move(below));
}

bool NeedsWork(const std::vector<ExpressionPtr>& expressions) {
  return std::any_of(expressions.begin(), expressions.end(), [](const ExpressionPtr& expression) {
    return !expression->resolved() || HasAggregate(expression);
  });
}

bool IsAll(const std::vector<ExpressionPtr>& expressions) {
  if (expressions.size() != 1 || expressions[0]->kind() != ExpressionKind::kSortOrder) return false;
  return IsAllKeyword(expressions[0]->child(0));
}

/// HAVING without an aggregation stands over one without keys, whose list the checks refuse; what
/// is left is a filter.
PlanPtr AsFilter(const PlanPtr& node) {
  const auto* having = As<Having>(node);
  if (having == nullptr || !having->condition()->resolved()) return node;
  return std::make_shared<Filter>(having->condition(), having->child());
}

/// HAVING is about the groups, so it goes below the windows over them; nullptr when there are none.
PlanPtr HavingBelowWindows(const PlanPtr& plan, const ExpressionPtr& condition, bool windowed) {
  const bool is_window = plan->kind() == PlanKind::kWindow;
  if (is_window || plan->kind() == PlanKind::kProject) {
    PlanPtr below = HavingBelowWindows(plan->child(), condition, windowed || is_window);
    return below == nullptr ? nullptr : plan->WithNewChildren({std::move(below)});
  }
  if (!windowed || plan->kind() != PlanKind::kAggregate) return nullptr;
  return std::make_shared<Having>(condition, plan);
}

}  // namespace

Result<PlanPtr> ResolveAboveAggregates(const PlanPtr& node, Resolver* resolver) {
  if (node->kind() != PlanKind::kSort && node->kind() != PlanKind::kHaving) return node;
  if (const auto* having = As<Having>(node)) {
    const PlanPtr below = HavingBelowWindows(having->child(), having->condition(), false);
    if (below != nullptr) return below;
  }
  std::vector<ExpressionPtr> expressions = node->expressions();
  if (!NeedsWork(expressions) || IsAll(expressions)) return AsFilter(node);
  const Aggregate* aggregate = FindAggregate(node->child());
  if (aggregate == nullptr) return AsFilter(node);
  const std::vector<AttributePtr> output = node->child()->output();
  AboveAggregate above(*aggregate, output, resolver);
  bool changed = false;
  for (ExpressionPtr& expression : expressions) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr rewritten, above.Rewrite(expression));
    changed |= rewritten != expression;
    expression = std::move(rewritten);
  }
  if (!changed) return AsFilter(node);
  PlanPtr result = node->WithNewExpressions(std::move(expressions));
  if (above.list().size() == aggregate->output_list().size()) return AsFilter(result);
  result = AsFilter(result->WithNewChildren({Extend(node->child(), above.list())}));
  if (result->kind() == PlanKind::kHaving) return node;
  std::vector<ExpressionPtr> visible(output.begin(), output.end());
  return PlanPtr(std::make_shared<Project>(std::move(visible), std::move(result)));
}

}  // namespace firesteel
