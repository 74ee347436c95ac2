#include "optimizer/decorrelation.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "common/error.h"
#include "expr/aggregate.h"
#include "expr/function.h"
#include "expr/window.h"
#include "optimizer/conjunction.h"
#include "plan/attribute_set.h"
#include "plan/joins.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/semantic_equality.h"
#include "plan/subqueries.h"
#include "plan/windows.h"

namespace firesteel {

namespace {

using Expressions = std::vector<ExpressionPtr>;

bool HasAttribute(const ExpressionPtr& expression) {
  return !AttributeSet::References(expression).empty();
}

void CollectColumns(const ExpressionPtr& expression, std::vector<AttributePtr>* columns) {
  if (As<Attribute>(expression)) {
    columns->push_back(std::static_pointer_cast<const Attribute>(expression));
  }
  for (const ExpressionPtr& child : expression->children()) CollectColumns(child, columns);
}

/// What conditions and computed columns read of the subquery.
std::vector<AttributePtr> NeededColumns(const Decorrelated& below) {
  std::vector<AttributePtr> columns;
  for (const ExpressionPtr& condition : below.conditions) CollectColumns(condition, &columns);
  for (const auto& [id, value] : below.computed) CollectColumns(value, &columns);
  return columns;
}

void AppendMissing(const std::vector<AttributePtr>& columns, Expressions* list) {
  AttributeSet present;
  for (const ExpressionPtr& item : *list) present.Add(ToAttribute(item)->id());
  for (const AttributePtr& column : columns) {
    if (present.Contains(column->id())) continue;
    present.Add(column->id());
    list->push_back(column);
  }
}

Result<Decorrelated> OfFilter(const Filter& filter) {
  ARROW_ASSIGN_OR_RAISE(Decorrelated result, Decorrelate(filter.child()));
  ARROW_ASSIGN_OR_RAISE(const ExpressionPtr condition,
                        Replace(filter.condition(), result.computed));
  Expressions kept;
  for (ExpressionPtr& part : SplitConjunction(condition)) {
    (ReadsOuter(part) ? result.conditions : kept).push_back(std::move(part));
  }
  ARROW_ASSIGN_OR_RAISE(result.plan, FilterBy(kept, std::move(result.plan)));
  return result;
}

Result<Decorrelated> OfProject(const Project& project) {
  ARROW_ASSIGN_OR_RAISE(Decorrelated result, Decorrelate(project.child()));
  Expressions list;
  std::map<ExprId, ExpressionPtr> computed;
  for (const ExpressionPtr& item : project.list()) {
    const AttributePtr column = ToAttribute(item);
    const ExpressionPtr& value = As<Alias>(item) ? item->child(0) : item;
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr replaced, Replace(value, result.computed));
    if (ReadsOuter(replaced)) {
      computed[column->id()] = std::move(replaced);
    } else {
      list.push_back(item);
    }
  }
  result.computed = std::move(computed);
  AppendMissing(NeededColumns(result), &list);
  result.plan = std::make_shared<Project>(std::move(list), std::move(result.plan));
  return result;
}

/// Groups by what the conditions read as well. Groups become finer, which changes no aggregate if
/// each row around the subquery still meets one of them, as equality makes sure.
class AggregateRewrite {
 public:
  explicit AggregateRewrite(const Aggregate& aggregate)
      : aggregate_(aggregate),
        grouping_(aggregate.grouping()),
        list_(aggregate.output_list()),
        has_calls_(std::any_of(list_.begin(), list_.end(), [](const ExpressionPtr& item) {
          return Exists<Expression>(
              item, [](const Expression& e) { return e.kind() == ExpressionKind::kAggregate; });
        })) {}

  Result<Decorrelated> Apply() {
    ARROW_ASSIGN_OR_RAISE(Decorrelated result, Decorrelate(aggregate_.child()));
    for (const ExpressionPtr& expression : aggregate_.expressions()) {
      ARROW_ASSIGN_OR_RAISE(const ExpressionPtr replaced, Replace(expression, result.computed));
      if (ReadsOuter(replaced)) return UnsupportedCorrelation(expression);
    }
    result.computed.clear();
    for (ExpressionPtr& condition : result.conditions) {
      if (grouping_.empty()) return UnsupportedCorrelation(condition);
      ARROW_ASSIGN_OR_RAISE(condition, Carry(condition));
    }
    result.plan = std::make_shared<Aggregate>(grouping_, list_, std::move(result.plan));
    return result;
  }

 private:
  /// Makes the aggregation give what the condition reads; returns the condition over its output.
  Result<ExpressionPtr> Carry(const ExpressionPtr& condition) {
    if (!has_calls_) {
      std::vector<AttributePtr> columns;
      CollectColumns(condition, &columns);
      for (const AttributePtr& column : columns) CarryValue(column);
      return condition;
    }
    if (!IsCorrelatedEquality(condition)) return UnsupportedCorrelation(condition);
    Expressions sides = condition->children();
    ExpressionPtr& own = HasAttribute(sides[0]) ? sides[0] : sides[1];
    own = CarryValue(own);
    return condition->WithNewChildren(std::move(sides));
  }

  ExpressionPtr CarryValue(const ExpressionPtr& value) {
    const bool grouped =
        std::any_of(grouping_.begin(), grouping_.end(), [&](const ExpressionPtr& key) {
          return SemanticallyEqual(*key, *value);
        });
    if (!grouped) grouping_.push_back(value);
    for (const ExpressionPtr& item : list_) {
      if (SemanticallyEqual(*item, *value)) return ToAttribute(item);
    }
    if (As<Attribute>(value)) {
      list_.push_back(value);
      return value;
    }
    const auto named = std::make_shared<Alias>(value, value->Sql());
    list_.push_back(named);
    return named->ToAttribute();
  }

  const Aggregate& aggregate_;
  Expressions grouping_;
  Expressions list_;
  bool has_calls_;
};

Result<Decorrelated> OfJoin(const Join& join) {
  const bool inner = join.type() == JoinType::kInner || join.type() == JoinType::kCross;
  const bool left_keeps = inner || (join.type() != JoinType::kRightOuter &&
                                    join.type() != JoinType::kFullOuter);
  const bool right_keeps = inner || join.type() == JoinType::kRightOuter;
  Decorrelated left{join.left(), {}, {}};
  Decorrelated right{join.right(), {}, {}};
  if (left_keeps) {
    ARROW_ASSIGN_OR_RAISE(left, Decorrelate(join.left()));
  }
  if (right_keeps) {
    ARROW_ASSIGN_OR_RAISE(right, Decorrelate(join.right()));
  }
  Decorrelated result;
  result.conditions = std::move(left.conditions);
  result.conditions.insert(result.conditions.end(), right.conditions.begin(),
                           right.conditions.end());
  result.computed = std::move(left.computed);
  result.computed.merge(right.computed);
  result.plan = join.WithNewChildren({left.plan, right.plan});
  if (join.condition()) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr condition, Replace(join.condition(), result.computed));
    Expressions kept;
    for (ExpressionPtr& part : SplitConjunction(condition)) {
      (ReadsOuter(part) && inner ? result.conditions : kept).push_back(std::move(part));
    }
    condition = nullptr;
    if (!kept.empty()) {
      ARROW_ASSIGN_OR_RAISE(condition, JoinConjunction(kept));
    }
    result.plan =
        result.plan->WithNewExpressions(condition ? Expressions{condition} : Expressions{});
  }
  return result;
}

Result<Decorrelated> OfGenerate(const Generate& generate) {
  if (ReadsOuter(generate.generator())) return UnsupportedCorrelation(generate.generator());
  ARROW_ASSIGN_OR_RAISE(Decorrelated result, Decorrelate(generate.child()));
  for (const auto& [id, value] : result.computed) {
    AttributeSet read = AttributeSet::References(generate.generator());
    if (read.Contains(id)) return UnsupportedCorrelation(generate.generator());
  }
  result.plan = std::make_shared<Generate>(generate.generator(), generate.outer(),
                                           generate.generated(), std::move(result.plan));
  return result;
}

/// What an equality with a value of the query around says of the subquery.
ExpressionPtr OwnSide(const ExpressionPtr& equality) {
  return ReadsOuter(equality->child(0)) ? equality->child(1) : equality->child(0);
}

/// Each row of the query around sees a part of the subquery's rows, so the windows are cut by what
/// tells the parts apart.
Result<Decorrelated> OfWindow(const ComputeWindows& window) {
  ARROW_ASSIGN_OR_RAISE(Decorrelated result, Decorrelate(window.child()));
  Expressions keys;
  for (const ExpressionPtr& condition : result.conditions) {
    if (!IsCorrelatedEquality(condition)) return UnsupportedCorrelation(condition);
    keys.push_back(OwnSide(condition));
  }
  const auto reads_computed = [&result](const ExpressionPtr& expression) {
    const AttributeSet read = AttributeSet::References(expression);
    return ReadsOuter(expression) ||
           std::any_of(result.computed.begin(), result.computed.end(),
                       [&read](const auto& entry) { return read.Contains(entry.first); });
  };
  Expressions functions;
  for (const ExpressionPtr& function : window.functions()) {
    if (reads_computed(function)) return UnsupportedCorrelation(function);
    const auto* over = As<WindowExpression>(function->child(0));
    if (over == nullptr) return UnsupportedCorrelation(function);
    Expressions partition = over->partition();
    partition.insert(partition.end(), keys.begin(), keys.end());
    Expressions offsets;
    if (over->lower_offset() != nullptr) offsets.push_back(over->lower_offset());
    if (over->upper_offset() != nullptr) offsets.push_back(over->upper_offset());
    functions.push_back(function->WithNewChildren({std::make_shared<WindowExpression>(
        over->function(), std::move(partition), over->order(), over->frame(), std::move(offsets),
        over->origin(), over->specification())}));
  }
  Expressions partition = window.partition();
  partition.insert(partition.end(), keys.begin(), keys.end());
  result.plan = std::make_shared<ComputeWindows>(std::move(functions), std::move(partition),
                                                 window.order(), std::move(result.plan));
  return result;
}

}  // namespace

bool ReadsOuter(const ExpressionPtr& expression) {
  return Exists<Expression>(expression, [](const Expression& e) {
    return e.kind() == ExpressionKind::kOuterReference;
  });
}

bool ReadsOuter(const PlanPtr& plan) {
  return Exists<LogicalPlan>(plan, [](const LogicalPlan& node) {
    const Expressions expressions = node.expressions();
    return std::any_of(expressions.begin(), expressions.end(),
                       [](const ExpressionPtr& expression) { return ReadsOuter(expression); });
  });
}

Result<ExpressionPtr> WithoutOuterReferences(const ExpressionPtr& expression) {
  return TransformUp<Expression>(
      expression, [](const ExpressionPtr& e) -> Result<ExpressionPtr> {
        const auto* outer = As<OuterReference>(e);
        return outer == nullptr ? ExpressionPtr() : ExpressionPtr(outer->column());
      });
}

bool IsCorrelatedEquality(const ExpressionPtr& condition) {
  const auto* call = As<ScalarFunction>(condition);
  if (call == nullptr || (call->name() != "=" && call->name() != "<=>")) return false;
  const auto is_pair = [](const ExpressionPtr& own, const ExpressionPtr& outer) {
    return HasAttribute(own) && !ReadsOuter(own) && !HasAttribute(outer) && ReadsOuter(outer);
  };
  return is_pair(call->child(0), call->child(1)) || is_pair(call->child(1), call->child(0));
}

Result<ExpressionPtr> Replace(const ExpressionPtr& expression,
                              const std::map<ExprId, ExpressionPtr>& values) {
  if (values.empty()) return expression;
  return TransformUp<Expression>(
      expression, [&](const ExpressionPtr& e) -> Result<ExpressionPtr> {
        const auto* column = As<Attribute>(e);
        if (column == nullptr) return ExpressionPtr();
        const auto found = values.find(column->id());
        return found == values.end() ? ExpressionPtr() : found->second;
      });
}

Status UnsupportedCorrelation(const ExpressionPtr& expression) {
  return MakeError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE",
                   {{"sqlExprs", "\"" + expression->Sql() + "\""}});
}

Result<Decorrelated> Decorrelate(const PlanPtr& plan) {
  if (!ReadsOuter(plan)) return Decorrelated{plan, {}, {}};
  switch (plan->kind()) {
    case PlanKind::kFilter: return OfFilter(*As<Filter>(plan));
    case PlanKind::kProject: return OfProject(*As<Project>(plan));
    case PlanKind::kAggregate: return AggregateRewrite(*As<Aggregate>(plan)).Apply();
    case PlanKind::kJoin: {
      ARROW_ASSIGN_OR_RAISE(Decorrelated result, OfJoin(*As<Join>(plan)));
      if (!ReadsOuter(result.plan)) return result;
      break;
    }
    case PlanKind::kGenerate: return OfGenerate(*As<Generate>(plan));
    case PlanKind::kWindow: return OfWindow(*As<ComputeWindows>(plan));
    // The order of rows matters to a limit alone, through which nothing is moved.
    case PlanKind::kSort:
    case PlanKind::kSubqueryAlias: return Decorrelate(plan->child());
    default: break;
  }
  return MakeError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE",
                   {{"sqlExprs", plan->Describe()}});
}

}  // namespace firesteel
