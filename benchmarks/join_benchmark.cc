// Measures joins on keys: a probe side that finds its rows in a build side of some size. Items are
// rows of the probe side, of one thread.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "arrow/memory_pool.h"
#include "arrow/record_batch.h"
#include "common/cancellation.h"
#include "common/clock.h"
#include "common/env.h"
#include "common/task_scheduler.h"
#include "exec/operators.h"
#include "expr/nodes.h"
#include "firesteel/row.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

constexpr int kBatchRows = 8192;
constexpr int kProbeBatches = 64;

const Schema& Side(TypeId key) {
  static const Schema numbers({{"k", TypeId::kLong}, {"v", TypeId::kLong}});
  static const Schema texts({{"k", TypeId::kString}, {"v", TypeId::kLong}});
  return key == TypeId::kLong ? numbers : texts;
}

Value KeyOf(TypeId type, int64_t number) {
  return type == TypeId::kLong ? Value(number) : Value("customer " + std::to_string(number));
}

/// `batches` batches whose keys `next` gives.
template <typename Next>
PhysicalPlanPtr Rows(TypeId type, int64_t rows, const Next& next) {
  std::vector<std::shared_ptr<arrow::RecordBatch>> made;
  for (int64_t first = 0; first < rows; first += kBatchRows) {
    std::vector<Row> batch;
    for (int64_t row = first; row < std::min<int64_t>(rows, first + kBatchRows); ++row) {
      batch.push_back(Row({KeyOf(type, next(row)), Value(row)}));
    }
    made.push_back(MakeBatch(batch, Side(type)).ValueOrDie());
  }
  return NewLocalScan(Side(type), std::move(made)).ValueOrDie();
}

void JoinRows(benchmark::State& state, TypeId type, JoinKind kind) {
  const int64_t build_rows = state.range(0);
  std::mt19937_64 random(1);
  // Every other row of the probe side finds one on the build side.
  const PhysicalPlanPtr probe =
      Rows(type, int64_t{kProbeBatches} * kBatchRows,
           [&](int64_t) { return static_cast<int64_t>(random() % (2 * build_rows)); });
  const PhysicalPlanPtr build = Rows(type, build_rows, [](int64_t row) { return row; });
  PlannedJoin join;
  join.kind = kind;
  join.left_keys = {std::make_shared<BoundReference>(0, "k", type, true)};
  join.right_keys = join.left_keys;
  join.null_safe = {false};
  std::vector<StructField> fields = Side(type).fields();
  if (kind != JoinKind::kLeftSemi) {
    for (const StructField& field : Side(type).fields()) fields.push_back(field);
  }
  const PhysicalPlanPtr plan =
      NewJoin(probe, build, std::move(join), Schema(std::move(fields))).ValueOrDie();
  const auto scheduler = TaskScheduler::Make(1);
  ExecutionServices services;
  services.scheduler = scheduler.get();
  services.clock = Clock::System();
  services.env = Env::Posix();
  services.pool = arrow::default_memory_pool();
  const CancellationToken cancellation;
  for (auto _ : state) {
    ExecutionContext execution(&services, BatchContext(), &cancellation);
    int64_t rows = 0;
    const Status run =
        RunPlan(*plan, &execution, [&](int, BatchReader* reader, TaskContext*) -> Status {
          while (true) {
            ARROW_ASSIGN_OR_RAISE(const auto batch, reader->Next());
            if (!batch) return Status::OK();
            rows += batch->num_rows();
          }
        });
    if (!run.ok()) state.SkipWithError("the join failed");
    benchmark::DoNotOptimize(rows);
  }
  state.SetItemsProcessed(state.iterations() * kProbeBatches * kBatchRows);
}

void InnerByNumber(benchmark::State& state) { JoinRows(state, TypeId::kLong, JoinKind::kInner); }
BENCHMARK(InnerByNumber)->Arg(1000)->Arg(100000)->Arg(1000000);
void InnerByText(benchmark::State& state) { JoinRows(state, TypeId::kString, JoinKind::kInner); }
BENCHMARK(InnerByText)->Arg(1000)->Arg(100000);
void SemiByNumber(benchmark::State& state) { JoinRows(state, TypeId::kLong, JoinKind::kLeftSemi); }
BENCHMARK(SemiByNumber)->Arg(1000)->Arg(100000);
void OuterByNumber(benchmark::State& state) {
  JoinRows(state, TypeId::kLong, JoinKind::kLeftOuter);
}
BENCHMARK(OuterByNumber)->Arg(100000);

}  // namespace
}  // namespace firesteel
