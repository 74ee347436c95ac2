#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <atomic>
#include <condition_variable>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

#include "arrow/record_batch.h"
#include "common/clock.h"
#include "common/env.h"
#include "common/random.h"
#include "connectors/kafka/kafka_client.h"
#include "connectors/kafka/kafka_provider.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

constexpr int16_t kProduceRequest = 0;
constexpr int16_t kFetchRequest = 1;

/// librdkafka's own brokers, in this process, and what a session would do with the source and sink.
class KafkaMockTest : public testing::Test {
 protected:
  KafkaMockTest()
      : host_(KafkaClient::Make(KafkaClient::Kind::kProducer, {}).ValueOrDie()),
        cluster_(rd_kafka_mock_cluster_new(host_->handle(), 1)),
        directory_(testing::TempDir() + "kafka-" + NewUuid()) {
    context_.env = Env::Posix();
    context_.clock = Clock::System();
    options_.Set("kafka.bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster_));
  }
  ~KafkaMockTest() override {
    rd_kafka_mock_cluster_destroy(cluster_);
    EXPECT_TRUE(Env::Posix()->RemoveAll(directory_).ok());
  }

  void MakeTopic(const char* name, int partitions) {
    ASSERT_EQ(rd_kafka_mock_topic_create(cluster_, name, partitions, 1), 0);
  }

  Result<std::shared_ptr<Table>> TableOf(const Schema& schema, const Options& options) {
    return NewKafkaProvider()->GetTable(schema, options, context_);
  }

  /// Writes rows `(key STRING, value STRING, partition INT)` as one batch.
  Status WriteRows(const char* topic, const std::vector<Row>& rows) {
    const Schema schema(
        {{"key", TypeId::kString}, {"value", TypeId::kString}, {"partition", TypeId::kInteger}});
    Options options = options_;
    options.Set("topic", topic);
    options.Set("kafka.delivery.timeout.ms", "5000");
    WriteRequest request;
    request.schema = schema;
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<Table> table, TableOf(schema, options));
    ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<StreamingWrite> write,
                          table->NewBatchWrite(request, SaveMode::kAppend));
    ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<DataWriter> writer, write->CreateWriter(0, 0));
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> batch, MakeBatch(rows, schema));
    ARROW_RETURN_NOT_OK(writer->Write(*batch));
    ARROW_ASSIGN_OR_RAISE(const WriterCommitMessage message, writer->Commit());
    return write->Commit(0, {message});
  }

  static Row MakeRow(const std::string& key, const std::string& value, int partition) {
    return Row({Value(key), Value(value), Value(partition)});
  }

  Result<std::shared_ptr<Scan>> ScanOf(const char* topic, bool streaming) {
    Options options = options_;
    options.Set("subscribe", topic);
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

  std::unique_ptr<KafkaClient> host_;
  rd_kafka_mock_cluster_t* cluster_;
  std::string directory_;
  ConnectorContext context_;
  Options options_;
  std::shared_ptr<Table> table_;
};

TEST_F(KafkaMockTest, BatchReadsWhatABatchWrote) {
  MakeTopic("events", 2);
  std::vector<Row> rows;
  for (int i = 0; i < 500; ++i) rows.push_back(MakeRow("k", std::to_string(i), i % 2));
  ASSERT_TRUE(WriteRows("events", rows).ok());
  const std::shared_ptr<Scan> scan = ScanOf("events", false).ValueOrDie();
  const auto partitions = scan->PlanInputPartitions().ValueOrDie();
  EXPECT_EQ(partitions.size(), 2u);
  const std::vector<std::string> read = ReadAll(scan.get(), partitions).ValueOrDie();
  ASSERT_EQ(read.size(), 500u);
}

TEST_F(KafkaMockTest, StreamGoesOnWhereItWas) {
  MakeTopic("events", 1);
  ASSERT_TRUE(WriteRows("events", {MakeRow("a", "1", 0), MakeRow("b", "2", 0)}).ok());
  const std::string metadata = directory_ + "/sources/0";
  {
    const std::shared_ptr<Scan> scan = ScanOf("events", true).ValueOrDie();
    const auto stream = scan->ToMicroBatchStream(metadata).ValueOrDie();
    const Offset start = stream->InitialOffset().ValueOrDie();
    EXPECT_EQ(start.json(), R"({"events":{"0":0}})");
    const Offset end = stream->LatestOffset(start, stream->DefaultReadLimit()).ValueOrDie();
    EXPECT_EQ(end.json(), R"({"events":{"0":2}})");
    const auto partitions = stream->PlanInputPartitions(start, end).ValueOrDie();
    EXPECT_EQ(ReadAll(stream.get(), partitions).ValueOrDie().size(), 2u);
    stream->Stop();
  }
  std::stringstream file;
  file << std::ifstream(metadata + "/0").rdbuf();
  EXPECT_EQ(file.str(), std::string(1, '\0') + "v1\n" + R"({"events":{"0":0}})");

  // Another run: the beginning is what it was, although options would now say otherwise.
  ASSERT_TRUE(WriteRows("events", {MakeRow("c", "3", 0)}).ok());
  options_.Set("startingOffsets", "latest");
  const std::shared_ptr<Scan> scan = ScanOf("events", true).ValueOrDie();
  const auto stream = scan->ToMicroBatchStream(metadata).ValueOrDie();
  EXPECT_EQ(stream->InitialOffset()->json(), R"({"events":{"0":0}})");
  const Offset start = stream->DeserializeOffset(R"( {"events":{"0":2}} )").ValueOrDie();
  const Offset end = stream->LatestOffset(start, stream->DefaultReadLimit()).ValueOrDie();
  EXPECT_EQ(end.json(), R"({"events":{"0":3}})");
  EXPECT_EQ(ReadAll(stream.get(), stream->PlanInputPartitions(start, end).ValueOrDie())
                .ValueOrDie()
                .size(),
            1u);
  EXPECT_FALSE(stream->DeserializeOffset("7").ok());
  EXPECT_FALSE(stream->DeserializeOffset(R"({"events":{"0":-1}})").ok());
  stream->Stop();
}

TEST_F(KafkaMockTest, ArrivalWakes) {
  MakeTopic("events", 1);
  const std::shared_ptr<Scan> scan = ScanOf("events", true).ValueOrDie();
  const auto stream = scan->ToMicroBatchStream(directory_ + "/sources/0").ValueOrDie();
  std::mutex mutex;
  std::condition_variable changed;
  int wakes = 0;
  EXPECT_TRUE(stream->SetWaker([&] {
    const std::lock_guard lock(mutex);
    ++wakes;
    changed.notify_all();
  }));
  Offset position = stream->InitialOffset().ValueOrDie();
  for (int i = 0; i < 3; ++i) {
    // As the engine does: looks again after each wake, waits when there is nothing.
    std::thread producer;
    while (true) {
      int seen = 0;
      {
        const std::lock_guard lock(mutex);
        seen = wakes;
      }
      const Offset latest = stream->LatestOffset(position, ReadAllAvailable{}).ValueOrDie();
      if (latest != position) {
        const auto partitions = stream->PlanInputPartitions(position, latest).ValueOrDie();
        EXPECT_EQ(ReadAll(stream.get(), partitions).ValueOrDie().size(), 1u);
        position = latest;
        break;
      }
      if (!producer.joinable()) {
        producer =
            std::thread([&] { EXPECT_TRUE(WriteRows("events", {MakeRow("a", "1", 0)}).ok()); });
      }
      std::unique_lock lock(mutex);
      ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(20), [&] { return wakes != seen; }));
    }
    if (producer.joinable()) producer.join();
  }
  stream->Stop();
}

TEST_F(KafkaMockTest, PassingErrorsOfFetchesAreOutlived) {
  MakeTopic("events", 1);
  ASSERT_TRUE(WriteRows("events", {MakeRow("a", "1", 0)}).ok());
  rd_kafka_mock_push_request_errors(
      cluster_, kFetchRequest, 3, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
      RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR__TRANSPORT);
  const std::shared_ptr<Scan> scan = ScanOf("events", false).ValueOrDie();
  EXPECT_EQ(ReadAll(scan.get(), scan->PlanInputPartitions().ValueOrDie()).ValueOrDie().size(), 1u);
}

TEST_F(KafkaMockTest, AFailedDeliveryFailsTheBatch) {
  MakeTopic("events", 1);
  rd_kafka_mock_push_request_errors(cluster_, kProduceRequest, 1,
                                    RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  const Status failed = WriteRows("events", {MakeRow("a", "1", 0)});
  EXPECT_THAT(failed.message(), testing::HasSubstr("not delivered to the Kafka topic events"));
}

TEST_F(KafkaMockTest, AMissingTopicIsAnError) {
  options_.Set("fetchOffset.numRetries", "1");
  const std::shared_ptr<Scan> scan = ScanOf("no.such", false).ValueOrDie();
  rd_kafka_mock_topic_set_error(cluster_, "no.such", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  EXPECT_THAT(scan->PlanInputPartitions().status().message(), testing::HasSubstr("no.such"));
}

}  // namespace
}  // namespace firesteel
