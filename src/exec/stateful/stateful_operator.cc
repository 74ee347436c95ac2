#include "exec/stateful/stateful_operator.h"

#include <algorithm>

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
