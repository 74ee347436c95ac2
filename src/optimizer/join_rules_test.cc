#include <gmock/gmock.h>

#include "optimizer/test_expressions.h"
#include "optimizer/test_trees.h"
#include "plan/deduplicate.h"
#include "plan/joins.h"
#include "plan/queries.h"

namespace firesteel {
namespace {

using ::testing::HasSubstr;
using test::Bind;
using test::Int;
using test::OptimizedTree;
using test::Scan;
using test::Select;
using test::Take;
using test::Where;

class JoinRulesTest : public ::testing::Test {
 protected:
  PlanPtr JoinOf(JoinType type, ExpressionPtr condition = nullptr) const {
    return std::make_shared<Join>(left_, right_, type, std::move(condition));
  }
  static ExpressionPtr Out(const PlanPtr& plan, int index) { return plan->output()[index]; }
  /// a = x, with a condition on each side.
  ExpressionPtr Everything() const {
    return Bind("and", equal_, Bind("and", Bind(">", b_, Int(1)), Bind(">", y_, Int(2))));
  }

  const PlanPtr left_ = Scan("a INT, b INT");
  const PlanPtr right_ = Scan("x INT, y INT");
  const ExpressionPtr a_ = Out(left_, 0);
  const ExpressionPtr b_ = Out(left_, 1);
  const ExpressionPtr x_ = Out(right_, 0);
  const ExpressionPtr y_ = Out(right_, 1);
  const ExpressionPtr equal_ = Bind("=", a_, x_);
};

TEST_F(JoinRulesTest, FiltersOverAnInnerJoinMoveIntoItAndItsSides) {
  EXPECT_EQ(OptimizedTree(Where(JoinOf(JoinType::kCross), Everything())),
            "Join Inner, (a#0 = x#1)\n"
            ":- Filter (b#2 > 1)\n"
            ":  +- TableScan t [a#0, b#2], filters [b > 1]\n"
            "+- Filter (y#3 > 2)\n"
            "   +- TableScan t [x#1, y#3], filters [y > 2]\n");
}

TEST_F(JoinRulesTest, ConditionsMoveToTheSideThatMayBeMissing) {
  EXPECT_EQ(OptimizedTree(JoinOf(JoinType::kLeftOuter, Everything())),
            "Join LeftOuter, ((a#0 = x#1) AND (b#2 > 1))\n"
            ":- TableScan t [a#0, b#2]\n"
            "+- Filter (y#3 > 2)\n"
            "   +- TableScan t [x#1, y#3], filters [y > 2]\n");
  EXPECT_EQ(OptimizedTree(JoinOf(JoinType::kRightOuter, Everything())),
            "Join RightOuter, ((a#0 = x#1) AND (y#2 > 2))\n"
            ":- Filter (b#3 > 1)\n"
            ":  +- TableScan t [a#0, b#3], filters [b > 1]\n"
            "+- TableScan t [x#1, y#2]\n");
  EXPECT_THAT(OptimizedTree(JoinOf(JoinType::kFullOuter, Everything())),
              HasSubstr(":- TableScan t [a#0, b#2]\n+- TableScan t [x#1, y#3]\n"));
}

TEST_F(JoinRulesTest, FiltersOverAnOuterJoinMoveToTheSideThatStays) {
  EXPECT_EQ(OptimizedTree(Where(JoinOf(JoinType::kLeftOuter, equal_),
                                Bind("and", Bind(">", b_, Int(1)), Bind("isnull", y_)))),
            "Filter (y#0 IS NULL)\n"
            "+- Join LeftOuter, (a#1 = x#2)\n"
            "   :- Filter (b#3 > 1)\n"
            "   :  +- TableScan t [a#1, b#3], filters [b > 1]\n"
            "   +- TableScan t [x#2, y#0]\n");
}

TEST_F(JoinRulesTest, SemiAndAntiJoins) {
  EXPECT_EQ(OptimizedTree(Where(JoinOf(JoinType::kLeftSemi, Everything()), Bind("<", a_, Int(9)))),
            "Join LeftSemi, (a#0 = x#1)\n"
            ":- Filter ((b#2 > 1) AND (a#0 < 9))\n"
            ":  +- TableScan t [a#0, b#2], filters [b > 1, a < 9]\n"
            "+- Project [x#1]\n"
            "   +- Filter (y#3 > 2)\n"
            "      +- TableScan t [x#1, y#3], filters [y > 2]\n");
  EXPECT_EQ(OptimizedTree(JoinOf(JoinType::kLeftAnti, Everything())),
            "Join LeftAnti, ((a#0 = x#1) AND (b#2 > 1))\n"
            ":- TableScan t [a#0, b#2]\n"
            "+- Project [x#1]\n"
            "   +- Filter (y#3 > 2)\n"
            "      +- TableScan t [x#1, y#3], filters [y > 2]\n")
      << "a row that fails its own condition has no match, so it stays";
}

TEST_F(JoinRulesTest, SidesGiveOnlyWhatIsRead) {
  EXPECT_EQ(OptimizedTree(Select(JoinOf(JoinType::kInner, equal_), b_)),
            "Project [b#0]\n"
            "+- Join Inner, (a#1 = x#2)\n"
            "   :- TableScan t [a#1, b#0]\n"
            "   +- TableScan t [x#2]\n");
}

TEST_F(JoinRulesTest, LimitsMoveToTheSideThatStays) {
  EXPECT_EQ(OptimizedTree(Take(JoinOf(JoinType::kLeftOuter, equal_), 5)),
            "Limit 5\n"
            "+- Join LeftOuter, (a#0 = x#1)\n"
            "   :- Limit 5\n"
            "   :  +- TableScan t [a#0, b#2]\n"
            "   +- TableScan t [x#1, y#3]\n");
  EXPECT_EQ(OptimizedTree(Take(JoinOf(JoinType::kInner, equal_), 5)),
            "Limit 5\n"
            "+- Join Inner, (a#0 = x#1)\n"
            "   :- TableScan t [a#0, b#2]\n"
            "   +- TableScan t [x#1, y#3]\n");
}

TEST_F(JoinRulesTest, LimitsMoveBelowOffsets) {
  EXPECT_EQ(OptimizedTree(Take(std::make_shared<SkipRows>(3, left_), 5)),
            "Offset 3\n"
            "+- Limit 8\n"
            "   +- TableScan t [a#0, b#1]\n");
}

TEST_F(JoinRulesTest, SetOperationsBecomeJoins) {
  const auto operation = [&](SetOperation::Operation kind, bool all) {
    std::vector<AttributePtr> output;
    for (const AttributePtr& column : left_->output()) output.push_back(column->WithNewId());
    return std::make_shared<SetOperation>(kind, all, left_, right_, output);
  };
  EXPECT_EQ(OptimizedTree(operation(SetOperation::Operation::kIntersect, false)),
            "Project [a#0 AS a#1, b#2 AS b#3]\n"
            "+- Join LeftSemi, ((a#0 <=> x#4) AND (b#2 <=> y#5))\n"
            "   :- Aggregate [a#0, b#2], [a#0, b#2]\n"
            "   :  +- TableScan t [a#0, b#2]\n"
            "   +- TableScan t [x#4, y#5]\n");
  EXPECT_THAT(OptimizedTree(operation(SetOperation::Operation::kExcept, false)),
              HasSubstr("Join LeftAnti"));
  for (const auto kind : {SetOperation::Operation::kIntersect, SetOperation::Operation::kExcept}) {
    EXPECT_THAT(OptimizedTree(operation(kind, true)), HasSubstr("Generate explode"));
  }
}

TEST_F(JoinRulesTest, StreamsLeaveOutTheNullsThatMatchNothing) {
  const PlanPtr stream = Scan("k INT, v INT", true);
  const auto join = [&](JoinType type) -> PlanPtr {
    return std::make_shared<Join>(stream, right_, type, Bind("=", Out(stream, 0), x_));
  };
  EXPECT_THAT(OptimizedTree(join(JoinType::kInner)), HasSubstr("filters [k IS NOT NULL]"));
  EXPECT_THAT(OptimizedTree(join(JoinType::kLeftSemi)), HasSubstr("filters [k IS NOT NULL]"));
  // A left outer join gives such rows out, and so does an anti join.
  EXPECT_EQ(OptimizedTree(join(JoinType::kLeftOuter)).find("NOT NULL"), std::string::npos);
  EXPECT_EQ(OptimizedTree(join(JoinType::kLeftAnti)).find("NOT NULL"), std::string::npos);
}

TEST_F(JoinRulesTest, DuplicatesAreFirstValuesInBatchOnly) {
  const auto duplicates = [](const PlanPtr& plan) -> PlanPtr {
    return std::make_shared<Deduplicate>(std::vector<ExpressionPtr>{Out(plan, 0)}, false, plan);
  };
  EXPECT_EQ(OptimizedTree(duplicates(left_)),
            "Aggregate [a#0], [a#0, first(b#1) AS b#1]\n"
            "+- TableScan t [a#0, b#1]\n");
  const PlanPtr stream = Scan("k INT, v INT, w INT", true);
  EXPECT_EQ(OptimizedTree(Select(duplicates(stream), Out(stream, 1))),
            "Project [v#0]\n"
            "+- Deduplicate [k#1]\n"
            "   +- StreamingScan t [k#1, v#0]\n");
}

TEST_F(JoinRulesTest, DistinctIsAnAggregation) {
  EXPECT_EQ(OptimizedTree(std::make_shared<Distinct>(left_)),
            "Aggregate [a#0, b#1], [a#0, b#1]\n"
            "+- TableScan t [a#0, b#1]\n");
}

}  // namespace
}  // namespace firesteel
