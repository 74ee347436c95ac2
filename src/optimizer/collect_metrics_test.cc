#include "plan/collect_metrics.h"

#include <gtest/gtest.h>

#include "optimizer/optimizer.h"
#include "optimizer/test_expressions.h"

namespace firesteel {
namespace {

using test::As;
using test::Bind;
using test::Int;
using test::Scan;
using test::Select;
using test::Take;
using test::Where;

class ObservedPlanTest : public ::testing::Test {
 protected:
  static std::string Tree(const PlanPtr& plan) {
    const auto optimized = Optimize(plan);
    return optimized.ok() ? test::NormalizeIds((*optimized)->TreeString())
                          : optimized.status().ToString();
  }
  PlanPtr Observed(PlanPtr child) const {
    return std::make_shared<CollectMetrics>(
        "m", std::vector<ExpressionPtr>{As(Bind("max", b_), "top")}, 1, nullptr, std::move(child));
  }

  const PlanPtr scan_ = Scan("a INT, b INT, c STRING");
  const ExpressionPtr a_ = scan_->output()[0];
  const ExpressionPtr b_ = scan_->output()[1];
};

TEST_F(ObservedPlanTest, FiltersAndLimitsStayAbove) {
  EXPECT_EQ(Tree(Where(Observed(scan_), Bind(">", a_, Int(1)))),
            "Filter (a#0 > 1)\n"
            "+- CollectMetrics m, [max(b#1) AS top#2]\n"
            "   +- TableScan t [a#0, b#1, c#3]\n");
  EXPECT_EQ(Tree(Take(Observed(scan_), 2)),
            "Limit 2\n"
            "+- CollectMetrics m, [max(b#0) AS top#1]\n"
            "   +- TableScan t [a#2, b#0, c#3]\n");
}

TEST_F(ObservedPlanTest, OnlyWhatIsReadOrObservedIsScanned) {
  EXPECT_EQ(Tree(Select(Observed(scan_), a_)),
            "Project [a#0]\n"
            "+- CollectMetrics m, [max(b#1) AS top#2]\n"
            "   +- TableScan t [a#0, b#1]\n");
}

TEST_F(ObservedPlanTest, LimitsOfAStreamMoveThroughProjectionsAndBecomeOne) {
  const PlanPtr stream = Scan("a INT", true);
  const PlanPtr projected =
      Select(Take(stream, 5), As(Bind("+", stream->output()[0], Int(1)), "x"));
  EXPECT_EQ(Tree(Take(projected, 3)),
            "Project [(a#0 + 1) AS x#1]\n"
            "+- Limit 3\n"
            "   +- StreamingScan t [a#0]\n");
}

}  // namespace
}  // namespace firesteel
