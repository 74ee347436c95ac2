// Window functions, as the DataFrame API has them.
#include <utility>

#include "connect/server/plan_translator.h"
#include "expr/nodes.h"
#include "expr/window.h"

namespace firesteel {

namespace {

using ProtocolWindow = spark::connect::Expression::Window;

}  // namespace

Result<ExpressionPtr> PlanTranslator::TranslateWindow(const ProtocolWindow& window) {
  using Bound = WindowFrame::Bound;
  using ProtocolFrame = ProtocolWindow::WindowFrame;
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr function, Translate(window.window_function()));
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> partition, Translate(window.partition_spec()));
  std::vector<ExpressionPtr> order;
  for (const auto& item : window.order_spec()) {
    ARROW_ASSIGN_OR_RAISE(order.emplace_back(), TranslateSortOrder(item));
  }
  std::optional<WindowFrame> frame;
  std::vector<ExpressionPtr> offsets;
  if (window.has_frame_spec()) {
    const ProtocolFrame& sent = window.frame_spec();
    frame.emplace();
    switch (sent.frame_type()) {
      case ProtocolFrame::FRAME_TYPE_ROW: frame->unit = WindowFrame::Unit::kRows; break;
      case ProtocolFrame::FRAME_TYPE_RANGE: frame->unit = WindowFrame::Unit::kRange; break;
      default: return UnsupportedMessage("Window.frame_type " + std::to_string(sent.frame_type()));
    }
    // Offsets are signed, so both bounds count forward.
    const auto bound = [&](const ProtocolFrame::FrameBoundary& boundary,
                           Bound unbounded) -> Result<Bound> {
      switch (boundary.boundary_case()) {
        case ProtocolFrame::FrameBoundary::kCurrentRow: return Bound::kCurrentRow;
        case ProtocolFrame::FrameBoundary::kUnbounded: return unbounded;
        case ProtocolFrame::FrameBoundary::kValue: {
          ARROW_ASSIGN_OR_RAISE(offsets.emplace_back(), Translate(boundary.value()));
          return Bound::kFollowing;
        }
        default: return UnsupportedMessage("Window frame without a bound");
      }
    };
    ARROW_ASSIGN_OR_RAISE(frame->lower, bound(sent.lower(), Bound::kUnboundedPreceding));
    ARROW_ASSIGN_OR_RAISE(frame->upper, bound(sent.upper(), Bound::kUnboundedFollowing));
  }
  return std::make_shared<WindowExpression>(std::move(function), std::move(partition),
                                            std::move(order), frame, std::move(offsets));
}

}  // namespace firesteel
