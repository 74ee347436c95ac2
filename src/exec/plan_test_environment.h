#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "arrow/memory_pool.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "common/random.h"
#include "exec/operators.h"
#include "expr/nodes.h"
#include "firesteel/row.h"
#include "functions/registry.h"
#include "types/arrow_types.h"

namespace firesteel {

/// What tests of operators run plans with: services over real files in a directory of their own,
/// and short ways to make plans and expressions. Failures of set-up end the test.
class PlanTestEnvironment {
 public:
  explicit PlanTestEnvironment(int threads = 2)
      : directory_(std::filesystem::temp_directory_path() / ("firesteel-exec-" + NewUuid())),
        scheduler_(TaskScheduler::Make(threads)) {
    services_.scheduler = scheduler_.get();
    services_.clock = Clock::System();
    services_.env = Env::Posix();
    services_.pool = arrow::system_memory_pool();
    services_.spill_directory = directory_ / "spill";
  }
  ~PlanTestEnvironment() { std::filesystem::remove_all(directory_); }

  ExecutionServices& services() { return services_; }
  CancellationToken& cancellation() { return cancellation_; }
  std::string directory() const { return directory_; }
  int SpillFiles() const {
    if (!std::filesystem::exists(services_.spill_directory)) return 0;
    return static_cast<int>(std::distance(
        std::filesystem::directory_iterator(services_.spill_directory), {}));
  }

  ExecutionContext Context(BatchContext batch = {}) {
    return ExecutionContext(&services_, std::move(batch), &cancellation_);
  }

  /// The plan's rows, in order.
  Result<std::vector<Row>> Run(const PhysicalPlan& plan, ExecutionContext* execution) {
    ARROW_ASSIGN_OR_RAISE(auto batches, CollectPlan(plan, execution));
    auto schema = std::make_shared<Schema>(plan.schema());
    std::vector<Row> rows;
    for (const auto& batch : batches) {
      EXPECT_TRUE(batch->schema()->Equals(*ToArrowSchema(plan.schema()), false))
          << batch->schema()->ToString();
      EXPECT_GT(batch->num_rows(), 0);
      EXPECT_TRUE(batch->ValidateFull().ok()) << batch->ValidateFull().ToString();
      AppendRows(*batch, schema, &rows);
    }
    return rows;
  }
  Result<std::vector<Row>> Run(const PhysicalPlan& plan) {
    ExecutionContext execution = Context();
    return Run(plan, &execution);
  }
  /// The rows as text, `[1,a,NULL]`; the error instead of them when there is one.
  std::vector<std::string> Texts(const PhysicalPlan& plan, ExecutionContext* execution) {
    const Result<std::vector<Row>> rows = Run(plan, execution);
    if (!rows.ok()) return {rows.status().ToString()};
    std::vector<std::string> texts;
    for (const Row& row : *rows) texts.push_back(row.ToString());
    return texts;
  }
  std::vector<std::string> Texts(const PhysicalPlan& plan) {
    ExecutionContext execution = Context();
    return Texts(plan, &execution);
  }

 private:
  std::filesystem::path directory_;
  std::unique_ptr<TaskScheduler> scheduler_;
  ExecutionServices services_;
  CancellationToken cancellation_;
};

/// One batch per inner list.
inline PhysicalPlanPtr ScanOf(const Schema& schema, const std::vector<std::vector<Row>>& batches) {
  std::vector<std::shared_ptr<arrow::RecordBatch>> made;
  for (const std::vector<Row>& rows : batches) {
    made.push_back(MakeBatch(rows, schema).ValueOrDie());
  }
  return NewLocalScan(schema, std::move(made)).ValueOrDie();
}

/// Several partitions: one scan each.
inline PhysicalPlanPtr PartitionsOf(const Schema& schema,
                                    const std::vector<std::vector<Row>>& partitions) {
  std::vector<PhysicalPlanPtr> scans;
  for (const std::vector<Row>& rows : partitions) scans.push_back(ScanOf(schema, {rows}));
  return NewUnion(std::move(scans), schema).ValueOrDie();
}

inline ExpressionPtr Column(const Schema& schema, std::string_view name) {
  const int index = schema.IndexOf(name);
  const StructField& field = schema.field(index);
  return std::make_shared<BoundReference>(index, field.name, field.type, field.nullable);
}

inline ExpressionPtr Constant(const Value& value) { return Literal::Of(value).ValueOrDie(); }

inline ExpressionPtr Call(std::string_view name, std::vector<ExpressionPtr> arguments) {
  return BindCall(name, std::move(arguments), false, nullptr, FunctionSettings()).ValueOrDie();
}

inline PlannedAggregate Aggregated(std::string_view name, std::vector<ExpressionPtr> arguments,
                                   bool distinct = false, ExpressionPtr filter = nullptr) {
  const ExpressionPtr bound =
      BindCall(name, std::move(arguments), distinct, std::move(filter), FunctionSettings())
          .ValueOrDie();
  const auto* call = As<AggregateCall>(bound);
  PlannedAggregate planned;
  planned.function = std::shared_ptr<const BoundAggregate>(bound, &call->bound());
  planned.arguments = call->arguments();
  planned.filter = call->filter();
  planned.distinct = call->distinct();
  planned.text = call->Sql();
  return planned;
}

}  // namespace firesteel
