#include "functions/function_test_support.h"

namespace firesteel {
namespace {

Value Setting(const char* name, const char* value) { return MapValue{{{name, value}}}; }

TEST(JsonFunctionsTest, FromJson) {
  CheckCalls({
      Gives("from_json", {R"({"k":5,"t":"x"})", "k INT, t STRING"}, Fields({5, "x"}),
            R"(from_json({"k":5,"t":"x"}))"),
      Gives("from_json", {R"({"k":"no","t":"x"})", "k INT, t STRING"}, Fields({kNull, "x"})),
      Gives("from_json", {R"({"k":)", "k INT"}, Fields({kNull})),
      Gives("from_json", {" ", "k INT"}, kNull),
      Gives("from_json", {R"([{"k":5}])", "k INT"}, Fields({kNull})),
      Gives("from_json", {"[4,5]", "array<bigint>"}, List({int64_t{4}, int64_t{5}})),
      Gives("from_json", {R"([4,"x"])", "array<bigint>"}, kNull),
      Gives("from_json", {R"({"k":{"z": 1.50}})", "k STRING"}, Fields({R"({"z":1.5})"})),
      Gives("from_json", {"{oops", "k INT, _corrupt_record STRING"}, Fields({kNull, "{oops"})),
      Fails("from_json", {"{oops", "k INT", Setting("mode", "FAILFAST")},
            "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION"),
      Fails("from_json", {"{}", "INT"}, "DATATYPE_MISMATCH.INVALID_JSON_SCHEMA"),
      Fails("from_json", {"{}", 3}, "INVALID_SCHEMA.NON_STRING_LITERAL"),
      Fails("from_json", {"{}", "k INT", "x"}, "INVALID_OPTIONS.NON_MAP_FUNCTION"),
      Fails("from_json", {1, "k INT"}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
  }, {}, false);
}

TEST(JsonFunctionsTest, ToJsonAndSchema) {
  CheckCalls({
      Gives("to_json", {List({1, kNull})}, "[1,null]"),
      Gives("to_json", {MapValue{{{"k", 1}}}}, R"({"k":1})"),
      Gives("schema_of_json", {R"({"k":[1,2.5]})"}, "STRUCT<k: ARRAY<DOUBLE>>"),
      Fails("to_json", {5}, "DATATYPE_MISMATCH.INVALID_JSON_SCHEMA"),
      Fails("schema_of_json", {Null(TypeId::kNull)}, "DATATYPE_MISMATCH.UNEXPECTED_NULL"),
  }, {}, false);
}

TEST(JsonFunctionsTest, Paths) {
  const char* text = R"({"a":{"b":[10,{"c":"x"},[1,2]]},"n":null,"s":"q\"t"})";
  CheckCalls({
      Gives("get_json_object", {text, "$.a.b[0]"}, "10"),
      Gives("get_json_object", {text, "$['a']['b'][1].c"}, "x"),
      Gives("get_json_object", {text, "$.a.b[*].c"}, "\"x\""),
      Gives("get_json_object", {text, "$.a.b[*]"}, R"([10,{"c":"x"},[1,2]])"),
      Gives("get_json_object", {text, "$.n"}, kNull),
      Gives("get_json_object", {text, "$.s"}, "q\"t"),
      Gives("get_json_object", {text, "$.a.b[7]"}, kNull),
      Gives("get_json_object", {text, "a.b"}, kNull),
      Gives("get_json_object", {R"({"a":1,)", "$.a"}, kNull),
      Gives("json_array_length", {"[1,[2],{}]"}, 3),
      Gives("json_array_length", {"[1"}, kNull),
      Gives("json_object_keys", {R"({"x":1,"y":{"z":2}})"}, List({"x", "y"})),
      Gives("json_object_keys", {"[]"}, kNull),
  });
}

TEST(CsvFunctionsTest, FromAndToCsv) {
  CheckCalls({
      Gives("from_csv", {"7,\"a,b\"", "k INT, t STRING"}, Fields({7, "a,b"})),
      Gives("from_csv", {"x;1", "k INT, t STRING", Setting("sep", ";")}, Fields({kNull, "1"})),
      Gives("from_csv", {"x\r\n", "k INT, _corrupt_record STRING"}, Fields({kNull, "x"})),
      Gives("from_csv", {"#7", "k INT, _corrupt_record STRING", Setting("comment", "#")},
            Fields({kNull, kNull})),
      Fails("from_csv", {"7", "k ARRAY<INT>"}, "UNSUPPORTED_DATATYPE"),
      Fails("from_csv", {"7", "INT"}, "INVALID_SCHEMA.NON_STRUCT_TYPE"),
      Gives("schema_of_csv", {"7,x"}, "STRUCT<_c0: INT, _c1: STRING>"),
      Fails("to_csv", {5}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
  }, {}, false);
}

}  // namespace
}  // namespace firesteel
