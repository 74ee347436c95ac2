#include "common/env.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "arrow/buffer.h"
#include "arrow/io/interfaces.h"
#include "common/arrow_io.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

class PosixEnvTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "env_test_XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { EXPECT_TRUE(env_->RemoveAll(root_).ok()); }

  std::string Path(const std::string& name) const { return root_ + "/" + name; }

  void Write(const std::string& name, const std::string& bytes) {
    auto file = env_->NewWritableFile(Path(name));
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_TRUE((*file)->Append(bytes).ok());
    ASSERT_TRUE((*file)->Sync().ok());
    ASSERT_TRUE((*file)->Close().ok());
  }

  Env* env_ = Env::Posix();
  std::string root_;
};

TEST_F(PosixEnvTest, WritesAndReads) {
  auto file = env_->NewWritableFile(Path("f")).ValueOrDie();
  std::string expected;
  for (int i = 0; i < 20000; ++i) {
    const std::string piece = std::to_string(i) + ",";
    expected += piece;
    ASSERT_TRUE(file->Append(piece).ok());
  }
  const std::string large(200000, 'x');
  expected += large;
  ASSERT_TRUE(file->Append(large).ok());
  ASSERT_TRUE(file->Close().ok());
  EXPECT_TRUE(file->Close().ok());
  EXPECT_FALSE(file->Append("late").ok());
  EXPECT_EQ(env_->ReadFile(Path("f")).ValueOrDie(), expected);
  EXPECT_EQ(env_->GetStatus(Path("f")).ValueOrDie().size, static_cast<int64_t>(expected.size()));
}

TEST_F(PosixEnvTest, AFileThatIsDroppedKeepsWhatWasWritten) {
  {
    ASSERT_TRUE(env_->NewWritableFile(Path("f")).ValueOrDie()->Append("abc").ok());
  }
  EXPECT_EQ(env_->ReadFile(Path("f")).ValueOrDie(), "abc");
}

TEST_F(PosixEnvTest, ReadsFilesWithoutASize) {
  EXPECT_FALSE(env_->ReadFile("/proc/self/status").ValueOrDie().empty());
}

TEST_F(PosixEnvTest, ReadsAtAnyPosition) {
  Write("f", "0123456789");
  auto file = env_->OpenFile(Path("f")).ValueOrDie();
  EXPECT_EQ(file->GetSize().ValueOrDie(), 10);
  EXPECT_EQ(file->ReadAt(3, 4).ValueOrDie()->ToString(), "3456");
  EXPECT_EQ(file->ReadAt(8, int64_t{1} << 50).ValueOrDie()->ToString(), "89");
  EXPECT_EQ(file->ReadAt(100, 4).ValueOrDie()->size(), 0);
  EXPECT_FALSE(file->ReadAt(-1, 4).ok());
  EXPECT_EQ(file->Read(2).ValueOrDie()->ToString(), "01");
  EXPECT_EQ(file->Tell().ValueOrDie(), 2);
  ASSERT_TRUE(file->Seek(9).ok());
  EXPECT_EQ(file->Read(5).ValueOrDie()->ToString(), "9");
  ASSERT_TRUE(file->Close().ok());
  char byte;
  EXPECT_FALSE(file->ReadAt(0, 1, &byte).ok());
}

TEST_F(PosixEnvTest, TellsMissingFilesApart) {
  EXPECT_TRUE(IsNotFound(env_->ReadFile(Path("none")).status()));
  EXPECT_TRUE(IsNotFound(env_->OpenFile(Path("none")).status()));
  EXPECT_TRUE(IsNotFound(env_->GetStatus(Path("none")).status()));
  EXPECT_TRUE(IsNotFound(env_->ListDirectory(Path("none")).status()));
  EXPECT_TRUE(IsNotFound(env_->RemoveFile(Path("none"))));
  EXPECT_TRUE(IsNotFound(env_->Rename(Path("none"), Path("x"))));
  EXPECT_TRUE(IsNotFound(env_->RenameNoReplace(Path("none"), Path("x"))));
  EXPECT_FALSE(env_->Exists(Path("none")).ValueOrDie());
  EXPECT_TRUE(env_->Exists(root_).ValueOrDie());
  EXPECT_FALSE(IsNotFound(Status::OK()));
  EXPECT_FALSE(IsNotFound(AlreadyExists("x")));
  EXPECT_FALSE(env_->OpenFile(root_).ok());
}

TEST_F(PosixEnvTest, ListsSortedWithHiddenOnes) {
  Write("b", "1");
  Write(".a", "22");
  ASSERT_TRUE(env_->CreateDirectories(Path("c/d")).ok());
  std::filesystem::create_symlink(Path("nowhere"), Path("link"));
  const auto found = env_->ListDirectory(root_).ValueOrDie();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].path, Path(".a"));
  EXPECT_EQ(found[0].size, 2);
  EXPECT_EQ(found[1].path, Path("b"));
  EXPECT_EQ(found[2].path, Path("c"));
  EXPECT_TRUE(found[2].is_directory);
}

TEST_F(PosixEnvTest, RenamesWithAndWithoutReplacing) {
  Write("a", "1");
  Write("b", "2");
  EXPECT_TRUE(IsAlreadyExists(env_->RenameNoReplace(Path("a"), Path("b"))));
  EXPECT_EQ(env_->ReadFile(Path("b")).ValueOrDie(), "2");
  EXPECT_TRUE(env_->RenameNoReplace(Path("a"), Path("c")).ok());
  EXPECT_FALSE(env_->Exists(Path("a")).ValueOrDie());
  EXPECT_TRUE(env_->Rename(Path("c"), Path("b")).ok());
  EXPECT_EQ(env_->ReadFile(Path("b")).ValueOrDie(), "1");
  EXPECT_TRUE(env_->SyncDirectory(root_).ok());
}

TEST_F(PosixEnvTest, MakesAndRemovesDirectories) {
  EXPECT_TRUE(env_->CreateDirectories(Path("x/y/z")).ok());
  EXPECT_TRUE(env_->CreateDirectories(Path("x/y/z")).ok());
  Write("x/y/f", "1");
  EXPECT_FALSE(env_->CreateDirectories(Path("x/y/f")).ok());
  EXPECT_FALSE(IsNotFound(env_->CreateDirectories(Path("x/y/f/g"))));
  EXPECT_TRUE(env_->RemoveAll(Path("x")).ok());
  EXPECT_TRUE(env_->RemoveAll(Path("x")).ok());
  EXPECT_FALSE(env_->Exists(Path("x")).ValueOrDie());
}

TEST_F(PosixEnvTest, SetsModificationTimes) {
  Write("f", "1");
  for (int64_t time_ms : {int64_t{1767233280123}, int64_t{-1500}, int64_t{0}}) {
    ASSERT_TRUE(env_->SetModificationTimeMs(Path("f"), time_ms).ok());
    EXPECT_EQ(env_->GetStatus(Path("f")).ValueOrDie().modification_time_ms, time_ms);
  }
}

TEST_F(PosixEnvTest, ASecondLockInTheSameProcessFails) {
  auto first = env_->LockFile(Path("lock")).ValueOrDie();
  EXPECT_TRUE(IsAlreadyExists(env_->LockFile(Path("lock")).status()));
  first.reset();
  EXPECT_TRUE(env_->LockFile(Path("lock")).ok());
}

TEST_F(PosixEnvTest, AnArrowStreamWritesThrough) {
  auto stream = MakeOutputStream(env_->NewWritableFile(Path("f")).ValueOrDie());
  ASSERT_TRUE(stream->Write("abc", 3).ok());
  EXPECT_EQ(stream->Tell().ValueOrDie(), 3);
  ASSERT_TRUE(stream->Close().ok());
  EXPECT_TRUE(stream->closed());
  EXPECT_TRUE(stream->Close().ok());
  EXPECT_FALSE(stream->Write("d", 1).ok());
  EXPECT_EQ(env_->ReadFile(Path("f")).ValueOrDie(), "abc");
}

}  // namespace
}  // namespace firesteel
