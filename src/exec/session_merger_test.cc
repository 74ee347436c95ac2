#include "exec/session_merger.h"

#include <gmock/gmock.h>

#include "exec/plan_test_environment.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

DataType SessionType() {
  return DataType::Struct({{"start", TypeId::kTimestamp}, {"end", TypeId::kTimestamp}});
}

const Schema& Sessions() {
  static const Schema schema({{"session", SessionType()}, {"who", TypeId::kString}});
  return schema;
}

Row SessionOf(int64_t start, int64_t end, Value who) {
  return Row({Value(StructValue{{Value(Timestamp{start}), Value(Timestamp{end})}}),
              std::move(who)});
}

/// Sessions with how many rows each has, as `who start-end: count`.
std::vector<std::string> MergedTexts(const std::vector<std::vector<Row>>& batches) {
  PlanTestEnvironment environment;
  const std::vector<PlannedAggregate> aggregates{Aggregated("count", {Constant(1)})};
  const std::vector<StructField> keys = Sessions().fields();
  PhysicalPlanPtr plan =
      NewPartialAggregate(ScanOf(Sessions(), batches),
                          {Column(Sessions(), "session"), Column(Sessions(), "who")}, keys,
                          aggregates)
          .ValueOrDie();
  SessionLayout layout;
  layout.key_types = {SessionType(), TypeId::kString};
  layout.session_key = 0;
  layout.aggregates = aggregates;
  std::vector<StructField> fields = keys;
  fields.push_back({"n", TypeId::kLong, false});
  plan = NewFinalSessionAggregate(plan, layout, Schema(fields)).ValueOrDie();
  const Result<std::vector<Row>> rows = environment.Run(*plan);
  if (!rows.ok()) return {rows.status().ToString()};
  std::vector<std::string> texts;
  for (const Row& row : *rows) {
    const auto& span = row[0].Get<StructValue>().fields;
    texts.push_back((row[1].is_null() ? "NULL" : row[1].Get<std::string>()) + " " +
                    std::to_string(span[0].Get<Timestamp>().micros) + "-" +
                    std::to_string(span[1].Get<Timestamp>().micros) + ": " +
                    std::to_string(row[2].Get<int64_t>()));
  }
  return texts;
}

TEST(SessionMergerTest, MergesWhatOverlapsOrTouches) {
  EXPECT_THAT(MergedTexts({{SessionOf(20, 30, "a"), SessionOf(0, 10, "a"), SessionOf(31, 40, "a")},
                           {SessionOf(10, 20, "a"), SessionOf(5, 6, "a")}}),
              ElementsAre("a 0-30: 4", "a 31-40: 1"));
}

TEST(SessionMergerTest, ALongSessionReachesOverShortOnes) {
  EXPECT_THAT(MergedTexts({{SessionOf(0, 100, "a"), SessionOf(10, 20, "a"),
                            SessionOf(50, 60, "a"), SessionOf(101, 102, "a")}}),
              ElementsAre("a 0-100: 3", "a 101-102: 1"));
}

TEST(SessionMergerTest, KeepsOtherKeysApart) {
  EXPECT_THAT(MergedTexts({{SessionOf(0, 10, "a"), SessionOf(5, 15, "b"),
                            SessionOf(5, 15, Value()), SessionOf(14, 20, Value())}}),
              UnorderedElementsAre("a 0-10: 1", "b 5-15: 1", "NULL 5-20: 2"));
}

TEST(SessionMergerTest, NoRowsMakeNoSessions) { EXPECT_TRUE(MergedTexts({{}}).empty()); }

}  // namespace
}  // namespace firesteel
