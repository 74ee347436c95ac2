#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/logical_plan.h"

namespace firesteel {

/// PIVOT (aggregates FOR columns IN (values)): for each value a column per aggregate. Unresolved;
/// analysis makes it an Aggregate. Without grouping expressions, as in SQL, rows are grouped by all
/// columns that neither `columns` nor `aggregates` read.
class Pivot final : public UnresolvedPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kPivot;
  /// `columns`: what the values are compared with; several are `(a, b)`, and then a value is
  /// a struct of as many. `values` and `aggregates` may be Aliases.
  Pivot(std::optional<std::vector<ExpressionPtr>> grouping, std::vector<ExpressionPtr> columns,
        std::vector<ExpressionPtr> values, std::vector<ExpressionPtr> aggregates, PlanPtr child);
  const std::optional<std::vector<ExpressionPtr>>& grouping() const { return grouping_; }
  const std::vector<ExpressionPtr>& columns() const { return columns_; }
  const std::vector<ExpressionPtr>& values() const { return values_; }
  const std::vector<ExpressionPtr>& aggregates() const { return aggregates_; }
  std::vector<ExpressionPtr> expressions() const override;  // grouping, columns, values, aggregates
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  std::optional<std::vector<ExpressionPtr>> grouping_;
  std::vector<ExpressionPtr> columns_;
  std::vector<ExpressionPtr> values_;
  std::vector<ExpressionPtr> aggregates_;
};

/// UNPIVOT (value FOR name IN (a AS x, b)): a row per column, with its name and its value.
/// Unresolved; analysis makes it an Expand and a Filter.
class Unpivot final : public UnresolvedPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kUnpivot;
  struct Definition {
    bool include_nulls = false;
    std::string name_column;
    std::vector<std::string> value_columns;
    /// How often `values` holds one column per value column: one entry per row, its name if given.
    std::vector<std::optional<std::string>> names;
  };
  /// `values`: row by row one expression per value column. `ids`: the columns that stay; in SQL
  /// all others.
  Unpivot(Definition definition, std::optional<std::vector<ExpressionPtr>> ids,
          std::vector<ExpressionPtr> values, PlanPtr child);
  const Definition& definition() const { return definition_; }
  const std::optional<std::vector<ExpressionPtr>>& ids() const { return ids_; }
  const std::vector<ExpressionPtr>& values() const { return values_; }
  std::vector<ExpressionPtr> expressions() const override;  // ids, values
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  Definition definition_;
  std::optional<std::vector<ExpressionPtr>> ids_;
  std::vector<ExpressionPtr> values_;
};

}  // namespace firesteel
