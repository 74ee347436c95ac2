#include "checkpoint/metadata_log.h"

#include "checkpoint/failing_env.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using testing::ElementsAre;

class MetadataLogTest : public testing::Test {
 protected:
  MetadataLog Open() { return *MetadataLog::Open(&files_, directory_.File("offsets")); }

  TestDirectory directory_;
  FailingEnv env_;
  CheckpointFileManager files_{&env_};
};

TEST_F(MetadataLogTest, ReadingLeavesNoTrace) {
  const MetadataLog log = Open();
  EXPECT_EQ(*log.LatestId(), std::nullopt);
  EXPECT_EQ(*log.Get(0), std::nullopt);
  EXPECT_THAT(directory_.Names(), ElementsAre());
}

TEST_F(MetadataLogTest, AddsOnceAndReads) {
  MetadataLog log = Open();
  EXPECT_TRUE(*log.Add(0, "zero"));
  EXPECT_TRUE(*log.Add(10, "ten"));
  EXPECT_TRUE(*log.Add(9, "nine"));
  EXPECT_FALSE(*log.Add(9, "other"));
  EXPECT_THAT(*log.List(), ElementsAre(0, 9, 10));
  EXPECT_EQ(*log.LatestId(), 10);
  EXPECT_EQ(*log.Get(9), "nine");
  EXPECT_EQ(*Open().Get(10), "ten");
}

TEST_F(MetadataLogTest, IgnoresWhatIsNoBatch) {
  MetadataLog log = Open();
  ASSERT_TRUE(*log.Add(3, "x"));
  for (const char* name : {"offsets/.4.0b1e.tmp", "offsets/.3.crc", "offsets/5.compact",
                           "offsets/007", "offsets/-1", "offsets/99999999999999999999"}) {
    directory_.Write(name, "x");
  }
  ASSERT_TRUE(Env::Posix()->CreateDirectories(directory_.File("offsets/8")).ok());
  EXPECT_THAT(*log.List(), ElementsAre(3));
}

TEST_F(MetadataLogTest, LostRaceIsAnError) {
  MetadataLog log = Open();
  ASSERT_TRUE(*log.Add(0, "x"));
  env_.before_rename = [this] { directory_.Write("offsets/1", "theirs"); };
  EXPECT_EQ(ErrorCondition(log.Add(1, "ours").status()), "CONCURRENT_STREAM_LOG_UPDATE");
  EXPECT_EQ(directory_.Read("offsets/1"), "theirs");
}

TEST_F(MetadataLogTest, PurgeRemovesOldBatchesAndTheirChecksums) {
  MetadataLog log = Open();
  for (int64_t id = 0; id < 5; ++id) ASSERT_TRUE(*log.Add(id, "x"));
  directory_.Write("offsets/.1.crc", "x");
  ASSERT_TRUE(log.Purge(3).ok());
  EXPECT_THAT(*log.List(), ElementsAre(3, 4));
  EXPECT_FALSE(*Env::Posix()->Exists(directory_.File("offsets/.1.crc")));
  // The second time without listing, also when a number is missing.
  ASSERT_TRUE(Env::Posix()->RemoveFile(directory_.File("offsets/3")).ok());
  env_.calls.clear();
  ASSERT_TRUE(log.Purge(5).ok());
  EXPECT_THAT(env_.calls, ElementsAre("remove 3", "remove .3.crc", "remove 4", "remove .4.crc"));
  EXPECT_THAT(*log.List(), ElementsAre());
  env_.calls.clear();
  ASSERT_TRUE(log.Purge(2).ok());
  EXPECT_THAT(env_.calls, ElementsAre());
}

TEST_F(MetadataLogTest, FailureOfAnyStepLeavesNoBatchOrAWholeOne) {
  for (int step = 0;; ++step) {
    TestDirectory directory;
    FailingEnv env;
    env.fail_at = step;
    CheckpointFileManager files(&env);
    MetadataLog log = *MetadataLog::Open(&files, directory.File("commits"));
    const Result<bool> added = log.Add(0, "content");
    const auto read = log.Get(0);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->value_or("content"), "content");
    if (static_cast<int>(env.calls.size()) <= step) {
      EXPECT_TRUE(added.ok() && read->has_value());
      break;
    }
    EXPECT_FALSE(added.ok()) << env.calls[step];
  }
}

}  // namespace
}  // namespace firesteel
