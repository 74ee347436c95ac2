#include "functions/higher_order.h"

#include "expr/lambda.h"
#include "firesteel/error.h"
#include "functions/function_test_support.h"

namespace firesteel {
namespace {

const DataType kIntegers = DataType::Array(TypeId::kInteger);

ExpressionPtr Constant(Value value, DataType type) {
  return Literal::Make(std::move(value), std::move(type)).ValueOrDie();
}

ExpressionPtr BoundCall(std::string_view name, std::vector<ExpressionPtr> arguments) {
  return BindCall(name, std::move(arguments), false, nullptr, {}).ValueOrDie();
}

/// Makes the variables as the analyzer does, and the lambda over them.
template <typename Body>
ExpressionPtr MakeLambda(std::string_view function, const std::vector<ExpressionPtr>& arguments,
                         int index, int count, Body body) {
  auto parameters = LambdaParameters(function, arguments, index, count, {}).ValueOrDie();
  std::vector<LambdaVariablePtr> variables;
  for (const LambdaParameter& parameter : parameters) {
    variables.push_back(std::make_shared<LambdaVariable>(
        "v" + std::to_string(variables.size()), parameter.type, parameter.nullable));
  }
  return std::make_shared<Lambda>(variables, body(variables));
}

using Variables = std::vector<LambdaVariablePtr>;

class HigherOrderTest : public ::testing::Test {
 protected:
  HigherOrderTest() {
    schema_.Add("x", kIntegers).Add("n", TypeId::kInteger);
    x_ = std::make_shared<Attribute>("x", kIntegers, true, NewExprId());
    n_ = std::make_shared<Attribute>("n", TypeId::kInteger, true, NewExprId());
    batch_ = MakeBatch({Row({List({3, 1, 2}), 10}), Row({List({}), 20}), Row({Value(), 30}),
                        Row({List({Value(), 5}), 1})},
                       schema_).ValueOrDie();
  }

  std::vector<Value> Evaluate(const ExpressionPtr& call) {
    return EvaluateOn(BindReferences(call, {x_, n_}).ValueOrDie(), *batch_).ValueOrDie();
  }

  Schema schema_;
  AttributePtr x_;
  AttributePtr n_;
  std::shared_ptr<arrow::RecordBatch> batch_;
};

TEST_F(HigherOrderTest, TransformSeesElementsPlacesAndColumns) {
  ExpressionPtr add = MakeLambda("transform", {x_, nullptr}, 1, 1,
                                 [&](const Variables& v) { return BoundCall("+", {v[0], n_}); });
  EXPECT_EQ(Evaluate(BoundCall("transform", {x_, add})),
            (std::vector<Value>{List({13, 11, 12}), List({}), Value(), List({Value(), 6})}));
  ExpressionPtr place = MakeLambda("transform", {x_, nullptr}, 1, 2,
                                   [&](const Variables& v) -> ExpressionPtr { return v[1]; });
  EXPECT_EQ(Evaluate(BoundCall("transform", {x_, place})),
            (std::vector<Value>{List({0, 1, 2}), List({}), Value(), List({0, 1})}));
}

TEST_F(HigherOrderTest, LambdasMayStandInLambdas) {
  ExpressionPtr outer = MakeLambda("transform", {x_, nullptr}, 1, 1, [&](const Variables& v) {
    ExpressionPtr inner = MakeLambda("transform", {x_, nullptr}, 1, 1, [&](const Variables& w) {
      return BoundCall("+", {BoundCall("*", {v[0], Constant(10, TypeId::kInteger)}), w[0]});
    });
    return BoundCall("transform", {x_, inner});
  });
  const std::vector<Value> rows = Evaluate(BoundCall("transform", {x_, outer}));
  EXPECT_EQ(rows[0], List({List({33, 31, 32}), List({13, 11, 12}), List({23, 21, 22})}));
  EXPECT_EQ(rows[3], List({List({Value(), Value()}), List({Value(), 55})}));
}

TEST_F(HigherOrderTest, FilterExistsAndForall) {
  auto above_one = [&](std::string_view function) {
    return BoundCall(function,
                     {x_, MakeLambda(function, {x_, nullptr}, 1, 1, [&](const Variables& v) {
                        return BoundCall(">", {v[0], Constant(1, TypeId::kInteger)});
                      })});
  };
  EXPECT_EQ(Evaluate(above_one("filter")),
            (std::vector<Value>{List({3, 2}), List({}), Value(), List({5})}));
  EXPECT_EQ(Evaluate(above_one("exists")), (std::vector<Value>{true, false, Value(), true}));
  EXPECT_EQ(Evaluate(above_one("forall")), (std::vector<Value>{false, true, Value(), Value()}));
}

TEST_F(HigherOrderTest, AggregateMergesRowsOfDifferentLengths) {
  const ExpressionPtr zero = Constant(100, TypeId::kInteger);
  ExpressionPtr merge = MakeLambda("aggregate", {x_, zero, nullptr}, 2, 2, [&](const Variables& v) {
    return BoundCall("+", {v[0], v[1]});
  });
  EXPECT_EQ(Evaluate(BoundCall("aggregate", {x_, zero, merge})),
            (std::vector<Value>{106, 100, Value(), Value()}));
}

TEST_F(HigherOrderTest, SortsByComparator) {
  ExpressionPtr descending = MakeLambda("array_sort", {x_, nullptr}, 1, 2, [&](const Variables& v) {
    return BoundCall("-", {v[1], v[0]});
  });
  const auto sorted = BoundCall("array_sort", {x_, descending});
  // A NULL cannot be compared.
  auto bound = BindReferences(sorted, {x_, n_}).ValueOrDie();
  EvaluationContext context;
  EXPECT_EQ(ErrorCondition(bound->Evaluate(*batch_, &context).status()),
            "COMPARATOR_RETURNS_NULL");
  EXPECT_EQ(EvaluateOn(bound, *batch_->Slice(0, 3)).ValueOrDie(),
            (std::vector<Value>{List({3, 2, 1}), List({}), Value()}));
  EXPECT_EQ(Evaluate(BoundCall("array_sort", {x_})),
            (std::vector<Value>{List({1, 2, 3}), List({}), Value(), List({5, Value()})}));
}

TEST_F(HigherOrderTest, ZipsListsOfDifferentLengths) {
  const ExpressionPtr other = Constant(List({1, 1}), kIntegers);
  ExpressionPtr add = MakeLambda("zip_with", {x_, other, nullptr}, 2, 2,
                                 [&](const Variables& v) { return BoundCall("+", {v[0], v[1]}); });
  const std::vector<Value> rows = Evaluate(BoundCall("zip_with", {x_, other, add}));
  EXPECT_EQ(rows[0], List({4, 2, Value()}));
  EXPECT_EQ(rows[1], List({Value(), Value()}));
  EXPECT_EQ(rows[2], Value());
}

TEST_F(HigherOrderTest, MapsAreTransformed) {
  const ExpressionPtr map =
      Constant(MapValue{{{1, 10}, {2, 20}}}, DataType::Map(TypeId::kInteger, TypeId::kInteger));
  ExpressionPtr sum = MakeLambda("transform_values", {map, nullptr}, 1, 2,
                                 [&](const Variables& v) { return BoundCall("+", {v[0], v[1]}); });
  EXPECT_EQ(Evaluate(BoundCall("transform_values", {map, sum}))[0],
            Value(MapValue{{{1, 11}, {2, 22}}}));
  ExpressionPtr same = MakeLambda("transform_keys", {map, nullptr}, 1, 2, [&](const Variables&) {
    return Constant(7, TypeId::kInteger);
  });
  EvaluationContext context;
  EXPECT_EQ(ErrorCondition(
                BoundCall("transform_keys", {map, same})->Evaluate(*batch_, &context).status()),
            "DUPLICATED_MAP_KEY");
}

TEST_F(HigherOrderTest, WrongLambdasAreRefused) {
  EXPECT_TRUE(IsHigherOrderFunction("TRANSFORM"));
  EXPECT_FALSE(IsHigherOrderFunction("upper"));
  auto condition = [](const auto& result) { return ErrorCondition(result.status()); };
  EXPECT_EQ(condition(LambdaParameters("transform", {x_, nullptr}, 1, 3, {})),
            "INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH");
  EXPECT_EQ(condition(LambdaParameters("upper", {nullptr}, 0, 1, {})),
            "INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION");
  EXPECT_EQ(condition(LambdaParameters("filter", {n_, nullptr}, 1, 1, {})),
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
  ExpressionPtr number = MakeLambda("filter", {x_, nullptr}, 1, 1,
                                    [](const Variables& v) -> ExpressionPtr { return v[0]; });
  EXPECT_EQ(condition(BindCall("filter", {x_, number}, false, nullptr, {})),
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
}

}  // namespace
}  // namespace firesteel
