#include <random>
#include <string>
#include <string_view>

#include "formats/avro/avro_decoder.h"
#include "formats/avro/avro_schema.h"
#include "formats/avro/avro_types.h"
#include "formats/json/json_column.h"
#include "functions/function_test_support.h"

namespace firesteel {
namespace {

Value AvroOption(const char* name, const char* value) { return MapValue{{{name, value}}}; }

Binary FromHex(std::string_view digits) {
  std::string bytes;
  for (size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  }
  return Binary{bytes};
}

std::string RecordOf(const std::string& fields) {
  return R"({"type":"record","name":"r","fields":[)" + fields + "]}";
}
std::string FieldOf(const std::string& name, const std::string& type) {
  return R"({"name":")" + name + R"(","type":)" + type + "}";
}
const std::string kOneInt = RecordOf(FieldOf("a", R"("int")"));
const std::string kList =
    RecordOf(FieldOf("next", R"(["null","r"])") + "," + FieldOf("a", R"("int")"));

TEST(AvroFunctionsTest, Scalars) {
  CheckCalls(
      {
          Gives("from_avro", {FromHex("0a"), "\"int\""}, 5, R"(from_avro(X'0A', "int", NULL))"),
          Gives("from_avro", {FromHex("09"), "\"long\""}, int64_t{-5}),
          Gives("from_avro", {FromHex("0a0b"), "\"int\""}, 5),  // what follows does not matter
          Gives("from_avro", {FromHex("01"), "\"boolean\""}, true),
          Gives("from_avro", {FromHex("02"), "\"boolean\""}, false),
          Gives("from_avro", {FromHex("0000c03f"), "\"float\""}, 1.5F),
          Gives("from_avro", {FromHex("000000000000f83f"), "\"double\""}, 1.5),
          Gives("from_avro", {FromHex("047879"), "\"string\""}, "xy"),
          Gives("from_avro", {FromHex("0a"), R"({"type":"int","logicalType":"date"})"}, Date{5}),
          Gives("from_avro", {FromHex("0a"), R"({"type":"long","logicalType":"timestamp-millis"})"},
                Timestamp{5000}),
          Gives("from_avro", {FromHex("0a"), R"({"type":"long","logicalType":"timestamp-micros"})"},
                Timestamp{5}),
          Gives("from_avro",
                {FromHex("0a"), R"({"type":"long","logicalType":"local-timestamp-millis"})"},
                TimestampNtz{5000}),
          Gives("from_avro", {FromHex("0a"), R"({"type":"int","logicalType":"time-millis"})"}, 5),
          Gives("from_avro",
                {FromHex("04ff9c"),
                 R"({"type":"bytes","logicalType":"decimal","precision":4,"scale":2})"},
                Dec(-100, 4, 2)),
          Gives("from_avro", {FromHex("00"), R"({"type":"enum","name":"e","symbols":["A","B"]})"},
                "A"),
          Gives("from_avro", {FromHex("0102"), R"({"type":"fixed","name":"f","size":2})"},
                Binary{"\x01\x02"}),
          Gives("from_avro", {FromHex("000a"), R"(["int","long"])"}, int64_t{5}),
          Gives("from_avro", {FromHex("00"), R"(["null","int"])"}, kNull),
      },
      {}, false);
}

TEST(AvroFunctionsTest, Nested) {
  CheckCalls(
      {
          Gives("from_avro", {FromHex("0a"), kOneInt}, Fields({5})),
          Gives("from_avro", {FromHex("000a"), R"(["int","string"])"}, Fields({5, kNull})),
          Gives("from_avro", {FromHex("04020400"), R"({"type":"array","items":"int"})"},
                List({1, 2})),
          // A block with a negative count tells its size in bytes.
          Gives("from_avro", {FromHex("0304020400"), R"({"type":"array","items":"int"})"},
                List({1, 2})),
          // Of equal keys the last counts.
          Gives("from_avro",
                {FromHex("0602610202620402610600"), R"({"type":"map","values":"int"})"},
                MapValue{{{"b", 2}, {"a", 3}}}),
          Gives("from_avro",
                {FromHex("02020002000a"), kList, AvroOption("recursiveFieldMaxDepth", "2")},
                Fields({Fields({0}), 5})),
          Fails("from_avro", {FromHex("0a"), kList}, "AVRO_SCHEMA_NOT_SUPPORTED"),
      },
      {}, false);
}

TEST(AvroFunctionsTest, AnotherReaderSchema) {
  const std::string evolved =
      RecordOf(FieldOf("a", R"("long")") + R"(,{"name":"b","type":"string","default":"z"},)" +
               R"({"name":"c","type":{"type":"array","items":"int"},"default":[1]})");
  const std::string renamed = RecordOf(R"({"name":"x","aliases":["a"],"type":"double"})");
  const std::string lacking = RecordOf(FieldOf("a", R"("int")") + "," + FieldOf("c", R"("int")"));
  const std::string text = RecordOf(FieldOf("a", R"("string")"));
  const auto option = [](const std::string& schema) {
    return AvroOption("avroSchema", schema.c_str());
  };
  CheckCalls(
      {
          Gives("from_avro", {FromHex("0a"), kOneInt, option(evolved)},
                Fields({int64_t{5}, "z", List({1})})),
          Gives("from_avro", {FromHex("0a"), kOneInt, option(renamed)}, Fields({5.0})),
          Fails("from_avro", {FromHex("0a"), kOneInt, option(lacking)}, "MALFORMED_AVRO_MESSAGE"),
          Fails("from_avro", {FromHex("0a"), kOneInt, option(text)}, "MALFORMED_AVRO_MESSAGE"),
          Gives("from_avro",
                {FromHex("02780a"),
                 RecordOf(FieldOf("s", R"("string")") + "," + FieldOf("a", R"("int")")),
                 option(kOneInt)},
                Fields({5})),
      },
      {}, false);
}

TEST(AvroFunctionsTest, MalformedValues) {
  CheckCalls(
      {
          Fails("from_avro", {Binary{""}, "\"int\""}, "MALFORMED_AVRO_MESSAGE"),
          Fails("from_avro", {FromHex("ffffffffff7f"), "\"int\""}, "MALFORMED_AVRO_MESSAGE"),
          Fails("from_avro", {FromHex("08"), "\"string\""}, "MALFORMED_AVRO_MESSAGE"),
          Fails("from_avro", {FromHex("0a"), R"({"type":"enum","name":"e","symbols":["A"]})"},
                "MALFORMED_AVRO_MESSAGE"),
          // A trillion items without a byte.
          Fails("from_avro", {FromHex("8080d287e2bc2d"), R"({"type":"array","items":"null"})"},
                "MALFORMED_AVRO_MESSAGE"),
          Gives("from_avro", {Binary{""}, "\"int\"", AvroOption("mode", "permissive")}, kNull),
          Gives("from_avro", {Binary{""}, kOneInt, AvroOption("mode", "PERMISSIVE")},
                Fields({kNull})),
          Fails("from_avro", {FromHex("0a"), "\"int\"", AvroOption("mode", "DROPMALFORMED")},
                "PARSE_MODE_UNSUPPORTED"),
          Fails("from_avro", {FromHex("0a"), "{bad"}, "INVALID_SCHEMA.PARSE_ERROR"),
          Fails("from_avro", {FromHex("0a"), 3}, "DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT"),
          Fails("from_avro", {"a", "\"int\""}, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
          Gives("from_avro", {Null(TypeId::kBinary), "\"int\""}, kNull),
      },
      {}, false);
}

TEST(AvroFunctionsTest, ToAvro) {
  const std::string enum_schema = R"({"type":"enum","name":"e","symbols":["B","A"]})";
  CheckCalls(
      {
          Gives("to_avro", {5}, FromHex("0a"), "to_avro(5, NULL)"),
          Gives("to_avro", {"x"}, FromHex("0278")),
          Gives("to_avro", {Null(TypeId::kInteger)}, kNull),
          Gives("to_avro", {"A", enum_schema}, FromHex("02")),
          Gives("to_avro", {5, R"(["null","int"])"}, FromHex("020a")),
          Gives("to_avro", {int64_t{5}, R"(["int","long"])"}, FromHex("020a")),
          Gives("to_avro", {Timestamp{-1}, "\"long\""}, FromHex("01")),
          Gives("to_avro",
                {Dec(-100, 5, 2),
                 R"({"type":"bytes","logicalType":"decimal","precision":5,"scale":2})"},
                FromHex("029c")),
          Fails("to_avro", {"C", enum_schema}, "AVRO_SCHEMA_NOT_SUPPORTED"),
          Fails("to_avro", {int64_t{5}, "\"int\""}, "AVRO_SCHEMA_NOT_SUPPORTED"),
          Fails("to_avro", {Binary{"ab"}, R"({"type":"fixed","name":"f","size":3})"},
                "AVRO_SCHEMA_NOT_SUPPORTED"),
          Fails("to_avro", {CalendarInterval{1, 0, 0}}, "AVRO_SCHEMA_NOT_SUPPORTED"),
          Gives("schema_of_avro", {kList, AvroOption("recursiveFieldMaxDepth", "1")},
                "STRUCT<a: INT NOT NULL>"),
          Gives("schema_of_avro", {RecordOf(FieldOf("u", R"(["int","string"])"))},
                "STRUCT<u: STRUCT<member0: INT, member1: STRING> NOT NULL>"),
      },
      {}, false);
}

// A column of structs: written and read back it is the same.
TEST(AvroFunctionsTest, RoundTrip) {
  const DataType type =
      DataType::FromDdl(
          "struct<b: boolean, i: int, l: bigint, f: float, d: double, s: string, x: binary, "
          "m: decimal(20,3), t: date, ts: timestamp, tn: timestamp_ntz, a: array<int>, "
          "p: map<string, array<string>>, n: struct<y: int, z: string>>")
          .ValueOrDie();
  const Value row = Fields(
      {true, 7, int64_t{-9}, 1.5F, -2.5, "text", Binary{std::string(3, '\0')}, Dec(-123456, 20, 3),
       Date{-1}, Timestamp{1'600'000'000'123'456}, TimestampNtz{-5}, List({1, kNull, 3}),
       MapValue{{{"k", List({"v", kNull})}, {"e", kNull}}}, Fields({kNull, "z"})});
  const Value empty = Fields(std::vector<Value>(type.fields().size()));
  Schema schema;
  schema.Add("c", type);
  const auto column = std::make_shared<Attribute>("c", type, true, NewExprId());
  const auto written = BindCall("to_avro", {column}, false, nullptr, {}).ValueOrDie();
  const auto bytes = EvaluateOn(
      BindReferences(written, {column}).ValueOrDie(),
      *MakeBatch({Row({row}), Row({kNull}), Row({empty}), Row({row})}, schema).ValueOrDie());
  ASSERT_TRUE(bytes.ok()) << bytes.status().ToString();
  const std::string avro = SparkTypeToAvro(type, true).ValueOrDie();
  EXPECT_TRUE((*bytes)[1].is_null());
  for (const auto& [index, expected] : {std::pair{0, row}, std::pair{2, empty}}) {
    CheckCalls({Gives("from_avro", {(*bytes)[index], avro}, expected)}, {}, false);
  }
}

// Whatever the bytes are: an answer or an error, and a column that is whole.
TEST(AvroFunctionsTest, AnyBytes) {
  const std::string schema_text =
      RecordOf(FieldOf("next", R"(["null","r"])") + "," +
               FieldOf("m", R"({"type":"map","values":["null","string","int"]})") + "," +
               FieldOf("l", R"({"type":"array","items":{"type":"array","items":"null"}})") + "," +
               FieldOf("e", R"({"type":"enum","name":"e","symbols":["A","B"]})"));
  const auto schema = AvroSchema::Parse(schema_text).ValueOrDie();
  AvroTypeOptions options;
  options.recursive_depth = 2;
  const DataType type = AvroToSparkType(*schema, options)->type;
  auto decoder = AvroDecoder::Make(schema, schema, type, options).ValueOrDie();
  JsonColumn column(type);
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes(random() % 24, '\0');
    for (char& c : bytes) c = static_cast<char>(random() % (round % 2 ? 8 : 256));
    std::string_view input = bytes;
    const int64_t before = column.length();
    const auto good = decoder->Decode(&input, &column);
    ASSERT_TRUE(good.ok());
    ASSERT_EQ(column.length(), before + (*good ? 1 : 0));
  }
  const auto array = column.Finish().ValueOrDie();
  EXPECT_GT(array->length(), 3);
  EXPECT_TRUE(array->Validate().ok());
}

}  // namespace
}  // namespace firesteel
