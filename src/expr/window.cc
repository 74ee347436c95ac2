#include "expr/window.h"

#include <algorithm>
#include <utility>

namespace firesteel {

namespace {

std::vector<ExpressionPtr> Concatenate(ExpressionPtr function,
                                       std::vector<ExpressionPtr> partition,
                                       const std::vector<ExpressionPtr>& order,
                                       const std::vector<ExpressionPtr>& offsets) {
  std::vector<ExpressionPtr> children = std::move(partition);
  children.insert(children.begin(), std::move(function));
  children.insert(children.end(), order.begin(), order.end());
  children.insert(children.end(), offsets.begin(), offsets.end());
  return children;
}

std::string Join(const std::vector<std::string>& items, size_t first, size_t count) {
  std::string text;
  for (size_t i = first; i < first + count; ++i) text += (i > first ? ", " : "") + items[i];
  return text;
}

/// `next` is the index of the offset, if the bound has one.
std::string BoundText(WindowFrame::Bound bound, const std::vector<std::string>& children,
                      size_t* next) {
  using Bound = WindowFrame::Bound;
  switch (bound) {
    case Bound::kUnboundedPreceding: return "UNBOUNDED PRECEDING";
    case Bound::kPreceding: return children[(*next)++] + " PRECEDING";
    case Bound::kCurrentRow: return "CURRENT ROW";
    case Bound::kFollowing: return children[(*next)++] + " FOLLOWING";
    case Bound::kUnboundedFollowing: return "UNBOUNDED FOLLOWING";
  }
  return "";
}

}  // namespace

WindowExpression::WindowExpression(ExpressionPtr function, std::vector<ExpressionPtr> partition,
                                   std::vector<ExpressionPtr> order,
                                   std::optional<WindowFrame> frame,
                                   std::vector<ExpressionPtr> offsets, Origin origin,
                                   Origin specification)
    : Expression(kKind, Concatenate(std::move(function), partition, order, offsets)),
      partition_size_(partition.size()),
      order_size_(order.size()),
      frame_(frame),
      origin_(std::move(origin)),
      specification_(std::move(specification)) {
  const bool ready =
      frame_.has_value() &&
      std::all_of(this->children().begin(), this->children().end(),
                  [](const ExpressionPtr& expression) { return expression->resolved(); });
  if (ready) SetType(child(0)->type(), child(0)->nullable());
}

std::vector<ExpressionPtr> WindowExpression::partition() const {
  const auto begin = children().begin() + 1;
  return {begin, begin + static_cast<std::ptrdiff_t>(partition_size_)};
}

std::vector<ExpressionPtr> WindowExpression::order() const {
  const auto begin = children().begin() + 1 + static_cast<std::ptrdiff_t>(partition_size_);
  return {begin, begin + static_cast<std::ptrdiff_t>(order_size_)};
}

ExpressionPtr WindowExpression::lower_offset() const {
  if (!frame_ || !WindowFrame::HasOffset(frame_->lower)) return nullptr;
  return children()[1 + partition_size_ + order_size_];
}

ExpressionPtr WindowExpression::upper_offset() const {
  if (!frame_ || !WindowFrame::HasOffset(frame_->upper)) return nullptr;
  return children().back();
}

ExpressionPtr WindowExpression::WithFrame(WindowFrame frame,
                                          std::vector<ExpressionPtr> offsets) const {
  return std::make_shared<WindowExpression>(function(), partition(), order(), frame,
                                            std::move(offsets), origin_, specification_);
}

ExpressionPtr WindowExpression::WithNewChildren(std::vector<ExpressionPtr> children) const {
  const auto partition_begin = children.begin() + 1;
  const auto order_begin = partition_begin + static_cast<std::ptrdiff_t>(partition_size_);
  const auto offsets_begin = order_begin + static_cast<std::ptrdiff_t>(order_size_);
  return std::make_shared<WindowExpression>(
      children[0], std::vector<ExpressionPtr>(partition_begin, order_begin),
      std::vector<ExpressionPtr>(order_begin, offsets_begin), frame_,
      std::vector<ExpressionPtr>(offsets_begin, children.end()), origin_,
      specification_);
}

std::string WindowExpression::FrameText(const std::vector<std::string>& children) const {
  size_t next = 1 + partition_size_ + order_size_;
  const std::string lower = BoundText(frame_->lower, children, &next);
  const std::string upper = BoundText(frame_->upper, children, &next);
  return (frame_->unit == WindowFrame::Unit::kRows ? "ROWS" : "RANGE") + (" BETWEEN " + lower) +
         " AND " + upper;
}

std::string WindowExpression::Specification(const std::vector<std::string>& children) const {
  std::vector<std::string> clauses;
  if (partition_size_ > 0) {
    clauses.push_back("PARTITION BY " + Join(children, 1, partition_size_));
  }
  if (order_size_ > 0) {
    clauses.push_back("ORDER BY " + Join(children, 1 + partition_size_, order_size_));
  }
  if (frame_) clauses.push_back(FrameText(children));
  std::string text = "(";
  for (size_t i = 0; i < clauses.size(); ++i) text += (i > 0 ? " " : "") + clauses[i];
  return text + ")";
}

std::string WindowExpression::SpecificationSql() const {
  std::vector<std::string> texts;
  for (const ExpressionPtr& child : children()) texts.push_back(child->Sql());
  return Specification(texts);
}

std::string WindowExpression::FrameSql() const {
  std::vector<std::string> texts;
  for (const ExpressionPtr& child : children()) texts.push_back(child->Sql());
  return frame_ ? FrameText(texts) : "";
}

std::string WindowExpression::Sql() const {
  return child(0)->Sql() + " OVER " + SpecificationSql();
}

std::string WindowExpression::ToString() const {
  std::vector<std::string> texts;
  for (const ExpressionPtr& child : children()) texts.push_back(child->ToString());
  return texts[0] + " OVER " + Specification(texts);
}

}  // namespace firesteel
