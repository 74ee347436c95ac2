#include "analyzer/check_windows.h"

#include <algorithm>
#include <string_view>

#include "analyzer/name_scope.h"
#include "analyzer/resolve_expression.h"
#include "common/error.h"
#include "expr/window.h"
#include "functions/registry.h"
#include "plan/identifier.h"

namespace firesteel {

namespace {

using Bound = WindowFrame::Bound;

std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

// Functions of their own kind, which need an order.
constexpr std::string_view kRankingFunctions[] = {"row_number",   "rank", "dense_rank", "cume_dist",
                                                  "percent_rank", "lead", "lag",        "ntile"};

bool IsRanking(const std::string& name) {
  return std::find(std::begin(kRankingFunctions), std::end(kRankingFunctions), name) !=
         std::end(kRankingFunctions);
}

Status CheckFunction(const WindowExpression& window) {
  const auto* call = As<UnresolvedFunction>(window.function());
  if (call == nullptr) return Status::OK();
  const std::string name = FoldCase(call->name());
  if (call->distinct()) {
    return MakeError("DISTINCT_WINDOW_FUNCTION_UNSUPPORTED",
                     {{"windowExpr", Quoted(window.Sql())}});
  }
  if (IsRanking(name)) {
    if (!window.order().empty()) return Status::OK();
    return MakeError("WINDOW_FUNCTION_FRAME_NOT_ORDERED", {{"wf", Quoted(call->Sql())}});
  }
  const FunctionLookup function = FindFunction(name);
  if (function.scalar != nullptr || function.generator != nullptr) {
    return MakeError("UNSUPPORTED_EXPR_FOR_WINDOW", {{"sqlExpr", Quoted(call->Sql())}});
  }
  return Status::OK();
}

std::string_view BoundName(Bound bound) {
  return bound == Bound::kUnboundedFollowing ? "UNBOUNDED FOLLOWING" : "UNBOUNDED PRECEDING";
}

/// Compares two constant offsets; false when they are not both INT constants.
bool IsSmaller(const ExpressionPtr& a, const ExpressionPtr& b) {
  const auto* left = As<Literal>(a);
  const auto* right = As<Literal>(b);
  return left != nullptr && right != nullptr && left->value().Is<int32_t>() &&
         right->value().Is<int32_t>() &&
         left->value().Get<int32_t>() < right->value().Get<int32_t>();
}

Status CheckFrame(const WindowExpression& window) {
  if (!window.frame()) return Status::OK();
  const WindowFrame& frame = *window.frame();
  const std::string sql = Quoted(window.Sql());
  if (frame.lower == Bound::kUnboundedFollowing || frame.upper == Bound::kUnboundedPreceding) {
    const Bound wrong = frame.lower == Bound::kUnboundedFollowing ? frame.lower : frame.upper;
    return MakeError("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_INVALID_BOUND",
                     {{"sqlExpr", sql}, {"bound", std::string(BoundName(wrong))}});
  }
  if (frame.lower == Bound::kPreceding && frame.upper == Bound::kPreceding &&
      IsSmaller(window.lower_offset(), window.upper_offset())) {
    return MakeError("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON",
                     {{"sqlExpr", sql}, {"comparison", "less than or equal"}});
  }
  const bool has_offset =
      WindowFrame::HasOffset(frame.lower) || WindowFrame::HasOffset(frame.upper);
  if (frame.unit == WindowFrame::Unit::kRange && has_offset && window.order().size() > 1) {
    return MakeError("DATATYPE_MISMATCH.RANGE_FRAME_MULTI_ORDER", {{"sqlExpr", sql}});
  }
  return Status::OK();
}

Status CheckWindow(const WindowExpression& window) {
  ARROW_RETURN_NOT_OK(CheckFunction(window));
  ARROW_RETURN_NOT_OK(CheckFrame(window));
  for (const ExpressionPtr& key : window.partition()) {
    if (!key->resolved() || key->type().id() != TypeId::kMap) continue;
    return MakeError("EXPRESSION_TYPE_IS_NOT_ORDERABLE",
                     {{"expr", Quoted(key->Sql())}, {"exprType", Quoted(key->type().Sql())}});
  }
  return MakeError("INVALID_STATEMENT_OR_CLAUSE", {{"operation", "OVER"}});
}

Status CheckBelow(const ExpressionPtr& expression) {
  for (const ExpressionPtr& child : expression->children()) {
    ARROW_RETURN_NOT_OK(CheckBelow(child));
  }
  const auto* window = As<WindowExpression>(expression);
  return window == nullptr ? Status::OK() : AtOrigin(CheckWindow(*window), window->origin());
}

}  // namespace

Status CheckWindows(const LogicalPlan& node, const std::vector<ExpressionPtr>& expressions) {
  for (const ExpressionPtr& expression : expressions) {
    if (!HasKind(expression, ExpressionKind::kWindow)) continue;
    if (node.kind() == PlanKind::kFilter || node.kind() == PlanKind::kHaving) {
      return MakeError("WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE",
                       {{"clauseName", node.kind() == PlanKind::kFilter ? "WHERE" : "HAVING"}});
    }
    if (node.kind() == PlanKind::kJoin) {
      return MakeError("UNSUPPORTED_EXPR_FOR_OPERATOR",
                       {{"operator", "Join"}, {"invalidExprSqls", Quoted(expression->Sql())}});
    }
    ARROW_RETURN_NOT_OK(CheckBelow(expression));
  }
  return Status::OK();
}

}  // namespace firesteel
