#pragma once

#include <memory>

#include "connectors/kafka/kafka_configuration.h"
#include "connectors/kafka/kafka_records.h"
#include "firesteel/connector/sink.h"

namespace firesteel {

/// Writes rows as records, at least once: a batch that is run again after a crash, or after a
/// failed delivery, is sent again. Commit returns when all brokers that must have the records have
/// them.
Result<std::unique_ptr<StreamingWrite>> NewKafkaWrite(const KafkaSettings& settings,
                                                      KafkaRecordColumns columns);

}  // namespace firesteel
