#include "state/memory_state_store.h"

#include "checkpoint/failing_env.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "state/state_test_rows.h"

namespace firesteel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Map = std::map<int64_t, int64_t>;

class MemoryStateStoreTest : public testing::Test {
 protected:
  std::unique_ptr<StateStoreProvider> Provider(StateStoreOptions options = LongOptions()) {
    auto provider = NewMemoryStateStoreProvider(id_, std::move(options), &files_);
    EXPECT_TRUE(provider.ok()) << provider.status().message();
    return std::move(*provider);
  }
  std::unique_ptr<StateStore> Store(StateStoreProvider* provider, int64_t version) {
    auto store = provider->GetStore(version);
    EXPECT_TRUE(store.ok()) << store.status().message();
    return store.ok() ? std::move(*store) : nullptr;
  }
  static void Put(StateStore* store, int64_t key, int64_t value) {
    ASSERT_TRUE(store->PutBatch(LongRows({key}), LongRows({value})).ok());
  }
  // Commits versions up to `last`; version v puts v -> 10 v and 0 -> v.
  void Fill(StateStoreProvider* provider, int64_t last, bool maintain = false) {
    for (int64_t version = 0; version < last; ++version) {
      auto store = Store(provider, version);
      Put(store.get(), version + 1, 10 * (version + 1));
      Put(store.get(), 0, version + 1);
      const Result<int64_t> committed = store->Commit();
      ASSERT_TRUE(committed.ok()) << committed.status().message();
      ASSERT_EQ(*committed, version + 1);
      ASSERT_TRUE(!maintain || provider->DoMaintenance().ok());
    }
  }
  static Map Filled(int64_t version) {
    Map expected;
    for (int64_t v = 1; v <= version; ++v) expected[v] = 10 * v;
    if (version > 0) expected[0] = version;
    return expected;
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    auto listed = Env::Posix()->ListDirectory(id_.Directory());
    if (!listed.ok()) return names;
    for (const FileStatus& file : *listed) {
      names.push_back(file.path.substr(file.path.rfind('/') + 1));
    }
    return names;
  }
  std::string File(const std::string& name) const { return "state/0/2/" + name; }

  TestDirectory directory_;
  FailingEnv env_;
  CheckpointFileManager files_{&env_};
  const StateStoreId id_{.checkpoint_root = directory_.File("state"), .partition = 2};
};

TEST_F(MemoryStateStoreTest, DirectoryOfAStore) {
  EXPECT_EQ((StateStoreId{"/c/state", 3, 7, ""}).Directory(), "/c/state/3/7");
  EXPECT_EQ((StateStoreId{"/c/state", 3, 7, "left-keyToNumValues"}).Directory(),
            "/c/state/3/7/left-keyToNumValues");
}

TEST_F(MemoryStateStoreTest, CommitsAndReadsBack) {
  auto provider = Provider();
  auto store = Store(provider.get(), 0);
  EXPECT_EQ(store->version(), 0);
  ASSERT_TRUE(store->PutBatch(LongRows({1, 2, 3}), LongRows({10, 20, 30})).ok());
  ASSERT_TRUE(store->RemoveBatch(LongRows({2, 9})).ok());
  std::vector<std::optional<std::string_view>> values;
  ASSERT_TRUE(store->GetBatch(LongRows({1, 2, 3, 9}), &values).ok());
  EXPECT_EQ(values[0], LongRow({10}));
  EXPECT_EQ(values[1], std::nullopt);
  EXPECT_EQ(values[3], std::nullopt);
  EXPECT_THAT(Names(), IsEmpty());
  EXPECT_EQ(*store->Commit(), 1);
  EXPECT_THAT(Names(), ElementsAre("1.delta"));
  EXPECT_EQ(Entries(Store(provider.get(), 1).get()), (Map{{1, 10}, {3, 30}}));
  EXPECT_EQ(Entries(Store(Provider().get(), 1).get()), (Map{{1, 10}, {3, 30}}));
}

TEST_F(MemoryStateStoreTest, TimesAreThereAfterLoading) {
  StateStoreOptions options = LongOptions();
  options.time_of = [](std::string_view, std::string_view value) {
    return std::optional<int64_t>(LongOf(value));
  };
  Fill(Provider(options).get(), 5);
  auto provider = Provider(options);
  auto store = Store(provider.get(), 5);
  std::vector<StateEntry> entries;
  ASSERT_TRUE(store->FindUpTo(20, &entries).ok());
  std::vector<int64_t> found;
  for (const StateEntry& entry : entries) found.push_back(LongOf(entry.key));
  EXPECT_THAT(found, testing::UnorderedElementsAre(0, 1, 2));
}

TEST_F(MemoryStateStoreTest, SnapshotsOfManyKeysWaitUntilTheDeltasAreWorthOne) {
  auto provider = Provider();
  std::vector<int64_t> keys(60000);
  for (size_t i = 0; i < keys.size(); ++i) keys[i] = static_cast<int64_t>(i);
  std::vector<int64_t> snapshots;
  for (int64_t version = 0; version < 30; ++version) {
    auto store = Store(provider.get(), version);
    if (version == 0) {
      ASSERT_TRUE(store->PutBatch(LongRows(keys), LongRows(keys)).ok());
    }
    Put(store.get(), version, version);
    ASSERT_TRUE(store->Commit().ok());
    ASSERT_TRUE(provider->DoMaintenance().ok());
    if (*Env::Posix()->Exists(
            StateFilePath(id_.Directory(), version + 1, StateFileKind::kSnapshot))) {
      snapshots.push_back(version + 1);
    }
  }
  // The first deltas hold all keys. Then a file counts as much as 1,000 keys, and a quarter of the
  // keys must have gathered.
  EXPECT_THAT(snapshots, ElementsAre(11, 26));
}

TEST_F(MemoryStateStoreTest, EmptyVersionsAreWrittenToo) {
  auto provider = Provider();
  EXPECT_EQ(*Store(provider.get(), 0)->Commit(), 1);
  EXPECT_EQ(*Store(provider.get(), 1)->Commit(), 2);
  EXPECT_THAT(Names(), ElementsAre("1.delta", "2.delta"));
  EXPECT_EQ(directory_.Read(File("2.delta")).size(), 46u);
}

TEST_F(MemoryStateStoreTest, AbortAndDestructionRollBack) {
  auto provider = Provider();
  Fill(provider.get(), 2);
  {
    auto store = Store(provider.get(), 2);
    Put(store.get(), 77, 1);
    ASSERT_TRUE(store->RemoveBatch(LongRows({0})).ok());
    store->Abort();
    EXPECT_EQ(ErrorCondition(store->PutBatch(LongRows({1}), LongRows({1}))), "INTERNAL_ERROR");
    EXPECT_EQ(ErrorCondition(store->Commit().status()), "INTERNAL_ERROR");
  }
  Put(Store(provider.get(), 2).get(), 78, 1);
  auto store = Store(provider.get(), 2);
  EXPECT_EQ(Entries(store.get()), Filled(2));
  EXPECT_EQ(store->metrics().loaded_maps_misses, 0);
  EXPECT_THAT(Names(), ElementsAre("1.delta", "2.delta"));
}

TEST_F(MemoryStateStoreTest, OneStoreAtATime) {
  auto provider = Provider();
  auto store = Store(provider.get(), 0);
  EXPECT_EQ(ErrorCondition(provider->GetStore(0).status()), "INTERNAL_ERROR");
  store.reset();
  EXPECT_TRUE(provider->GetStore(0).ok());
}

TEST_F(MemoryStateStoreTest, VersionBeforeComesFromMemoryOlderOnesFromFiles) {
  auto provider = Provider();
  Fill(provider.get(), 5);
  auto store = Store(provider.get(), 4);
  EXPECT_EQ(Entries(store.get()), Filled(4));
  EXPECT_EQ(store->metrics().loaded_maps_misses, 0);
  store.reset();
  store = Store(provider.get(), 3);
  EXPECT_EQ(Entries(store.get()), Filled(3));
  EXPECT_EQ(store->metrics().loaded_maps_misses, 1);
  store.reset();
  EXPECT_EQ(Entries(Store(provider.get(), 5).get()), Filled(5));
  EXPECT_EQ(Entries(Store(provider.get(), 0).get()), Map());
}

TEST_F(MemoryStateStoreTest, RepeatedBatchReplacesItsVersion) {
  auto provider = Provider();
  Fill(provider.get(), 3);
  auto store = Store(provider.get(), 2);
  Put(store.get(), 500, 1);
  EXPECT_EQ(*store->Commit(), 3);
  Map expected = Filled(2);
  expected[500] = 1;
  EXPECT_EQ(Entries(Store(provider.get(), 3).get()), expected);
  EXPECT_EQ(Entries(Store(Provider().get(), 3).get()), expected);
}

TEST_F(MemoryStateStoreTest, UnknownVersionsAreErrors) {
  auto provider = Provider();
  EXPECT_EQ(ErrorCondition(provider->GetStore(-1).status()),
            "CANNOT_LOAD_STATE_STORE.UNEXPECTED_VERSION");
  const Status missing = provider->GetStore(4).status();
  EXPECT_EQ(ErrorCondition(missing), "CANNOT_LOAD_STATE_STORE.CANNOT_READ_DELTA_FILE_NOT_EXISTS");
  EXPECT_THAT(missing.message(), HasSubstr("state/0/2/1.delta"));
  // The provider is usable after an error.
  Fill(provider.get(), 1);
}

TEST_F(MemoryStateStoreTest, SnapshotAfterMoreThanTheMinimumOfDeltas) {
  StateStoreOptions options = LongOptions();
  options.minimum_deltas_for_snapshot = 2;
  auto provider = Provider(options);
  Fill(provider.get(), 7, /*maintain=*/true);
  EXPECT_THAT(Names(), ElementsAre("1.delta", "2.delta", "3.delta", "3.snapshot", "4.delta",
                                   "5.delta", "6.delta", "6.snapshot", "7.delta"));
  // After a restart counting goes on.
  auto again = Provider(options);
  for (int64_t version = 7; version < 9; ++version) {
    auto store = Store(again.get(), version);
    ASSERT_TRUE(store->Commit().ok());
    ASSERT_TRUE(again->DoMaintenance().ok());
  }
  EXPECT_TRUE(*Env::Posix()->Exists(directory_.File(File("9.snapshot"))));
  EXPECT_FALSE(*Env::Posix()->Exists(directory_.File(File("8.snapshot"))));
}

TEST_F(MemoryStateStoreTest, SnapshotAloneIsEnough) {
  StateStoreOptions options = LongOptions();
  options.minimum_deltas_for_snapshot = 2;
  Fill(Provider(options).get(), 4, /*maintain=*/true);
  for (const char* name : {"1.delta", "2.delta", "3.delta"}) {
    ASSERT_TRUE(Env::Posix()->RemoveFile(directory_.File(File(name))).ok());
  }
  EXPECT_EQ(Entries(Store(Provider().get(), 3).get()), Filled(3));
  EXPECT_EQ(Entries(Store(Provider().get(), 4).get()), Filled(4));
}

TEST_F(MemoryStateStoreTest, SnapshotDueInTheMiddleOfABatchIsOfItsCommit) {
  StateStoreOptions options = LongOptions();
  options.minimum_deltas_for_snapshot = 2;
  auto provider = Provider(options);
  Fill(provider.get(), 3);
  auto store = Store(provider.get(), 3);
  Put(store.get(), 4, 40);
  Put(store.get(), 0, 4);
  ASSERT_TRUE(provider->DoMaintenance().ok());
  EXPECT_FALSE(*Env::Posix()->Exists(directory_.File(File("3.snapshot"))));
  ASSERT_TRUE(store->Commit().ok());
  store = Store(provider.get(), 4);
  Put(store.get(), 1, 99);  // after the snapshot's version
  ASSERT_TRUE(provider->DoMaintenance().ok());
  store.reset();
  ASSERT_TRUE(*Env::Posix()->Exists(directory_.File(File("4.snapshot"))));
  for (const char* name : {"1.delta", "2.delta", "3.delta", "4.delta"}) {
    ASSERT_TRUE(Env::Posix()->RemoveFile(directory_.File(File(name))).ok());
  }
  EXPECT_EQ(Entries(Store(Provider().get(), 4).get()), Filled(4));
}

TEST_F(MemoryStateStoreTest, SnapshotOfAReplacedVersionIsRemoved) {
  StateStoreOptions options = LongOptions();
  options.minimum_deltas_for_snapshot = 2;
  auto provider = Provider(options);
  Fill(provider.get(), 3, /*maintain=*/true);
  ASSERT_TRUE(*Env::Posix()->Exists(directory_.File(File("3.snapshot"))));
  const auto replace_version_3 = [&](StateStoreProvider* repeating) {
    auto store = Store(repeating, 2);
    Put(store.get(), 500, 1);
    ASSERT_TRUE(store->Commit().ok());
    EXPECT_FALSE(*Env::Posix()->Exists(directory_.File(File("3.snapshot"))));
    Map expected = Filled(2);
    expected[500] = 1;
    EXPECT_EQ(Entries(Store(Provider().get(), 3).get()), expected);
  };
  replace_version_3(provider.get());
  // Also when an earlier run left it.
  directory_.Write(File("3.snapshot"), "left");
  replace_version_3(Provider(options).get());
}

TEST_F(MemoryStateStoreTest, SnapshotBegunIsAbandonedWhenItsVersionIsRolledBack) {
  StateStoreOptions options = LongOptions();
  options.minimum_deltas_for_snapshot = 2;
  auto provider = Provider(options);
  Fill(provider.get(), 3);
  auto store = Store(provider.get(), 3);
  Put(store.get(), 0, 4);
  ASSERT_TRUE(provider->DoMaintenance().ok());
  ASSERT_TRUE(store->Commit().ok());  // begins the snapshot of version 4
  store = Store(provider.get(), 3);
  Put(store.get(), 600, 1);
  ASSERT_TRUE(store->Commit().ok());
  store.reset();
  ASSERT_TRUE(provider->DoMaintenance().ok());
  ASSERT_TRUE(*Env::Posix()->Exists(directory_.File(File("4.snapshot"))));
  ASSERT_TRUE(Env::Posix()->RemoveFile(directory_.File(File("4.delta"))).ok());
  Map expected = Filled(3);
  expected[600] = 1;
  EXPECT_EQ(Entries(Store(Provider().get(), 4).get()), expected);
}

TEST_F(MemoryStateStoreTest, OldFilesAreRemoved) {
  StateStoreOptions options = LongOptions();
  options.minimum_deltas_for_snapshot = 2;
  options.minimum_batches_to_retain = 3;
  auto provider = Provider(options);
  Fill(provider.get(), 5, /*maintain=*/true);
  directory_.Write(File(".1.delta.crc"), "sum");
  EXPECT_EQ(Names().size(), 7u);
  // Version 6 makes 3 the oldest to be kept, and there is a snapshot of 3.
  ASSERT_TRUE(Store(provider.get(), 5)->Commit().ok());
  ASSERT_TRUE(provider->DoMaintenance().ok());
  EXPECT_THAT(Names(), ElementsAre("3.delta", "3.snapshot", "4.delta", "5.delta", "6.delta",
                                   "6.snapshot"));
  for (int64_t version = 3; version <= 6; ++version) {
    EXPECT_TRUE(Provider(options)->GetStore(version).ok()) << version;
  }
}

TEST_F(MemoryStateStoreTest, NothingIsRemovedWithoutASnapshot) {
  StateStoreOptions options = LongOptions();
  options.minimum_deltas_for_snapshot = 100;
  options.minimum_batches_to_retain = 2;
  Fill(Provider(options).get(), 6, /*maintain=*/true);
  EXPECT_EQ(Names().size(), 6u);
}

TEST_F(MemoryStateStoreTest, MaintenanceWithoutAVersionDoesNothing) {
  auto provider = Provider();
  EXPECT_TRUE(provider->DoMaintenance().ok());
  EXPECT_THAT(env_.calls, IsEmpty());
}

TEST_F(MemoryStateStoreTest, PrefixScan) {
  StateStoreOptions options = LongOptions();
  options.key_schema.Add("start", TypeId::kLong);
  options.prefix_columns = 1;
  auto provider = Provider(options);
  auto store = Store(provider.get(), 0);
  ASSERT_TRUE(store->PutBatch(Rows({LongRow({1, 5}), LongRow({1, 6}), LongRow({2, 5})}),
                              LongRows({10, 11, 12})).ok());
  ASSERT_TRUE(store->Commit().ok());
  const auto expect_found = [&](StateStoreProvider* reader) {
    Map found;
    auto read = Store(reader, 1);
    ASSERT_TRUE(read->PrefixScan(LongRow({1}), [&](std::string_view key, std::string_view value) {
                      found[LongOf(key, 1)] = LongOf(value);
                      return Result<bool>(true);
                    }).ok());
    EXPECT_EQ(found, (Map{{5, 10}, {6, 11}}));
  };
  store.reset();
  expect_found(provider.get());
  expect_found(Provider(options).get());
}

TEST_F(MemoryStateStoreTest, BadOptionsAreRefused) {
  StateStoreOptions options = LongOptions();
  options.compression_codec = "gzip";
  EXPECT_EQ(ErrorCondition(NewMemoryStateStoreProvider(id_, options, &files_).status()),
            "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION");
  options = LongOptions();
  options.prefix_columns = 2;
  EXPECT_EQ(ErrorCondition(NewMemoryStateStoreProvider(id_, options, &files_).status()),
            "INTERNAL_ERROR");
}

TEST_F(MemoryStateStoreTest, Metrics) {
  auto provider = Provider();
  Fill(provider.get(), 2);
  auto store = Store(provider.get(), 2);
  const StateStoreMetrics metrics = store->metrics();
  EXPECT_EQ(metrics.keys, 3);
  EXPECT_GT(metrics.memory_bytes, 0);
  EXPECT_EQ(metrics.loaded_maps_misses, 0);
  EXPECT_EQ(metrics.loaded_maps_hits, 2);
}

}  // namespace
}  // namespace firesteel
