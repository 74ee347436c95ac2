// Measures the part of a count by key that lies between the reader and the exchange: evaluating the
// keys, numbering them and updating the accumulators. Items are input rows, of one thread.
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "arrow/memory_pool.h"
#include "arrow/record_batch.h"
#include "exec/operators.h"
#include "expr/nodes.h"
#include "firesteel/row.h"
#include "functions/registry.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

constexpr int kBatchRows = 8192;
constexpr int kBatches = 64;

const Schema& Input() {
  static const Schema schema(
      {{"gt", TypeId::kString}, {"v", TypeId::kLong}, {"x", TypeId::kDouble}});
  return schema;
}

PhysicalPlanPtr RandomScan(int64_t distinct) {
  std::mt19937_64 random(1);
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  for (int batch = 0; batch < kBatches; ++batch) {
    std::vector<Row> rows;
    for (int row = 0; row < kBatchRows; ++row) {
      const auto number = static_cast<int64_t>(random() % distinct);
      rows.push_back(Row({Value("activity " + std::to_string(number)), Value(number),
                          Value(static_cast<double>(number) / 3)}));
    }
    batches.push_back(MakeBatch(rows, Input()).ValueOrDie());
  }
  return NewLocalScan(Input(), std::move(batches)).ValueOrDie();
}

ExpressionPtr Column(int index) {
  const StructField& field = Input().field(index);
  return std::make_shared<BoundReference>(index, field.name, field.type, field.nullable);
}

PlannedAggregate Aggregated(std::string_view name, ExpressionPtr argument) {
  const ExpressionPtr bound =
      BindCall(name, {std::move(argument)}, false, nullptr, FunctionSettings()).ValueOrDie();
  const auto* call = As<AggregateCall>(bound);
  PlannedAggregate planned;
  planned.function = std::shared_ptr<const BoundAggregate>(bound, &call->bound());
  planned.arguments = call->arguments();
  planned.text = call->Sql();
  return planned;
}

void RunPartial(benchmark::State& state, std::vector<PlannedAggregate> aggregates) {
  const auto plan = NewPartialAggregate(RandomScan(state.range(0)), {Column(0)},
                                        {Input().field(0)}, std::move(aggregates))
                        .ValueOrDie();
  const auto scheduler = TaskScheduler::Make(1);
  ExecutionServices services;
  services.scheduler = scheduler.get();
  services.clock = Clock::System();
  services.env = Env::Posix();
  services.pool = arrow::default_memory_pool();
  CancellationToken cancellation;
  for (auto _ : state) {
    ExecutionContext execution(&services, {}, &cancellation);
    if (!CollectPlan(*plan, &execution).ok()) state.SkipWithError("the plan failed");
  }
  state.SetItemsProcessed(state.iterations() * kBatches * kBatchRows);
}

void Count(benchmark::State& state) {
  RunPartial(state, {Aggregated("count", Literal::Of(Value(1)).ValueOrDie())});
}
BENCHMARK(Count)->Arg(8)->Arg(100000);

void CountSumAverageMinimum(benchmark::State& state) {
  RunPartial(state, {Aggregated("count", Literal::Of(Value(1)).ValueOrDie()),
                     Aggregated("sum", Column(1)), Aggregated("avg", Column(2)),
                     Aggregated("min", Column(1))});
}
BENCHMARK(CountSumAverageMinimum)->Arg(8)->Arg(100000);

}  // namespace
}  // namespace firesteel
