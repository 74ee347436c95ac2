#include "analyzer/check_windows.h"

#include "analyzer/name_scope.h"
#include "analyzer/resolve_expression.h"
#include "common/error.h"
#include "expr/aggregate.h"
#include "expr/window_function.h"
#include "functions/binding.h"
#include "functions/coercion.h"
#include "functions/constant.h"
#include "functions/registry.h"

namespace firesteel {

namespace {

using Bound = WindowFrame::Bound;
using Unit = WindowFrame::Unit;

std::string BoundSql(Bound bound, const ExpressionPtr& offset) {
  switch (bound) {
    case Bound::kUnboundedPreceding: return "UNBOUNDED PRECEDING";
    case Bound::kCurrentRow: return "CURRENT ROW";
    case Bound::kUnboundedFollowing: return "UNBOUNDED FOLLOWING";
    case Bound::kPreceding: return "(- " + offset->Sql() + ")";
    case Bound::kFollowing: return offset->Sql();
  }
  return "";
}

bool IsDayTimeOrMonths(const DataType& type) {
  return type.id() == TypeId::kDayTimeInterval || type.id() == TypeId::kYearMonthInterval;
}

bool IsInterval(const DataType& type) {
  return IsDayTimeOrMonths(type) || type.id() == TypeId::kCalendarInterval;
}

/// The checks of one frame.
class FrameCheck {
 public:
  FrameCheck(const WindowExpression& window, const FunctionSettings& settings)
      : window_(window),
        settings_(settings),
        frame_(*window.frame()),
        lower_(window.lower_offset()),
        upper_(window.upper_offset()) {}

  Status Run() const {
    ARROW_RETURN_NOT_OK(CheckBound("lower", lower_));
    ARROW_RETURN_NOT_OK(CheckBound("upper", upper_));
    ARROW_RETURN_NOT_OK(CheckPair());
    return frame_.unit == Unit::kRange ? CheckRange() : Status::OK();
  }

 private:
  Status CheckBound(const char* location, const ExpressionPtr& offset) const {
    if (offset == nullptr) return Status::OK();
    if (!IsFoldable(*offset)) {
      return MakeError("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WITHOUT_FOLDABLE",
                       {{"sqlExpr", Quoted(window_.FrameSql())},
                        {"location", location},
                        {"expression", Quoted(offset->Sql())}});
    }
    const bool rows = frame_.unit == Unit::kRows;
    DataType type = offset->type();
    if (rows) {
      // Rows cannot be counted by NULL.
      ARROW_ASSIGN_OR_RAISE(const Value value, EvaluateConstant(*offset));
      if (value.is_null()) type = TypeId::kNull;
    }
    if (rows ? type.id() == TypeId::kInteger : type.is_numeric() || IsInterval(type)) {
      return Status::OK();
    }
    return MakeError("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE",
                     {{"sqlExpr", Quoted(window_.FrameSql())},
                      {"location", location},
                      {"exprType", Quoted(type.Sql())},
                      {"expectedType", rows ? "\"INT\""
                                            : "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or "
                                              "\"INTERVAL YEAR TO MONTH\" or \"INTERVAL\")"}});
  }

  Status CheckPair() const {
    const std::string sql = Quoted(window_.FrameSql());
    const std::string lower = Quoted(BoundSql(frame_.lower, lower_));
    const std::string upper = Quoted(BoundSql(frame_.upper, upper_));
    if (frame_.lower == Bound::kUnboundedFollowing ||
        frame_.upper == Bound::kUnboundedPreceding) {
      return MakeError("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_INVALID_BOUND",
                       {{"sqlExpr", sql}, {"lower", lower}, {"upper", upper}});
    }
    if (lower_ == nullptr || upper_ == nullptr) return Status::OK();
    if (!lower_->type().SameType(upper_->type())) {
      return MakeError("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_DIFF_TYPES",
                       {{"sqlExpr", sql},
                        {"lower", lower},
                        {"upper", upper},
                        {"lowerType", Quoted(lower_->type().Sql())},
                        {"upperType", Quoted(upper_->type().Sql())}});
    }
    ARROW_ASSIGN_OR_RAISE(const bool crossed, IsLowerGreater());
    if (!crossed) return Status::OK();
    return MakeError("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON",
                     {{"sqlExpr", sql}, {"comparison", "less than or equal"}});
  }

  Result<ExpressionPtr> Signed(Bound bound, const ExpressionPtr& offset) const {
    if (bound == Bound::kFollowing) return offset;
    return BindCall("negative", {offset}, false, nullptr, settings_);
  }

  Result<bool> IsLowerGreater() const {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr lower, Signed(frame_.lower, lower_));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr upper, Signed(frame_.upper, upper_));
    // Intervals of months and days have no order.
    if (!IsOrderable(lower->type())) return false;
    ARROW_ASSIGN_OR_RAISE(
        const ExpressionPtr greater,
        BindCall(">", {std::move(lower), std::move(upper)}, false, nullptr, settings_));
    ARROW_ASSIGN_OR_RAISE(const Value value, EvaluateConstant(*greater));
    return value.Is<bool>() && value.Get<bool>();
  }

  /// Which offsets a RANGE may have depends on what the rows are ordered by.
  Status CheckRange() const {
    const std::vector<ExpressionPtr> order = window_.order();
    const std::string sql = Quoted(window_.SpecificationSql());
    const bool unbounded = frame_.lower == Bound::kUnboundedPreceding &&
                           frame_.upper == Bound::kUnboundedFollowing;
    if (order.empty() && !unbounded) {
      return MakeError("DATATYPE_MISMATCH.RANGE_FRAME_WITHOUT_ORDER", {{"sqlExpr", sql}});
    }
    const ExpressionPtr& offset = lower_ != nullptr ? lower_ : upper_;
    if (offset == nullptr) return Status::OK();
    if (order.size() > 1) {
      std::string text;
      for (const ExpressionPtr& item : order) {
        text += (text.empty() ? "" : ",") + item->ToString();
      }
      return MakeError("DATATYPE_MISMATCH.RANGE_FRAME_MULTI_ORDER",
                       {{"sqlExpr", sql}, {"orderSpec", text}});
    }
    if (FitsOrder(order[0]->type(), offset->type())) return Status::OK();
    return MakeError("DATATYPE_MISMATCH.RANGE_FRAME_INVALID_TYPE",
                     {{"sqlExpr", sql},
                      {"orderSpecType", Quoted(order[0]->type().Sql())},
                      {"valueBoundaryType", Quoted(offset->type().Sql())}});
  }

  static bool FitsOrder(const DataType& order, const DataType& offset) {
    switch (order.id()) {
      case TypeId::kDate: return offset.id() == TypeId::kInteger || IsDayTimeOrMonths(offset);
      case TypeId::kTimestamp:
      case TypeId::kTimestampNtz: return IsInterval(offset);
      default: return order.SameType(offset);
    }
  }

  const WindowExpression& window_;
  const FunctionSettings& settings_;
  const WindowFrame& frame_;
  ExpressionPtr lower_;
  ExpressionPtr upper_;
};

}  // namespace

Status CheckOrdered(const WindowExpression& window) {
  const auto* call = As<WindowFunctionCall>(window.function());
  if (call == nullptr || !window.order().empty()) return Status::OK();
  return MakeError("WINDOW_FUNCTION_FRAME_NOT_ORDERED",
                   {{"wf_name", std::string(call->name())}, {"wf_expr", call->Sql()}});
}

Status CheckWindow(const WindowExpression& window, const FunctionSettings& settings) {
  ARROW_RETURN_NOT_OK(
      AtOrigin(FrameCheck(window, settings).Run(), window.specification()));
  const auto* aggregate = As<AggregateCall>(window.function());
  if (aggregate != nullptr && aggregate->distinct()) {
    return AtOrigin(MakeError("DISTINCT_WINDOW_FUNCTION_UNSUPPORTED",
                              {{"windowExpr", Quoted(window.Sql())}}),
                    window.origin());
  }
  for (const ExpressionPtr& key : window.partition()) {
    if (key->type().id() != TypeId::kMap) continue;
    return AtOrigin(MakeError("EXPRESSION_TYPE_IS_NOT_ORDERABLE",
                              {{"expr", Quoted(key->Sql())},
                               {"exprType", Quoted(key->type().Sql())}}),
                    window.origin());
  }
  for (const ExpressionPtr& item : window.order()) {
    if (IsOrderable(item->type())) continue;
    return AtOrigin(MakeError("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
                              {{"sqlExpr", Quoted(item->Sql())},
                               {"functionName", "`sortorder`"},
                               {"dataType", Quoted(item->type().Sql())}}),
                    window.specification());
  }
  return Status::OK();
}

Status CheckWindowPlaces(const LogicalPlan& node, const std::vector<ExpressionPtr>& expressions) {
  const bool filters = node.kind() == PlanKind::kFilter || node.kind() == PlanKind::kHaving;
  if (!filters) return Status::OK();
  for (const ExpressionPtr& expression : expressions) {
    if (!HasKind(expression, ExpressionKind::kWindow)) continue;
    return MakeError("WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE",
                     {{"clauseName", node.kind() == PlanKind::kFilter ? "WHERE" : "HAVING"}});
  }
  return Status::OK();
}

}  // namespace firesteel
