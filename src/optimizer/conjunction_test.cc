#include "optimizer/conjunction.h"

#include <gtest/gtest.h>

#include "optimizer/test_expressions.h"

namespace firesteel {
namespace {

using test::Bind;

TEST(ConjunctionTest, SplitsFromLeftToRight) {
  const std::vector<AttributePtr> c = test::Scan("a BOOLEAN, b BOOLEAN, c BOOLEAN")->output();
  const ExpressionPtr either = Bind("or", c[0], c[1]);
  const auto parts = SplitConjunction(Bind("and", Bind("and", c[2], either), c[0]));
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[0], c[2]);
  EXPECT_EQ(parts[1], either);
  EXPECT_EQ(parts[2], c[0]);
  EXPECT_EQ(SplitConjunction(either), std::vector<ExpressionPtr>{either});
}

TEST(ConjunctionTest, JoinsWhatItSplits) {
  std::vector<ExpressionPtr> conditions;
  for (const AttributePtr& column : test::Scan("a BOOLEAN, b BOOLEAN, c BOOLEAN")->output()) {
    conditions.push_back(column);
  }
  for (size_t count = 1; count <= conditions.size(); ++count) {
    const std::vector<ExpressionPtr> some(conditions.begin(),
                                          conditions.begin() + static_cast<std::ptrdiff_t>(count));
    const auto joined = JoinConjunction(some);
    ASSERT_TRUE(joined.ok()) << joined.status().message();
    EXPECT_EQ(SplitConjunction(*joined), some);
  }
}

}  // namespace
}  // namespace firesteel
