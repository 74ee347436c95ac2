#include "expr/window_function.h"

#include <utility>

namespace firesteel {

WindowFunctionCall::WindowFunctionCall(const WindowFunctionDefinition* definition,
                                       std::vector<ExpressionPtr> arguments, DataType type,
                                       bool nullable, bool ignore_nulls)
    : Expression(kKind, std::move(arguments)),
      definition_(definition),
      ignore_nulls_(ignore_nulls) {
  SetType(std::move(type), nullable);
}

ExpressionPtr WindowFunctionCall::WithNewChildren(std::vector<ExpressionPtr> children) const {
  return std::make_shared<WindowFunctionCall>(definition_, std::move(children), type(), nullable(),
                                              ignore_nulls_);
}

std::string WindowFunctionCall::Text(const std::vector<std::string>& arguments) const {
  switch (definition_->kind) {
    // These are shown in capitals and without what they were given.
    case WindowFunctionKind::kRank: return "RANK()";
    case WindowFunctionKind::kDenseRank: return "DENSE_RANK()";
    case WindowFunctionKind::kPercentRank: return "PERCENT_RANK()";
    default: break;
  }
  std::string text(definition_->name);
  text += "(";
  for (size_t i = 0; i < arguments.size(); ++i) text += (i > 0 ? ", " : "") + arguments[i];
  text += ")";
  const bool shows_nulls = definition_->kind == WindowFunctionKind::kNthValue && ignore_nulls_;
  return shows_nulls ? text + " ignore nulls" : text;
}

std::string WindowFunctionCall::Sql() const {
  std::vector<std::string> arguments;
  for (const ExpressionPtr& child : children()) arguments.push_back(child->Sql());
  return Text(arguments);
}

std::string WindowFunctionCall::ToString() const {
  std::vector<std::string> arguments;
  for (const ExpressionPtr& child : children()) arguments.push_back(child->ToString());
  return Text(arguments);
}

}  // namespace firesteel
