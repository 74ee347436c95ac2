#include "functions/function_test_support.h"

namespace firesteel {
namespace {

TEST(ConditionalTest, If) {
  CheckCalls({
      Gives("if", {true, 1, 2}, 1, "(IF(true, 1, 2))"),
      Gives("if", {Null(TypeId::kBoolean), 1, 2}, 2),
      Gives("if", {true, "a", "b"}, "a"),
      Gives("if", {false, 1, 2.5}, 2.5),
      Fails("if", {1, 2, 3}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
      Fails("if", {true, 1, Date{1}}, "DATATYPE_MISMATCH.DATA_DIFF_TYPES"),
  });
}

TEST(ConditionalTest, Coalesce) {
  CheckCalls({
      Gives("coalesce", {Null(kInteger), 2, 3}, 2, "coalesce(NULL, 2, 3)"),
      Gives("coalesce", {Null(kInteger), Null(kInteger)}, Value()),
      Gives("coalesce", {1, "7"}, int64_t{1}),
      Gives("nvl", {Null(TypeId::kString), "x"}, "x", "nvl(NULL, x)"),
      Gives("ifnull", {Dec(15, 2, 1), Dec(2, 1, 0)}, Dec(15, 2, 1)),
      Gives("nvl2", {1, Null(kInteger), 2}, Value()),
      Gives("nvl2", {Null(kInteger), 1, 2}, 2),
      Gives("nullif", {1, 1}, Value(), "nullif(1, 1)"),
      Gives("nullif", {1, int64_t{2}}, 1),
      Gives("nullif", {std::nan(""), std::nan("")}, Value()),
      Gives("nullifzero", {0}, Value(), "nullifzero(0)"),
      Gives("nullifzero", {-0.0}, Value()),
      Gives("zeroifnull", {Null(kInteger)}, 0, "zeroifnull(NULL)"),
      Gives("nanvl", {std::nan(""), 5.0}, 5.0),
      Gives("nanvl", {std::nan(""), Null(TypeId::kDouble)}, Value()),
      Gives("nanvl", {1.5, 5}, 1.5),
      Fails("coalesce", {true, 1}, "DATATYPE_MISMATCH.DATA_DIFF_TYPES"),
      Fails("coalesce", {}, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION"),
  });
}

TEST(ConditionalTest, LaterArgumentsAreEvaluatedWhereNeededOnly) {
  AttributePtr a = std::make_shared<Attribute>("a", kInteger, true, NewExprId());
  AttributePtr b = std::make_shared<Attribute>("b", kInteger, true, NewExprId());
  ExpressionPtr ratio = BindCall("div", {a, b}, false, nullptr, {}).ValueOrDie();
  ExpressionPtr half = BindCall("coalesce", {a, ratio}, false, nullptr, {}).ValueOrDie();
  ExpressionPtr guarded =
      BindCall("if", {BindCall("=", {b, Literal::Of(0).ValueOrDie()}, false, nullptr, {})
                          .ValueOrDie(),
                      Literal::Of(int64_t{-1}).ValueOrDie(), ratio},
               false, nullptr, {})
          .ValueOrDie();
  Schema schema;
  schema.Add("a", kInteger).Add("b", kInteger);
  auto batch = MakeBatch({Row({6, 0}), Row({Value(), 2}), Row({8, 2})}, schema).ValueOrDie();
  EXPECT_EQ(EvaluateOn(BindReferences(half, {a, b}).ValueOrDie(), *batch).ValueOrDie(),
            (std::vector<Value>{int64_t{6}, Value(), int64_t{8}}));
  EXPECT_EQ(EvaluateOn(BindReferences(guarded, {a, b}).ValueOrDie(), *batch).ValueOrDie(),
            (std::vector<Value>{int64_t{-1}, Value(), int64_t{4}}));
}

TEST(ConditionalTest, CaseBringsItsValuesToOneType) {
  auto text = [](const Value& value) { return Literal::Of(value).ValueOrDie(); };
  auto bound = BindConditional({text(false), text(1), text(true), text(2.5), text(Value())}, {});
  ASSERT_TRUE(bound.ok());
  EXPECT_EQ((*bound)->type().id(), TypeId::kDouble);
  EXPECT_EQ((*bound)->Sql(), "CASE WHEN false THEN 1 WHEN true THEN 2.5 ELSE NULL END");
  EXPECT_EQ(ErrorCondition(BindConditional({text(1), text(2)}, {}).status()),
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
  EXPECT_EQ(ErrorCondition(BindConditional({text(true), text(2), text(Date{1})}, {}).status()),
            "DATATYPE_MISMATCH.DATA_DIFF_TYPES");
}

TEST(ConditionalTest, FieldsOfStructs) {
  const DataType type = DataType::Struct({{"Key", kInteger}, {"value", TypeId::kString}});
  CheckCalls({
      Gives("[]", {TypedValue(StructValue{{3, "x"}}, type), "key"}, 3),
      Fails("[]", {TypedValue(StructValue{{3, "x"}}, type), "nope"}, "FIELD_NOT_FOUND"),
  }, {}, false);
}

}  // namespace
}  // namespace firesteel
