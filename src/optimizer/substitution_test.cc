#include "optimizer/substitution.h"

#include <gtest/gtest.h>

#include "optimizer/test_expressions.h"

namespace firesteel {
namespace {

using test::Bind;
using test::Int;

class SubstitutionTest : public ::testing::Test {
 protected:
  const AttributePtr a_ = test::Scan("a INT")->output()[0];
  const ExpressionPtr sum_ = test::As(Bind("+", a_, Int(1)), "x");
  const AttributePtr x_ = ToAttribute(sum_);
  const Substitution substitution_{std::vector<ExpressionPtr>{a_, sum_}};
};

TEST_F(SubstitutionTest, PutsValuesInThePlaceOfColumns) {
  const auto replaced = substitution_.Apply(Bind(">", x_, a_));
  EXPECT_EQ(test::NormalizeIds((*replaced)->ToString()), "((a#0 + 1) > a#0)");
  const ExpressionPtr other = Bind("+", a_, Int(2));
  EXPECT_EQ(*substitution_.Apply(other), other) << "the very same expression";
}

TEST_F(SubstitutionTest, KeepsWhatAColumnIsCalled) {
  const AttributePtr renamed = std::make_shared<Attribute>(
      "X", x_->type(), x_->nullable(), x_->id(), std::vector<std::string>(), "{\"k\":1}");
  const auto item = substitution_.ApplyToNamed(renamed);
  const AttributePtr column = ToAttribute(*item);
  EXPECT_EQ(column->name(), "X");
  EXPECT_EQ(column->id(), x_->id());
  EXPECT_EQ(column->metadata(), "{\"k\":1}");
  EXPECT_EQ(*substitution_.ApplyToNamed(a_), ExpressionPtr(a_));
}

}  // namespace
}  // namespace firesteel
