#include "analyzer/check_places.h"

#include <string>

#include "analyzer/name_scope.h"
#include "common/error.h"
#include "expr/expression.h"
#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "expr/window.h"
#include "functions/binding.h"
#include "plan/windows.h"

namespace firesteel {

namespace {

/// The first of a kind at `expression` or below it; may be null.
ExpressionPtr FindKind(const ExpressionPtr& expression, ExpressionKind kind) {
  if (expression->kind() == kind) return expression;
  for (const ExpressionPtr& child : expression->children()) {
    if (ExpressionPtr found = FindKind(child, kind)) return found;
  }
  return nullptr;
}

/// What the node is called where it describes itself: `Project [a#1]` is a Project.
std::string NameOf(const LogicalPlan& node) {
  const std::string text = node.Describe();
  return text.substr(0, text.find_first_of(" (["));
}

Status Misplaced(const LogicalPlan& node, const ExpressionPtr& expression) {
  return MakeError("UNSUPPORTED_EXPR_FOR_OPERATOR",
                   {{"operator", NameOf(node)}, {"invalidExprSqls", Quoted(expression->Sql())}});
}

Status CheckSeveralNames(const ExpressionPtr& expression) {
  const ExpressionPtr found = FindKind(expression, ExpressionKind::kUnresolvedMultiAlias);
  if (found == nullptr) return Status::OK();
  const auto& several = *As<UnresolvedMultiAlias>(found);
  std::string names;
  for (const std::string& name : several.names()) names += (names.empty() ? "" : ", ") + name;
  return AtOrigin(MakeError("MULTI_ALIAS_WITHOUT_GENERATOR",
                            {{"expr", Quoted(several.child(0)->Sql())}, {"names", names}}),
                  several.origin());
}

/// The first SortOrder that is not an item of an ORDER BY; `allowed` says whether `expression`
/// itself may be one. May be null.
ExpressionPtr FindStrayOrder(const ExpressionPtr& expression, bool allowed) {
  if (expression->kind() == ExpressionKind::kSortOrder && !allowed) return expression;
  const auto* window = As<WindowExpression>(expression);
  const size_t first = window == nullptr ? 0 : 1 + window->partition().size();
  const size_t last = window == nullptr ? 0 : first + window->order().size();
  for (size_t i = 0; i < expression->children().size(); ++i) {
    const ExpressionPtr& child = expression->children()[i];
    if (ExpressionPtr found = FindStrayOrder(child, i >= first && i < last)) return found;
  }
  return nullptr;
}

/// Nodes whose expressions are values, with directions in windows only.
bool HoldsValues(PlanKind kind) {
  switch (kind) {
    case PlanKind::kProject:
    case PlanKind::kFilter:
    case PlanKind::kAggregate:
    case PlanKind::kJoin:
    case PlanKind::kGenerate:
    case PlanKind::kExpand:
    case PlanKind::kCollectMetrics:
      return true;
    default:
      return false;
  }
}

}  // namespace

Status CheckGenerators(const PlanPtr& node) {
  if (node->kind() == PlanKind::kGenerate) return Status::OK();
  const bool in_list = node->kind() == PlanKind::kProject || node->kind() == PlanKind::kAggregate;
  for (const ExpressionPtr& expression : node->expressions()) {
    const ExpressionPtr generator = FindKind(expression, ExpressionKind::kGenerator);
    if (generator == nullptr) continue;
    if (in_list && expression != generator) {
      return MakeError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS",
                       {{"expression", Quoted(expression->Sql())}});
    }
    return MakeError("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", {{"plan", node->Describe()}});
  }
  return Status::OK();
}

Status CheckUnresolvedPlaces(const PlanPtr& node) {
  for (const ExpressionPtr& expression : node->expressions()) {
    ARROW_RETURN_NOT_OK(CheckSeveralNames(expression));
    for (const ExpressionKind kind :
         {ExpressionKind::kNamedArgument, ExpressionKind::kUnresolvedLambda}) {
      if (const ExpressionPtr found = FindKind(expression, kind)) return Misplaced(*node, found);
    }
  }
  return Status::OK();
}

Status CheckResolvedPlaces(const PlanPtr& node) {
  const auto* windows = As<ComputeWindows>(node);
  const bool sorts = node->kind() == PlanKind::kSort;
  if (windows == nullptr && !sorts && !HoldsValues(node->kind())) return Status::OK();
  for (const ExpressionPtr& expression :
       windows != nullptr ? windows->functions() : node->expressions()) {
    const ExpressionPtr order = FindStrayOrder(expression, sorts);
    if (order != nullptr) return Misplaced(*node, order);
    if (node->kind() != PlanKind::kExpand && node->kind() != PlanKind::kGenerate) continue;
    for (const ExpressionKind kind : {ExpressionKind::kAggregate, ExpressionKind::kWindow}) {
      if (const ExpressionPtr found = FindKind(expression, kind)) return Misplaced(*node, found);
    }
  }
  return Status::OK();
}

}  // namespace firesteel
