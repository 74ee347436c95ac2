#include "optimizer/rules.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

/// Whether the list gives the child's columns as they are, names and marks included.
bool ChangesNothing(const Project& project) {
  const std::vector<AttributePtr> columns = project.child()->output();
  if (columns.size() != project.list().size()) return false;
  for (size_t i = 0; i < columns.size(); ++i) {
    const auto* column = As<Attribute>(project.list()[i]);
    if (column == nullptr || column->id() != columns[i]->id() ||
        column->name() != columns[i]->name() || column->metadata() != columns[i]->metadata()) {
      return false;
    }
  }
  return true;
}

}  // namespace

Result<PlanPtr> RemoveProjects(const PlanPtr& plan) {
  return TransformUp<LogicalPlan>(plan, [](const PlanPtr& node) -> Result<PlanPtr> {
    const auto* project = As<Project>(node);
    return project != nullptr && ChangesNothing(*project) ? project->child() : PlanPtr();
  });
}

}  // namespace firesteel
