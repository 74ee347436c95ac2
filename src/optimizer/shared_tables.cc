#include "optimizer/shared_tables.h"

namespace firesteel {

SharedTables::SharedTables(const PlanPtr& plan) {
  ForEach<LogicalPlan>(plan, [this](const PlanPtr& node) {
    const auto* scan = As<TableScan>(node);
    if (scan != nullptr && scan->is_streaming()) ++scans_[scan->table().get()];
  });
}

bool SharedTables::Contains(const TableScan& scan) const {
  const auto found = scans_.find(scan.table().get());
  return found != scans_.end() && found->second > 1;
}

}  // namespace firesteel
