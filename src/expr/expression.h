#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "arrow/type_fwd.h"
#include "expr/column_vector.h"
#include "expr/evaluation_context.h"
#include "firesteel/error.h"
#include "firesteel/types.h"
#include "tree/tree_node.h"

namespace firesteel {

class Expression;
using ExpressionPtr = NodePtr<Expression>;

/// Identifies a column through all rewrites of a plan, as Spark's ExprId. Unique in the process.
using ExprId = int64_t;
ExprId NewExprId();

enum class ExpressionKind {
  // Unresolved: made by front ends, gone after analysis.
  kUnresolvedAttribute,
  kUnresolvedStar,
  kUnresolvedFunction,
  kUnresolvedOrdinal,
  kUnresolvedMultiAlias,
  kUnresolvedTimestamp,
  kUnresolvedGroupingSets,
  kUnresolvedParameter,
  kUnresolvedLambda,
  kNamedArgument,
  kLambdaVariable,
  // Resolved.
  kLiteral,
  kAttribute,
  kBoundReference,
  kAlias,
  kCast,
  kScalarFunction,
  kConditional,   // CASE
  kInSet,
  kGetField,
  kAggregate,
  kGenerator,
  kSortOrder,
  // Queries inside expressions; gone after optimization.
  kSubquery,
  kOuterReference,
  kLambda,        // an argument of a higher-order function
  kSubqueryValue, // what a scalar subquery gave, in planned expressions
  kWindow,        // function OVER (…)
  kWindowFunction, // row_number() and its like, which exist inside of kWindow only
  kUserCall,       // of a function in the client's language
  kSqlCall,        // of a function whose body is SQL
};

/// An immutable tree that gives one value per row. A front end builds unresolved ones; the analyzer
/// gives back resolved ones, whose type() is right; BindReferences ties attributes to columns so
/// that Evaluate can be called. Thread-safe: evaluation changes nothing in the expression.
class Expression : public std::enable_shared_from_this<Expression> {
 public:
  virtual ~Expression() = default;

  ExpressionKind kind() const { return kind_; }
  const std::vector<ExpressionPtr>& children() const { return children_; }
  const ExpressionPtr& child(int i) const { return children_[i]; }
  /// Whether this and everything below it has a type.
  bool resolved() const { return resolved_; }
  const DataType& type() const { return type_; }
  bool nullable() const { return nullable_; }
  /// Whether the same row always gives the same value.
  virtual bool deterministic() const;
  /// Whether evaluation may fail for some row; lazy functions evaluate the others on all rows.
  virtual bool may_fail() const { return true; }

  /// Copies the node with other children (same number).
  virtual ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const = 0;
  /// As SQL text; this is what Spark calls the column when it has no alias: `(a + 1)`, `count(1)`.
  virtual std::string Sql() const = 0;
  /// As in plans, with expression ids: `(a#1 + 1)`.
  virtual std::string ToString() const { return Sql(); }
  /// Structural equality, ids and types included.
  bool Equals(const Expression& other) const;

  /// Computes the value for every row of `batch`. Requires a bound expression.
  virtual Result<ColumnVector> Evaluate(const arrow::RecordBatch& batch,
                                        EvaluationContext* context) const;

 protected:
  Expression(ExpressionKind kind, std::vector<ExpressionPtr> children)
      : kind_(kind), children_(std::move(children)) {}
  /// Called by constructors of resolved nodes.
  void SetType(DataType type, bool nullable);

 private:
  ExpressionKind kind_;
  std::vector<ExpressionPtr> children_;
  DataType type_;
  bool nullable_ = true;
  bool resolved_ = false;
};

/// Returns `expression` as a `T` when its kind is T::kKind, else nullptr.
template <typename T>
const T* As(const Expression& expression) {
  return expression.kind() == T::kKind ? static_cast<const T*>(&expression) : nullptr;
}
template <typename T>
const T* As(const ExpressionPtr& expression) {
  return As<T>(*expression);
}

}  // namespace firesteel
