#pragma once

#include <string>
#include <vector>

#include "expr/expression.h"
#include "expr/lambda.h"

namespace firesteel {

/// A call of a function whose body is SQL. The body reads its parameters as variables, one for each
/// argument, or holds arguments in their places; analysis decides which. Children are the body,
/// then the arguments of the variables, which are evaluated once for each row.
class SqlCall final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kSqlCall;
  /// `text` is the call as columns are named after it: `f(a, 1)`.
  SqlCall(std::string text, ExpressionPtr body, std::vector<LambdaVariablePtr> variables,
          const std::vector<ExpressionPtr>& arguments);
  const ExpressionPtr& body() const { return child(0); }
  const std::vector<LambdaVariablePtr>& variables() const { return variables_; }
  bool may_fail() const override;
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override { return text_; }
  std::string ToString() const override;
  Result<ColumnVector> Evaluate(const arrow::RecordBatch& batch,
                                EvaluationContext* context) const override;

 private:
  SqlCall(std::string text, std::vector<LambdaVariablePtr> variables,
          std::vector<ExpressionPtr> children);

  std::string text_;
  std::vector<LambdaVariablePtr> variables_;
};

}  // namespace firesteel
