#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "arrow/type_fwd.h"
#include "expr/unresolved.h"
#include "firesteel/connector/table.h"
#include "plan/logical_plan.h"

namespace firesteel {

/// `Read().Format(…).Load(…)` before its table is made.
class UnresolvedDataSource final : public UnresolvedPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kUnresolvedDataSource;
  UnresolvedDataSource(std::string format, std::optional<Schema> schema, Options options,
                       bool streaming);
  const std::string& format() const { return format_; }
  const std::optional<Schema>& user_schema() const { return schema_; }
  const Options& options() const { return options_; }
  bool is_streaming() const override { return streaming_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  std::string format_;
  std::optional<Schema> schema_;
  Options options_;
  bool streaming_;
};

/// A table or view by name.
class UnresolvedTable final : public UnresolvedPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kUnresolvedTable;
  UnresolvedTable(std::vector<std::string> name, bool streaming, Origin origin = {});
  const std::vector<std::string>& name() const { return name_; }
  /// The name in the query text.
  const Origin& origin() const { return origin_; }
  bool is_streaming() const override { return streaming_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  std::vector<std::string> name_;
  bool streaming_;
  Origin origin_;
};

/// Rows held in the plan.
class LocalRelation final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kLocalRelation;
  /// `batches` have the Arrow schema of `output`.
  LocalRelation(std::vector<AttributePtr> output,
                std::vector<std::shared_ptr<arrow::RecordBatch>> batches);
  static std::shared_ptr<const LocalRelation> Make(
      const Schema& schema, std::vector<std::shared_ptr<arrow::RecordBatch>> batches);
  const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches() const { return batches_; }
  std::vector<AttributePtr> output() const override { return output_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  std::vector<AttributePtr> output_;
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches_;
};

/// A scan of a table, in batch or as a stream. The optimizer narrows `output` to the columns that
/// are used and adds filters. For a stream, the streaming engine numbers the source.
class TableScan final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kTableScan;
  TableScan(std::shared_ptr<Table> table, std::vector<AttributePtr> output, bool streaming,
            std::vector<Predicate> filters = {}, int source_index = -1);
  static std::shared_ptr<const TableScan> Make(std::shared_ptr<Table> table, bool streaming);
  const std::shared_ptr<Table>& table() const { return table_; }
  const std::vector<Predicate>& filters() const { return filters_; }
  int source_index() const { return source_index_; }
  std::shared_ptr<const TableScan> WithOutput(std::vector<AttributePtr> output) const;
  std::shared_ptr<const TableScan> WithFilters(std::vector<Predicate> filters) const;
  std::shared_ptr<const TableScan> WithSourceIndex(int source_index) const;
  bool is_streaming() const override { return streaming_; }
  std::vector<AttributePtr> output() const override { return output_; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  std::shared_ptr<Table> table_;
  std::vector<AttributePtr> output_;
  bool streaming_;
  std::vector<Predicate> filters_;
  int source_index_;
};

/// One row without columns: SELECT without FROM.
class OneRow final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kOneRow;
  OneRow() : LogicalPlan(kKind, {}) {}
  std::vector<AttributePtr> output() const override { return {}; }
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override { return "OneRow"; }
};

}  // namespace firesteel
