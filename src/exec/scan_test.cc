#include <gmock/gmock.h>

#include "exec/plan_test_environment.h"
#include "exec/source_test_stream.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Schema NumberSchema() { return Schema({{"n", TypeId::kInteger}}); }

std::shared_ptr<TestPartition> Partition(std::string file, const std::vector<int>& numbers) {
  auto partition = std::make_shared<TestPartition>();
  partition->file = std::move(file);
  for (const int number : numbers) {
    // Connectors may call columns what they like.
    partition->batches.push_back(
        MakeBatch({Row({Value(number)})}, Schema({{"other", TypeId::kInteger}})).ValueOrDie());
  }
  return partition;
}

class TestScan final : public Scan {
 public:
  explicit TestScan(std::vector<std::shared_ptr<const InputPartition>> partitions)
      : partitions_(std::move(partitions)) {}
  Result<std::vector<std::shared_ptr<const InputPartition>>> PlanInputPartitions() override {
    ++planned;
    return partitions_;
  }
  Result<std::unique_ptr<BatchReader>> CreateReader(const InputPartition& partition,
                                                    const ReadContext& context) override {
    return stream_.CreateReader(partition, context);
  }
  Result<std::unique_ptr<MicroBatchStream>> ToMicroBatchStream(const std::string&) override {
    return Status::NotImplemented("batch only");
  }
  std::string Describe() const override { return "test [n]"; }

  int planned = 0;

 private:
  std::vector<std::shared_ptr<const InputPartition>> partitions_;
  TestSourceStream stream_;
};

class ScanTest : public ::testing::Test {
 protected:
  PlanTestEnvironment environment_;
};

TEST_F(ScanTest, OneRowWithoutColumns) {
  const auto plan = NewProject(NewOneRowScan(), {Constant(1)}, NumberSchema()).ValueOrDie();
  EXPECT_THAT(environment_.Texts(*plan), ElementsAre("[1]"));
}

TEST_F(ScanTest, LocalScanSkipsEmptyBatchesAndChecksColumns) {
  EXPECT_THAT(environment_.Texts(*ScanOf(NumberSchema(), {{}, {Row({Value(1)})}, {}})),
              ElementsAre("[1]"));
  EXPECT_THAT(environment_.Texts(*ScanOf(NumberSchema(), {})), IsEmpty());
  const auto wide = MakeBatch({Row({Value(1), Value(2)})},
                              Schema({{"a", TypeId::kInteger}, {"b", TypeId::kInteger}}))
                        .ValueOrDie();
  EXPECT_FALSE(NewLocalScan(NumberSchema(), {wide}).ok());
}

TEST_F(ScanTest, TableScanPlansItsPartitionsOncePerRun) {
  auto scan = std::make_shared<TestScan>(std::vector<std::shared_ptr<const InputPartition>>{
      Partition("a", {1, 2}), Partition("b", {}), Partition("c", {3})});
  const auto plan = NewTableScan(NumberSchema(), scan).ValueOrDie();
  EXPECT_THAT(environment_.Texts(*plan), ElementsAre("[1]", "[2]", "[3]"));
  EXPECT_THAT(environment_.Texts(*plan), ElementsAre("[1]", "[2]", "[3]"));
  EXPECT_EQ(scan->planned, 2);
  EXPECT_EQ(plan->Name(), "TableScan test [n]");
  EXPECT_THAT(environment_.Texts(**NewTableScan(
                  NumberSchema(), std::make_shared<TestScan>(
                                      std::vector<std::shared_ptr<const InputPartition>>()))),
              IsEmpty());
}

TEST_F(ScanTest, AConnectorThatGivesOtherTypesIsFoundOut) {
  auto scan = std::make_shared<TestScan>(
      std::vector<std::shared_ptr<const InputPartition>>{Partition("a", {1})});
  const auto plan = NewTableScan(Schema({{"n", TypeId::kString}}), scan).ValueOrDie();
  EXPECT_EQ(ErrorCondition(environment_.Run(*plan).status()), "INTERNAL_ERROR");
}

TEST_F(ScanTest, MicroBatchScanReadsTheBatchAtHand) {
  TestSourceStream stream;
  const auto plan = NewMicroBatchScan(NumberSchema(), 1, "memory [n]").ValueOrDie();
  BatchContext batch;
  auto broken = Partition("b", {3});
  broken->malformed_rows = 5;
  batch.sources = {{}, {&stream, {Partition("a", {1, 2}), broken}}};
  ExecutionContext execution = environment_.Context(batch);
  EXPECT_THAT(environment_.Texts(*plan, &execution), ElementsAre("[1]", "[2]", "[3]"));
  EXPECT_EQ(execution.InputRows(1)->load(), 8) << "malformed rows count as read";
  EXPECT_EQ(execution.InputRows(0)->load(), 0);

  batch.sources[1].partitions = {Partition("a", {7})};
  ExecutionContext next = environment_.Context(batch);
  EXPECT_THAT(environment_.Texts(*plan, &next), ElementsAre("[7]"));
  EXPECT_EQ(plan->Name(), "MicroBatchScan memory [n]");
}

TEST_F(ScanTest, RowsKnowTheFileTheyComeFrom) {
  TestSourceStream stream;
  const auto scan = NewMicroBatchScan(NumberSchema(), 0, "files").ValueOrDie();
  const auto plan =
      NewProject(scan, {Column(NumberSchema(), "n"), Call("input_file_name", {})},
                 Schema({{"n", TypeId::kInteger}, {"file", TypeId::kString, false}}))
          .ValueOrDie();
  BatchContext batch;
  batch.sources = {{&stream, {Partition("/in/a", {1, 2}), Partition("/in/b", {3})}}};
  ExecutionContext execution = environment_.Context(batch);
  const auto rows = environment_.Run(*plan, &execution).ValueOrDie();
  ASSERT_EQ(rows.size(), 3);
  EXPECT_THAT(rows[1][1].Get<std::string>(), ::testing::HasSubstr("/in/a"));
  EXPECT_THAT(rows[2][1].Get<std::string>(), ::testing::HasSubstr("/in/b"));
}

TEST_F(ScanTest, ABatchWithoutTheSourceIsAnError) {
  const auto plan = NewMicroBatchScan(NumberSchema(), 0, "memory").ValueOrDie();
  EXPECT_FALSE(environment_.Run(*plan).ok());
  EXPECT_FALSE(NewMicroBatchScan(NumberSchema(), -1, "memory").ok());
}

}  // namespace
}  // namespace firesteel
