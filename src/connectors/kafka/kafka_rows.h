#pragma once

#include <memory>
#include <span>
#include <string>

#include "arrow/type_fwd.h"
#include "connectors/kafka/kafka_client.h"
#include "firesteel/types.h"

namespace firesteel {

/// The columns of a Kafka source: key, value, topic, partition, offset, timestamp, timestampType,
/// and headers if they are wanted.
Schema KafkaSchema(bool include_headers);

/// Makes the batch of some records, all of one topic, with those columns of KafkaSchema that
/// `columns` names. Errors: a time that no timestamp can hold, more bytes than a batch can have.
Result<std::shared_ptr<arrow::RecordBatch>> MakeKafkaBatch(std::span<const KafkaMessage> records,
                                                           const std::string& topic,
                                                           const Schema& columns);

}  // namespace firesteel
