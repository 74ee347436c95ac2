#include "formats/json/json_writer.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/io/memory.h"
#include "formats/reader_test_support.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

std::string Write(const std::string& ddl, const std::vector<Row>& rows, const Options& options = {},
                  const std::string& zone = "UTC") {
  const Schema schema = Schema::FromDdl(ddl).ValueOrDie();
  const auto out = arrow::io::BufferOutputStream::Create().ValueOrDie();
  auto writer = JsonFormat()->OpenWriter(out, schema, options, zone);
  if (!writer.ok()) return ErrorCondition(writer.status());
  const Status status = (*writer)->Write(*MakeBatch(rows, schema).ValueOrDie());
  if (!status.ok()) return status.ToString();
  EXPECT_TRUE((*writer)->Finish().ok());
  EXPECT_FALSE(out->closed());
  return out->Finish().ValueOrDie()->ToString();
}

TEST(JsonWriter, LeavesNullsOut) {
  const std::vector<Row> rows = {Row({1, Value()}), Row({Value(), Value()})};
  EXPECT_EQ(Write("a INT, b STRING", rows), "{\"a\":1}\n{}\n");
  EXPECT_EQ(Write("a INT, b STRING", rows, MakeOptions({{"ignoreNullFields", "false"}})),
            "{\"a\":1,\"b\":null}\n{\"a\":null,\"b\":null}\n");
  EXPECT_EQ(Write("a INT, b STRING", rows, MakeOptions({{"lineSep", "|"}})), "{\"a\":1}|{}|");
}

TEST(JsonWriter, WritesNumbers) {
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(
      Write("a TINYINT, b FLOAT, c DOUBLE, d DOUBLE, e DECIMAL(10,2), f DECIMAL(10,8)",
            {Row({int8_t{-1}, 1.5f, 1e10, -infinite, Decimal{150, 10, 2}, Decimal{1, 10, 8}})}),
      "{\"a\":-1,\"b\":1.5,\"c\":1.0E10,\"d\":\"-Infinity\",\"e\":1.50,\"f\":1E-8}\n");
}

TEST(JsonWriter, EscapesStrings) {
  const std::vector<Row> rows = {Row({Value("q\"\\/\n\t\b\f\r\x01\x7F é😀<&")})};
  EXPECT_EQ(Write("`k\"` STRING", rows),
            "{\"k\\\"\":\"q\\\"\\\\/\\n\\t\\b\\f\\r\\u0001\x7F é😀<&\"}\n");
  EXPECT_EQ(Write("s STRING", {Row({Value("é😀")})},
                  MakeOptions({{"writeNonAsciiCharacterAsCodePoint", "true"}})),
            "{\"s\":\"\\u00E9\\uD83D\\uDE00\"}\n");
}

TEST(JsonWriter, EscapesAtAnyPlace) {
  const std::string plain = "0123456789 !#[]~\x7F éab";
  for (size_t at = 0; at <= 20; ++at) {
    const std::string before =
        plain.substr(0, std::min<size_t>(at, 17)) + std::string(at / 18, 'x');
    for (const auto& [special, escaped] :
         {std::pair("\"", "\\\""), std::pair("\\", "\\\\"), std::pair("\x1F", "\\u001F")}) {
      EXPECT_EQ(Write("s STRING", {Row({Value(before + special + plain)})}),
                "{\"s\":\"" + before + escaped + plain + "\"}\n");
    }
  }
}

TEST(JsonWriter, WritesTimes) {
  const std::vector<Row> rows = {Row({Date{19724}, Timestamp{1704164645123456}, TimestampNtz{-1}})};
  const std::string ddl = "d DATE, t TIMESTAMP, n TIMESTAMP_NTZ";
  EXPECT_EQ(Write(ddl, rows),
            "{\"d\":\"2024-01-02\",\"t\":\"2024-01-02T03:04:05.123Z\","
            "\"n\":\"1969-12-31T23:59:59.999\"}\n");
  EXPECT_EQ(Write("t TIMESTAMP", {Row({Timestamp{-1}})}, {}, "Asia/Kolkata"),
            "{\"t\":\"1970-01-01T05:29:59.999+05:30\"}\n");
  EXPECT_EQ(Write(ddl, rows,
                  MakeOptions({{"dateFormat", "dd/MM/yyyy"},
                               {"timestampFormat", "dd/MM/yyyy HH:mm XXX"},
                               {"timestampNTZFormat", "yyyy"},
                               {"timeZone", "America/New_York"}})),
            "{\"d\":\"02/01/2024\",\"t\":\"01/01/2024 22:04 -05:00\",\"n\":\"1969\"}\n");
}

TEST(JsonWriter, WritesNestedValues) {
  const Row row({Binary{std::string("\x01\x02", 2)}, ArrayValue{{Value(1), Value()}},
                 MapValue{{{"k", Value()}, {"z", Value(1)}}},
                 StructValue{{Value(), Value(ArrayValue{{StructValue{{Value()}}}})}}, true});
  const std::string ddl =
      "b BINARY, a ARRAY<INT>, m MAP<STRING, INT>, "
      "s STRUCT<x: INT, y: ARRAY<STRUCT<z: INT>>>, t BOOLEAN";
  EXPECT_EQ(Write(ddl, {row}),
            "{\"b\":\"AQI=\",\"a\":[1,null],\"m\":{\"k\":null,\"z\":1},"
            "\"s\":{\"y\":[{}]},\"t\":true}\n");
  EXPECT_EQ(Write("m MAP<DATE, INT>", {Row({MapValue{{{Date{19724}, Value(1)}}}})}),
            "{\"m\":{\"19724\":1}}\n");
  EXPECT_EQ(Write("a ARRAY<INT>, m MAP<STRING, INT>",
                  {Row({ArrayValue{{Value(1), Value(2)}}, MapValue{{{"k", Value(1)}}}})},
                  MakeOptions({{"pretty", "true"}})),
            "{\n  \"a\" : [ 1, 2 ],\n  \"m\" : {\n    \"k\" : 1\n  }\n}\n");
}

TEST(JsonWriter, ReadsItsOwnRows) {
  const std::string ddl = "l BIGINT, d DOUBLE, s STRING, t TIMESTAMP, n STRUCT<a: ARRAY<INT>>";
  const Row row({int64_t{1} << 60, 0.1, "a\nb", Timestamp{1704164645123000},
                 StructValue{{ArrayValue{{Value(1), Value()}}}}});
  const Result<std::vector<Row>> rows =
      ReadRows(JsonFormat(), Write(ddl, {row, row}), MakeRequest(ddl));
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[1], row);
}

TEST(JsonWriter, RefusesTypesAndCodecs) {
  EXPECT_EQ(Write("i INTERVAL", {}), "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE");
  EXPECT_EQ(Write("i INT", {}, MakeOptions({{"compression", "bogus"}})),
            "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION");
  EXPECT_EQ(JsonFormat()->FileExtension(MakeOptions({{"compression", "gzip"}})).ValueOrDie(),
            ".json.gz");
}

}  // namespace
}  // namespace firesteel
