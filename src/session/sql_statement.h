#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "firesteel/dataframe.h"
#include "firesteel/row.h"
#include "plan/logical_plan.h"

namespace firesteel {

class SessionBackend;

/// Puts values in the place of `:name` markers. Errors: UNBOUND_SQL_PARAMETER.
Result<PlanPtr> BindParameters(const PlanPtr& plan, const std::map<std::string, Value>& arguments);
/// The same for `?` markers, by their order in the text.
Result<PlanPtr> BindParameters(const PlanPtr& plan, const std::vector<Value>& arguments);

/// The statement that EXECUTE IMMEDIATE stands for, a query or a command; any other plan as it is.
/// Evaluates the text and the values of USING, runs nothing else. Errors: those of parsing and
/// binding the text, NULL_QUERY_STRING_EXECUTE_IMMEDIATE, UNSUPPORTED_EXPR_FOR_PARAMETER, …
Result<PlanPtr> ExpandStatement(const PlanPtr& plan, SessionBackend* backend);

/// A query becomes a DataFrame; a command runs now, and its result is the DataFrame.
DataFrame RunStatement(const std::shared_ptr<SessionBackend>& backend, Result<PlanPtr> plan);

}  // namespace firesteel
