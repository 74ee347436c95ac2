#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "connectors/kafka/kafka_client.h"
#include "connectors/kafka/kafka_offsets.h"

namespace firesteel {

/// A place in one partition from which records are fetched in the background, ahead of what is
/// taken. One thread at a time.
class PartitionCursor {
 public:
  /// Starts fetching at `offset`. One client can have one cursor of a partition only. `on_arrival`,
  /// if not null, is called from the client's threads when there is something to take where there
  /// was nothing; it must live longer than the cursor.
  static Result<std::unique_ptr<PartitionCursor>> Start(KafkaClient* client,
                                                        const TopicPartition& partition,
                                                        int64_t offset,
                                                        const std::function<void()>* on_arrival);
  PartitionCursor(const PartitionCursor&) = delete;
  PartitionCursor& operator=(const PartitionCursor&) = delete;
  /// Stops fetching.
  ~PartitionCursor();

  const TopicPartition& partition() const { return partition_; }
  KafkaClient* client() const { return client_; }
  rd_kafka_topic_t* topic() const { return topic_.get(); }

  /// Takes at most `count` messages, records and errors, in order. Waits up to `wait_ms` for the
  /// first one, never for more.
  void Take(size_t count, int wait_ms, std::vector<KafkaMessage>* messages);
  /// Gives back what was taken too much, in order; it comes first again.
  void PutBack(std::vector<KafkaMessage> messages);
  /// Clears the way for the next call of `on_arrival`, which comes when nothing was there before:
  /// librdkafka puts marks of its own among the messages.
  void AwaitArrival();
  /// Throws away what was fetched and fetches from `offset` on.
  Status Restart(int64_t offset);

  /// The offset after the last record that was read, for whoever takes the cursor next.
  int64_t position() const { return position_; }
  void set_position(int64_t position) { position_ = position; }

 private:
  PartitionCursor(KafkaClient* client, TopicPartition partition)
      : client_(client), partition_(std::move(partition)) {}
  Status Begin(int64_t offset);
  void End();

  KafkaClient* client_;
  TopicPartition partition_;
  KafkaTopicHandle topic_;
  const std::function<void()>* on_arrival_ = nullptr;
  rd_kafka_queue_t* queue_ = nullptr;
  std::vector<KafkaMessage> put_back_;  // the next one last
  int64_t position_ = 0;
};

}  // namespace firesteel
