#include <gmock/gmock.h>

#include "optimizer/test_expressions.h"
#include "optimizer/test_trees.h"
#include "plan/subqueries.h"

namespace firesteel {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using test::As;
using test::Bind;
using test::GroupBy;
using test::Int;
using test::OptimizedTree;
using test::Scan;
using test::Select;
using test::Where;
using Form = SubqueryExpression::Form;

class SubqueryRulesTest : public ::testing::Test {
 protected:
  static ExpressionPtr Out(const PlanPtr& plan, int index) { return plan->output()[index]; }
  static ExpressionPtr Query(Form form, PlanPtr plan, std::vector<ExpressionPtr> values = {},
                             std::vector<ExpressionPtr> outer = {}) {
    return std::make_shared<SubqueryExpression>(form, std::move(plan), std::move(values),
                                                std::move(outer));
  }
  ExpressionPtr OuterA() const { return std::make_shared<OuterReference>(table_->output()[0]); }
  /// SELECT … FROM other WHERE x <name> table.a
  PlanPtr Correlated(std::string_view name) const {
    return Where(other_, Bind(name, x_, OuterA()));
  }

  const PlanPtr table_ = Scan("a INT, b INT");
  const PlanPtr other_ = Scan("x INT, y INT");
  const ExpressionPtr a_ = Out(table_, 0);
  const ExpressionPtr b_ = Out(table_, 1);
  const ExpressionPtr x_ = Out(other_, 0);
  const ExpressionPtr y_ = Out(other_, 1);
};

TEST_F(SubqueryRulesTest, InIsASemiJoin) {
  const PlanPtr query = Select(other_, x_);
  EXPECT_EQ(OptimizedTree(Where(table_, Bind("and", Bind(">", b_, Int(1)),
                                             Query(Form::kIn, query, {a_})))),
            "Join LeftSemi, (a#0 = x#1)\n"
            ":- Filter (b#2 > 1)\n"
            ":  +- TableScan t [a#0, b#2], filters [b > 1]\n"
            "+- TableScan t [x#1]\n");
}

TEST_F(SubqueryRulesTest, NotInIsAnAntiJoinThatKnowsNull) {
  const PlanPtr query = Select(other_, x_);
  EXPECT_EQ(OptimizedTree(Where(table_, Bind("not", Query(Form::kIn, query, {a_})))),
            "Join LeftAnti, ((a#0 = x#1) OR ((a#0 = x#1) IS NULL))\n"
            ":- TableScan t [a#0, b#2]\n"
            "+- TableScan t [x#1]\n");
}

TEST_F(SubqueryRulesTest, CorrelatedExists) {
  const ExpressionPtr exists = Query(Form::kExists, Correlated("="), {}, {a_});
  EXPECT_EQ(OptimizedTree(Where(table_, exists)),
            "Join LeftSemi, (x#0 = a#1)\n"
            ":- TableScan t [a#1, b#2]\n"
            "+- TableScan t [x#0]\n");
  EXPECT_THAT(OptimizedTree(Where(table_, Bind("not", exists))), HasSubstr("Join LeftAnti"));
  EXPECT_THAT(OptimizedTree(Where(table_, Bind("or", exists, Bind(">", b_, Int(1))))),
              AllOf(HasSubstr("Filter (exists#"), HasSubstr("Join ExistenceJoin(exists#")));
  EXPECT_THAT(OptimizedTree(Select(table_, As(exists, "e"))), HasSubstr("Join ExistenceJoin"));
}

TEST_F(SubqueryRulesTest, ExistsOfItsOwnIsRunOnce) {
  const ExpressionPtr exists = Query(Form::kExists, other_);
  EXPECT_THAT(OptimizedTree(Where(table_, exists)),
              AllOf(HasSubstr("Filter (scalarsubquery() IS NOT NULL)"), Not(HasSubstr("Join"))));
}

TEST_F(SubqueryRulesTest, ScalarOfItsOwnStays) {
  const ExpressionPtr value =
      Query(Form::kScalar, GroupBy(other_, {}, {As(Bind("max", y_), "m")}));
  EXPECT_THAT(OptimizedTree(Where(table_, Bind("<", a_, value))),
              AllOf(HasSubstr("Filter (a#0 < scalarsubquery())"), Not(HasSubstr("Join"))));
}

TEST_F(SubqueryRulesTest, CorrelatedAggregateByEquality) {
  const PlanPtr query = GroupBy(Correlated("="), {}, {As(Bind("count", y_), "n")});
  const std::string tree =
      OptimizedTree(Select(table_, As(Query(Form::kScalar, query, {}, {a_}), "n")));
  EXPECT_THAT(tree, HasSubstr("Join LeftOuter, (x#"));
  EXPECT_THAT(tree, HasSubstr("THEN 0 ELSE")) << "no row counts as none";
  EXPECT_THAT(tree, HasSubstr("Aggregate [x#"));
}

TEST_F(SubqueryRulesTest, CorrelatedAggregateByAnotherComparison) {
  const PlanPtr query = GroupBy(Correlated("<"), {}, {As(Bind("sum", y_), "s")});
  const std::string tree =
      OptimizedTree(Select(table_, As(Query(Form::kScalar, query, {}, {a_}), "s")));
  EXPECT_THAT(tree, HasSubstr("monotonically_increasing_id()"));
  EXPECT_THAT(tree, HasSubstr("Join LeftOuter, (x#"));
}

TEST_F(SubqueryRulesTest, InAnAggregateOfAllRowsIsAComparison) {
  const PlanPtr query = GroupBy(Correlated("="), {}, {As(Bind("max", y_), "m")});
  for (const ExpressionPtr& in : {Query(Form::kIn, query, {b_}, {a_}),
                                  Bind("not", Query(Form::kIn, query, {b_}, {a_}))}) {
    EXPECT_THAT(OptimizedTree(Where(table_, in)),
                AllOf(HasSubstr("Filter "), HasSubstr("Join LeftOuter, (x#")));
  }
  EXPECT_EQ(OptimizedTree(Where(table_, Query(Form::kExists, query, {}, {a_}))),
            "TableScan t [a#0, b#1]\n")
      << "there is always a row";
}

TEST_F(SubqueryRulesTest, CorrelatedRowsMustBeSingle) {
  const PlanPtr query = Select(Correlated("="), y_);
  EXPECT_THAT(OptimizedTree(Select(table_, As(Query(Form::kScalar, query, {}, {a_}), "y"))),
              HasSubstr("Join LeftSingle, (x#"));
}

TEST_F(SubqueryRulesTest, GroupsOfASubqueryBecomeFiner) {
  const PlanPtr query =
      GroupBy(Correlated("="), {y_}, {y_, As(Bind("count", x_), "n")});
  EXPECT_THAT(OptimizedTree(Where(table_, Query(Form::kExists, query, {}, {a_}))),
              HasSubstr("Aggregate [y#"));
}

TEST_F(SubqueryRulesTest, RefusesWhatWouldChangeTheAnswer) {
  const PlanPtr limited = Select(test::Take(Correlated("="), 1), y_);
  const PlanPtr single = Select(table_, As(Query(Form::kScalar, limited, {}, {a_}), "y"));
  EXPECT_EQ(ErrorCondition(Optimize(single).status()),
            "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE");
  const PlanPtr counted = GroupBy(Correlated("<"), {y_}, {y_, As(Bind("count", x_), "n")});
  EXPECT_EQ(ErrorCondition(
                Optimize(Where(table_, Query(Form::kExists, counted, {}, {a_}))).status()),
            "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE");
}

}  // namespace
}  // namespace firesteel
