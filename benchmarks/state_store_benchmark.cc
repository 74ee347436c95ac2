// Rates of the in-memory state store, one thread, keys and values of one LONG column each (16
// bytes). The argument is the number of keys in the store. Files go to /tmp.

#include <algorithm>
#include <cstdlib>
#include <random>

#include "benchmark/benchmark.h"
#include "checkpoint/checkpoint_file_manager.h"
#include "common/env.h"
#include "common/random.h"
#include "state/state_store.h"

namespace firesteel {
namespace {

constexpr int64_t kBatchRows = 8192;

void AppendRow(int64_t value, EncodedRows* rows) {
  int64_t row[2] = {0, value};
  rows->Append({reinterpret_cast<const char*>(row), sizeof(row)});
}

// The numbers 0 to `keys` - 1, shuffled, in batches.
std::vector<EncodedRows> MakeBatches(int64_t keys) {
  std::vector<int64_t> numbers(static_cast<size_t>(keys));
  for (int64_t i = 0; i < keys; ++i) numbers[i] = i;
  std::shuffle(numbers.begin(), numbers.end(), std::mt19937_64(1));
  std::vector<EncodedRows> batches;
  for (int64_t i = 0; i < keys; ++i) {
    if (i % kBatchRows == 0) batches.emplace_back();
    AppendRow(numbers[i], &batches.back());
  }
  return batches;
}

class Fixture {
 public:
  explicit Fixture(int64_t keys) : batches(MakeBatches(keys)) {
    StateStoreOptions options;
    options.key_schema.Add("k", TypeId::kLong);
    options.value_schema.Add("v", TypeId::kLong);
    provider = *NewMemoryStateStoreProvider({root_, 0, 0, ""}, options, &files_);
  }
  ~Fixture() {
    store.reset();
    provider.reset();
    (void)Env::Posix()->RemoveAll(root_);
  }

  void PutAll() {
    for (const EncodedRows& batch : batches) {
      if (!store->PutBatch(batch, batch).ok()) std::abort();
    }
  }

 private:
  const std::string root_ = "/tmp/firesteel-benchmark-" + NewUuid();
  CheckpointFileManager files_{Env::Posix()};

 public:
  const std::vector<EncodedRows> batches;
  std::unique_ptr<StateStoreProvider> provider;
  std::unique_ptr<StateStore> store;
};

void BM_PutNewKeys(benchmark::State& state) {
  Fixture fixture(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    fixture.store.reset();
    fixture.store = *fixture.provider->GetStore(0);
    state.ResumeTiming();
    fixture.PutAll();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["bytes_per_key"] = static_cast<double>(fixture.store->metrics().memory_bytes) /
                                    static_cast<double>(state.range(0));
}

void BM_PutExistingKeys(benchmark::State& state) {
  Fixture fixture(state.range(0));
  fixture.store = *fixture.provider->GetStore(0);
  fixture.PutAll();
  int64_t version = *fixture.store->Commit();
  for (auto _ : state) {
    state.PauseTiming();
    fixture.store.reset();
    fixture.store = *fixture.provider->GetStore(version);
    state.ResumeTiming();
    fixture.PutAll();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void BM_Get(benchmark::State& state) {
  Fixture fixture(state.range(0));
  fixture.store = *fixture.provider->GetStore(0);
  fixture.PutAll();
  std::vector<std::optional<std::string_view>> values;
  for (auto _ : state) {
    for (const EncodedRows& batch : fixture.batches) {
      if (!fixture.store->GetBatch(batch, &values).ok()) std::abort();
      benchmark::DoNotOptimize(values.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void BM_Scan(benchmark::State& state) {
  Fixture fixture(state.range(0));
  fixture.store = *fixture.provider->GetStore(0);
  fixture.PutAll();
  for (auto _ : state) {
    int64_t bytes = 0;
    (void)fixture.store->Scan([&](std::string_view key, std::string_view value) -> Result<bool> {
      bytes += static_cast<int64_t>(key.size() + value.size());
      return true;
    });
    benchmark::DoNotOptimize(bytes);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

// The delta of a version that changed every key: emitted, compressed, written and synced.
void BM_Commit(benchmark::State& state) {
  Fixture fixture(state.range(0));
  int64_t version = 0;
  for (auto _ : state) {
    state.PauseTiming();
    fixture.store = *fixture.provider->GetStore(version);
    fixture.PutAll();
    state.ResumeTiming();
    version = *fixture.store->Commit();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

// Reading the same from its file.
void BM_Load(benchmark::State& state) {
  Fixture fixture(state.range(0));
  fixture.store = *fixture.provider->GetStore(0);
  fixture.PutAll();
  (void)fixture.store->Commit();
  for (auto _ : state) {
    state.PauseTiming();
    fixture.store.reset();
    fixture.store = *fixture.provider->GetStore(0);  // so that version 1 is not in memory
    fixture.store.reset();
    state.ResumeTiming();
    fixture.store = *fixture.provider->GetStore(1);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(BM_PutNewKeys)->Arg(1000)->Arg(1000000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_PutExistingKeys)->Arg(1000)->Arg(1000000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Get)->Arg(1000)->Arg(1000000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Scan)->Arg(1000000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Commit)->Arg(1000)->Arg(1000000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Load)->Arg(1000000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace firesteel

BENCHMARK_MAIN();
