#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/expression.h"
#include "expr/function.h"

namespace firesteel {

/// The running values of one aggregate function for many groups, in columns. Groups are numbered
/// from 0. Not thread-safe.
class Accumulator {
 public:
  virtual ~Accumulator() = default;
  /// Makes room for groups 0 … `groups`-1; new ones are empty.
  virtual Status Resize(int64_t groups) = 0;
  /// Adds rows: `arguments` have the bound types, `groups[i]` is row i's group. Rows whose group is
  /// negative are left out (FILTER).
  virtual Status Update(std::span<const ColumnVector> arguments,
                        std::span<const int32_t> groups) = 0;
  /// Adds buffers, as BufferArrays gives them: row i goes to groups[i].
  virtual Status Merge(std::span<const std::shared_ptr<arrow::Array>> buffers,
                       std::span<const int32_t> groups) = 0;
  /// The buffers, one row per group, in the layout that Spark keeps in its state.
  virtual Result<std::vector<std::shared_ptr<arrow::Array>>> BufferArrays() const = 0;
  /// The results, one row per group.
  virtual Result<std::shared_ptr<arrow::Array>> Finish() const = 0;
};

/// An aggregate function for certain argument types. Immutable, thread-safe.
class BoundAggregate {
 public:
  virtual ~BoundAggregate() = default;
  virtual const std::vector<DataType>& argument_types() const = 0;
  virtual const DataType& return_type() const = 0;
  virtual bool nullable() const = 0;
  /// The buffer's columns with Spark's names and types (`sum` LONG, `count` LONG, …): they are the
  /// value schema of the state, so a change makes checkpoints unreadable.
  virtual const std::vector<StructField>& buffer_fields() const = 0;
  virtual std::unique_ptr<Accumulator> NewAccumulator() const = 0;
  /// Renders a call as Spark names the column.
  virtual std::string CallText(std::string_view name, const std::vector<std::string>& arguments,
                               bool distinct) const;
};

/// An aggregate function: one entry in its family's list.
struct AggregateFunctionDefinition {
  std::string_view name;
  int min_arguments = 0;
  int max_arguments = 0;  ///< -1: any number
  FunctionDocumentation documentation;
  Result<std::shared_ptr<const BoundAggregate>> (*bind)(const BindRequest& request);
};

/// A resolved call of an aggregate function, inside an Aggregate plan's output list.
class AggregateCall final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kAggregate;
  /// `filter` may be null; it becomes the last child.
  AggregateCall(const AggregateFunctionDefinition* definition,
             std::shared_ptr<const BoundAggregate> bound, std::vector<ExpressionPtr> arguments,
             bool distinct, ExpressionPtr filter);
  std::string_view name() const { return definition_->name; }
  const BoundAggregate& bound() const { return *bound_; }
  bool distinct() const { return distinct_; }
  bool has_filter() const { return has_filter_; }
  std::vector<ExpressionPtr> arguments() const;
  ExpressionPtr filter() const;  ///< may be null
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;
  std::string ToString() const override;

 private:
  const AggregateFunctionDefinition* definition_;
  std::shared_ptr<const BoundAggregate> bound_;
  bool distinct_;
  bool has_filter_;
};

}  // namespace firesteel
