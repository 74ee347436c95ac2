#pragma once

#include <unordered_set>
#include <vector>

#include "expr/nodes.h"

namespace firesteel {

/// Columns by id: what an expression reads, what a node gives.
class AttributeSet {
 public:
  AttributeSet() = default;
  explicit AttributeSet(const std::vector<AttributePtr>& attributes) {
    for (const AttributePtr& attribute : attributes) Add(attribute->id());
  }
  /// What the expression reads.
  static AttributeSet References(const ExpressionPtr& expression);

  void Add(ExprId id) { ids_.insert(id); }
  void AddReferences(const ExpressionPtr& expression);
  bool Contains(ExprId id) const { return ids_.count(id) > 0; }
  bool ContainsAll(const AttributeSet& other) const;
  bool empty() const { return ids_.empty(); }

 private:
  std::unordered_set<ExprId> ids_;
};

/// Whether `expression` reads columns of `available` only.
bool ReadsOnly(const ExpressionPtr& expression, const AttributeSet& available);

}  // namespace firesteel
