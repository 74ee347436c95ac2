#include "checkpoint/checkpoint_file_manager.h"

#include "checkpoint/failing_env.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CheckpointFileManagerTest : public testing::Test {
 protected:
  TestDirectory directory_;
  FailingEnv env_;
  CheckpointFileManager files_{&env_};
};

TEST_F(CheckpointFileManagerTest, NewFileIsSyncedRenamedAndItsDirectorySynced) {
  const std::string base = directory_.path().substr(directory_.path().rfind('/') + 1);
  ASSERT_TRUE(files_.WriteAtomic(directory_.File("0"), "abc", /*overwrite=*/false).ok());
  EXPECT_THAT(env_.calls,
              ElementsAre("create temporary", "append temporary", "sync temporary", "rename-new 0",
                          "remove 0.crc", "remove .0.crc", "sync-directory " + base));
  EXPECT_EQ(directory_.Read("0"), "abc");
  EXPECT_THAT(directory_.Names(), ElementsAre("0"));
}

TEST_F(CheckpointFileManagerTest, NothingIsVisibleBeforeClose) {
  auto file = files_.CreateAtomic(directory_.File("0"), /*overwrite=*/false);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Append("abc").ok());
  const std::vector<std::string> names = directory_.Names();
  ASSERT_EQ(names.size(), 1u);
  // Spark's form, which it ignores as well: .<name>.<uuid>.tmp
  EXPECT_TRUE(names[0].starts_with(".0.") && names[0].ends_with(".tmp")) << names[0];
  EXPECT_EQ(names[0].size(), 3 + 36 + 4u);
  file->reset();
  EXPECT_THAT(directory_.Names(), ElementsAre());
}

TEST_F(CheckpointFileManagerTest, CancelledFileCannotBeClosed) {
  auto file = files_.CreateAtomic(directory_.File("0"), /*overwrite=*/true);
  ASSERT_TRUE(file.ok());
  (*file)->Cancel();
  EXPECT_FALSE((*file)->Append("abc").ok());
  EXPECT_FALSE((*file)->Close().ok());
  EXPECT_THAT(directory_.Names(), ElementsAre());
}

TEST_F(CheckpointFileManagerTest, ExistingFileIsKeptWithoutOverwrite) {
  directory_.Write("0", "first");
  directory_.Write(".0.crc", "sum");
  const Status status = files_.WriteAtomic(directory_.File("0"), "second", /*overwrite=*/false);
  EXPECT_TRUE(IsAlreadyExists(status)) << status.message();
  EXPECT_EQ(directory_.Read("0"), "first");
  EXPECT_THAT(directory_.Names(), ElementsAre(".0.crc", "0"));
}

TEST_F(CheckpointFileManagerTest, OverwritingRemovesStaleChecksumsFirst) {
  directory_.Write("1.delta", "old");
  directory_.Write(".1.delta.crc", "sum");
  directory_.Write("1.delta.crc", "sum");
  ASSERT_TRUE(files_.WriteAtomic(directory_.File("1.delta"), "new", /*overwrite=*/true).ok());
  EXPECT_EQ(directory_.Read("1.delta"), "new");
  EXPECT_THAT(directory_.Names(), ElementsAre("1.delta"));
  EXPECT_EQ(env_.calls[3], "remove 1.delta.crc");
  EXPECT_EQ(env_.calls[5], "rename 1.delta");
}

TEST_F(CheckpointFileManagerTest, FailureOfAnyStepIsReportedAndLeavesOldOrNewFile) {
  for (int step = 0;; ++step) {
    directory_.Write("1.delta", "old");
    FailingEnv env;
    env.fail_at = step;
    CheckpointFileManager files(&env);
    const Status status = files.WriteAtomic(directory_.File("1.delta"), "new", /*overwrite=*/true);
    const std::string content = directory_.Read("1.delta");
    if (static_cast<int>(env.calls.size()) <= step) {
      EXPECT_TRUE(status.ok());
      EXPECT_EQ(content, "new");
      break;
    }
    EXPECT_THAT(status.message(), HasSubstr("failed as the test demands")) << env.calls[step];
    // Only the sync of the directory fails after the file has its name.
    EXPECT_EQ(content, env.calls[step].starts_with("sync-directory") ? "new" : "old");
    EXPECT_THAT(directory_.Names(), ElementsAre("1.delta")) << env.calls[step];
  }
}

TEST_F(CheckpointFileManagerTest, FailedSyncIsNotTriedAgain) {
  env_.fail_at = 2;
  auto file = files_.CreateAtomic(directory_.File("0"), /*overwrite=*/false);
  ASSERT_TRUE((*file)->Append("abc").ok());
  EXPECT_THAT((*file)->Close().message(), HasSubstr("sync failed"));
  EXPECT_THAT((*file)->Close().message(), HasSubstr("is closed"));
  EXPECT_THAT(directory_.Names(), ElementsAre());
}

TEST_F(CheckpointFileManagerTest, CreateDirectoriesSyncsEveryNewName) {
  const std::string base = directory_.path().substr(directory_.path().rfind('/') + 1);
  directory_.Write("sibling", "x");
  ASSERT_TRUE(files_.CreateDirectories(directory_.File("a/b")).ok());
  EXPECT_THAT(env_.calls, ElementsAre("mkdir a", "sync-directory " + base, "mkdir b",
                                      "sync-directory a"));
  // An empty directory may come from a killed process that did not get to sync its name.
  env_.calls.clear();
  ASSERT_TRUE(files_.CreateDirectories(directory_.File("a/b")).ok());
  EXPECT_THAT(env_.calls, ElementsAre("sync-directory a"));
  directory_.Write("a/b/file", "x");
  env_.calls.clear();
  ASSERT_TRUE(files_.CreateDirectories(directory_.File("a/b")).ok());
  EXPECT_THAT(env_.calls, ElementsAre());
}

TEST_F(CheckpointFileManagerTest, RemovesOnlyTemporaryFiles) {
  for (const char* name : {".1.delta.0b1e.tmp", ".1.delta.0b1e.TID7.tmp", "..1.delta.0b1e.tmp.crc",
                           "1.delta", ".1.delta.crc", "not-hidden.tmp"}) {
    directory_.Write(name, "x");
  }
  ASSERT_TRUE(files_.RemoveTemporaryFiles(directory_.path()).ok());
  EXPECT_THAT(directory_.Names(), ElementsAre(".1.delta.crc", "1.delta", "not-hidden.tmp"));
  EXPECT_TRUE(files_.RemoveTemporaryFiles(directory_.File("missing")).ok());
}

}  // namespace
}  // namespace firesteel
