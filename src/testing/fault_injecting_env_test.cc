#include "testing/fault_injecting_env.h"

#include "gtest/gtest.h"
#include "testing/manual_clock.h"
#include "testing/memory_env.h"

namespace firesteel::testing {
namespace {

using After = FaultInjectingEnv::After;

class FaultInjectingEnvTest : public ::testing::Test {
 protected:
  // Four changing calls.
  Status Write(const std::string& path, const std::string& bytes) {
    ARROW_ASSIGN_OR_RAISE(const auto file, env_.NewWritableFile(path));
    ARROW_RETURN_NOT_OK(file->Append(bytes));
    ARROW_RETURN_NOT_OK(file->Sync());
    return file->Close();
  }

  ManualClock clock_{0};
  MemoryEnv base_{&clock_};
  FaultInjectingEnv env_{&base_};
};

TEST_F(FaultInjectingEnvTest, CountsChanges) {
  ASSERT_TRUE(Write("/f", "x").ok());
  EXPECT_EQ(env_.changes(), 4);
  ASSERT_TRUE(env_.ReadFile("/f").ok());
  ASSERT_TRUE(env_.Exists("/f").ok());
  ASSERT_TRUE(env_.ListDirectory("/").ok());
  EXPECT_EQ(env_.changes(), 4);
  EXPECT_EQ(env_.failure(), "");
}

TEST_F(FaultInjectingEnvTest, FailsOnce) {
  env_.FailAt(2, After::kOneFailure);
  EXPECT_FALSE(Write("/f", "x").ok());
  EXPECT_EQ(env_.failure(), "fsync /f");
  EXPECT_TRUE(Write("/f", "x").ok());
}

TEST_F(FaultInjectingEnvTest, FailsForGood) {
  env_.FailAt(5, After::kAllFail);
  ASSERT_TRUE(Write("/f", "first").ok());
  EXPECT_FALSE(Write("/g", "second").ok());
  EXPECT_EQ(env_.failure(), "write /g");
  EXPECT_FALSE(env_.RemoveFile("/f").ok());
  EXPECT_FALSE(env_.Rename("/f", "/h").ok());
  EXPECT_FALSE(env_.CreateDirectories("/d").ok());
  EXPECT_FALSE(env_.SyncDirectory("/").ok());
  EXPECT_EQ(env_.ReadFile("/f").ValueOrDie(), "first");
  EXPECT_EQ(env_.ReadFile("/g").ValueOrDie(), "");
}

TEST_F(FaultInjectingEnvTest, TearsTheWriteThatFails) {
  env_.FailAt(1, After::kAllFail, /*tear_write=*/true);
  EXPECT_FALSE(Write("/f", "12345678").ok());
  EXPECT_EQ(env_.ReadFile("/f").ValueOrDie(), "1234");
}

TEST_F(FaultInjectingEnvTest, FailsReadsOfOneFile) {
  ASSERT_TRUE(Write("/f", "x").ok());
  ASSERT_TRUE(Write("/g", "x").ok());
  env_.FailReads("/f", NotFound("/f"));
  EXPECT_TRUE(IsNotFound(env_.ReadFile("/f").status()));
  EXPECT_TRUE(IsNotFound(env_.OpenFile("/f").status()));
  EXPECT_TRUE(env_.OpenFile("/g").ok());
  EXPECT_EQ(env_.ListDirectory("/").ValueOrDie().size(), 2u);
}

}  // namespace
}  // namespace firesteel::testing
