#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "common/error.h"
#include "expr/aggregate.h"
#include "expr/function.h"
#include "functions/registry.h"
#include "optimizer/bind_function.h"
#include "optimizer/conjunction.h"
#include "optimizer/decorrelation.h"
#include "optimizer/rules.h"
#include "optimizer/scalar_correlation.h"
#include "plan/attribute_set.h"
#include "plan/joins.h"
#include "plan/operators.h"
#include "plan/subqueries.h"

namespace firesteel {

namespace {

using Expressions = std::vector<ExpressionPtr>;
using Form = SubqueryExpression::Form;

bool HasSubquery(const ExpressionPtr& expression) {
  return Exists<Expression>(
      expression, [](const Expression& e) { return e.kind() == ExpressionKind::kSubquery; });
}

bool IsNullLiteral(const ExpressionPtr& expression) {
  const Expression* current = expression.get();
  while (current->kind() == ExpressionKind::kCast) current = current->child(0).get();
  const auto* literal = As<Literal>(*current);
  return literal != nullptr && literal->value().is_null();
}

/// Whether a query gives exactly one row, whatever it reads.
bool GivesOneRow(const PlanPtr& plan) {
  const LogicalPlan* top = plan.get();
  while (top->kind() == PlanKind::kProject || top->kind() == PlanKind::kSubqueryAlias) {
    top = top->child().get();
  }
  const auto* aggregate = As<Aggregate>(*top);
  return aggregate != nullptr && aggregate->grouping().empty();
}

/// Says with a scalar subquery what is asked of a query that has one row for each row around it;
/// nullptr for others.
Result<ExpressionPtr> AskOneRow(const SubqueryExpression& subquery) {
  if (subquery.outer().empty() || !GivesOneRow(subquery.plan())) return ExpressionPtr();
  if (subquery.form() == Form::kExists) return Literal::Of(true);
  const Expressions values = subquery.values();
  if (subquery.form() != Form::kIn || values.size() != 1) return ExpressionPtr();
  return BindCall("=",
                  {values[0], std::make_shared<SubqueryExpression>(
                                  Form::kScalar, subquery.plan(), Expressions{},
                                  subquery.outer())},
                  false, nullptr, {});
}

/// Joins the subqueries of one node's expressions to the plan below the node.
class Joiner {
 public:
  explicit Joiner(PlanPtr plan) : plan_(std::move(plan)) {}
  const PlanPtr& plan() const { return plan_; }

  /// Takes in one of the conditions of a filter; what is left of it, or nullptr.
  Result<ExpressionPtr> AddCondition(const ExpressionPtr& given) {
    ARROW_ASSIGN_OR_RAISE(
        const ExpressionPtr condition,
        TransformUp<Expression>(given, [](const ExpressionPtr& e) -> Result<ExpressionPtr> {
          const auto* one = As<SubqueryExpression>(e);
          return one == nullptr ? ExpressionPtr() : AskOneRow(*one);
        }));
    const auto* call = As<ScalarFunction>(condition);
    const bool negated = call != nullptr && call->name() == "not";
    const auto* subquery = As<SubqueryExpression>(negated ? condition->child(0) : condition);
    const bool joins = subquery != nullptr &&
                       (subquery->form() == Form::kIn ||
                        (subquery->form() == Form::kExists && !subquery->outer().empty()));
    if (!joins) return Rewrite(condition);
    ARROW_ASSIGN_OR_RAISE(const Match match, MatchOf(*subquery, negated));
    plan_ = std::make_shared<Join>(plan_, match.plan,
                                   negated ? JoinType::kLeftAnti : JoinType::kLeftSemi,
                                   match.condition);
    return ExpressionPtr();
  }

  /// Puts columns of the plan in the place of subqueries; those that read nothing from outside and
  /// give one value stay.
  Result<ExpressionPtr> Rewrite(const ExpressionPtr& expression) {
    if (!HasSubquery(expression)) return expression;
    return TransformDown<Expression>(
        expression, [this](const ExpressionPtr& e) -> Result<ExpressionPtr> {
          const auto* call = As<ScalarFunction>(e);
          if (call != nullptr && call->name() == "not") {
            const auto* negated = As<SubqueryExpression>(e->child(0));
            if (negated == nullptr || negated->form() != Form::kIn) return ExpressionPtr();
            ARROW_ASSIGN_OR_RAISE(const ExpressionPtr asked, AskOneRow(*negated));
            if (asked) return BindFunction("not", {asked});
            ARROW_ASSIGN_OR_RAISE(ExpressionPtr exists, RewriteIn(*negated, true));
            return BindFunction("not", {std::move(exists)});
          }
          const auto* subquery = As<SubqueryExpression>(e);
          if (subquery == nullptr) return ExpressionPtr();
          ARROW_ASSIGN_OR_RAISE(const ExpressionPtr asked, AskOneRow(*subquery));
          if (asked) return asked;
          switch (subquery->form()) {
            case Form::kScalar: return RewriteScalar(*subquery);
            case Form::kExists: return RewriteExists(*subquery);
            case Form::kIn: return RewriteIn(*subquery, false);
          }
          return ExpressionPtr();
        });
  }

 private:
  /// The right side of a join that finds what a subquery asks for.
  struct Match {
    PlanPtr plan;
    ExpressionPtr condition;
  };

  Result<PlanPtr> InnerPlan(const SubqueryExpression& subquery) {
    ARROW_ASSIGN_OR_RAISE(PlanPtr plan, RemoveAliases(subquery.plan()));
    ARROW_ASSIGN_OR_RAISE(plan, ReplaceSetOperations(plan));
    return RewriteSubqueries(plan);
  }

  Result<Match> MatchOf(const SubqueryExpression& subquery, bool null_aware) {
    ARROW_ASSIGN_OR_RAISE(PlanPtr query, InnerPlan(subquery));
    const std::vector<AttributePtr> columns = query->output();
    if (subquery.form() == Form::kExists) {
      // Neither how many rows there are nor their order matters.
      while (query->kind() == PlanKind::kSort ||
             (query->kind() == PlanKind::kLimit && As<Limit>(query)->count() > 0)) {
        query = query->child();
      }
    }
    ARROW_ASSIGN_OR_RAISE(const Decorrelated inner, Decorrelate(query));
    Expressions conditions;
    const Expressions values = subquery.values();
    for (size_t i = 0; i < values.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr value, Rewrite(values[i]));
      ARROW_ASSIGN_OR_RAISE(const ExpressionPtr column, Replace(columns[i], inner.computed));
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr equal, BindFunction("=", {std::move(value), column}));
      if (null_aware) {
        ARROW_ASSIGN_OR_RAISE(ExpressionPtr unknown, BindFunction("isnull", {equal}));
        ARROW_ASSIGN_OR_RAISE(equal, BindFunction("or", {equal, std::move(unknown)}));
      }
      conditions.push_back(std::move(equal));
    }
    conditions.insert(conditions.end(), inner.conditions.begin(), inner.conditions.end());
    Match match{inner.plan, nullptr};
    if (conditions.empty()) return match;
    ARROW_ASSIGN_OR_RAISE(match.condition, JoinConjunction(conditions));
    ARROW_ASSIGN_OR_RAISE(match.condition, WithoutOuterReferences(match.condition));
    return match;
  }

  /// A column that says whether there is a match.
  Result<ExpressionPtr> Flag(const SubqueryExpression& subquery, bool null_aware) {
    ExpressionPtr& known = known_[{subquery.plan().get(), null_aware}];
    if (known) return known;
    ARROW_ASSIGN_OR_RAISE(const Match match, MatchOf(subquery, null_aware));
    const auto exists =
        std::make_shared<Attribute>("exists", TypeId::kBoolean, false, NewExprId());
    plan_ = Join::Existence(plan_, match.plan, match.condition, exists);
    known = exists;
    return known;
  }

  Result<ExpressionPtr> RewriteIn(const SubqueryExpression& subquery, bool negated) {
    const Expressions values = subquery.values();
    if (values.size() != 1 || !IsNullLiteral(values[0])) return Flag(subquery, negated);
    // NULL IN (…) is NULL unless there is nothing to compare with.
    const auto exists = std::make_shared<SubqueryExpression>(
        Form::kExists, subquery.plan(), Expressions{}, subquery.outer());
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr any, RewriteExists(*exists));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr unknown, Literal::Make(Value(), TypeId::kBoolean));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr no, Literal::Of(false));
    return ExpressionPtr(std::make_shared<Conditional>(
        Expressions{std::move(any), std::move(unknown), std::move(no)}));
  }

  Result<ExpressionPtr> RewriteExists(const SubqueryExpression& subquery) {
    if (!subquery.outer().empty()) return Flag(subquery, false);
    ARROW_ASSIGN_OR_RAISE(PlanPtr query, InnerPlan(subquery));
    ARROW_ASSIGN_OR_RAISE(const ExpressionPtr one, Literal::Of(1));
    query = std::make_shared<Limit>(1, std::move(query));
    query = std::make_shared<Project>(Expressions{std::make_shared<Alias>(one, "one")},
                                      std::move(query));
    return BindFunction("isnotnull", {std::make_shared<SubqueryExpression>(
                                         Form::kScalar, std::move(query), Expressions{})});
  }

  Result<ExpressionPtr> RewriteScalar(const SubqueryExpression& subquery) {
    ExpressionPtr& known = known_[{subquery.plan().get(), false}];
    if (known) return known;
    ARROW_ASSIGN_OR_RAISE(const PlanPtr query, InnerPlan(subquery));
    const ExpressionPtr changed = query == subquery.plan()
                                      ? subquery.shared_from_this()
                                      : subquery.WithPlan(query, subquery.outer());
    if (subquery.outer().empty()) {
      known = changed;
    } else {
      ARROW_ASSIGN_OR_RAISE(JoinedValue joined,
                            JoinScalar(plan_, *As<SubqueryExpression>(changed)));
      plan_ = std::move(joined.plan);
      known = std::move(joined.value);
    }
    return known;
  }

  PlanPtr plan_;
  std::map<std::pair<const LogicalPlan*, bool>, ExpressionPtr> known_;
};

/// Selects the columns that a node had before more came up from below.
PlanPtr WithOutput(PlanPtr plan, const std::vector<AttributePtr>& output) {
  if (plan->output().size() == output.size()) return plan;
  return std::make_shared<Project>(Expressions(output.begin(), output.end()), std::move(plan));
}

Result<PlanPtr> RewriteFilter(const Filter& filter) {
  Joiner joiner(filter.child());
  Expressions rest;
  for (const ExpressionPtr& condition : SplitConjunction(filter.condition())) {
    if (!HasSubquery(condition)) {
      rest.push_back(condition);
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr left, joiner.AddCondition(condition));
    if (left) rest.push_back(std::move(left));
  }
  ARROW_ASSIGN_OR_RAISE(PlanPtr plan, FilterBy(rest, joiner.plan()));
  return WithOutput(std::move(plan), filter.output());
}

/// Whether the expression has a correlated subquery outside of aggregate calls.
bool NeedsGroups(const ExpressionPtr& expression) {
  if (As<AggregateCall>(expression)) return false;
  const auto* subquery = As<SubqueryExpression>(expression);
  if (subquery != nullptr) {
    return !subquery->outer().empty() || subquery->form() == Form::kIn;
  }
  return std::any_of(expression->children().begin(), expression->children().end(), NeedsGroups);
}

/// Computes keys and aggregates first, and over them what the list says.
Result<PlanPtr> SplitAggregate(const Aggregate& aggregate) {
  Expressions inner;
  std::map<const Expression*, ExpressionPtr> calls;
  for (const ExpressionPtr& key : aggregate.grouping()) {
    if (IsNamed(*key)) inner.push_back(key);
  }
  Expressions outer;
  for (const ExpressionPtr& item : aggregate.output_list()) {
    if (!NeedsGroups(item)) {
      inner.push_back(item);
      outer.push_back(ToAttribute(item));
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(
        ExpressionPtr over_groups,
        TransformDown<Expression>(item, [&](const ExpressionPtr& e) -> Result<ExpressionPtr> {
          if (!As<AggregateCall>(e)) return ExpressionPtr();
          const auto named = std::make_shared<Alias>(e, e->Sql());
          inner.push_back(named);
          return ExpressionPtr(named->ToAttribute());
        }));
    outer.push_back(std::move(over_groups));
  }
  // A key may be in the list as well.
  Expressions once;
  AttributeSet present;
  for (ExpressionPtr& item : inner) {
    const ExprId id = ToAttribute(item)->id();
    if (present.Contains(id)) continue;
    present.Add(id);
    once.push_back(std::move(item));
  }
  return PlanPtr(std::make_shared<Project>(
      std::move(outer),
      std::make_shared<Aggregate>(aggregate.grouping(), std::move(once), aggregate.child())));
}

Result<PlanPtr> RewriteJoin(const Join& join) {
  // A subquery belongs to the side whose columns it reads.
  Joiner left(join.left());
  Joiner right(join.right());
  const AttributeSet left_columns(join.left()->output());
  const AttributeSet right_columns(join.right()->output());
  Expressions conditions;
  for (const ExpressionPtr& condition : SplitConjunction(join.condition())) {
    ARROW_ASSIGN_OR_RAISE(
        ExpressionPtr rewritten,
        TransformDown<Expression>(condition, [&](const ExpressionPtr& e) -> Result<ExpressionPtr> {
          if (!As<SubqueryExpression>(e)) return ExpressionPtr();
          if (ReadsOnly(e, left_columns)) return left.Rewrite(e);
          if (ReadsOnly(e, right_columns)) return right.Rewrite(e);
          return UnsupportedCorrelation(e);
        }));
    conditions.push_back(std::move(rewritten));
  }
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr condition, JoinConjunction(conditions));
  const PlanPtr plan = join.WithNewChildren({left.plan(), right.plan()})
                           ->WithNewExpressions({std::move(condition)});
  return WithOutput(plan, join.output());
}

Result<PlanPtr> RewriteNode(const PlanPtr& node) {
  const Expressions expressions = node->expressions();
  if (std::none_of(expressions.begin(), expressions.end(), HasSubquery)) return PlanPtr();
  if (const auto* filter = As<Filter>(node)) return RewriteFilter(*filter);
  if (const auto* join = As<Join>(node)) return RewriteJoin(*join);
  if (node->children().size() != 1) {
    return InternalError("A subquery is where none may be: " + node->Describe());
  }
  if (const auto* aggregate = As<Aggregate>(node)) {
    const Expressions& list = aggregate->output_list();
    if (std::any_of(list.begin(), list.end(), NeedsGroups)) {
      ARROW_ASSIGN_OR_RAISE(const PlanPtr split, SplitAggregate(*aggregate));
      return TransformUp<LogicalPlan>(split, RewriteNode);
    }
  }
  Joiner joiner(node->child());
  Expressions rewritten;
  bool changed = false;
  for (const ExpressionPtr& expression : expressions) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr one, joiner.Rewrite(expression));
    changed |= one != expression;
    rewritten.push_back(std::move(one));
  }
  if (!changed) return PlanPtr();
  const PlanPtr plan = node->WithNewChildren({joiner.plan()})->WithNewExpressions(rewritten);
  return WithOutput(plan, node->output());
}

}  // namespace

Result<PlanPtr> RewriteSubqueries(const PlanPtr& plan) {
  return TransformUp<LogicalPlan>(plan, RewriteNode);
}

}  // namespace firesteel
