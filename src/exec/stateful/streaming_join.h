#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "exec/operators.h"
#include "exec/stateful/state_options.h"
#include "expr/expression.h"

namespace firesteel {

/// How the rows of two streams find each other, and when they can be forgotten.
struct PlannedStreamJoin {
  struct Side {
    std::vector<ExpressionPtr> keys;  ///< bound to the side; of the same types on both sides
    ExpressionPtr condition;          ///< what a row must satisfy by itself; may be null
    int event_time_column = -1;       ///< by which rows come late; -1: none
    /// Rows whose event time is at or before the watermark plus this find no partner any more;
    /// nothing: rows are kept for ever, unless a key is an event time.
    std::optional<int64_t> state_offset_ms;
  };
  JoinKind kind = JoinKind::kInner;  ///< inner, one of the outer kinds, or left semi
  Side left;
  Side right;
  int event_time_key = -1;  ///< a key that the watermark ends, on both sides; -1: none
  ExpressionPtr condition;  ///< of a pair: bound to the left columns, then the right ones; or null
};

/// Joins two streams: each row meets the rows of the other side that came before it or with it, and
/// is kept for those that come later. The rows of a side that may lack a partner are given out with
/// NULLs beside them when the watermark removes them. The state is described in join_side_state.h.
///
/// As in Spark 4.3 the left rows of a batch are first, but in a left semi join the right ones are;
/// a right row that could be removed at once is not even added, unless it has to be given out.
/// Committed when the reader is drained. Both children must be exchanged by the keys.
Result<PhysicalPlanPtr> NewStreamingJoin(PhysicalPlanPtr left, PhysicalPlanPtr right,
                                         PlannedStreamJoin planned, Schema schema,
                                         StateOptions options);

}  // namespace firesteel
