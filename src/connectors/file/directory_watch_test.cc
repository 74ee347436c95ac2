#include "connectors/file/directory_watch.h"

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "gtest/gtest.h"

namespace firesteel {
namespace {

namespace fs = std::filesystem;

/// A directory and a watch that counts what it tells.
class DirectoryWatchTest : public ::testing::Test {
 protected:
  DirectoryWatchTest() {
    std::string name = fs::temp_directory_path() / "firesteel-watch-XXXXXX";
    root_ = mkdtemp(name.data());
    watch_ = DirectoryWatch::Make([this] {
      const std::lock_guard lock(mutex_);
      ++told_;
      changed_.notify_all();
    });
  }
  ~DirectoryWatchTest() override {
    watch_->Stop();
    fs::remove_all(root_);
  }

  void Write(const std::string& name) { std::ofstream(root_ + "/" + name) << "x"; }

  /// Waits until it was told something since the last call.
  bool Told() {
    std::unique_lock lock(mutex_);
    const bool told = changed_.wait_for(lock, std::chrono::seconds(30),
                                        [this] { return told_ > 0; });
    told_ = 0;
    return told;
  }
  int told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }

  std::string root_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int told_ = 0;
  std::unique_ptr<DirectoryWatch> watch_;
};

TEST_F(DirectoryWatchTest, TellsOfAFileThatIsWritten) {
  ASSERT_NE(watch_, nullptr);
  EXPECT_TRUE(watch_->Add(root_));
  EXPECT_FALSE(watch_->Add(root_)) << "it is watched already";
  Write("written");
  EXPECT_TRUE(Told());
}

TEST_F(DirectoryWatchTest, TellsOfAFileThatIsMovedIn) {
  fs::create_directory(root_ + "/elsewhere");
  Write("elsewhere/file");
  watch_->Add(root_);
  fs::rename(root_ + "/elsewhere/file", root_ + "/file");
  EXPECT_TRUE(Told());
}

TEST_F(DirectoryWatchTest, TellsOfANewDirectory) {
  watch_->Add(root_);
  fs::create_directory(root_ + "/below");
  EXPECT_TRUE(Told());
}

TEST_F(DirectoryWatchTest, WatchesADirectoryThatComesInThePlaceOfAnother) {
  fs::create_directory(root_ + "/in");
  EXPECT_TRUE(watch_->Add(root_ + "/in"));
  fs::rename(root_ + "/in", root_ + "/old");
  EXPECT_TRUE(Told());
  fs::create_directory(root_ + "/in");
  EXPECT_TRUE(watch_->Add(root_ + "/in"));
  fs::remove_all(root_ + "/in");
  EXPECT_TRUE(Told());
  fs::create_directory(root_ + "/in");
  EXPECT_TRUE(watch_->Add(root_ + "/in"));
}

TEST_F(DirectoryWatchTest, LooksAtWhatCannotBeWatched) {
  EXPECT_TRUE(watch_->Add(root_ + "/missing"));
  EXPECT_TRUE(Told());
  EXPECT_TRUE(Told());
}

TEST_F(DirectoryWatchTest, SharesADirectoryWithAnotherWatch) {
  const auto other = DirectoryWatch::Make([] {});
  watch_->Add(root_);
  EXPECT_TRUE(other->Add(root_));
  other->Stop();
  Write("file");
  EXPECT_TRUE(Told());
}

TEST_F(DirectoryWatchTest, IsSilentWhenStopped) {
  watch_->Add(root_);
  watch_->Stop();
  watch_->Stop();
  Write("late");
  EXPECT_EQ(told(), 0);
}

}  // namespace
}  // namespace firesteel
