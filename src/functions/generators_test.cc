#include <limits>

#include "functions/function_test_support.h"

namespace firesteel {
namespace {

struct Generated {
  std::vector<int64_t> sources;
  std::vector<std::vector<Value>> columns;
  std::string names;
};

Generated Generate(std::string_view name, const DataType& type, const std::vector<Value>& values) {
  AttributePtr a = std::make_shared<Attribute>("a", type, true, NewExprId());
  auto call = BindCall(name, {a}, false, nullptr, {}).ValueOrDie();
  const BoundGenerator& bound = As<GeneratorCall>(call)->bound();
  const ColumnVector column{MakeArray(values, type).ValueOrDie(), false};
  GeneratedRows rows = bound.generate(std::span(&column, 1), column.values->length()).ValueOrDie();
  Generated result;
  result.sources = rows.source_rows;
  for (size_t i = 0; i < rows.columns.size(); ++i) {
    EXPECT_TRUE(rows.columns[i]->ValidateFull().ok());
    EXPECT_EQ(rows.columns[i]->length(), static_cast<int64_t>(rows.source_rows.size()));
    result.names += (i > 0 ? "," : "") + bound.output[i].name;
    result.columns.emplace_back();
    for (int64_t row = 0; row < rows.columns[i]->length(); ++row) {
      result.columns[i].push_back(GetValue(*rows.columns[i], row, bound.output[i].type));
    }
  }
  return result;
}

const DataType& Ints() {
  static const DataType type = DataType::Array(TypeId::kInteger);
  return type;
}

TEST(GeneratorsTest, Explode) {
  const std::vector<Value> lists{List({10, 20}), List({}), kNull, List({kNull})};
  Generated rows = Generate("explode", Ints(), lists);
  EXPECT_EQ(rows.names, "col");
  EXPECT_EQ(rows.sources, (std::vector<int64_t>{0, 0, 3}));
  EXPECT_EQ(rows.columns[0], (std::vector<Value>{10, 20, kNull}));
  rows = Generate("explode_outer", Ints(), lists);
  EXPECT_EQ(rows.sources, (std::vector<int64_t>{0, 0, 1, 2, 3}));
  EXPECT_EQ(rows.columns[0], (std::vector<Value>{10, 20, kNull, kNull, kNull}));
}

TEST(GeneratorsTest, ExplodeOfAllElements) {
  // Nothing is empty or left out: the elements are those of the lists as they are.
  const Generated rows = Generate("explode", Ints(), {List({10, 20}), List({kNull}), List({30})});
  EXPECT_EQ(rows.sources, (std::vector<int64_t>{0, 0, 1, 2}));
  EXPECT_EQ(rows.columns[0], (std::vector<Value>{10, 20, kNull, 30}));
}

TEST(GeneratorsTest, ExplodeWithPositions) {
  const std::vector<Value> lists{List({10, 20}), kNull};
  Generated rows = Generate("posexplode", Ints(), lists);
  EXPECT_EQ(rows.names, "pos,col");
  EXPECT_EQ(rows.columns[0], (std::vector<Value>{0, 1}));
  rows = Generate("posexplode_outer", Ints(), lists);
  EXPECT_EQ(rows.columns[0], (std::vector<Value>{0, 1, kNull}));
  EXPECT_EQ(rows.columns[1], (std::vector<Value>{10, 20, kNull}));
}

TEST(GeneratorsTest, ExplodeMaps) {
  const DataType type = DataType::Map(TypeId::kString, TypeId::kInteger);
  Generated rows = Generate("explode", type, {MapValue{{{"a", 1}, {"b", kNull}}}, MapValue{}});
  EXPECT_EQ(rows.names, "key,value");
  EXPECT_EQ(rows.columns[0], (std::vector<Value>{"a", "b"}));
  EXPECT_EQ(rows.columns[1], (std::vector<Value>{1, kNull}));
}

TEST(GeneratorsTest, Inline) {
  const DataType element = DataType::Struct({{"x", TypeId::kInteger}, {"y", TypeId::kString}});
  Generated rows = Generate("inline", DataType::Array(element),
                            {List({StructValue{{1, "p"}}, kNull}), kNull});
  EXPECT_EQ(rows.names, "x,y");
  EXPECT_EQ(rows.sources, (std::vector<int64_t>{0, 0}));
  EXPECT_EQ(rows.columns[0], (std::vector<Value>{1, kNull}));
  EXPECT_EQ(rows.columns[1], (std::vector<Value>{"p", kNull}));
  rows = Generate("inline_outer", DataType::Array(element), {kNull});
  EXPECT_EQ(rows.columns[0], (std::vector<Value>{kNull}));
}

TEST(GeneratorsTest, Stack) {
  auto constant = [](const Value& value) { return Literal::Of(value).ValueOrDie(); };
  auto call = BindCall("stack", {constant(2), constant(1), constant("a"), constant(3)}, false,
                       nullptr, {}).ValueOrDie();
  const BoundGenerator& bound = As<GeneratorCall>(call)->bound();
  EXPECT_EQ(bound.output[1].name, "col1");
  std::vector<ColumnVector> arguments;
  for (size_t i = 0; i < bound.argument_types.size(); ++i) {
    const std::vector<Value> values{2, 1, "a", 3};
    arguments.push_back({MakeArray({values[i]}, bound.argument_types[i]).ValueOrDie(), true});
  }
  GeneratedRows rows = bound.generate(arguments, 2).ValueOrDie();
  EXPECT_EQ(rows.source_rows, (std::vector<int64_t>{0, 0, 1, 1}));
  EXPECT_EQ(GetValue(*rows.columns[0], 3, TypeId::kInteger), Value(3));
  EXPECT_EQ(GetValue(*rows.columns[1], 2, TypeId::kString), Value("a"));
  EXPECT_EQ(GetValue(*rows.columns[1], 3, TypeId::kString), kNull);
  auto condition = [&](std::vector<ExpressionPtr> arguments) {
    return ErrorCondition(
        BindCall("stack", std::move(arguments), false, nullptr, {}).status());
  };
  EXPECT_EQ(condition({constant(0), constant(1)}), "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE");
  EXPECT_EQ(condition({constant(2), constant(1), constant("a")}),
            "DATATYPE_MISMATCH.STACK_COLUMN_DIFF_TYPES");
}

TEST(GeneratorsTest, MoreRowsThanMemoryAreRefused) {
  const int32_t most = std::numeric_limits<int32_t>::max();
  auto call = BindCall("stack",
                       {Literal::Of(most).ValueOrDie(), Literal::Of("a").ValueOrDie()}, false,
                       nullptr, {}).ValueOrDie();
  const std::vector<ColumnVector> arguments{
      {MakeArray({most}, TypeId::kInteger).ValueOrDie(), true},
      {MakeArray({"a"}, TypeId::kString).ValueOrDie(), true}};
  EXPECT_EQ(ErrorCondition(As<GeneratorCall>(call)->bound().generate(arguments, 100000).status()),
            "UNABLE_TO_ACQUIRE_MEMORY");
}

TEST(GeneratorsTest, OnlyArraysAndMapsExplode) {
  auto text = Literal::Of("x").ValueOrDie();
  EXPECT_EQ(ErrorCondition(BindCall("explode", {text}, false, nullptr, {}).status()),
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
}

}  // namespace
}  // namespace firesteel
