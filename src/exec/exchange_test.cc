#include <map>

#include <gmock/gmock.h>

#include "exec/plan_test_environment.h"
#include "types/hash.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Schema KeyedSchema() {
  return Schema({{"k", TypeId::kString}, {"x", TypeId::kDouble}, {"i", TypeId::kInteger}});
}

std::vector<Row> KeyedRows(int from, int to) {
  std::vector<Row> rows;
  for (int i = from; i < to; ++i) {
    Value key = i % 7 == 0 ? Value() : Value("key " + std::to_string(i % 50));
    rows.push_back(Row({std::move(key), Value(i % 2 == 0 ? 0.0 : -0.0), Value(i)}));
  }
  return rows;
}

class ExchangeTest : public ::testing::Test {
 protected:
  /// The rows of each partition, as text.
  std::vector<std::vector<std::string>> RunByPartition(const PhysicalPlan& plan) {
    ExecutionContext execution = environment_.Context();
    const auto schema = std::make_shared<Schema>(plan.schema());
    std::vector<std::vector<std::string>> texts(64);
    const Status status =
        RunPlan(plan, &execution, [&](int partition, BatchReader* reader, TaskContext*) -> Status {
          std::vector<Row> rows;
          while (true) {
            ARROW_ASSIGN_OR_RAISE(auto batch, reader->Next());
            if (!batch) break;
            AppendRows(*batch, schema, &rows);
          }
          for (const Row& row : rows) texts[partition].push_back(row.ToString());
          return Status::OK();
        });
    EXPECT_TRUE(status.ok()) << status.ToString();
    texts.resize(plan.PartitionCount(execution));
    return texts;
  }

  PlanTestEnvironment environment_;
};

TEST_F(ExchangeTest, RowsGoWhereTheHashOfTheirKeySays) {
  const Schema schema = KeyedSchema();
  std::vector<std::vector<Row>> sources{KeyedRows(0, 300), {}, KeyedRows(300, 1000)};
  const auto plan = NewHashExchange(PartitionsOf(schema, sources),
                                    {Column(schema, "k"), Column(schema, "x")}, 5)
                        .ValueOrDie();
  std::vector<std::vector<std::string>> expected(5);
  for (const std::vector<Row>& rows : sources) {
    if (rows.empty()) continue;
    const auto batch = MakeBatch(rows, schema).ValueOrDie();
    const auto ids = PartitionIds({batch->column(0), batch->column(1)},
                                  {TypeId::kString, TypeId::kDouble}, 5)
                         .ValueOrDie();
    for (size_t i = 0; i < rows.size(); ++i) expected[ids[i]].push_back(rows[i].ToString());
  }
  EXPECT_EQ(RunByPartition(*plan), expected);
}

TEST_F(ExchangeTest, KeysMayBeExpressionsAndConstants) {
  const Schema schema = KeyedSchema();
  const auto plan =
      NewHashExchange(PartitionsOf(schema, {KeyedRows(0, 100)}),
                      {Call("%", {Column(schema, "i"), Constant(2)}), Constant("c")}, 3)
          .ValueOrDie();
  std::map<int, int> partition_of_rest;
  const auto partitions = RunByPartition(*plan);
  size_t rows = 0;
  for (const auto& partition : partitions) rows += partition.size();
  EXPECT_EQ(rows, 100);
  EXPECT_EQ(plan->Name(), "Exchange [(i % 2), c], 3");
}

TEST_F(ExchangeTest, WithoutKeysRowsGoRoundInOrder) {
  const Schema schema({{"i", TypeId::kInteger}});
  const auto scan =
      PartitionsOf(schema, {{Row({Value(1)})}, {Row({Value(2)})}, {Row({Value(3)})}});
  EXPECT_THAT(RunByPartition(**NewHashExchange(scan, {}, 1)),
              ElementsAre(ElementsAre("[1]", "[2]", "[3]")));
  EXPECT_THAT(RunByPartition(**NewHashExchange(scan, {}, 2)),
              ElementsAre(ElementsAre("[1]", "[3]"), ElementsAre("[2]")));
  const auto one = PartitionsOf(schema, {{Row({Value(1)}), Row({Value(2)}), Row({Value(3)})}});
  EXPECT_THAT(RunByPartition(**NewHashExchange(one, {}, 2)),
              ElementsAre(ElementsAre("[1]", "[3]"), ElementsAre("[2]")));
}

TEST_F(ExchangeTest, CoalescedPartitionsAreNeighboursInOrder) {
  const Schema schema({{"i", TypeId::kInteger}});
  const auto scan =
      PartitionsOf(schema, {{Row({Value(1)})}, {Row({Value(2)}), Row({Value(3)})}, {Row({Value(4)})}});
  EXPECT_THAT(RunByPartition(**NewCoalesce(scan, 1)),
              ElementsAre(ElementsAre("[1]", "[2]", "[3]", "[4]")));
  EXPECT_THAT(RunByPartition(**NewCoalesce(scan, 2)),
              ElementsAre(ElementsAre("[1]"), ElementsAre("[2]", "[3]", "[4]")));
  EXPECT_THAT(RunByPartition(**NewCoalesce(scan, 5)),
              ElementsAre(ElementsAre("[1]"), ElementsAre("[2]", "[3]"), ElementsAre("[4]")));
  EXPECT_THAT(RunByPartition(**NewCoalesce(NewUnion({}, schema).ValueOrDie(), 1)), IsEmpty());
  EXPECT_FALSE(NewCoalesce(scan, 0).ok());
}

TEST_F(ExchangeTest, WithoutRowsTheTargetsStillRun) {
  const Schema schema = KeyedSchema();
  EXPECT_THAT(
      RunByPartition(**NewHashExchange(ScanOf(schema, {}), {Column(schema, "k")}, 3)),
      ElementsAre(IsEmpty(), IsEmpty(), IsEmpty()));
  // A union of nothing has no partitions at all.
  const auto nothing = NewUnion({}, schema).ValueOrDie();
  EXPECT_THAT(RunByPartition(**NewHashExchange(nothing, {Column(schema, "k")}, 2)),
              ElementsAre(IsEmpty(), IsEmpty()));
}

TEST_F(ExchangeTest, OverTheBudgetRowsAreTheSame) {
  const Schema schema = KeyedSchema();
  const auto plan =
      NewHashExchange(PartitionsOf(schema, {KeyedRows(0, 2000), KeyedRows(2000, 4000)}),
                      {Column(schema, "k")}, 4)
          .ValueOrDie();
  const auto in_memory = RunByPartition(*plan);
  environment_.services().memory_budget_bytes = 30000;
  ExecutionContext execution = environment_.Context();
  ASSERT_TRUE(RunPlan(*plan, &execution, [&](int, BatchReader*, TaskContext*) {
                EXPECT_GT(environment_.SpillFiles(), 0);
                return Status::OK();
              }).ok());
  EXPECT_EQ(RunByPartition(*plan), in_memory);
}

TEST_F(ExchangeTest, SpillFilesGoWithTheRun) {
  const Schema schema = KeyedSchema();
  environment_.services().memory_budget_bytes = 0;
  const auto plan = NewHashExchange(PartitionsOf(schema, {KeyedRows(0, 100)}),
                                    {Column(schema, "k")}, 4)
                        .ValueOrDie();
  EXPECT_EQ(environment_.Texts(*plan).size(), 100);
  EXPECT_EQ(environment_.SpillFiles(), 0);
}

TEST_F(ExchangeTest, AnErrorBelowEndsTheRun) {
  const Schema schema({{"n", TypeId::kInteger}});
  const auto scan = PartitionsOf(schema, {{Row({Value(1)})}, {Row({Value(0)})}});
  const auto divided =
      NewProject(scan, {Call("%", {Constant(10), Column(schema, "n")})}, schema).ValueOrDie();
  const auto plan = NewHashExchange(divided, {Column(schema, "n")}, 2).ValueOrDie();
  EXPECT_EQ(ErrorCondition(environment_.Run(*plan).status()), "REMAINDER_BY_ZERO");
  EXPECT_FALSE(NewHashExchange(scan, {}, 0).ok());
}

TEST_F(ExchangeTest, ReadingBeforePreparingIsAnError) {
  const Schema schema = KeyedSchema();
  const auto plan = NewHashExchange(ScanOf(schema, {}), {}, 1).ValueOrDie();
  ExecutionContext execution = environment_.Context();
  TaskContext task = MakeTask(&execution, 0);
  EXPECT_FALSE(plan->Execute(0, &task).ok());
}

}  // namespace
}  // namespace firesteel
