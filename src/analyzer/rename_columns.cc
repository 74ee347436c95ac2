#include <utility>

#include "analyzer/rules.h"
#include "common/error.h"
#include "plan/operators.h"

namespace firesteel {

Result<PlanPtr> RenameColumns(const PlanPtr& node, Resolver*) {
  const auto* aliases = As<ColumnAliases>(node);
  if (aliases == nullptr) return node;
  const auto* qualified = As<SubqueryAlias>(aliases->child());
  const PlanPtr below = qualified ? qualified->child() : aliases->child();
  const std::vector<AttributePtr> columns = below->output();
  const std::vector<std::string>& names = aliases->names();
  if (names.size() != columns.size()) {
    return MakeError("ASSIGNMENT_ARITY_MISMATCH",
                     {{"numTarget", std::to_string(names.size())},
                      {"numExpr", std::to_string(columns.size())}});
  }
  std::vector<ExpressionPtr> list;
  for (size_t i = 0; i < names.size(); ++i) {
    list.push_back(std::make_shared<Alias>(columns[i], names[i]));
  }
  PlanPtr renamed = std::make_shared<Project>(std::move(list), below);
  if (qualified == nullptr) return renamed;
  return PlanPtr(std::make_shared<SubqueryAlias>(qualified->name(), std::move(renamed)));
}

}  // namespace firesteel
