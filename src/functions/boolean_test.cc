#include "functions/function_test_support.h"

namespace firesteel {
namespace {

ExpressionPtr BooleanCall(std::string_view name, std::vector<ExpressionPtr> arguments) {
  return BindCall(name, std::move(arguments), false, nullptr, {}).ValueOrDie();
}
ExpressionPtr Constant(const Value& value) { return Literal::Of(value).ValueOrDie(); }

TEST(BooleanTest, ThreeValuedLogic) {
  const Value unknown;
  const std::vector<Value> all{true, false, unknown};
  for (const Value& a : all) {
    for (const Value& b : all) {
      const bool any_false = a == Value(false) || b == Value(false);
      const bool any_true = a == Value(true) || b == Value(true);
      const bool any_null = a.is_null() || b.is_null();
      const Value both = any_false ? Value(false) : any_null ? unknown : Value(true);
      const Value either = any_true ? Value(true) : any_null ? unknown : Value(false);
      CheckCalls({
          Gives("and", {TypedValue(a, TypeId::kBoolean), TypedValue(b, TypeId::kBoolean)}, both),
          Gives("or", {TypedValue(a, TypeId::kBoolean), TypedValue(b, TypeId::kBoolean)}, either),
      });
    }
  }
  CheckCalls({
      Gives("not", {true}, false, "(NOT true)"),
      Gives("!", {Null(TypeId::kNull)}, Value()),
      Gives("and", {"true", true}, true, "(true AND true)"),
      Fails("and", {1, true}, "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES"),
      Fails("or", {"abc", true}, "CAST_INVALID_INPUT"),
      Fails("not", {1}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
  });
}

TEST(BooleanTest, TheRightSideIsEvaluatedOnlyWhereItCounts) {
  AttributePtr a = std::make_shared<Attribute>("a", TypeId::kInteger, true, NewExprId());
  AttributePtr b = std::make_shared<Attribute>("b", TypeId::kInteger, true, NewExprId());
  ExpressionPtr ratio = BooleanCall(">", {BooleanCall("/", {a, b}), Constant(1)});
  ExpressionPtr guarded = BooleanCall("and", {BooleanCall("!=", {b, Constant(0)}), ratio});
  ExpressionPtr inverse = BooleanCall("or", {BooleanCall("=", {b, Constant(0)}), ratio});
  Schema schema;
  schema.Add("a", TypeId::kInteger).Add("b", TypeId::kInteger);
  auto batch = MakeBatch({Row({6, 2}), Row({1, 0}), Row({1, 2}), Row({1, Value()})}, schema)
                   .ValueOrDie();
  EXPECT_EQ(EvaluateOn(BindReferences(guarded, {a, b}).ValueOrDie(), *batch).ValueOrDie(),
            (std::vector<Value>{true, false, false, Value()}));
  EXPECT_EQ(EvaluateOn(BindReferences(inverse, {a, b}).ValueOrDie(), *batch).ValueOrDie(),
            (std::vector<Value>{true, true, false, Value()}));
  auto unguarded = EvaluateOn(BindReferences(ratio, {a, b}).ValueOrDie(), *batch);
  EXPECT_EQ(ErrorCondition(unguarded.status()), "DIVIDE_BY_ZERO");
}

TEST(BooleanTest, NullTests) {
  CheckCalls({
      Gives("isnull", {1}, false, "(1 IS NULL)"),
      Gives("isnull", {Null(TypeId::kString)}, true),
      Gives("isnull", {Null(TypeId::kNull)}, true),
      Gives("isnotnull", {0.0}, true, "(0.0 IS NOT NULL)"),
      Gives("isnan", {std::nan("")}, true),
      Gives("isnan", {Null(TypeId::kDouble)}, false),
      Gives("isnan", {1}, false),
  });
}

}  // namespace
}  // namespace firesteel
