#include <string>
#include <utility>
#include <vector>

#include "arrow/buffer.h"
#include "arrow/io/memory.h"
#include "formats/csv/csv_inference.h"
#include "formats/reader_test_support.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

std::string Read(const std::string& text, const std::string& ddl,
                 const std::vector<std::pair<std::string, std::string>>& options = {},
                 const std::string& columns = "") {
  FileReadRequest request = MakeRequest(ddl, MakeOptions(options));
  if (!columns.empty()) request.columns = Schema::FromDdl(columns).ValueOrDie();
  return ReadText(CsvFormat(), text, request);
}

std::string Condition(const std::string& text, const std::string& ddl,
                      const std::vector<std::pair<std::string, std::string>>& options) {
  return ErrorCondition(
      ReadRows(CsvFormat(), text, MakeRequest(ddl, MakeOptions(options))).status());
}

std::string Infer(const std::string& text,
                  const std::vector<std::pair<std::string, std::string>>& options) {
  const Result<Schema> schema = CsvFormat()->InferSchema(
      {{std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(text)), ""}},
      MakeOptions(options));
  return schema.ok() ? schema->AsStruct().SimpleString() : ErrorCondition(schema.status());
}

// Many bytes without one good row are no end of the file.
TEST(CsvReader, ReadsOnBehindManyMalformedRows) {
  std::string lines;
  for (int i = 0; i < 20; ++i) lines += std::string(size_t{1} << 20, 'x') + "\n";
  EXPECT_EQ(Read(lines + "1\n", "k INT", {{"mode", "DROPMALFORMED"}, {"maxCharsPerColumn", "-1"}}),
            "[1]\n");
}

TEST(CsvReader, LeavesOutRowsThatTheFiltersDrop) {
  using Op = Predicate::Op;
  const auto read = [](std::vector<Predicate> filters, const std::string& mode) {
    FileReadRequest request = MakeRequest("k INT, v STRING", MakeOptions({{"mode", mode}}));
    request.filters = std::move(filters);
    const auto rows = ReadRows(CsvFormat(), "1,a\n2,\nx,c\n4\n", request);
    return rows.ok() ? std::to_string(rows->size()) : ErrorCondition(rows.status());
  };
  EXPECT_EQ(read({}, "PERMISSIVE"), "4");
  // A value that is not there is NULL; one that cannot be read keeps its row.
  EXPECT_EQ(read({{Op::kIsNotNull, "v", {}}}, "PERMISSIVE"), "2");
  EXPECT_EQ(read({{Op::kGreater, "k", {1}}}, "PERMISSIVE"), "3");
  EXPECT_EQ(read({{Op::kStartsWith, "v", {"a"}}}, "PERMISSIVE"), "1");
  // What is wrong with a row that is dropped does not matter.
  EXPECT_EQ(read({{Op::kStartsWith, "v", {"a"}}}, "FAILFAST"), "1");
  EXPECT_EQ(read({{Op::kGreater, "k", {0}}}, "FAILFAST"), "FAILED_READ_FILE.NO_HINT");
}

TEST(CsvReader, ConvertsValues) {
  EXPECT_EQ(Read("1,2.5,true,x,2024-02-29,2024-02-29T12:00:00Z,1.555\n",
                 "a INT, b DOUBLE, c BOOLEAN, d STRING, e DATE, f TIMESTAMP, g DECIMAL(5,2)"),
            "[1,2.5,true,x,2024-02-29,2024-02-29 12:00:00,1.56]\n");
  EXPECT_EQ(Read(",\"\",NULL\n", "a INT, b STRING, c STRING", {{"nullValue", "NULL"}}),
            "[NULL,,NULL]\n");
  EXPECT_EQ(Read("NaN,Inf,-Inf,Infinity\n", "a DOUBLE, b DOUBLE, c FLOAT, d FLOAT"),
            "[NaN,Infinity,-Infinity,Infinity]\n");
  EXPECT_EQ(Read("29.02.2024;1\n", "a DATE, b INT", {{"dateFormat", "dd.MM.yyyy"}, {"sep", ";"}}),
            "[2024-02-29,1]\n");
}

TEST(CsvReader, KeepsTheGoodValuesOfMalformedRecords) {
  const std::string ddl = "a INT, b INT, _corrupt_record STRING";
  EXPECT_EQ(Read("1,2\nx,3\n4\n5,6,7\n 8,9\n", ddl),
            "[1,2,NULL]\n[NULL,3,x,3]\n[4,NULL,4]\n[5,6,5,6,7]\n[NULL,9, 8,9]\n");
  EXPECT_EQ(Read("1,2\nx,3\n4\n5,6,7\n", "a INT, b INT", {{"mode", "DROPMALFORMED"}}), "[1,2]\n");
  EXPECT_EQ(Condition("1,2\nx,3\n", "a INT, b INT", {{"mode", "failfast"}}),
            "FAILED_READ_FILE.NO_HINT");
}

TEST(CsvReader, PrunesColumns) {
  EXPECT_EQ(Read("1,x,3\n4,5\n", "a INT, b INT, c INT", {{"mode", "DROPMALFORMED"}}, "c INT"),
            "[3]\n[NULL]\n");
  FileReadRequest request = MakeRequest("a INT, b INT");
  request.columns = Schema();
  EXPECT_EQ(ReadText(CsvFormat(), "1,x\n2\n", request), "[]\n[]\n");
}

TEST(CsvReader, PassesOverHeadersCommentsAndBlankLines) {
  const std::string text = "\n#note\nb,a\n1,2\n  \n3,4\n";
  EXPECT_EQ(Read(text, "a INT, b INT", {{"header", "true"}, {"comment", "#"}}),
            "[1,2]\n[3,4]\n");
  EXPECT_EQ(Condition(text, "a INT, b INT",
                      {{"header", "true"}, {"comment", "#"}, {"enforceSchema", "false"}}),
            "FAILED_READ_FILE.NO_HINT");
}

TEST(CsvReader, EndsLinesAsTold) {
  EXPECT_EQ(Read("a\r\nb\rc\nd", "x STRING"), "[a]\n[b]\n[c]\n[d]\n");
  EXPECT_EQ(Read("a|b|", "x STRING", {{"lineSep", "|"}}), "[a]\n[b]\n");
  EXPECT_EQ(Condition("a", "x STRING", {{"lineSep", "|||"}}), "INVALID_LINE_SEPARATOR.TOO_LONG");
  EXPECT_EQ(Read("\"a\nb\",c\n\"d\n", "x STRING, y STRING"),
            "[a,NULL]\n[b\",c]\n[d,NULL]\n");
  EXPECT_EQ(Read("\"a\r\nb\",c\r\nd,e\r\n", "x STRING, y STRING", {{"multiLine", "true"}}),
            "[a\nb,c]\n[d,e]\n");
}

TEST(CsvReader, ShowsMalformedRecordsAsTheyAre) {
  const std::string ddl = "a INT, _corrupt_record STRING";
  EXPECT_EQ(Read("\"x\r\ny\",1\r\n2,3\r\n\r\n4\r\n", ddl, {{"multiLine", "true"}}),
            "[NULL,\"x\r\ny\",1]\n[2,2,3]\n[4,NULL]\n");
  EXPECT_EQ(Read("x\ry\r", ddl, {{"multiLine", "true"}}), "[NULL,x]\n[NULL,y]\n");
  EXPECT_EQ(Read("x|\"y|z\"|", ddl, {{"multiLine", "true"}, {"lineSep", "|"}}),
            "[NULL,x|]\n[NULL,\"y|z\"|]\n");
  EXPECT_EQ(Read("x\n|y", ddl, {{"lineSep", "|"}}), "[NULL,x]\n[NULL,y]\n");
  EXPECT_EQ(Read("\"p|q\"|r|", "a STRING", {{"multiLine", "true"}, {"lineSep", "|"}}),
            "[p|q]\n[r]\n");
  // With blanks to ignore, a line of them is none.
  EXPECT_EQ(Read("  \n 1\n  \n2", "a INT",
                 {{"multiLine", "true"}, {"ignoreLeadingWhiteSpace", "true"}}),
            "[1]\n[2]\n");
}

TEST(CsvReader, ReadsOtherEncodings) {
  EXPECT_EQ(Read("\xE4,\xE9\n", "a STRING, b STRING", {{"encoding", "ISO-8859-1"}}), "[ä,é]\n");
  EXPECT_EQ(Read("\x80\n", "a STRING", {{"charset", "windows-1252"}}), "[€]\n");
  EXPECT_EQ(Read(std::string("\xFF\xFE\xE4\0,\0b\0\n\0", 10), "a STRING, b STRING",
                 {{"encoding", "UTF-16"}}),
            "[ä,b]\n");
  EXPECT_EQ(Read(std::string("\0\xE4\0\n", 4), "a STRING", {{"encoding", "utf-16"}}), "[ä]\n");
  EXPECT_EQ(Read("\xE4\n", "a STRING", {{"encoding", "US-ASCII"}}), "[\xEF\xBF\xBD]\n");
  EXPECT_EQ(Read("\xEF\xBB\xBF" "a\xFF\n", "a STRING"), "[a\xEF\xBF\xBD]\n");
  EXPECT_EQ(Read("\n\xEF\xBB\xBF" "a\n", "a STRING"), "[a]\n");
  EXPECT_EQ(Read("\xED\xA0\x80\xFF,\xED\xA0", "a STRING, b STRING"),
            "[\xEF\xBF\xBD\xEF\xBF\xBD,\xEF\xBF\xBD]\n");
  EXPECT_EQ(Condition("a", "a STRING", {{"encoding", "klingon"}}),
            "INVALID_PARAMETER_VALUE.CHARSET");
}

TEST(CsvReader, RefusesBadOptions) {
  EXPECT_EQ(Condition("a", "a STRING", {{"sep", ""}}), "INVALID_DELIMITER_VALUE.EMPTY_STRING");
  EXPECT_EQ(Condition("a", "a STRING", {{"quote", "ab"}}), "OPTION_VALUE_EXCEEDS_ONE_CHARACTER");
  EXPECT_EQ(Condition("a", "a ARRAY<INT>", {}), "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE");
  EXPECT_EQ(Condition("a", "_corrupt_record INT, b INT", {}), "INVALID_CORRUPT_RECORD_TYPE");
  EXPECT_EQ(Condition("a,b,c", "a STRING", {{"maxColumns", "2"}}), "FAILED_READ_FILE.NO_HINT");
}

TEST(CsvInference, FindsTypes) {
  for (const auto& [text, expected] : std::vector<std::pair<std::string, std::string>>{
           {"7\n8\n", "int"},
           {"7\n7000000000\n", "bigint"},
           {"7\n7.5\n", "double"},
           {"7\nfalse\n", "string"},
           {"98765432109876543210\n1\n", "decimal(20,0)"},
           {"98765432109876543210\n1.5\n", "double"},
           {"True\nfalse\n", "boolean"},
           {"2021-05-06\n", "date"},
           {"2021-05-06\n2021-05-06 07:08:09\n", "timestamp"},
           {"2021-05\n", "timestamp"},
           {"2021-05-06\n3\n", "string"},
           {"\"\"\n\"\"\n", "string"},
           {" 1\n", "double"},
           {"\"1,000\"\n", "string"},
       }) {
    EXPECT_EQ(Infer(text, {{"inferSchema", "true"}}), "struct<_c0:" + expected + ">") << text;
  }
  EXPECT_EQ(Infer("1,2\n3\n4,5,x\n", {{"inferSchema", "true"}}), "struct<_c0:int,_c1:int>");
}

TEST(CsvInference, NamesColumns) {
  EXPECT_EQ(Infer("k,K,,v\n1,2,3,4\n", {{"header", "true"}}),
            "struct<k0:string,K1:string,_c2:string,v:string>");
  EXPECT_EQ(Infer("k,v\n1,2.5\nk,v\n", {{"header", "true"}, {"inferSchema", "true"}}),
            "struct<k:int,v:double>");
  EXPECT_EQ(Infer("", {{"header", "true"}}), "struct<>");
}

}  // namespace
}  // namespace firesteel
