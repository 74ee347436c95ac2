#include "exec/collect_metrics.h"

#include <gmock/gmock.h>

#include "exec/plan_test_environment.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;

const Schema& Measured() {
  static const Schema schema({{"n", TypeId::kLong}});
  return schema;
}

Row Of(Value n) { return Row({std::move(n)}); }
Row Of(int64_t n) { return Of(Value(n)); }

/// count(n), sum(n), first(n), sum(n) + 1 and a constant.
PhysicalPlanPtr Observed(PhysicalPlanPtr child, std::string name = "seen") {
  PlannedMetrics metrics;
  metrics.name = std::move(name);
  metrics.node_id = 7;
  const ExpressionPtr n = Column(Measured(), "n");
  metrics.aggregates = {Aggregated("count", {n}), Aggregated("sum", {n}), Aggregated("first", {n})};
  const auto result = [](int index) {
    return std::make_shared<BoundReference>(index, "", TypeId::kLong, true);
  };
  metrics.results = {result(0), result(1), result(2), Call("+", {result(1), Constant(int64_t{1})}),
                     Constant("x")};
  metrics.schema = *Schema::FromDdl("rows LONG, total LONG, first LONG, more LONG, text STRING");
  return CollectMetricsOperator::Make(std::move(child), std::move(metrics)).ValueOrDie();
}

class CollectMetricsTest : public ::testing::Test {
 protected:
  /// What the plan's observations saw when all of it was read.
  std::string Seen(const PhysicalPlanPtr& plan, std::vector<std::string>* rows = nullptr) {
    ExecutionContext execution = environment_.Context();
    std::vector<std::string> read = environment_.Texts(*plan, &execution);
    if (rows != nullptr) *rows = std::move(read);
    std::string text;
    const auto metrics = ObservedMetrics(FindObservations(*plan), &execution);
    if (!metrics.ok()) return metrics.status().ToString();
    for (const auto& [name, row] : *metrics) text += name + row.ToString();
    return text;
  }
  PlanTestEnvironment environment_;
};

TEST_F(CollectMetricsTest, PassesRowsOnAndAggregatesAllPartitions) {
  const auto scan = PartitionsOf(Measured(), {{Of(Value()), Of(5)}, {}, {Of(2), Of(3)}});
  std::vector<std::string> rows;
  EXPECT_EQ(Seen(Observed(scan), &rows), "seen[3,10,NULL,11,x]");
  EXPECT_THAT(rows, ElementsAre("[NULL]", "[5]", "[2]", "[3]"));
  ExecutionContext execution = environment_.Context();
  EXPECT_EQ(Observed(scan)->PartitionCount(execution), 3);
}

TEST_F(CollectMetricsTest, HasMetricsOfNoRows) {
  EXPECT_EQ(Seen(Observed(ScanOf(Measured(), {}))), "seen[0,NULL,NULL,NULL,x]");
}

TEST_F(CollectMetricsTest, SeesWhatIsReadOnly) {
  const auto scan = PartitionsOf(Measured(), {{Of(1), Of(2)}, {Of(4)}, {Of(8)}});
  EXPECT_EQ(Seen(NewLimit(Observed(scan), 3).ValueOrDie()), "seen[3,7,1,8,x]");
}

TEST_F(CollectMetricsTest, EveryRunStartsAnew) {
  const auto plan = Observed(ScanOf(Measured(), {{Of(4)}}));
  EXPECT_EQ(Seen(plan), "seen[1,4,4,5,x]");
  EXPECT_EQ(Seen(plan), "seen[1,4,4,5,x]");
}

TEST_F(CollectMetricsTest, OneNameCountsOnceAndOthersBesideIt) {
  const auto scan = ScanOf(Measured(), {{Of(4)}});
  const auto both =
      NewUnion({Observed(scan), Observed(scan), Observed(scan, "b")}, Measured()).ValueOrDie();
  EXPECT_EQ(FindObservations(*both).size(), 3);
  EXPECT_EQ(Seen(both), "b[1,4,4,5,x]seen[1,4,4,5,x]");
}

TEST_F(CollectMetricsTest, AMetricThatOverflowsIsAnError) {
  constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();
  const auto apart = PartitionsOf(Measured(), {{Of(kLargest)}, {Of(1)}});
  EXPECT_THAT(Seen(Observed(apart)), ::testing::HasSubstr("ARITHMETIC_OVERFLOW"));
}

}  // namespace
}  // namespace firesteel
