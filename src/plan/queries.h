#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "expr/unresolved.h"
#include "plan/logical_plan.h"

namespace firesteel {

// The nodes that only SQL text makes, and those that come from taking its clauses apart. What the
// parser leaves to analysis: GROUP BY ALL and ORDER BY ALL are a single UnresolvedAttribute `ALL`
// (of a SortOrder in ORDER BY), positions are INT literals, HAVING without GROUP BY stands over an
// Aggregate without keys. From the bottom: FROM, LateralView, Pivot, Filter, Project or Aggregate,
// Having, Distinct; then Sort, Offset, Limit of the whole query.

/// WITH name [(columns)] AS (query), … child. Unresolved: analysis puts each query in the place of
/// its name, within the child and the definitions after it (its own too when `recursive`). child()
/// is the query below; the definitions' queries are the children after it.
class With final : public UnresolvedPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kWith;
  struct Definition {
    std::string name;
    PlanPtr query;  ///< a ColumnAliases node where columns are named
    bool recursive = false;  ///< may read itself
    std::optional<int64_t> maximum_level = std::nullopt;  ///< MAX RECURSION LEVEL
  };
  With(std::vector<Definition> definitions, PlanPtr child);
  const std::vector<Definition>& definitions() const { return definitions_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  std::vector<Definition> definitions_;
};

/// `child AS name(a, b)`: other names for all columns. Unresolved; analysis makes it a projection.
/// Errors there: a number of names that differs from that of the columns.
class ColumnAliases final : public UnresolvedPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kColumnAliases;
  ColumnAliases(std::vector<std::string> names, PlanPtr child);
  const std::vector<std::string>& names() const { return names_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  std::vector<std::string> names_;
};

/// VALUES (…), (…): rows of expressions without columns below. Unresolved; analysis makes it a
/// LocalRelation with columns col1, col2, … of the rows' common types.
class InlineTable final : public UnresolvedPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kInlineTable;
  explicit InlineTable(std::vector<std::vector<ExpressionPtr>> rows);
  const std::vector<std::vector<ExpressionPtr>>& rows() const { return rows_; }
  std::vector<ExpressionPtr> expressions() const override;  // row by row
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  std::vector<std::vector<ExpressionPtr>> rows_;
};

/// `FROM range(10)`, `FROM explode(…)`: a call that gives a table. Unresolved.
class UnresolvedTableFunction final : public UnresolvedPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kUnresolvedTableFunction;
  UnresolvedTableFunction(std::string name, std::vector<ExpressionPtr> arguments,
                          Origin origin = {});
  const std::string& name() const { return name_; }
  const Origin& origin() const { return origin_; }
  std::vector<ExpressionPtr> expressions() const override { return arguments_; }
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  std::string name_;
  std::vector<ExpressionPtr> arguments_;
  Origin origin_;
};

/// The numbers from `start` up to, not including, `end` in partitions; column `id`.
class Range final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kRange;
  Range(int64_t start, int64_t end, int64_t step, std::optional<int> partitions,
        AttributePtr column = nullptr);  // nullptr: a new one
  int64_t start() const { return start_; }
  int64_t end() const { return end_; }
  int64_t step() const { return step_; }
  std::optional<int> partitions() const { return partitions_; }
  std::vector<AttributePtr> output() const override { return {column_}; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  int64_t start_;
  int64_t end_;
  int64_t step_;
  std::optional<int> partitions_;
  AttributePtr column_;
};

/// HAVING, over an Aggregate: may use aggregates and columns that the SELECT list leaves out.
/// Unresolved; analysis makes it a Filter.
class Having final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kHaving;
  Having(ExpressionPtr condition, PlanPtr child);
  const ExpressionPtr& condition() const { return condition_; }
  std::vector<AttributePtr> output() const override { return child()->output(); }
  std::vector<ExpressionPtr> expressions() const override { return {condition_}; }
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 protected:
  bool SelfResolved() const override { return false; }

 private:
  ExpressionPtr condition_;
};

/// LATERAL VIEW [OUTER] generator alias AS columns: the child's columns, then the generator's.
/// Unresolved; analysis makes it a Generate.
class LateralView final : public UnresolvedPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kLateralView;
  LateralView(ExpressionPtr generator, bool outer, std::string name,
              std::vector<std::string> columns, PlanPtr child);
  const ExpressionPtr& generator() const { return generator_; }
  bool outer() const { return outer_; }
  const std::string& name() const { return name_; }
  const std::vector<std::string>& columns() const { return columns_; }
  std::vector<ExpressionPtr> expressions() const override { return {generator_}; }
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  ExpressionPtr generator_;
  bool outer_;
  std::string name_;
  std::vector<std::string> columns_;
};

/// Each row once.
class Distinct final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kDistinct;
  explicit Distinct(PlanPtr child);
  std::vector<AttributePtr> output() const override { return child()->output(); }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override { return "Distinct"; }
};

/// OFFSET: leaves out the first `count` rows. (`Offset` is a place in a stream.)
class SkipRows final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kOffset;
  SkipRows(int64_t count, PlanPtr child);
  int64_t count() const { return count_; }
  std::vector<AttributePtr> output() const override { return child()->output(); }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  int64_t count_;
};

/// LIMIT and OFFSET with any constant expression, before it is computed. Unresolved; analysis makes
/// it a Limit or a SkipRows. Errors there: INVALID_LIMIT_LIKE_EXPRESSION.*
class UnresolvedLimit final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kUnresolvedLimit;
  enum class Clause { kLimit, kOffset };
  UnresolvedLimit(Clause clause, ExpressionPtr count, PlanPtr child);
  Clause clause() const { return clause_; }
  const ExpressionPtr& count() const { return count_; }
  std::vector<AttributePtr> output() const override { return child()->output(); }
  std::vector<ExpressionPtr> expressions() const override { return {count_}; }
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 protected:
  bool SelfResolved() const override { return false; }

 private:
  Clause clause_;
  ExpressionPtr count_;
};

/// INTERSECT and EXCEPT, by position; `all` counts duplicates. UNION DISTINCT is a Distinct over a
/// Union. Output: the left columns' names, with ids of its own. Analysis makes types equal; the
/// optimizer turns it into joins and aggregates.
class SetOperation final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kSetOperation;
  enum class Operation { kIntersect, kExcept };
  /// `output` is empty until analysis.
  SetOperation(Operation operation, bool all, PlanPtr left, PlanPtr right,
               std::vector<AttributePtr> output = {});
  Operation operation() const { return operation_; }
  bool all() const { return all_; }
  std::vector<AttributePtr> output() const override { return output_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 protected:
  bool SelfResolved() const override;

 private:
  Operation operation_;
  bool all_;
  std::vector<AttributePtr> output_;
};

/// For each input row one output row per projection: what GROUPING SETS become. Every projection has
/// as many expressions as `output` has columns.
class Expand final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kExpand;
  Expand(std::vector<std::vector<ExpressionPtr>> projections, std::vector<AttributePtr> output,
         PlanPtr child);
  const std::vector<std::vector<ExpressionPtr>>& projections() const { return projections_; }
  std::vector<AttributePtr> output() const override { return output_; }
  std::vector<ExpressionPtr> expressions() const override;  // projection by projection
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  std::vector<std::vector<ExpressionPtr>> projections_;
  std::vector<AttributePtr> output_;
};

}  // namespace firesteel
