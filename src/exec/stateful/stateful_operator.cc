#include "exec/stateful/stateful_operator.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/error.h"
#include "exec/execution_context.h"

namespace firesteel {

namespace {

std::vector<StructField> AsNullableFields(std::vector<StructField> fields);

DataType AsNullable(const DataType& type) {
  switch (type.id()) {
    case TypeId::kArray:
      return DataType::Array(AsNullable(type.element_type()), true);
    case TypeId::kMap:
      return DataType::Map(AsNullable(type.key_type()), AsNullable(type.value_type()), true);
    case TypeId::kStruct:
      return DataType::Struct(AsNullableFields(type.fields()));
    default:
      return type;
  }
}

std::vector<StructField> AsNullableFields(std::vector<StructField> fields) {
  for (StructField& field : fields) {
    field.type = AsNullable(field.type);
    field.nullable = true;
  }
  return fields;
}

void Collect(const PhysicalPlan& plan, std::vector<const StatefulOperator*>* found) {
  if (const auto* stateful = dynamic_cast<const StatefulOperator*>(&plan)) {
    found->push_back(stateful);
  }
  for (const PhysicalPlanPtr& child : plan.children()) Collect(*child, found);
}

}  // namespace

Status StatefulOperator::CheckPlace(const ExecutionContext& execution,
                                    std::string_view what) const {
  if (!execution.batch().state_stores) {
    return InternalError(fmt::format("{} ran outside of a streaming query.", what));
  }
  for (const PhysicalPlanPtr& child : children()) {
    if (child->PartitionCount(execution) != info_.used_partitions) {
      return InternalError(fmt::format("{}: the input is not partitioned as its state.", what));
    }
  }
  return Status::OK();
}

Result<std::unique_ptr<StateStore>> OpenStateStore(const BatchContext& batch, int operator_id,
                                                   int partition, const std::string& store,
                                                   const StateStoreOptions& options) {
  const StateStoreId id{batch.state_root, operator_id, partition, store};
  ARROW_ASSIGN_OR_RAISE(StateStoreProvider* const provider,
                        batch.state_stores->GetProvider(id, options));
  return provider->GetStore(batch.batch_id);
}

Status CommitStateStore(std::unique_ptr<StateStore>* store, const Clock& clock,
                        OperatorMetrics* metrics) {
  const int64_t start = clock.MonotonicNanos();
  ARROW_RETURN_NOT_OK((*store)->Commit().status());
  const StateStoreMetrics held = (*store)->metrics();
  store->reset();
  metrics->state_rows_total += held.keys;
  metrics->state_memory_bytes += held.memory_bytes;
  metrics->commit_time_nanos += clock.MonotonicNanos() - start;
  metrics->partitions += 1;
  return Status::OK();
}

std::vector<DataType> TypesOf(const std::vector<StructField>& fields) {
  std::vector<DataType> types;
  for (const StructField& field : fields) types.push_back(field.type);
  return types;
}

Schema AsStateSchema(const std::vector<StructField>& fields) {
  return Schema(AsNullableFields(fields));
}

std::vector<const StatefulOperator*> FindStatefulOperators(const PhysicalPlan& plan) {
  std::vector<const StatefulOperator*> found;
  Collect(plan, &found);
  std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) {
    return a->info().operator_id < b->info().operator_id;
  });
  return found;
}

}  // namespace firesteel
