#include <chrono>
#include <thread>

#include "connectors/kafka/kafka_mock_case.h"
#include "gmock/gmock.h"

namespace firesteel {
namespace {

using testing::HasSubstr;

constexpr int kBrokers = 3;
/// Above the three seconds that it should take: machines that run tests may be slow.
constexpr std::chrono::seconds kPromptly(4);

/// What goes wrong at brokers, and that it comes to a clear end: everything is read and written
/// once, or an error says what is the matter.
class KafkaFaultTest : public KafkaMockCase {
 protected:
  KafkaFaultTest() : KafkaMockCase(kBrokers) {}

  void PushErrors(int16_t request, const std::vector<rd_kafka_resp_err_t>& errors) {
    // The client asks whichever broker it likes: each has the errors.
    rd_kafka_mock_push_request_errors_array(cluster_, request, errors.size(), errors.data());
  }

  /// Reads what is there as a batch, expecting `count` records.
  void ExpectRows(const char* topic, size_t count) { EXPECT_EQ(CountRows(topic), count); }

  /// Calls something that waits for brokers, sets the stop flag meanwhile, and expects that the
  /// call fails soon.
  template <typename Call>
  void ExpectEndsWhenStopped(const Call& call) {
    std::chrono::steady_clock::time_point asked;
    std::thread stopper([&] {
      asked = std::chrono::steady_clock::now();
      stopped_.store(true);
    });
    const Status status = call();
    const auto ended = std::chrono::steady_clock::now();
    stopper.join();
    EXPECT_FALSE(status.ok());
    EXPECT_LT(ended - asked, kPromptly) << status.message();
  }

  void TakeBrokersDown() { rd_kafka_mock_broker_set_down(cluster_, -1); }

  std::atomic<bool> stopped_{false};
};

TEST_F(KafkaFaultTest, StormsOfPassingErrorsAreOutlived) {
  MakeTopic("events", 2);
  const std::vector<rd_kafka_resp_err_t> storm = {
      RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
      RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
      RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART};
  PushErrors(kProduceRequest, storm);
  ASSERT_TRUE(WriteRows("events", {MakeRow("a", "1", 0), MakeRow("b", "2", 1)}).ok());
  PushErrors(kListOffsetsRequest, {storm.begin(), storm.begin() + 3});
  PushErrors(kFetchRequest, storm);
  ExpectRows("events", 2);
}

TEST_F(KafkaFaultTest, PartitionsThatABrokerDoesNotKnowYetAreWaitedFor) {
  MakeTopic("events", 1);
  ASSERT_TRUE(WriteRows("events", {MakeRow("a", "1", 0)}).ok());
  PushErrors(kListOffsetsRequest, std::vector<rd_kafka_resp_err_t>(
                                      8, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART));
  ExpectRows("events", 1);
}

TEST_F(KafkaFaultTest, RecordsComeFromWhoeverLeads) {
  MakeTopic("events", 1);
  const std::shared_ptr<Scan> scan = ScanOf("events", true).ValueOrDie();
  const auto stream = scan->ToMicroBatchStream(directory_ + "/sources/0").ValueOrDie();
  Offset position = stream->InitialOffset().ValueOrDie();
  for (int broker = 1; broker <= kBrokers; ++broker) {
    rd_kafka_mock_partition_set_leader(cluster_, "events", 0, broker);
    ASSERT_TRUE(WriteRows("events", {MakeRow("a", std::to_string(broker), 0)}).ok());
    const Offset end = stream->LatestOffset(position, ReadAllAvailable{}).ValueOrDie();
    const auto partitions = stream->PlanInputPartitions(position, end).ValueOrDie();
    const std::vector<std::string> rows = ReadAll(stream.get(), partitions).ValueOrDie();
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_THAT(rows[0], HasSubstr("a=" + std::to_string(broker)));
    position = end;
  }
  stream->Stop();
}

TEST_F(KafkaFaultTest, BrokersMayRestartOneAfterTheOther) {
  MakeTopic("events", 1);
  const std::unique_ptr<StreamingWrite> write = OpenSink("events", false).ValueOrDie();
  for (int broker = 1; broker <= kBrokers; ++broker) {
    rd_kafka_mock_partition_set_leader(cluster_, "events", 0, broker % kBrokers + 1);
    rd_kafka_mock_broker_set_down(cluster_, broker);
    ASSERT_TRUE(WriteBatch(write.get(), broker, {MakeRow("a", "1", 0)}).ok());
    ExpectRows("events", static_cast<size_t>(broker));
    rd_kafka_mock_broker_set_up(cluster_, broker);
  }
}

TEST_F(KafkaFaultTest, AnOffsetThatIsThereAfterAllIsRead) {
  MakeTopic("events", 1);
  ASSERT_TRUE(WriteRows("events", {MakeRow("a", "1", 0), MakeRow("a", "2", 0)}).ok());
  PushErrors(kFetchRequest, {RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE});
  ExpectRows("events", 2);
}

TEST_F(KafkaFaultTest, SlowBrokersOnlyTakeTime) {
  MakeTopic("events", 1);
  rd_kafka_mock_broker_set_rtt(cluster_, -1, 200);
  ASSERT_TRUE(WriteRows("events", {MakeRow("a", "1", 0)}).ok());
  ExpectRows("events", 1);
}

TEST_F(KafkaFaultTest, TransactionsOutliveCoordinatorsThatMove) {
  MakeTopic("events", 2);
  const std::vector<rd_kafka_resp_err_t> moves = {
      RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
      RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR__TRANSPORT};
  for (const int16_t request : {kInitProducerIdRequest, kAddPartitionsToTxnRequest,
                                kAddOffsetsToTxnRequest, kEndTxnRequest}) {
    PushErrors(request, moves);
  }
  const std::unique_ptr<StreamingWrite> write = OpenSink("events", true).ValueOrDie();
  ASSERT_FALSE(write->IsCommitted(0).ValueOrDie());
  const Status written = WriteBatch(write.get(), 0, {MakeRow("a", "1", 0), MakeRow("b", "2", 1)});
  EXPECT_TRUE(written.ok()) << written.message();
  ExpectRows("events", 2);
}

TEST_F(KafkaFaultTest, MarkersOutliveCoordinatorsThatMove) {
  MakeTopic("events", 1);
  const std::unique_ptr<StreamingWrite> write = OpenSink("events", true).ValueOrDie();
  ASSERT_FALSE(write->IsCommitted(0).ValueOrDie());
  PushErrors(kTxnOffsetCommitRequest,
             {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
              RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS});
  const Status written = WriteBatch(write.get(), 0, {MakeRow("a", "1", 0)});
  EXPECT_TRUE(written.ok()) << written.message();
  ExpectRows("events", 1);
}

TEST_F(KafkaFaultTest, ABatchWhoseMarkerIsRefusedIsWrittenByTheNextRun) {
  MakeTopic("events", 1);
  {
    const std::unique_ptr<StreamingWrite> write = OpenSink("events", true).ValueOrDie();
    ASSERT_FALSE(write->IsCommitted(0).ValueOrDie());
    // librdkafka gives the transaction up.
    PushErrors(kTxnOffsetCommitRequest, {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED});
    EXPECT_THAT(WriteBatch(write.get(), 0, {MakeRow("a", "1", 0)}).message(),
                HasSubstr("marker of batch 0"));
  }
  rd_kafka_mock_clear_request_errors(cluster_, kTxnOffsetCommitRequest);
  const std::unique_ptr<StreamingWrite> write = OpenSink("events", true).ValueOrDie();
  ASSERT_FALSE(write->IsCommitted(0).ValueOrDie());
  const Status written = WriteBatch(write.get(), 0, {MakeRow("a", "1", 0)});
  EXPECT_TRUE(written.ok()) << written.message();
}

TEST_F(KafkaFaultTest, TheMarkerIsReadFromACoordinatorThatIsNotReady) {
  MakeTopic("events", 1);
  {
    const std::unique_ptr<StreamingWrite> write = OpenSink("events", true).ValueOrDie();
    ASSERT_FALSE(write->IsCommitted(0).ValueOrDie());
    ASSERT_TRUE(WriteBatch(write.get(), 0, {MakeRow("a", "1", 0)}).ok());
  }
  PushErrors(kOffsetFetchRequest,
             {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
              RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE});
  const std::unique_ptr<StreamingWrite> write = OpenSink("events", true).ValueOrDie();
  const Result<bool> committed = write->IsCommitted(0);
  ASSERT_TRUE(committed.ok()) << committed.status().message();
}

TEST_F(KafkaFaultTest, AFencedQueryFailsAndItsSuccessorWrites) {
  MakeTopic("events", 1);
  {
    const std::unique_ptr<StreamingWrite> write = OpenSink("events", true).ValueOrDie();
    ASSERT_FALSE(write->IsCommitted(0).ValueOrDie());
    PushErrors(kEndTxnRequest, {RD_KAFKA_RESP_ERR_PRODUCER_FENCED});
    const Status fenced = WriteBatch(write.get(), 0, {MakeRow("a", "1", 0)});
    EXPECT_THAT(fenced.message(), HasSubstr("transaction of batch 0 was not committed"));
    EXPECT_FALSE(WriteBatch(write.get(), 0, {MakeRow("a", "1", 0)}).ok());
  }
  rd_kafka_mock_clear_request_errors(cluster_, kEndTxnRequest);
  const std::unique_ptr<StreamingWrite> write = OpenSink("events", true).ValueOrDie();
  ASSERT_FALSE(write->IsCommitted(0).ValueOrDie());
  const Status written = WriteBatch(write.get(), 0, {MakeRow("a", "1", 0)});
  EXPECT_TRUE(written.ok()) << written.message();
}

TEST_F(KafkaFaultTest, ASourceThatWaitsForBrokersEndsWhenStopped) {
  MakeTopic("events", 1);
  TakeBrokersDown();
  const std::shared_ptr<Scan> scan = ScanOf("events", true).ValueOrDie();
  const auto stream = scan->ToMicroBatchStream(directory_ + "/sources/0").ValueOrDie();
  stream->StopWhen(&stopped_);
  ExpectEndsWhenStopped([&] { return stream->InitialOffset().status(); });
  stream->Stop();
}

TEST_F(KafkaFaultTest, ASinkThatWaitsForBrokersEndsWhenStopped) {
  MakeTopic("events", 1);
  TakeBrokersDown();
  for (const bool exactly_once : {false, true}) {
    stopped_.store(false);
    std::unique_ptr<StreamingWrite> write = OpenSink("events", exactly_once).ValueOrDie();
    write->StopWhen(&stopped_);
    ExpectEndsWhenStopped([&]() -> Status {
      ARROW_RETURN_NOT_OK(write->IsCommitted(0).status());
      const Status status = WriteBatch(write.get(), 0, {MakeRow("a", "1", 0)});
      write.reset();
      return status;
    });
  }
}

TEST_F(KafkaFaultTest, ATransactionThatWaitsForBrokersEndsWhenStopped) {
  MakeTopic("events", 1);
  std::unique_ptr<StreamingWrite> write = OpenSink("events", true).ValueOrDie();
  write->StopWhen(&stopped_);
  ASSERT_FALSE(write->IsCommitted(0).ValueOrDie());
  const std::unique_ptr<DataWriter> writer = write->CreateWriter(0, 0).ValueOrDie();
  ASSERT_TRUE(writer->Write(*MakeBatch({MakeRow("a", "1", 0)}, row_schema_).ValueOrDie()).ok());
  TakeBrokersDown();
  ExpectEndsWhenStopped([&] {
    const Status status = write->Commit(0, {});
    write.reset();
    return status;
  });
}

}  // namespace
}  // namespace firesteel
