#pragma once

#include <map>
#include <string>

#include "firesteel/connector/table.h"

namespace firesteel {

/// Settings of a Kafka client, by the names that librdkafka has for them. Holds secrets: never to
/// be printed.
using KafkaSettings = std::map<std::string, std::string>;

/// Makes the settings of consumers out of the options `kafka.*`, which have the names of Kafka's
/// Java clients: those that librdkafka calls or writes otherwise are translated, those that only
/// tune the Java client are left out. Errors: what the source decides itself (Spark's list), what
/// is not safe or not possible here (KAFKA_UNSUPPORTED_CONFIGURATION), `kafka.bootstrap.servers`
/// missing.
Result<KafkaSettings> ConsumerSettings(const Options& options);

/// The same for producers, with what Spark's producers do unless they are told otherwise: no
/// duplicates by retries, and the partition of a key that Java clients choose.
Result<KafkaSettings> ProducerSettings(const Options& options);

}  // namespace firesteel
