#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "expr/expression.h"
#include "expr/function.h"

namespace firesteel {

/// What exists over a window only; aggregate functions do as well without one.
enum class WindowFunctionKind {
  kRowNumber,
  kRank,
  kDenseRank,
  kPercentRank,
  kCumeDist,
  kNtile,
  kLag,
  kLead,
  kNthValue,
  kCounterDiff,
};

/// A window function: one entry in the list of functions/window_functions.cc.
struct WindowFunctionDefinition {
  std::string_view name;
  WindowFunctionKind kind;
  int min_arguments = 0;
  int max_arguments = 0;  ///< -1: any number, which are ignored
  FunctionDocumentation documentation;
};

/// A resolved call of a window function, the first child of a WindowExpression. The arguments left
/// out are there: `lag(a)` has three.
class WindowFunctionCall final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kWindowFunction;
  WindowFunctionCall(const WindowFunctionDefinition* definition,
                     std::vector<ExpressionPtr> arguments, DataType type, bool nullable,
                     bool ignore_nulls);
  std::string_view name() const { return definition_->name; }
  WindowFunctionKind function() const { return definition_->kind; }
  bool ignore_nulls() const { return ignore_nulls_; }
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;
  std::string ToString() const override;

 private:
  std::string Text(const std::vector<std::string>& arguments) const;

  const WindowFunctionDefinition* definition_;
  bool ignore_nulls_;
};

}  // namespace firesteel
