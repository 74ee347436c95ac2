#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "expr/nodes.h"
#include "firesteel/error.h"
#include "tree/tree_node.h"

namespace firesteel {

class LogicalPlan;
using PlanPtr = NodePtr<LogicalPlan>;

enum class PlanKind {
  // Unresolved: made by front ends, gone after analysis.
  kUnresolvedDataSource,
  kUnresolvedTable,
  kUnresolvedTableFunction,
  kUnresolvedLimit,
  kInlineTable,
  kWith,
  kColumnAliases,
  kHaving,
  kQualify,
  kLateralView,
  kPivot,
  kUnpivot,
  // Leaves.
  kLocalRelation,
  kTableScan,
  kOneRow,
  kRange,
  // One child.
  kSubqueryAlias,
  kTaggedPlan,
  kProject,
  kFilter,
  kAggregate,
  kGenerate,
  kDropColumns,
  kWithColumns,
  kWithColumnsRenamed,
  kSort,
  kLimit,
  kOffset,
  kRepartition,
  kDistinct,
  kDeduplicate,
  kExpand,
  kWindow,
  kUserCallEvaluation,
  kEventTimeWatermark,
  kCollectMetrics,
  kRecursionInput,
  // Several children.
  kUserRows,
  kUnion,
  kJoin,
  kSetOperation,
  kRecursion,
  // Commands.
  kCreateView,
  kDropRelation,
  kShow,
  kDescribe,
  kExplain,
  kSetConfiguration,
  kUse,
  kCacheTable,
  kCreateTable,
  kInsertInto,
  kChangeDatabase,
  kChangeTable,
  kDeclareVariable,
  kSetVariable,
  kDropVariable,
  kExecuteImmediate,
  kCreateFunction,
  kDropFunction,
};

/// An immutable tree that says what is wanted, not how. Front ends build it unresolved; analysis
/// gives back one in which every expression has a type and every node an output. Thread-safe.
class LogicalPlan {
 public:
  virtual ~LogicalPlan() = default;

  PlanKind kind() const { return kind_; }
  const std::vector<PlanPtr>& children() const { return children_; }
  const PlanPtr& child(int i = 0) const { return children_[i]; }

  /// The columns this node gives. Requires resolved().
  virtual std::vector<AttributePtr> output() const = 0;
  /// All expressions of the node itself, in a fixed order.
  virtual std::vector<ExpressionPtr> expressions() const { return {}; }
  /// Copies the node with other expressions (as many, in the order of expressions()).
  virtual PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const;
  virtual PlanPtr WithNewChildren(std::vector<PlanPtr> children) const = 0;
  /// Whether this node and everything below it is resolved. Computed once.
  bool resolved() const;
  /// Whether analysis has finished with this tree, so that a later one can take it as it is. Being
  /// resolved is not enough: `Filter(CAST('x' AS DATE) …)` is so from the start, yet unchecked.
  bool analyzed() const { return analyzed_.load(std::memory_order_acquire); }
  /// Called by the analyzer on its results only.
  void MarkAnalyzed() const { analyzed_.store(true, std::memory_order_release); }
  /// Whether a leaf below reads a stream.
  virtual bool is_streaming() const;
  /// One line as in EXPLAIN: `Filter (a#1 > 1)`.
  virtual std::string Describe() const = 0;

  Schema schema() const;           ///< of output()
  std::string TreeString() const;  ///< one node per line, children indented; 'x is unresolved

 protected:
  LogicalPlan(PlanKind kind, std::vector<PlanPtr> children)
      : kind_(kind), children_(std::move(children)) {}
  /// Whether the node itself is resolved, given resolved children and expressions.
  virtual bool SelfResolved() const { return true; }

 private:
  PlanKind kind_;
  std::vector<PlanPtr> children_;
  mutable std::atomic<int8_t> resolved_{-1};  // -1: not known yet
  mutable std::atomic<bool> analyzed_{false};
};

/// What front ends make of their words: it has no columns, and analysis puts another node in its
/// place.
class UnresolvedPlan : public LogicalPlan {
 public:
  std::vector<AttributePtr> output() const final { return {}; }

 protected:
  using LogicalPlan::LogicalPlan;
  bool SelfResolved() const final { return false; }
};

/// Returns `plan` as a `T` when its kind is T::kKind, else nullptr.
template <typename T>
const T* As(const LogicalPlan& plan) {
  return plan.kind() == T::kKind ? static_cast<const T*>(&plan) : nullptr;
}
template <typename T>
const T* As(const PlanPtr& plan) {
  return As<T>(*plan);
}

/// Rewrites every expression of every node, bottom up.
Result<PlanPtr> TransformAllExpressions(const PlanPtr& plan, const Rewrite<Expression>& rewrite);
/// Rewrites the expressions of this node only, bottom up; returns the same node when none changed.
Result<PlanPtr> TransformExpressions(const PlanPtr& plan, const Rewrite<Expression>& rewrite);

}  // namespace firesteel
