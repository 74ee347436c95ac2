#pragma once

#include <memory>
#include <string>
#include <vector>

#include "expr/aggregate.h"
#include "expr/expression.h"
#include "firesteel/connector/user_function.h"

namespace firesteel {

using UserColumnFunctionPtr = std::shared_ptr<const UserColumnFunction>;

/// Whether two functions, though sent twice, are the same to call.
bool SameFunction(const UserColumnFunction& a, const UserColumnFunction& b);

/// A call of a function in the client's language (a Python UDF). Front ends make it; one that
/// aggregates is replaced by an AggregateCall in analysis. It cannot be evaluated: the planner puts
/// the values that it stands for into columns first.
class UserCall final : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kUserCall;
  /// `names`: of arguments given by name, "" for the others; as many as arguments.
  UserCall(UserColumnFunctionPtr function, std::vector<ExpressionPtr> arguments,
           std::vector<std::string> names);
  const UserColumnFunctionPtr& function() const { return function_; }
  const std::vector<std::string>& names() const { return names_; }
  bool aggregates() const { return function_->shape == UserColumnFunction::Shape::kAggregate; }
  bool deterministic() const override;
  ExpressionPtr WithNewChildren(std::vector<ExpressionPtr> children) const override;
  std::string Sql() const override;
  /// With a number that tells functions of one name apart.
  std::string ToString() const override;

 private:
  UserColumnFunctionPtr function_;
  std::vector<std::string> names_;
};

/// The function of an AggregateCall that a UserCall becomes. It has no running values: the planner
/// gives it whole groups, and places where that is impossible refuse it by the error of its
/// Accumulator.
class UserAggregate final : public BoundAggregate {
 public:
  UserAggregate(UserColumnFunctionPtr function, std::vector<DataType> argument_types,
                std::vector<std::string> names);
  const UserColumnFunctionPtr& function() const { return function_; }
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<DataType>& argument_types() const override { return argument_types_; }
  const DataType& return_type() const override { return function_->result; }
  bool nullable() const override { return true; }
  const std::vector<StructField>& buffer_fields() const override { return no_fields_; }
  std::unique_ptr<Accumulator> NewAccumulator() const override;
  std::string CallText(std::string_view name, const std::vector<std::string>& arguments,
                       bool distinct) const override;
  const AggregateFunctionDefinition* definition() const { return &definition_; }

 private:
  UserColumnFunctionPtr function_;
  std::vector<DataType> argument_types_;
  std::vector<std::string> names_;
  std::vector<StructField> no_fields_;
  std::string unique_name_;  // as calls are compared by it
  AggregateFunctionDefinition definition_;
};

/// The call of an aggregate whose arguments are resolved.
ExpressionPtr BindUserAggregate(const UserCall& call);

}  // namespace firesteel
