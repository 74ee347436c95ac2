#include "analyzer/check_metrics.h"

#include <gtest/gtest.h>

#include "analyzer/test_analysis.h"
#include "analyzer/unsupported_operation_checker.h"
#include "plan/event_time.h"
#include "plan/joins.h"

namespace firesteel::test {
namespace {

PlanPtr ObservedAs(std::string name, PlanPtr child, std::vector<ExpressionPtr> metrics,
                   int64_t node_id = 1) {
  return std::make_shared<CollectMetrics>(std::move(name), std::move(metrics), node_id, nullptr,
                                          std::move(child));
}

PlanPtr Numbers(bool streaming = false) { return Scan("a INT, b INT", streaming); }

ExpressionPtr DistinctCount() {
  return std::make_shared<UnresolvedFunction>("count", std::vector<ExpressionPtr>{Name("a")},
                                              /*distinct=*/true);
}

/// The condition for one metric; "" where it is fine.
std::string Refusal(ExpressionPtr metric) {
  const auto analyzed = Session().Run(ObservedAs("m", Numbers(), {std::move(metric)}));
  return analyzed.ok() ? "" : ErrorCondition(analyzed.status());
}

TEST(CheckMetricsTest, NamesMetricsAsColumns) {
  EXPECT_EQ(Session().Tree(ObservedAs(
                "m", Numbers(),
                {Call("count", Star()), As(Call("max", Name("b")), "top"), As(Int(1), "one")})),
            "CollectMetrics m, [count(1) AS count(1)#0, max(b#1) AS top#2, 1 AS one#3]\n"
            "+- TableScan t [a#4, b#1]\n");
  EXPECT_EQ(Session().SchemaOf(ObservedAs("m", Numbers(), {Call("count", Star())})), "a:int,b:int");
}

TEST(CheckMetricsTest, RefusesWhatIsNoAggregate) {
  const std::string prefix = "INVALID_OBSERVED_METRICS.";
  EXPECT_EQ(Refusal(Name("a")), prefix + "NON_AGGREGATE_FUNC_ARG_IS_ATTRIBUTE");
  EXPECT_EQ(Refusal(Call("+", Call("sum", Name("a")), Name("b"))),
            prefix + "NON_AGGREGATE_FUNC_ARG_IS_ATTRIBUTE");
  EXPECT_EQ(Refusal(DistinctCount()), prefix + "AGGREGATE_EXPRESSION_WITH_DISTINCT_UNSUPPORTED");
  EXPECT_EQ(Refusal(std::make_shared<UnresolvedFunction>(
                "count", std::vector<ExpressionPtr>{Name("a")}, false, Origin(), Bool(true))),
            prefix + "AGGREGATE_EXPRESSION_WITH_FILTER_UNSUPPORTED");
  EXPECT_EQ(Refusal(Call("sum", Call("count", Name("a")))),
            prefix + "NESTED_AGGREGATES_UNSUPPORTED");
  EXPECT_EQ(Refusal(Call("+", Call("sum", Name("a")), Call("rand"))),
            prefix + "NON_AGGREGATE_FUNC_ARG_IS_NON_DETERMINISTIC");
  EXPECT_EQ(Refusal(Call("explode", Call("array", Int(1)))),
            "UNSUPPORTED_GENERATOR.OUTSIDE_SELECT");
  EXPECT_EQ(Refusal(Call("sum", Name("c"))), "UNRESOLVED_COLUMN.WITH_SUGGESTION");
  EXPECT_EQ(Refusal(Call("sum", Call("rand"))), "");
  EXPECT_EQ(Refusal(Call("+", Call("sum", Name("a")), Call("min", Name("b")))), "");
}

TEST(CheckMetricsTest, ANameStandsForOneObservation) {
  const auto count = [] { return std::vector<ExpressionPtr>{As(Call("count", Star()), "n")}; };
  const PlanPtr table = Numbers();
  const PlanPtr observed = ObservedAs("m", table, count());
  const auto condition = [](const PlanPtr& plan) {
    const auto analyzed = Session().Run(plan);
    return analyzed.ok() ? "" : ErrorCondition(analyzed.status());
  };
  EXPECT_EQ(condition(ObservedAs("", table, count())), "INVALID_OBSERVED_METRICS.MISSING_NAME");
  EXPECT_EQ(condition(ObservedAs("m", observed, count(), 2)), "DUPLICATED_METRICS_NAME");
  EXPECT_EQ(condition(UnionOf({observed, ObservedAs("m", table, count(), 2)})),
            "DUPLICATED_METRICS_NAME");
  EXPECT_EQ(condition(ObservedAs("other", observed, count(), 2)), "");
  EXPECT_EQ(condition(UnionOf({observed, observed})), "");
  EXPECT_EQ(condition(std::make_shared<Join>(observed, observed, JoinType::kCross, nullptr)), "");
}

TEST(CheckMetricsTest, AStreamIsObservedButNotSampled) {
  const PlanPtr observed = ObservedAs("m", Numbers(true), {Call("count", Star())});
  const auto analyzed = Session().Run(observed);
  ASSERT_TRUE(analyzed.ok()) << analyzed.status().ToString();
  EXPECT_TRUE(CheckForStreaming(*analyzed, OutputMode::kAppend).ok());
  const auto sample = [](bool streaming) {
    return Session().Run(Select(Numbers(streaming), Star(),
                                std::make_shared<Alias>(Call("rand", Int(1)), "r", NewExprId(),
                                                        WithMetadataKey("", kSampleKey))));
  };
  EXPECT_EQ(ErrorCondition(CheckForStreaming(*sample(true), OutputMode::kAppend)),
            "_LEGACY_ERROR_TEMP_3102");
  EXPECT_TRUE(CheckForBatch(*sample(false)).ok());
}

}  // namespace
}  // namespace firesteel::test
