#include "functions/function_test_support.h"

namespace firesteel {
namespace {

Value Map(std::vector<std::pair<Value, Value>> entries) { return MapValue{std::move(entries)}; }

TEST(CollectionTest, Constructors) {
  CheckCalls({
      Gives("array", {1, 2, 3}, List({1, 2, 3}), "array(1, 2, 3)"),
      Gives("array", {1, Dec(25, 2, 1), Null(TypeId::kNull)},
            List({Dec(10, 11, 1), Dec(25, 11, 1), kNull})),
      Gives("array", {"a", Null(TypeId::kString)}, List({"a", kNull})),
      Gives("map", {1, "a", 2, "b"}, Map({{1, "a"}, {2, "b"}}), "map(1, a, 2, b)"),
      Gives("map", {1, "a", "2", "b"}, Map({{int64_t{1}, "a"}, {int64_t{2}, "b"}})),
      Gives("struct", {1, "x"}, Fields({1, "x"})),
      Fails("array", {1, Date{1}}, "DATATYPE_MISMATCH.DATA_DIFF_TYPES"),
      Fails("map", {1, 2, 3}, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION"),
      Fails("map", {1, "a", 1, "b"}, "DUPLICATED_MAP_KEY"),
      Fails("map", {Null(kInteger), 1}, "NULL_MAP_KEY"),
      Fails("map", {Map({{1, 2}}), 3}, "DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE"),
  }, {}, false);
  CheckCalls({
      Gives("array", {}, List({})),
      Gives("map", {}, Map({})),
      Gives("named_struct", {"a", 1, "b", "x"}, Fields({1, "x"}), "named_struct(a, 1, b, x)"),
      Fails("named_struct", {"a"}, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION"),
      Fails("named_struct", {Null(TypeId::kString), 1},
            "DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING"),
  }, {}, false);
}

TEST(CollectionTest, ConstructorsOverColumns) {
  AttributePtr a = std::make_shared<Attribute>("a", kInteger, true, NewExprId());
  AttributePtr s = std::make_shared<Attribute>("s", TypeId::kString, false, NewExprId());
  auto batch = MakeBatch({Row({1, "x"}), Row({kNull, "y"})},
                         Schema().Add("a", kInteger).Add("s", TypeId::kString)).ValueOrDie();
  auto evaluate = [&](std::string_view name, std::vector<ExpressionPtr> arguments) {
    auto call = BindCall(name, std::move(arguments), false, nullptr, {}).ValueOrDie();
    return EvaluateOn(BindReferences(call, {a, s}).ValueOrDie(), *batch).ValueOrDie();
  };
  auto constant = [](const Value& value) { return Literal::Of(value).ValueOrDie(); };
  EXPECT_EQ(evaluate("array", {a, constant(5)}),
            (std::vector<Value>{List({1, 5}), List({kNull, 5})}));
  EXPECT_EQ(evaluate("map", {s, a}), (std::vector<Value>{Map({{"x", 1}}), Map({{"y", kNull}})}));
  EXPECT_EQ(evaluate("struct", {a, constant("k")}),
            (std::vector<Value>{Fields({1, "k"}), Fields({kNull, "k"})}));
  auto named = BindCall("struct", {a, std::make_shared<Alias>(s, "text"), constant(1)}, false,
                        nullptr, {}).ValueOrDie();
  EXPECT_EQ(named->type().SimpleString(), "struct<a:int,text:string,col3:int>");
  EXPECT_EQ(named->Sql(), "struct(a, s AS text, 1)");
}

TEST(CollectionTest, Elements) {
  const TypedValue list(List({10, 20, kNull}));
  const TypedValue map(Map({{"a", 1}, {"b", 2}}));
  CheckCalls({
      Gives("[]", {list, 1}, 20),
      Gives("[]", {list, int64_t{2}}, kNull),
      Gives("[]", {list, Null(kInteger)}, kNull),
      Fails("[]", {list, 3}, "INVALID_ARRAY_INDEX"),
      Fails("[]", {list, -1}, "INVALID_ARRAY_INDEX"),
      Fails("[]", {list, "1"}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
      Gives("[]", {map, "b"}, 2),
      Gives("[]", {map, "z"}, kNull),
      Gives("element", {map, "a"}, 1),
      Gives("element_at", {list, 2}, 20),
      Gives("element_at", {list, -3}, 10),
      Fails("element_at", {list, 4}, "INVALID_ARRAY_INDEX_IN_ELEMENT_AT"),
      Fails("element_at", {list, 0}, "INVALID_INDEX_OF_ZERO"),
      Fails("element_at", {list, int64_t{1}}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
      Gives("element_at", {map, "z"}, kNull),
      Gives("try_element_at", {list, 5}, kNull),
      Gives("get", {list, 3}, kNull),
      Gives("get", {list, 0}, 10),
  });
  CheckCalls({Gives("[]", {list, 3}, kNull), Gives("element_at", {list, 4}, kNull)},
             {false, "UTC"});
}

TEST(CollectionTest, SizesKeysAndValues) {
  CheckCalls({
      Gives("size", {List({1, kNull})}, 2),
      Gives("cardinality", {Map({{1, 2}})}, 1),
      Gives("size", {Null(DataType::Array(kInteger))}, kNull),
      Gives("map_keys", {Map({{"b", 1}, {"a", 2}})}, List({"b", "a"})),
      Gives("map_values", {Map({{"b", 1}, {"a", kNull}})}, List({1, kNull})),
      Fails("size", {"abc"}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
  });
  CheckCalls({Gives("size", {Null(DataType::Array(kInteger))}, -1)}, {false, "UTC"});
}

TEST(CollectionTest, Arrays) {
  CheckCalls({
      Gives("array_contains", {List({1, 2}), 2}, true),
      Gives("array_contains", {List({1, kNull}), 2}, kNull),
      Gives("array_contains", {List({1, 2}), 3}, false),
      Gives("array_contains", {List({1, 2}), int64_t{2}}, true),
      Fails("array_contains", {List({1}), Null(TypeId::kNull)}, "DATATYPE_MISMATCH.NULL_TYPE"),
      Fails("array_position", {List({"a"}), 1}, "DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES"),
      Gives("array_position", {List({3, 2, 1, 2}), 2}, int64_t{2}),
      Gives("array_distinct", {List({1, 2, 1, kNull, kNull})}, List({1, 2, kNull})),
      Gives("array_distinct", {List({0.0, -0.0})}, List({0.0})),
      Gives("array_compact", {List({kNull, "", kNull})}, List({""})),
      Gives("array_min", {List({std::nan(""), 1.5, kNull})}, 1.5),
      Gives("array_max", {List({3, 1, kNull})}, 3),
      Gives("array_max", {TypedValue(List({}), DataType::Array(kInteger))}, kNull),
      Gives("array_join", {List({"a", kNull, "b"}), ","}, "a,b"),
      Gives("array_join", {List({"a", kNull, "b"}), ",", "?"}, "a,?,b"),
      Gives("sort_array", {List({3, 1, kNull, 2})}, List({kNull, 1, 2, 3})),
      Gives("sort_array", {List({3, 1, kNull, 2}), false}, List({3, 2, 1, kNull})),
      Gives("slice", {List({1, 2, 3, 4}), 2, 2}, List({2, 3})),
      Gives("slice", {List({1, 2, 3, 4}), -2, 5}, List({3, 4})),
      Gives("slice", {List({1}), 5, 1}, TypedValue(List({}), DataType::Array(kInteger)).value),
      Fails("slice", {List({1}), 0, 1}, "INVALID_PARAMETER_VALUE.START"),
      Fails("slice", {List({1}), 1, -1}, "INVALID_PARAMETER_VALUE.LENGTH"),
  });
}

TEST(CollectionTest, NestedElementsAreFound) {
  CheckCalls({
      Gives("array_contains", {List({List({1}), List({2})}), List({2})}, true),
      Gives("array_distinct", {List({List({1}), List({1})})}, List({List({1})})),
      Gives("[]", {Map({{List({1}), "x"}}), List({1})}, "x"),
  });
}

}  // namespace
}  // namespace firesteel
