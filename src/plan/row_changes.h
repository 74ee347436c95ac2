#pragma once

#include <string>
#include <vector>

#include "plan/table_commands.h"

namespace firesteel {

// Statements that change rows of a table: DELETE, UPDATE and MERGE. No table here can do that, as
// none of Spark's own catalog can; but what does not resolve is said before.

/// `column = value` pairs of UPDATE SET, or of INSERT. A value that is nullptr is the column's
/// default.
struct RowAssignments {
  std::vector<ExpressionPtr> columns;
  std::vector<ExpressionPtr> values;
};

struct RowChange {
  std::vector<std::string> name;  ///< of the table
  PlanPtr target;                 ///< it, with its alias if it has one
  ExpressionPtr condition;        ///< may be nullptr
};

/// WHEN …, of a MERGE.
struct MergeAction {
  enum class When { kMatched, kNotMatched, kNotMatchedBySource };
  When when = When::kMatched;
  ExpressionPtr condition;     ///< may be nullptr
  RowAssignments assignments;  ///< none: DELETE, or all columns
};

PlanPtr MakeDelete(RowChange change);
PlanPtr MakeUpdate(RowChange change, RowAssignments assignments);
/// Errors: NON_LAST_*_CLAUSE_OMIT_CONDITION.
Result<PlanPtr> MakeMerge(RowChange change, PlanPtr source, std::vector<MergeAction> actions);

}  // namespace firesteel
