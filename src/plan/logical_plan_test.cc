#include "plan/logical_plan.h"

#include <gtest/gtest.h>

#include "plan/test_plans.h"

namespace firesteel {
namespace {

using test::Int;
using test::Name;
using test::NormalizeIds;
using test::Scan;
using test::Select;
using test::Where;

ExpressionPtr ColumnOf(const PlanPtr& plan, int index) { return plan->output()[index]; }

TEST(LogicalPlanTest, PrintsTreesWithOneNodePerLine) {
  const PlanPtr scan = Scan("a INT, b STRING");
  const PlanPtr left = Select(scan, ColumnOf(scan, 0));
  const PlanPtr all = test::UnionOf({left, test::Named(scan, "x"), test::Take(scan, 3)});
  EXPECT_EQ(NormalizeIds(test::OrderBy(all, Name("a"))->TreeString()),
            "'Sort ['a ASC NULLS FIRST], true\n"
            "+- 'Union false, false\n"
            "   :- Project [a#0]\n"
            "   :  +- TableScan t [a#0, b#1]\n"
            "   :- SubqueryAlias x\n"
            "   :  +- TableScan t [a#0, b#1]\n"
            "   +- Limit 3\n"
            "      +- TableScan t [a#0, b#1]\n");
}

TEST(LogicalPlanTest, DescribesScansWithTheirFilters) {
  const PlanPtr scan = As<TableScan>(Scan("a INT", true))
                           ->WithFilters({{Predicate::Op::kGreater, "a", {Value(1)}},
                                          {Predicate::Op::kIn, "a", {Value(1), Value(2)}},
                                          {Predicate::Op::kIsNull, "a", {}}});
  EXPECT_EQ(NormalizeIds(scan->Describe()),
            "StreamingScan t [a#0], filters [a > 1, a IN (1, 2), a IS NULL]");
}

TEST(LogicalPlanTest, KnowsWhetherItIsResolved) {
  const PlanPtr scan = Scan("a INT");
  EXPECT_TRUE(scan->resolved());
  EXPECT_TRUE(Select(scan, ColumnOf(scan, 0))->resolved());
  EXPECT_FALSE(Select(scan, Name("a"))->resolved());
  EXPECT_FALSE(Select(scan, Int(1))->resolved()) << "has no name";
  EXPECT_FALSE(test::Take(Select(scan, Name("a")), 1)->resolved()) << "the child is not";
  EXPECT_FALSE(test::UnionOf({scan, scan})->resolved());
  EXPECT_FALSE(std::make_shared<DropColumns>(std::vector<std::string>{"a"}, scan)->resolved());
}

TEST(LogicalPlanTest, IsStreamingWhenALeafIs) {
  const PlanPtr batch = Scan("a INT");
  const PlanPtr stream = Scan("a INT", true);
  EXPECT_FALSE(Where(batch, Name("a"))->is_streaming());
  EXPECT_TRUE(Where(stream, Name("a"))->is_streaming());
  EXPECT_TRUE(test::UnionOf({batch, stream})->is_streaming());
}

TEST(LogicalPlanTest, OutputsFollowTheChild) {
  const PlanPtr scan = Scan("a INT NOT NULL, b STRING");
  const PlanPtr named = test::Named(scan, "x");
  EXPECT_EQ(named->output()[1]->qualifier(), std::vector<std::string>{"x"});
  EXPECT_EQ(named->schema().Ddl(), scan->schema().Ddl());
  const auto generated = std::make_shared<Attribute>("w", TypeId::kString, true, NewExprId());
  const std::vector<AttributePtr> columns{generated};
  const PlanPtr generate = std::make_shared<Generate>(Name("g"), false, columns, scan);
  EXPECT_EQ(generate->schema().Ddl(), "a INT NOT NULL,b STRING,w STRING");
  const PlanPtr narrow = std::make_shared<Generate>(
      Name("g"), false, columns, scan, std::vector<AttributePtr>{scan->output()[1]});
  EXPECT_EQ(narrow->schema().Ddl(), "b STRING,w STRING");
  EXPECT_EQ(narrow->WithNewChildren({named})->schema().Ddl(), "b STRING,w STRING");
}

TEST(LogicalPlanTest, RewritesExpressionsOnly) {
  const PlanPtr scan = Scan("a INT");
  const PlanPtr plan = Where(Select(scan, test::As(Name("a"), "x")), Name("x"));
  const auto unchanged = TransformAllExpressions(
      plan, [](const ExpressionPtr&) -> Result<ExpressionPtr> { return ExpressionPtr(); });
  EXPECT_EQ(*unchanged, plan) << "the very same tree";
  const auto changed = TransformAllExpressions(
      plan, [](const ExpressionPtr& e) -> Result<ExpressionPtr> {
        return As<UnresolvedAttribute>(e) ? Int(7) : ExpressionPtr();
      });
  EXPECT_EQ(NormalizeIds((*changed)->TreeString()),
            "Filter 7\n"
            "+- Project [7 AS x#0]\n"
            "   +- TableScan t [a#1]\n");
  EXPECT_EQ((*changed)->child()->child(), scan);
}

TEST(LogicalPlanTest, AggregatesSplitTheirExpressionsAgain) {
  const PlanPtr scan = Scan("a INT, b INT");
  const PlanPtr plan = test::GroupBy(scan, {Name("a")}, {Name("a"), Name("b")});
  const PlanPtr copy = plan->WithNewExpressions({Int(1), Int(2), Int(3)});
  EXPECT_EQ(copy->Describe(), "Aggregate [1], [2, 3]");
}

}  // namespace
}  // namespace firesteel
