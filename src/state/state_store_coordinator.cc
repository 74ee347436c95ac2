#include "state/state_store_coordinator.h"

#include <condition_variable>
#include <utility>
#include <vector>

#include "common/logging.h"
#include "fmt/format.h"

namespace firesteel {

struct StateStoreCoordinator::Impl {
  explicit Impl(CheckpointFileManager* files) : files(files) {}

  void RunMaintenance();

  CheckpointFileManager* const files;
  std::mutex mutex;
  // The following are guarded by mutex. Providers are never removed before the end.
  std::map<StateStoreId, std::unique_ptr<StateStoreProvider>> providers;
  std::condition_variable asked_or_stopped;
  std::condition_variable finished_changed;
  int64_t asked = 0;     // rounds asked for
  int64_t finished = 0;  // of those, the ones that need no further round
  bool stopped = false;
  std::thread thread;  // started by the first round asked for
};

void StateStoreCoordinator::Impl::RunMaintenance() {
  std::unique_lock lock(mutex);
  while (true) {
    asked_or_stopped.wait(lock, [this] { return stopped || asked > finished; });
    if (asked == finished) return;  // stopped, and nothing is left to do
    const int64_t answered = asked;
    std::vector<std::pair<StateStoreId, StateStoreProvider*>> round;
    for (const auto& [id, provider] : providers) round.emplace_back(id, provider.get());
    lock.unlock();
    for (const auto& [id, provider] : round) {
      const Status done = provider->DoMaintenance();
      if (done.ok()) continue;
      LogWarning(fmt::format("The maintenance of the state in {} failed and will be repeated: {}",
                             id.Directory(), done.message()));
    }
    lock.lock();
    finished = answered;
    finished_changed.notify_all();
  }
}

StateStoreCoordinator::StateStoreCoordinator(CheckpointFileManager* files)
    : impl_(std::make_unique<Impl>(files)) {}

StateStoreCoordinator::~StateStoreCoordinator() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopped = true;
  }
  impl_->asked_or_stopped.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
}

Result<StateStoreProvider*> StateStoreCoordinator::GetProvider(const StateStoreId& id,
                                                               const StateStoreOptions& options) {
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->providers.find(id);
  if (found != impl_->providers.end()) return found->second.get();
  ARROW_ASSIGN_OR_RAISE(auto provider, NewMemoryStateStoreProvider(id, options, impl_->files));
  StateStoreProvider* const made = provider.get();
  impl_->providers.emplace(id, std::move(provider));
  return made;
}

void StateStoreCoordinator::ScheduleMaintenance() {
  {
    const std::lock_guard lock(impl_->mutex);
    ++impl_->asked;
    if (!impl_->thread.joinable()) {
      impl_->thread = std::thread([impl = impl_.get()] { impl->RunMaintenance(); });
    }
  }
  impl_->asked_or_stopped.notify_one();
}

void StateStoreCoordinator::DrainMaintenance() {
  std::unique_lock lock(impl_->mutex);
  const int64_t wanted = impl_->asked;
  impl_->finished_changed.wait(lock, [&] { return impl_->finished >= wanted; });
}

}  // namespace firesteel
