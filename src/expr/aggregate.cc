#include "expr/aggregate.h"

#include <utility>

namespace firesteel {

namespace {

std::vector<ExpressionPtr> AppendFilter(std::vector<ExpressionPtr> arguments,
                                        ExpressionPtr filter) {
  if (filter) arguments.push_back(std::move(filter));
  return arguments;
}

}  // namespace

AggregateCall::AggregateCall(const AggregateFunctionDefinition* definition,
                             std::shared_ptr<const BoundAggregate> bound,
                             std::vector<ExpressionPtr> arguments, bool distinct,
                             ExpressionPtr filter)
    : Expression(kKind, AppendFilter(std::move(arguments), filter)),
      definition_(definition),
      bound_(std::move(bound)),
      distinct_(distinct),
      has_filter_(filter != nullptr) {
  SetType(bound_->return_type(), bound_->nullable());
}

std::vector<ExpressionPtr> AggregateCall::arguments() const {
  return {children().begin(), children().end() - (has_filter_ ? 1 : 0)};
}

ExpressionPtr AggregateCall::filter() const { return has_filter_ ? children().back() : nullptr; }

ExpressionPtr AggregateCall::WithNewChildren(std::vector<ExpressionPtr> children) const {
  ExpressionPtr filter;
  if (has_filter_) {
    filter = std::move(children.back());
    children.pop_back();
  }
  return std::make_shared<AggregateCall>(definition_, bound_, std::move(children), distinct_,
                                         std::move(filter));
}

namespace {

std::string Render(const AggregateCall& call, std::string (Expression::*text)() const) {
  std::vector<std::string> arguments;
  for (const ExpressionPtr& argument : call.arguments()) {
    arguments.push_back((argument.get()->*text)());
  }
  std::string out = call.bound().CallText(call.name(), arguments, call.distinct());
  if (call.has_filter()) out += " FILTER (WHERE " + (call.filter().get()->*text)() + ")";
  return out;
}

}  // namespace

std::string BoundAggregate::CallText(std::string_view name,
                                     const std::vector<std::string>& arguments,
                                     bool distinct) const {
  std::string text(name);
  text += distinct ? "(DISTINCT " : "(";
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) text += ", ";
    text += arguments[i];
  }
  return text + ")";
}

std::string AggregateCall::Sql() const { return Render(*this, &Expression::Sql); }

std::string AggregateCall::ToString() const { return Render(*this, &Expression::ToString); }

}  // namespace firesteel
