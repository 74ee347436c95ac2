#include "state/versioned_map.h"

#include <limits>
#include <map>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "state/state_record.h"
#include "state/state_test_rows.h"

namespace firesteel {
namespace {

using testing::UnorderedElementsAre;
using Model = std::map<std::string, std::string>;

class VersionedMapTest : public testing::Test {
 protected:
  static UnsafeRowShape KeyShape() {
    return UnsafeRowShape(Schema().Add("a", TypeId::kLong).Add("b", TypeId::kLong));
  }

  static Model Content(const VersionedMap& map) {
    Model content;
    EXPECT_TRUE(map.Scan([&](std::string_view key, std::string_view value) {
                     EXPECT_TRUE(content.emplace(key, value).second);
                     return Result<bool>(true);
                   }).ok());
    EXPECT_EQ(static_cast<int64_t>(content.size()), map.keys());
    return content;
  }

  static void Put(VersionedMap* map, const std::string& key, const std::string& value) {
    ASSERT_TRUE(map->PutBatch(Rows({key}), Rows({value})).ok());
  }
  static void Remove(VersionedMap* map, const std::string& key) {
    ASSERT_TRUE(map->RemoveBatch(Rows({key})).ok());
  }

  // The framed records, one string each.
  static std::vector<std::string> Split(std::string_view plain) {
    std::vector<std::string> records;
    while (!plain.empty()) {
      const int32_t key = ReadBigEndian(plain.data());
      const int32_t value = ReadBigEndian(plain.data() + 4 + key);
      const size_t size = 8 + static_cast<size_t>(key) + static_cast<size_t>(std::max(value, 0));
      records.emplace_back(plain.substr(0, size));
      plain.remove_prefix(size);
    }
    return records;
  }
  static std::vector<std::string> Delta(VersionedMap* map) {
    std::string plain;
    size_t position = 0;
    while (map->NextDeltaPiece(&position, &plain)) {
    }
    return Split(plain);
  }
  static std::string PutRecord(std::string_view key, std::string_view value) {
    std::string record;
    AppendPut(key, value, &record);
    return record;
  }
  static std::string RemovalRecord(std::string_view key) {
    std::string record;
    AppendRemoval(key, &record);
    return record;
  }
  static Model Apply(Model model, const std::vector<std::string>& records) {
    for (const std::string& record : records) {
      const size_t key_size = static_cast<size_t>(ReadBigEndian(record.data()));
      const std::string key = record.substr(4, key_size);
      if (ReadBigEndian(record.data() + 4 + key_size) == kRemoved) {
        EXPECT_EQ(model.erase(key), 1u) << "removes a key that is not there";
      } else {
        model[key] = record.substr(8 + key_size);
      }
    }
    return model;
  }

  // Makes random changes to the map and the model.
  void Change(VersionedMap* map, Model* model, int changes) {
    for (int i = 0; i < changes; ++i) {
      const std::string key = LongRow({Random(40), Random(40)});
      if (Random(3) == 0) {
        Remove(map, key);
        model->erase(key);
      } else {
        const std::string value(8 * Random(30), static_cast<char>('a' + i % 26));
        Put(map, key, value);
        (*model)[key] = value;
      }
    }
  }

  int64_t Random(int64_t limit) { return static_cast<int64_t>(random_() % limit); }

  std::mt19937 random_{5};
};

TEST_F(VersionedMapTest, BatchesLargerThanAGroup) {
  VersionedMap map(KeyShape(), 0);
  EncodedRows keys;
  EncodedRows values;
  for (int64_t i = 0; i < 1000; ++i) {
    keys.Append(LongRow({i, i}));
    values.Append(LongRow({i * 7}));
  }
  ASSERT_TRUE(map.PutBatch(keys, values).ok());
  keys.Append(LongRow({5000, 0}));
  std::vector<std::optional<std::string_view>> found;
  map.GetBatch(keys, &found);
  ASSERT_EQ(found.size(), 1001u);
  for (int64_t i = 0; i < 1000; ++i) EXPECT_EQ(LongOf(*found[i]), i * 7);
  EXPECT_EQ(found[1000], std::nullopt);
}

TEST_F(VersionedMapTest, LaterRowsOfABatchWin) {
  VersionedMap map(KeyShape(), 0);
  const std::string key = LongRow({1, 1});
  ASSERT_TRUE(map.PutBatch(Rows({key, key}), Rows({"first", "second"})).ok());
  EXPECT_EQ(Content(map)[key], "second");
  EXPECT_THAT(Delta(&map), UnorderedElementsAre(PutRecord(key, "second")));
}

TEST_F(VersionedMapTest, UnequalNumbersOfKeysAndValuesAreABug) {
  VersionedMap map(KeyShape(), 0);
  EXPECT_EQ(ErrorCondition(map.PutBatch(Rows({"a"}), Rows({}))), "INTERNAL_ERROR");
}

TEST_F(VersionedMapTest, DeltaNamesTheLastValuePerKey) {
  VersionedMap map(KeyShape(), 0);
  Put(&map, "changed", "0");
  Put(&map, "removed", "0");
  Put(&map, "put again", "0");
  Put(&map, "removed again", "0");
  Put(&map, "untouched", "0");
  Delta(&map);
  map.KeepVersion();

  Put(&map, "changed", "1");
  Put(&map, "changed", "a longer value");
  Remove(&map, "removed");
  Remove(&map, "put again");
  Put(&map, "put again", "2");
  Put(&map, "put again", "3");
  Remove(&map, "removed again");
  Put(&map, "removed again", "4");
  Remove(&map, "removed again");
  Put(&map, "new", "5");
  Put(&map, "new and gone", "6");
  Remove(&map, "new and gone");
  Remove(&map, "never there");
  EXPECT_THAT(Delta(&map),
              UnorderedElementsAre(PutRecord("changed", "a longer value"), RemovalRecord("removed"),
                                   PutRecord("put again", "3"), RemovalRecord("removed again"),
                                   PutRecord("new", "5")));
  map.KeepVersion();
  EXPECT_THAT(Delta(&map), UnorderedElementsAre());
}

TEST_F(VersionedMapTest, RollsBackWhatIsNotKept) {
  VersionedMap map(KeyShape(), 1);
  Model model;
  for (int round = 0; round < 50; ++round) {
    Model discarded = model;
    Change(&map, &discarded, 200);
    if (round % 2 == 0) Delta(&map);  // as after a failed commit
    ASSERT_TRUE(map.RollBack().ok());
    ASSERT_EQ(Content(map), model);
    Change(&map, &model, 50);
    Delta(&map);
    map.KeepVersion();
    ASSERT_EQ(Content(map), model);
  }
}

TEST_F(VersionedMapTest, RollsBackTheLastVersionKept) {
  VersionedMap map(KeyShape(), 0);
  EXPECT_FALSE(map.CanRollBackKept());
  Model model;
  for (int round = 0; round < 50; ++round) {
    Change(&map, &model, 100);
    Delta(&map);
    map.KeepVersion();
    Model replaced = model;
    Change(&map, &replaced, 100);
    Delta(&map);
    map.KeepVersion();
    ASSERT_TRUE(map.CanRollBackKept());
    ASSERT_TRUE(map.RollBackKept().ok());
    EXPECT_FALSE(map.CanRollBackKept());
    ASSERT_EQ(Content(map), model);
    // What follows gives a right delta again.
    const Model before = model;
    Change(&map, &model, 100);
    ASSERT_EQ(Apply(before, Delta(&map)), model);
    map.KeepVersion();
  }
}

TEST_F(VersionedMapTest, DeltasRebuildTheState) {
  VersionedMap map(KeyShape(), 1);
  Model model;
  Model rebuilt;
  for (int round = 0; round < 100; ++round) {
    Change(&map, &model, 100);
    rebuilt = Apply(rebuilt, Delta(&map));
    map.KeepVersion();
    ASSERT_EQ(rebuilt, model);
  }
}

TEST_F(VersionedMapTest, LoadedRecordsAreNoChanges) {
  VersionedMap map(KeyShape(), 0);
  const std::string a = LongRow({1, 1});
  const std::string b = LongRow({2, 2});
  ASSERT_TRUE(map.Load({{a, "1"}, {b, "2"}, {a, std::nullopt}, {b, "3"}}).ok());
  EXPECT_EQ(Content(map), (Model{{b, "3"}}));
  EXPECT_THAT(Delta(&map), UnorderedElementsAre());
}

TEST_F(VersionedMapTest, SnapshotIsThatOfItsBeginning) {
  VersionedMap map(KeyShape(), 0);
  Model model;
  for (int round = 0; round < 60; ++round) {
    Change(&map, &model, 300);
    EXPECT_FALSE(map.BeginSnapshot());
    Delta(&map);
    map.KeepVersion();
    ASSERT_TRUE(map.BeginSnapshot());
    EXPECT_FALSE(map.BeginSnapshot());
    const Model expected = model;
    // Change, keep and roll back before the first piece is read; a small map is one piece.
    Change(&map, &model, 100);
    Delta(&map);
    map.KeepVersion();
    Model discarded = model;
    Change(&map, &discarded, 100);
    ASSERT_TRUE(map.RollBack().ok());
    std::string plain;
    while (map.NextSnapshotPiece(&plain)) {
    }
    for (const std::string& piece : map.EndSnapshot()) plain += piece;
    const std::vector<std::string> records = Split(plain);
    ASSERT_EQ(records.size(), expected.size());
    ASSERT_EQ(Apply({}, records), expected);
    Delta(&map);
    map.KeepVersion();
    ASSERT_EQ(Content(map), model);
  }
}

// Many pieces, with changes and roll backs between them, ahead of and behind the walk.
TEST_F(VersionedMapTest, SnapshotOfABigMapStaysConsistent) {
  VersionedMap map(KeyShape(), 1);
  Model model;
  EncodedRows keys;
  EncodedRows values;
  for (int64_t i = 0; i < 60000; ++i) {
    keys.Append(LongRow({i % 100, i}));
    values.Append(std::string(static_cast<size_t>(8 * (i % 9)), 'v'));
    model[LongRow({i % 100, i})] = std::string(static_cast<size_t>(8 * (i % 9)), 'v');
  }
  ASSERT_TRUE(map.PutBatch(keys, values).ok());
  Delta(&map);
  map.KeepVersion();
  ASSERT_TRUE(map.BeginSnapshot());
  const Model expected = model;
  std::string all;
  std::string plain;
  int pieces = 0;
  bool more = true;
  while (more) {
    ++pieces;
    for (int i = 0; i < 500; ++i) {
      const int64_t number = Random(70000);
      const std::string key = LongRow({number % 100, number});
      if (Random(2) == 0) {
        Remove(&map, key);
      } else {
        Put(&map, key, std::string(8 * Random(12), 'w'));
      }
    }
    if (pieces % 3 == 0) {
      ASSERT_TRUE(map.RollBack().ok());
    } else if (pieces % 3 == 1) {
      Delta(&map);
      map.KeepVersion();
    }
    plain.clear();
    more = map.NextSnapshotPiece(&plain);
    all += plain;
  }
  EXPECT_GT(pieces, 7);
  for (const std::string& piece : map.EndSnapshot()) all += piece;
  const std::vector<std::string> records = Split(all);
  EXPECT_EQ(records.size(), expected.size());
  EXPECT_TRUE(Apply({}, records) == expected);
}

TEST_F(VersionedMapTest, PrefixScanFollowsEveryChange) {
  VersionedMap map(KeyShape(), 1);
  Model model;
  for (int round = 0; round < 20; ++round) {
    Change(&map, &model, 200);
    if (round % 3 == 2) {
      ASSERT_TRUE(map.RollBack().ok());
      model = Content(map);
    } else {
      Delta(&map);
      map.KeepVersion();
    }
    for (int64_t prefix = 0; prefix < 40; ++prefix) {
      Model expected;
      for (const auto& entry : model) {
        if (LongOf(entry.first) == prefix) expected.insert(entry);
      }
      Model found;
      ASSERT_TRUE(map.PrefixScan(LongRow({prefix}), [&](std::string_view key,
                                                        std::string_view value) {
                       found.emplace(key, value);
                       return Result<bool>(true);
                     }).ok());
      ASSERT_EQ(found, expected);
    }
  }
}

TEST_F(VersionedMapTest, PrefixScanNeedsAnIndex) {
  VersionedMap map(KeyShape(), 0);
  EXPECT_TRUE(map.PrefixScan(LongRow({1}), [](std::string_view, std::string_view) {
                   return Result<bool>(true);
                 }).IsNotImplemented());
}

TEST_F(VersionedMapTest, KeyThatIsNoRowIsRefusedByAnIndexAndLeavesNothing) {
  VersionedMap map(KeyShape(), 1);
  EXPECT_EQ(ErrorCondition(map.PutBatch(Rows({"short"}), Rows({"v"}))), "STATE_STORE_INVALID_ROW");
  EXPECT_EQ(map.keys(), 0);
}

// The time of these entries: the length of the value, or nothing for an empty one.
std::optional<int64_t> LengthAsTime(std::string_view /*key*/, std::string_view value) {
  return value.empty() ? std::nullopt : std::optional<int64_t>(value.size());
}

TEST_F(VersionedMapTest, FindUpToFollowsEveryChange) {
  VersionedMap map(KeyShape(), 0, &LengthAsTime);
  Model model;
  Model before;
  for (int round = 0; round < 60; ++round) {
    const Model kept = model;
    Change(&map, &model, 200);
    const auto bound = static_cast<size_t>(Random(2) == 0 ? round * 4 : 8 * Random(30));
    Model expected;
    for (const auto& entry : model) {
      if (!entry.second.empty() && entry.second.size() <= bound) expected.insert(entry);
    }
    std::vector<StateEntry> entries;
    ASSERT_TRUE(map.FindUpTo(static_cast<int64_t>(bound), &entries).ok());
    Model found;
    for (const StateEntry& entry : entries) {
      EXPECT_TRUE(found.emplace(entry.key, entry.value).second) << "an entry came twice";
    }
    ASSERT_EQ(found, expected);
    if (round % 4 == 0) {
      for (const auto& entry : found) Remove(&map, entry.first);
    } else if (round % 4 == 2) {
      ASSERT_TRUE(map.RemoveFound(entries).ok());
    }
    for (const auto& entry : round % 2 == 0 ? found : Model()) model.erase(entry.first);
    if (round % 5 == 4) {
      ASSERT_TRUE(map.RollBack().ok());
      model = kept;
      continue;
    }
    Delta(&map);
    map.KeepVersion();
    before = kept;
    if (round % 7 == 6 && map.CanRollBackKept()) {
      ASSERT_TRUE(map.RollBackKept().ok());
      model = before;
    }
  }
  ASSERT_EQ(Content(map), model);
}

TEST_F(VersionedMapTest, TheWayBackTakesLittleMemory) {
  VersionedMap map(KeyShape(), 0);
  Model model;
  for (int round = 0; round < 3; ++round) {
    EncodedRows keys;
    EncodedRows values;
    for (int64_t i = 0; i < 50000; ++i) {
      keys.Append(LongRow({i, 0}));
      values.Append(LongRow({i + round}));
    }
    ASSERT_TRUE(map.PutBatch(keys, values).ok());
    Delta(&map);
    map.KeepVersion();
    EXPECT_FALSE(map.CanRollBackKept());
    EXPECT_LT(map.memory_bytes(), 50000 * 90);
  }
  Put(&map, LongRow({1, 0}), LongRow({7}));
  Delta(&map);
  map.KeepVersion();
  EXPECT_TRUE(map.CanRollBackKept());
}

TEST_F(VersionedMapTest, IndexOfTimesDoesNotGrowWithChanges) {
  VersionedMap map(KeyShape(), 0, &LengthAsTime);
  Model model;
  for (int round = 0; round < 20; ++round) {
    Change(&map, &model, 5000);
    Delta(&map);
    map.KeepVersion();
  }
  // 1,600 keys; of each change that gave one another time an entry of 16 bytes is left.
  EXPECT_LT(map.memory_bytes(), 1600 * 1000);
}

TEST_F(VersionedMapTest, FindUpToNeedsTimes) {
  VersionedMap map(KeyShape(), 0);
  std::vector<StateEntry> entries;
  EXPECT_TRUE(map.FindUpTo(1, &entries).IsNotImplemented());
}

TEST_F(VersionedMapTest, FoundEntriesAreOverwrittenAndRemoved) {
  VersionedMap map(KeyShape(), 1);
  const auto key = [](int64_t i) { return LongRow({i % 7, i}); };
  for (int64_t i = 0; i < 300; ++i) Put(&map, key(i), LongRow({i}));
  Delta(&map);
  map.KeepVersion();
  const Model before = Content(map);
  EncodedRows keys;
  EncodedRows values;
  Model expected = before;
  for (int64_t i = 100; i < 300; ++i) {
    keys.Append(key(i));
    values.Append(LongRow({-i}));
    expected[key(i)] = LongRow({-i});
  }
  std::vector<StateEntry> found;
  map.FindBatch(keys, 0, &found);
  for (int64_t i = 0; i < 200; ++i) {
    ASSERT_NE(found[i].ref, 0u);
    EXPECT_EQ(found[i].key, key(i + 100));
    EXPECT_EQ(LongOf(found[i].value), i + 100);
  }
  ASSERT_TRUE(map.OverwriteFound(found, values).ok());
  EXPECT_EQ(Content(map), expected);
  // Other entries may be put before these are removed.
  for (int64_t i = 300; i < 900; ++i) Put(&map, key(i), LongRow({i}));
  found.resize(150);
  ASSERT_TRUE(map.RemoveFound(found).ok());
  for (int64_t i = 100; i < 250; ++i) expected.erase(key(i));
  for (int64_t i = 300; i < 900; ++i) expected[key(i)] = LongRow({i});
  EXPECT_EQ(Content(map), expected);
  EXPECT_EQ(Apply(before, Delta(&map)), expected);
  ASSERT_TRUE(map.RollBack().ok());
  EXPECT_EQ(Content(map), before);
}

TEST_F(VersionedMapTest, MissingEntriesAreNotFound) {
  VersionedMap map(KeyShape(), 0);
  Put(&map, LongRow({1, 1}), LongRow({5}));
  std::vector<StateEntry> found;
  map.FindBatch(Rows({LongRow({1, 2}), LongRow({1, 1})}), 0, &found);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].ref, 0u);
  EXPECT_EQ(LongOf(found[1].value), 5);
}

TEST_F(VersionedMapTest, FoundEntriesArePut) {
  VersionedMap map(KeyShape(), 0, [](std::string_view, std::string_view value) {
    return std::optional<int64_t>(LongOf(value));
  });
  const auto key = [](int64_t i) { return LongRow({1, i}); };
  Model before;
  for (int64_t i = 0; i < 500; ++i) Put(&map, key(i), before[key(i)] = LongRow({i}));
  Delta(&map);
  map.KeepVersion();
  // Keys that are there and new ones; values of the old size and of another.
  EncodedRows keys;
  EncodedRows values;
  Model expected = before;
  for (int64_t i = 300; i < 1200; ++i) {
    keys.Append(key(i));
    values.Append(expected[key(i)] = i % 3 == 0 ? LongRow({-i, i}) : LongRow({-i}));
  }
  std::vector<StateEntry> entries;
  map.FindBatch(keys, 0, &entries);
  entries.resize(400);
  map.FindBatch(keys, 400, &entries);
  ASSERT_TRUE(map.PutFound(entries, keys, values).ok());
  EXPECT_EQ(Content(map), expected);
  std::vector<StateEntry> due;
  ASSERT_TRUE(map.FindUpTo(-300, &due).ok());
  EXPECT_EQ(due.size(), 900u);
  EXPECT_EQ(Apply(before, Delta(&map)), expected);
  ASSERT_TRUE(map.RollBack().ok());
  EXPECT_EQ(Content(map), before);
  EXPECT_FALSE(map.PutFound(due, keys, EncodedRows()).ok());
}

TEST_F(VersionedMapTest, OverwritingNeverChangesSizes) {
  VersionedMap map(KeyShape(), 0);
  Put(&map, LongRow({1, 1}), LongRow({5}));
  std::vector<StateEntry> found;
  map.FindBatch(Rows({LongRow({1, 1})}), 0, &found);
  EXPECT_FALSE(map.OverwriteFound(found, Rows({LongRow({5, 6})})).ok());
  EXPECT_FALSE(map.OverwriteFound(found, EncodedRows()).ok());
  EXPECT_THAT(Content(map), UnorderedElementsAre(testing::Pair(LongRow({1, 1}), LongRow({5}))));
}

TEST_F(VersionedMapTest, Increments) {
  VersionedMap map(KeyShape(), 0);
  const std::string a = LongRow({1, 1});
  const std::string b = LongRow({2, 2});
  std::vector<int64_t> before;
  ASSERT_TRUE(map.IncrementBatch(Rows({a, b, a, a}), &before).ok());
  EXPECT_THAT(before, testing::ElementsAre(0, 0, 1, 2));
  const std::vector<std::string> delta = Delta(&map);
  EXPECT_THAT(delta, UnorderedElementsAre(PutRecord(a, LongRow({3})), PutRecord(b, LongRow({1}))));
  map.KeepVersion();
  ASSERT_TRUE(map.IncrementBatch(Rows({b}), &before).ok());
  EXPECT_THAT(before, testing::ElementsAre(1));
  EXPECT_THAT(Content(map),
              UnorderedElementsAre(testing::Pair(a, LongRow({3})), testing::Pair(b, LongRow({2}))));
  ASSERT_TRUE(map.RollBack().ok());
  EXPECT_THAT(Content(map),
              UnorderedElementsAre(testing::Pair(a, LongRow({3})), testing::Pair(b, LongRow({1}))));
}

TEST_F(VersionedMapTest, OnlyNumbersAreIncremented) {
  VersionedMap map(KeyShape(), 0);
  std::vector<int64_t> before;
  for (const std::string& value :
       {LongRow({1, 2}), std::string(), LongRow({std::numeric_limits<int64_t>::max()})}) {
    Put(&map, LongRow({1, 1}), value);
    EXPECT_FALSE(map.IncrementBatch(Rows({LongRow({1, 1})}), &before).ok());
  }
}

TEST_F(VersionedMapTest, ScanStopsWhenToldOrFailing) {
  VersionedMap map(KeyShape(), 0);
  for (int64_t i = 0; i < 10; ++i) Put(&map, LongRow({i, i}), "v");
  int seen = 0;
  ASSERT_TRUE(map.Scan([&](std::string_view, std::string_view) {
                   return Result<bool>(++seen < 3);
                 }).ok());
  EXPECT_EQ(seen, 3);
  EXPECT_TRUE(map.Scan([](std::string_view, std::string_view) -> Result<bool> {
                   return Status::Cancelled("enough");
                 }).IsCancelled());
}

TEST_F(VersionedMapTest, MemoryComesBackAfterRemovals) {
  VersionedMap map(KeyShape(), 0);
  EncodedRows keys;
  EncodedRows values;
  for (int64_t i = 0; i < 100000; ++i) {
    keys.Append(LongRow({i, i}));
    values.Append(LongRow({i}));
  }
  ASSERT_TRUE(map.PutBatch(keys, values).ok());
  Delta(&map);
  map.KeepVersion();
  const int64_t full = map.memory_bytes();
  EXPECT_LT(full, 100000 * (24 + 16) * 4);
  ASSERT_TRUE(map.RemoveBatch(keys).ok());
  for (int i = 0; i < 4; ++i) {
    Delta(&map);
    map.KeepVersion();
  }
  EXPECT_LT(map.memory_bytes(), full / 4);
}

}  // namespace
}  // namespace firesteel
