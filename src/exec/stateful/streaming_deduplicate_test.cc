#include "exec/stateful/streaming_deduplicate.h"

#include <gmock/gmock.h>

#include "exec/stateful/stateful_test_environment.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using Batch = StatefulTestEnvironment::Batch;

const Schema& KeyedEvents() {
  static const Schema schema({{"k", TypeId::kString}, {"at", TypeId::kTimestamp}});
  return schema;
}

Row EventAt(Value key, int64_t seconds) {
  return Row({std::move(key), Value(Timestamp{seconds * 1'000'000})});
}

class StreamingDeduplicateTest : public ::testing::Test {
 protected:
  PhysicalPlanPtr Plan(PlannedDeduplicate planned) {
    std::vector<ExpressionPtr> keys;
    for (const int key : planned.keys) {
      keys.push_back(Column(KeyedEvents(), KeyedEvents().field(key).name));
    }
    StateOptions options;
    options.shuffle_partitions = 2;
    auto exchange = NewHashExchange(environment_.Scan(0), keys, 2).ValueOrDie();
    return NewStreamingDeduplicate(exchange, std::move(planned), options).ValueOrDie();
  }
  PhysicalPlanPtr ByKey() { return Plan({.keys = {0}}); }
  PhysicalPlanPtr ByKeyAndTime() {
    return Plan({.keys = {0, 1}, .event_time = Column(KeyedEvents(), "at"), .event_time_key = 1});
  }
  PhysicalPlanPtr WithinTenSeconds() {
    return Plan(
        {.keys = {0}, .event_time = Column(KeyedEvents(), "at"), .expires_after_ms = 10'000});
  }
  std::vector<std::string> Keys(const std::vector<std::string>& rows) {
    std::vector<std::string> keys;
    for (const std::string& row : rows) keys.push_back(row.substr(1, row.find(',') - 1));
    return keys;
  }

  StatefulTestEnvironment environment_{{KeyedEvents()}};
};

TEST_F(StreamingDeduplicateTest, KeepsTheFirstRowOfAKeyForEver) {
  const auto plan = ByKey();
  EXPECT_EQ(plan->Name(), "StreamingDeduplicate [k], state 0");
  const auto first = environment_.Run(
      plan, {0,
             {{EventAt("a", 1), EventAt("b", 2), EventAt("a", 3), EventAt(Value(), 4),
               EventAt(Value(), 5)}},
             {}});
  EXPECT_THAT(first, UnorderedElementsAre("[a,1970-01-01 00:00:01]", "[b,1970-01-01 00:00:02]",
                                          "[NULL,1970-01-01 00:00:04]"));
  EXPECT_EQ(environment_.metrics(), "total=3 updated=3 removed=0 late=0");
  environment_.Restart();
  const Batch more{1, {{EventAt("b", 9), EventAt("c", 9), EventAt("c", 8)}}, {}};
  EXPECT_THAT(Keys(environment_.Run(plan, more)), ElementsAre("c"));
  EXPECT_EQ(environment_.metrics(), "total=4 updated=1 removed=0 late=0");
  // Done again after a crash, it gives the same.
  EXPECT_THAT(Keys(environment_.Run(plan, more)), ElementsAre("c"));
}

TEST_F(StreamingDeduplicateTest, TheWatermarkEndsKeysWithAnEventTime) {
  const auto plan = ByKeyAndTime();
  const Batch first{0, {{EventAt("a", 10), EventAt("a", 20), EventAt("n", 30)}}, {0, 0}};
  EXPECT_EQ(environment_.Run(plan, first).size(), 3);
  // Nothing is looked for as long as the watermark stays.
  EXPECT_THAT(environment_.Run(plan, {1, {{EventAt("a", 10)}}, {0, 0}}), IsEmpty());
  EXPECT_EQ(environment_.metrics(), "total=3 updated=0 removed=0 late=0");
  EXPECT_THAT(environment_.Run(plan, {2, {{}}, {0, 20'000}}), IsEmpty());
  EXPECT_EQ(environment_.metrics(), "total=1 updated=0 removed=2 late=0");
  EXPECT_THAT(environment_.Run(plan, {3, {{EventAt("a", 20), EventAt("b", 21)}}, {20'000, 20'000}}),
              ElementsAre("[b,1970-01-01 00:00:21]"));
  EXPECT_EQ(environment_.metrics(), "total=2 updated=1 removed=0 late=1");
  EXPECT_TRUE(FindStatefulOperators(*plan)[0]->NeedsBatchWithoutData(21'000, 20'000));
  EXPECT_FALSE(FindStatefulOperators(*plan)[0]->NeedsBatchWithoutData(20'000, 20'000));
}

TEST_F(StreamingDeduplicateTest, ANullEventTimeIsNeverLateAndNeverEnds) {
  const auto plan = ByKeyAndTime();
  const Row null_time({Value("a"), Value()});
  EXPECT_THAT(environment_.Run(plan, {0, {{null_time, null_time}}, {5'000, 9'000}}),
              ElementsAre("[a,NULL]"));
  EXPECT_EQ(environment_.metrics(), "total=1 updated=1 removed=0 late=0");
}

TEST_F(StreamingDeduplicateTest, WithinTheWatermarkAKeyComesBack) {
  const auto plan = WithinTenSeconds();
  EXPECT_THAT(Keys(environment_.Run(plan, {0, {{EventAt("a", 100), EventAt("a", 101)}}, {0, 0}})),
              ElementsAre("a"));
  EXPECT_THAT(environment_.Run(plan, {1, {{EventAt("a", 105)}}, {90'000, 109'000}}), IsEmpty());
  environment_.Restart();
  // 100 s and the delay of 10 s.
  EXPECT_THAT(environment_.Run(plan, {2, {{}}, {109'000, 110'000}}), IsEmpty());
  EXPECT_EQ(environment_.metrics(), "total=0 updated=0 removed=1 late=0");
  EXPECT_THAT(Keys(environment_.Run(plan, {3, {{EventAt("a", 120)}}, {110'000, 110'000}})),
              ElementsAre("a"));
  // A row without event time counts as one of 1970, so its key is over at once.
  const Row null_time({Value("n"), Value()});
  EXPECT_THAT(Keys(environment_.Run(plan, {4, {{null_time}}, {110'000, 110'000}})),
              ElementsAre("n"));
  EXPECT_EQ(environment_.metrics(), "total=1 updated=1 removed=1 late=0");
}

TEST_F(StreamingDeduplicateTest, DescribesItsStateAsSpark) {
  const auto by_key = ByKey();
  const auto& dedupe = FindStatefulOperators(*by_key)[0]->info();
  EXPECT_EQ(dedupe.name, "dedupe");
  EXPECT_EQ(dedupe.stores[0].value_schema.field(0).name, "__dummy__");
  const auto plan = WithinTenSeconds();
  const auto& within = FindStatefulOperators(*plan)[0]->info();
  EXPECT_EQ(within.name, "dedupeWithinWatermark");
  EXPECT_EQ(within.stores[0].value_schema.field(0).name, "expiresAtMicros");
}

}  // namespace
}  // namespace firesteel
