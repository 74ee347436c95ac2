#include "connect/server/observed_relations.h"

#include <utility>

#include "connect/server/literal_values.h"

namespace firesteel {

void ObservedRelation::Receive(const Result<Row>& metrics) {
  if (!metrics.ok()) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  metrics_ = *metrics;
}

void ObservedRelation::Describe(Operation::Response::ObservedMetrics* out) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  out->set_name(name_);
  out->set_plan_id(plan_id_);
  for (int i = 0; i < metrics_.size(); ++i) {
    const StructField& field = metrics_.schema()->field(i);
    out->add_keys(field.name);
    ToLiteral(metrics_[i], field.type, out->add_values());
  }
}

void SendObserved(const std::vector<std::shared_ptr<ObservedRelation>>& observed,
                  Operation* operation) {
  if (observed.empty()) return;
  Operation::Response response;
  for (const auto& relation : observed) relation->Describe(response.add_observed_metrics());
  operation->Send(std::move(response));
}

}  // namespace firesteel
