#include "streaming/watermark_propagation.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "exec/event_time_watermark.h"

namespace firesteel {
namespace {

class Propagation {
 public:
  Propagation(const std::vector<const StatefulOperator*>& operators, int64_t watermark_ms)
      : operators_(operators), watermark_ms_(watermark_ms) {
    for (const StatefulOperator* stateful : operators) {
      const size_t id = static_cast<size_t>(stateful->info().operator_id);
      if (inputs_.size() <= id) inputs_.resize(id + 1, kNoWatermark);
    }
  }

  // Returns the watermark of the node's output; nullopt without one.
  std::optional<int64_t> Visit(const PhysicalPlan& node) {
    std::optional<int64_t> input_ms;
    for (const PhysicalPlanPtr& child : node.children()) {
      const std::optional<int64_t> child_ms = Visit(*child);
      if (child_ms) input_ms = input_ms ? std::min(*input_ms, *child_ms) : *child_ms;
    }
    if (dynamic_cast<const EventTimeWatermarkOperator*>(&node) != nullptr) return watermark_ms_;
    const auto stateful = std::find(operators_.begin(), operators_.end(), &node);
    if (stateful == operators_.end() || !input_ms) return input_ms;
    inputs_[(*stateful)->info().operator_id] = *input_ms;
    return (*stateful)->OutputWatermarkMs(*input_ms);
  }

  std::vector<int64_t> Take() { return std::move(inputs_); }

 private:
  const std::vector<const StatefulOperator*>& operators_;
  const int64_t watermark_ms_;
  std::vector<int64_t> inputs_;
};

}  // namespace

bool RedefinesWatermark(const PhysicalPlan& plan) {
  const std::vector<const EventTimeWatermarkOperator*> watermarks = FindEventTimeWatermarks(plan);
  return std::any_of(watermarks.begin(), watermarks.end(),
                     [](const EventTimeWatermarkOperator* watermark) {
                       return !FindEventTimeWatermarks(*watermark->children()[0]).empty();
                     });
}

std::vector<int64_t> InputWatermarks(const PhysicalPlan& plan,
                                     const std::vector<const StatefulOperator*>& operators,
                                     int64_t watermark_ms) {
  Propagation propagation(operators, watermark_ms);
  propagation.Visit(plan);
  return propagation.Take();
}

}  // namespace firesteel
