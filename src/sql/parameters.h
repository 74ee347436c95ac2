#pragma once

#include <functional>
#include <vector>

#include "expr/unresolved.h"
#include "plan/logical_plan.h"

namespace firesteel {

/// What to put in the place of a marker; nullptr when nothing was given for it.
using ParameterValue = std::function<Result<ExpressionPtr>(const UnresolvedParameter&)>;

/// Puts values in the place of the markers of a parsed statement, queries inside expressions
/// included. Errors: UNBOUND_SQL_PARAMETER, and those of `value_of`.
Result<PlanPtr> ReplaceParameters(const PlanPtr& plan, const ParameterValue& value_of);

/// The same where `value_of` gives the value of the n-th `?` of the text, from 0; named markers
/// have none.
Result<PlanPtr> ReplacePositionalParameters(
    const PlanPtr& plan, const std::function<Result<ExpressionPtr>(size_t index)>& value_of);

}  // namespace firesteel
