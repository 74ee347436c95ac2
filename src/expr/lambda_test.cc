#include "expr/lambda.h"

#include <gtest/gtest.h>

#include "arrow/array/array_primitive.h"
#include "arrow/array/builder_primitive.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "expr/nodes.h"

namespace firesteel {
namespace {

std::shared_ptr<arrow::Array> Integers(const std::vector<int32_t>& values) {
  arrow::Int32Builder builder;
  EXPECT_TRUE(builder.AppendValues(values).ok());
  return builder.Finish().ValueOrDie();
}

std::shared_ptr<arrow::RecordBatch> Batch(const std::vector<int32_t>& values) {
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("n", arrow::int32())}),
                                  static_cast<int64_t>(values.size()), {Integers(values)});
}

int32_t At(const ColumnVector& column, int64_t i) {
  return static_cast<const arrow::Int32Array&>(*column.values).Value(column.constant ? 0 : i);
}

TEST(LambdaTest, VariablesComeFromTheirOwnColumn) {
  auto x = std::make_shared<LambdaVariable>("x", TypeId::kInteger, false);
  auto y = std::make_shared<LambdaVariable>("y", TypeId::kInteger, false);
  Lambda lambda({x, y}, y);
  EvaluationContext context;
  const std::vector<std::shared_ptr<arrow::Array>> values{Integers({1, 2, 3}),
                                                          Integers({10, 20, 30})};
  const std::vector<int64_t> parents{0, 0, 1};
  ColumnVector result =
      EvaluateLambda(lambda, values, *Batch({7, 8}), parents, &context).ValueOrDie();
  ASSERT_EQ(result.values->length(), 3);
  EXPECT_EQ(At(result, 2), 30);
}

TEST(LambdaTest, ColumnsComeFromTheParentRow) {
  auto x = std::make_shared<LambdaVariable>("x", TypeId::kInteger, false);
  Lambda lambda({x}, std::make_shared<BoundReference>(0, "n", TypeId::kInteger, false));
  EvaluationContext context;
  const std::vector<std::shared_ptr<arrow::Array>> values{Integers({1, 2, 3})};
  const std::vector<int64_t> parents{1, 0, 1};
  ColumnVector result =
      EvaluateLambda(lambda, values, *Batch({7, 8}), parents, &context).ValueOrDie();
  EXPECT_EQ(At(result, 0), 8);
  EXPECT_EQ(At(result, 1), 7);
  EXPECT_EQ(At(result, 2), 8);
}

TEST(LambdaTest, WithoutBindingsNothingIsEvaluated) {
  // A variable that no lambda binds fails when it is evaluated.
  LambdaVariable loose("z", TypeId::kInteger, false);
  EvaluationContext context;
  ColumnVector result = EvaluateLambda(loose, {}, *Batch({7}), {}, &context).ValueOrDie();
  EXPECT_EQ(result.values->length(), 0);
  const std::vector<int64_t> parents{0};
  EXPECT_FALSE(EvaluateLambda(loose, {}, *Batch({7}), parents, &context).ok());
}

TEST(LambdaTest, ReadsBatchLooksThroughItsOwnVariables) {
  auto x = std::make_shared<LambdaVariable>("x", TypeId::kInteger, false);
  EXPECT_FALSE(ReadsBatch(Lambda({x}, x)));
  EXPECT_TRUE(ReadsBatch(*x));
  EXPECT_TRUE(ReadsBatch(
      Lambda({x}, std::make_shared<BoundReference>(0, "n", TypeId::kInteger, false))));
}

TEST(LambdaTest, NamesHideTheVariables) {
  auto x = std::make_shared<LambdaVariable>("x", TypeId::kInteger, true);
  Lambda lambda({x, x}, x);
  EXPECT_EQ(lambda.Sql(),
            "lambdafunction(namedlambdavariable(), namedlambdavariable(), namedlambdavariable())");
  EXPECT_EQ(lambda.ToString(), "lambdafunction(lambda x, lambda x, lambda x)");
}

}  // namespace
}  // namespace firesteel
