#include "exec/stateful/streaming_aggregate.h"

#include <map>

#include <gmock/gmock.h>

#include "checkpoint/checkpoint_file_manager.h"
#include "exec/plan_test_environment.h"
#include "exec/source_test_stream.h"
#include "types/hash.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const Schema& StreamingInput() {
  static const Schema schema({{"k", TypeId::kString}, {"v", TypeId::kLong}});
  return schema;
}

Row Of(Value k, int64_t v) { return Row({std::move(k), Value(v)}); }

constexpr int kPartitions = 3;

class StreamingAggregateTest : public ::testing::Test {
 protected:
  void SetUp() override { Restart(); }

  /// Forgets everything that is not on disk.
  void Restart() {
    stores_.reset();
    stores_ = std::make_unique<StateStoreCoordinator>(&files_);
  }

  PhysicalPlanPtr Plan(OutputMode mode, std::vector<ExpressionPtr> keys,
                       std::vector<PlannedAggregate> aggregates) {
    const auto scan = NewMicroBatchScan(StreamingInput(), 0, "test").ValueOrDie();
    std::vector<StructField> fields;
    std::vector<ExpressionPtr> references;
    for (const ExpressionPtr& key : keys) {
      const std::string name = "key" + std::to_string(fields.size());
      references.push_back(std::make_shared<BoundReference>(static_cast<int>(fields.size()), name,
                                                            key->type(), key->nullable()));
      fields.push_back({name, key->type(), key->nullable()});
    }
    auto plan = NewPartialAggregate(scan, keys, fields, aggregates).ValueOrDie();
    plan = NewHashExchange(plan, references, keys.empty() ? 1 : kPartitions).ValueOrDie();
    const std::vector<StructField> key_fields = fields;
    for (const PlannedAggregate& one : aggregates) {
      fields.push_back({one.text, one.function->return_type(), one.function->nullable()});
    }
    StreamingAggregateOptions options;
    options.operator_id = 0;
    options.shuffle_partitions = kPartitions;
    options.mode = mode;
    options.minimum_deltas_for_snapshot = 2;
    return NewStreamingAggregate(plan, key_fields, aggregates, Schema(fields), options)
        .ValueOrDie();
  }
  PhysicalPlanPtr CountAndSum(OutputMode mode) {
    return Plan(
        mode, {Column(StreamingInput(), "k")},
        {Aggregated("count", {Constant(1)}), Aggregated("sum", {Column(StreamingInput(), "v")})});
  }

  BatchContext Batch(int64_t id, const std::vector<std::vector<Row>>& partitions) {
    BatchContext batch;
    batch.batch_id = id;
    batch.state_stores = stores_.get();
    batch.state_root = environment_.directory() + "/checkpoint/state";
    SourceBatch source{&stream_, {}};
    for (const std::vector<Row>& rows : partitions) {
      auto partition = std::make_shared<TestPartition>();
      partition->batches.push_back(MakeBatch(rows, StreamingInput()).ValueOrDie());
      source.partitions.push_back(std::move(partition));
    }
    batch.sources = {source};
    return batch;
  }
  std::vector<std::string> RunBatch(const PhysicalPlanPtr& plan, int64_t id,
                                    const std::vector<std::vector<Row>>& partitions) {
    ExecutionContext execution = environment_.Context(Batch(id, partitions));
    return environment_.Texts(*plan, &execution);
  }

  PlanTestEnvironment environment_;
  CheckpointFileManager files_{Env::Posix()};
  std::unique_ptr<StateStoreCoordinator> stores_;
  TestSourceStream stream_;
};

TEST_F(StreamingAggregateTest, UpdateGivesTheChangedKeysWithTheirWholeValues) {
  const auto plan = CountAndSum(OutputMode::kUpdate);
  EXPECT_THAT(RunBatch(plan, 0, {{Of("a", 1), Of("b", 2)}, {Of("a", 3), Of(Value(), 9)}}),
              UnorderedElementsAre("[a,2,4]", "[b,1,2]", "[NULL,1,9]"));
  EXPECT_THAT(RunBatch(plan, 1, {{Of("b", 5), Of("c", 6)}}),
              UnorderedElementsAre("[b,2,7]", "[c,1,6]"));
  EXPECT_THAT(RunBatch(plan, 2, {}), IsEmpty());
  EXPECT_THAT(RunBatch(plan, 3, {{Of(Value(), 1)}, {Of("a", 1)}}),
              UnorderedElementsAre("[NULL,2,10]", "[a,3,5]"));
}

TEST_F(StreamingAggregateTest, CompleteGivesAllKeysInEveryBatch) {
  const auto plan = CountAndSum(OutputMode::kComplete);
  environment_.services().batch_rows = 1;  // several batches of output
  EXPECT_THAT(RunBatch(plan, 0, {{Of("a", 1), Of("b", 2), Of("c", 0), Of("d", 0)}}),
              UnorderedElementsAre("[a,1,1]", "[b,1,2]", "[c,1,0]", "[d,1,0]"));
  EXPECT_THAT(RunBatch(plan, 1, {{Of("b", 5), Of("e", 6)}}),
              UnorderedElementsAre("[a,1,1]", "[b,2,7]", "[c,1,0]", "[d,1,0]", "[e,1,6]"));
  EXPECT_EQ(RunBatch(plan, 2, {}).size(), 5);
}

TEST_F(StreamingAggregateTest, EveryVersionOnDiskGoesOnTheSame) {
  const auto plan = CountAndSum(OutputMode::kUpdate);
  std::map<std::string, std::pair<int64_t, int64_t>> expected;
  for (int64_t id = 0; id < 12; ++id) {
    std::vector<std::vector<Row>> partitions(2);
    std::map<std::string, bool> changed;
    for (int64_t i = 0; i < 20; ++i) {
      const std::string key = "key " + std::to_string((id * 5 + i * i) % 23);
      partitions[i % 2].push_back(Of(key, id + i));
      expected[key].first += 1;
      expected[key].second += id + i;
      changed[key] = true;
    }
    std::vector<std::string> want;
    for (const auto& [key, unused] : changed) {
      want.push_back("[" + key + "," + std::to_string(expected[key].first) + "," +
                     std::to_string(expected[key].second) + "]");
    }
    Restart();
    EXPECT_THAT(RunBatch(plan, id, partitions), ::testing::UnorderedElementsAreArray(want));
    if (id % 3 == 2) {
      // The same batch again, as after a crash before its commit was logged.
      if (id % 2 == 0) Restart();
      EXPECT_THAT(RunBatch(plan, id, partitions), ::testing::UnorderedElementsAreArray(want));
    }
    stores_->ScheduleMaintenance();
    stores_->DrainMaintenance();
  }
}

TEST_F(StreamingAggregateTest, AReaderGivenUpLeavesTheStateAsItWas) {
  const auto plan = CountAndSum(OutputMode::kUpdate);
  ASSERT_EQ(RunBatch(plan, 0, {{Of("a", 1), Of("b", 1), Of("c", 1)}}).size(), 3);
  {
    environment_.services().batch_rows = 1;
    ExecutionContext execution = environment_.Context(Batch(1, {{Of("a", 10), Of("d", 10)}}));
    EXPECT_TRUE(RunPlan(*plan, &execution, [](int, BatchReader* reader, TaskContext*) {
                  return reader->Next().status();  // the first batch only
                }).ok());
  }
  for (const bool restart : {false, true}) {
    if (restart) Restart();
    EXPECT_THAT(RunBatch(plan, 1, {{Of("a", 5)}}), ElementsAre("[a,2,6]"));
  }
}

TEST_F(StreamingAggregateTest, GlobalAggregateGivesARowInEveryBatch) {
  for (const OutputMode mode : {OutputMode::kUpdate, OutputMode::kComplete}) {
    std::filesystem::remove_all(environment_.directory() + "/checkpoint");
    Restart();
    const auto plan = Plan(
        mode, {},
        {Aggregated("count", {Constant(1)}), Aggregated("min", {Column(StreamingInput(), "k")})});
    EXPECT_THAT(RunBatch(plan, 0, {}), ElementsAre("[0,NULL]"));
    EXPECT_THAT(RunBatch(plan, 1, {{Of("b", 1)}, {Of("c", 1)}}), ElementsAre("[2,b]"));
    Restart();
    EXPECT_THAT(RunBatch(plan, 2, {}), ElementsAre("[2,b]"));
    EXPECT_THAT(RunBatch(plan, 3, {{Of("a", 1)}}), ElementsAre("[3,a]"));
  }
}

TEST_F(StreamingAggregateTest, MetricsCountKeysOfAllPartitions) {
  const auto plan = CountAndSum(OutputMode::kUpdate);
  RunBatch(plan, 0, {{Of("a", 1), Of("b", 2), Of("c", 3), Of("a", 4)}});
  ExecutionContext execution = environment_.Context(Batch(1, {{Of("a", 1), Of("d", 2)}}));
  environment_.Texts(*plan, &execution);
  const OperatorMetrics* metrics = execution.Metrics(plan.get());
  EXPECT_EQ(metrics->state_rows_total.load(), 4);
  EXPECT_EQ(metrics->state_rows_updated.load(), 2);
  EXPECT_EQ(metrics->state_rows_removed.load(), 0);
  EXPECT_EQ(metrics->partitions.load(), kPartitions);
  EXPECT_GT(metrics->state_memory_bytes.load(), 0);
  EXPECT_GT(metrics->commit_time_nanos.load(), 0);
  EXPECT_EQ(execution.InputRows(0)->load(), 2);
}

TEST_F(StreamingAggregateTest, GlobalAggregateCountsOneUpdatedRow) {
  const auto plan = Plan(OutputMode::kUpdate, {}, {Aggregated("count", {Constant(1)})});
  ExecutionContext execution = environment_.Context(Batch(0, {}));
  environment_.Texts(*plan, &execution);
  EXPECT_EQ(execution.Metrics(plan.get())->state_rows_updated.load(), 1);
  EXPECT_EQ(execution.Metrics(plan.get())->state_rows_total.load(), 1);
  EXPECT_EQ(execution.Metrics(plan.get())->partitions.load(), 1);
}

TEST_F(StreamingAggregateTest, KeysLieInTheStateAsUnsafeRowsByTheirHash) {
  const auto plan = CountAndSum(OutputMode::kUpdate);
  RunBatch(plan, 0, {{Of("some key", 7)}});
  const auto key = MakeArray({Value("some key")}, TypeId::kString).ValueOrDie();
  const int partition =
      PartitionIds({key}, {TypeId::kString}, kPartitions).ValueOrDie().front();
  const std::string root = environment_.directory() + "/checkpoint/state";
  StateStoreOptions options;
  options.key_schema = Schema({{"key0", TypeId::kString}});
  options.value_schema = Schema({{"count", TypeId::kLong}, {"sum", TypeId::kLong}});
  auto provider = NewMemoryStateStoreProvider({root, 0, partition, ""}, options, &files_);
  ASSERT_TRUE(provider.ok()) << provider.status().ToString();
  auto store = (*provider)->GetStore(1).ValueOrDie();
  int entries = 0;
  ASSERT_TRUE(store->Scan([&](std::string_view bytes, std::string_view value) -> Result<bool> {
                     ++entries;
                     EXPECT_EQ(bytes.size(), 24);  // NULL bits, one word, eight bytes of text
                     EXPECT_EQ(bytes.substr(16), "some key");
                     EXPECT_EQ(value.size(), 24);
                     EXPECT_EQ(value[8], 1);
                     EXPECT_EQ(value[16], 7);
                     return true;
                   }).ok());
  EXPECT_EQ(entries, 1);
}

TEST_F(StreamingAggregateTest, SaysWhatTheCheckpointMustKnow) {
  const auto plan = Plan(OutputMode::kComplete, {Call("upper", {Column(StreamingInput(), "k")})},
                         {Aggregated("count", {Constant(1)})});
  const auto operators = FindStatefulOperators(*plan);
  ASSERT_EQ(operators.size(), 1);
  const StatefulOperatorInfo& info = operators[0]->info();
  EXPECT_EQ(info.name, "stateStoreSave");
  EXPECT_EQ(info.partitions, kPartitions);
  EXPECT_EQ(info.used_partitions, kPartitions);
  ASSERT_EQ(info.stores.size(), 1);
  EXPECT_EQ(info.stores[0].key_schema.Ddl(), "key0 STRING");
  EXPECT_EQ(info.stores[0].value_schema.Ddl(), "count BIGINT");
  EXPECT_FALSE(operators[0]->NeedsBatchWithoutData(1000, 0));

  const auto global = Plan(OutputMode::kUpdate, {}, {Aggregated("count", {Constant(1)})});
  EXPECT_EQ(FindStatefulOperators(*global)[0]->info().partitions, kPartitions);
  EXPECT_EQ(FindStatefulOperators(*global)[0]->info().used_partitions, 1);
  EXPECT_EQ(global->TreeString(),
            "StreamingAggregate [], [count(1)], state 0, Update\n"
            "+- Exchange [], 1\n"
            "   +- PartialAggregate [], [count(1)]\n"
            "      +- MicroBatchScan test\n");
}

TEST_F(StreamingAggregateTest, StateSchemasAreNullableAtEveryLevel) {
  const Schema schema = AsStateSchema(
      {{"s",
        DataType::Struct({{"a", DataType::Array(TypeId::kLong, false), false},
                          {"m", DataType::Map(TypeId::kString, TypeId::kLong, false), false}}),
        false}});
  EXPECT_TRUE(schema.field(0).nullable);
  EXPECT_TRUE(schema.field(0).type.fields()[0].nullable);
  EXPECT_TRUE(schema.field(0).type.fields()[0].type.contains_null());
  EXPECT_TRUE(schema.field(0).type.fields()[1].type.value_contains_null());
}

TEST_F(StreamingAggregateTest, DamagedStateIsAClearError) {
  const auto plan = CountAndSum(OutputMode::kUpdate);
  RunBatch(plan, 0, {{Of("a", 1), Of("b", 2), Of("c", 3), Of("d", 4), Of("e", 5)}});
  for (int partition = 0; partition < kPartitions; ++partition) {
    std::filesystem::resize_file(environment_.directory() + "/checkpoint/state/0/" +
                                     std::to_string(partition) + "/1.delta",
                                 30);
  }
  Restart();
  ExecutionContext execution = environment_.Context(Batch(1, {{Of("a", 1)}}));
  EXPECT_THAT(ErrorCondition(environment_.Run(*plan, &execution).status()),
              ::testing::HasSubstr("CANNOT_LOAD_STATE_STORE"));
}

TEST_F(StreamingAggregateTest, NeedsAStreamingQueryAndItsOwnPartitioning) {
  const auto plan = CountAndSum(OutputMode::kUpdate);
  BatchContext batch = Batch(0, {});
  batch.state_stores = nullptr;
  ExecutionContext execution = environment_.Context(batch);
  EXPECT_FALSE(environment_.Run(*plan, &execution).ok());
  EXPECT_FALSE(NewStreamingAggregate(plan->children()[0], {{"k", TypeId::kString}}, {}, Schema(),
                                     {}).ok());
}

}  // namespace
}  // namespace firesteel
