#include "optimizer/optimizer.h"

#include <gtest/gtest.h>

#include "arrow/record_batch.h"
#include "optimizer/test_expressions.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

using test::As;
using test::Bind;
using test::Bool;
using test::Int;
using test::Scan;
using test::Select;
using test::Text;
using test::Where;

class OptimizerTest : public ::testing::Test {
 protected:
  /// The optimized tree, ids from #0 on.
  static std::string Tree(const PlanPtr& plan) {
    const auto optimized = Optimize(plan);
    if (!optimized.ok()) return optimized.status().ToString();
    EXPECT_TRUE((*optimized)->resolved());
    // What is optimized has the same columns, and nothing left to do.
    const std::vector<AttributePtr> before = plan->output();
    const std::vector<AttributePtr> after = (*optimized)->output();
    EXPECT_EQ(before.size(), after.size());
    for (size_t i = 0; i < std::min(before.size(), after.size()); ++i) {
      EXPECT_EQ(before[i]->ToString(), after[i]->ToString());
    }
    const std::string tree = test::NormalizeIds((*optimized)->TreeString());
    const auto again = Optimize(*optimized);
    EXPECT_TRUE(again.ok()) << again.status().message();
    EXPECT_EQ(test::NormalizeIds((*again)->TreeString()), tree);
    return tree;
  }
  static ExpressionPtr Out(const PlanPtr& plan, int index) { return plan->output()[index]; }

  const PlanPtr scan_ = Scan("a INT, b INT, c STRING");
  const ExpressionPtr a_ = Out(scan_, 0);
  const ExpressionPtr b_ = Out(scan_, 1);
  const ExpressionPtr c_ = Out(scan_, 2);
  const PlanPtr stream_ = Scan("a INT, b INT, c STRING", true);
};

TEST_F(OptimizerTest, FoldsConstants) {
  EXPECT_EQ(Tree(Select(scan_, As(Bind("+", a_, Bind("*", Int(2), Int(3))), "x"))),
            "Project [(a#0 + 6) AS x#1]\n"
            "+- TableScan t [a#0]\n");
}

TEST_F(OptimizerTest, LeavesErrorsForRunTime) {
  EXPECT_EQ(Tree(Select(scan_, As(Bind("div", Int(1), Int(0)), "x"))),
            "Project [(1 div 0) AS x#0]\n"
            "+- TableScan t []\n");
}

TEST_F(OptimizerTest, SimplifiesBooleans) {
  const ExpressionPtr less = Bind("<", a_, Int(1));
  const std::pair<ExpressionPtr, std::string> cases[] = {
      {Bind("and", Bool(true), less), "Filter (a#0 < 1)\n"},
      {Bind("or", less, Bool(false)), "Filter (a#0 < 1)\n"},
      {Bind("and", less, less), "Filter (a#0 < 1)\n"},
      {Bind("not", Bind("not", less)), "Filter (a#0 < 1)\n"},
      {Bind("not", less), "Filter (a#0 >= 1)\n"},
      {BindConditional({Bool(false), Bool(true), less}, {}).ValueOrDie(), "Filter (a#0 < 1)\n"},
      {Bind("between", a_, Int(1), Int(2)), "Filter ((a#0 >= 1) AND (a#0 <= 2))\n"},
  };
  for (const auto& [condition, expected] : cases) {
    const std::string tree = Tree(Where(scan_, condition));
    EXPECT_EQ(tree.substr(0, tree.find('\n') + 1), expected) << condition->ToString();
  }
}

TEST_F(OptimizerTest, PrunesFilters) {
  EXPECT_EQ(Tree(Where(scan_, Bind("or", Bind("<", a_, Int(1)), Bool(true)))),
            "TableScan t [a#0, b#1, c#2]\n");
  EXPECT_EQ(Tree(Where(scan_, Bind("=", Int(1), Int(2)))),
            "LocalRelation <empty>, [a#0, b#1, c#2]\n");
  EXPECT_EQ(Tree(Where(stream_, Bind("=", Int(1), Int(2)))),
            "Filter false\n"
            "+- StreamingScan t [a#0, b#1, c#2]\n")
      << "a stream stays in the plan";
}

TEST_F(OptimizerTest, CombinesAndPushesFilters) {
  const PlanPtr project = Select(scan_, As(Bind("+", a_, Int(1)), "x"), c_);
  const PlanPtr named = test::Named(project, "n");
  const PlanPtr one = Where(named, Bind(">", Out(named, 0), Int(3)));
  EXPECT_EQ(Tree(Where(one, Bind("=", Out(named, 1), Text("y")))),
            "Project [(a#0 + 1) AS x#1, c#2]\n"
            "+- Filter (((a#0 + 1) > 3) AND (c#2 = y))\n"
            "   +- TableScan t [a#0, c#2], filters [a IS NOT NULL, c = y]\n");
}

TEST_F(OptimizerTest, PushesFiltersIntoUnions) {
  const PlanPtr all = test::ResolvedUnion({Select(scan_, a_), Select(scan_, b_)});
  EXPECT_EQ(Tree(Where(all, Bind(">", Out(all, 0), Int(1)))),
            "Union false, false\n"
            ":- Filter (a#0 > 1)\n"
            ":  +- TableScan t [a#0], filters [a > 1]\n"
            "+- Filter (b#1 > 1)\n"
            "   +- TableScan t [b#1], filters [b > 1]\n");
}

TEST_F(OptimizerTest, PushesConditionsOnKeysBelowAggregations) {
  const PlanPtr groups = test::GroupBy(
      scan_, {a_}, {a_, As(Bind("count", b_), "n"), As(Bind("sum", b_), "unused")});
  const ExpressionPtr few = Bind("<", Out(groups, 1), Literal::Of(int64_t{9}).ValueOrDie());
  const PlanPtr filtered = Where(groups, Bind("and", few, Bind(">", Out(groups, 0), Int(1))));
  EXPECT_EQ(Tree(Select(filtered, Out(groups, 0), Out(groups, 1))),
            "Filter (n#0 < 9)\n"
            "+- Aggregate [a#1], [a#1, count(b#2) AS n#0]\n"
            "   +- Filter (a#1 > 1)\n"
            "      +- TableScan t [a#1, b#2], filters [a > 1]\n");
}

TEST_F(OptimizerTest, PushesOnlyConditionsOnTheInputBelowGenerators) {
  const PlanPtr scan = Scan("k INT, line STRING, other INT");
  const ExpressionPtr words = Bind("explode", Bind("split", Out(scan, 1), Text(" ")));
  const std::vector<AttributePtr> generated{
      std::make_shared<Attribute>("w", TypeId::kString, true, NewExprId())};
  const PlanPtr generate = std::make_shared<Generate>(words, false, generated, scan);
  const PlanPtr filtered = Where(generate, Bind("and", Bind("=", generated[0], Text("x")),
                                                Bind("=", Out(scan, 0), Int(1))));
  EXPECT_EQ(Tree(Select(filtered, generated[0])),
            "Filter (w#0 = x)\n"
            "+- Generate explode(split(line#1,  , -1)), [], false, [w#0]\n"
            "   +- Filter (k#2 = 1)\n"
            "      +- TableScan t [k#2, line#1], filters [k = 1]\n");
}

TEST_F(OptimizerTest, KeepsFiltersAboveWhatDiffersEachTime) {
  const PlanPtr random = Select(scan_, a_, As(Bind("monotonically_increasing_id"), "r"));
  EXPECT_EQ(Tree(Where(random, Bind(">", a_, Int(1)))),
            "Filter (a#0 > 1)\n"
            "+- Project [a#0, monotonically_increasing_id() AS r#1]\n"
            "   +- TableScan t [a#0]\n");
}

TEST_F(OptimizerTest, KeepsConditionsAboveWhatParsesATextOnce) {
  const ExpressionPtr parsed = Bind("from_json", c_, Text("x INT, y INT"));
  const PlanPtr events = Select(scan_, As(parsed, "e"), a_);
  const ExpressionPtr is_set = Bind("isnotnull", Out(events, 0));
  const ExpressionPtr share = Bind("div", Int(9), Out(events, 1));
  const ExpressionPtr small = Bind("<", share, Literal::Of(int64_t{3}).ValueOrDie());
  EXPECT_EQ(Tree(Where(events,
                       Bind("and", Bind("and", is_set, Bind("<", Out(events, 1), Int(9))), small))),
            "Filter ((e#0 IS NOT NULL) AND ((9 div cast(a#1 as bigint)) < 3))\n"
            "+- Project [from_json(c#2) AS e#0, a#1]\n"
            "   +- Filter (a#1 < 9)\n"
            "      +- TableScan t [a#1, c#2], filters [a < 9]\n")
      << "what may fail stays behind the condition that guards it";
}

TEST_F(OptimizerTest, KeepsFiltersAboveLimits) {
  EXPECT_EQ(Tree(Where(test::Take(scan_, 5), Bind(">", a_, Int(1)))),
            "Filter (a#0 > 1)\n"
            "+- Limit 5\n"
            "   +- TableScan t [a#0, b#1, c#2]\n");
}

TEST_F(OptimizerTest, CombinesProjectionsUnlessThatComputesTwice) {
  const PlanPtr inner = Select(scan_, As(Bind("+", a_, b_), "x"), As(a_, "y"));
  EXPECT_EQ(Tree(Select(inner, As(Bind("*", Out(inner, 0), Out(inner, 1)), "z"))),
            "Project [((a#0 + b#1) * a#0) AS z#2]\n"
            "+- TableScan t [a#0, b#1]\n");
  EXPECT_EQ(Tree(Select(inner, As(Bind("*", Out(inner, 0), Out(inner, 0)), "z"))),
            "Project [(x#0 * x#0) AS z#1]\n"
            "+- Project [(a#2 + b#3) AS x#0]\n"
            "   +- TableScan t [a#2, b#3]\n");
}

TEST_F(OptimizerTest, RemovesProjectionsThatChangeNothing) {
  EXPECT_EQ(Tree(Select(scan_, a_, b_, c_)), "TableScan t [a#0, b#1, c#2]\n");
  EXPECT_EQ(Tree(Select(scan_, b_, a_)),
            "Project [b#0, a#1]\n"
            "+- TableScan t [a#1, b#0]\n");
}

TEST_F(OptimizerTest, PrunesColumns) {
  EXPECT_EQ(Tree(test::GroupBy(scan_, {}, {As(Bind("count", Int(1)), "n")})),
            "Aggregate [], [count(1) AS n#0]\n"
            "+- TableScan t []\n")
      << "rows count even without columns";
  const PlanPtr sorted = test::OrderBy(scan_, b_);
  EXPECT_EQ(Tree(Select(sorted, a_)),
            "Project [a#0]\n"
            "+- Sort [b#1 ASC NULLS FIRST], true\n"
            "   +- TableScan t [a#0, b#1]\n");
  const PlanPtr all = test::ResolvedUnion({scan_, Select(scan_, b_, a_, c_)});
  EXPECT_EQ(Tree(Select(all, Out(all, 1))),
            "Union false, false\n"
            ":- TableScan t [b#0]\n"
            "+- TableScan t [a#1]\n");
}

TEST_F(OptimizerTest, PrunesLocalRelations) {
  const Schema schema = *Schema::FromDdl("a INT, b STRING");
  const auto batch = MakeBatch({Row({Value(1), Value("x")}), Row({Value(2), Value("y")})}, schema);
  ASSERT_TRUE(batch.ok()) << batch.status().message();
  const PlanPtr local = LocalRelation::Make(schema, {*batch});
  const auto optimized = Optimize(Select(local, Out(local, 1)));
  ASSERT_TRUE(optimized.ok()) << optimized.status().message();
  const auto* narrow = firesteel::As<LocalRelation>(*optimized);
  ASSERT_NE(narrow, nullptr);
  ASSERT_EQ(narrow->batches()[0]->num_columns(), 1);
  EXPECT_EQ(GetValue(*narrow->batches()[0]->column(0), 1, TypeId::kString), Value("y"));
  const auto none = Optimize(test::GroupBy(local, {}, {As(Bind("count", Int(1)), "n")}));
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(firesteel::As<LocalRelation>((*none)->child())->batches()[0]->num_rows(), 2);
}

TEST_F(OptimizerTest, LeavesScansOfOneStreamAlike) {
  const PlanPtr twice = test::ResolvedUnion(
      {Select(Where(stream_, Bind(">", Out(stream_, 0), Int(1))), Out(stream_, 0)),
       Select(stream_, Out(stream_, 1))});
  EXPECT_EQ(Tree(twice),
            "Union false, false\n"
            ":- Project [a#0]\n"
            ":  +- Filter (a#0 > 1)\n"
            ":     +- StreamingScan t [a#0, b#1, c#2]\n"
            "+- Project [b#1]\n"
            "   +- StreamingScan t [a#0, b#1, c#2]\n");
}

TEST_F(OptimizerTest, PushesLimits) {
  EXPECT_EQ(Tree(test::Take(test::Take(Select(scan_, As(Bind("+", a_, Int(1)), "x")), 7), 3)),
            "Project [(a#0 + 1) AS x#1]\n"
            "+- Limit 3\n"
            "   +- TableScan t [a#0]\n");
  EXPECT_EQ(Tree(test::Take(test::ResolvedUnion({Select(scan_, a_), Select(scan_, b_)}), 3)),
            "Limit 3\n"
            "+- Union false, false\n"
            "   :- Limit 3\n"
            "   :  +- TableScan t [a#0]\n"
            "   +- Limit 3\n"
            "      +- TableScan t [b#1]\n");
}

TEST_F(OptimizerTest, CombinesUnions) {
  const PlanPtr inner = test::ResolvedUnion({Select(scan_, a_), Select(scan_, b_)});
  EXPECT_EQ(Tree(test::ResolvedUnion({inner, Select(scan_, a_)})),
            "Union false, false\n"
            ":- TableScan t [a#0]\n"
            ":- TableScan t [b#1]\n"
            "+- TableScan t [a#0]\n");
}

TEST_F(OptimizerTest, GivesScansTheConditionsTheyUnderstand) {
  const PlanPtr scan = Scan("A INT, d DOUBLE, s STRING");
  const ExpressionPtr a = std::make_shared<Attribute>("a", TypeId::kInteger, true,
                                                      scan->output()[0]->id());
  const ExpressionPtr d = Out(scan, 1);
  const ExpressionPtr s = Out(scan, 2);
  const ExpressionPtr half = Literal::Of(0.5).ValueOrDie();
  const std::pair<ExpressionPtr, std::string> cases[] = {
      {Bind("<", Int(3), a), ", filters [A > 3]"},
      {Bind("in", a, Int(1), Int(2)), ", filters [A IN (1, 2)]"},
      {Bind("isnotnull", s), ", filters [s IS NOT NULL]"},
      {Bind("<", d, half), ", filters [d < 0.5]"},
      {Bind(">", d, half), ", filters [d > 0.5]"},
      {Bind("<=>", a, Int(1)), ", filters [A <=> 1]"},
      // A comparison of two columns is not for scans, but NULL is no answer to it.
      {Bind("=", s, a), ", filters [s IS NOT NULL, A IS NOT NULL]"},
      {Bind(">", Bind("+", a, Int(1)), Int(3)), ", filters [A IS NOT NULL]"},
      {Bind("=", Bind("coalesce", a, Int(1)), Int(3)), ""},
      {Bind("or", Bind("=", a, Int(1)), Bind("=", a, Int(2))), ", filters [(A = 1 OR A = 2)]"},
      {Bind("or", Bind("=", a, Int(1)), Bind("=", Bind("upper", s), Text("X"))), ""},
      {Bind("not", Bind("=", a, Int(1))), ", filters [A IS NOT NULL, NOT (A = 1)]"},
      {Bind("not", Bind("in", a, Int(1))), ", filters [NOT (A IN (1))]"},
      {Bind("not", Bind("or", Bind("=", a, Int(1)), Bind("=", Bind("upper", s), Text("X")))),
       ", filters [A IS NOT NULL, NOT (A = 1), s IS NOT NULL]"},
      {Bind("and", Bind("=", a, Int(1)), Bind("like", s, Text("%x"))),
       ", filters [A = 1, s ENDS WITH x]"},
      {Bind("like", s, Text("x%")), ", filters [s STARTS WITH x]"},
      {Bind("like", s, Text("%x%")), ", filters [s CONTAINS x]"},
      {Bind("like", s, Text("x%y")), ", filters [s STARTS WITH x, s ENDS WITH y]"},
      {Bind("like", s, Text("x_")), ", filters [s IS NOT NULL]"},
      {Bind("like", s, Text("%")), ", filters [s IS NOT NULL]"},
      {Bind("startswith", s, Text("x")), ", filters [s STARTS WITH x]"},
  };
  for (const auto& [condition, expected] : cases) {
    const std::string tree = Tree(Where(scan, condition));
    const std::string line = "TableScan t [A#0, d#1, s#2]";
    const size_t at = tree.find(']', tree.find("TableScan"));
    EXPECT_EQ(tree.substr(at + 1), expected + "\n") << tree;
  }
}

}  // namespace
}  // namespace firesteel
