#include "checkpoint/compactible_file_log.h"

#include "checkpoint/failing_env.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string Entry(int64_t id) { return fmt::format("{{\"n\":{}}}", id); }

// Every file in these tests is as old as the clock says.
class FixedClock final : public Clock {
 public:
  int64_t now_ms = 0;
  int64_t NowMs() const override { return now_ms; }
  int64_t NowMicros() const override { return now_ms * 1000; }
  int64_t MonotonicNanos() const override { return now_ms * 1000000; }
  int64_t WaitUntilMs(int64_t, const std::atomic<bool>&) override { return now_ms; }
  void WakeAll() override {}
};

class CompactibleFileLogTest : public testing::Test {
 protected:
  CompactibleFileLog Open(CompactibleFileLog::Options options = {}) {
    return *CompactibleFileLog::Open(&files_, &clock_, directory_.path(), options);
  }
  // Adds the batches [from, to), each with one entry.
  void Add(CompactibleFileLog* log, int64_t from, int64_t to) {
    for (int64_t id = from; id < to; ++id) {
      const Result<bool> added = log->Add(id, {Entry(id)});
      ASSERT_TRUE(added.ok()) << added.status().message();
      ASSERT_TRUE(*added);
    }
  }

  TestDirectory directory_;
  FixedClock clock_;
  CheckpointFileManager files_{Env::Posix()};
};

TEST_F(CompactibleFileLogTest, EmptyLog) {
  const CompactibleFileLog log = Open();
  EXPECT_EQ(*log.LatestId(), std::nullopt);
  EXPECT_THAT(*log.AllEntries(), IsEmpty());
  EXPECT_FALSE(log.Get(0)->has_value());
}

TEST_F(CompactibleFileLogTest, WritesSparksForm) {
  CompactibleFileLog log = Open();
  ASSERT_TRUE(*log.Add(0, {"{\"a\":1}", "{\"b\":2}"}));
  ASSERT_TRUE(*log.Add(1, {}));
  EXPECT_FALSE(*log.Add(0, {"{}"}));
  EXPECT_EQ(directory_.Read("0"), "v1\n{\"a\":1}\n{\"b\":2}");
  EXPECT_EQ(directory_.Read("1"), "v1");
  EXPECT_THAT(**log.Get(0), ElementsAre("{\"a\":1}", "{\"b\":2}"));
  EXPECT_THAT(**log.Get(1), IsEmpty());
}

TEST_F(CompactibleFileLogTest, EveryTenthBatchHoldsAllBefore) {
  CompactibleFileLog log = Open();
  Add(&log, 0, 21);
  EXPECT_THAT(directory_.Names(),
              ElementsAre("0", "1", "10", "11", "12", "13", "14", "15", "16", "17", "18",
                          "19.compact", "2", "20", "3", "4", "5", "6", "7", "8", "9.compact"));
  EXPECT_EQ((*log.Get(9))->size(), 10u);
  EXPECT_EQ((*log.Get(19))->size(), 20u);
  EXPECT_THAT(**log.Get(20), ElementsAre(Entry(20)));
  const std::vector<std::string> all = *log.AllEntries();
  ASSERT_EQ(all.size(), 21u);
  for (int64_t id = 0; id < 21; ++id) EXPECT_EQ(all[id], Entry(id));
  EXPECT_EQ(*log.LatestId(), 20);
}

TEST_F(CompactibleFileLogTest, ExistingLogTellsTheInterval) {
  CompactibleFileLog log = Open({.compact_interval = 3});
  Add(&log, 0, 6);  // 2.compact and 5.compact
  CompactibleFileLog reopened = Open({.compact_interval = 10});
  Add(&reopened, 6, 9);
  EXPECT_TRUE(*Env::Posix()->Exists(directory_.File("8.compact")));
  EXPECT_EQ((*reopened.AllEntries()).size(), 9u);
}

// With one compaction Spark takes the smallest divisor of its number of batches that is not below
// the setting.
TEST_F(CompactibleFileLogTest, OneCompactionTellsTheIntervalAsInSpark) {
  struct Case {
    int64_t compacted_id;
    int64_t setting;
    int64_t next_compaction;
  };
  const Case cases[] = {{1, 10, 3},     // 2 batches, below the setting: interval 2
                        {9, 10, 19},    // the usual one
                        {23, 5, 29},    // 24 batches: 6 divides, 5 does not
                        {23, 12, 35},   // 12 divides
                        {23, 13, 47},   // nothing between 13 and 12 divides: interval 24
                        {6, 3, 13}};    // 7 batches: nothing from 3 divides
  for (const Case& c : cases) {
    TestDirectory directory;
    directory.Write(fmt::format("{}.compact", c.compacted_id), "v1\n" + Entry(0));
    CompactibleFileLog log = *CompactibleFileLog::Open(&files_, &clock_, directory.path(),
                                                       {.compact_interval = c.setting});
    for (int64_t id = c.compacted_id + 1; id <= c.next_compaction; ++id) {
      ASSERT_TRUE(log.Add(id, {Entry(id)}).ok());
      const bool compact = *Env::Posix()->Exists(directory.File(fmt::format("{}.compact", id)));
      EXPECT_EQ(compact, id == c.next_compaction) << c.compacted_id << " " << c.setting;
    }
  }
}

TEST_F(CompactibleFileLogTest, HugeNumberInANameDoesNotHang) {
  directory_.Write("9223372036854775806.compact", "v1");
  directory_.Write("9223372036854775807", "v1");
  const CompactibleFileLog log = Open();
  EXPECT_EQ(*log.LatestId(), INT64_MAX - 1);
}

TEST_F(CompactibleFileLogTest, MissingFileIsAnErrorThatNamesIt) {
  CompactibleFileLog log = Open();
  Add(&log, 0, 9);
  ASSERT_TRUE(Env::Posix()->RemoveFile(directory_.File("4")).ok());
  for (const Status& status : {log.AllEntries().status(), log.Add(9, {}).status()}) {
    EXPECT_EQ(ErrorCondition(status), "MALFORMED_LOG_FILE");
    EXPECT_THAT(status.message(), HasSubstr(directory_.File("4")));
  }
  EXPECT_FALSE(*Env::Posix()->Exists(directory_.File("9.compact")));
}

TEST_F(CompactibleFileLogTest, FilesBeforeTheLastCompactionAreNotMissed) {
  CompactibleFileLog log = Open();
  Add(&log, 0, 12);
  for (const char* name : {"0", "5", "8"}) {
    ASSERT_TRUE(Env::Posix()->RemoveFile(directory_.File(name)).ok());
  }
  EXPECT_EQ(log.AllEntries()->size(), 12u);
}

TEST_F(CompactibleFileLogTest, SupersededFilesAreRemovedWhenOldEnough) {
  const CompactibleFileLog::Options options{
      .compact_interval = 3, .minimum_batches_to_retain = 4, .cleanup_delay_ms = 1000};
  CompactibleFileLog log = Open(options);
  const int64_t written_ms = Clock::System()->NowMs();
  clock_.now_ms = written_ms - 100000;  // every file is too young
  Add(&log, 0, 9);
  EXPECT_EQ(directory_.Names().size(), 9u);
  directory_.Write(".0.crc", "sum");
  clock_.now_ms = written_ms + 100000;  // every file is old enough
  Add(&log, 9, 12);
  // The oldest batch to be kept is 8; the last compaction before it is 5.
  EXPECT_THAT(directory_.Names(), ElementsAre("10", "11.compact", "5.compact", "6", "7",
                                              "8.compact", "9"));
  EXPECT_EQ(log.AllEntries()->size(), 12u);
}

TEST_F(CompactibleFileLogTest, OldestRetainedBatchMayNotBeTheCompaction) {
  const CompactibleFileLog::Options options{
      .compact_interval = 3, .minimum_batches_to_retain = 1, .cleanup_delay_ms = 0};
  CompactibleFileLog log = Open(options);
  clock_.now_ms = Clock::System()->NowMs() + 100000;
  Add(&log, 0, 6);
  // Batch 5 is the oldest to be kept, so it takes 2.compact to read it as a batch of its own.
  EXPECT_THAT(directory_.Names(), ElementsAre("2.compact", "3", "4", "5.compact"));
}

TEST_F(CompactibleFileLogTest, DamagedFilesAreErrors) {
  CompactibleFileLog log = Open();
  for (const std::string text :
       {"", "v1\n", "v1\nnot json", "v1\n{\"a\":1}\n{\"b\":", "v1\n\n{}", "{}"}) {
    directory_.Write("0", text);
    const Status status = log.Get(0).status();
    EXPECT_EQ(ErrorCondition(status), "MALFORMED_LOG_FILE") << text;
    EXPECT_EQ(ErrorCondition(log.AllEntries().status()), "MALFORMED_LOG_FILE") << text;
  }
  directory_.Write("0", "v2\n{}");
  EXPECT_EQ(ErrorCondition(log.Get(0).status()), "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION");
}

TEST_F(CompactibleFileLogTest, EntriesMustBeSingleLines) {
  CompactibleFileLog log = Open();
  for (const std::string entry : {"{\n}", "", "[]", "x"}) {
    EXPECT_EQ(ErrorCondition(log.Add(0, {entry}).status()), "INTERNAL_ERROR") << entry;
  }
}

TEST_F(CompactibleFileLogTest, LostRaceIsAnError) {
  FailingEnv env;
  CheckpointFileManager files(&env);
  CompactibleFileLog log = *CompactibleFileLog::Open(&files, &clock_, directory_.path(), {});
  env.before_rename = [this] { directory_.Write("0", "v1"); };
  EXPECT_EQ(ErrorCondition(log.Add(0, {}).status()), "CONCURRENT_STREAM_LOG_UPDATE");
}

}  // namespace
}  // namespace firesteel
