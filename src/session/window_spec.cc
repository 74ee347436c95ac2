#include "firesteel/window.h"

#include <limits>

#include "expr/nodes.h"
#include "expr/window.h"

namespace firesteel {

namespace {

using Bound = WindowFrame::Bound;

/// A bound as the front ends write it: offsets count from the current row on.
Result<Bound> BoundAt(int64_t place, bool by_rows, std::vector<ExpressionPtr>* offsets) {
  if (place == Window::kUnboundedPreceding) return Bound::kUnboundedPreceding;
  if (place == Window::kUnboundedFollowing) return Bound::kUnboundedFollowing;
  if (place == Window::kCurrentRow) return Bound::kCurrentRow;
  if (!by_rows) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr offset, Literal::Of(place));
    offsets->push_back(std::move(offset));
    return Bound::kFollowing;
  }
  if (place > std::numeric_limits<int32_t>::max() || place < std::numeric_limits<int32_t>::min()) {
    return Status::Invalid("A frame in rows cannot reach ", place, " rows far.");
  }
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr offset, Literal::Of(static_cast<int32_t>(place)));
  offsets->push_back(std::move(offset));
  return Bound::kFollowing;
}

Result<std::vector<ExpressionPtr>> ExpressionsOf(const std::vector<Column>& columns) {
  std::vector<ExpressionPtr> expressions;
  for (const Column& column : columns) {
    ARROW_RETURN_NOT_OK(column.status());
    expressions.push_back(column.expression());
  }
  return expressions;
}

Result<ExpressionPtr> MakeWindow(const ExpressionPtr& function, const WindowSpec& spec) {
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> partition, ExpressionsOf(spec.partition()));
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> order, ExpressionsOf(spec.order()));
  for (ExpressionPtr& item : order) {
    if (As<SortOrder>(item) == nullptr) item = std::make_shared<SortOrder>(item, true, true);
  }
  std::optional<WindowFrame> frame;
  std::vector<ExpressionPtr> offsets;
  if (spec.frame()) {
    frame.emplace();
    frame->unit = spec.frame()->by_rows ? WindowFrame::Unit::kRows : WindowFrame::Unit::kRange;
    const bool by_rows = spec.frame()->by_rows;
    ARROW_ASSIGN_OR_RAISE(frame->lower, BoundAt(spec.frame()->start, by_rows, &offsets));
    ARROW_ASSIGN_OR_RAISE(frame->upper, BoundAt(spec.frame()->end, by_rows, &offsets));
  }
  return std::make_shared<WindowExpression>(function, std::move(partition), std::move(order),
                                            std::move(frame), std::move(offsets));
}

}  // namespace

WindowSpec WindowSpec::PartitionBy(std::vector<Column> columns) const {
  WindowSpec spec = *this;
  spec.partition_ = std::move(columns);
  return spec;
}

WindowSpec WindowSpec::OrderBy(std::vector<Column> columns) const {
  WindowSpec spec = *this;
  spec.order_ = std::move(columns);
  return spec;
}

WindowSpec WindowSpec::RowsBetween(int64_t start, int64_t end) const {
  WindowSpec spec = *this;
  spec.frame_ = Frame{true, start, end};
  return spec;
}

WindowSpec WindowSpec::RangeBetween(int64_t start, int64_t end) const {
  WindowSpec spec = *this;
  spec.frame_ = Frame{false, start, end};
  return spec;
}

Column Column::Over(const WindowSpec& window) const {
  if (!status_.ok()) return *this;
  Result<ExpressionPtr> made = MakeWindow(expression_, window);
  return made.ok() ? Column(*made) : Column(made.status());
}

}  // namespace firesteel
