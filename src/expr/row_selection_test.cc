#include "expr/row_selection.h"

#include <gtest/gtest.h>

#include "arrow/array/array_base.h"
#include "arrow/record_batch.h"
#include "expr/nodes.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

ColumnVector SelectedColumn(const std::vector<Value>& values, const DataType& type,
                            bool constant = false) {
  return {MakeArray(values, type).ValueOrDie(), constant};
}

std::vector<Value> Values(const ColumnVector& column, const DataType& type, int64_t rows) {
  auto array = column.Expand(rows).ValueOrDie();
  EXPECT_TRUE(array->ValidateFull().ok());
  std::vector<Value> values;
  for (int64_t i = 0; i < array->length(); ++i) values.push_back(GetValue(*array, i, type));
  return values;
}

TEST(RowSelectionTest, SplitSendsNullToTheSecondPart) {
  auto [matched, rest] =
      RowSelection::All(4).Split(SelectedColumn({true, false, Value(), true}, TypeId::kBoolean));
  EXPECT_EQ(matched.size(), 2);
  EXPECT_EQ(matched[1], 3);
  EXPECT_EQ(rest.size(), 2);
  EXPECT_EQ(rest[0], 1);
  // A split of a part keeps the numbering of the batch.
  auto [second, third] = rest.Split(SelectedColumn({false, true}, TypeId::kBoolean));
  EXPECT_EQ(second[0], 2);
  EXPECT_EQ(third[0], 1);
}

TEST(RowSelectionTest, SplitByConstants) {
  const RowSelection all = RowSelection::All(3);
  EXPECT_TRUE(all.Split(SelectedColumn({true}, TypeId::kBoolean, true)).first.all());
  EXPECT_TRUE(all.Split(SelectedColumn({Value()}, TypeId::kBoolean, true)).first.empty());
  EXPECT_TRUE(all.Split(SelectedColumn({Value()}, TypeId::kNull, true)).second.all());
}

TEST(RowSelectionTest, EvaluatesOnTheRowsAskedFor) {
  Schema schema;
  schema.Add("a", TypeId::kString).Add("b", TypeId::kLong);
  auto batch = MakeBatch({Row({"x", int64_t{1}}), Row({"y", int64_t{2}}), Row({"z", int64_t{3}})},
                         schema).ValueOrDie();
  BoundReference b(1, "b", TypeId::kLong, true);
  EvaluationContext context;
  auto column = EvaluateOnRows(b, *batch, RowSelection::Of(3, {0, 2}), &context).ValueOrDie();
  EXPECT_EQ(Values(column, TypeId::kLong, 2), (std::vector<Value>{int64_t{1}, int64_t{3}}));
  auto nothing = EvaluateOnRows(b, *batch, RowSelection::Of(3, {}), &context).ValueOrDie();
  EXPECT_EQ(nothing.values->length(), 0);
}

struct InterleaveCase {
  DataType type;
  Value first, second, constant;
};

TEST(RowSelectionTest, InterleavesPiecesOfEveryKindOfType) {
  const DataType list = DataType::Array(TypeId::kInteger);
  const std::vector<InterleaveCase> cases{
      {TypeId::kBoolean, true, false, true},
      {TypeId::kByte, int8_t{1}, int8_t{2}, int8_t{3}},
      {TypeId::kDouble, 1.5, -0.0, 2.5},
      {DataType::Decimal(5, 2), Decimal{1, 5, 2}, Decimal{2, 5, 2}, Decimal{3, 5, 2}},
      {TypeId::kString, "first", "", "constant"},
      {TypeId::kDate, Date{1}, Date{2}, Date{3}},
      {list, ArrayValue{{1, Value()}}, ArrayValue{}, ArrayValue{{2}}},
  };
  for (const InterleaveCase& test : cases) {
    std::vector<SelectedValues> pieces;
    pieces.push_back({RowSelection::Of(6, {1, 3, 4}),
                      SelectedColumn({test.first, Value(), test.second}, test.type)});
    pieces.push_back(
        {RowSelection::Of(6, {0, 5}), SelectedColumn({test.constant}, test.type, true)});
    auto column = Interleave(pieces, test.type, 6).ValueOrDie();
    EXPECT_EQ(Values(column, test.type, 6),
              (std::vector<Value>{test.constant, test.first, Value(), Value(), test.second,
                                  test.constant}))
        << test.type.SimpleString();
  }
}

TEST(RowSelectionTest, LaterPiecesWin) {
  std::vector<SelectedValues> pieces;
  pieces.push_back(
      {RowSelection::All(3), SelectedColumn({int64_t{1}, Value(), int64_t{3}}, TypeId::kLong)});
  pieces.push_back(
      {RowSelection::Of(3, {1, 2}), SelectedColumn({int64_t{7}, Value()}, TypeId::kLong)});
  auto column = Interleave(pieces, TypeId::kLong, 3).ValueOrDie();
  EXPECT_EQ(Values(column, TypeId::kLong, 3),
            (std::vector<Value>{int64_t{1}, int64_t{7}, Value()}));
}

}  // namespace
}  // namespace firesteel
