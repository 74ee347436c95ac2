#include "expr/expression.h"

#include <gtest/gtest.h>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "expr/nodes.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

AttributePtr Column(std::string name, DataType type, bool nullable = true) {
  return std::make_shared<Attribute>(std::move(name), std::move(type), nullable, NewExprId());
}

ExpressionPtr Constant(const Value& value) { return Literal::Of(value).ValueOrDie(); }

/// Binds and evaluates over rows of `columns`; gives one value per row.
std::vector<Value> EvaluateRows(const ExpressionPtr& expression,
                                const std::vector<AttributePtr>& columns,
                                const std::vector<Row>& rows) {
  Schema schema;
  for (const AttributePtr& column : columns) schema.Add(column->name(), column->type());
  auto batch = MakeBatch(rows, schema).ValueOrDie();
  auto bound = BindReferences(expression, columns).ValueOrDie();
  EvaluationContext context;
  auto column = bound->Evaluate(*batch, &context).ValueOrDie();
  auto array = column.Expand(batch->num_rows()).ValueOrDie();
  EXPECT_TRUE(array->ValidateFull().ok());
  std::vector<Value> values;
  for (int64_t i = 0; i < array->length(); ++i) {
    values.push_back(GetValue(*array, i, expression->type()));
  }
  return values;
}

TEST(ExpressionTest, IdsAreUnique) { EXPECT_NE(NewExprId(), NewExprId()); }

TEST(ExpressionTest, LiteralNamesItselfAsInColumnNames) {
  EXPECT_EQ(Constant("it's")->Sql(), "it's");
  EXPECT_EQ(Constant(int64_t{5})->Sql(), "5");
  EXPECT_EQ(Constant(Value())->Sql(), "NULL");
  EXPECT_EQ(Constant(true)->Sql(), "true");
  EXPECT_EQ(Constant(1e10)->Sql(), "1.0E10");
  EXPECT_EQ(Constant(Decimal{150, 3, 2})->Sql(), "1.50");
  EXPECT_EQ(Constant(Decimal{1, 10, 10})->Sql(), "1E-10");
  EXPECT_EQ(Constant(Binary{"\x01\xff"})->Sql(), "X'01FF'");
  EXPECT_EQ(Constant(Date{19782})->Sql(), "DATE '2024-02-29'");
  auto timestamp = Literal::Make(Timestamp{0}, TypeId::kTimestamp, "Europe/Paris").ValueOrDie();
  EXPECT_EQ(timestamp->Sql(), "TIMESTAMP '1970-01-01 01:00:00'");
}

TEST(ExpressionTest, LiteralRejectsAValueOfAnotherType) {
  EXPECT_FALSE(Literal::Make("text", TypeId::kInteger).ok());
}

TEST(ExpressionTest, EqualityLooksAtTypesAndIds) {
  AttributePtr a = Column("a", TypeId::kInteger);
  EXPECT_TRUE(a->Equals(*a->WithNullable(true)));
  EXPECT_FALSE(a->Equals(*a->WithNewId()));
  EXPECT_FALSE(Constant(1)->Equals(*Constant(int64_t{1})));
  EXPECT_FALSE(Constant("1")->Equals(*Constant(1)));
  EXPECT_TRUE(Constant(1)->Equals(*Constant(1)));
}

TEST(ExpressionTest, AliasCarriesMetadataOfItsColumn) {
  AttributePtr a = Column("a", TypeId::kTimestamp)->WithMetadata(R"({"k":1})");
  EXPECT_EQ(Alias(a, "b").ToAttribute()->metadata(), R"({"k":1})");
  EXPECT_EQ(Alias(a, "b", 7, R"({"m":2})").ToAttribute()->metadata(), R"({"m":2})");
  EXPECT_EQ(Alias(Constant(1), "b").ToAttribute()->metadata(), "{}");
}

TEST(ExpressionTest, BindingFindsColumnsByIdNotByName) {
  AttributePtr first = Column("a", TypeId::kInteger);
  AttributePtr second = Column("a", TypeId::kInteger);
  EXPECT_EQ(EvaluateRows(second, {first, second}, {Row({1, 2}), Row({3, Value()})}),
            (std::vector<Value>{2, Value()}));
  EXPECT_EQ(ErrorCondition(BindReferences(first, {second}).status()), "INTERNAL_ERROR");
}

TEST(ExpressionTest, CaseTakesTheFirstBranchThatHolds) {
  AttributePtr a = Column("a", TypeId::kBoolean);
  AttributePtr b = Column("b", TypeId::kBoolean);
  const std::vector<Row> rows{Row({true, true}), Row({false, true}), Row({Value(), Value()})};
  auto with_else = std::make_shared<Conditional>(
      std::vector<ExpressionPtr>{a, Constant("x"), b, Constant("y"), Constant("z")});
  EXPECT_EQ(with_else->Sql(), "CASE WHEN a THEN x WHEN b THEN y ELSE z END");
  EXPECT_FALSE(with_else->nullable());
  EXPECT_EQ(EvaluateRows(with_else, {a, b}, rows), (std::vector<Value>{"x", "y", "z"}));
  auto without = std::make_shared<Conditional>(
      std::vector<ExpressionPtr>{a, Constant(int64_t{1}), b, Constant(int64_t{2})});
  EXPECT_TRUE(without->nullable());
  EXPECT_EQ(EvaluateRows(without, {a, b}, rows),
            (std::vector<Value>{int64_t{1}, int64_t{2}, Value()}));
}

TEST(ExpressionTest, BranchesOfCaseSeeOnlyTheirRows) {
  AttributePtr holds = Column("holds", TypeId::kBoolean);
  AttributePtr text = Column("text", TypeId::kString);
  ExpressionPtr number =
      std::make_shared<Cast>(text, TypeId::kInteger, CastOptions{}, false);
  auto guarded = std::make_shared<Conditional>(
      std::vector<ExpressionPtr>{holds, number, Constant(-1)});
  EXPECT_EQ(EvaluateRows(guarded, {holds, text}, {Row({true, "5"}), Row({false, "no number"})}),
            (std::vector<Value>{5, -1}));
}

TEST(ExpressionTest, CastIsNamedOnlyWhenTheUserWroteIt) {
  ExpressionPtr a = std::make_shared<BoundReference>(0, "a", TypeId::kInteger, false);
  Cast written(a, TypeId::kLong, CastOptions{}, false);
  EXPECT_EQ(written.Sql(), "CAST(a AS BIGINT)");
  EXPECT_FALSE(written.nullable());
  EXPECT_FALSE(written.may_fail());
  EXPECT_EQ(Cast(a, TypeId::kLong, CastOptions{}, true).Sql(), "a");
  const DataType list = DataType::Array(TypeId::kInteger);
  EXPECT_EQ(Cast(Constant(Value()), list, CastOptions{}, false).Sql(), "NULL");
  EXPECT_TRUE(Cast(a, TypeId::kByte, CastOptions{}, true).may_fail());
}

TEST(ExpressionTest, FieldOfNullStructIsNull) {
  DataType type = DataType::Struct({{"x", TypeId::kInteger, false}, {"y", TypeId::kString}});
  AttributePtr s = Column("s", type);
  ExpressionPtr x = std::make_shared<GetField>(s, 0);
  EXPECT_EQ(x->Sql(), "s.x");
  EXPECT_TRUE(x->nullable());
  EXPECT_EQ(EvaluateRows(x, {s}, {Row({StructValue{{4, "q"}}}), Row({Value()})}),
            (std::vector<Value>{4, Value()}));
}

TEST(ExpressionTest, ConstantsExpand) {
  for (const Value& value : std::vector<Value>{true, int8_t{3}, 7, int64_t{9}, 2.5, "text",
                                               Decimal{125, 5, 2}, Value()}) {
    auto literal = Constant(value);
    auto batch = MakeBatch({}, Schema()).ValueOrDie();
    EvaluationContext context;
    auto column = literal->Evaluate(*batch, &context).ValueOrDie();
    EXPECT_TRUE(column.constant);
    auto array = column.Expand(5).ValueOrDie();
    ASSERT_EQ(array->length(), 5);
    EXPECT_TRUE(array->ValidateFull().ok());
    EXPECT_EQ(GetValue(*array, 4, literal->type()), value);
  }
}

}  // namespace
}  // namespace firesteel
