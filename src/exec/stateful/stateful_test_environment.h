#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checkpoint/checkpoint_file_manager.h"
#include "exec/plan_test_environment.h"
#include "exec/source_test_stream.h"
#include "exec/stateful/stateful_operator.h"

namespace firesteel {

/// What tests of operators with state run them with: a checkpoint directory and batches of rows per
/// source. Every batch runs alone; Restart forgets what is not on disk.
class StatefulTestEnvironment {
 public:
  using Rows = std::vector<Row>;
  struct Batch {
    int64_t id = 0;
    std::vector<Rows> sources;  ///< one partition each
    OperatorWatermarks watermarks;
  };

  explicit StatefulTestEnvironment(std::vector<Schema> schemas) : schemas_(std::move(schemas)) {
    Restart();
  }

  void Restart() { stores_ = std::make_unique<StateStoreCoordinator>(&files_); }
  PhysicalPlanPtr Scan(int source) const {
    return NewMicroBatchScan(schemas_[source], source, "test").ValueOrDie();
  }
  PlanTestEnvironment& plans() { return environment_; }

  BatchContext ContextOf(const Batch& batch) {
    BatchContext context;
    context.batch_id = batch.id;
    context.watermarks = {batch.watermarks};
    context.state_stores = stores_.get();
    context.state_root = environment_.directory() + "/checkpoint/state";
    for (size_t i = 0; i < schemas_.size(); ++i) {
      SourceBatch source{&stream_, {}};
      if (i < batch.sources.size() && !batch.sources[i].empty()) {
        auto partition = std::make_shared<TestPartition>();
        partition->batches.push_back(MakeBatch(batch.sources[i], schemas_[i]).ValueOrDie());
        source.partitions.push_back(std::move(partition));
      }
      context.sources.push_back(std::move(source));
    }
    return context;
  }

  /// Runs a batch and returns its rows as text; `metrics()` is then the operator's.
  std::vector<std::string> Run(const PhysicalPlanPtr& plan, const Batch& batch) {
    ExecutionContext execution = environment_.Context(ContextOf(batch));
    std::vector<std::string> texts = environment_.Texts(*plan, &execution);
    const OperatorMetrics& metrics = *execution.Metrics(FindStatefulOperators(*plan)[0]);
    metrics_ = "total=" + std::to_string(metrics.state_rows_total) +
               " updated=" + std::to_string(metrics.state_rows_updated) +
               " removed=" + std::to_string(metrics.state_rows_removed) +
               " late=" + std::to_string(metrics.rows_dropped_by_watermark);
    return texts;
  }
  const std::string& metrics() const { return metrics_; }

 private:
  std::vector<Schema> schemas_;
  PlanTestEnvironment environment_;
  CheckpointFileManager files_{Env::Posix()};
  std::unique_ptr<StateStoreCoordinator> stores_;
  TestSourceStream stream_;
  std::string metrics_;
};

}  // namespace firesteel
