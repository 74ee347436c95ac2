#include "plan/joins.h"

#include <gtest/gtest.h>

#include "plan/test_plans.h"

namespace firesteel {
namespace {

using test::Name;
using test::NormalizeIds;
using test::Scan;

class JoinTest : public ::testing::Test {
 protected:
  std::string Output(JoinType type) const {
    return std::make_shared<Join>(left_, right_, type, nullptr)->schema().Ddl();
  }
  const PlanPtr left_ = Scan("a INT NOT NULL");
  const PlanPtr right_ = Scan("b STRING NOT NULL");
};

TEST_F(JoinTest, TheSideThatMayBeMissingBecomesNullable) {
  EXPECT_EQ(Output(JoinType::kInner), "a INT NOT NULL,b STRING NOT NULL");
  EXPECT_EQ(Output(JoinType::kCross), "a INT NOT NULL,b STRING NOT NULL");
  EXPECT_EQ(Output(JoinType::kLeftOuter), "a INT NOT NULL,b STRING");
  EXPECT_EQ(Output(JoinType::kLeftSingle), "a INT NOT NULL,b STRING");
  EXPECT_EQ(Output(JoinType::kRightOuter), "a INT,b STRING NOT NULL");
  EXPECT_EQ(Output(JoinType::kFullOuter), "a INT,b STRING");
  EXPECT_EQ(Output(JoinType::kLeftSemi), "a INT NOT NULL");
  EXPECT_EQ(Output(JoinType::kLeftAnti), "a INT NOT NULL");
}

TEST_F(JoinTest, ExistenceJoinsAddOneColumn) {
  const auto exists = std::make_shared<Attribute>("exists", TypeId::kBoolean, false, NewExprId());
  const PlanPtr join = Join::Existence(left_, right_, nullptr, exists);
  EXPECT_EQ(join->schema().Ddl(), "a INT NOT NULL,exists BOOLEAN NOT NULL");
  EXPECT_EQ(join->WithNewChildren({right_, left_})->schema().Ddl(),
            "b STRING NOT NULL,exists BOOLEAN NOT NULL");
}

TEST_F(JoinTest, IsResolvedWhenNothingIsLeftToDecide) {
  EXPECT_TRUE(std::make_shared<Join>(left_, right_, JoinType::kInner, nullptr)->resolved());
  EXPECT_TRUE(
      std::make_shared<Join>(left_, right_, JoinType::kInner, test::Bool(true))->resolved());
  EXPECT_FALSE(std::make_shared<Join>(left_, right_, JoinType::kInner, Name("x"))->resolved());
  EXPECT_FALSE(
      std::make_shared<Join>(left_, right_, JoinType::kInner, test::Int(1))->resolved());
  EXPECT_FALSE(std::make_shared<Join>(left_, left_, JoinType::kInner, nullptr)->resolved())
      << "both sides have the same ids";
  EXPECT_FALSE(Join::Using(left_, right_, JoinType::kInner, {"a"})->resolved());
  EXPECT_FALSE(Join::Natural(left_, right_, JoinType::kInner)->resolved());
  EXPECT_FALSE(Join::Lateral(left_, right_, JoinType::kInner, nullptr)->resolved());
}

TEST_F(JoinTest, CopiesKeepWhatTheUserSaid) {
  const PlanPtr join = Join::Using(left_, right_, JoinType::kFullOuter, {"a", "b"});
  EXPECT_EQ(join->Describe(), "Join UsingJoin(FullOuter, [a, b])");
  EXPECT_EQ(join->WithNewChildren({right_, left_})->Describe(), join->Describe());
  const PlanPtr natural = Join::Natural(left_, right_, JoinType::kInner);
  EXPECT_EQ(natural->WithNewChildren({right_, left_})->Describe(), "Join NaturalJoin(Inner)");
  const PlanPtr lateral = Join::Lateral(left_, right_, JoinType::kLeftOuter, Name("x"));
  EXPECT_EQ(lateral->WithNewExpressions({test::Bool(true)})->Describe(),
            "LateralJoin LeftOuter, true");
}

TEST(JoinTypeTest, ReadsWhatUsersWrite) {
  const std::pair<std::string_view, JoinType> cases[] = {
      {"inner", JoinType::kInner},         {"LEFT", JoinType::kLeftOuter},
      {"left_outer", JoinType::kLeftOuter}, {"full outer", JoinType::kFullOuter},
      {"outer", JoinType::kFullOuter},     {"rightouter", JoinType::kRightOuter},
      {"left_semi", JoinType::kLeftSemi},  {"anti", JoinType::kLeftAnti},
      {"cross", JoinType::kCross}};
  for (const auto& [text, type] : cases) {
    ASSERT_TRUE(ParseJoinType(text).ok()) << text;
    EXPECT_EQ(*ParseJoinType(text), type) << text;
  }
  EXPECT_EQ(ErrorCondition(ParseJoinType("sideways").status()), "UNSUPPORTED_JOIN_TYPE");
}

}  // namespace
}  // namespace firesteel
