#include <algorithm>
#include <utility>

#include "analyzer/grouping_view.h"
#include "analyzer/rules.h"
#include "common/error.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

Result<ExpressionPtr> ColumnAt(int32_t index, const std::vector<AttributePtr>& columns) {
  if (index >= 1 && index <= static_cast<int32_t>(columns.size())) {
    return ExpressionPtr(columns[index - 1]);
  }
  return MakeError("ORDER_BY_POS_OUT_OF_RANGE", {{"index", std::to_string(index)},
                                                 {"size", std::to_string(columns.size())}});
}

}  // namespace

Result<PlanPtr> ResolveOrdinals(const PlanPtr& node, Resolver*) {
  const auto* sort = As<Sort>(node);
  if (sort == nullptr) return node;
  const std::vector<AttributePtr> columns = sort->child()->output();
  std::vector<ExpressionPtr> order;
  bool changed = false;
  for (const ExpressionPtr& item : sort->order()) {
    const auto* by = As<SortOrder>(item);
    const auto* literal = by ? As<Literal>(by->child(0)) : nullptr;
    if (by != nullptr && sort->order().size() == 1 && IsAllKeyword(by->child(0))) {
      for (const AttributePtr& column : columns) order.push_back(item->WithNewChildren({column}));
      changed = true;
    } else if (literal != nullptr && !literal->is_variable() && literal->value().Is<int32_t>() &&
               literal->type().id() == TypeId::kInteger) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr column,
                            ColumnAt(literal->value().Get<int32_t>(), columns));
      order.push_back(item->WithNewChildren({std::move(column)}));
      changed = true;
    } else {
      order.push_back(item);
    }
  }
  if (!changed) return node;
  return PlanPtr(std::make_shared<Sort>(std::move(order), sort->child()));
}

}  // namespace firesteel
