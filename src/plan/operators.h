#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plan/logical_plan.h"

namespace firesteel {

/// `child AS name`: qualifies the child's columns.
class SubqueryAlias final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kSubqueryAlias;
  /// `place` is where a table of the catalog lies, `{spark_catalog, db}`: its columns may be named
  /// with it.
  SubqueryAlias(std::string name, PlanPtr child, std::vector<std::string> place = {});
  const std::string& name() const { return name_; }
  std::vector<AttributePtr> output() const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  std::string name_;
  std::vector<std::string> place_;
};

/// Marks, in its metadata, the column of random numbers by which a sample chooses its rows.
inline constexpr std::string_view kSampleKey = "firesteel.sample";

/// SELECT list. Unresolved lists may hold any expression and stars; resolved ones are named. The
/// projection of a join with USING hides columns that can still be named by their table: `r.id`.
class Project final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kProject;
  Project(std::vector<ExpressionPtr> list, PlanPtr child, bool hides_join_columns = false);
  const std::vector<ExpressionPtr>& list() const { return list_; }
  bool hides_join_columns() const { return hides_join_columns_; }
  std::vector<AttributePtr> output() const override;
  std::vector<ExpressionPtr> expressions() const override { return list_; }
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 protected:
  bool SelfResolved() const override;

 private:
  std::vector<ExpressionPtr> list_;
  bool hides_join_columns_;
};

/// WHERE: keeps the rows for which the condition is true.
class Filter final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kFilter;
  Filter(ExpressionPtr condition, PlanPtr child);
  const ExpressionPtr& condition() const { return condition_; }
  std::vector<AttributePtr> output() const override { return child()->output(); }
  std::vector<ExpressionPtr> expressions() const override { return {condition_}; }
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  ExpressionPtr condition_;
};

/// GROUP BY. `output_list` holds grouping expressions and aggregates; front ends put in what
/// SELECT says, analysis names them. In a resolved node every non-aggregate part of the list
/// appears among the grouping expressions.
class Aggregate final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kAggregate;
  Aggregate(std::vector<ExpressionPtr> grouping, std::vector<ExpressionPtr> output_list,
            PlanPtr child);
  const std::vector<ExpressionPtr>& grouping() const { return grouping_; }
  const std::vector<ExpressionPtr>& output_list() const { return output_list_; }
  std::vector<AttributePtr> output() const override;
  std::vector<ExpressionPtr> expressions() const override;  // grouping, then output_list
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 protected:
  bool SelfResolved() const override;

 private:
  std::vector<ExpressionPtr> grouping_;
  std::vector<ExpressionPtr> output_list_;
};

/// Runs a generator for each row and appends its columns to the child's, or to those of the child's
/// that are kept: the optimizer leaves out what nobody above reads (the line of a word count).
class Generate final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kGenerate;
  /// `generator` is a GeneratorCall once resolved; `outer` keeps rows that give nothing.
  Generate(ExpressionPtr generator, bool outer, std::vector<AttributePtr> generated, PlanPtr child);
  /// Repeats only `kept` of the child's columns. `output()` is always kept(), then generated().
  Generate(ExpressionPtr generator, bool outer, std::vector<AttributePtr> generated, PlanPtr child,
           std::vector<AttributePtr> kept);
  const ExpressionPtr& generator() const { return generator_; }
  bool outer() const { return outer_; }
  const std::vector<AttributePtr>& generated() const { return generated_; }
  /// The child's columns that are repeated for each generated row, in the child's order.
  std::vector<AttributePtr> kept() const { return kept_ ? *kept_ : child()->output(); }
  std::vector<AttributePtr> output() const override;
  std::vector<ExpressionPtr> expressions() const override { return {generator_}; }
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  ExpressionPtr generator_;
  bool outer_;
  std::vector<AttributePtr> generated_;
  std::optional<std::vector<AttributePtr>> kept_;  // none: all of the child's
};

/// `drop(names)`: unresolved; names that do not exist are ignored.
class DropColumns final : public UnresolvedPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kDropColumns;
  DropColumns(std::vector<std::string> names, PlanPtr child);
  const std::vector<std::string>& names() const { return names_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  std::vector<std::string> names_;
};

/// `withColumnsRenamed`: unresolved. Each new name goes to every column that has the old one, pair by
/// pair, so that a later pair sees the names of those before; the other columns stay what they are.
class WithColumnsRenamed final : public UnresolvedPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kWithColumnsRenamed;
  using NamePairs = std::vector<std::pair<std::string, std::string>>;  // old and new
  WithColumnsRenamed(NamePairs names, PlanPtr child);
  const NamePairs& names() const { return names_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  NamePairs names_;
};

/// `withColumn(name, value)`: unresolved; replaces columns of that name or appends.
class WithColumns final : public UnresolvedPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kWithColumns;
  WithColumns(std::vector<std::string> names, std::vector<ExpressionPtr> values, PlanPtr child);
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<ExpressionPtr>& values() const { return values_; }
  std::vector<ExpressionPtr> expressions() const override { return values_; }
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  std::vector<std::string> names_;
  std::vector<ExpressionPtr> values_;
};

/// ORDER BY over the whole input; `order` are SortOrders.
class Sort final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kSort;
  Sort(std::vector<ExpressionPtr> order, PlanPtr child);
  const std::vector<ExpressionPtr>& order() const { return order_; }
  std::vector<AttributePtr> output() const override { return child()->output(); }
  std::vector<ExpressionPtr> expressions() const override { return order_; }
  PlanPtr WithNewExpressions(std::vector<ExpressionPtr> expressions) const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  std::vector<ExpressionPtr> order_;
};

/// The first `count` rows.
class Limit final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kLimit;
  Limit(int64_t count, PlanPtr child);
  int64_t count() const { return count_; }
  std::vector<AttributePtr> output() const override { return child()->output(); }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  int64_t count_;
};

/// UNION ALL, by position or by name. Output: the first child's names with ids of its own; the
/// analyzer makes types equal by casts.
class Union final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kUnion;
  /// `output` is empty until analysis.
  Union(std::vector<PlanPtr> children, bool by_name, bool allow_missing_columns,
        std::vector<AttributePtr> output = {});
  bool by_name() const { return by_name_; }
  bool allow_missing_columns() const { return allow_missing_columns_; }
  std::vector<AttributePtr> output() const override { return output_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 protected:
  bool SelfResolved() const override;

 private:
  bool by_name_;
  bool allow_missing_columns_;
  std::vector<AttributePtr> output_;
};

}  // namespace firesteel
