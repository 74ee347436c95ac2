#include "streaming/source_watermarks.h"

#include "common/env.h"
#include "common/error.h"
#include "gtest/gtest.h"
#include "plan/event_time.h"
#include "plan/operators.h"
#include "streaming/source_numbering.h"
#include "streaming/streaming_test_kit.h"

namespace firesteel {
namespace {

constexpr int64_t kDelayMs = 10;

WatermarkObservation SeenBy(int64_t node_id, int64_t max_ms) {
  return {node_id, kDelayMs, {.rows = 1, .min_ms = max_ms, .max_ms = max_ms, .average_ms = 0}};
}
WatermarkObservation SeenNothing(int64_t node_id) { return {node_id, kDelayMs, {}}; }

class SourceWatermarksTest : public testing::Test {
 protected:
  SourceWatermarksTest() : directory_(NewTestDirectory()) {}
  ~SourceWatermarksTest() override { (void)Env::Posix()->RemoveAll(directory_); }

  SourceWatermarks New() { return SourceWatermarks(&files_, directory_, {{7, "0"}, {8, "1"}}); }
  std::string FileOf(int64_t batch) const {
    return directory_ + "/." + std::to_string(batch) + ".watermarks";
  }
  void Write(int64_t batch, const std::string& text) {
    ASSERT_TRUE(files_.WriteAtomic(FileOf(batch), text, /*overwrite=*/true).ok());
  }
  static std::string Times(const SourceWatermarks& watermarks) {
    std::string text;
    for (const auto& one : watermarks.Recall({SeenNothing(7), SeenNothing(8)})) {
      text += std::to_string(one.node_id) + ":" + std::to_string(one.statistics.max_ms) + " ";
    }
    return text;
  }

  std::string directory_;
  CheckpointFileManager files_{Env::Posix()};
};

TEST_F(SourceWatermarksTest, KnowsNothingAtFirst) {
  SourceWatermarks watermarks = New();
  EXPECT_TRUE(watermarks.Load(-1).ok());
  EXPECT_TRUE(watermarks.Load(5).ok());
  EXPECT_EQ(Times(watermarks), "");
}

TEST_F(SourceWatermarksTest, KeepsTheGreatestTimeOfEach) {
  SourceWatermarks watermarks = New();
  ASSERT_TRUE(watermarks.Keep(0, {SeenBy(7, -5), SeenNothing(8)}).ok());
  const std::string text = Env::Posix()->ReadFile(FileOf(0)).ValueOrDie();
  EXPECT_TRUE(text.starts_with("v1\n{\"maxEventTimeMs\":{\"0\":-5}}\n")) << text;
  ASSERT_TRUE(watermarks.Keep(1, {SeenNothing(7), SeenBy(8, 300)}).ok());
  ASSERT_TRUE(watermarks.Keep(2, {SeenBy(7, 200), SeenBy(8, 100)}).ok());
  EXPECT_EQ(Times(watermarks), "7:200 8:300 ");
  SourceWatermarks first = New();
  ASSERT_TRUE(first.Load(0).ok());
  EXPECT_EQ(Times(first), "7:-5 ");
  SourceWatermarks last = New();
  ASSERT_TRUE(last.Load(2).ok());
  EXPECT_EQ(Times(last), "7:200 8:300 ");
  // A batch that is run again writes its file again.
  ASSERT_TRUE(first.Keep(1, {SeenNothing(7), SeenBy(8, 300)}).ok());
  EXPECT_EQ(Times(first), "7:-5 8:300 ");
}

TEST_F(SourceWatermarksTest, TheEndsOfTimeComeBack) {
  SourceWatermarks watermarks = New();
  ASSERT_TRUE(watermarks.Keep(0, {SeenBy(7, INT64_MIN), SeenBy(8, INT64_MAX)}).ok());
  SourceWatermarks loaded = New();
  ASSERT_TRUE(loaded.Load(0).ok());
  EXPECT_EQ(Times(loaded), Times(watermarks));
}

TEST_F(SourceWatermarksTest, ADamagedFileIsRefusedByName) {
  SourceWatermarks watermarks = New();
  ASSERT_TRUE(watermarks.Keep(0, {SeenBy(7, 100)}).ok());
  ASSERT_TRUE(watermarks.Keep(1, {SeenBy(7, 200)}).ok());
  const std::string good = Env::Posix()->ReadFile(FileOf(1)).ValueOrDie();
  std::vector<std::string> damaged = {"", "v1", "v1\n{}", "nonsense", good + "\nmore"};
  for (size_t at = 3; at < good.size(); ++at) {
    damaged.push_back(good);
    damaged.back()[at] ^= 1;
  }
  for (const std::string& text : damaged) {
    Write(1, text);
    SourceWatermarks loaded = New();
    const Status status = loaded.Load(1);
    EXPECT_EQ(ErrorCondition(status), "MALFORMED_LOG_FILE") << text;
    EXPECT_NE(status.message().find(".1.watermarks"), std::string::npos) << status.message();
  }
}

TEST_F(SourceWatermarksTest, AMissingFileIsRefusedUnlessThereIsNone) {
  SourceWatermarks watermarks = New();
  ASSERT_TRUE(watermarks.Keep(0, {SeenBy(7, 100)}).ok());
  EXPECT_EQ(ErrorCondition(New().Load(1)), "MALFORMED_LOG_FILE");
  // Of a batch that was begun only: it is run again.
  ASSERT_TRUE(watermarks.Keep(3, {SeenBy(7, 100)}).ok());
  ASSERT_TRUE(watermarks.Purge(3).ok());
  EXPECT_TRUE(New().Load(2).ok());
}

TEST_F(SourceWatermarksTest, OldFilesGo) {
  SourceWatermarks watermarks = New();
  for (int batch = 0; batch < 4; ++batch) {
    ASSERT_TRUE(watermarks.Keep(batch, {SeenBy(7, batch)}).ok());
  }
  Write(9, "x");
  ASSERT_TRUE(watermarks.Purge(2).ok());
  for (const int batch : {0, 1}) {
    EXPECT_FALSE(Env::Posix()->Exists(FileOf(batch)).ValueOrDie()) << batch;
  }
  for (const int batch : {2, 3, 9}) {
    EXPECT_TRUE(Env::Posix()->Exists(FileOf(batch)).ValueOrDie()) << batch;
  }
}

TEST(NameWatermarksTest, TheyAreCalledAsTheirSources) {
  const auto marked = [](const PlanPtr& plan, int64_t node_id) -> PlanPtr {
    return std::make_shared<EventTimeWatermark>(plan->output()[0], "1 second", 1000, node_id, plan);
  };
  const auto both = [](const PlanPtr& left, const PlanPtr& right) -> PlanPtr {
    return std::make_shared<Union>(std::vector<PlanPtr>{left, right}, false, false, left->output());
  };
  const PlanPtr first = SelectNumbers(std::make_shared<NumberTable>());
  const PlanPtr second = SelectNumbers(std::make_shared<NumberTable>());
  const PlanPtr plan = both(both(marked(first, 21), marked(second, 22)),
                            both(marked(both(second, first), 23), marked(second, 24)));
  const NumberedPlan numbered = NumberSources(plan).ValueOrDie();
  EXPECT_EQ(NameWatermarks(numbered.plan),
            (std::map<int64_t, std::string>{{21, "0"}, {22, "1"}, {23, "0+1"}, {24, "1#2"}}));
}

}  // namespace
}  // namespace firesteel
