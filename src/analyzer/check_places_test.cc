#include "analyzer/check_places.h"

#include <string>
#include <vector>

#include "analyzer/test_analysis.h"
#include "common/error.h"
#include "expr/window.h"
#include "gtest/gtest.h"
#include "plan/joins.h"
#include "plan/queries.h"

namespace firesteel {
namespace {

using test::As;
using test::Bool;
using test::Call;
using test::GroupBy;
using test::Int;
using test::Name;
using test::Select;

std::string ConditionOf(const PlanPtr& plan) {
  const test::Session session;
  const auto analyzed = session.Run(plan);
  if (analyzed.ok()) return "answered";
  const ErrorInfo* info = GetErrorInfo(analyzed.status());
  return info != nullptr ? info->condition : analyzed.status().ToString();
}

PlanPtr Rows() { return test::Scan("a INT, b STRING"); }

ExpressionPtr ByName() { return std::make_shared<NamedArgument>("k", Int(1)); }
ExpressionPtr LambdaAlone() {
  return std::make_shared<UnresolvedLambda>(std::vector<std::string>{"x"}, Name("x"));
}
ExpressionPtr Stack() { return Call("stack", Int(1), Int(2), Int(3)); }
ExpressionPtr SeveralNames(ExpressionPtr child) {
  return std::make_shared<UnresolvedMultiAlias>(std::move(child),
                                                std::vector<std::string>{"p", "q"});
}
ExpressionPtr Descending() { return std::make_shared<SortOrder>(Name("a"), false, false); }
ExpressionPtr Numbered(std::vector<ExpressionPtr> partition, ExpressionPtr order) {
  return std::make_shared<WindowExpression>(Call("row_number"), std::move(partition),
                                            std::vector<ExpressionPtr>{std::move(order)},
                                            std::nullopt, std::vector<ExpressionPtr>());
}
PlanPtr JoinOn(ExpressionPtr condition) {
  return std::make_shared<Join>(test::Named(Rows(), "l"), test::Named(Rows(), "r"),
                                JoinType::kInner, std::move(condition));
}

constexpr char kMisplaced[] = "UNSUPPORTED_EXPR_FOR_OPERATOR";

TEST(CheckPlacesTest, ArgumentsByNameBelongIntoCalls) {
  EXPECT_EQ(ConditionOf(Select(Rows(), ByName())), kMisplaced);
  EXPECT_EQ(ConditionOf(Select(Rows(), As(ByName(), "z"))), kMisplaced);
  EXPECT_EQ(ConditionOf(test::Where(Rows(), ByName())), kMisplaced);
  EXPECT_EQ(ConditionOf(test::OrderBy(Rows(), ByName())), kMisplaced);
  EXPECT_EQ(ConditionOf(JoinOn(ByName())), kMisplaced);
  EXPECT_EQ(ConditionOf(Select(Rows(), Call("abs", ByName()))), "NAMED_PARAMETERS_NOT_SUPPORTED");
}

TEST(CheckPlacesTest, LambdasBelongIntoCalls) {
  EXPECT_EQ(ConditionOf(Select(Rows(), LambdaAlone())), kMisplaced);
  EXPECT_EQ(ConditionOf(test::OrderBy(Rows(), LambdaAlone())), kMisplaced);
  EXPECT_EQ(ConditionOf(GroupBy(Rows(), {LambdaAlone()}, {LambdaAlone()})), kMisplaced);
  EXPECT_EQ(ConditionOf(Select(Rows(), Call("abs", LambdaAlone()))),
            "INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION");
}

TEST(CheckPlacesTest, DirectionsBelongIntoSorts) {
  EXPECT_EQ(ConditionOf(Select(Rows(), Descending())), kMisplaced);
  EXPECT_EQ(ConditionOf(Select(Rows(), Call("abs", Descending()))), kMisplaced);
  EXPECT_EQ(ConditionOf(GroupBy(Rows(), {}, {Call("sum", Descending())})), kMisplaced);
  EXPECT_EQ(ConditionOf(test::OrderBy(Rows(), Descending())), kMisplaced);
  EXPECT_EQ(ConditionOf(Select(Rows(), As(Numbered({Descending()}, Descending()), "n"))),
            kMisplaced);
  EXPECT_EQ(ConditionOf(Select(Rows(), As(Numbered({Name("b")}, Descending()), "n"))), "answered");
}

TEST(CheckPlacesTest, SeveralNamesBelongToGeneratorsInLists) {
  EXPECT_EQ(ConditionOf(Select(Rows(), SeveralNames(Stack()))), "answered");
  EXPECT_EQ(ConditionOf(Select(Rows(), Call("abs", SeveralNames(Name("a"))))),
            "MULTI_ALIAS_WITHOUT_GENERATOR");
  EXPECT_EQ(ConditionOf(Select(Rows(), Call("[]", SeveralNames(Stack()), Int(0)))),
            "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS");
  EXPECT_EQ(ConditionOf(GroupBy(Rows(), {Name("a")}, {Call("sum", SeveralNames(Stack()))})),
            "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS");
  for (const PlanPtr& plan :
       {test::OrderBy(Rows(), SeveralNames(Stack())), test::Where(Rows(), SeveralNames(Stack())),
        JoinOn(SeveralNames(Stack())), JoinOn(Stack())}) {
    EXPECT_EQ(ConditionOf(plan), "UNSUPPORTED_GENERATOR.OUTSIDE_SELECT");
  }
}

TEST(CheckPlacesTest, GroupsAreMadeOfRows) {
  const ExpressionPtr numbered = Numbered({}, Int(1));
  EXPECT_EQ(ConditionOf(GroupBy(Rows(), {numbered}, {As(numbered, "n"), Call("count", Int(1))})),
            kMisplaced);
  const auto cube = std::make_shared<UnresolvedGroupingSets>(
      UnresolvedGroupingSets::Form::kCube, std::vector<ExpressionPtr>{Call("sum", Name("a"))},
      std::vector<int>{1});
  EXPECT_EQ(ConditionOf(GroupBy(Rows(), {cube}, {Call("count", Int(1))})), "MISSING_GROUP_BY");
  EXPECT_EQ(ConditionOf(GroupBy(Rows(), {}, {Call("sum", Name("all"))})),
            "UNRESOLVED_COLUMN.WITH_SUGGESTION");
}

TEST(CheckPlacesTest, RangesHaveStepsAndPartitions) {
  const test::Session session;
  for (const auto& plan :
       {std::make_shared<Range>(0, 10, 0, std::nullopt), std::make_shared<Range>(0, 10, 1, 0),
        std::make_shared<Range>(0, 10, 1, -1)}) {
    EXPECT_TRUE(session.Run(plan).status().IsInvalid());
  }
  EXPECT_TRUE(session.Run(std::make_shared<Range>(0, 10, -1, 2)).ok());
}

TEST(CheckPlacesTest, RowsWithoutColumnsCanBeCompared) {
  using Operation = SetOperation::Operation;
  const PlanPtr nothing = Select(Rows());
  for (const Operation operation : {Operation::kExcept, Operation::kIntersect}) {
    EXPECT_EQ(ConditionOf(std::make_shared<SetOperation>(operation, true, nothing, nothing)),
              "answered");
  }
}

}  // namespace
}  // namespace firesteel
