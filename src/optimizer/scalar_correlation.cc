#include "optimizer/scalar_correlation.h"

#include <algorithm>
#include <utility>

#include "arrow/array/array_base.h"
#include "expr/aggregate.h"
#include "functions/registry.h"
#include "optimizer/bind_function.h"
#include "optimizer/conjunction.h"
#include "optimizer/decorrelation.h"
#include "optimizer/substitution.h"
#include "plan/attribute_set.h"
#include "plan/joins.h"
#include "plan/operators.h"
#include "plan/relations.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

using Expressions = std::vector<ExpressionPtr>;

Result<ExpressionPtr> True() { return Literal::Of(true); }

/// What the aggregate gives without any row.
Result<ExpressionPtr> EmptyValue(const AggregateCall& call) {
  const std::unique_ptr<Accumulator> accumulator = call.bound().NewAccumulator();
  ARROW_RETURN_NOT_OK(accumulator->Resize(1));
  ARROW_ASSIGN_OR_RAISE(const auto array, accumulator->Finish());
  return Literal::Make(GetValue(*array, 0, call.type()), call.type());
}

Expressions ColumnsOf(const PlanPtr& plan) {
  const std::vector<AttributePtr> output = plan->output();
  return Expressions(output.begin(), output.end());
}

/// A column that is missing where an outer join found nothing.
ExpressionPtr Missable(const Alias& alias) { return alias.ToAttribute()->WithNullable(true); }

Result<ExpressionPtr> ConditionOf(const Expressions& conditions) {
  Expressions plain;
  for (const ExpressionPtr& condition : conditions) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr one, WithoutOuterReferences(condition));
    plain.push_back(std::move(one));
  }
  if (plain.empty()) return ExpressionPtr();
  return JoinConjunction(plain);
}

/// A subquery that aggregates all rows it finds for a row around it.
class AggregatedScalar {
 public:
  /// `value`: what the subquery gives, over the aggregation's output.
  static Result<JoinedValue> Join(PlanPtr plan, const Aggregate& aggregate, ExpressionPtr value) {
    AggregatedScalar scalar;
    ARROW_ASSIGN_OR_RAISE(scalar.below_, Decorrelate(aggregate.child()));
    ARROW_ASSIGN_OR_RAISE(value, Substitution(aggregate.output_list()).Apply(value));
    ARROW_ASSIGN_OR_RAISE(value, Replace(value, scalar.below_.computed));
    scalar.value_ = std::move(value);
    scalar.CollectCalls(scalar.value_);
    const bool by_key =
        std::all_of(scalar.below_.conditions.begin(), scalar.below_.conditions.end(),
                    IsCorrelatedEquality) &&
        std::none_of(scalar.calls_.begin(), scalar.calls_.end(),
                     [](const ExpressionPtr& call) { return ReadsOuter(call); });
    return by_key ? scalar.JoinByKey(std::move(plan)) : scalar.JoinByRow(std::move(plan));
  }

 private:
  void CollectCalls(const ExpressionPtr& expression) {
    if (As<AggregateCall>(expression)) {
      calls_.push_back(expression);
      return;
    }
    for (const ExpressionPtr& child : expression->children()) CollectCalls(child);
  }

  /// The value with other expressions in the place of the calls.
  Result<ExpressionPtr> ValueWith(const Expressions& replacements) const {
    ARROW_ASSIGN_OR_RAISE(
        const ExpressionPtr replaced,
        TransformDown<Expression>(value_, [&](const ExpressionPtr& e) -> Result<ExpressionPtr> {
          for (size_t i = 0; i < calls_.size(); ++i) {
            if (e == calls_[i]) return replacements[i];
          }
          return ExpressionPtr();
        }));
    return WithoutOuterReferences(replaced);
  }

  /// Groups by what is compared with the row around, and joins the groups: each is computed once.
  Result<JoinedValue> JoinByKey(PlanPtr plan) const {
    Expressions grouping;
    Expressions list;
    Expressions conditions;
    for (const ExpressionPtr& condition : below_.conditions) {
      Expressions sides = condition->children();
      ExpressionPtr& own = ReadsOuter(sides[0]) ? sides[1] : sides[0];
      const auto key = std::make_shared<Alias>(own, own->Sql());
      grouping.push_back(own);
      list.push_back(key);
      own = key->ToAttribute();
      conditions.push_back(condition->WithNewChildren(std::move(sides)));
    }
    Expressions found;
    Expressions empty;
    for (const ExpressionPtr& call : calls_) {
      const auto named = std::make_shared<Alias>(call, call->Sql());
      list.push_back(named);
      found.push_back(Missable(*named));
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr nothing, EmptyValue(*As<AggregateCall>(call)));
      empty.push_back(std::move(nothing));
    }
    const PlanPtr groups = std::make_shared<Aggregate>(grouping, list, below_.plan);
    ARROW_ASSIGN_OR_RAISE(const ExpressionPtr truth, True());
    const auto flag = std::make_shared<Alias>(truth, "found");
    Expressions flagged = ColumnsOf(groups);
    flagged.push_back(flag);
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr condition, ConditionOf(conditions));
    JoinedValue joined;
    joined.plan = std::make_shared<firesteel::Join>(
        std::move(plan), std::make_shared<Project>(std::move(flagged), groups),
        JoinType::kLeftOuter, std::move(condition));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr value, ValueWith(found));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr otherwise, ValueWith(empty));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr missing, BindFunction("isnull", {Missable(*flag)}));
    joined.value = std::make_shared<Conditional>(
        Expressions{std::move(missing), std::move(otherwise), std::move(value)});
    return joined;
  }

  /// Joins the rows first and groups by the row around, which gets a number for that.
  Result<JoinedValue> JoinByRow(PlanPtr plan) const {
    Expressions numbered = ColumnsOf(plan);
    Expressions kept = numbered;
    ARROW_ASSIGN_OR_RAISE(const ExpressionPtr number,
                          BindFunction("monotonically_increasing_id", {}));
    const auto row = std::make_shared<Alias>(number, "row");
    numbered.push_back(row);
    Expressions flagged = ColumnsOf(below_.plan);
    ARROW_ASSIGN_OR_RAISE(const ExpressionPtr truth, True());
    const auto flag = std::make_shared<Alias>(truth, "found");
    flagged.push_back(flag);
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr condition, ConditionOf(below_.conditions));
    const PlanPtr pairs = std::make_shared<firesteel::Join>(
        std::make_shared<Project>(std::move(numbered), std::move(plan)),
        std::make_shared<Project>(std::move(flagged), below_.plan), JoinType::kLeftOuter,
        std::move(condition));
    Expressions grouping = kept;
    grouping.push_back(row->ToAttribute());
    Expressions values;
    for (const ExpressionPtr& call : calls_) {
      // A row that found nothing stands beside NULLs, which must not be counted.
      Expressions arguments;
      for (const ExpressionPtr& child : call->children()) {
        ARROW_ASSIGN_OR_RAISE(ExpressionPtr argument, WithoutOuterReferences(child));
        arguments.push_back(std::make_shared<Conditional>(
            Expressions{Missable(*flag), std::move(argument)}));
      }
      const auto named =
          std::make_shared<Alias>(call->WithNewChildren(std::move(arguments)), call->Sql());
      kept.push_back(named);
      values.push_back(named->ToAttribute());
    }
    JoinedValue joined;
    joined.plan = std::make_shared<Aggregate>(std::move(grouping), std::move(kept), pairs);
    ARROW_ASSIGN_OR_RAISE(joined.value, ValueWith(values));
    return joined;
  }

  Decorrelated below_;
  ExpressionPtr value_;
  Expressions calls_;
};

/// A subquery that must find at most one row.
Result<JoinedValue> JoinSingleRow(PlanPtr plan, const PlanPtr& query) {
  const AttributePtr column = query->output()[0];
  ARROW_ASSIGN_OR_RAISE(const Decorrelated inner, Decorrelate(query));
  Expressions flagged = ColumnsOf(inner.plan);
  ARROW_ASSIGN_OR_RAISE(const ExpressionPtr truth, True());
  const auto flag = std::make_shared<Alias>(truth, "found");
  JoinedValue joined;
  joined.value = column->WithNullable(true);
  const auto computed = inner.computed.find(column->id());
  if (computed != inner.computed.end()) {
    flagged.push_back(flag);
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr value, WithoutOuterReferences(computed->second));
    joined.value =
        std::make_shared<Conditional>(Expressions{Missable(*flag), std::move(value)});
  }
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr condition, ConditionOf(inner.conditions));
  joined.plan = std::make_shared<Join>(std::move(plan),
                                       std::make_shared<Project>(std::move(flagged), inner.plan),
                                       JoinType::kLeftSingle, std::move(condition));
  return joined;
}

}  // namespace

Result<JoinedValue> JoinScalar(PlanPtr plan, const SubqueryExpression& subquery) {
  PlanPtr top = subquery.plan();
  ExpressionPtr value = top->output()[0];
  while (const auto* project = As<Project>(top)) {
    ARROW_ASSIGN_OR_RAISE(value, Substitution(project->list()).Apply(value));
    top = project->child();
  }
  if (As<OneRow>(top)) {
    ARROW_ASSIGN_OR_RAISE(value, WithoutOuterReferences(value));
    return JoinedValue{std::move(plan), std::move(value)};
  }
  const auto* aggregate = As<Aggregate>(top);
  if (aggregate != nullptr && aggregate->grouping().empty()) {
    return AggregatedScalar::Join(std::move(plan), *aggregate, std::move(value));
  }
  return JoinSingleRow(std::move(plan), subquery.plan());
}

}  // namespace firesteel
