#include <string>
#include <vector>

#include "formats/reader_test_support.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

// Reads one line and renders the row, with the corrupt record's text where there is one.
std::string ReadValue(const std::string& type, const std::string& json,
                      const Options& options = {}) {
  const std::string text = "{\"a\":" + json + ",\"z\":9}";
  std::string row = ReadText(JsonFormat(), text, MakeRequest("a " + type + ", z INT", options));
  if (!row.empty()) row.pop_back();
  return row;
}

struct Case {
  const char* type;
  const char* json;
  const char* row;
};

void CheckAll(const std::vector<Case>& cases, const Options& options = {}) {
  for (const Case& one : cases) {
    EXPECT_EQ(ReadValue(one.type, one.json, options), one.row) << one.type << " " << one.json;
  }
}

constexpr char kNullRow[] = "[NULL,9]";   // the value is bad
constexpr char kNoRow[] = "[NULL,NULL]";  // the record is

TEST(JsonValues, WholeNumbers) {
  CheckAll({{"TINYINT", "-128", "[-128,9]"},
            {"TINYINT", "255", "[-1,9]"},
            {"TINYINT", "256", kNullRow},
            {"SMALLINT", "32767", "[32767,9]"},
            {"SMALLINT", "32768", kNullRow},
            {"INT", "-2147483648", "[-2147483648,9]"},
            {"INT", "2147483648", kNullRow},
            {"INT", "-0", "[0,9]"},
            {"INT", "1.0", kNullRow},
            {"INT", "1e3", kNullRow},
            {"INT", "\"5\"", kNullRow},
            {"INT", "\"\"", kNullRow},
            {"INT", "true", kNullRow},
            {"INT", "[1]", kNullRow},
            {"INT", "{\"z\":1}", kNullRow},
            {"BIGINT", "9223372036854775807", "[9223372036854775807,9]"},
            {"BIGINT", "9223372036854775808", kNullRow},
            {"INT", "01", kNoRow},
            {"INT", "-", kNoRow},
            {"INT", "+5", kNoRow},
            {"INT", ".5", kNoRow},
            {"INT", "5.", kNoRow},
            {"INT", "1_0", kNoRow},
            {"INT", "0x1", kNoRow}});
  CheckAll({{"INT", "007", "[7,9]"}, {"STRING", "-01", "[-01,9]"}},
           MakeOptions({{"allowNumericLeadingZeros", "true"}}));
}

TEST(JsonValues, FloatingNumbers) {
  CheckAll({{"DOUBLE", "1", "[1.0,9]"},
            {"DOUBLE", "-0", "[0.0,9]"},
            {"DOUBLE", "-0.0", "[-0.0,9]"},
            {"DOUBLE", "3.356934e-4", "[3.356934E-4,9]"},
            {"DOUBLE", "1E+5", "[100000.0,9]"},
            {"DOUBLE", "1e400", "[Infinity,9]"},
            {"DOUBLE", "-1e400", "[-Infinity,9]"},
            {"DOUBLE", "1e-400", "[0.0,9]"},
            {"DOUBLE", "0.00000000000000000000000000000000000000001", "[1.0E-41,9]"},
            {"DOUBLE", "NaN", "[NaN,9]"},
            {"DOUBLE", "-INF", "[-Infinity,9]"},
            {"DOUBLE", "+Infinity", "[Infinity,9]"},
            {"DOUBLE", "INF", kNoRow},
            {"DOUBLE", "\"NaN\"", "[NaN,9]"},
            {"DOUBLE", "\"+INF\"", "[Infinity,9]"},
            {"DOUBLE", "\"INF\"", kNullRow},
            {"DOUBLE", "\"1.5\"", kNullRow},
            {"FLOAT", "16777217", "[1.6777216E7,9]"},
            {"FLOAT", "1e39", "[Infinity,9]"}});
  CheckAll({{"DOUBLE", "NaN", kNoRow}, {"DOUBLE", "\"NaN\"", kNullRow}},
           MakeOptions({{"allowNonNumericNumbers", "false"}}));
}

TEST(JsonValues, DigitsHaveALimit) {
  EXPECT_EQ(ReadValue("STRING", std::string(1000, '1')), "[" + std::string(1000, '1') + ",9]");
  EXPECT_EQ(ReadValue("STRING", std::string(1001, '1')), kNoRow);
  EXPECT_EQ(ReadValue("STRING", "1." + std::string(1000, '1')), kNoRow);
}

TEST(JsonValues, Decimals) {
  CheckAll({{"DECIMAL(10,2)", "1.005", "[1.01,9]"},
            {"DECIMAL(10,2)", "-1.005", "[-1.01,9]"},
            {"DECIMAL(10,2)", "\"1,234.5\"", "[1234.50,9]"},
            {"DECIMAL(10,2)", "\" 1.5\"", kNullRow},
            {"DECIMAL(10,2)", "99999999.995", kNullRow},
            {"DECIMAL(10,2)", "1e3", "[1000.00,9]"},
            {"DECIMAL(10,2)", "1e-5", "[0.00,9]"},
            {"DECIMAL(10,2)", "NaN", kNullRow},
            {"DECIMAL(10,2)", "1e2000000000", kNullRow}});
}

TEST(JsonValues, Strings) {
  CheckAll({{"STRING", "1.50", "[1.50,9]"},
            {"STRING", "true", "[true,9]"},
            {"STRING", "-Infinity", "[-Infinity,9]"},
            {"STRING", "{\"a\": [1, 2] }", "[{\"a\": [1, 2] },9]"},
            {"STRING", "[1 , \"x\"]", "[[1 , \"x\"],9]"},
            {"STRING", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"", "[\"\\/\b\f\n\r\tA,9]"},
            {"STRING", "\"\\ud83d\"", "[?,9]"},
            {"STRING", "\"\\ude00x\"", "[?x,9]"},
            {"STRING", "\"\\uD83D\\u0041\"", "[?A,9]"},
            {"STRING", "\"it\\'s\"", "[it's,9]"},
            {"STRING", "'a\"b'", "[a\"b,9]"},
            {"STRING", "\"\\q\"", kNoRow},
            {"STRING", "\"\\u12\"", kNoRow},
            {"STRING", "\"a\tb\"", kNoRow},
            {"STRING", "\"\xFF\"", kNoRow},
            {"STRING", "\"\xED\xA0\x80\"", kNoRow},
            {"STRING", "\"\xF0\x9F\x98\x80\"", "[\xF0\x9F\x98\x80,9]"},
            {"STRING", "{\"a\":1,}", kNoRow},
            {"STRING", "{\"a\":01}", kNoRow}});
  CheckAll({{"STRING", "\"\\q\"", "[q,9]"}},
           MakeOptions({{"allowBackslashEscapingAnyCharacter", "true"}}));
  CheckAll({{"STRING", "\"a\tb\"", "[a\tb,9]"}},
           MakeOptions({{"allowUnquotedControlChars", "true"}}));
  CheckAll({{"STRING", "'x'", kNoRow}, {"STRING", "\"it\\'s\"", kNoRow}},
           MakeOptions({{"allowSingleQuotes", "false"}}));
}

TEST(JsonValues, BinaryAndBoolean) {
  CheckAll({{"BOOLEAN", "false", "[false,9]"},
            {"BOOLEAN", "\"true\"", kNullRow},
            {"BOOLEAN", "1", kNullRow},
            {"BOOLEAN", "truex", kNoRow},
            {"BINARY", "\"QUI=\"", "[AB,9]"},
            {"BINARY", "\"QUI=QUI=\"", "[ABAB,9]"},
            {"BINARY", "\"\"", "[,9]"},
            {"BINARY", "\"QUI\"", kNullRow},
            {"BINARY", "\"Q I=\"", kNullRow},
            {"BINARY", "5", kNullRow}});
}

TEST(JsonValues, DatesAndTimes) {
  CheckAll({{"DATE", "\"2024-02-29\"", "[2024-02-29,9]"},
            {"DATE", "\"2024-02-30\"", kNullRow},
            {"DATE", "\"2024-3-1T25:00\"", "[2024-03-01,9]"},
            {"DATE", "5", kNullRow},
            {"TIMESTAMP", "\"2024-03-01T12:00:00.123456789\"", "[2024-03-01 12:00:00.123456,9]"},
            {"TIMESTAMP", "\"2024-03-01T12:00:00+0200\"", "[2024-03-01 10:00:00,9]"},
            {"TIMESTAMP", "5", "[1970-01-01 00:00:05,9]"},
            {"TIMESTAMP", "1.5", kNullRow},
            {"TIMESTAMP", "\"\"", kNullRow},
            {"TIMESTAMP_NTZ", "\"2024-03-01 01:02:03\"", "[2024-03-01 01:02:03,9]"},
            {"TIMESTAMP_NTZ", "\"2024-03-01T12:00:00Z\"", kNullRow}});
  CheckAll({{"DATE", "\"29/02/2024\"", "[2024-02-29,9]"},
            {"DATE", "\"2024-02-29\"", kNullRow},
            {"TIMESTAMP", "\"29.02.2024 23\"", "[2024-02-29 22:00:00,9]"}},
           MakeOptions({{"dateFormat", "dd/MM/yyyy"},
                        {"timestampFormat", "dd.MM.yyyy HH"},
                        {"timeZone", "Europe/Paris"}}));
  CheckAll({{"DATE", "\"2024-02-29\"", "[2024-02-29,9]"}},
           MakeOptions({{"dateFormat", "dd/MM/yyyy"}, {"enableDateTimeParsingFallback", "true"}}));
}

TEST(JsonValues, NestedValues) {
  CheckAll({{"ARRAY<INT>", "[1,null]", "[[1, NULL],9]"},
            {"ARRAY<INT>", "[]", "[[],9]"},
            {"ARRAY<INT>", "[1,\"x\",3]", kNullRow},
            {"ARRAY<INT>", "{\"x\":1}", kNullRow},
            {"ARRAY<INT>", "[1,2", kNoRow},
            {"ARRAY<ARRAY<INT>>", "[[1,\"x\"],[2]]", kNullRow},
            {"MAP<STRING, INT>", "{\"x\":1,\"y\":null}", "[{x -> 1, y -> NULL},9]"},
            {"MAP<STRING, INT>", "{\"x\":1,\"x\":2}", "[{x -> 1, x -> 2},9]"},
            {"MAP<STRING, INT>", "{\"x\":1,\"y\":\"z\"}", kNullRow},
            {"MAP<STRING, INT>", "[]", kNullRow},
            {"STRUCT<x: INT, y: STRING>", "{\"y\":\"s\",\"w\":[{}]}", "[{NULL, s},9]"},
            {"STRUCT<x: INT, y: STRING>", "{\"x\":\"q\",\"y\":\"s\"}", "[{NULL, s},9]"},
            {"STRUCT<x: INT, y: STRING>", "{\"x\":1,\"x\":2}", "[{2, NULL},9]"},
            {"STRUCT<x: INT, y: STRING>", "{\"x\":1,\"x\":\"q\"}", "[{1, NULL},9]"},
            {"STRUCT<x: INT, y: STRING>", "\"s\"", kNullRow},
            {"ARRAY<STRUCT<x: INT>>", "[{\"x\":1},{\"x\":\"q\"}]", "[[{1}, {NULL}],9]"},
            {"ARRAY<STRUCT<x: INT>>", "[{\"x\":1},5]", kNullRow},
            {"MAP<STRING, STRUCT<x: INT>>", "{\"k\":{\"x\":\"q\"}}", "[{k -> {NULL}},9]"}});
}

TEST(JsonValues, DepthHasALimit) {
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(ReadValue("STRING", nested(999)), "[" + nested(999) + ",9]");
  EXPECT_EQ(ReadValue("STRING", nested(1000)), kNoRow);
  EXPECT_EQ(ReadValue("INT", nested(999)), kNullRow);
  EXPECT_EQ(ReadValue("INT", std::string(100000, '[')), kNoRow);
}

TEST(JsonValues, RecordsOfOddShape) {
  const auto read = [](const std::string& text, const Options& options = {}) {
    return ReadText(JsonFormat(), text, MakeRequest("a INT, b INT", options));
  };
  EXPECT_EQ(read("{\"a\":1} trailing"), "[1,NULL]\n");
  EXPECT_EQ(read("{\"a\":1}{\"a\":2}"), "[1,NULL]\n");
  EXPECT_EQ(read("{\"a\":1,\"a\":2}"), "[2,NULL]\n");
  EXPECT_EQ(read("{\"a\":1,\"a\":\"x\"}"), "[1,NULL]\n");
  EXPECT_EQ(read("{\"a\":\"x\",\"a\":2}"), "[2,NULL]\n");
  EXPECT_EQ(read("{\"\\u0061\":5}"), "[5,NULL]\n");
  EXPECT_EQ(read("[]"), "");
  EXPECT_EQ(read("[{\"a\":1},{\"a\":\"x\",\"b\":3}]"), "[1,NULL]\n[NULL,3]\n");
  for (const char* bad :
       {"{\"a\":1,}", "{,\"a\":1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "[{\"a\":1},5]", "null", "5",
        "[{\"a\":1},null]", "[{\"a\":1}", "{\"a\":1,\"x\":tru}", "{\"a\":1,\"x\":01}",
        "{\"a\":1,\"x\":\"\\q\"}", "{\"x\":[1,2},\"a\":1}", "{\"a\":1]", "{\"a\":1,\"b\"}", "{",
        "[", "{\"a\":1/*c*/}", "{a:1}"}) {
    EXPECT_EQ(read(bad), "[NULL,NULL]\n") << bad;
  }
  EXPECT_EQ(read("{'a':1,\"b\":2}"), "[1,2]\n");
  EXPECT_EQ(read("{a$1:0,a:1,'b':2}", MakeOptions({{"allowUnquotedFieldNames", "true"}})),
            "[1,2]\n");
  EXPECT_EQ(read("//x\n/* { */{\"a\":1/*c*/}", MakeOptions({{"allowComments", "true"}})),
            "[1,NULL]\n");
}

}  // namespace
}  // namespace firesteel
