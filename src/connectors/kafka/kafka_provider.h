#pragma once

#include <memory>

#include "firesteel/connector/table.h"

namespace firesteel {

/// Format `kafka`: topics of Apache Kafka, read in batches and as streams, and written to. Options
/// as Spark's, `kafka.*` as Java clients have them; besides:
///
///   firesteel.kafka.exactlyOnce           false  write each batch in a transaction
///   firesteel.kafka.transactionalIdPrefix firesteel-
///   firesteel.kafka.mirrorGroup           none   a consumer group that committed offsets are
///   copied to
///
/// Consumers read committed records only unless kafka.isolation.level says otherwise.
std::shared_ptr<TableProvider> NewKafkaProvider();

}  // namespace firesteel
