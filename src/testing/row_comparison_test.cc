#include "testing/row_comparison.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace firesteel::testing {
namespace {

using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(RowComparisonTest, TellsZerosApartAndFindsNansEqual) {
  EXPECT_TRUE(CompareExactly(Value(kNan), Value(-kNan)) == 0);
  EXPECT_TRUE(CompareExactly(Value(0.0), Value(-0.0)) != 0);
  EXPECT_TRUE(CompareExactly(Value(-0.0), Value(0.0)) < 0);
  EXPECT_TRUE(CompareExactly(Value(kNan), Value(1.0)) > 0);
  EXPECT_TRUE(CompareExactly(Value(-1.0), Value(kNan)) < 0);
  EXPECT_TRUE(CompareExactly(Value(), Value()) == 0);
  EXPECT_TRUE(CompareExactly(Value(), Value("NULL")) < 0);
}

TEST(RowComparisonTest, ComparesNestedValues) {
  const Value a = ArrayValue{{Value(int32_t{1}), Value()}};
  const Value b = ArrayValue{{Value(int32_t{1}), Value(int32_t{2})}};
  EXPECT_TRUE(CompareExactly(a, b) < 0);
  EXPECT_TRUE(CompareExactly(b, b) == 0);
  const Value c = MapValue{{{Value("k"), Value(int32_t{1})}}};
  const Value d = MapValue{{{Value("k"), Value(int32_t{2})}}};
  EXPECT_TRUE(CompareExactly(c, d) < 0);
  const Value e = StructValue{{Value("a"), Value(kNan)}};
  EXPECT_TRUE(CompareExactly(e, e) == 0);
}

TEST(RowComparisonTest, CountsDuplicates) {
  const Row a({Value("a")});
  const Row b({Value("b")});
  EXPECT_EQ(DescribeDifference({a, b, a}, {b, a, a}), "");
  const std::string difference = DescribeDifference({a, a, b}, {a, b, b});
  EXPECT_THAT(difference, HasSubstr("wanted:\n      [a]\n    ! [a]\n      [b]\n"));
  EXPECT_THAT(difference, HasSubstr("found:\n      [a]\n      [b]\n    ! [b]\n"));
  EXPECT_THAT(DescribeDifference({a}, {}), HasSubstr("(no rows)"));
}

TEST(RowComparisonTest, FitsRowsToASchema) {
  const Schema schema = Schema().Add("d", DataType::Decimal(10, 2));
  const auto rows = FitRows({Row({Decimal{150, 10, 2}}), Row({Value()})}, schema).ValueOrDie();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].ToString(), "[1.50]");
  EXPECT_TRUE(rows[1][0].is_null());
  EXPECT_FALSE(FitRows({Row({Value("text")})}, schema).ok());
}

}  // namespace
}  // namespace firesteel::testing
