#pragma once

#include <optional>
#include <string>
#include <vector>

#include "expr/unresolved.h"
#include "firesteel/connector/user_function.h"
#include "plan/logical_plan.h"

namespace firesteel {

/// How a function of shape kTable is called with the rows of a table.
struct UserTableCall {
  std::vector<std::string> names;  ///< of the arguments, "" for those given by position
  int table = 0;                   ///< which of them is the table: its row, as a struct
  bool single_partition = false;   ///< all rows go to one object of the function
  bool analyzed = false;           ///< the function has said what it gives
  /// Whether the function is known. In SQL it is only by name at first: it has nothing else, and
  /// analysis looks for it.
  bool bound = true;
  int tables = 1;  ///< how many of the arguments are tables; the input is the first of them
  Origin origin;   ///< of a call in SQL
};

/// Rows that a function of the user makes of its input's: of all of a partition's, of each group's,
/// or of the groups that two inputs have in common (mapInPandas, applyInPandas, cogroup, and table
/// functions with a table among their arguments).
///
/// The first `key_columns` of each input are the keys of its groups and not part of the rows that
/// the function is given; the front end puts them there by a projection. Of a table function the
/// other columns are its arguments, and the input is that projection.
class UserRows final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kUserRows;
  /// The output is the function's, with new ids.
  UserRows(std::shared_ptr<const UserColumnFunction> function, int key_columns,
           std::vector<PlanPtr> children);
  UserRows(std::shared_ptr<const UserColumnFunction> function, int key_columns,
           std::vector<PlanPtr> children, std::vector<AttributePtr> output,
           std::optional<UserTableCall> table_call = std::nullopt);
  const std::shared_ptr<const UserColumnFunction>& function() const { return function_; }
  int key_columns() const { return key_columns_; }
  const std::optional<UserTableCall>& table_call() const { return table_call_; }
  std::vector<AttributePtr> output() const override { return output_; }
  PlanPtr WithOutput(std::vector<AttributePtr> output) const;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 protected:
  bool SelfResolved() const override { return !table_call_ || table_call_->analyzed; }

 private:
  std::shared_ptr<const UserColumnFunction> function_;
  int key_columns_;
  std::vector<AttributePtr> output_;
  std::optional<UserTableCall> table_call_;
};

/// Adds to its child's columns the values of calls of user functions. Made by the planner, of calls
/// whose arguments hold no further calls.
class UserCallEvaluation final : public LogicalPlan {
 public:
  static constexpr PlanKind kKind = PlanKind::kUserCallEvaluation;
  /// `results`: one column per call.
  UserCallEvaluation(std::vector<ExpressionPtr> calls, std::vector<AttributePtr> results,
                     PlanPtr child);
  const std::vector<ExpressionPtr>& calls() const { return calls_; }
  std::vector<AttributePtr> output() const override;
  PlanPtr WithNewChildren(std::vector<PlanPtr> children) const override;
  std::string Describe() const override;

 private:
  std::vector<ExpressionPtr> calls_;
  std::vector<AttributePtr> results_;
};

}  // namespace firesteel
