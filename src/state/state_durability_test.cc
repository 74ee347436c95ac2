#include <atomic>
#include <thread>

#include "checkpoint/failing_env.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "state/memory_state_store.h"
#include "state/state_test_rows.h"

// What the state store does when files are damaged, calls fail, or a process was killed.
namespace firesteel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Map = std::map<int64_t, int64_t>;

StateStoreOptions OftenSnapshots() {
  StateStoreOptions options = LongOptions();
  options.minimum_deltas_for_snapshot = 2;
  return options;
}

class StateDurabilityTest : public testing::Test {
 protected:
  // Writes the versions 1 to 9 with the snapshots 3, 6 and 9.
  void SetUp() override {
    auto provider = Provider();
    for (int64_t version = 0; version < 9; ++version) {
      auto store = *provider->GetStore(version);
      ASSERT_TRUE(store->PutBatch(LongRows({version, 100}), LongRows({version, version})).ok());
      if (version > 3) {
        ASSERT_TRUE(store->RemoveBatch(LongRows({version - 3})).ok());
      }
      ASSERT_TRUE(store->Commit().ok());
      expected_.push_back(Entries((*provider->GetStore(version + 1)).get()));
      ASSERT_TRUE(provider->DoMaintenance().ok());
    }
  }

  std::unique_ptr<StateStoreProvider> Provider(Env* env = Env::Posix()) {
    files_.push_back(std::make_unique<CheckpointFileManager>(env));
    return *NewMemoryStateStoreProvider(id_, OftenSnapshots(), files_.back().get());
  }
  // The content of `version` as a new process sees it.
  Result<Map> Load(int64_t version) {
    auto provider = Provider();
    ARROW_ASSIGN_OR_RAISE(auto store, provider->GetStore(version));
    return Entries(store.get());
  }
  const Map& Expected(int64_t version) const { return expected_[version - 1]; }
  void RemoveFile(const std::string& name) {
    ASSERT_TRUE(Env::Posix()->RemoveFile(directory_.File(kStore + name)).ok());
  }
  void Damage(const std::string& name) {
    std::string file = directory_.Read(kStore + name);
    file[30] = static_cast<char>(file[30] ^ 1);
    directory_.Write(kStore + name, file);
  }

  const std::string kStore = "state/0/0/";
  TestDirectory directory_;
  const StateStoreId id_{.checkpoint_root = directory_.File("state")};
  std::vector<std::unique_ptr<CheckpointFileManager>> files_;
  std::vector<Map> expected_;
};

TEST_F(StateDurabilityTest, EveryVersionCanBeLoaded) {
  for (int64_t version = 1; version <= 9; ++version) {
    EXPECT_EQ(*Load(version), Expected(version)) << version;
  }
}

TEST_F(StateDurabilityTest, DeltaBesideItsSnapshotIsNotNeeded) {
  RemoveFile("9.delta");
  EXPECT_EQ(*Load(9), Expected(9));
}

TEST_F(StateDurabilityTest, DamagedSnapshotsAreSkipped) {
  Damage("9.snapshot");
  EXPECT_EQ(*Load(9), Expected(9));
  directory_.Write(kStore + "6.snapshot", "");
  EXPECT_EQ(*Load(9), Expected(9));
  Damage("3.snapshot");
  EXPECT_EQ(*Load(9), Expected(9));
}

TEST_F(StateDurabilityTest, SnapshotCutAnywhereIsSkippedOrWhole) {
  const std::string file = directory_.Read(kStore + "9.snapshot");
  for (size_t size = 0; size < file.size(); ++size) {
    directory_.Write(kStore + "9.snapshot", file.substr(0, size));
    const Result<Map> loaded = Load(9);
    ASSERT_TRUE(loaded.ok()) << size << loaded.status().message();
    EXPECT_EQ(*loaded, Expected(9)) << size;
  }
}

TEST_F(StateDurabilityTest, SkippedSnapshotIsReplacedByANewOne) {
  Damage("9.snapshot");
  auto provider = Provider();
  ASSERT_TRUE((*provider->GetStore(9))->Commit().ok());
  ASSERT_TRUE(provider->DoMaintenance().ok());
  EXPECT_TRUE(*Env::Posix()->Exists(directory_.File(kStore + "10.snapshot")));
}

TEST_F(StateDurabilityTest, MissingDeltaIsAnErrorThatNamesIt) {
  RemoveFile("8.delta");
  RemoveFile("9.snapshot");
  const Status status = Load(9).status();
  EXPECT_EQ(ErrorCondition(status), "CANNOT_LOAD_STATE_STORE.CANNOT_READ_DELTA_FILE_NOT_EXISTS");
  EXPECT_THAT(status.message(), HasSubstr(directory_.File(kStore + "8.delta")));
  EXPECT_EQ(*Load(7), Expected(7));
}

TEST_F(StateDurabilityTest, DamagedDeltaIsAnErrorThatNamesFileAndPlace) {
  RemoveFile("9.snapshot");
  Damage("9.delta");
  const Status status = Load(9).status();
  EXPECT_EQ(ErrorCondition(status), "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED");
  EXPECT_THAT(status.message(), HasSubstr(directory_.File(kStore + "9.delta")));
  EXPECT_THAT(status.message(), HasSubstr("byte"));
  EXPECT_EQ(*Load(8), Expected(8));
}

TEST_F(StateDurabilityTest, DeltaCutAnywhereIsAnErrorOrWhole) {
  RemoveFile("9.snapshot");
  const std::string file = directory_.Read(kStore + "9.delta");
  for (size_t size = 0; size < file.size(); ++size) {
    directory_.Write(kStore + "9.delta", file.substr(0, size));
    const Result<Map> loaded = Load(9);
    EXPECT_TRUE(loaded.ok() ? *loaded == Expected(9)
                            : ErrorCondition(loaded.status()) ==
                                  "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED")
        << size;
  }
}

TEST_F(StateDurabilityTest, LeftoversOfAKilledProcessAreHarmless) {
  for (const char* name : {".10.delta.0b1e.TID7.tmp", "..10.delta.0b1e.TID7.tmp.crc",
                           ".9.snapshot.0b1e.tmp", ".10.delta.crc", "10.delta.crc", "10.delta",
                           "10.snapshot", "11.delta"}) {
    directory_.Write(kStore + name, "garbage of a failed attempt");
  }
  auto provider = Provider();
  auto store = *provider->GetStore(9);
  EXPECT_EQ(Entries(store.get()), Expected(9));
  ASSERT_TRUE(store->PutBatch(LongRows({55}), LongRows({56})).ok());
  ASSERT_EQ(*store->Commit(), 10);
  Map expected = Expected(9);
  expected[55] = 56;
  EXPECT_EQ(*Load(10), expected);
  std::vector<std::string> suspicious;
  for (const FileStatus& file : *Env::Posix()->ListDirectory(id_.Directory())) {
    const std::string name = file.path.substr(file.path.rfind('/') + 1);
    const bool temporary = name.find(".tmp") != std::string::npos;
    if (temporary || name.ends_with(".crc")) suspicious.push_back(name);
  }
  EXPECT_THAT(suspicious, ElementsAre());
  // The garbage of version 11 is replaced in its turn.
  store = *provider->GetStore(10);
  ASSERT_EQ(*store->Commit(), 11);
  EXPECT_EQ(*Load(11), expected);
}

// Every changing call of a commit fails once: the version before is intact, in memory and on disk,
// and the next attempt succeeds.
TEST_F(StateDurabilityTest, FailureOfAnyCallOfACommit) {
  for (int step = 0;; ++step) {
    FailingEnv env;
    auto provider = Provider(&env);
    auto store = *provider->GetStore(9);
    env.fail_at = step;
    ASSERT_TRUE(store->PutBatch(LongRows({55, 100}), LongRows({step, step})).ok());
    ASSERT_TRUE(store->RemoveBatch(LongRows({6})).ok());
    const Result<int64_t> committed = store->Commit();
    const bool failed = static_cast<int>(env.calls.size()) > step;
    if (!failed) {
      EXPECT_TRUE(committed.ok());
      break;
    }
    EXPECT_THAT(committed.status().message(), HasSubstr("as the test demands"));
    EXPECT_FALSE(store->Commit().ok());
    EXPECT_EQ(*Load(9), Expected(9)) << env.calls[step];
    store.reset();
    store = *provider->GetStore(9);
    EXPECT_EQ(Entries(store.get()), Expected(9)) << env.calls[step];
    ASSERT_TRUE(store->PutBatch(LongRows({55, 100}), LongRows({step, step})).ok());
    ASSERT_TRUE(store->RemoveBatch(LongRows({6})).ok());
    ASSERT_TRUE(store->Commit().ok()) << env.calls[step];
    Map expected = Expected(9);
    expected[55] = expected[100] = step;
    expected.erase(6);
    EXPECT_EQ(*Load(10), expected) << env.calls[step];
  }
}

TEST_F(StateDurabilityTest, FailureOfAnyCallOfMaintenance) {
  for (int step = 0;; ++step) {
    FailingEnv env;
    auto provider = Provider(&env);
    RemoveFile("9.snapshot");
    ASSERT_TRUE(provider->GetStore(9).ok());
    env.fail_at = step;
    const Status done = provider->DoMaintenance();
    EXPECT_EQ(*Load(9), Expected(9));
    // The next round makes up for it.
    EXPECT_TRUE(provider->DoMaintenance().ok());
    EXPECT_EQ(*Load(9), Expected(9));
    EXPECT_TRUE(*Env::Posix()->Exists(directory_.File(kStore + "9.snapshot")));
    if (static_cast<int>(env.calls.size()) <= step) break;
    EXPECT_FALSE(done.ok()) << env.calls[step];
  }
}

// A thread maintains without a pause while batches run, are aborted and repeated.
TEST_F(StateDurabilityTest, MaintenanceBesideBatches) {
  auto provider = Provider();
  std::atomic<bool> stopped{false};
  std::thread maintenance([&] {
    while (!stopped) EXPECT_TRUE(provider->DoMaintenance().ok());
  });
  Map model = Expected(9);
  int64_t version = 9;
  for (int round = 0; round < 30; ++round) {
    // Every fifth batch is run a second time, as after a failed sink.
    const int64_t from = round % 5 == 4 ? version - 1 : version;
    auto store = *provider->GetStore(from);
    if (from < version) model = Entries(store.get());
    EncodedRows keys;
    EncodedRows values;
    Map next = model;
    for (int64_t i = 0; i < 100; ++i) {
      const int64_t key = (round * 37 + i * 11) % 5000;
      keys.Append(LongRow({key}));
      values.Append(LongRow({round}));
      next[key] = round;
    }
    ASSERT_TRUE(store->PutBatch(keys, values).ok());
    if (round % 7 == 3) {
      store->Abort();
      version = from;
      continue;
    }
    ASSERT_EQ(*store->Commit(), from + 1);
    version = from + 1;
    model = std::move(next);
  }
  stopped = true;
  maintenance.join();
  ASSERT_TRUE(provider->DoMaintenance().ok());
  for (int64_t v : {version, version - 1}) {
    EXPECT_EQ(*Load(v), Entries((*provider->GetStore(v)).get())) << v;
  }
  EXPECT_EQ(*Load(version), model);
}

}  // namespace
}  // namespace firesteel
