#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "arrow/record_batch.h"
#include "common/clock.h"
#include "common/env.h"
#include "common/random.h"
#include "connectors/kafka/kafka_client.h"
#include "connectors/kafka/kafka_provider.h"
#include "gtest/gtest.h"
#include "types/arrow_types.h"

namespace firesteel {

// The numbers of Kafka's requests.
inline constexpr int16_t kProduceRequest = 0;
inline constexpr int16_t kFetchRequest = 1;
inline constexpr int16_t kListOffsetsRequest = 2;
inline constexpr int16_t kOffsetFetchRequest = 9;
inline constexpr int16_t kInitProducerIdRequest = 22;
inline constexpr int16_t kAddPartitionsToTxnRequest = 24;
inline constexpr int16_t kAddOffsetsToTxnRequest = 25;
inline constexpr int16_t kEndTxnRequest = 26;
inline constexpr int16_t kTxnOffsetCommitRequest = 28;

/// librdkafka's own brokers, in this process, and what a session would do with the source and sink.
class KafkaMockCase : public testing::Test {
 protected:
  explicit KafkaMockCase(int brokers = 1)
      : host_(KafkaClient::Make(KafkaClient::Kind::kProducer, {}).ValueOrDie()),
        cluster_(rd_kafka_mock_cluster_new(host_->handle(), brokers)),
        directory_(testing::TempDir() + "kafka-" + NewUuid()) {
    context_.env = Env::Posix();
    context_.clock = Clock::System();
    options_.Set("kafka.bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster_));
  }
  ~KafkaMockCase() override {
    rd_kafka_mock_cluster_destroy(cluster_);
    EXPECT_TRUE(Env::Posix()->RemoveAll(directory_).ok());
  }

  void MakeTopic(const char* name, int partitions) {
    ASSERT_EQ(rd_kafka_mock_topic_create(cluster_, name, partitions, 1), 0);
  }

  Result<std::shared_ptr<Table>> TableOf(const Schema& schema, const Options& options) {
    return NewKafkaProvider()->GetTable(schema, options, context_);
  }

  /// The sink of a query, for rows `(key STRING, value STRING, partition INT)`.
  Result<std::unique_ptr<StreamingWrite>> OpenSink(const char* topic, bool exactly_once) {
    Options options = options_;
    options.Set("topic", topic);
    options.Set("kafka.delivery.timeout.ms", "5000");
    options.Set("firesteel.kafka.exactlyOnce", exactly_once ? "true" : "false");
    WriteRequest request;
    request.schema = row_schema_;
    request.query_id = "7f0c6b5e-0000-4000-8000-000000000000";
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<Table> table, TableOf(row_schema_, options));
    ARROW_ASSIGN_OR_RAISE(StreamingSink sink, table->NewStreamingSink(request));
    return std::move(sink.write);
  }

  Status WriteBatch(StreamingWrite* write, int64_t epoch, const std::vector<Row>& rows) {
    ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<DataWriter> writer, write->CreateWriter(0, epoch));
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> batch,
                          MakeBatch(rows, row_schema_));
    ARROW_RETURN_NOT_OK(writer->Write(*batch));
    ARROW_ASSIGN_OR_RAISE(const WriterCommitMessage message, writer->Commit());
    return write->Commit(epoch, {message});
  }

  /// Writes rows as one batch, as the sink is by itself.
  Status WriteRows(const char* topic, const std::vector<Row>& rows) {
    ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<StreamingWrite> write, OpenSink(topic, false));
    return WriteBatch(write.get(), 0, rows);
  }

  /// How many records a topic has.
  size_t CountRows(const char* topic) {
    const std::shared_ptr<Scan> scan = ScanOf(topic, false).ValueOrDie();
    return ReadAll(scan.get(), scan->PlanInputPartitions().ValueOrDie()).ValueOrDie().size();
  }

  static Row MakeRow(const std::string& key, const std::string& value, int partition) {
    return Row({Value(key), Value(value), Value(partition)});
  }

  Result<std::shared_ptr<Scan>> ScanOf(const char* topic, bool streaming,
                                       const char* selection = "subscribe") {
    Options options = options_;
    options.Set(selection, topic);
    if (streaming) options.Set("startingOffsets", "earliest");
    ARROW_ASSIGN_OR_RAISE(const Schema schema, NewKafkaProvider()->ResolveSchema(
                                                   std::nullopt, options, streaming, context_));
    ARROW_ASSIGN_OR_RAISE(table_, TableOf(schema, options));
    return table_->NewScan({.columns = schema, .filters = {}});
  }

  /// `partition:offset:key=value` of all rows of some partitions.
  template <typename Reads>
  Result<std::vector<std::string>> ReadAll(
      Reads* reads, const std::vector<std::shared_ptr<const InputPartition>>& partitions) {
    std::vector<std::string> texts;
    for (const auto& partition : partitions) {
      std::string file;
      int64_t count = 0;
      const std::atomic<bool> cancelled{false};
      const ReadContext context{
          .batch_rows = 64, .input_file = &file, .input_rows = &count, .cancelled = &cancelled};
      ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<BatchReader> reader,
                            reads->CreateReader(*partition, context));
      while (true) {
        ARROW_ASSIGN_OR_RAISE(const auto batch, reader->Next());
        if (batch == nullptr) break;
        std::vector<Row> rows;
        AppendRows(*batch, std::make_shared<const Schema>(table_->schema()), &rows);
        for (const Row& row : rows) {
          texts.push_back(row[3].ToString() + ":" + row[4].ToString() + ":" + row[0].ToString() +
                          "=" + row[1].ToString());
        }
      }
    }
    return texts;
  }

  const Schema row_schema_{
      {{"key", TypeId::kString}, {"value", TypeId::kString}, {"partition", TypeId::kInteger}}};
  std::unique_ptr<KafkaClient> host_;
  rd_kafka_mock_cluster_t* cluster_;
  std::string directory_;
  ConnectorContext context_;
  Options options_;
  std::shared_ptr<Table> table_;
};

}  // namespace firesteel
