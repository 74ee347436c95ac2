#pragma once

#include <memory>
#include <vector>

#include "firesteel/connector/table.h"
#include "plan/logical_plan.h"

namespace firesteel {

/// The streaming tables of a plan, each once, in the order in which the plan (read from the top)
/// meets them. A source's place in this list is its name in the checkpoint (`sources/<i>`, line i
/// of the offset log), so it must never depend on anything but the query as written.
struct NumberedPlan {
  PlanPtr plan;  ///< every streaming scan knows its source's number
  std::vector<std::shared_ptr<Table>> tables;
};
Result<NumberedPlan> NumberSources(const PlanPtr& analyzed_plan);

/// What is to be read of each source of an optimized plan.
struct SourceScans {
  PlanPtr plan;
  std::vector<ScanRequest> requests;  ///< by source number
};
/// Makes all scans of one table read the same columns with the same filters, since one stream
/// serves them all: where they differ, each reads the columns of all and drops what it does not
/// use.
Result<SourceScans> UnifyScans(const PlanPtr& optimized_plan,
                               const std::vector<std::shared_ptr<Table>>& tables);

}  // namespace firesteel
