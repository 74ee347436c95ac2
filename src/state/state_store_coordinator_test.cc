#include "state/state_store_coordinator.h"

#include "checkpoint/checkpoint_file_manager.h"
#include "checkpoint/failing_env.h"
#include "gtest/gtest.h"
#include "state/state_test_rows.h"

namespace firesteel {
namespace {

class StateStoreCoordinatorTest : public testing::Test {
 protected:
  StateStoreId Id(int partition) const {
    return {.checkpoint_root = directory_.File("state"), .partition = partition};
  }
  static StateStoreOptions Options() {
    StateStoreOptions options = LongOptions();
    options.minimum_deltas_for_snapshot = 0;
    return options;
  }
  void Commit(StateStoreCoordinator* coordinator, int partition, int64_t version) {
    auto provider = coordinator->GetProvider(Id(partition), Options());
    ASSERT_TRUE(provider.ok());
    auto store = (*provider)->GetStore(version);
    ASSERT_TRUE(store.ok()) << store.status().message();
    ASSERT_TRUE((*store)->PutBatch(LongRows({version}), LongRows({partition})).ok());
    ASSERT_TRUE((*store)->Commit().ok());
  }
  bool HasSnapshot(int partition, int version) const {
    return *Env::Posix()->Exists(Id(partition).Directory() + "/" + std::to_string(version) +
                                 ".snapshot");
  }

  TestDirectory directory_;
  CheckpointFileManager files_{Env::Posix()};
};

TEST_F(StateStoreCoordinatorTest, OneProviderPerStore) {
  StateStoreCoordinator coordinator(&files_);
  StateStoreProvider* first = *coordinator.GetProvider(Id(0), Options());
  EXPECT_EQ(*coordinator.GetProvider(Id(0), Options()), first);
  EXPECT_NE(*coordinator.GetProvider(Id(1), Options()), first);
  StateStoreId named = Id(0);
  named.store_name = "left-keyToNumValues";
  EXPECT_NE(*coordinator.GetProvider(named, Options()), first);
}

TEST_F(StateStoreCoordinatorTest, BadOptionsLeaveNoProvider) {
  StateStoreCoordinator coordinator(&files_);
  StateStoreOptions bad = Options();
  bad.compression_codec = "gzip";
  EXPECT_FALSE(coordinator.GetProvider(Id(0), bad).ok());
  EXPECT_TRUE(coordinator.GetProvider(Id(0), Options()).ok());
}

TEST_F(StateStoreCoordinatorTest, MaintenanceAskedForHasRunAfterDraining) {
  StateStoreCoordinator coordinator(&files_);
  coordinator.DrainMaintenance();  // nothing was asked for
  for (int64_t version = 0; version < 5; ++version) {
    for (int partition = 0; partition < 3; ++partition) Commit(&coordinator, partition, version);
    coordinator.ScheduleMaintenance();
    coordinator.DrainMaintenance();
    for (int partition = 0; partition < 3; ++partition) {
      EXPECT_TRUE(HasSnapshot(partition, static_cast<int>(version) + 1));
    }
  }
}

TEST_F(StateStoreCoordinatorTest, MaintenanceAskedForRunsBeforeTheEnd) {
  {
    StateStoreCoordinator coordinator(&files_);
    Commit(&coordinator, 0, 0);
    coordinator.ScheduleMaintenance();
  }
  EXPECT_TRUE(HasSnapshot(0, 1));
}

TEST_F(StateStoreCoordinatorTest, FailedMaintenanceIsRepeated) {
  FailingEnv env;
  CheckpointFileManager files(&env);
  StateStoreCoordinator coordinator(&files);
  Commit(&coordinator, 0, 0);
  env.fail_at = static_cast<int>(env.calls.size());
  coordinator.ScheduleMaintenance();
  coordinator.DrainMaintenance();
  EXPECT_FALSE(HasSnapshot(0, 1));
  coordinator.ScheduleMaintenance();
  coordinator.DrainMaintenance();
  EXPECT_TRUE(HasSnapshot(0, 1));
}

}  // namespace
}  // namespace firesteel
