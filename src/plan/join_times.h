#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "plan/joins.h"

namespace firesteel {

// What the condition of a join of two streams says about event times: when a row can be forgotten.

/// The conditions that AND joins.
std::vector<ExpressionPtr> JoinConjuncts(const ExpressionPtr& condition);

/// When the condition keeps a time of `side` above an event time of `other` (`a >= b - 1 hour`),
/// rows of `side` at or before the watermark plus the returned number of milliseconds find no
/// partner any more. Of several such conditions the widest counts, as in Spark. Nothing without
/// one, and for conditions with months, whose length differs.
/// `column`, unless null, becomes the time of `side` that is bounded.
std::optional<int64_t> StateWatermarkOffsetMs(const std::vector<ExpressionPtr>& conjuncts,
                                              const std::vector<AttributePtr>& side,
                                              const std::vector<AttributePtr>& other,
                                              AttributePtr* column = nullptr);

/// Whether one of the columns that the join says are equal is an event time.
bool HasEventTimeKey(const Join& join);

}  // namespace firesteel
