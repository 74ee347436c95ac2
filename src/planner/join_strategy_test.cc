#include <gmock/gmock.h>

#include "exec/plan_test_environment.h"
#include "plan/joins.h"
#include "plan/operators.h"
#include "plan/relations.h"
#include "plan/subqueries.h"
#include "planner/planner.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

const Schema& Side() {
  static const Schema schema({{"k", TypeId::kInteger}, {"v", TypeId::kInteger}});
  return schema;
}

PlanPtr Relation(std::vector<Row> rows) {
  return LocalRelation::Make(Side(), {MakeBatch(rows, Side()).ValueOrDie()});
}
Row Of(Value k, int32_t v) { return Row({std::move(k), Value(v)}); }

/// A stream can be named in plans, but not read.
class StreamTable final : public Table {
 public:
  std::string Name() const override { return "events"; }
  const Schema& schema() const override { return Side(); }
  unsigned capabilities() const override { return kMicroBatchRead; }
};

class JoinStrategyTest : public ::testing::Test {
 protected:
  PlanPtr JoinOf(JoinType type, ExpressionPtr condition) {
    return std::make_shared<Join>(left_, right_, type, std::move(condition));
  }
  Result<PhysicalPlanPtr> Plan(const PlanPtr& plan) { return PlanQuery(plan, context_); }
  std::string Tree(const PlanPtr& plan) {
    const auto planned = Plan(plan);
    return planned.ok() ? (*planned)->TreeString() : planned.status().ToString();
  }
  std::vector<std::string> Texts(const PlanPtr& plan) {
    const auto planned = Plan(plan);
    if (!planned.ok()) return {planned.status().ToString()};
    EXPECT_EQ((*planned)->schema(), plan->schema());
    return environment_.Texts(**planned);
  }

  PlanTestEnvironment environment_;
  PlanningContext context_;
  PlanPtr left_ = Relation({Of(1, 10), Of(2, 20), Of(Value(), 30)});
  PlanPtr right_ = Relation({Of(1, 5), Of(1, 15), Of(Value(), 25)});
  ExpressionPtr lk_ = left_->output()[0];
  ExpressionPtr lv_ = left_->output()[1];
  ExpressionPtr rk_ = right_->output()[0];
  ExpressionPtr rv_ = right_->output()[1];
};

TEST_F(JoinStrategyTest, EqualitiesAreKeysWhicheverSideComesFirst) {
  const PlanPtr plan = JoinOf(JoinType::kInner, Call("and", {Call("=", {rk_, lk_}),
                                                             Call("<", {lv_, rv_})}));
  EXPECT_EQ(Tree(plan), "HashJoin [k], [k], Inner, (v < v)\n:- LocalScan\n+- LocalScan\n");
  EXPECT_THAT(Texts(plan), ElementsAre("[1,10,1,15]"));
}

TEST_F(JoinStrategyTest, NullSafeEqualityFindsNulls) {
  EXPECT_THAT(Texts(JoinOf(JoinType::kLeftSemi, Call("<=>", {lk_, rk_}))),
              UnorderedElementsAre("[1,10]", "[NULL,30]"));
  EXPECT_THAT(Texts(JoinOf(JoinType::kLeftSemi, Call("=", {lk_, rk_}))), ElementsAre("[1,10]"));
}

TEST_F(JoinStrategyTest, OuterJoinsMakeColumnsNullable) {
  EXPECT_THAT(Texts(JoinOf(JoinType::kFullOuter, Call("=", {lk_, rk_}))),
              UnorderedElementsAre("[1,10,1,5]", "[1,10,1,15]", "[2,20,NULL,NULL]",
                                   "[NULL,30,NULL,NULL]", "[NULL,NULL,NULL,25]"));
}

TEST_F(JoinStrategyTest, WithoutAnEqualityRowsMeetEachOther) {
  const PlanPtr less = JoinOf(JoinType::kLeftAnti, Call("<", {lv_, rv_}));
  EXPECT_THAT(Tree(less), HasSubstr("NestedLoopJoin LeftAnti, (v < v)"));
  EXPECT_THAT(Texts(less), ElementsAre("[NULL,30]"));
  EXPECT_EQ(Texts(JoinOf(JoinType::kCross, nullptr)).size(), 9);
  // Both sides of an equality must be read.
  EXPECT_THAT(Tree(JoinOf(JoinType::kInner, Call("=", {lk_, Constant(1)}))),
              HasSubstr("NestedLoopJoin Inner, (k = 1)"));
}

TEST_F(JoinStrategyTest, NotInIsNullAware) {
  const ExpressionPtr equal = Call("=", {lk_, rk_});
  const PlanPtr plan =
      JoinOf(JoinType::kLeftAnti, Call("or", {equal, Call("isnull", {equal})}));
  EXPECT_THAT(Tree(plan), HasSubstr("HashJoin [k], [k], LeftAnti, null-aware"));
  EXPECT_THAT(Texts(plan), ElementsAre()) << "NULL on the right may be anything";
}

TEST_F(JoinStrategyTest, ExistenceAddsAColumn) {
  const auto exists = std::make_shared<Attribute>("e", TypeId::kBoolean, false, NewExprId());
  const PlanPtr plan = Join::Existence(left_, right_, Call("=", {lk_, rk_}), exists);
  EXPECT_THAT(Texts(plan), ElementsAre("[1,10,true]", "[2,20,false]", "[NULL,30,false]"));
}

TEST_F(JoinStrategyTest, ScalarSubqueriesRunFirstAndOnce) {
  const auto query = std::make_shared<Limit>(
      1, std::make_shared<Project>(std::vector<ExpressionPtr>{rv_}, right_));
  const auto subquery = std::make_shared<SubqueryExpression>(
      SubqueryExpression::Form::kScalar, query, std::vector<ExpressionPtr>());
  const PlanPtr plan = std::make_shared<Project>(
      std::vector<ExpressionPtr>{
          std::make_shared<Alias>(Call("+", {lv_, subquery}), "sum")},
      std::make_shared<Filter>(Call(">", {lv_, Call("+", {subquery, subquery})}), left_));
  EXPECT_THAT(Texts(plan), ElementsAre("[25]", "[35]"));
  const std::string tree = Tree(plan);
  EXPECT_THAT(tree, HasSubstr("WithSubqueries\n:- ScalarSubquery 0\n"));
  EXPECT_EQ(tree.find("ScalarSubquery 1"), std::string::npos) << tree;
}

TEST_F(JoinStrategyTest, StreamsMeetTablesAndStreams) {
  context_.output_mode = OutputMode::kAppend;
  const PlanPtr stream = TableScan::Make(std::make_shared<StreamTable>(), true)->WithSourceIndex(0);
  const auto joined = [&](const PlanPtr& left, const PlanPtr& right) {
    return std::make_shared<Join>(left, right, JoinType::kInner,
                                  Call("=", {left->output()[0], right->output()[0]}));
  };
  EXPECT_EQ(Tree(joined(stream, right_)),
            "HashJoin [k], [k], Inner\n:- MicroBatchScan events\n+- LocalScan\n");
  const PlanPtr other = TableScan::Make(std::make_shared<StreamTable>(), true)->WithSourceIndex(1);
  EXPECT_EQ(Tree(joined(stream, other)),
            "StreamingJoin [k], [k], Inner, state 0\n"
            ":- Exchange [k], 1\n"
            ":  +- MicroBatchScan events\n"
            "+- Exchange [k], 1\n"
            "   +- MicroBatchScan events\n");
  const PlanPtr cross = std::make_shared<Join>(stream, other, JoinType::kCross, nullptr);
  EXPECT_EQ(ErrorCondition(Plan(cross).status()), "_LEGACY_ERROR_TEMP_3102");
}

}  // namespace
}  // namespace firesteel
