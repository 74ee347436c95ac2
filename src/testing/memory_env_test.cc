#include "testing/memory_env.h"

#include "gtest/gtest.h"
#include "testing/manual_clock.h"

namespace firesteel::testing {
namespace {

class MemoryEnvTest : public ::testing::Test {
 protected:
  void Write(const std::string& path, const std::string& bytes, bool sync = true) {
    const auto file = env_.NewWritableFile(path).ValueOrDie();
    ASSERT_TRUE(file->Append(bytes).ok());
    if (sync) {
      ASSERT_TRUE(file->Sync().ok());
    }
    ASSERT_TRUE(file->Close().ok());
    EXPECT_FALSE(file->Append("late").ok());
  }

  ManualClock clock_{1000};
  MemoryEnv env_{&clock_};
};

TEST_F(MemoryEnvTest, BehavesAsAFileSystem) {
  ASSERT_TRUE(env_.CreateDirectories("/a/b").ok());
  Write("/a/b/f", "one");
  EXPECT_EQ(env_.ReadFile("/a/b/f").ValueOrDie(), "one");
  EXPECT_EQ(env_.GetStatus("/a/b/f").ValueOrDie().size, 3);
  EXPECT_EQ(env_.GetStatus("/a/b/f").ValueOrDie().modification_time_ms, 1000);
  EXPECT_TRUE(env_.GetStatus("/a/b").ValueOrDie().is_directory);
  Write("/a/b/.g", "two");
  const auto listed = env_.ListDirectory("/a/b").ValueOrDie();
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0].path, "/a/b/.g");
  EXPECT_TRUE(IsAlreadyExists(env_.RenameNoReplace("/a/b/.g", "/a/b/f")));
  ASSERT_TRUE(env_.Rename("/a/b/.g", "/a/b/f").ok());
  EXPECT_EQ(env_.ReadFile("/a/b/f").ValueOrDie(), "two");
  EXPECT_EQ(env_.FilesBelow("/a"), std::vector<std::string>{"/a/b/f"});
  EXPECT_TRUE(IsNotFound(env_.RemoveFile("/a/b/.g")));
  EXPECT_TRUE(IsNotFound(env_.NewWritableFile("/none/f").status()));
  EXPECT_FALSE(env_.NewWritableFile("/a/b").ok());
  EXPECT_FALSE(env_.ReadFile("/a/b").ok());
  EXPECT_FALSE(env_.ListDirectory("/a/b/f").ok());
  EXPECT_FALSE(env_.CreateDirectories("/a/b/f").ok());
  ASSERT_TRUE(env_.SetModificationTimeMs("/a/b/f", 7).ok());
  EXPECT_EQ(env_.GetStatus("/a/b/f").ValueOrDie().modification_time_ms, 7);
  ASSERT_TRUE(env_.RemoveAll("/a").ok());
  ASSERT_TRUE(env_.RemoveAll("/a").ok());
  EXPECT_FALSE(env_.Exists("/a").ValueOrDie());
}

TEST_F(MemoryEnvTest, LocksAreExclusive) {
  auto first = env_.LockFile("/lock").ValueOrDie();
  EXPECT_TRUE(IsAlreadyExists(env_.LockFile("/lock").status()));
  first.reset();
  EXPECT_TRUE(env_.LockFile("/lock").ok());
}

TEST_F(MemoryEnvTest, APowerFailureDropsWhatWasNotSynced) {
  Write("/named", "old");
  ASSERT_TRUE(env_.SyncDirectory("/").ok());
  Write("/named", "new", /*sync=*/false);
  Write("/unnamed", "synced, but without a name");
  ASSERT_TRUE(env_.CreateDirectories("/d/e").ok());
  ASSERT_TRUE(env_.SyncDirectory("/d").ok());
  env_.LosePower(PowerLoss::kDropAll);
  EXPECT_EQ(env_.FilesBelow("/"), std::vector<std::string>{"/named"});
  EXPECT_EQ(env_.ReadFile("/named").ValueOrDie(), "old");
  EXPECT_FALSE(env_.Exists("/d").ValueOrDie());
}

TEST_F(MemoryEnvTest, APowerFailureUndoesRenamesAndRemovals) {
  Write("/a", "a");
  Write("/b", "b");
  ASSERT_TRUE(env_.SyncDirectory("/").ok());
  ASSERT_TRUE(env_.Rename("/a", "/c").ok());
  ASSERT_TRUE(env_.RemoveFile("/b").ok());
  env_.LosePower(PowerLoss::kDropAll);
  EXPECT_EQ(env_.FilesBelow("/"), (std::vector<std::string>{"/a", "/b"}));
}

TEST_F(MemoryEnvTest, NamesMaySurviveWithoutTheirBytes) {
  Write("/f", "12345678", /*sync=*/false);
  env_.LosePower(PowerLoss::kTearContents);
  EXPECT_EQ(env_.ReadFile("/f").ValueOrDie(), "1234");
  Write("/g", "12345678", /*sync=*/false);
  env_.LosePower(PowerLoss::kKeepNames);
  EXPECT_EQ(env_.ReadFile("/g").ValueOrDie(), "");
  EXPECT_EQ(env_.ReadFile("/f").ValueOrDie(), "1234");
}

TEST_F(MemoryEnvTest, PutFileIsDurable) {
  ASSERT_TRUE(env_.PutFile("/x/y/z", "bytes").ok());
  env_.LosePower(PowerLoss::kDropAll);
  EXPECT_EQ(env_.ReadFile("/x/y/z").ValueOrDie(), "bytes");
  Write("/x/more", "m", /*sync=*/false);
  env_.SyncAll();
  env_.LosePower(PowerLoss::kDropAll);
  EXPECT_EQ(env_.ReadFile("/x/more").ValueOrDie(), "m");
}

TEST_F(MemoryEnvTest, ACloneIsIndependent) {
  ASSERT_TRUE(env_.PutFile("/d/kept", "durable").ok());
  Write("/d/new", "n");
  const std::unique_ptr<MemoryEnv> clone = env_.Clone();
  Write("/d/kept", "changed");
  ASSERT_TRUE(env_.RemoveFile("/d/new").ok());
  EXPECT_EQ(clone->ReadFile("/d/kept").ValueOrDie(), "durable");
  EXPECT_EQ(clone->ReadFile("/d/new").ValueOrDie(), "n");
  clone->LosePower(PowerLoss::kDropAll);
  EXPECT_EQ(clone->FilesBelow("/"), std::vector<std::string>{"/d/kept"});
  EXPECT_EQ(env_.ReadFile("/d/kept").ValueOrDie(), "changed");
}

}  // namespace
}  // namespace firesteel::testing
