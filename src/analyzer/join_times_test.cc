#include "plan/join_times.h"

#include <gtest/gtest.h>

#include "analyzer/test_analysis.h"
#include "plan/event_time.h"

namespace firesteel {
namespace {

using test::Call;
using test::Name;

/// The bounds that the analyzed condition of a join gives its two sides.
class JoinTimesTest : public ::testing::Test {
 protected:
  static PlanPtr Marked(const std::string& schema, std::string_view name) {
    const PlanPtr scan = test::Scan(schema, true);
    std::vector<AttributePtr> columns = scan->output();
    for (AttributePtr& column : columns) {
      if (column->name() == name) {
        column = column->WithMetadata(WithWatermarkDelay(column->metadata(), 1000));
      }
    }
    return As<TableScan>(scan)->WithOutput(std::move(columns));
  }
  static ExpressionPtr Seconds(int64_t seconds) {
    return Literal::Of(Value(DayTimeInterval{seconds * 1'000'000})).ValueOrDie();
  }

  /// `left,right`, `-` for no bound.
  std::string Offsets(ExpressionPtr condition) {
    const auto plan = session_.Run(
        std::make_shared<Join>(left_, right_, JoinType::kInner, std::move(condition)));
    if (!plan.ok()) return plan.status().ToString();
    const auto* join = As<Join>(*plan);
    const auto conjuncts = JoinConjuncts(join->condition());
    const std::vector<AttributePtr> left = join->left()->output();
    const std::vector<AttributePtr> right = join->right()->output();
    const auto text = [](std::optional<int64_t> offset) {
      return offset ? std::to_string(*offset) : std::string("-");
    };
    return text(StateWatermarkOffsetMs(conjuncts, left, right)) + "," +
           text(StateWatermarkOffsetMs(conjuncts, right, left));
  }

  test::Session session_;
  const PlanPtr left_ = Marked("k INT, at TIMESTAMP, other TIMESTAMP", "at");
  const PlanPtr right_ = Marked("m INT, bt TIMESTAMP, n INT", "bt");
  const ExpressionPtr at_ = Name("at");
  const ExpressionPtr bt_ = Name("bt");
};

TEST_F(JoinTimesTest, ComparisonsBoundOneSideEach) {
  EXPECT_EQ(Offsets(Call(">", at_, bt_)), "0,-");
  EXPECT_EQ(Offsets(Call(">=", at_, bt_)), "-1,-");
  EXPECT_EQ(Offsets(Call("<", at_, bt_)), "-,0");
  EXPECT_EQ(Offsets(Call("<=", bt_, Call("+", at_, Seconds(60)))), "-60001,-");
  EXPECT_EQ(Offsets(Call(">", Call("-", at_, Seconds(5)), bt_)), "5000,-");
  EXPECT_EQ(Offsets(Call("between", bt_, at_, Call("+", at_, Seconds(60)))), "-60001,-1");
}

TEST_F(JoinTimesTest, TheWidestOfSeveralBoundsCounts) {
  EXPECT_EQ(Offsets(Call("and", Call(">", at_, bt_), Call(">", at_, Call("-", bt_, Seconds(3))))),
            "-3000,-");
}

TEST_F(JoinTimesTest, OtherConditionsBoundNothing) {
  EXPECT_EQ(Offsets(Call("=", Name("k"), Name("m"))), "-,-");
  EXPECT_EQ(Offsets(Call(">", Name("k"), Name("m"))), "-,-");
  EXPECT_EQ(Offsets(Call("or", Call(">", at_, bt_), Call("<", at_, bt_))), "-,-");
  // A month has no fixed length.
  const ExpressionPtr month = Literal::Of(Value(YearMonthInterval{1})).ValueOrDie();
  EXPECT_EQ(Offsets(Call(">", at_, Call("-", bt_, month))), "-,-");
  // Nothing is known of when `other` is over.
  EXPECT_EQ(Offsets(Call("<", Name("other"), bt_)), "-,-");
  EXPECT_EQ(Offsets(Call(">", Name("other"), bt_)), "0,-");
}

}  // namespace
}  // namespace firesteel
