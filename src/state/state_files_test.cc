#include "state/state_files.h"

#include "checkpoint/failing_env.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr StateFileKind kDelta = StateFileKind::kDelta;
constexpr StateFileKind kSnapshot = StateFileKind::kSnapshot;

TEST(StateFilesTest, ListsOnlyStateFiles) {
  TestDirectory directory;
  for (const char* name : {"1.delta", "2.delta", "2.snapshot", "10.delta", ".3.delta.crc",
                           ".3.delta.0b1e.TID3.tmp", "3.delta.crc", "x.delta", "04.delta", "5.zip",
                           "_metadata", ".delta", "6"}) {
    directory.Write(name, "x");
  }
  const StateFiles files = *StateFiles::List(Env::Posix(), directory.path());
  EXPECT_TRUE(files.Contains({1, kDelta}));
  EXPECT_TRUE(files.Contains({10, kDelta}));
  EXPECT_TRUE(files.Contains({2, kSnapshot}));
  EXPECT_EQ(files.Superseded(2).size(), 1u);
  for (int64_t version : {0, 3, 4, 5, 6}) EXPECT_FALSE(files.Contains({version, kDelta}));
}

TEST(StateFilesTest, MissingDirectoryIsEmpty) {
  EXPECT_THAT(StateFiles::List(Env::Posix(), "/nowhere/at/all")->SnapshotsUpTo(100), IsEmpty());
}

TEST(StateFilesTest, SnapshotsNewestFirst) {
  StateFiles files;
  for (int64_t version : {3, 6, 9}) files.Add({version, kSnapshot});
  EXPECT_THAT(files.SnapshotsUpTo(8), ElementsAre(6, 3));
  EXPECT_THAT(files.SnapshotsUpTo(9), ElementsAre(9, 6, 3));
  EXPECT_THAT(files.SnapshotsUpTo(2), IsEmpty());
  files.Remove({6, kSnapshot});
  EXPECT_THAT(files.SnapshotsUpTo(8), ElementsAre(3));
}

TEST(StateFilesTest, SupersededIsWhatIsOlderThanTheSnapshotBefore) {
  StateFiles files;
  for (int64_t version = 1; version <= 9; ++version) files.Add({version, kDelta});
  for (int64_t version : {3, 6, 9}) files.Add({version, kSnapshot});
  EXPECT_THAT(files.Superseded(2), IsEmpty());
  const std::vector<StateFiles::File> superseded = files.Superseded(8);
  ASSERT_EQ(superseded.size(), 6u);  // the deltas 1 to 5 and the snapshot 3; 6.delta stays
  EXPECT_EQ(superseded.back().version, 5);
}

}  // namespace
}  // namespace firesteel
