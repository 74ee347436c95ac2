#pragma once

#include "expr/function.h"
#include "plan/queries.h"

namespace firesteel {

/// Whether a query that is not resolved yet reads the common table `name`.
bool ReadsTable(const PlanPtr& plan, const std::string& name, bool case_sensitive);

/// A recursive definition taken apart: the query that does not read itself, and what does.
struct RecursiveParts {
  PlanPtr first;
  PlanPtr step;
  std::vector<std::string> columns;  ///< names given to them; none when empty
};

/// Takes the query of a WITH RECURSIVE apart that reads itself. Errors: INVALID_RECURSIVE_CTE,
/// UNION_NOT_SUPPORTED_IN_RECURSIVE_CTE.
Result<RecursiveParts> TakeRecursionApart(const With::Definition& definition, bool case_sensitive);

/// Checks where the resolved step reads the recursion. Errors: INVALID_RECURSIVE_REFERENCE.*.
Status CheckRecursiveReferences(const PlanPtr& step, int64_t number);

/// The step with columns of the first query's types. Errors: CANNOT_MERGE_INCOMPATIBLE_DATA_TYPE,
/// NUM_COLUMNS_MISMATCH.
Result<PlanPtr> AlignStep(const PlanPtr& step, const std::vector<AttributePtr>& first,
                          const FunctionSettings& settings);

}  // namespace firesteel
