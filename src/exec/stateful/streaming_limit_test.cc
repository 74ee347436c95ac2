#include "exec/stateful/streaming_limit.h"

#include <gmock/gmock.h>

#include "exec/stateful/stateful_test_environment.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Schema& Counted() {
  static const Schema schema({{"n", TypeId::kInteger}});
  return schema;
}

class StreamingLimitTest : public ::testing::Test {
 protected:
  PhysicalPlanPtr First(int64_t count) {
    StateOptions options;
    options.shuffle_partitions = 3;
    auto gathered = NewHashExchange(environment_.Scan(0), {}, 1).ValueOrDie();
    return NewStreamingLimit(std::move(gathered), count, options).ValueOrDie();
  }
  std::vector<std::string> Run(const PhysicalPlanPtr& plan, int64_t batch,
                               const std::vector<int>& numbers) {
    std::vector<Row> rows;
    for (const int n : numbers) rows.push_back(Row({Value(n)}));
    return environment_.Run(plan, {batch, {rows}, {}});
  }

  StatefulTestEnvironment environment_{{Counted()}};
};

TEST_F(StreamingLimitTest, CountsOverBatchesAndRestarts) {
  const auto plan = First(3);
  EXPECT_EQ(plan->Name(), "StreamingLimit 3, state 0");
  EXPECT_THAT(Run(plan, 0, {1, 2}), ElementsAre("[1]", "[2]"));
  EXPECT_EQ(environment_.metrics(), "total=1 updated=1 removed=0 late=0");
  environment_.Restart();
  EXPECT_THAT(Run(plan, 1, {3, 4}), ElementsAre("[3]"));
  // Done again after a crash, it gives the same.
  environment_.Restart();
  EXPECT_THAT(Run(plan, 1, {3, 4}), ElementsAre("[3]"));
  EXPECT_THAT(Run(plan, 2, {5}), IsEmpty());
  EXPECT_EQ(environment_.metrics(), "total=1 updated=0 removed=0 late=0");
}

TEST_F(StreamingLimitTest, ABatchWithoutRowsChangesNothing) {
  const auto plan = First(1);
  EXPECT_THAT(Run(plan, 0, {}), IsEmpty());
  EXPECT_EQ(environment_.metrics(), "total=0 updated=0 removed=0 late=0");
  EXPECT_THAT(Run(plan, 1, {9}), ElementsAre("[9]"));
  EXPECT_FALSE(FindStatefulOperators(*plan)[0]->NeedsBatchWithoutData(9, 0));
}

TEST_F(StreamingLimitTest, NoneAndTooFewAreRefusedOrNothing) {
  EXPECT_THAT(Run(First(0), 0, {1}), IsEmpty());
  StateOptions options;
  EXPECT_FALSE(NewStreamingLimit(environment_.Scan(0), -1, options).ok());
}

TEST_F(StreamingLimitTest, DescribesItsStateAsSpark) {
  const auto plan = First(2);
  const StatefulOperatorInfo& info = FindStatefulOperators(*plan)[0]->info();
  EXPECT_EQ(info.name, "globalLimit");
  EXPECT_EQ(info.partitions, 3);
  EXPECT_EQ(info.used_partitions, 1);
  EXPECT_EQ(info.stores[0].key_schema, Schema({{"key", TypeId::kNull}}));
  EXPECT_EQ(info.stores[0].value_schema, Schema({{"value", TypeId::kLong}}));
}

}  // namespace
}  // namespace firesteel
