#include "formats/json/json_reader.h"

#include <string>

#include "formats/reader_test_support.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

std::string ReadJson(const std::string& ddl, const std::string& text, const Options& options = {}) {
  return ReadText(JsonFormat(), text, MakeRequest(ddl, options));
}

TEST(JsonReader, ReadsPlainRows) {
  EXPECT_EQ(ReadJson("k INT, v STRING, d DOUBLE, b BOOLEAN",
                     "{\"k\": 1, \"v\": \"a\", \"d\": 1.5, \"b\": true}\n"
                     "{\"v\":\"é\\n\\u00e9\\ud83d\\ude00\",\"k\":-2,\"b\":false,\"d\":3}\n"
                     "{}\n"
                     "{\"other\":[1,{\"k\":5}],\"k\":3}"),
            "[1,a,1.5,true]\n[-2,é\né😀,3.0,false]\n[NULL,NULL,NULL,NULL]\n[3,NULL,NULL,NULL]\n");
}

TEST(JsonReader, SkipsBlankLinesAndTakesEveryLineEnd) {
  EXPECT_EQ(ReadJson("k INT", "{\"k\":1}\r\n\n  \t\n{\"k\":2}\r{\"k\":3}\n\n"), "[1]\n[2]\n[3]\n");
  EXPECT_EQ(ReadJson("k INT", "\xEF\xBB\xBF{\"k\":1}\n\xEF\xBB\xBF{\"k\":2}"), "[1]\n[2]\n");
  EXPECT_EQ(ReadJson("k INT", ""), "");
  EXPECT_EQ(ReadJson("k INT", "\n\n"), "");
}

TEST(JsonReader, TakesOtherLineSeparators) {
  EXPECT_EQ(ReadJson("k INT", "{\"k\":1}||{\"k\":2}\n||", MakeOptions({{"lineSep", "||"}})),
            "[1]\n[2]\n");
  // Only the separator ends a line: the rest of the first is text behind the object.
  EXPECT_EQ(ReadJson("k INT", "{\"k\":1}\r{\"k\":2}\n{\"k\":3}", MakeOptions({{"lineSep", "\n"}})),
            "[1]\n[3]\n");
}

TEST(JsonReader, KeepsGoodFieldsOfABadRow) {
  const std::string lines =
      "{\"k\":1,\"v\":\"a\"}\n{\"k\":\"x\",\"v\":\"b\"}\nno json\n{\"k\":2\n"
      "[{\"k\":3},{\"k\":4}]\n\n{\"k\":5,\"v\":null}\n";
  EXPECT_EQ(ReadJson("k INT, v STRING, _corrupt_record STRING", lines),
            "[1,a,NULL]\n[NULL,b,{\"k\":\"x\",\"v\":\"b\"}]\n[NULL,NULL,no json]\n"
            "[NULL,NULL,{\"k\":2]\n[3,NULL,NULL]\n[4,NULL,NULL]\n[5,NULL,NULL]\n");
  EXPECT_EQ(
      ReadJson("bad STRING, k INT", lines, MakeOptions({{"columnNameOfCorruptRecord", "bad"}})),
      "[NULL,1]\n[{\"k\":\"x\",\"v\":\"b\"},NULL]\n[no json,NULL]\n[{\"k\":2,NULL]\n"
      "[NULL,3]\n[NULL,4]\n[NULL,5]\n");
}

TEST(JsonReader, DropsMalformedRows) {
  EXPECT_EQ(ReadJson("k INT, v STRING",
                     "{\"k\":1,\"v\":\"a\"}\n{\"k\":\"x\",\"v\":\"b\"}\nno\n{\"k\":5}\n"
                     "[{\"k\":6},{\"k\":\"x\"}]\n[{\"k\":7},{\"k\":8}]",
                     MakeOptions({{"mode", "dropmalformed"}})),
            "[1,a]\n[5,NULL]\n[7,NULL]\n[8,NULL]\n");
}

// Several blocks without one good row are no end of the file.
TEST(JsonReader, ReadsOnBehindManyMalformedRows) {
  std::string lines;
  for (int i = 0; i < 20; ++i) lines += std::string(size_t{1} << 20, 'x') + "\n";
  EXPECT_EQ(ReadJson("k INT", lines + "{\"k\":1}", MakeOptions({{"mode", "DROPMALFORMED"}})),
            "[1]\n");
}

TEST(JsonReader, LeavesOutRowsThatTheFiltersDrop) {
  const std::string lines =
      "{\"k\":1,\"d\":0.5,\"v\":\"a\"}\n{\"k\":2,\"d\":-1.5,\"v\":null}\n{\"k\":3,\"d\":2}\n"
      "{\"v\":\"d\"}\n{\"k\":\"x\",\"d\":1.25,\"v\":\"e\"}\n";
  using Op = Predicate::Op;
  const auto read = [&lines](std::vector<Predicate> filters) {
    FileReadRequest request = MakeRequest("k BIGINT, d DOUBLE, v STRING");
    request.filters = std::move(filters);
    return ReadText(JsonFormat(), lines, request);
  };
  const std::string first = "[1,0.5,a]\n";
  const std::string second = "[2,-1.5,NULL]\n";
  const std::string third = "[3,2.0,NULL]\n";
  // What cannot be read is not judged by the reader.
  const std::string fourth = "[NULL,NULL,d]\n";
  const std::string bad = "[NULL,1.25,e]\n";
  EXPECT_EQ(read({{Op::kIsNotNull, "v", {}}}), first + fourth + bad);
  EXPECT_EQ(read({{Op::kGreater, "d", {0.5}}}), third + bad);
  EXPECT_EQ(read({{Op::kGreaterOrEqual, "d", {0.5}}}), first + third + bad);
  // A bad value elsewhere does not keep a row that is dropped.
  EXPECT_EQ(read({{Op::kLess, "d", {0.5}}}), second);
  EXPECT_EQ(read({{Op::kLessOrEqual, "k", {int64_t{2}}}}), first + second + bad);
  EXPECT_EQ(read({{Op::kEqual, "k", {int64_t{2}}}}), second + bad);
  EXPECT_EQ(read({{Op::kGreater, "k", {int64_t{1}}}, {Op::kLess, "d", {0.0}}}), second);
  EXPECT_EQ(read({{Op::kIsNull, "k", {}}}), fourth + bad);
  EXPECT_EQ(read({{Op::kEqual, "v", {"a"}}}), first + third);
  EXPECT_EQ(read({{Op::kIn, "v", {"a", "d", Value()}}}), first + third + fourth);
  EXPECT_EQ(read({{Op::kEqualNullSafe, "v", {"a"}}}), first + third);
  EXPECT_EQ(read({{Op::kStartsWith, "v", {"e"}}}), third + bad);
  EXPECT_EQ(read({{Op::kEndsWith, "v", {"d"}}}), third + fourth);
  EXPECT_EQ(read({{Op::kContains, "v", {"z"}}}), third);
  const std::string all = first + second + third + fourth + bad;
  EXPECT_EQ(read({{Op::kEqual, "k", {"2"}}}), all);
  EXPECT_EQ(read({{Op::kEqual, "other", {int64_t{2}}}}), all);
}

// As Spark counts them: a filter drops a record where it reads the field, and counts the others.
TEST(JsonReader, CountsRowsWhoseFilteredFieldIsMissing) {
  const std::string lines = "{\"k\":1}\n{\"v\":\"a\"}\n{\"k\":-1}\n{\"k\":null}\n{\"k\":2}\n";
  FileReadRequest request = MakeRequest("k BIGINT, v STRING");
  request.filters = {{Predicate::Op::kGreater, "k", {int64_t{0}}}};
  int64_t counted = 0;
  EXPECT_EQ(ReadText(JsonFormat(), lines, request, &counted), "[1,NULL]\n[2,NULL]\n");
  EXPECT_EQ(counted, 3);
  // Elsewhere a missing field does not excuse what else is wrong with the record.
  request.options = MakeOptions({{"mode", "FAILFAST"}});
  EXPECT_EQ(ReadText(JsonFormat(), lines, request, &counted), "[1,NULL]\n[NULL,a]\n[2,NULL]\n");
}

TEST(JsonReader, JudgesWhatFiltersAreMadeOf) {
  using Op = Predicate::Op;
  const auto all_of = [](Op op, std::vector<Predicate> children) {
    Predicate predicate{op, "", {}};
    predicate.children = std::move(children);
    return predicate;
  };
  const Predicate one{Op::kEqual, "a", {1}};
  const Predicate small{Op::kLess, "b", {5}};
  const std::string lines =
      "{\"a\":1,\"b\":9}\n{\"a\":2,\"b\":1}\n{\"a\":null,\"b\":9}\n{\"a\":null,\"b\":1}\n{\"b\":9}"
      "\n";
  for (const bool plain : {true, false}) {
    // Text behind the object takes the line to the tolerant parser.
    const std::string text = plain ? lines : lines + "{\"a\":7,\"b\":9} trailing\n";
    const auto read = [&](const Predicate& filter) {
      FileReadRequest request = MakeRequest("a INT, b INT");
      request.filters = {filter};
      return ReadText(JsonFormat(), text, request);
    };
    EXPECT_EQ(read(all_of(Op::kOr, {one, small})), "[1,9]\n[2,1]\n[NULL,1]\n[NULL,9]\n");
    EXPECT_EQ(read(all_of(Op::kAnd, {one, small})), "[NULL,9]\n");
    // NOT of NULL is NULL, which drops too.
    EXPECT_EQ(read(all_of(Op::kNot, {one})),
              plain ? "[2,1]\n[NULL,9]\n" : "[2,1]\n[NULL,9]\n[7,9]\n");
    EXPECT_EQ(read(all_of(Op::kNot, {all_of(Op::kOr, {one, small})})),
              plain ? "[NULL,9]\n" : "[NULL,9]\n[7,9]\n");
  }
}

TEST(JsonReader, ComparesEveryTypeThatHasAnOrder) {
  using Op = Predicate::Op;
  const struct {
    std::string type;
    std::string low;
    Value value;
    std::string high;
  } cases[] = {
      {"BOOLEAN", "false", true, "true"},
      {"TINYINT", "1", int8_t{2}, "2"},
      {"SMALLINT", "-1", int16_t{0}, "0"},
      {"FLOAT", "1.5", 2.5F, "2.5"},
      {"DOUBLE", "-0.5", 0.0, "-0.0"},
      {"DECIMAL(5,2)", "1.24", Decimal{125, 5, 2}, "1.25"},
      {"DATE", "\"1970-01-01\"", Date{1}, "\"1970-01-02\""},
      {"TIMESTAMP", "\"1970-01-01T00:00:00Z\"", Timestamp{1000000}, "\"1970-01-01T00:00:01Z\""},
      {"BINARY", "\"YQ==\"", Binary{"b"}, "\"Yg==\""},
  };
  for (const auto& [type, low, value, high] : cases) {
    FileReadRequest request = MakeRequest("v " + type);
    request.filters = {{Op::kGreaterOrEqual, "v", {value}}};
    const std::string text = "{\"v\":" + low + "}\n{\"v\":" + high + "}\n";
    EXPECT_EQ(ReadRows(JsonFormat(), text, request)->size(), 1u) << type;
    request.filters = {{Op::kLess, "v", {value}}};
    EXPECT_EQ(ReadRows(JsonFormat(), text, request)->size(), 1u) << type;
  }
}

TEST(JsonReader, FailsFast) {
  const FileReadRequest request =
      MakeRequest("k INT, v STRING", MakeOptions({{"mode", "FAILFAST"}}));
  const Status status =
      ReadRows(JsonFormat(), "{\"k\":1}\n{\"k\":\"x\",\"v\":\"b\"}\n", request).status();
  ASSERT_EQ(ErrorCondition(status), "FAILED_READ_FILE.NO_HINT");
  const ErrorInfo* info = GetErrorInfo(status);
  EXPECT_EQ(info->sql_state, "KD001");
  EXPECT_EQ(info->parameters.at("path"), "/in/file");
  ASSERT_EQ(ErrorCondition(info->cause), "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION");
  EXPECT_EQ(GetErrorInfo(info->cause)->parameters.at("badRecord"), "[null,b]");
}

TEST(JsonReader, PrunesColumns) {
  FileReadRequest request = MakeRequest("k INT, v STRING, w DOUBLE");
  request.columns = Schema::FromDdl("w DOUBLE").ValueOrDie();
  const std::string lines = "{\"k\":1,\"w\":2}\n{\"k\":\"x\",\"w\":3}\n{\"k\":01,\"w\":4}\n[]\n";
  // A bad value of a column that is not read does no harm, bad syntax does.
  EXPECT_EQ(ReadText(JsonFormat(), lines, request), "[2.0]\n[3.0]\n[NULL]\n");
  request.columns = Schema();
  EXPECT_EQ(ReadText(JsonFormat(), lines, request), "[]\n[]\n[]\n");
}

TEST(JsonReader, ReadsAWholeFileAsOneText) {
  const Options options = MakeOptions({{"multiLine", "true"}});
  EXPECT_EQ(ReadJson("k INT", "[{\"k\":\n1},\n{\"k\":2}]\n", options), "[1]\n[2]\n");
  EXPECT_EQ(ReadJson("k INT", "{\"k\":1}\n{\"k\":2}", options), "[1]\n");
  EXPECT_EQ(ReadJson("k INT", " \n", options), "");
  EXPECT_EQ(ReadJson("k INT, _corrupt_record STRING", "a\nb", options), "[NULL,a\nb]\n");
}

TEST(JsonReader, CutsLongArraysIntoBatches) {
  FileReadRequest request = MakeRequest("k INT");
  request.batch_rows = 10;
  std::string line = "[";
  for (int i = 0; i < 95; ++i) line += (i == 0 ? "{\"k\":" : ",{\"k\":") + std::to_string(i) + "}";
  const Result<std::vector<Row>> rows = ReadRows(JsonFormat(), line + "]", request);
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  ASSERT_EQ(rows->size(), 95u);
  EXPECT_EQ((*rows)[94].ToString(), "[94]");
}

TEST(JsonReader, ReadsLinesLongerThanABlock) {
  std::string text = "{\"v\":\"short\"}\n{\"v\":\"" + std::string(5 << 20, 'x') + "\",\"k\":7}\n";
  text += "{\"k\":8}\n";
  const Result<std::vector<Row>> rows =
      ReadRows(JsonFormat(), text, MakeRequest("k INT, v STRING"));
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  ASSERT_EQ(rows->size(), 3u);
  EXPECT_EQ((*rows)[1][1].Get<std::string>().size(), size_t{5} << 20);
  EXPECT_EQ((*rows)[2].ToString(), "[8,NULL]");
}

TEST(JsonReader, FindsBadLinesAmongManyGoodOnes) {
  std::string text;
  for (int i = 0; i < 20000; ++i) {
    text += i % 1000 == 999 ? "{\"k\":" + std::to_string(i) + ",\"v\":\"unclosed}\n"
                            : "{\"k\":" + std::to_string(i) + ",\"v\":\"closed\"}\n";
  }
  const Result<std::vector<Row>> rows =
      ReadRows(JsonFormat(), text, MakeRequest("k INT, _corrupt_record STRING"));
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  ASSERT_EQ(rows->size(), 20000u);
  for (int i = 0; i < 20000; ++i) {
    ASSERT_EQ((*rows)[i][0].is_null(), i % 1000 == 999) << i;
    ASSERT_EQ((*rows)[i][1].is_null(), i % 1000 != 999) << i;
  }
}

TEST(JsonReader, RefusesWhatItCannotRead) {
  const auto condition = [](const std::string& ddl, const Options& options) {
    return ErrorCondition(JsonFormat()->ValidateRead(MakeRequest(ddl, options)));
  };
  EXPECT_EQ(condition("k INT", MakeOptions({{"encoding", "KOI8-R"}})),
            "INVALID_PARAMETER_VALUE.CHARSET");
  EXPECT_EQ(condition("k INT", MakeOptions({{"encoding", "utf-8"}, {"mode", "whatever"}})), "");
  EXPECT_EQ(condition("_corrupt_record INT, k INT", {}), "INVALID_CORRUPT_RECORD_TYPE");
  EXPECT_EQ(condition("_corrupt_record STRING", {}),
            "UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN");
  EXPECT_EQ(condition("a ARRAY<MAP<INT, STRING>>", {}), "INVALID_JSON_SCHEMA_MAP_TYPE");
  EXPECT_EQ(condition("a ARRAY<INTERVAL>", {}), "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE");
  EXPECT_EQ(condition("k INT", MakeOptions({{"lineSep", ""}})), "INVALID_OPTION_VALUE");
  EXPECT_EQ(condition("k INT", MakeOptions({{"timeZone", "Nowhere"}})), "INVALID_TIMEZONE");
}

}  // namespace
}  // namespace firesteel
