#pragma once

#include "connectors/kafka/kafka_offsets.h"

namespace firesteel {

/// Whether a batch of Trigger.AvailableNow ends among the offsets that were the latest when its
/// query started. Errors: MISMATCHED_TOPIC_PARTITIONS_BETWEEN_END_OFFSET_AND_PREFETCHED,
/// END_OFFSET_HAS_GREATER_OFFSET_FOR_TOPIC_PARTITION_THAN_PREFETCHED.
Status CheckEndIsPrefetched(const PartitionOffsets& end, const PartitionOffsets& prefetched);

/// Whether what such a batch ends with is still there, before it is read. Errors:
/// LOST_TOPIC_PARTITIONS_IN_END_OFFSET_WITH_TRIGGER_AVAILABLENOW,
/// END_OFFSET_HAS_GREATER_OFFSET_FOR_TOPIC_PARTITION_THAN_LATEST_WITH_TRIGGER_AVAILABLENOW.
Status CheckEndIsAvailable(const PartitionOffsets& end, const PartitionOffsets& latest);

}  // namespace firesteel
