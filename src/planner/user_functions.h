#pragma once

#include <vector>

#include "exec/operators.h"
#include "planner/strategies.h"

namespace firesteel {

/// Puts below each node that calls functions in the client's language one that evaluates them as
/// columns. Strategies need not know of such calls then. Errors:
/// UNSUPPORTED_FEATURE.PYTHON_UDF_IN_ON_CLAUSE for a call that reads both sides of an outer join,
/// UNSUPPORTED_FEATURE.LAMBDA_FUNCTION_WITH_PYTHON_UDF.
Result<PlanPtr> EvaluateUserCalls(const PlanPtr& plan);
/// Plans those evaluations and the rows that functions make; nullptr for other nodes.
Result<PhysicalPlanPtr> PlanUserFunctions(const PlanPtr& plan, Planning* planning);

/// Whether an aggregation calls functions of the user.
bool HasUserAggregates(const std::vector<PlannedAggregate>& calls);
/// An aggregation of whole groups: sort by the keys, then one group after another. All calls have
/// to be the user's. `keys` and the calls' arguments are bound to the input. Errors:
/// INVALID_PANDAS_UDF_PLACEMENT.
Result<PhysicalPlanPtr> PlanUserAggregation(PhysicalPlanPtr input, std::vector<ExpressionPtr> keys,
                                            const std::vector<StructField>& key_fields,
                                            const std::vector<PlannedAggregate>& calls,
                                            Schema schema);

}  // namespace firesteel
