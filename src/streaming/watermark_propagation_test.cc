#include "streaming/watermark_propagation.h"

#include "exec/event_time_watermark.h"
#include "exec/operators.h"
#include "expr/nodes.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

/// Holds its output back by a fixed time.
class DelayingOperator final : public StatefulOperator {
 public:
  DelayingOperator(int id, int64_t delay_ms, std::vector<PhysicalPlanPtr> children)
      : StatefulOperator(Info(id), Schema(), std::move(children)), delay_ms_(delay_ms) {}

  std::string Name() const override { return "Delaying"; }
  Result<std::unique_ptr<BatchReader>> Execute(int, TaskContext*) const override {
    return Status::NotImplemented("Only looked at.");
  }
  bool NeedsBatchWithoutData(int64_t, int64_t) const override { return false; }
  int64_t OutputWatermarkMs(int64_t input_ms) const override { return input_ms - delay_ms_; }

 private:
  static StatefulOperatorInfo Info(int id) {
    StatefulOperatorInfo info;
    info.operator_id = id;
    return info;
  }
  const int64_t delay_ms_;
};

/// A source, or another child, with a watermark.
PhysicalPlanPtr Marked(PhysicalPlanPtr child = NewOneRowScan()) {
  return EventTimeWatermarkOperator::Make(
             std::move(child),
             std::make_shared<BoundReference>(0, "time", DataType(TypeId::kTimestamp), true),
             /*delay_ms=*/0, /*node_id=*/1, Schema())
      .ValueOrDie();
}

TEST(WatermarkPropagationTest, APlanWithoutStateHasNone) {
  EXPECT_TRUE(InputWatermarks(*NewOneRowScan(), {}, 100).empty());
}

TEST(WatermarkPropagationTest, AWatermarkBehindAnotherRedefinesIt) {
  const auto between = [](std::vector<PhysicalPlanPtr> children) {
    return std::make_shared<DelayingOperator>(0, 10, std::move(children));
  };
  EXPECT_TRUE(RedefinesWatermark(*Marked(Marked())));
  EXPECT_TRUE(RedefinesWatermark(*between({NewOneRowScan(), Marked(between({Marked()}))})));
  EXPECT_FALSE(RedefinesWatermark(*between({Marked(), Marked()})));
  EXPECT_FALSE(RedefinesWatermark(*Marked()));
}

TEST(WatermarkPropagationTest, ChainsDelayOneAnother) {
  const auto inner =
      std::make_shared<DelayingOperator>(1, 10, std::vector<PhysicalPlanPtr>{Marked()});
  const auto outer = std::make_shared<DelayingOperator>(0, 5, std::vector<PhysicalPlanPtr>{inner});
  EXPECT_EQ(InputWatermarks(*outer, FindStatefulOperators(*outer), 100),
            (std::vector<int64_t>{90, 100}));
}

TEST(WatermarkPropagationTest, TheSlowestInputCounts) {
  const auto slow =
      std::make_shared<DelayingOperator>(1, 30, std::vector<PhysicalPlanPtr>{Marked()});
  const auto fast =
      std::make_shared<DelayingOperator>(2, 10, std::vector<PhysicalPlanPtr>{Marked()});
  const auto top =
      std::make_shared<DelayingOperator>(0, 0, std::vector<PhysicalPlanPtr>{slow, fast});
  EXPECT_EQ(InputWatermarks(*top, FindStatefulOperators(*top), 100),
            (std::vector<int64_t>{70, 100, 100}));
}

TEST(WatermarkPropagationTest, InputsWithoutWatermarkDoNotCount) {
  const auto plain =
      std::make_shared<DelayingOperator>(1, 30, std::vector<PhysicalPlanPtr>{NewOneRowScan()});
  const auto top =
      std::make_shared<DelayingOperator>(0, 0, std::vector<PhysicalPlanPtr>{plain, Marked()});
  EXPECT_EQ(InputWatermarks(*top, FindStatefulOperators(*top), 100),
            (std::vector<int64_t>{100, kNoWatermark}));
}

}  // namespace
}  // namespace firesteel
