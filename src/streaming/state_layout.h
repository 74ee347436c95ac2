#pragma once

#include <vector>

#include "exec/stateful/stateful_operator.h"
#include "streaming/query_checkpoint.h"

namespace firesteel {

/// Checks that the state in the checkpoint is that of these operators: the same operators under the
/// same ids and, with `check_schema`, keys and values of the same types. `has_history`: a batch is
/// done, so that there must be state. What is missing of the descriptions is no error: Spark 3.5
/// wrote none of the operators.
/// Errors: STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA,
/// STREAMING_STATEFUL_OPERATOR_MISSING_STATE_DIRECTORY, STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE,
/// STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE.
Status CheckStateLayout(QueryCheckpoint* checkpoint,
                        const std::vector<const StatefulOperator*>& operators, bool has_history,
                        bool check_schema);

/// Writes the descriptions of operators and schemas that are not there yet.
Status WriteStateLayout(QueryCheckpoint* checkpoint,
                        const std::vector<const StatefulOperator*>& operators);

}  // namespace firesteel
