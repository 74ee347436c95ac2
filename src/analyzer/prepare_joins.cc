#include <algorithm>
#include <utility>

#include "analyzer/fresh_ids.h"
#include "analyzer/name_scope.h"
#include "analyzer/rules.h"
#include "common/error.h"
#include "functions/registry.h"
#include "plan/attribute_set.h"
#include "plan/identifier.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

/// A column that USING or NATURAL names, on both sides.
struct SharedColumn {
  AttributePtr left;
  AttributePtr right;
};

Status UnresolvedUsingColumn(const std::string& name, const PlanPtr& side, const char* side_name) {
  std::string columns;
  for (const AttributePtr& column : side->output()) {
    columns += (columns.empty() ? "" : ", ") + QuoteIdentifier(column->name());
  }
  return MakeError("UNRESOLVED_USING_COLUMN_FOR_JOIN",
                   {{"colName", QuoteIdentifier(name)},
                    {"side", side_name},
                    {"suggestion", "[" + columns + "]"}});
}

Result<AttributePtr> FindOn(const std::string& name, const PlanPtr& side, const char* side_name,
                            const Resolver& resolver) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr found, NameScope(side->output(), &resolver).Find({name}));
  if (found == nullptr) return UnresolvedUsingColumn(name, side, side_name);
  const ExprId id = ToAttribute(found)->id();
  for (const AttributePtr& column : side->output()) {
    if (column->id() == id) return column;
  }
  return InternalError("A column that was found is none of its plan: " + name);
}

Result<std::vector<SharedColumn>> FindShared(const Join& join, const Resolver& resolver) {
  std::vector<std::string> names = join.using_columns();
  if (join.natural()) {
    const std::vector<AttributePtr> right = join.right()->output();
    for (const AttributePtr& column : join.left()->output()) {
      const bool shared = std::any_of(right.begin(), right.end(), [&](const AttributePtr& other) {
        return SameName(column->name(), other->name(), resolver.case_sensitive());
      });
      if (shared) names.push_back(column->name());
    }
  }
  std::vector<SharedColumn> shared;
  for (const std::string& name : names) {
    SharedColumn column;
    ARROW_ASSIGN_OR_RAISE(column.left, FindOn(name, join.left(), "left", resolver));
    ARROW_ASSIGN_OR_RAISE(column.right, FindOn(name, join.right(), "right", resolver));
    shared.push_back(std::move(column));
  }
  return shared;
}

Result<ExpressionPtr> EqualityOf(const std::vector<SharedColumn>& columns,
                                 const FunctionSettings& settings) {
  ExpressionPtr condition;
  for (const SharedColumn& column : columns) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr equal, BindCall("=", {column.left, column.right}, false,
                                                        nullptr, settings));
    if (condition == nullptr) {
      condition = std::move(equal);
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(condition, BindCall("and", {std::move(condition), std::move(equal)},
                                              false, nullptr, settings));
  }
  return condition;
}

/// As the join gives it, where a side may be missing.
AttributePtr InOutput(const AttributePtr& column, const std::vector<AttributePtr>& output) {
  for (const AttributePtr& candidate : output) {
    if (candidate->id() == column->id()) return candidate;
  }
  return column;
}

/// The shared columns once, then the others of the left and of the right side.
Result<PlanPtr> JoinUsing(const Join& join, const Resolver& resolver) {
  ARROW_ASSIGN_OR_RAISE(std::vector<SharedColumn> shared, FindShared(join, resolver));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr condition, EqualityOf(shared, resolver.settings()));
  auto plain =
      std::make_shared<Join>(join.left(), join.right(), join.type(), std::move(condition));
  const std::vector<AttributePtr> output = plain->output();
  std::vector<ExpressionPtr> list;
  AttributeSet merged;
  for (const SharedColumn& column : shared) {
    merged.Add(column.left->id());
    merged.Add(column.right->id());
    const AttributePtr left = InOutput(column.left, output);
    const AttributePtr right = InOutput(column.right, output);
    if (join.type() == JoinType::kRightOuter) {
      list.push_back(right);
    } else if (join.type() == JoinType::kFullOuter) {
      ARROW_ASSIGN_OR_RAISE(
          ExpressionPtr either,
          BindCall("coalesce", {left, right}, false, nullptr, resolver.settings()));
      list.push_back(std::make_shared<Alias>(std::move(either), left->name()));
    } else {
      list.push_back(left);
    }
  }
  for (const AttributePtr& column : output) {
    if (!merged.Contains(column->id())) list.push_back(column);
  }
  return PlanPtr(std::make_shared<Project>(std::move(list), std::move(plain), true));
}

}  // namespace

Result<PlanPtr> PrepareJoins(const PlanPtr& node, Resolver* resolver) {
  const auto* join = As<Join>(node);
  if (join == nullptr) return node;
  if (SharesIds(join->left()->output(), join->right())) {
    ARROW_ASSIGN_OR_RAISE(PlanPtr right, WithFreshIds(join->right()));
    return node->WithNewChildren({join->left(), std::move(right)});
  }
  if (!join->natural() && join->using_columns().empty()) return node;
  return JoinUsing(*join, *resolver);
}

}  // namespace firesteel
