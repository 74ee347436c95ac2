#include "connectors/kafka/offset_mirror.h"

#include <utility>

namespace firesteel {

Result<std::unique_ptr<OffsetMirror>> OffsetMirror::Make(KafkaSettings settings,
                                                         const std::string& group) {
  settings["group.id"] = group;
  settings["enable.auto.commit"] = "false";
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<KafkaClient> client,
                        KafkaClient::Make(KafkaClient::Kind::kConsumer, settings));
  return std::unique_ptr<OffsetMirror>(new OffsetMirror(std::move(client)));
}

void OffsetMirror::Copy(const PartitionOffsets& offsets) {
  rd_kafka_topic_partition_list_t* list =
      rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size()));
  for (const auto& [partition, offset] : offsets) {
    rd_kafka_topic_partition_list_add(list, partition.topic.c_str(), partition.partition)->offset =
        offset;
  }
  rd_kafka_commit(client_->handle(), list, /*async=*/1);
  rd_kafka_topic_partition_list_destroy(list);
}

}  // namespace firesteel
