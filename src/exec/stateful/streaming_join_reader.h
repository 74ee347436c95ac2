#pragma once

#include <memory>

#include "arrow/type_fwd.h"
#include "exec/stateful/join_side_state.h"
#include "exec/stateful/streaming_join.h"

namespace firesteel {

/// What all tasks of a stream-stream join know. Immutable.
struct StreamingJoinPlan {
  PlannedStreamJoin planned;
  JoinSideLayout left;
  JoinSideLayout right;
  std::shared_ptr<arrow::Schema> pair_schema;  ///< left columns, then right ones
  std::shared_ptr<arrow::Schema> output;

  bool is_semi() const { return planned.kind == JoinKind::kLeftSemi; }
  /// Whether the rows of a side are given out even without a partner.
  bool KeepsUnmatched(bool left_side) const {
    return planned.kind == JoinKind::kFullOuter ||
           planned.kind == (left_side ? JoinKind::kLeftOuter : JoinKind::kRightOuter);
  }
};

/// Reads one partition of a batch of a stream-stream join.
Result<std::unique_ptr<BatchReader>> OpenStreamingJoin(const StreamingJoinPlan* plan,
                                                       int operator_id,
                                                       std::unique_ptr<BatchReader> left,
                                                       std::unique_ptr<BatchReader> right,
                                                       OperatorMetrics* metrics,
                                                       TaskContext* task);

}  // namespace firesteel
