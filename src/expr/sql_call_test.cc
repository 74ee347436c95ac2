#include "expr/sql_call.h"

#include <gtest/gtest.h>

#include "arrow/array/array_primitive.h"
#include "arrow/array/builder_primitive.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "expr/nodes.h"

namespace firesteel {
namespace {

std::shared_ptr<arrow::RecordBatch> NumbersFrom(int32_t first, int rows) {
  arrow::Int32Builder builder;
  for (int i = 0; i < rows; ++i) EXPECT_TRUE(builder.Append(first + i).ok());
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("n", arrow::int32())}), rows,
                                  {builder.Finish().ValueOrDie()});
}

TEST(SqlCallTest, TheBodyReadsVariablesAndColumns) {
  auto column = std::make_shared<BoundReference>(0, "n", TypeId::kInteger, false);
  auto constant = Literal::Of(Value(int32_t{7})).ValueOrDie();
  auto x = std::make_shared<LambdaVariable>("x", TypeId::kInteger, false);
  auto y = std::make_shared<LambdaVariable>("y", TypeId::kInteger, false);
  auto body = std::make_shared<Conditional>(std::vector<ExpressionPtr>{
      Literal::Of(Value(false)).ValueOrDie(), x, Literal::Of(Value(true)).ValueOrDie(), y, column});
  const SqlCall call("f(n, 7)", body, {x, y}, {column, constant});
  EXPECT_EQ(call.Sql(), "f(n, 7)");
  EXPECT_TRUE(call.resolved());
  EXPECT_EQ(call.type(), DataType(TypeId::kInteger));
  EvaluationContext context;
  const auto batch = NumbersFrom(1, 3);
  ColumnVector result = call.Evaluate(*batch, &context).ValueOrDie();
  const auto values = result.Expand(3).ValueOrDie();
  EXPECT_EQ(static_cast<const arrow::Int32Array&>(*values).Value(2), 7);
}

TEST(SqlCallTest, WithoutVariablesItIsItsBody) {
  auto column = std::make_shared<BoundReference>(0, "n", TypeId::kInteger, false);
  const SqlCall call("f(n)", column, {}, {});
  EvaluationContext context;
  ColumnVector result = call.Evaluate(*NumbersFrom(4, 2), &context).ValueOrDie();
  EXPECT_EQ(static_cast<const arrow::Int32Array&>(*result.values).Value(1), 5);
  EXPECT_EQ(call.WithNewChildren(call.children())->Sql(), "f(n)");
  EXPECT_FALSE(call.may_fail());
}

}  // namespace
}  // namespace firesteel
