#include "state/record_arena.h"

#include <map>
#include <random>
#include <string>

#include "gtest/gtest.h"

namespace firesteel {
namespace {

RecordRef Add(RecordArena* arena, const std::string& key, const std::string& value) {
  const RecordRef ref = arena->Allocate(static_cast<uint32_t>(key.size()),
                                        static_cast<uint32_t>(value.size()));
  EXPECT_NE(ref, 0u);
  key.copy(arena->MutableKey(ref), key.size());
  value.copy(arena->MutableValue(ref), value.size());
  return ref;
}

std::map<RecordRef, std::string> Walk(const RecordArena& arena) {
  std::map<RecordRef, std::string> found;
  RecordRef position = 0;
  for (RecordRef ref = arena.Next(&position, arena.End()); ref != 0;
       ref = arena.Next(&position, arena.End())) {
    const auto [entry, fresh] =
        found.emplace(ref, std::string(arena.Key(ref)) + "=" + std::string(arena.Value(ref)));
    EXPECT_TRUE(fresh);
  }
  return found;
}

TEST(RecordArenaTest, KeepsKeysAndValues) {
  RecordArena arena;
  const RecordRef empty = Add(&arena, "", "");
  const RecordRef text = Add(&arena, "key", "a longer value");
  EXPECT_EQ(arena.Key(empty), "");
  EXPECT_EQ(arena.Value(empty), "");
  EXPECT_EQ(arena.Key(text), "key");
  EXPECT_EQ(arena.Value(text), "a longer value");
}

TEST(RecordArenaTest, MarksAreSeparateFromSizes) {
  RecordArena arena;
  const RecordRef ref = Add(&arena, "key", "value");
  EXPECT_FALSE(arena.IsMarked(ref));
  arena.SetMark(ref, true);
  EXPECT_TRUE(arena.IsMarked(ref));
  EXPECT_EQ(arena.Key(ref), "key");
  EXPECT_EQ(Walk(arena).size(), 1u);
  arena.SetMark(ref, false);
  EXPECT_FALSE(arena.IsMarked(ref));
  arena.SetMark(ref, true);
  arena.Free(ref);
  EXPECT_FALSE(arena.IsMarked(Add(&arena, "yek", "eulav")));
}

TEST(RecordArenaTest, FreedBlockIsUsedAgainForTheSameSize) {
  RecordArena arena;
  const RecordRef first = Add(&arena, "11111111", "22222222");
  Add(&arena, "x", "y");
  arena.Free(first);
  EXPECT_EQ(Add(&arena, "33333333", "4444444"), first);
  EXPECT_NE(Add(&arena, "33333333", "44444444"), first);
}

TEST(RecordArenaTest, SmallArenaIsSmall) {
  RecordArena arena;
  Add(&arena, "key", "value");
  EXPECT_LE(arena.allocated_bytes(), 4096);
}

TEST(RecordArenaTest, BigRecordsAreGivenBack) {
  RecordArena arena;
  const std::string big(3'000'000, 'b');
  const RecordRef first = Add(&arena, "k", big);
  const RecordRef small = Add(&arena, "s", "t");
  const RecordRef second = Add(&arena, "k2", big);
  EXPECT_EQ(arena.Value(first), big);
  EXPECT_EQ(Walk(arena).size(), 3u);
  arena.Free(first);
  EXPECT_LT(arena.allocated_bytes(), 3'000'000 + 2'000'000);
  EXPECT_EQ(Walk(arena).size(), 2u);
  // The numbers that became free are used again, whole or in part.
  const RecordRef third = Add(&arena, "k3", std::string(1'500'000, 'c'));
  EXPECT_EQ(third, first);
  arena.Free(second);
  arena.Free(third);
  arena.Free(small);
  EXPECT_TRUE(Walk(arena).empty());
}

TEST(RecordArenaTest, EmptyChunksAreGivenBackUnlessKept) {
  RecordArena arena;
  std::vector<RecordRef> refs;
  for (int i = 0; i < 100000; ++i) refs.push_back(Add(&arena, "12345678", "12345678"));
  const int64_t full = arena.allocated_bytes();
  EXPECT_GT(full, 2'000'000);
  arena.KeepChunks(true);
  for (const RecordRef ref : refs) arena.Free(ref);
  EXPECT_EQ(arena.allocated_bytes(), full);
  EXPECT_TRUE(Walk(arena).empty());
  arena.KeepChunks(false);
  EXPECT_LE(arena.allocated_bytes(), 1 << 20);
  EXPECT_EQ(arena.used_bytes(), 0);
}

TEST(RecordArenaTest, SparseChunksAreOfferedUntilTheArenaIsDense) {
  RecordArena arena;
  std::vector<RecordRef> refs;
  for (int i = 0; i < 200000; ++i) refs.push_back(Add(&arena, "12345678", "12345678"));
  EXPECT_EQ(arena.SparseChunk(), -1);
  int64_t left = 0;
  for (size_t i = 0; i < refs.size(); ++i) {
    if (i % 8 == 0) {
      ++left;
    } else {
      arena.Free(refs[i]);
    }
  }
  int rounds = 0;
  for (int chunk = arena.SparseChunk(); chunk >= 0; chunk = arena.SparseChunk()) {
    ASSERT_LT(++rounds, 100);
    for (const RecordRef ref : arena.Evacuate(chunk)) {
      Add(&arena, std::string(arena.Key(ref)), std::string(arena.Value(ref)));
      arena.Free(ref);
    }
  }
  EXPECT_GE(rounds, 2);
  EXPECT_EQ(static_cast<int64_t>(Walk(arena).size()), left);
  EXPECT_LT(arena.allocated_bytes(), 4 * arena.used_bytes());
}

// All sizes, in random order, against a model.
TEST(RecordArenaTest, RandomUseKeepsEveryRecord) {
  std::mt19937 random(7);
  RecordArena arena;
  std::map<RecordRef, std::string> model;
  for (int step = 0; step < 20000; ++step) {
    if (step % 7000 == 2000) arena.KeepChunks(true);
    if (step % 7000 == 5000) arena.KeepChunks(false);
    const bool grow = step % 7000 < 4000 ? random() % 3 != 0 : random() % 5 == 0;
    if (model.empty() || grow) {
      const size_t limit = random() % 200 == 0 ? 300000 : random() % 10 == 0 ? 3000 : 60;
      const std::string key(random() % 20, static_cast<char>('a' + step % 26));
      const std::string value(random() % limit, static_cast<char>('A' + step % 26));
      const RecordRef ref = Add(&arena, key, value);
      ASSERT_TRUE(model.emplace(ref, key + "=" + value).second);
    } else {
      auto victim = model.lower_bound(static_cast<RecordRef>(random()) % arena.End());
      if (victim == model.end()) victim = model.begin();
      arena.Free(victim->first);
      model.erase(victim);
    }
  }
  EXPECT_EQ(Walk(arena), model);
}

}  // namespace
}  // namespace firesteel
