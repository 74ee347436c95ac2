#include "plan/semantic_equality.h"

#include <gtest/gtest.h>

#include "expr/function.h"
#include "plan/attribute_set.h"
#include "plan/identifier.h"
#include "plan/test_plans.h"

namespace firesteel {
namespace {

Result<BoundFunction> Unbindable(const BindRequest&) { return Status::Invalid("not bound here"); }

constexpr ScalarFunctionDefinition kPlus = {"+", 2, 2, {}, Unbindable};
constexpr ScalarFunctionDefinition kMinus = {"-", 2, 2, {}, Unbindable};

ExpressionPtr Binary(const ScalarFunctionDefinition& definition, ExpressionPtr a, ExpressionPtr b) {
  auto bound = std::make_shared<BoundFunction>();
  bound->return_type = TypeId::kInteger;
  return std::make_shared<ScalarFunction>(&definition, bound,
                                          std::vector<ExpressionPtr>{std::move(a), std::move(b)});
}

class SemanticEqualityTest : public ::testing::Test {
 protected:
  static ExpressionPtr Column(std::string name, ExprId id) {
    return std::make_shared<Attribute>(std::move(name), TypeId::kInteger, true, id);
  }
  static void ExpectSame(const ExpressionPtr& a, const ExpressionPtr& b) {
    EXPECT_TRUE(SemanticallyEqual(*a, *b)) << a->ToString() << " and " << b->ToString();
    EXPECT_EQ(SemanticHash(*a), SemanticHash(*b)) << a->ToString() << " and " << b->ToString();
  }
  static void ExpectDifferent(const ExpressionPtr& a, const ExpressionPtr& b) {
    EXPECT_FALSE(SemanticallyEqual(*a, *b)) << a->ToString() << " and " << b->ToString();
  }
  const ExpressionPtr a_ = Column("a", 1);
  const ExpressionPtr b_ = Column("b", 2);
};

TEST_F(SemanticEqualityTest, ColumnsAreTheirIds) {
  ExpectSame(a_, Column("A", 1));
  ExpectDifferent(a_, Column("a", 2));
}

TEST_F(SemanticEqualityTest, AliasesDoNotCount) {
  ExpectSame(test::As(a_, "x"), a_);
  ExpectSame(Binary(kPlus, test::As(a_, "x"), b_), Binary(kPlus, a_, b_));
}

TEST_F(SemanticEqualityTest, OperandsMayBeSwappedWhereThatIsTheSame) {
  ExpectSame(Binary(kPlus, a_, b_), Binary(kPlus, b_, a_));
  ExpectDifferent(Binary(kMinus, a_, b_), Binary(kMinus, b_, a_));
  ExpectDifferent(Binary(kPlus, a_, a_), Binary(kPlus, a_, b_));
}

TEST_F(SemanticEqualityTest, ConstantsDifferByTypeToo) {
  ExpectSame(test::Int(1), test::Int(1));
  ExpectDifferent(test::Int(1), test::Int(2));
  ExpectDifferent(test::Int(1), test::Text("1"));
}

TEST_F(SemanticEqualityTest, DeepTreesTakeNoExponentialTime) {
  ExpressionPtr left = a_;
  ExpressionPtr right = a_;
  for (int i = 0; i < 200; ++i) {
    left = Binary(kPlus, left, b_);
    right = Binary(kPlus, b_, right);
  }
  ExpectSame(left, right);
  ExpectDifferent(left, Binary(kPlus, right, b_));
}

TEST_F(SemanticEqualityTest, AttributeSetsHoldWhatAnExpressionReads) {
  const AttributeSet both = AttributeSet::References(Binary(kPlus, a_, b_));
  EXPECT_TRUE(both.Contains(1));
  EXPECT_FALSE(both.Contains(3));
  EXPECT_TRUE(both.ContainsAll(AttributeSet::References(a_)));
  EXPECT_FALSE(AttributeSet::References(a_).ContainsAll(both));
  EXPECT_TRUE(ReadsOnly(a_, both));
  EXPECT_TRUE(ReadsOnly(test::Int(1), AttributeSet()));
  EXPECT_FALSE(ReadsOnly(Binary(kPlus, a_, b_), AttributeSet::References(b_)));
}

TEST(IdentifierTest, QuotesAndCompares) {
  EXPECT_EQ(QuoteIdentifier(std::vector<std::string>{"a b", "c`d"}), "`a b`.`c``d`");
  EXPECT_TRUE(SameName("Model", "MODEL", false));
  EXPECT_FALSE(SameName("Model", "MODEL", true));
  EXPECT_FALSE(SameName("a", "ab", false));
  EXPECT_EQ(FoldCase("MoDeL_1"), "model_1");
}

}  // namespace
}  // namespace firesteel
