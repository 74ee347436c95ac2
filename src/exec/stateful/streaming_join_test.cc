#include "exec/stateful/streaming_join.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <gmock/gmock.h>

#include "exec/stateful/stateful_test_environment.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using ::testing::UnorderedElementsAreArray;

using JoinRows = StatefulTestEnvironment::Rows;

const Schema& JoinedSide() {
  static const Schema schema({{"k", TypeId::kString}, {"at", TypeId::kTimestamp}});
  return schema;
}

const Schema& JoinedPairs() {
  static const Schema schema({{"k", TypeId::kString},
                              {"at", TypeId::kTimestamp},
                              {"k2", TypeId::kString},
                              {"at2", TypeId::kTimestamp}});
  return schema;
}

Row Joined(Value key, int64_t seconds) {
  return Row({std::move(key), Value(Timestamp{seconds * 1'000'000})});
}

/// `[a,10,a,12]`: times in seconds.
std::string InSeconds(std::string text) {
  for (size_t at; (at = text.find("1970-01-01 00:")) != std::string::npos;) {
    const int minutes = std::stoi(text.substr(at + 14, 2));
    const int seconds = std::stoi(text.substr(at + 17, 2));
    text.replace(at, 19, std::to_string(minutes * 60 + seconds));
  }
  return text;
}

class StreamingJoinTest : public ::testing::Test {
 protected:
  static constexpr int64_t kRangeSeconds = 5;

  /// Equal keys and `at <= at2 AND at2 <= at + 5 seconds`; watermarks on both sides.
  PhysicalPlanPtr Ranged(JoinKind kind) {
    PlannedStreamJoin planned;
    planned.kind = kind;
    planned.left.event_time_column = 1;
    planned.right.event_time_column = 1;
    planned.left.state_offset_ms = -kRangeSeconds * 1000 - 1;
    planned.right.state_offset_ms = -1;
    const ExpressionPtr at = Column(JoinedPairs(), "at");
    const ExpressionPtr at2 = Column(JoinedPairs(), "at2");
    const ExpressionPtr last =
        Call("+", {at, Constant(DayTimeInterval{kRangeSeconds * 1'000'000})});
    planned.condition = Call("and", {Call("<=", {at, at2}), Call("<=", {at2, last})});
    return Plan(std::move(planned));
  }
  PhysicalPlanPtr Plan(PlannedStreamJoin planned) {
    planned.left.keys = {Column(JoinedSide(), "k")};
    planned.right.keys = {Column(JoinedSide(), "k")};
    StateOptions options;
    options.shuffle_partitions = 2;
    options.minimum_deltas_for_snapshot = 2;
    auto left = NewHashExchange(environment_.Scan(0), planned.left.keys, 2).ValueOrDie();
    auto right = NewHashExchange(environment_.Scan(1), planned.right.keys, 2).ValueOrDie();
    const Schema schema = planned.kind == JoinKind::kLeftSemi ? JoinedSide() : JoinedPairs();
    return NewStreamingJoin(left, right, std::move(planned), schema, options).ValueOrDie();
  }
  std::vector<std::string> Run(const PhysicalPlanPtr& plan, int64_t id, JoinRows left,
                               JoinRows right, OperatorWatermarks watermarks = {}) {
    std::vector<std::string> rows =
        environment_.Run(plan, {id, {std::move(left), std::move(right)}, watermarks});
    for (std::string& row : rows) row = InSeconds(row);
    return rows;
  }

  StatefulTestEnvironment environment_{{JoinedSide(), JoinedSide()}};
};

TEST_F(StreamingJoinTest, RowsMeetThoseOfEarlierBatchesAndOfTheirOwn) {
  const auto plan = Ranged(JoinKind::kInner);
  EXPECT_THAT(Run(plan, 0, {Joined("a", 10), Joined("b", 10)}, {Joined("a", 12)}),
              ElementsAre("[a,10,a,12]"));
  EXPECT_EQ(environment_.metrics(), "total=3 updated=3 removed=0 late=0");
  environment_.Restart();
  EXPECT_THAT(Run(plan, 1, {Joined("a", 11)}, {Joined("a", 15), Joined("b", 16)}),
              UnorderedElementsAre("[a,11,a,12]", "[a,10,a,15]", "[a,11,a,15]"));
  EXPECT_THAT(Run(plan, 2, {}, {}), IsEmpty());
  EXPECT_EQ(environment_.metrics(), "total=6 updated=0 removed=0 late=0");
}

TEST_F(StreamingJoinTest, TheWatermarkRemovesWhatFindsNoPartnerAnyMore) {
  const auto plan = Ranged(JoinKind::kInner);
  Run(plan, 0, {Joined("a", 10), Joined("a", 20), Joined("a", 12)},
      {Joined("a", 25), Joined("a", 13)});
  // Left rows up to 14 s, right rows before 20 s.
  EXPECT_THAT(Run(plan, 1, {}, {}, {0, 20'000}), IsEmpty());
  EXPECT_EQ(environment_.metrics(), "total=2 updated=0 removed=3 late=0");
  EXPECT_THAT(Run(plan, 2, {Joined("a", 20), Joined("a", 21)}, {}, {20'000, 20'000}),
              ElementsAre("[a,21,a,25]"));
  EXPECT_EQ(environment_.metrics(), "total=3 updated=1 removed=0 late=1");
  // The row that stayed has moved into the place of a removed one.
  EXPECT_THAT(Run(plan, 3, {}, {Joined("a", 22)}, {20'000, 20'000}),
              UnorderedElementsAre("[a,20,a,22]", "[a,21,a,22]"));
  const StatefulOperator* stateful = FindStatefulOperators(*plan)[0];
  EXPECT_TRUE(stateful->NeedsBatchWithoutData(2, 1));
  EXPECT_EQ(stateful->OutputWatermarkMs(20'000), 14'999);
}

TEST_F(StreamingJoinTest, OuterJoinsGiveRowsAloneWhenTheyLeave) {
  const auto plan = Ranged(JoinKind::kFullOuter);
  EXPECT_THAT(Run(plan, 0, {Joined("a", 10), Joined("b", 10), Joined("c", 30)},
                  {Joined("a", 12), Joined("d", 12)}),
              ElementsAre("[a,10,a,12]"));
  EXPECT_THAT(Run(plan, 1, {}, {}, {0, 20'000}),
              UnorderedElementsAre("[b,10,NULL,NULL]", "[NULL,NULL,d,12]"));
  EXPECT_EQ(environment_.metrics(), "total=1 updated=0 removed=4 late=0");
}

TEST_F(StreamingJoinTest, AMatchCountsAcrossRestarts) {
  const auto plan = Ranged(JoinKind::kLeftOuter);
  EXPECT_THAT(Run(plan, 0, {Joined("a", 10), Joined("b", 10)}, {}), IsEmpty());
  environment_.Restart();
  EXPECT_THAT(Run(plan, 1, {}, {Joined("a", 12)}), ElementsAre("[a,10,a,12]"));
  environment_.Restart();
  EXPECT_THAT(Run(plan, 2, {}, {}, {0, 20'000}), ElementsAre("[b,10,NULL,NULL]"));
}

TEST_F(StreamingJoinTest, WhatIsOverWhenItComesStillMeetsItsBatch) {
  const auto plan = Ranged(JoinKind::kRightOuter);
  // Left rows up to 14 s and right rows before 20 s are over, but nothing up to 5 s was late.
  EXPECT_THAT(Run(plan, 0, {Joined("a", 10)}, {Joined("a", 11), Joined("b", 12), Joined("c", 30)},
                  {5'000, 20'000}),
              UnorderedElementsAre("[a,10,a,11]", "[NULL,NULL,b,12]"));
  EXPECT_EQ(environment_.metrics(), "total=1 updated=3 removed=2 late=0");
}

TEST_F(StreamingJoinTest, SemiJoinsGiveEachLeftRowOnce) {
  const auto plan = Ranged(JoinKind::kLeftSemi);
  EXPECT_THAT(Run(plan, 0, {Joined("a", 10), Joined("b", 10), Joined("a", 11)}, {}), IsEmpty());
  EXPECT_THAT(Run(plan, 1, {}, {Joined("a", 12), Joined("a", 13)}),
              UnorderedElementsAre("[a,10]", "[a,11]"));
  EXPECT_EQ(environment_.metrics(), "total=3 updated=2 removed=2 late=0");
  EXPECT_THAT(Run(plan, 2, {Joined("a", 12), Joined("c", 10)}, {Joined("c", 10)}),
              UnorderedElementsAre("[a,12]", "[c,10]"));
  EXPECT_EQ(environment_.metrics(), "total=4 updated=1 removed=0 late=0");
}

TEST_F(StreamingJoinTest, AnEventTimeAmongTheKeysEndsThem) {
  PlannedStreamJoin planned;
  planned.kind = JoinKind::kLeftOuter;
  planned.event_time_key = 0;
  planned.left.keys = {Column(JoinedSide(), "at")};
  planned.right.keys = {Column(JoinedSide(), "at")};
  planned.left.event_time_column = 1;
  StateOptions options;
  options.shuffle_partitions = 2;
  const auto left = NewHashExchange(environment_.Scan(0), planned.left.keys, 2).ValueOrDie();
  const auto right = NewHashExchange(environment_.Scan(1), planned.right.keys, 2).ValueOrDie();
  const auto plan = NewStreamingJoin(left, right, planned, JoinedPairs(), options).ValueOrDie();
  EXPECT_THAT(Run(plan, 0, {Joined("a", 10), Joined("b", 11), Joined("e", 10)},
                  {Joined("c", 10), Joined("d", 12)}),
              UnorderedElementsAre("[a,10,c,10]", "[e,10,c,10]"));
  EXPECT_THAT(Run(plan, 1, {}, {}, {0, 11'000}), ElementsAre("[b,11,NULL,NULL]"));
  EXPECT_EQ(environment_.metrics(), "total=1 updated=0 removed=4 late=0");
}

TEST_F(StreamingJoinTest, ConditionsOfOneSideAreMetOrNotAtOnce) {
  PlannedStreamJoin planned;
  planned.kind = JoinKind::kLeftOuter;
  planned.left.condition = Call("<", {Column(JoinedSide(), "at"), Constant(Timestamp{20'000'000})});
  const auto plan = Plan(std::move(planned));
  EXPECT_THAT(Run(plan, 0, {Joined("a", 10), Joined("a", 30)}, {Joined("a", 1)}),
              UnorderedElementsAre("[a,10,a,1]", "[a,30,NULL,NULL]"));
  EXPECT_EQ(environment_.metrics(), "total=2 updated=2 removed=0 late=0");
}

TEST_F(StreamingJoinTest, ManyRowsOfOneKeyComeInPieces) {
  environment_.plans().services().batch_rows = 7;
  const auto plan = Plan({});
  JoinRows left, right;
  for (int64_t i = 0; i < 20; ++i) left.push_back(Joined("hot", i));
  for (int64_t i = 0; i < 30; ++i) right.push_back(Joined("hot", 100 + i));
  Run(plan, 0, left, {});
  const std::vector<std::string> pairs = Run(plan, 1, {}, right);
  EXPECT_EQ(pairs.size(), 600);
  EXPECT_EQ(std::set<std::string>(pairs.begin(), pairs.end()).size(), 600);
}

TEST_F(StreamingJoinTest, DescribesItsStateAsSpark) {
  const auto plan = Ranged(JoinKind::kInner);
  const StatefulOperatorInfo& info = FindStatefulOperators(*plan)[0]->info();
  EXPECT_EQ(info.name, "symmetricHashJoin");
  std::vector<std::string> stores;
  for (const auto& store : info.stores) stores.push_back(store.name);
  EXPECT_THAT(stores, ElementsAre("left-keyToNumValues", "left-keyWithIndexToValue",
                                  "right-keyToNumValues", "right-keyWithIndexToValue"));
  EXPECT_EQ(info.stores[1].key_schema.field(1).name, "index");
  EXPECT_EQ(info.stores[1].value_schema.field(2).name, "matched");
}

/// What the join must give in all: every pair, and every row alone that is in none.
std::vector<std::string> JoinedRows(JoinKind kind, const JoinRows& left, const JoinRows& right) {
  const auto seconds = [](const Row& row) { return row[1].Get<Timestamp>().micros / 1'000'000; };
  const auto text = [&](const Row& row) {
    return row[0].ToString() + "," + std::to_string(seconds(row));
  };
  std::vector<std::string> expected;
  std::vector<bool> found(right.size());
  for (const Row& l : left) {
    bool matched = false;
    for (size_t i = 0; i < right.size(); ++i) {
      const int64_t distance = seconds(right[i]) - seconds(l);
      if (!(l[0] == right[i][0]) || distance < 0 || distance > 5) continue;
      matched = found[i] = true;
      if (kind != JoinKind::kLeftSemi) {
        expected.push_back("[" + text(l) + "," + text(right[i]) + "]");
      }
    }
    if (kind == JoinKind::kLeftSemi && matched) expected.push_back("[" + text(l) + "]");
    if ((kind == JoinKind::kLeftOuter || kind == JoinKind::kFullOuter) && !matched) {
      expected.push_back("[" + text(l) + ",NULL,NULL]");
    }
  }
  for (size_t i = 0; i < right.size(); ++i) {
    if ((kind == JoinKind::kRightOuter || kind == JoinKind::kFullOuter) && !found[i]) {
      expected.push_back("[NULL,NULL," + text(right[i]) + "]");
    }
  }
  return expected;
}

TEST_F(StreamingJoinTest, AnySplitIntoBatchesGivesWhatABatchJoinGives) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto below = [&random](int64_t limit) {
    return static_cast<int64_t>(random() % static_cast<unsigned>(limit));
  };
  int64_t id = 0;
  for (const JoinKind kind : {JoinKind::kInner, JoinKind::kLeftOuter, JoinKind::kRightOuter,
                              JoinKind::kFullOuter, JoinKind::kLeftSemi}) {
    StatefulTestEnvironment fresh({JoinedSide(), JoinedSide()});
    const auto plan = Ranged(kind);
    JoinRows all_left, all_right;
    std::vector<std::string> given;
    int64_t watermark_ms = 0;
    int64_t late_ms = 0;
    for (id = 0; id < 25; ++id) {
      const auto rows = [&] {
        JoinRows made;
        for (int64_t i = below(8); i > 0; --i) {
          made.push_back(Joined(std::string(1, static_cast<char>('a' + below(4))),
                            watermark_ms / 1000 + 1 + below(12)));
        }
        return made;
      };
      const JoinRows left = rows();
      const JoinRows right = rows();
      all_left.insert(all_left.end(), left.begin(), left.end());
      all_right.insert(all_right.end(), right.begin(), right.end());
      for (const std::string& row :
           fresh.Run(plan, {id, {left, right}, {late_ms, watermark_ms}})) {
        given.push_back(InSeconds(row));
      }
      if (below(3) == 0) fresh.Restart();
      late_ms = watermark_ms;
      watermark_ms += below(6) * 1000;
    }
    for (const std::string& row : fresh.Run(plan, {id, {{}, {}}, {late_ms, 3'000'000}})) {
      given.push_back(InSeconds(row));
    }
    EXPECT_THAT(given, UnorderedElementsAreArray(JoinedRows(kind, all_left, all_right)));
  }
}

}  // namespace
}  // namespace firesteel
