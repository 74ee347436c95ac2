#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "common/error.h"
#include "exec/user_functions.h"
#include "expr/function.h"
#include "expr/user_call.h"
#include "functions/registry.h"
#include "plan/attribute_set.h"
#include "plan/joins.h"
#include "plan/operators.h"
#include "plan/semantic_equality.h"
#include "plan/user_rows.h"
#include "planner/user_functions.h"

namespace firesteel {

namespace {

using Shape = UserColumnFunction::Shape;

/// Calls of table functions stay where they are, in a Generate.
bool GivesTable(const Expression& call) {
  return static_cast<const UserCall&>(call).function()->shape == Shape::kTable;
}

bool HasUserCall(const ExpressionPtr& expression) {
  return Exists<Expression>(expression, [](const Expression& e) {
    return e.kind() == ExpressionKind::kUserCall && !GivesTable(e);
  });
}

bool AnyUserCall(const std::vector<ExpressionPtr>& expressions) {
  return std::any_of(expressions.begin(), expressions.end(), HasUserCall);
}

std::string ColumnName(size_t index) { return "pythonUDF" + std::to_string(index); }

/// Calls to evaluate in one pass, each with the column that takes its place.
class CallCollection {
 public:
  /// Adds the calls in `expression` whose arguments hold no further ones.
  Status Collect(const ExpressionPtr& expression) {
    if (expression->kind() == ExpressionKind::kLambda && HasUserCall(expression)) {
      return LambdaError(expression);
    }
    for (const ExpressionPtr& child : expression->children()) {
      ARROW_RETURN_NOT_OK(Collect(child));
    }
    const auto* call = As<UserCall>(expression);
    if (call == nullptr || GivesTable(*call) || AnyUserCall(call->children())) {
      return Status::OK();
    }
    if (FitsInPass(*call) && Find(expression) < 0) {
      calls_.push_back(expression);
      results_.push_back(std::make_shared<Attribute>(ColumnName(results_.size()), call->type(),
                                                     /*nullable=*/true, NewExprId()));
    }
    return Status::OK();
  }

  bool empty() const { return calls_.empty(); }
  const std::vector<ExpressionPtr>& calls() const { return calls_; }

  Result<ExpressionPtr> Replace(const ExpressionPtr& expression) const {
    return TransformDown<Expression>(
        expression, [this](const ExpressionPtr& e) -> Result<ExpressionPtr> {
          const int found = e->kind() == ExpressionKind::kUserCall ? Find(e) : -1;
          return found < 0 ? ExpressionPtr() : ExpressionPtr(results_[found]);
        });
  }
  Result<std::vector<ExpressionPtr>> Replace(std::vector<ExpressionPtr> expressions) const {
    for (ExpressionPtr& expression : expressions) {
      ARROW_ASSIGN_OR_RAISE(expression, Replace(expression));
    }
    return expressions;
  }

  PlanPtr Over(PlanPtr child) const {
    return std::make_shared<UserCallEvaluation>(calls_, results_, std::move(child));
  }

 private:
  static Status LambdaError(const ExpressionPtr& lambda) {
    std::string name;
    ForEach<Expression>(lambda, [&name](const ExpressionPtr& e) {
      if (e->kind() == ExpressionKind::kUserCall) name = e->Sql();
    });
    return MakeError("UNSUPPORTED_FEATURE.LAMBDA_FUNCTION_WITH_PYTHON_UDF",
                     {{"funcName", "\"" + name + "\""}});
  }

  /// An iterator has a pass of its own; others go together when one worker may run them.
  bool FitsInPass(const UserCall& call) const {
    if (calls_.empty()) return true;
    const UserColumnFunction& first = *As<UserCall>(calls_[0])->function();
    const UserColumnFunction& other = *call.function();
    return first.shape == Shape::kScalar && other.shape == Shape::kScalar &&
           first.owner == other.owner && first.language_version == other.language_version;
  }

  int Find(const ExpressionPtr& call) const {
    for (size_t i = 0; i < calls_.size(); ++i) {
      if (calls_[i] == call || (call->deterministic() && SemanticallyEqual(*calls_[i], *call))) {
        return static_cast<int>(i);
      }
    }
    return -1;
  }

  std::vector<ExpressionPtr> calls_;
  std::vector<AttributePtr> results_;
};

/// `node` as it is, or a projection that leaves out the columns `original` does not have.
PlanPtr WithOutputOf(const LogicalPlan& original, PlanPtr node) {
  const std::vector<AttributePtr> wanted = original.output();
  const std::vector<AttributePtr> given = node->output();
  const bool same = std::equal(
      wanted.begin(), wanted.end(), given.begin(), given.end(),
      [](const AttributePtr& a, const AttributePtr& b) { return a->id() == b->id(); });
  if (same) return node;
  return std::make_shared<Project>(std::vector<ExpressionPtr>(wanted.begin(), wanted.end()),
                                   std::move(node));
}

/// Evaluates below an aggregation what its keys and its aggregates' arguments call.
Result<PlanPtr> EvaluateBelowAggregate(const Aggregate& aggregate) {
  CallCollection collection;
  for (const ExpressionPtr& key : aggregate.grouping()) {
    ARROW_RETURN_NOT_OK(collection.Collect(key));
  }
  Status status;
  for (const ExpressionPtr& item : aggregate.output_list()) {
    ForEach<Expression>(item, [&](const ExpressionPtr& e) {
      if (status.ok() && e->kind() == ExpressionKind::kAggregate) status = collection.Collect(e);
    });
  }
  ARROW_RETURN_NOT_OK(status);
  if (collection.empty()) return PlanPtr();
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> keys, collection.Replace(aggregate.grouping()));
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> list,
                        collection.Replace(aggregate.output_list()));
  return PlanPtr(std::make_shared<Aggregate>(std::move(keys), std::move(list),
                                             collection.Over(aggregate.child())));
}

/// `f(sum(a))`: aggregates first, and calls the functions of the results in a projection.
Result<PlanPtr> EvaluateAboveAggregate(const Aggregate& aggregate) {
  std::vector<ExpressionPtr> parts;    // keys and aggregate calls
  std::vector<ExpressionPtr> columns;  // what the new aggregation gives, one per part
  for (const ExpressionPtr& key : aggregate.grouping()) {
    parts.push_back(As<Alias>(key) ? key->child(0) : key);
    columns.push_back(IsNamed(*key) ? key : std::make_shared<Alias>(key, key->Sql()));
  }
  const auto find = [&parts](const ExpressionPtr& e) {
    const auto same = [&e](const ExpressionPtr& part) { return SemanticallyEqual(*part, *e); };
    return std::find_if(parts.begin(), parts.end(), same) - parts.begin();
  };
  std::vector<ExpressionPtr> list;
  for (const ExpressionPtr& item : aggregate.output_list()) {
    const ExpressionPtr value = As<Alias>(item) ? item->child(0) : item;
    ARROW_ASSIGN_OR_RAISE(
        ExpressionPtr replaced,
        TransformDown<Expression>(value, [&](const ExpressionPtr& e) -> Result<ExpressionPtr> {
          auto index = static_cast<size_t>(find(e));
          if (index == parts.size()) {
            if (e->kind() != ExpressionKind::kAggregate) return ExpressionPtr();
            parts.push_back(e);
            columns.push_back(std::make_shared<Alias>(e, e->Sql()));
          }
          return ExpressionPtr(ToAttribute(columns[index]));
        }));
    const AttributePtr output = ToAttribute(item);
    list.push_back(std::make_shared<Alias>(std::move(replaced), output->name(), output->id(),
                                           output->metadata()));
  }
  auto below = std::make_shared<Aggregate>(aggregate.grouping(), std::move(columns),
                                           aggregate.child());
  return PlanPtr(std::make_shared<Project>(std::move(list), std::move(below)));
}

Result<PlanPtr> EvaluateForAggregate(const Aggregate& aggregate) {
  ARROW_ASSIGN_OR_RAISE(PlanPtr below, EvaluateBelowAggregate(aggregate));
  return below != nullptr ? below : EvaluateAboveAggregate(aggregate);
}

void SplitUserConditions(const ExpressionPtr& condition, std::vector<ExpressionPtr>* parts) {
  const auto* call = As<ScalarFunction>(condition);
  if (call == nullptr || call->name() != "and") {
    parts->push_back(condition);
    return;
  }
  for (const ExpressionPtr& child : call->children()) SplitUserConditions(child, parts);
}

Result<ExpressionPtr> AllOf(const std::vector<ExpressionPtr>& conditions) {
  ExpressionPtr all;
  for (const ExpressionPtr& condition : conditions) {
    if (all == nullptr) {
      all = condition;
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(all, BindCall("and", {all, condition}, false, nullptr, {}));
  }
  return all;
}

/// As users write it: LEFT OUTER.
std::string JoinWords(JoinType type) {
  switch (type) {
    case JoinType::kLeftOuter: return "LEFT OUTER";
    case JoinType::kRightOuter: return "RIGHT OUTER";
    case JoinType::kFullOuter: return "FULL OUTER";
    case JoinType::kLeftSemi: return "LEFT SEMI";
    case JoinType::kLeftAnti: return "LEFT ANTI";
    default: return std::string(ToString(type));
  }
}

/// Calls that read one side are evaluated there; those that read both filter the pairs afterwards.
Result<PlanPtr> EvaluateForJoin(const Join& join) {
  std::vector<ExpressionPtr> conditions;
  SplitUserConditions(join.condition(), &conditions);
  for (int side = 0; side < 2; ++side) {
    const AttributeSet columns(join.child(side)->output());
    CallCollection collection;
    Status status;
    for (const ExpressionPtr& condition : conditions) {
      ForEach<Expression>(condition, [&](const ExpressionPtr& e) {
        if (status.ok() && e->kind() == ExpressionKind::kUserCall && ReadsOnly(e, columns)) {
          status = collection.Collect(e);
        }
      });
    }
    ARROW_RETURN_NOT_OK(status);
    if (collection.empty()) continue;
    ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> replaced, collection.Replace(conditions));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr all, AllOf(replaced));
    std::vector<PlanPtr> children = join.children();
    children[side] = collection.Over(children[side]);
    return join.WithNewExpressions({std::move(all)})->WithNewChildren(std::move(children));
  }
  if (join.type() != JoinType::kInner && join.type() != JoinType::kCross) {
    return MakeError("UNSUPPORTED_FEATURE.PYTHON_UDF_IN_ON_CLAUSE",
                     {{"joinType", JoinWords(join.type())}});
  }
  const auto of_user =
      std::stable_partition(conditions.begin(), conditions.end(),
                            [](const ExpressionPtr& condition) { return !HasUserCall(condition); });
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr pairs, AllOf({conditions.begin(), of_user}));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr filter, AllOf({of_user, conditions.end()}));
  auto joined = std::make_shared<Join>(join.left(), join.right(), join.type(), std::move(pairs));
  return PlanPtr(std::make_shared<Filter>(std::move(filter), std::move(joined)));
}

/// The same node over one that evaluates some of the calls in it; after enough rounds all.
Result<PlanPtr> EvaluateBelow(const PlanPtr& plan) {
  if (const auto* aggregate = As<Aggregate>(plan)) return EvaluateForAggregate(*aggregate);
  if (const auto* join = As<Join>(plan)) {
    ARROW_ASSIGN_OR_RAISE(PlanPtr evaluated, EvaluateForJoin(*join));
    return WithOutputOf(*plan, std::move(evaluated));
  }
  if (plan->children().size() != 1) {
    return InternalError("Functions cannot be called in " + plan->Describe());
  }
  CallCollection collection;
  for (const ExpressionPtr& expression : plan->expressions()) {
    ARROW_RETURN_NOT_OK(collection.Collect(expression));
  }
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> expressions,
                        collection.Replace(plan->expressions()));
  PlanPtr evaluated = plan->WithNewExpressions(std::move(expressions))
                          ->WithNewChildren({collection.Over(plan->child())});
  return WithOutputOf(*plan, std::move(evaluated));
}

Result<PhysicalPlanPtr> PlanEvaluation(const UserCallEvaluation& evaluation, Planning* planning) {
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr child, planning->Plan(evaluation.child()));
  const std::vector<AttributePtr> columns = evaluation.child()->output();
  std::vector<PlannedUserCall> calls;
  for (const ExpressionPtr& expression : evaluation.calls()) {
    const auto* call = As<UserCall>(expression);
    PlannedUserCall planned{call->function(), {}, call->names(), call->Sql()};
    ARROW_ASSIGN_OR_RAISE(planned.arguments, BindReferences(call->children(), columns));
    calls.push_back(std::move(planned));
  }
  return NewUserCallEvaluation(std::move(child), std::move(calls), evaluation.schema());
}

/// Sorted by the first `key_columns`, in one partition.
Result<PhysicalPlanPtr> SortByKeys(PhysicalPlanPtr input, int key_columns) {
  if (key_columns == 0) return NewHashExchange(std::move(input), {}, 1);
  std::vector<ExpressionPtr> order;
  for (int i = 0; i < key_columns; ++i) {
    const StructField& field = input->schema().field(i);
    order.push_back(std::make_shared<SortOrder>(
        std::make_shared<BoundReference>(i, field.name, field.type, field.nullable),
        /*ascending=*/true, /*nulls_first=*/true));
  }
  return NewSort(std::move(input), std::move(order));
}

/// Rows with a table function's arguments in their last columns.
Result<PhysicalPlanPtr> PlanUserTable(const UserRows& rows, Planning* planning) {
  const UserTableCall& call = *rows.table_call();
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr child, planning->Plan(rows.child()));
  if (rows.key_columns() == 0) {
    if (call.single_partition) {
      ARROW_ASSIGN_OR_RAISE(child, NewHashExchange(std::move(child), {}, 1));
    }
    return NewUserRows(std::move(child), rows.function(), rows.schema(), call.names);
  }
  ARROW_ASSIGN_OR_RAISE(child, SortByKeys(std::move(child), rows.key_columns()));
  return NewUserGroups({std::move(child)}, rows.function(), rows.key_columns(), rows.schema(),
                       call.names);
}

/// A table function called for each row of the child. As in Spark, rows for which it gives nothing
/// are gone, whatever the join.
Result<PhysicalPlanPtr> PlanUserGenerate(const Generate& generate, const UserCall& call,
                                         Planning* planning) {
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr child, planning->Plan(generate.child()));
  std::vector<ExpressionPtr> columns;
  std::vector<StructField> fields;
  for (const AttributePtr& kept : generate.kept()) {
    fields.push_back(kept->AsField());
    columns.push_back(kept);
  }
  for (const ExpressionPtr& argument : call.children()) {
    fields.push_back({"_" + std::to_string(fields.size()), argument->type(), true});
    columns.push_back(argument);
  }
  ARROW_ASSIGN_OR_RAISE(columns, BindReferences(columns, generate.child()->output()));
  ARROW_ASSIGN_OR_RAISE(child, NewProject(std::move(child), std::move(columns), Schema(fields)));
  return NewUserRows(std::move(child), call.function(), generate.schema(), call.names());
}

Result<PhysicalPlanPtr> PlanUserRows(const UserRows& rows, Planning* planning) {
  if (rows.table_call()) return PlanUserTable(rows, planning);
  std::vector<PhysicalPlanPtr> children;
  for (const PlanPtr& child : rows.children()) {
    ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr planned, planning->Plan(child));
    if (rows.function()->shape != Shape::kRows) {
      ARROW_ASSIGN_OR_RAISE(planned, SortByKeys(std::move(planned), rows.key_columns()));
    }
    children.push_back(std::move(planned));
  }
  if (rows.function()->shape == Shape::kRows) {
    return NewUserRows(std::move(children[0]), rows.function(), rows.schema());
  }
  return NewUserGroups(std::move(children), rows.function(), rows.key_columns(), rows.schema());
}

const UserAggregate* UserFunctionOf(const PlannedAggregate& call) {
  return dynamic_cast<const UserAggregate*>(call.function.get());
}

Status CheckAllUserAggregates(const std::vector<PlannedAggregate>& calls) {
  std::string names;
  bool mixed = false;
  for (const PlannedAggregate& call : calls) {
    const UserAggregate* user = UserFunctionOf(call);
    mixed |= user == nullptr || call.distinct || call.filter != nullptr;
    if (user != nullptr) names += (names.empty() ? "`" : ", `") + user->function()->name + "`";
  }
  if (!mixed) return Status::OK();
  return MakeError("INVALID_PANDAS_UDF_PLACEMENT", {{"functionList", names}});
}

}  // namespace

bool HasUserAggregates(const std::vector<PlannedAggregate>& calls) {
  return std::any_of(calls.begin(), calls.end(), [](const PlannedAggregate& call) {
    return UserFunctionOf(call) != nullptr;
  });
}

Result<PhysicalPlanPtr> PlanUserAggregation(PhysicalPlanPtr input, std::vector<ExpressionPtr> keys,
                                            const std::vector<StructField>& key_fields,
                                            const std::vector<PlannedAggregate>& calls,
                                            Schema schema) {
  ARROW_RETURN_NOT_OK(CheckAllUserAggregates(calls));
  const int key_columns = static_cast<int>(keys.size());
  std::vector<ExpressionPtr> columns = std::move(keys);
  std::vector<StructField> fields = key_fields;
  std::vector<PlannedUserCall> planned;
  for (const PlannedAggregate& call : calls) {
    const UserAggregate* user = UserFunctionOf(call);
    PlannedUserCall one{user->function(), {}, user->names(), call.text};
    for (const ExpressionPtr& argument : call.arguments) {
      const auto first = columns.begin() + key_columns;
      const auto found = std::find_if(first, columns.end(), [&](const ExpressionPtr& known) {
        return known->Equals(*argument);
      });
      const int index = static_cast<int>(found - columns.begin());
      one.arguments.push_back(
          std::make_shared<BoundReference>(index, "", argument->type(), argument->nullable()));
      if (found != columns.end()) continue;
      fields.push_back({"_" + std::to_string(fields.size()), argument->type(), true});
      columns.push_back(argument);
    }
    planned.push_back(std::move(one));
  }
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr projected,
                        NewProject(std::move(input), std::move(columns), Schema(fields)));
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr sorted, SortByKeys(std::move(projected), key_columns));
  return NewUserAggregate(std::move(sorted), key_columns, std::move(planned), std::move(schema));
}

Result<PhysicalPlanPtr> PlanUserFunctions(const PlanPtr& plan, Planning* planning) {
  if (const auto* rows = As<UserRows>(plan)) return PlanUserRows(*rows, planning);
  if (const auto* generate = As<Generate>(plan)) {
    const auto* call = As<UserCall>(generate->generator());
    return call == nullptr ? PhysicalPlanPtr() : PlanUserGenerate(*generate, *call, planning);
  }
  if (const auto* evaluation = As<UserCallEvaluation>(plan)) {
    return PlanEvaluation(*evaluation, planning);
  }
  return nullptr;
}

Result<PlanPtr> EvaluateUserCalls(const PlanPtr& plan) {
  return TransformUp<LogicalPlan>(plan, [](const PlanPtr& node) -> Result<PlanPtr> {
    if (!AnyUserCall(node->expressions())) return PlanPtr();
    ARROW_ASSIGN_OR_RAISE(PlanPtr evaluated, EvaluateBelow(node));
    return EvaluateUserCalls(evaluated);
  });
}

}  // namespace firesteel
