#include "firesteel/column.h"

#include "firesteel/functions.h"
#include "firesteel/window.h"
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

TEST(Column, StandsOverWindows) {
  const WindowSpec window = Window::PartitionBy({"k"}).OrderBy({Column("t").Desc(), "u"});
  EXPECT_EQ(functions::RowNumber().Over(window).ToString(),
            "row_number() OVER (PARTITION BY k ORDER BY t DESC NULLS LAST, u ASC NULLS FIRST)");
  EXPECT_EQ(functions::Sum("v")
                .Over(window.RowsBetween(-1, Window::kUnboundedFollowing))
                .ToString(),
            "sum(v) OVER (PARTITION BY k ORDER BY t DESC NULLS LAST, u ASC NULLS FIRST ROWS "
            "BETWEEN -1 FOLLOWING AND UNBOUNDED FOLLOWING)");
  EXPECT_EQ(functions::Sum("v")
                .Over(Window::RangeBetween(Window::kCurrentRow, 10))
                .ToString(),
            "sum(v) OVER (RANGE BETWEEN CURRENT ROW AND 10 FOLLOWING)");
  EXPECT_FALSE(functions::Sum("v").Over(Window::RowsBetween(0, int64_t{1} << 40)).status().ok());
}

}  // namespace
}  // namespace firesteel
