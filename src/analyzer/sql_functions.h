#pragma once

#include <string>
#include <vector>

#include "analyzer/resolver.h"
#include "expr/unresolved.h"
#include "plan/sql_function.h"

namespace firesteel {

/// The function that a call means, by `f`, `session.f` or `system.session.f`; nullptr when there is
/// none of the name, or a built-in one that comes first.
SqlFunctionPtr FindSqlFunction(const std::string& name, const Resolver& resolver);

/// What a call in an expression means; its arguments are resolved. Errors: WRONG_NUM_ARGS, those of
/// named arguments and of the body, NOT_A_SCALAR_FUNCTION.
Result<ExpressionPtr> CallSqlFunction(const UnresolvedFunction& call, const SqlFunction& function,
                                      Resolver* resolver);

/// What a call in FROM means. Errors: as above; NOT_A_TABLE_FUNCTION.
Result<PlanPtr> CallSqlTable(const SqlFunction& function,
                             const std::vector<ExpressionPtr>& arguments, Resolver* resolver);

}  // namespace firesteel
