#pragma once

#include <memory>

#include "firesteel/connector/table.h"

namespace firesteel {

/// Format `rate`: numbers counted up in time, for trials. Options: `rowsPerSecond` (1),
/// `rampUpTime` (0s; the rate grows to its full height in that time), `numPartitions` (the number of
/// cores). Its offsets are whole seconds since the query's first start, which the checkpoint keeps:
///
///   sources/<i>/0     v1\n<milliseconds since 1970>
std::shared_ptr<TableProvider> NewRateProvider();

/// How many rows there have been `seconds` after the start: during the ramp the k-th second brings k
/// times as many as the first. Errors: more than a BIGINT counts.
Result<int64_t> RateRowsAtSecond(int64_t seconds, int64_t rows_per_second, int64_t ramp_up_seconds);

/// Whole seconds of a text such as `5`, `5s`, `2m`, `500ms` (0). Errors: anything else.
Result<int64_t> ParseRateSeconds(std::string_view text);

}  // namespace firesteel
