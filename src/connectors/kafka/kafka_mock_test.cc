#include "connectors/kafka/kafka_mock_case.h"

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include "gmock/gmock.h"

namespace firesteel {
namespace {

class KafkaMockTest : public KafkaMockCase {};

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

TEST_F(KafkaMockTest, AvailableNowReadsWhatWasThereAtFirst) {
  MakeTopic("events-a", 1);
  MakeTopic("events-b", 1);
  for (const char* topic : {"events-a", "events-b"}) {
    ASSERT_TRUE(WriteRows(topic, {MakeRow("a", "1", 0), MakeRow("a", "2", 0)}).ok());
  }
  options_.Set("maxOffsetsPerTrigger", "2");
  const std::shared_ptr<Scan> scan = ScanOf("events-.*", true, "subscribePattern").ValueOrDie();
  const auto stream = scan->ToMicroBatchStream(directory_ + "/sources/0").ValueOrDie();
  ASSERT_TRUE(stream->PrepareForAvailableNow().ok());
  const Offset start = stream->InitialOffset().ValueOrDie();
  const Offset middle = stream->LatestOffset(start, stream->DefaultReadLimit()).ValueOrDie();
  EXPECT_EQ(middle.json(), R"({"events-a":{"0":1},"events-b":{"0":1}})");
  // What comes meanwhile, records and partitions, is for the next run.
  ASSERT_TRUE(WriteRows("events-a", {MakeRow("a", "3", 0)}).ok());
  MakeTopic("events-c", 1);
  EXPECT_TRUE(stream->PlanInputPartitions(start, middle).ok());
  const Offset end = stream->LatestOffset(middle, stream->DefaultReadLimit()).ValueOrDie();
  EXPECT_EQ(end.json(), R"({"events-a":{"0":2},"events-b":{"0":2}})");
  EXPECT_EQ(stream->LatestOffset(end, stream->DefaultReadLimit()).ValueOrDie(), end);
  // What goes meanwhile is an error, found before the batch is read.
  rd_kafka_mock_topic_set_error(cluster_, "events-b", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  EXPECT_EQ(ErrorCondition(stream->PlanInputPartitions(middle, end).status()),
            "LOST_TOPIC_PARTITIONS_IN_END_OFFSET_WITH_TRIGGER_AVAILABLENOW");
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
