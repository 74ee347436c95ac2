#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "expr/expression.h"

namespace firesteel {

/// A variable inside the body of a lambda. While the body is evaluated its values are a column of
/// the batch whose name holds the variable's id, so it needs no binding and may be used at any
/// depth. The analyzer makes one object per variable and puts it wherever the body names it.
class LambdaVariable final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kLambdaVariable;
  LambdaVariable(std::string name, DataType type, bool nullable, ExprId id = NewExprId());
  const std::string& name() const { return name_; }
  ExprId id() const { return id_; }
  /// The name of the batch's column with the values.
  const std::string& column_name() const { return column_name_; }
  bool may_fail() const override { return false; }
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;
  std::string ToString() const override;
  Result<ColumnVector> Evaluate(const arrow::RecordBatch& batch,
                                EvaluationContext* context) const override;

 private:
  std::string name_;
  ExprId id_;
  std::string column_name_;
};
using LambdaVariablePtr = std::shared_ptr<const LambdaVariable>;

/// `(x, y) -> body`, an argument of a higher-order function; its type is the body's. The body is the
/// only child, so that rewrites reach the columns it reads; the variables belong to the node. Only
/// the function it is an argument of evaluates it, with EvaluateLambda.
class Lambda final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kLambda;
  Lambda(std::vector<LambdaVariablePtr> variables, ExpressionPtr body);
  const std::vector<LambdaVariablePtr>& variables() const { return variables_; }
  const ExpressionPtr& body() const { return child(0); }
  bool may_fail() const override { return body()->may_fail(); }
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;
  std::string ToString() const override;

 private:
  std::vector<LambdaVariablePtr> variables_;
};

/// Evaluates the body for `parents.size()` bindings of the variables at once: binding i takes the
/// columns of `batch` from row parents[i] and the k-th variable from variables[k][i]. Further values
/// than the lambda has variables are left out. Without bindings nothing is evaluated and the result
/// is empty. `lambda` may be any expression: one without variables.
Result<ColumnVector> EvaluateLambda(const Expression& lambda,
                                    std::span<const std::shared_ptr<arrow::Array>> variables,
                                    const arrow::RecordBatch& batch,
                                    std::span<const int64_t> parents, EvaluationContext* context);

/// Whether the expression reads a column of the batch, or a variable of a lambda around it.
bool ReadsBatch(const Expression& expression);

/// Marks the columns of `batch` that the expression reads.
void MarkColumnsRead(const Expression& expression, const arrow::RecordBatch& batch,
                     std::vector<bool>* used);

}  // namespace firesteel
