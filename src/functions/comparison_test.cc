#include <limits>

#include "functions/function_test_support.h"

namespace firesteel {
namespace {

TEST(ComparisonTest, Numbers) {
  CheckCalls({
      Gives("=", {1, Dec(10, 2, 1)}, true, "(1 = 1.0)"),
      Gives("=", {1, "1"}, true),
      Gives("=", {-0.0, 0.0}, true),
      Gives("=", {kNan, kNan}, true),
      Gives("<", {kNan, kInfinity}, false),
      Gives(">", {kNan, kInfinity}, true),
      Gives("<=", {kNan, kNan}, true),
      Gives(">=", {1.0f, kNan}, false),
      Gives("!=", {1, 2}, true, "(NOT (1 = 2))"),
      Gives("<>", {Null(TypeId::kInteger), 2}, Value()),
      Gives("==", {int64_t{7}, int8_t{7}}, true, "(7 = 7)"),
      Gives("<", {Dec(110, 3, 2), Dec(11, 2, 1)}, false),
      Fails(">", {1, "a"}, "CAST_INVALID_INPUT"),
      Fails("=", {true, 1}, "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES"),
  });
}

TEST(ComparisonTest, StringsCompareAsUnsignedBytes) {
  CheckCalls({
      Gives("<", {"a", "B"}, false),
      Gives("<", {"", "a"}, true),
      Gives("<", {"\xc3\xa9", "z"}, false),
      Gives("=", {"a", "a "}, false),
      Gives("<", {Binary{"\x01"}, Binary{"\x80"}}, true),
      Gives("=", {Binary{"a"}, "a"}, true),
      Gives("<=", {true, false}, false),
      Gives("=", {Date{19723}, "2024-01-01"}, true),
  });
}

TEST(ComparisonTest, NestedValues) {
  const DataType list = DataType::Array(TypeId::kInteger);
  CheckCalls({
      Gives("<", {List({1, 2}), List({1, 3})}, true),
      Gives(">", {List({2}), List({1, 5})}, true),
      Gives("<", {List({1}), List({1, 0})}, true),
      Gives("<=>", {TypedValue(List({Value()}), list), TypedValue(List({Value()}), list)}, true),
      Fails("=", {MapValue{{{1, 2}}}, MapValue{{{1, 2}}}},
            "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE"),
  });
}

TEST(ComparisonTest, NullSafeEquality) {
  CheckCalls({
      Gives("<=>", {Null(TypeId::kInteger), Null(TypeId::kInteger)}, true),
      Gives("<=>", {Null(TypeId::kInteger), 1}, false),
      Gives("<=>", {kNan, kNan}, true, "(NaN <=> NaN)"),
      Gives("equal_null", {1, "1"}, true, "equal_null(1, 1)"),
  });
}

TEST(ComparisonTest, InKnowsThreeValues) {
  CheckCalls({
      Gives("in", {1, 1, 2}, true, "(1 IN (1, 2))"),
      Gives("in", {3, 1, 2}, false),
      Gives("in", {Null(TypeId::kInteger), 1, 2}, Value()),
      Gives("in", {3, 1, Null(TypeId::kInteger)}, Value()),
      Gives("in", {1, Null(TypeId::kInteger), 1}, true),
      Gives("in", {"1", 1, 2}, true),
      Gives("in", {Null(TypeId::kNull), Null(TypeId::kNull)}, Value()),
      Fails("in", {1, "x"}, "CAST_INVALID_INPUT"),
      // The match comes before the item that cannot be cast.
      Gives("in", {1, Dec(10, 2, 1), "a"}, true),
  });
}

TEST(ComparisonTest, LongListsAreSearchedAsSets) {
  for (const Value& value : std::vector<Value>{7, "7", 7.0, Date{7}}) {
    std::vector<TypedValue> arguments{value};
    for (int i = 0; i < 30; ++i) {
      if (value.Is<int32_t>()) arguments.emplace_back(Value(i));
      if (value.Is<std::string>()) arguments.emplace_back(Value(std::to_string(i)));
      if (value.Is<double>()) arguments.emplace_back(Value(i * 1.0));
      if (value.Is<Date>()) arguments.emplace_back(Value(Date{i}));
    }
    CheckCalls({Gives("in", arguments, true)});
    arguments.erase(arguments.begin() + 8);
    CheckCalls({Gives("in", arguments, false)});
    arguments.push_back(Null(arguments[0].type));
    CheckCalls({Gives("in", arguments, Value())});
  }
}

TEST(ComparisonTest, BetweenAndExtremes) {
  CheckCalls({
      Gives("between", {5, 1, 10}, true, "between(5, 1, 10)"),
      Gives("between", {5, 6, Null(TypeId::kInteger)}, false),
      Gives("between", {5, 1, Null(TypeId::kInteger)}, Value()),
      Gives("greatest", {1, 5, 3}, 5),
      Gives("greatest", {Null(TypeId::kInteger), 5, Null(TypeId::kInteger)}, 5),
      Gives("greatest", {1.5, kNan}, kNan),
      Gives("least", {"a", "B", ""}, ""),
      Gives("least", {1, 2.5}, 1.0),
      Fails("greatest", {1}, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION"),
      Fails("least", {MapValue{{{1, 2}}}, MapValue{{{1, 3}}}},
            "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE"),
  });
}

TEST(ComparisonTest, LegacyComparisonsTakeTheOtherSidesType) {
  CheckCalls({Gives("=", {"x", 1}, Value()), Gives("=", {"1", 1}, true),
              Gives("=", {true, 1}, true)},
             {false, "UTC"});
}

TEST(ComparisonTest, ManyRowsFillWholeWords) {
  // 200 rows cross three words of the bitmap.
  AttributePtr a = std::make_shared<Attribute>("a", TypeId::kLong, true, NewExprId());
  auto test = BindCall("<", {a, Literal::Of(int64_t{100}).ValueOrDie()}, false, nullptr, {})
                  .ValueOrDie();
  test = BindReferences(test, {a}).ValueOrDie();
  Schema schema;
  schema.Add("a", TypeId::kLong);
  std::vector<Row> rows;
  for (int64_t i = 0; i < 200; ++i) rows.push_back(Row({i % 7 == 0 ? Value() : Value(i)}));
  auto batch = MakeBatch(rows, schema).ValueOrDie();
  const std::vector<Value> values = EvaluateOn(test, *batch).ValueOrDie();
  for (int64_t i = 0; i < 200; ++i) {
    EXPECT_EQ(values[i], i % 7 == 0 ? Value() : Value(i < 100)) << i;
  }
}

}  // namespace
}  // namespace firesteel
