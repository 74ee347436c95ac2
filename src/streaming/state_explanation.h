#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "exec/stateful/stateful_operator.h"
#include "firesteel/streaming_query_progress.h"

namespace firesteel {

/// What explain tells of one stateful operator.
struct StateExplanation {
  int operator_id = 0;
  std::string name;          ///< stateStoreSave, …
  int64_t watermark_ms = 0;  ///< at its input; kNoWatermark for none
  /// Of the last batch; nothing before a run's first one.
  std::optional<StateOperatorProgress> progress;
};

/// The operators by id. `progress` is that of the last batch in the same order, or empty.
std::vector<StateExplanation> ExplainState(const std::vector<const StatefulOperator*>& operators,
                                           const std::vector<int64_t>& watermarks_ms,
                                           const std::vector<StateOperatorProgress>& progress);

/// A section for the end of explain's text, a line per operator; "" without any. `extended` tells
/// what the last batch did to the state and how it is laid out, too.
std::string DescribeState(const std::vector<StateExplanation>& operators, bool extended);

}  // namespace firesteel
