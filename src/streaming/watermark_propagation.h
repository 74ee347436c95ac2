#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "exec/stateful/stateful_operator.h"

namespace firesteel {

inline constexpr int64_t kNoWatermark = std::numeric_limits<int64_t>::min();

/// Works out which watermark holds at the input of each stateful operator when the query's is
/// `watermark_ms`: what reaches an operator through others is as late as they make it, and of
/// several inputs the slowest counts. A watermark begins at withWatermark: an operator without one
/// below it has kNoWatermark, at or before which nothing is. Returned by operator id.
std::vector<int64_t> InputWatermarks(const PhysicalPlan& plan,
                                     const std::vector<const StatefulOperator*>& operators,
                                     int64_t watermark_ms);

/// Whether a watermark is set on what has come through another one. Spark allows it as long as the
/// query's watermark has not begun.
bool RedefinesWatermark(const PhysicalPlan& plan);

}  // namespace firesteel
