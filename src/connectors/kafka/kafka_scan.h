#pragma once

#include <memory>

#include "firesteel/connector/table.h"

namespace firesteel {

/// The scan of a Kafka table, for a batch query or as a stream; the options say what it reads.
/// `columns` are some of KafkaSchema.
Result<std::shared_ptr<Scan>> NewKafkaScan(const Options& options, const Schema& columns,
                                           const ConnectorContext& context);

}  // namespace firesteel
