#include "functions/function_test_support.h"

namespace firesteel {
namespace {

TEST(ArrayChangeTest, AddsAndRemoves) {
  CheckCalls({
      Gives("array_append", {List({7, 8}), 9}, List({7, 8, 9}), "array_append([7, 8], 9)"),
      Gives("array_prepend", {List({7, 8}), 9}, List({9, 7, 8})),
      Gives("array_append", {List({7}), Null(kInteger)}, List({7, kNull})),
      Gives("array_insert", {List({4, 5}), 2, 0}, List({4, 0, 5})),
      Gives("array_insert", {List({4, 5}), 5, 0}, List({4, 5, kNull, kNull, 0})),
      Gives("array_insert", {List({4, 5}), -1, 0}, List({4, 5, 0})),
      Gives("array_insert", {List({4, 5}), -3, 0}, List({0, 4, 5})),
      Gives("array_insert", {List({4, 5}), -4, 0}, List({0, kNull, 4, 5})),
      Gives("array_remove", {List({4, 5, 4, kNull}), 4}, List({5, kNull})),
      Gives("array_remove", {List({4}), Null(kInteger)}, kNull),
      Gives("array_repeat", {"a", 2}, List({"a", "a"})),
      Gives("array_repeat", {"a", -2}, List({})),
      Gives("array_size", {List({4, 5})}, 2),
      Gives("flatten", {List({List({1}), List({2, 3})})}, List({1, 2, 3})),
      Fails("array_append", {List({7}), "x"}, "DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES"),
      Fails("array_insert", {List({7}), 0, 1}, "INVALID_INDEX_OF_ZERO"),
      Fails("flatten", {List({7})}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
  }, {}, false);
}

TEST(ArrayChangeTest, SetsKeepTheFirstOfEqualValues) {
  CheckCalls({
      Gives("array_union", {List({3, 1, 3}), List({1, 4})}, List({3, 1, 4})),
      Gives("array_intersect", {List({3, 1, 3}), List({3, 5})}, List({3})),
      Gives("array_except", {List({3, 1, kNull, kNull}), List({3})}, List({1, kNull})),
      Gives("arrays_overlap", {List({3, 1}), List({1})}, true),
      Gives("arrays_overlap", {List({3, 1}), List({2})}, false),
      Gives("arrays_overlap", {List({3, kNull}), List({2})}, kNull),
      Fails("array_union", {List({3}), List({"a"})}, "DATATYPE_MISMATCH.BINARY_ARRAY_DIFF_TYPES"),
  });
}

TEST(ArrayChangeTest, Sequences) {
  CheckCalls({
      Gives("sequence", {2, 5}, List({2, 3, 4, 5})),
      Gives("sequence", {5, 2}, List({5, 4, 3, 2})),
      Gives("sequence", {1, 8, 3}, List({1, 4, 7})),
      Gives("sequence", {int8_t{1}, int64_t{2}}, List({int64_t{1}, int64_t{2}})),
      Gives("sequence", {Date{30}, Date{89}, YearMonthInterval{1}},
            List({Date{30}, Date{58}, Date{89}})),
      Gives("sequence", {Date{1}, Date{3}}, List({Date{1}, Date{2}, Date{3}})),
      Fails("sequence", {1, 2, Date{1}}, "DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES"),
      Fails("sequence", {Date{1}, Date{2}, DayTimeInterval{1}}, "_LEGACY_ERROR_TEMP_3242"),
      Fails("sequence", {0, 2147483647}, "COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER"),
  });
}

TEST(ArrayChangeTest, Maps) {
  auto map = [](std::vector<std::pair<Value, Value>> entries) {
    return Value(MapValue{std::move(entries)});
  };
  CheckCalls({
      Gives("map_from_arrays", {List({1, 2}), List({"a", "b"})}, map({{1, "a"}, {2, "b"}})),
      Gives("map_concat", {map({{1, "a"}}), map({{2, "b"}})}, map({{1, "a"}, {2, "b"}})),
      Gives("map_contains_key", {map({{1, "a"}}), 1}, true),
      Gives("map_contains_key", {map({{1, "a"}}), 2}, false),
      Fails("map_from_arrays", {List({1, 1}), List({"a", "b"})}, "DUPLICATED_MAP_KEY"),
      Fails("map_from_arrays", {List({1}), List({"a", "b"})}, "_LEGACY_ERROR_TEMP_2128"),
      Fails("map_concat", {map({{1, "a"}}), List({1})}, "DATATYPE_MISMATCH.MAP_CONCAT_DIFF_TYPES"),
  }, {}, false);
  FunctionSettings last_wins;
  last_wins.last_map_key_wins = true;
  CheckCalls({Gives("map_concat", {map({{1, "a"}, {2, "b"}}), map({{1, "c"}})},
                    map({{1, "c"}, {2, "b"}}))}, last_wins, false);
}

}  // namespace
}  // namespace firesteel
