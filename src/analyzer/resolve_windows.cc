#include "analyzer/resolve_windows.h"

#include <utility>

#include "analyzer/check_windows.h"
#include "analyzer/name_scope.h"
#include "common/error.h"
#include "expr/window_function.h"
#include "functions/constant.h"
#include "functions/registry.h"
#include "functions/window_functions.h"
#include "plan/identifier.h"

namespace firesteel {

namespace {

using Bound = WindowFrame::Bound;
using Unit = WindowFrame::Unit;

struct FrameWithOffsets {
  WindowFrame frame;
  std::vector<ExpressionPtr> offsets;
};

WindowFrame MakeFrame(Unit unit, Bound lower, Bound upper) {
  WindowFrame frame;
  frame.unit = unit;
  frame.lower = lower;
  frame.upper = upper;
  return frame;
}

/// The only row that lag() and lead() read.
Result<FrameWithOffsets> FrameOfOffset(const WindowFunctionCall& call) {
  ARROW_ASSIGN_OR_RAISE(const Value value, EvaluateConstant(*call.child(1)));
  int32_t rows = value.Get<int32_t>();
  if (call.function() == WindowFunctionKind::kLag) {
    rows = static_cast<int32_t>(-static_cast<uint32_t>(rows));
  }
  ARROW_ASSIGN_OR_RAISE(const ExpressionPtr offset, Literal::Of(rows));
  return FrameWithOffsets{MakeFrame(Unit::kRows, Bound::kFollowing, Bound::kFollowing),
                          {offset, offset}};
}

/// The frame that a function always has; none for functions that take any.
Result<std::optional<FrameWithOffsets>> RequiredFrame(const Expression& function) {
  const auto* call = As<WindowFunctionCall>(function);
  if (call == nullptr) return std::optional<FrameWithOffsets>();
  switch (call->function()) {
    case WindowFunctionKind::kLag:
    case WindowFunctionKind::kLead: {
      ARROW_ASSIGN_OR_RAISE(FrameWithOffsets frame, FrameOfOffset(*call));
      return std::optional<FrameWithOffsets>(std::move(frame));
    }
    case WindowFunctionKind::kNthValue: return std::optional<FrameWithOffsets>();
    case WindowFunctionKind::kCumeDist:
      return std::optional<FrameWithOffsets>(FrameWithOffsets{
          MakeFrame(Unit::kRange, Bound::kUnboundedPreceding, Bound::kCurrentRow), {}});
    default:
      return std::optional<FrameWithOffsets>(FrameWithOffsets{
          MakeFrame(Unit::kRows, Bound::kUnboundedPreceding, Bound::kCurrentRow), {}});
  }
}

bool SameFrame(const WindowExpression& window, const FrameWithOffsets& required) {
  const WindowFrame& frame = *window.frame();
  if (frame.unit != required.frame.unit || frame.lower != required.frame.lower ||
      frame.upper != required.frame.upper) {
    return false;
  }
  if (required.offsets.empty()) return true;
  return window.lower_offset()->Equals(*required.offsets[0]) &&
         window.upper_offset()->Equals(*required.offsets[1]);
}

Status WrongFrame(const WindowExpression& window, const FrameWithOffsets& required) {
  const auto* call = As<WindowFunctionCall>(window.function());
  if (!required.offsets.empty()) {
    return MakeError("_LEGACY_ERROR_TEMP_1035", {{"prettyName", std::string(call->name())}});
  }
  const ExpressionPtr right = window.WithFrame(required.frame, required.offsets);
  return MakeError("_LEGACY_ERROR_TEMP_1036",
                   {{"wf", window.FrameSql()},
                    {"required", As<WindowExpression>(right)->FrameSql()}});
}

/// What a RANGE is counted in: the type of the order, where dates and times take other types.
ExpressionPtr CoerceOffset(const ExpressionPtr& offset, const DataType& order,
                           const FunctionSettings& settings) {
  const bool is_time = order.id() == TypeId::kDate || order.id() == TypeId::kTimestamp ||
                       order.id() == TypeId::kTimestampNtz;
  if (is_time || offset->type().SameType(order) ||
      !CanCast(offset->type(), order, settings.ansi)) {
    return offset;
  }
  return std::make_shared<Cast>(offset, order,
                                CastOptions{settings.ansi, false, settings.time_zone}, true);
}

/// `-a` as the frame shows it: `(- a)`.
Result<ExpressionPtr> Negated(const ExpressionPtr& offset, const FunctionSettings& settings) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr bound,
                        BindCall("negative", {offset}, false, nullptr, settings));
  const auto* call = As<ScalarFunction>(bound);
  if (call == nullptr) return bound;
  BoundFunction named = call->bound();
  named.sql = [](const std::vector<std::string>& arguments) { return "(- " + arguments[0] + ")"; };
  return ExpressionPtr(std::make_shared<ScalarFunction>(
      call->definition(), std::make_shared<const BoundFunction>(std::move(named)),
      bound->children()));
}

/// Casts one bound; a bound before the current row becomes a negative one after it, since it is the
/// negated offset that is cast.
Status CoerceBound(const DataType& order, const FunctionSettings& settings, Bound* bound,
                   ExpressionPtr* offset) {
  if (*offset == nullptr) return Status::OK();
  if (*bound == Bound::kFollowing) {
    *offset = CoerceOffset(*offset, order, settings);
    return Status::OK();
  }
  // A text is negated as a number.
  const bool is_text = (*offset)->type().id() == TypeId::kString;
  if (!is_text && CoerceOffset(*offset, order, settings) == *offset) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(const ExpressionPtr negated, Negated(*offset, settings));
  *offset = CoerceOffset(negated, order, settings);
  *bound = Bound::kFollowing;
  return Status::OK();
}

Result<FrameWithOffsets> CoercedFrame(const WindowExpression& window,
                                      const FunctionSettings& settings) {
  FrameWithOffsets coerced{*window.frame(), {}};
  coerced.frame.time_zone = settings.time_zone;
  ExpressionPtr lower = window.lower_offset();
  ExpressionPtr upper = window.upper_offset();
  const std::vector<ExpressionPtr> order = window.order();
  if (coerced.frame.unit == Unit::kRange && order.size() == 1) {
    const DataType& type = order[0]->type();
    ARROW_RETURN_NOT_OK(CoerceBound(type, settings, &coerced.frame.lower, &lower));
    ARROW_RETURN_NOT_OK(CoerceBound(type, settings, &coerced.frame.upper, &upper));
  }
  if (lower != nullptr) coerced.offsets.push_back(std::move(lower));
  if (upper != nullptr) coerced.offsets.push_back(std::move(upper));
  return coerced;
}

Status UnsupportedSyntax(const WindowFunctionDefinition& function, const char* syntax) {
  return MakeError("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
                   {{"prettyName", "`" + std::string(function.name) + "`"}, {"syntax", syntax}});
}

/// Whether IGNORE NULLS means anything to a function.
bool TakesNulls(WindowFunctionKind kind) {
  return kind == WindowFunctionKind::kLag || kind == WindowFunctionKind::kLead ||
         kind == WindowFunctionKind::kNthValue;
}

Status CheckIsFunction(const WindowExpression& window) {
  switch (window.function()->kind()) {
    case ExpressionKind::kAggregate:
    case ExpressionKind::kWindowFunction:
    case ExpressionKind::kGenerator: return Status::OK();  // the last is refused by its place
    default:
      return AtOrigin(MakeError("UNSUPPORTED_EXPR_FOR_WINDOW",
                                {{"sqlExpr", "\"" + window.function()->Sql() + "\""}}),
                      window.origin());
  }
}

}  // namespace

Result<ExpressionPtr> BindOver(const UnresolvedFunction& call, const FunctionSettings& settings) {
  const WindowFunctionDefinition* function = FindWindowFunction(call.name());
  if (function == nullptr) return ExpressionPtr();
  if (call.distinct()) return UnsupportedSyntax(*function, "DISTINCT");
  if (call.has_filter()) return UnsupportedSyntax(*function, "FILTER CLAUSE");
  if (call.ignore_nulls() && !TakesNulls(function->kind)) {
    return UnsupportedSyntax(*function, "IGNORE NULLS");
  }
  return BindWindowFunction(*function, call.arguments(), call.ignore_nulls(), settings);
}

Result<ExpressionPtr> ChooseFrame(const WindowExpression& window,
                                  const FunctionSettings& settings) {
  ARROW_ASSIGN_OR_RAISE(std::optional<FrameWithOffsets> required,
                        RequiredFrame(*window.function()));
  FrameWithOffsets chosen;
  if (required) {
    chosen = *std::move(required);
  } else if (window.order().empty()) {
    chosen.frame = MakeFrame(Unit::kRows, Bound::kUnboundedPreceding, Bound::kUnboundedFollowing);
  } else {
    chosen.frame = MakeFrame(Unit::kRange, Bound::kUnboundedPreceding, Bound::kCurrentRow);
  }
  chosen.frame.time_zone = settings.time_zone;
  return window.WithFrame(chosen.frame, std::move(chosen.offsets));
}

Result<ExpressionPtr> CompleteWindow(const WindowExpression& window,
                                     const FunctionSettings& settings) {
  ARROW_RETURN_NOT_OK(CheckIsFunction(window));
  ARROW_RETURN_NOT_OK(CheckOrdered(window));
  ARROW_ASSIGN_OR_RAISE(std::optional<FrameWithOffsets> required,
                        RequiredFrame(*window.function()));
  if (!window.frame()) {
    ARROW_ASSIGN_OR_RAISE(const ExpressionPtr framed, ChooseFrame(window, settings));
    ARROW_RETURN_NOT_OK(CheckWindow(*As<WindowExpression>(framed), settings));
    return framed;
  }
  if (required && !SameFrame(window, *required)) return WrongFrame(window, *required);
  ARROW_ASSIGN_OR_RAISE(FrameWithOffsets coerced, CoercedFrame(window, settings));
  std::vector<ExpressionPtr> before;
  if (window.lower_offset() != nullptr) before.push_back(window.lower_offset());
  if (window.upper_offset() != nullptr) before.push_back(window.upper_offset());
  const bool same = coerced.frame == *window.frame() && coerced.offsets == before;
  const ExpressionPtr framed = window.WithFrame(coerced.frame, std::move(coerced.offsets));
  ARROW_RETURN_NOT_OK(CheckWindow(*As<WindowExpression>(framed), settings));
  return same ? ExpressionPtr() : framed;
}

}  // namespace firesteel
