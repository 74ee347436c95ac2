#include "firesteel/column.h"

#include "firesteel/functions.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using functions::Col;
using functions::Lit;

TEST(Column, RendersCallsAsTheyWereMade) {
  EXPECT_EQ((Col("a") + Lit(int32_t{1})).ToString(), "+(a, 1)");
  EXPECT_EQ((!(Col("a") == Col("b"))).ToString(), "not(=(a, b))");
  EXPECT_EQ(functions::Count("*").ToString(), "count(*)");
  EXPECT_EQ(functions::When(Col("a"), Lit("x")).Otherwise(Lit("y")).ToString(),
            "CASE WHEN a THEN x ELSE y END");
}

TEST(Column, KeepsTheFirstErrorOfItsParts) {
  const Column broken = functions::Expr("a +");
  ASSERT_FALSE(broken.status().ok());
  EXPECT_EQ(ErrorCondition((broken + Col("b")).As("c").status()), "PARSE_SYNTAX_ERROR");
  EXPECT_EQ(ErrorCondition(Col("a").Cast("nonsense").status()), "UNSUPPORTED_DATATYPE");
}

TEST(Column, RefusesOtherwiseWithoutWhen) {
  EXPECT_FALSE(Col("a").Otherwise(Lit("x")).status().ok());
  EXPECT_FALSE(Col("a").When(Col("b"), Lit("x")).status().ok());
}

}  // namespace
}  // namespace firesteel
