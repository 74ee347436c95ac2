#include "exec/stateful/streaming_join.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "arrow/type.h"
#include "common/error.h"
#include "exec/expression_text.h"
#include "exec/stateful/event_time_key.h"
#include "exec/stateful/streaming_join_reader.h"
#include "types/arrow_types.h"

namespace firesteel {

namespace {

Result<JoinSideLayout> LayoutOf(std::string prefix, const PlannedStreamJoin& planned,
                                const PlannedStreamJoin::Side& side, const Schema& columns,
                                const StateOptions& options) {
  std::vector<DataType> types;
  for (const ExpressionPtr& key : side.keys) types.push_back(key->type());
  const bool by_value = planned.event_time_key < 0 && side.state_offset_ms.has_value();
  return JoinSideLayout::Make(std::move(prefix), types, columns, planned.event_time_key,
                              by_value ? side.event_time_column : -1, options);
}

std::string_view NameOf(JoinKind kind) {
  switch (kind) {
    case JoinKind::kInner: return "Inner";
    case JoinKind::kLeftOuter: return "LeftOuter";
    case JoinKind::kRightOuter: return "RightOuter";
    case JoinKind::kFullOuter: return "FullOuter";
    case JoinKind::kLeftSemi: return "LeftSemi";
    default: return "";
  }
}

class StreamingJoin final : public StatefulOperator {
 public:
  StreamingJoin(StatefulOperatorInfo info, Schema schema, PhysicalPlanPtr left,
                PhysicalPlanPtr right, StreamingJoinPlan plan)
      : StatefulOperator(std::move(info), std::move(schema), {std::move(left), std::move(right)}),
        plan_(std::move(plan)) {}

  static Result<PhysicalPlanPtr> Make(PhysicalPlanPtr left, PhysicalPlanPtr right,
                                      PlannedStreamJoin planned, Schema schema,
                                      StateOptions options) {
    if (NameOf(planned.kind).empty()) return InternalError("Not a join of two streams.");
    if (planned.left.keys.empty() || planned.left.keys.size() != planned.right.keys.size()) {
      return InternalError("A join of two streams needs keys.");
    }
    for (size_t i = 0; i < planned.left.keys.size(); ++i) {
      if (!planned.left.keys[i]->type().SameType(planned.right.keys[i]->type())) {
        return InternalError("The keys of a join differ in type.");
      }
    }
    ARROW_ASSIGN_OR_RAISE(JoinSideLayout left_layout,
                          LayoutOf("left", planned, planned.left, left->schema(), options));
    ARROW_ASSIGN_OR_RAISE(JoinSideLayout right_layout,
                          LayoutOf("right", planned, planned.right, right->schema(), options));
    StatefulOperatorInfo info;
    info.operator_id = options.operator_id;
    info.name = "symmetricHashJoin";
    info.partitions = options.shuffle_partitions;
    info.used_partitions = options.shuffle_partitions;
    for (const JoinSideLayout* layout : {&left_layout, &right_layout}) {
      info.stores.insert(info.stores.end(), layout->stores().begin(), layout->stores().end());
    }
    std::vector<std::shared_ptr<arrow::Field>> fields = ToArrowSchema(left->schema())->fields();
    const auto right_schema = ToArrowSchema(right->schema());
    fields.insert(fields.end(), right_schema->fields().begin(), right_schema->fields().end());
    StreamingJoinPlan plan{std::move(planned), std::move(left_layout), std::move(right_layout),
                           arrow::schema(std::move(fields)), ToArrowSchema(schema)};
    return std::make_shared<StreamingJoin>(std::move(info), std::move(schema), std::move(left),
                                           std::move(right), std::move(plan));
  }

  std::string Name() const override {
    const PlannedStreamJoin& planned = plan_.planned;
    std::string text = "StreamingJoin " + ExpressionListText(planned.left.keys) + ", " +
                       ExpressionListText(planned.right.keys) + ", " +
                       std::string(NameOf(planned.kind));
    if (planned.condition) text += ", " + planned.condition->Sql();
    return text + ", state " + std::to_string(info().operator_id);
  }

  bool NeedsBatchWithoutData(int64_t watermark_ms, int64_t evicted_ms) const override {
    return (plan_.left.ends() || plan_.right.ends()) && watermark_ms > evicted_ms;
  }

  /// A pair is as old as the oldest row that still finds a partner.
  int64_t OutputWatermarkMs(int64_t input_watermark_ms) const override {
    int64_t output_ms = input_watermark_ms;
    if (plan_.planned.event_time_key >= 0) return output_ms;
    for (const PlannedStreamJoin::Side* side : {&plan_.planned.left, &plan_.planned.right}) {
      if (!side->state_offset_ms) continue;
      output_ms = std::min(output_ms, AddSaturated(input_watermark_ms, *side->state_offset_ms));
    }
    return output_ms;
  }

  Status Prepare(ExecutionContext* execution) const override {
    return CheckPlace(*execution, "A join of two streams");
  }

  Result<std::unique_ptr<BatchReader>> Execute(int partition, TaskContext* task) const override {
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> left,
                          children()[0]->Execute(partition, task));
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<BatchReader> right,
                          children()[1]->Execute(partition, task));
    return OpenStreamingJoin(&plan_, info().operator_id, std::move(left), std::move(right),
                             task->execution->Metrics(this), task);
  }

 private:
  StreamingJoinPlan plan_;
};

}  // namespace

Result<PhysicalPlanPtr> NewStreamingJoin(PhysicalPlanPtr left, PhysicalPlanPtr right,
                                         PlannedStreamJoin planned, Schema schema,
                                         StateOptions options) {
  return StreamingJoin::Make(std::move(left), std::move(right), std::move(planned),
                             std::move(schema), std::move(options));
}

}  // namespace firesteel
