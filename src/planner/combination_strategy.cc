#include <algorithm>
#include <utility>

#include "common/error.h"
#include "exec/operators.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/repartition.h"
#include "planner/strategies.h"

namespace firesteel {

namespace {

Result<PhysicalPlanPtr> PlanGenerate(const Generate& generate, Planning* planning) {
  if (!As<GeneratorCall>(generate.generator())) {
    return InternalError("A Generate needs a generator: " + generate.Describe());
  }
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr child, planning->Plan(generate.child()));
  const std::vector<AttributePtr> columns = generate.child()->output();
  ARROW_ASSIGN_OR_RAISE(const ExpressionPtr bound,
                        BindReferences(generate.generator(), columns));
  std::vector<int> kept;
  for (const AttributePtr& attribute : generate.kept()) {
    const auto found =
        std::find_if(columns.begin(), columns.end(), [&](const AttributePtr& column) {
          return column->id() == attribute->id();
        });
    if (found == columns.end()) {
      return InternalError(attribute->ToString() + " is no column below " + generate.Describe());
    }
    kept.push_back(static_cast<int>(found - columns.begin()));
  }
  return NewGenerate(std::move(child), std::static_pointer_cast<const GeneratorCall>(bound),
                     generate.outer(), std::move(kept), generate.schema());
}

Result<PhysicalPlanPtr> PlanUnion(const Union& plan, Planning* planning) {
  std::vector<PhysicalPlanPtr> children;
  for (const PlanPtr& child : plan.children()) {
    ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr planned, planning->Plan(child));
    children.push_back(std::move(planned));
  }
  return NewUnion(std::move(children), plan.schema());
}

Result<PhysicalPlanPtr> PlanRepartition(const Repartition& repartition, Planning* planning) {
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr child, planning->Plan(repartition.child()));
  const int partitions = repartition.partitions().value_or(planning->context().shuffle_partitions);
  if (repartition.form() == Repartition::Form::kCoalesce) {
    return NewCoalesce(std::move(child), partitions);
  }
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> keys,
                        BindReferences(repartition.keys(), repartition.child()->output()));
  return NewHashExchange(std::move(child), std::move(keys), partitions);
}

Result<PhysicalPlanPtr> PlanExpand(const Expand& expand, Planning* planning) {
  ARROW_ASSIGN_OR_RAISE(PhysicalPlanPtr child, planning->Plan(expand.child()));
  const std::vector<AttributePtr> columns = expand.child()->output();
  std::vector<std::vector<ExpressionPtr>> projections;
  for (const std::vector<ExpressionPtr>& projection : expand.projections()) {
    std::vector<ExpressionPtr> list;
    for (const ExpressionPtr& item : projection) {
      list.push_back(As<Alias>(item) ? item->child(0) : item);
    }
    ARROW_ASSIGN_OR_RAISE(list, BindReferences(list, columns));
    projections.push_back(std::move(list));
  }
  return NewExpand(std::move(child), std::move(projections), expand.schema());
}

}  // namespace

Result<PhysicalPlanPtr> PlanCombination(const PlanPtr& plan, Planning* planning) {
  // Of a table function of the user's: see PlanUserFunctions.
  const auto* generate = As<Generate>(plan);
  if (generate != nullptr && generate->generator()->kind() != ExpressionKind::kUserCall) {
    return PlanGenerate(*generate, planning);
  }
  if (const auto* all = As<Union>(plan)) return PlanUnion(*all, planning);
  if (const auto* expand = As<Expand>(plan)) return PlanExpand(*expand, planning);
  if (const auto* repartition = As<Repartition>(plan)) {
    return PlanRepartition(*repartition, planning);
  }
  return nullptr;
}

}  // namespace firesteel
