// Measures how fast rows find their groups, the inner loop of every aggregation. Items are rows, of
// one thread.
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "arrow/array/array_base.h"
#include "exec/group_table.h"
#include "firesteel/row.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

constexpr int kBatchRows = 8192;
constexpr int kBatches = 64;

using Columns = std::vector<std::shared_ptr<arrow::Array>>;

/// `kBatches` batches of one column with values that `make` gives for random numbers.
template <typename Make>
std::vector<Columns> RandomColumns(const DataType& type, int64_t distinct, const Make& make) {
  std::mt19937_64 random(1);
  std::vector<Columns> batches;
  for (int batch = 0; batch < kBatches; ++batch) {
    std::vector<Value> values;
    for (int row = 0; row < kBatchRows; ++row) {
      values.push_back(make(static_cast<int64_t>(random() % distinct)));
    }
    batches.push_back({MakeArray(values, type).ValueOrDie()});
  }
  return batches;
}

void LookUpAll(benchmark::State& state, const std::vector<DataType>& types,
               const std::vector<Columns>& batches) {
  auto table = GroupTable::Make(types).ValueOrDie();
  std::vector<int32_t> groups;
  for (auto _ : state) {
    for (const Columns& batch : batches) {
      if (!table->Lookup(batch, kBatchRows, &groups).ok()) state.SkipWithError("look-up failed");
      benchmark::DoNotOptimize(groups.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * kBatches * kBatchRows);
}

void ShortStrings(benchmark::State& state) {
  const auto batches = RandomColumns(TypeId::kString, state.range(0), [](int64_t number) {
    // Lengths as in the demo's column: bike, stand, walk, stairsdown …
    return Value("activity " + std::to_string(number));
  });
  LookUpAll(state, {TypeId::kString}, batches);
}
BENCHMARK(ShortStrings)->Arg(8)->Arg(1000)->Arg(100000);

void Activities(benchmark::State& state) {
  static const char* const kNames[] = {"bike",     "null",       "sit",   "stairsdown",
                                       "stairsup", "stairsdown", "stand", "walk"};
  const auto batches = RandomColumns(TypeId::kString, 8,
                                     [](int64_t number) { return Value(kNames[number]); });
  LookUpAll(state, {TypeId::kString}, batches);
}
BENCHMARK(Activities);

void Longs(benchmark::State& state) {
  const auto batches = RandomColumns(TypeId::kLong, state.range(0),
                                     [](int64_t number) { return Value(number * 1000003); });
  LookUpAll(state, {TypeId::kLong}, batches);
}
BENCHMARK(Longs)->Arg(8)->Arg(100000);

void StringAndLong(benchmark::State& state) {
  auto batches = RandomColumns(TypeId::kString, 8, [](int64_t number) {
    return Value("activity " + std::to_string(number));
  });
  const auto longs =
      RandomColumns(TypeId::kLong, 100, [](int64_t number) { return Value(number); });
  for (size_t i = 0; i < batches.size(); ++i) batches[i].push_back(longs[i][0]);
  LookUpAll(state, {TypeId::kString, TypeId::kLong}, batches);
}
BENCHMARK(StringAndLong);

}  // namespace
}  // namespace firesteel
