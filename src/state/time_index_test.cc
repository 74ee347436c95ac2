#include "state/time_index.h"

#include <limits>
#include <random>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Entry = TimeIndex::Entry;

TEST(TimeIndexTest, GivesWhatIsDueUntilItIsDropped) {
  TimeIndex index;
  index.Add({30, 3, 0});
  index.Add({10, 1, 0});
  index.Add({20, 2, 0});
  EXPECT_THAT(index.Due(9), IsEmpty());
  EXPECT_THAT(index.Due(20), ElementsAre(Entry{10, 1, 0}, Entry{20, 2, 0}));
  EXPECT_THAT(index.Due(20), ElementsAre(Entry{10, 1, 0}, Entry{20, 2, 0}));
  index.DropDue([](const Entry& entry) { return entry.ref == 1; }, [](const Entry&) {});
  EXPECT_THAT(index.Due(20), ElementsAre(Entry{20, 2, 0}));
  EXPECT_EQ(index.size(), 2);
  index.Clear();
  EXPECT_THAT(index.Due(1000), IsEmpty());
  EXPECT_EQ(index.memory_bytes(), 0);
}

TEST(TimeIndexTest, ManyDueEntriesComeInTheOrderOfTheirRefs) {
  std::mt19937 random(7);
  for (const uint32_t greatest : {0xffffffffu, 0x00ffffffu, 700u}) {
    TimeIndex index;
    std::vector<uint32_t> refs;
    for (int i = 0; i < 5000; ++i) {
      refs.push_back(random() % greatest);
      index.Add({i, refs.back(), static_cast<uint32_t>(i)});
    }
    const std::vector<Entry> due = index.Due(5000);
    ASSERT_EQ(due.size(), refs.size());
    for (const Entry& entry : due) EXPECT_EQ(entry.ref, refs[entry.hash]);
    for (size_t i = 1; i < due.size(); ++i) EXPECT_LE(due[i - 1].ref, due[i].ref);
  }
}

TEST(TimeIndexTest, EntriesBeforeTheBoundAreDueAtOnce) {
  TimeIndex index;
  EXPECT_THAT(index.Due(100), IsEmpty());
  index.Add({50, 1, 0});
  EXPECT_THAT(index.Due(100), ElementsAre(Entry{50, 1, 0}));
  EXPECT_THAT(index.Due(20), ElementsAre(Entry{50, 1, 0})) << "the bound does not go back";
}

TEST(TimeIndexTest, EndsOfTime) {
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  constexpr int64_t kGreatest = std::numeric_limits<int64_t>::max();
  TimeIndex index;
  index.Add({kGreatest, 3, 0});
  index.Add({-1, 2, 0});
  index.Add({kLeast, 1, 0});
  EXPECT_THAT(index.Due(kLeast), ElementsAre(Entry{kLeast, 1, 0}));
  EXPECT_THAT(index.Due(0), ElementsAre(Entry{kLeast, 1, 0}, Entry{-1, 2, 0}));
  EXPECT_EQ(index.Due(kGreatest).size(), 3u);
}

TEST(TimeIndexTest, RandomTimesAndBoundsAgreeWithASet) {
  std::mt19937_64 random(7);
  for (const int64_t range : {int64_t{50}, int64_t{100000}, int64_t{1} << 60}) {
    TimeIndex index;
    std::multiset<int64_t> model;
    int64_t bound = -range / 2;
    for (RecordRef ref = 1; ref <= 5000; ++ref) {
      const int64_t time = bound - range / 20 + static_cast<int64_t>(random() % range);
      index.Add({time, ref, 0});
      model.insert(time);
      if (random() % 50 != 0) continue;
      bound += static_cast<int64_t>(random() % (range / 40 + 1));
      std::multiset<int64_t> due;
      for (const Entry& entry : index.Due(bound)) due.insert(entry.time);
      ASSERT_EQ(due, std::multiset<int64_t>(model.begin(), model.upper_bound(bound)));
      index.DropDue([](const Entry&) { return true; }, [](const Entry&) {});
      model.erase(model.begin(), model.upper_bound(bound));
      ASSERT_EQ(index.size(), static_cast<int64_t>(model.size()));
    }
  }
}

}  // namespace
}  // namespace firesteel
