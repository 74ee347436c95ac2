#include <utility>

#include "expr/generator.h"
#include "functions/registry.h"
#include "optimizer/bind_function.h"
#include "optimizer/conjunction.h"
#include "optimizer/rules.h"
#include "plan/attribute_set.h"
#include "plan/deduplicate.h"
#include "plan/joins.h"
#include "plan/operators.h"
#include "plan/queries.h"

namespace firesteel {

namespace {

using Expressions = std::vector<ExpressionPtr>;
using Columns = std::vector<AttributePtr>;

Result<ExpressionPtr> Number(int64_t value) { return Literal::Of(value); }

Expressions AsList(const Columns& columns) { return Expressions(columns.begin(), columns.end()); }

PlanPtr OneOfEach(const PlanPtr& plan) {
  const Columns columns = plan->output();
  return std::make_shared<Aggregate>(AsList(columns), AsList(columns), plan);
}

/// Of the columns that are no keys, the first row's values.
Result<PlanPtr> FirstOfEach(const Deduplicate& deduplicate) {
  AttributeSet keys;
  for (const ExpressionPtr& key : deduplicate.keys()) keys.AddReferences(key);
  Expressions list;
  for (const AttributePtr& column : deduplicate.output()) {
    if (keys.Contains(column->id())) {
      list.push_back(column);
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr first, BindFunction("first", {column}));
    list.push_back(std::make_shared<Alias>(std::move(first), column->name(), column->id(),
                                           column->metadata()));
  }
  return PlanPtr(
      std::make_shared<Aggregate>(deduplicate.keys(), std::move(list), deduplicate.child()));
}

/// Gives the columns of `plan`, by position, the names and ids of `output`.
PlanPtr Renamed(const PlanPtr& plan, const Columns& output) {
  const Columns columns = plan->output();
  Expressions list;
  for (size_t i = 0; i < output.size(); ++i) {
    list.push_back(std::make_shared<Alias>(columns[i], output[i]->name(), output[i]->id(),
                                           output[i]->metadata()));
  }
  return std::make_shared<Project>(std::move(list), plan);
}

/// Whether a row is on the other side too, NULL being equal to NULL; each once.
Result<PlanPtr> ReplaceDistinctOne(const SetOperation& operation) {
  const Columns left = operation.child(0)->output();
  const Columns right = operation.child(1)->output();
  Expressions conditions;
  for (size_t i = 0; i < left.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr equal, BindFunction("<=>", {left[i], right[i]}));
    conditions.push_back(std::move(equal));
  }
  ExpressionPtr condition;
  if (!conditions.empty()) {
    ARROW_ASSIGN_OR_RAISE(condition, JoinConjunction(conditions));
  }
  const bool intersects = operation.operation() == SetOperation::Operation::kIntersect;
  const PlanPtr joined = std::make_shared<Join>(
      OneOfEach(operation.child(0)), operation.child(1),
      intersects ? JoinType::kLeftSemi : JoinType::kLeftAnti, std::move(condition));
  return Renamed(joined, operation.output());
}

/// Counts each row on both sides, and gives it as often as the operation says.
class CountedOperation {
 public:
  explicit CountedOperation(const SetOperation& operation) : operation_(operation) {}

  Result<PlanPtr> Replace() const {
    ARROW_ASSIGN_OR_RAISE(const PlanPtr left, Counted(operation_.child(0), 1, 0));
    ARROW_ASSIGN_OR_RAISE(const PlanPtr right, Counted(operation_.child(1), 0, 1));
    Columns columns;
    for (const AttributePtr& column : left->output()) columns.push_back(column->WithNewId());
    const PlanPtr both =
        std::make_shared<Union>(std::vector<PlanPtr>{left, right}, false, false, columns);
    const ExpressionPtr right_count = columns.back();
    columns.pop_back();
    const ExpressionPtr left_count = columns.back();
    columns.pop_back();

    Expressions list = AsList(columns);
    ARROW_ASSIGN_OR_RAISE(const auto left_sum, Sum(left_count));
    ARROW_ASSIGN_OR_RAISE(const auto right_sum, Sum(right_count));
    list.push_back(left_sum);
    list.push_back(right_sum);
    const PlanPtr groups =
        std::make_shared<Aggregate>(AsList(columns), std::move(list), both);
    return Repeated(groups, columns, left_sum->ToAttribute(), right_sum->ToAttribute());
  }

 private:
  static Result<PlanPtr> Counted(const PlanPtr& plan, int64_t left, int64_t right) {
    ARROW_ASSIGN_OR_RAISE(const ExpressionPtr left_count, Number(left));
    ARROW_ASSIGN_OR_RAISE(const ExpressionPtr right_count, Number(right));
    Expressions list = AsList(plan->output());
    list.push_back(std::make_shared<Alias>(left_count, "left_count"));
    list.push_back(std::make_shared<Alias>(right_count, "right_count"));
    return PlanPtr(std::make_shared<Project>(std::move(list), plan));
  }

  static Result<std::shared_ptr<const Alias>> Sum(const ExpressionPtr& count) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr sum, BindFunction("sum", {count}));
    return std::make_shared<const Alias>(std::move(sum), count->Sql());
  }

  Result<PlanPtr> Repeated(const PlanPtr& groups, const Columns& columns,
                           const ExpressionPtr& left, const ExpressionPtr& right) const {
    ExpressionPtr count;
    if (operation_.operation() == SetOperation::Operation::kIntersect) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr fewer, BindFunction("<", {left, right}));
      count = std::make_shared<Conditional>(Expressions{std::move(fewer), left, right});
    } else {
      ARROW_ASSIGN_OR_RAISE(count, BindFunction("-", {left, right}));
    }
    ARROW_ASSIGN_OR_RAISE(const ExpressionPtr zero, Number(0));
    ARROW_ASSIGN_OR_RAISE(const ExpressionPtr any, BindFunction(">", {count, zero}));
    ARROW_ASSIGN_OR_RAISE(const PlanPtr filtered, FilterBy({any}, groups));
    const auto times = std::make_shared<Cast>(count, TypeId::kInteger, CastOptions(), true);
    ARROW_ASSIGN_OR_RAISE(const ExpressionPtr element, Literal::Of(true));
    ARROW_ASSIGN_OR_RAISE(const ExpressionPtr elements,
                          BindFunction("array_repeat", {element, times}));
    ARROW_ASSIGN_OR_RAISE(const ExpressionPtr generator, BindFunction("explode", {elements}));
    const auto repeated =
        std::make_shared<Attribute>("repeated", TypeId::kBoolean, false, NewExprId());
    const PlanPtr generate = std::make_shared<Generate>(
        generator, false, std::vector<AttributePtr>{repeated}, filtered, columns);
    return Renamed(generate, operation_.output());
  }

  const SetOperation& operation_;
};

}  // namespace

Result<PlanPtr> ReplaceSetOperations(const PlanPtr& plan) {
  return TransformUp<LogicalPlan>(plan, [](const PlanPtr& node) -> Result<PlanPtr> {
    if (As<Distinct>(node)) return OneOfEach(node->child());
    if (const auto* deduplicate = As<Deduplicate>(node)) {
      return node->is_streaming() ? PlanPtr() : FirstOfEach(*deduplicate);
    }
    const auto* operation = As<SetOperation>(node);
    if (operation == nullptr) return PlanPtr();
    return operation->all() ? CountedOperation(*operation).Replace()
                            : ReplaceDistinctOne(*operation);
  });
}

}  // namespace firesteel
