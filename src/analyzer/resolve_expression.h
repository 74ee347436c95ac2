#pragma once

#include <functional>
#include <limits>
#include <string_view>
#include <vector>

#include "analyzer/resolver.h"
#include "expr/nodes.h"
#include "expr/unresolved.h"

namespace firesteel {

/// Says what a name means; nullptr when it does not know.
using NameFinder = std::function<Result<ExpressionPtr>(const UnresolvedAttribute&)>;

/// Looks up the names in an expression, those of lambda variables aside. Errors get the place of
/// the name.
Result<ExpressionPtr> ResolveNames(const ExpressionPtr& expression, const NameFinder& find);

/// Resolves the queries in an expression that is to be evaluated on rows of `columns`. Errors:
/// INVALID_SUBQUERY_EXPRESSION.*, UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.*
Result<ExpressionPtr> ResolveQueries(const ExpressionPtr& expression,
                                     const std::vector<AttributePtr>& columns, Resolver* resolver);

/// Binds the calls whose arguments are resolved; fixes casts, literals and CASE.
Result<ExpressionPtr> ResolveCalls(const ExpressionPtr& expression, const Resolver& resolver);

/// A call of current_schema() or its other name, which the session knows.
Result<ExpressionPtr> BindCurrentDatabase(const Resolver& resolver);
bool IsCurrentDatabase(std::string_view function);

/// Whether anything below is of the kind, the expression itself included.
bool HasKind(const ExpressionPtr& expression, ExpressionKind kind);
bool HasOpenNames(const ExpressionPtr& expression);
/// The first name that is none of a lambda's variables; may be nullptr.
ExpressionPtr FirstOpenName(const ExpressionPtr& expression);
/// Whether the call names an aggregate function, known or not yet bound.
bool IsAggregateCall(const Expression& expression);
bool HasAggregate(const ExpressionPtr& expression);

/// Whether the node's list has an alias of this name among its first items, which a later round may
/// find.
bool HasAliasOf(const LogicalPlan& node, const UnresolvedAttribute& name, const Resolver& resolver,
                size_t items = std::numeric_limits<size_t>::max());

/// The expression without aliases below its top.
ExpressionPtr WithoutAlias(const ExpressionPtr& item);

}  // namespace firesteel
