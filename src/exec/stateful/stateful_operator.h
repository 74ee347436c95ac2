#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exec/batch_context.h"
#include "exec/physical_plan.h"
#include "state/state_metadata.h"
#include "state/state_store.h"

namespace firesteel {

class Clock;
struct OperatorMetrics;

/// What a stateful operator is called in the checkpoint and how its state is laid out; fixed at
/// planning. Operators are numbered from the sink towards the sources, as Spark numbers them.
struct StatefulOperatorInfo {
  int operator_id = 0;
  std::string name;              ///< stateStoreSave, …
  int partitions = 0;            ///< as operator metadata says: the number of shuffle partitions
  int used_partitions = 0;       ///< 1 for a global aggregate
  struct Store {
    std::string name;            ///< "" for the default store
    Schema key_schema;
    Schema value_schema;
    int prefix_columns = 0;
  };
  std::vector<Store> stores;
};

/// A physical operator with state. The streaming engine finds these in the plan, writes their
/// metadata before the first batch, reads their metrics after each, and asks them about watermarks.
class StatefulOperator : public PhysicalPlan {
 public:
  const StatefulOperatorInfo& info() const { return info_; }
  /// Whether a batch without data would change anything, now that the watermark is `watermark_ms`
  /// and the last batch's eviction watermark was `evicted_ms`.
  virtual bool NeedsBatchWithoutData(int64_t watermark_ms, int64_t evicted_ms) const = 0;
  /// The watermark that holds for this operator's output when its input has `input_watermark_ms`.
  virtual int64_t OutputWatermarkMs(int64_t input_watermark_ms) const { return input_watermark_ms; }
  /// Committing waits for the disk once per store, which threads do side by side.
  std::optional<int64_t> KnownRows(const ExecutionContext&) const override { return std::nullopt; }

 protected:
  StatefulOperator(StatefulOperatorInfo info, Schema schema, std::vector<PhysicalPlanPtr> children)
      : PhysicalPlan(std::move(schema), std::move(children)), info_(std::move(info)) {}

  /// Errors: INTERNAL_ERROR when `what`, this operator, runs without state or its input is cut into
  /// other partitions than its state.
  Status CheckPlace(const ExecutionContext& execution, std::string_view what) const;

 private:
  StatefulOperatorInfo info_;
};

/// Opens the version of a store that `batch` reads: batch N reads version N and writes N + 1.
Result<std::unique_ptr<StateStore>> OpenStateStore(const BatchContext& batch, int operator_id,
                                                   int partition, const std::string& store,
                                                   const StateStoreOptions& options);

/// Commits the version that `store` has written, adds to `metrics` what it holds now and how long that
/// took, and lets go of it.
Status CommitStateStore(std::unique_ptr<StateStore>* store, const Clock& clock,
                        OperatorMetrics* metrics);

/// The schema of state columns: Spark makes everything in it nullable, at every level.
Schema AsStateSchema(const std::vector<StructField>& fields);
std::vector<DataType> TypesOf(const std::vector<StructField>& fields);

/// The stateful operators of a plan, by operator id.
std::vector<const StatefulOperator*> FindStatefulOperators(const PhysicalPlan& plan);

}  // namespace firesteel
