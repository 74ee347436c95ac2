#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "plan/logical_plan.h"

namespace firesteel {

class Resolver;

/// The columns that names in a node may mean, found by name, by qualifier and name, and by path
/// into nested values. Immutable, thread-safe.
class NameScope {
 public:
  NameScope(std::vector<AttributePtr> columns, const Resolver* resolver);
  /// The columns of all children of `node`.
  static NameScope OfChildren(const LogicalPlan& node, const Resolver* resolver);

  const std::vector<AttributePtr>& columns() const { return columns_; }
  const Resolver& resolver() const { return *resolver_; }
  /// What the name means; nullptr when there is no such column. Errors: AMBIGUOUS_REFERENCE,
  /// FIELD_NOT_FOUND, INVALID_EXTRACT_BASE_FIELD_TYPE, …
  Result<ExpressionPtr> Find(const std::vector<std::string>& name) const;
  /// The columns of the table `target` (its last parts), in order.
  std::vector<AttributePtr> ColumnsOf(const std::vector<std::string>& target) const;

 private:
  std::vector<AttributePtr> Candidates(const std::vector<std::string>& name,
                                       size_t column_at) const;
  Result<ExpressionPtr> Take(const std::vector<AttributePtr>& candidates,
                             const std::vector<std::string>& name, size_t column_at) const;
  bool QualifierMatches(const Attribute& column, const std::vector<std::string>& name,
                        size_t length) const;
  std::string Key(const std::string& name) const;

  std::vector<AttributePtr> columns_;
  const Resolver* resolver_;
  std::unordered_map<std::string, std::vector<int>> by_name_;  // indexes in columns_
};

/// The error for a name that means nothing here, with the columns that look most like it.
Status UnresolvedColumnError(const UnresolvedAttribute& name,
                             const std::vector<AttributePtr>& columns);

/// Gives the error the place in the query text, if it has none yet and there is one.
Status AtOrigin(const Status& status, const Origin& origin);

}  // namespace firesteel
