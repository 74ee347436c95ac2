#include "state/byte_map.h"

#include <cstring>
#include <map>
#include <random>
#include <string>
#include <unordered_map>

#include "gtest/gtest.h"

namespace firesteel {
namespace {

std::string Key(uint64_t number) {
  return std::string(reinterpret_cast<const char*>(&number), sizeof(number));
}

TEST(ByteMapTest, HashesOneByOneAndTogetherAlike) {
  const std::string bytes = "aabbbc";
  const int64_t offsets[] = {0, 2, 5, 5, 6};
  uint32_t hashes[4];
  HashStateKeys(bytes.data(), offsets, 4, hashes);
  EXPECT_EQ(hashes[0], HashStateKey("aa"));
  EXPECT_EQ(hashes[1], HashStateKey("bbb"));
  EXPECT_EQ(hashes[2], HashStateKey(""));
  EXPECT_EQ(hashes[3], HashStateKey("c"));
}

TEST(ByteMapTest, CollidingHashesAreToldApartByTheKey) {
  ByteMap map;
  for (int i = 0; i < 100; ++i) ASSERT_NE(map.Insert(Key(i), 42, Key(i + 1)), 0u);
  for (int i = 0; i < 100; i += 2) map.Erase(map.Find(Key(i), 42), 42);
  for (int i = 0; i < 100; ++i) {
    const RecordRef ref = map.Find(Key(i), 42);
    if (i % 2 == 0) {
      EXPECT_EQ(ref, 0u);
    } else {
      ASSERT_NE(ref, 0u);
      EXPECT_EQ(map.arena().Value(ref), Key(i + 1));
    }
  }
}

// Runs at the end of the table go on at its start.
TEST(ByteMapTest, SearchesWrapAround) {
  ByteMap map;
  for (uint64_t i = 0; i < 12; ++i) ASSERT_NE(map.Insert(Key(i), 0xffffffff - i, "x"), 0u);
  for (uint64_t i = 0; i < 12; i += 3) {
    map.Erase(map.Find(Key(i), static_cast<uint32_t>(0xffffffff - i)),
              static_cast<uint32_t>(0xffffffff - i));
  }
  for (uint64_t i = 0; i < 12; ++i) {
    EXPECT_EQ(map.Find(Key(i), static_cast<uint32_t>(0xffffffff - i)) != 0, i % 3 != 0) << i;
  }
}

TEST(ByteMapTest, ReplacingKeepsTheMark) {
  ByteMap map;
  const uint32_t hash = HashStateKey("k");
  RecordRef ref = map.Insert("k", hash, "short");
  map.arena().SetMark(ref, true);
  EXPECT_EQ(map.Replace(ref, hash, "other"), ref);
  ref = map.Replace(ref, hash, std::string(100, 'x'));
  EXPECT_TRUE(map.arena().IsMarked(ref));
  EXPECT_EQ(map.Find("k", hash), ref);
  EXPECT_EQ(map.arena().Value(ref), std::string(100, 'x'));
  EXPECT_EQ(map.size(), 1);
}

TEST(ByteMapTest, CompactingGivesMemoryBackAndTellsOfMoves) {
  ByteMap map;
  constexpr uint64_t kKeys = 100000;
  for (uint64_t i = 0; i < kKeys; ++i) map.Insert(Key(i), HashStateKey(Key(i)), Key(i * 3));
  const int64_t full = map.memory_bytes();
  std::map<RecordRef, uint64_t> kept;
  for (uint64_t i = 0; i < kKeys; ++i) {
    const uint32_t hash = HashStateKey(Key(i));
    const RecordRef ref = map.Find(Key(i), hash);
    if (i % 20 == 0) {
      kept[ref] = i;
    } else {
      map.Erase(ref, hash);
    }
  }
  for (int i = 0; i < 20; ++i) {
    map.Compact([&](RecordRef from, RecordRef to) {
      auto moved = kept.extract(from);
      ASSERT_FALSE(moved.empty());
      moved.key() = to;
      kept.insert(std::move(moved));
    });
  }
  EXPECT_LT(map.memory_bytes(), full / 3);  // the records; the table of slots keeps its size
  EXPECT_EQ(map.size(), static_cast<int64_t>(kKeys / 20));
  for (const auto& [ref, i] : kept) {
    EXPECT_EQ(map.Find(Key(i), HashStateKey(Key(i))), ref);
    EXPECT_EQ(map.arena().Value(ref), Key(i * 3));
  }
}

TEST(ByteMapTest, RandomUseMatchesAStandardMap) {
  std::mt19937 random(11);
  ByteMap map;
  std::unordered_map<std::string, std::string> model;
  for (int step = 0; step < 60000; ++step) {
    const std::string key = Key(random() % 5000);
    const uint32_t hash = HashStateKey(key);
    const RecordRef ref = map.Find(key, hash);
    ASSERT_EQ(ref != 0, model.contains(key));
    const std::string value(random() % 100, static_cast<char>('a' + step % 26));
    if (random() % 3 == 0) {
      if (ref != 0) map.Erase(ref, hash);
      model.erase(key);
    } else if (ref == 0) {
      ASSERT_NE(map.Insert(key, hash, value), 0u);
      model[key] = value;
    } else {
      ASSERT_NE(map.Replace(ref, hash, value), 0u);
      model[key] = value;
    }
    if (step % 1000 == 0) map.Compact(nullptr);
  }
  ASSERT_EQ(map.size(), static_cast<int64_t>(model.size()));
  for (const auto& [key, value] : model) {
    const RecordRef ref = map.Find(key, HashStateKey(key));
    ASSERT_NE(ref, 0u);
    EXPECT_EQ(map.arena().Value(ref), value);
  }
}

}  // namespace
}  // namespace firesteel
