#include "streaming/start_point.h"

#include "gtest/gtest.h"
#include "streaming/query_checkpoint.h"
#include "streaming/streaming_test_kit.h"

namespace firesteel {
namespace {

using Offsets = std::vector<std::optional<std::string>>;

class StartPointTest : public testing::Test {
 protected:
  StartPointTest()
      : directory_(NewTestDirectory()),
        checkpoint_(QueryCheckpoint::Open(Env::Posix(), directory_, true).ValueOrDie()) {}

  void Log(int64_t id, const Offsets& offsets, int64_t watermark_ms = 0) {
    const OffsetSeq entry{.batch_watermark_ms = watermark_ms,
                          .batch_timestamp_ms = 1000 + id,
                          .conf = {{"batch", std::to_string(id)}},
                          .offsets = offsets};
    ASSERT_TRUE(checkpoint_->offsets().Add(id, entry).ValueOrDie());
  }
  void Commit(int64_t id, int64_t watermark_ms = 0) {
    ASSERT_TRUE(
        checkpoint_->commits().Add(id, {.next_batch_watermark_ms = watermark_ms}).ValueOrDie());
  }
  Result<StartPoint> Find() {
    return FindStartPoint(checkpoint_->offsets(), checkpoint_->commits(), directory_);
  }

  std::string directory_;
  std::unique_ptr<QueryCheckpoint> checkpoint_;
};

TEST_F(StartPointTest, ANewQueryBeginsWithBatch0) {
  const StartPoint point = Find().ValueOrDie();
  EXPECT_EQ(point.batch_id, 0);
  EXPECT_FALSE(point.rerun);
  EXPECT_EQ(point.source_count(), -1);
  EXPECT_FALSE(point.conf.has_value());
}

TEST_F(StartPointTest, AfterACommittedBatchComesTheNext) {
  Log(0, {"1", std::nullopt}, 0);
  Log(1, {"2", "5"}, 100);
  Commit(0);
  Commit(1, 300);
  const StartPoint point = Find().ValueOrDie();
  EXPECT_EQ(point.batch_id, 2);
  EXPECT_FALSE(point.rerun);
  EXPECT_TRUE(point.previous_is_committed);
  EXPECT_EQ(point.start, (Offsets{"2", "5"}));
  EXPECT_EQ(point.watermark_ms, 300);
  EXPECT_EQ(point.previous_watermark_ms, 100);
  EXPECT_EQ(point.conf->at("batch"), "1");
  EXPECT_EQ(point.source_count(), 2);
}

TEST_F(StartPointTest, TheWatermarkNeverGoesBack) {
  Log(0, {"1"}, 500);
  Commit(0, 200);
  EXPECT_EQ(Find().ValueOrDie().watermark_ms, 500);
}

TEST_F(StartPointTest, AnUncommittedBatchIsRunAgainAsItWas) {
  Log(0, {"1"}, 0);
  Log(1, {"2"}, 100);
  Commit(0, 100);
  const StartPoint point = Find().ValueOrDie();
  EXPECT_EQ(point.batch_id, 1);
  EXPECT_TRUE(point.rerun);
  EXPECT_TRUE(point.previous_is_committed);
  EXPECT_EQ(point.start, (Offsets{"1"}));
  EXPECT_EQ(point.end, (Offsets{"2"}));
  EXPECT_EQ(point.batch_timestamp_ms, 1001);
  EXPECT_EQ(point.watermark_ms, 100);
  EXPECT_EQ(point.previous_watermark_ms, 0);
}

TEST_F(StartPointTest, AnUncommittedFirstBatchHasNoStart) {
  Log(0, {"1"});
  const StartPoint point = Find().ValueOrDie();
  EXPECT_EQ(point.batch_id, 0);
  EXPECT_TRUE(point.rerun);
  EXPECT_FALSE(point.previous_is_committed);
  EXPECT_TRUE(point.start.empty());
  EXPECT_EQ(point.source_count(), 1);
}

TEST_F(StartPointTest, CommitsThatLagOrAreGoneLeadToARerun) {
  Log(3, {"3"});
  Log(4, {"4"});
  EXPECT_EQ(Find().ValueOrDie().batch_id, 4);
  Commit(2);
  const StartPoint point = Find().ValueOrDie();
  EXPECT_EQ(point.batch_id, 4);
  EXPECT_TRUE(point.rerun);
  EXPECT_FALSE(point.previous_is_committed);
}

TEST_F(StartPointTest, HolesAtTheLowEndAreNoMatter) {
  Log(7, {"7"});
  Log(8, {"8"});
  Commit(8);
  EXPECT_EQ(Find().ValueOrDie().batch_id, 9);
}

TEST_F(StartPointTest, RefusesCommitsAheadOfOffsets) {
  Log(0, {"1"});
  Commit(1);
  const Status status = Find().status();
  EXPECT_TRUE(status.IsInvalid());
  EXPECT_NE(status.message().find("batch 1 is done"), std::string::npos) << status.message();
  EXPECT_NE(status.message().find(directory_), std::string::npos) << status.message();
}

TEST_F(StartPointTest, RefusesCommitsWithoutAnyOffsets) {
  Commit(0);
  EXPECT_NE(Find().status().message().find("none at all"), std::string::npos);
}

TEST_F(StartPointTest, RefusesAMissingEntryBeforeTheNewest) {
  Log(6, {"6"});
  Log(8, {"8"});
  Commit(8);
  const Status status = Find().status();
  EXPECT_NE(status.message().find("batch 7 does not exist"), std::string::npos) << status.message();
}

TEST_F(StartPointTest, RefusesEntriesOfDifferentSources) {
  Log(0, {"1"});
  Log(1, {"1", "2"});
  EXPECT_NE(Find().status().message().find("damaged"), std::string::npos);
}

}  // namespace
}  // namespace firesteel
