#include "sql/parameters.h"

#include <gtest/gtest.h>

#include <string>

#include "plan/test_plans.h"
#include "sql/parser.h"

namespace firesteel {
namespace {

TEST(ParametersTest, TakesNamesAlsoInQueriesInsideExpressions) {
  const auto plan = ParseStatement("SELECT :a FROM t WHERE b IN (SELECT :b + :a) LIMIT :n");
  ASSERT_TRUE(plan.ok());
  std::string asked;
  const auto bound = ReplaceParameters(
      *plan, [&](const UnresolvedParameter& parameter) -> Result<ExpressionPtr> {
        asked += parameter.name();
        return test::Int(7);
      });
  ASSERT_TRUE(bound.ok());
  EXPECT_EQ(asked.size(), 4U);
  EXPECT_TRUE((*bound)->TreeString().starts_with("'Limit 7\n+- 'Project [7]\n"))
      << (*bound)->TreeString();
}

TEST(ParametersTest, CountsMarkersByTheirPlaceInTheText) {
  const auto plan = ParseStatement("SELECT CASE ? WHEN ? THEN 'x' WHEN 2 THEN ? END LIMIT ?");
  ASSERT_TRUE(plan.ok());
  const auto bound = ReplacePositionalParameters(
      *plan, [](size_t index) -> Result<ExpressionPtr> {
        return test::Int(static_cast<int32_t>(index) + 10);
      });
  ASSERT_TRUE(bound.ok());
  EXPECT_EQ((*bound)->TreeString(),
            "'Limit 13\n"
            "+- 'Project [CASE WHEN =(10, 11) THEN x WHEN =(10, 2) THEN 12 END]\n"
            "   +- OneRow\n");
}

TEST(ParametersTest, NamesTheMarkerThatHasNoValue) {
  const auto plan = ParseStatement("SELECT 1,\n  ?, :x");
  ASSERT_TRUE(plan.ok());
  const auto nothing = [](const UnresolvedParameter&) -> Result<ExpressionPtr> {
    return ExpressionPtr();
  };
  const auto bound = ReplaceParameters(*plan, nothing);
  const ErrorInfo* info = GetErrorInfo(bound.status());
  ASSERT_NE(info, nullptr);
  EXPECT_EQ(info->condition, "UNBOUND_SQL_PARAMETER");
  EXPECT_EQ(info->parameters.at("name"), "_12");
  EXPECT_EQ(info->context.line, 2);
  // Markers with names are none of the positional ones.
  const auto positional = ReplacePositionalParameters(
      *plan, [](size_t) -> Result<ExpressionPtr> { return test::Int(1); });
  ASSERT_NE(GetErrorInfo(positional.status()), nullptr);
  EXPECT_EQ(GetErrorInfo(positional.status())->parameters.at("name"), "x");
}

}  // namespace
}  // namespace firesteel
