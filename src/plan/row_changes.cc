#include "plan/row_changes.h"

#include <utility>

#include "common/error.h"
#include "plan/joins.h"
#include "plan/operators.h"

namespace firesteel {

namespace {

PlanPtr Filtered(const ExpressionPtr& condition, PlanPtr plan) {
  if (condition == nullptr) return plan;
  return std::make_shared<Filter>(condition, std::move(plan));
}

/// The values that are read from `plan`, and the columns of `target` that they go to.
void AddQueries(const RowAssignments& assignments, const PlanPtr& target, const PlanPtr& plan,
                std::vector<PlanPtr>* queries) {
  if (!assignments.columns.empty()) {
    queries->push_back(std::make_shared<Project>(assignments.columns, target));
  }
  std::vector<ExpressionPtr> values;
  for (const ExpressionPtr& value : assignments.values) {
    if (value != nullptr) values.push_back(value);
  }
  if (values.empty()) {
    queries->push_back(plan);
  } else {
    queries->push_back(std::make_shared<Project>(std::move(values), plan));
  }
}

PlanPtr Refused(std::vector<std::string> name, std::string operation,
                std::vector<PlanPtr> queries) {
  ChangeTable::Change change;
  change.action = ChangeTable::Action::kRefused;
  change.name = std::move(name);
  change.operation = std::move(operation);
  return std::make_shared<ChangeTable>(std::move(change), std::move(queries));
}

/// Errors: an action that nothing can come to, as the one before it takes all.
Status CheckOrder(const std::vector<MergeAction>& actions, MergeAction::When when,
                  std::string_view condition) {
  const MergeAction* before = nullptr;
  for (const MergeAction& action : actions) {
    if (action.when != when) continue;
    if (before != nullptr && before->condition == nullptr) return MakeError(condition);
    before = &action;
  }
  return Status::OK();
}

}  // namespace

PlanPtr MakeDelete(RowChange change) {
  PlanPtr rows = Filtered(change.condition, change.target);
  return Refused(std::move(change.name), "DELETE", {std::move(rows)});
}

PlanPtr MakeUpdate(RowChange change, RowAssignments assignments) {
  std::vector<PlanPtr> queries;
  AddQueries(assignments, change.target, Filtered(change.condition, change.target), &queries);
  return Refused(std::move(change.name), "UPDATE TABLE", std::move(queries));
}

Result<PlanPtr> MakeMerge(RowChange change, PlanPtr source, std::vector<MergeAction> actions) {
  using When = MergeAction::When;
  ARROW_RETURN_NOT_OK(
      CheckOrder(actions, When::kMatched, "NON_LAST_MATCHED_CLAUSE_OMIT_CONDITION"));
  ARROW_RETURN_NOT_OK(CheckOrder(actions, When::kNotMatched,
                                 "NON_LAST_NOT_MATCHED_BY_TARGET_CLAUSE_OMIT_CONDITION"));
  ARROW_RETURN_NOT_OK(CheckOrder(actions, When::kNotMatchedBySource,
                                 "NON_LAST_NOT_MATCHED_BY_SOURCE_CLAUSE_OMIT_CONDITION"));
  const PlanPtr matched =
      std::make_shared<Join>(source, change.target, JoinType::kInner, change.condition);
  std::vector<PlanPtr> queries = {matched};
  for (const MergeAction& action : actions) {
    const PlanPtr& rows = action.when == When::kMatched      ? matched
                          : action.when == When::kNotMatched ? source
                                                             : change.target;
    AddQueries(action.assignments, change.target, Filtered(action.condition, rows), &queries);
  }
  return Refused(std::move(change.name), "MERGE INTO TABLE", std::move(queries));
}

}  // namespace firesteel
