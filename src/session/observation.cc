#include "firesteel/observation.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "common/error.h"
#include "common/random.h"
#include "firesteel/dataframe.h"
#include "plan/collect_metrics.h"
#include "session/observation_state.h"

namespace firesteel {

Observation::Observation() : Observation(NewUuid()) {}

Observation::Observation(std::string name) : state_(std::make_shared<State>(std::move(name))) {}

const std::string& Observation::name() const { return state_->name; }

Result<Observation::Metrics> Observation::Get() const {
  std::unique_lock<std::mutex> lock(state_->mutex);
  state_->changed.wait(lock, [this] { return state_->metrics.has_value(); });
  return *state_->metrics;
}

std::optional<Result<Observation::Metrics>> Observation::GetIfDone() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->metrics;
}

bool Observation::State::Claim() {
  const std::lock_guard<std::mutex> lock(mutex);
  return !std::exchange(claimed, true);
}

void Observation::State::Receive(const Result<Row>& row) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (metrics && metrics->ok()) return;
  if (!row.ok()) {
    metrics = row.status();
  } else {
    Metrics values;
    for (int i = 0; i < row->size(); ++i) values[row->schema()->field(i).name] = (*row)[i];
    metrics = std::move(values);
  }
  changed.notify_all();
}

DataFrame DataFrame::Observe(const std::string& name, const std::vector<Column>& metrics) const {
  return ObserveInto(name, metrics, nullptr);
}

DataFrame DataFrame::Observe(const Observation& observation,
                             const std::vector<Column>& metrics) const {
  if (!status_.ok()) return *this;
  const Result<bool> streaming = IsStreaming();
  if (!streaming.ok()) return DataFrame(backend_, streaming.status());
  if (*streaming) {
    return DataFrame(backend_, Status::Invalid("An Observation holds the metrics of one query, "
                                               "and a stream has some for every batch: observe "
                                               "it by a name and read them in its progress."));
  }
  if (observation.name().empty()) {
    return DataFrame(backend_, Status::Invalid("An Observation needs a name."));
  }
  if (!observation.state_->Claim()) {
    return DataFrame(backend_,
                     Status::Invalid("The Observation ", observation.name(),
                                     " is in use already; each observes one DataFrame only."));
  }
  return ObserveInto(observation.name(), metrics,
                     [state = observation.state_](const Result<Row>& row) { state->Receive(row); });
}

DataFrame DataFrame::ObserveInto(const std::string& name, const std::vector<Column>& metrics,
                                 std::function<void(const Result<Row>& metrics)> receiver) const {
  if (!status_.ok()) return *this;
  std::vector<ExpressionPtr> expressions;
  for (const Column& metric : metrics) {
    if (!metric.status().ok()) return DataFrame(backend_, metric.status());
    expressions.push_back(metric.expression());
  }
  return DataFrame(backend_,
                   std::make_shared<CollectMetrics>(name, std::move(expressions), NewExprId(),
                                                    std::move(receiver), plan_));
}

}  // namespace firesteel
