#pragma once

#include <unordered_map>

#include "plan/relations.h"

namespace firesteel {

/// Which tables several streaming scans of a plan read. They are one source with one reader per
/// batch, so none of its scans may be narrowed on its own.
class SharedTables {
 public:
  explicit SharedTables(const PlanPtr& plan);
  bool Contains(const TableScan& scan) const;

 private:
  std::unordered_map<const Table*, int> scans_;
};

}  // namespace firesteel
