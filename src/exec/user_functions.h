#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exec/physical_plan.h"
#include "expr/expression.h"
#include "firesteel/connector/user_function.h"

// Operators that call functions in the client's language. The functions run in other processes and
// get what they are to work on when they ask for it, so that no more than a batch or a group of it
// is held here.
namespace firesteel {

/// One function and the expressions that it is called with, bound to the child.
struct PlannedUserCall {
  std::shared_ptr<const UserColumnFunction> function;
  std::vector<ExpressionPtr> arguments;
  std::vector<std::string> names;  ///< of arguments given by name, "" for the others
  std::string text;                ///< as in EXPLAIN
};

/// How many rows the function wants at once: spark.sql.execution.arrow.maxRecordsPerBatch.
int64_t RowsPerBatch(const UserColumnFunction& function);

/// The child's columns, then one per call. The functions are all of shape kScalar, or a single one
/// of kScalarIterator.
Result<PhysicalPlanPtr> NewUserCallEvaluation(PhysicalPlanPtr child,
                                              std::vector<PlannedUserCall> calls, Schema schema);
/// What a function makes of each partition's rows. One of kTable is called with the last columns of
/// the child, as many as `argument_names`.
Result<PhysicalPlanPtr> NewUserRows(PhysicalPlanPtr child,
                                    std::shared_ptr<const UserColumnFunction> function,
                                    Schema schema, std::vector<std::string> argument_names = {});
/// What a function makes of each group. The children have one partition, sorted ascending by their
/// first `key_columns`; with two of them a group is what both have of a key.
Result<PhysicalPlanPtr> NewUserGroups(std::vector<PhysicalPlanPtr> sorted,
                                      std::shared_ptr<const UserColumnFunction> function,
                                      int key_columns, Schema schema,
                                      std::vector<std::string> argument_names = {});
/// The keys, then one value per call for each group of a child that is sorted as above; functions
/// of shape kAggregate, whose arguments are columns of the child. Without rows there is no group.
Result<PhysicalPlanPtr> NewUserAggregate(PhysicalPlanPtr sorted, int key_columns,
                                         std::vector<PlannedUserCall> calls, Schema schema);

}  // namespace firesteel
