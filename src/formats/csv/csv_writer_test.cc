#include <random>
#include <string>
#include <utility>
#include <vector>

#include "arrow/buffer.h"
#include "arrow/io/memory.h"
#include "arrow/record_batch.h"
#include "formats/reader_test_support.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Result<std::string> Write(const std::string& ddl, const std::vector<Row>& rows,
                          const Pairs& options = {}, const std::string& zone = "UTC") {
  ARROW_ASSIGN_OR_RAISE(const Schema schema, Schema::FromDdl(ddl));
  ARROW_ASSIGN_OR_RAISE(const auto out, arrow::io::BufferOutputStream::Create());
  ARROW_ASSIGN_OR_RAISE(const auto writer,
                        CsvFormat()->OpenWriter(out, schema, MakeOptions(options), zone));
  ARROW_ASSIGN_OR_RAISE(const auto batch, MakeBatch(rows, schema));
  ARROW_RETURN_NOT_OK(writer->Write(*batch));
  ARROW_RETURN_NOT_OK(writer->Finish());
  ARROW_ASSIGN_OR_RAISE(const auto bytes, out->Finish());
  return bytes->ToString();
}

TEST(CsvWriter, QuotesWhatNeedsIt) {
  const std::string ddl = "a STRING, b STRING, c STRING";
  EXPECT_EQ(*Write(ddl, {Row({"p", "q,r", "s\"t"})}), "p,\"q,r\",\"s\\\"t\"\n");
  EXPECT_EQ(*Write(ddl, {Row({"p\nq", " r ", "s\\t"})}), "\"p\nq\",r,s\\t\n");
  EXPECT_EQ(*Write(ddl, {Row({"#p", "#q", "r\\,s"})}), "\"#p\",#q,\"r\\\\,s\"\n");
  EXPECT_EQ(*Write(ddl, {Row({"", Value(), "  "})}), "\"\",,\"\"\n");
  EXPECT_EQ(*Write(ddl, {Row({"p", "\"q", "r\""})}, {{"escapeQuotes", "false"}}),
            "p,\"\\\"q\",r\"\n");
  EXPECT_EQ(*Write(ddl, {Row({"p", "", Value()})}, {{"quoteAll", "true"}, {"nullValue", "-"}}),
            "\"p\",\"\",\"-\"\n");
  EXPECT_EQ(*Write(ddl, {Row({"p\"q", "r", Value()})}, {{"escape", "\""}, {"sep", "|"}}),
            "\"p\"\"q\"|r|\n");
}

TEST(CsvWriter, RendersEveryType) {
  EXPECT_EQ(*Write("a BOOLEAN, b INT, c DOUBLE, d DECIMAL(10,2), e DATE, f TIMESTAMP, "
                   "g TIMESTAMP_NTZ, h BINARY, i DECIMAL(10,8)",
                   {Row({true, int32_t{-7}, 1e20, Decimal{150, 10, 2}, Date{0},
                         Timestamp{1'500'000}, TimestampNtz{1'234'567}, Binary{"AB"},
                         Decimal{10, 10, 8}})},
                   {}, "America/New_York"),
            "true,-7,1.0E20,1.50,1970-01-01,1969-12-31T19:00:01.500-05:00,"
            "1970-01-01T00:00:01.234,[41 42],1.0E-7\n");
}

TEST(CsvWriter, WritesHeadersAndEncodings) {
  EXPECT_EQ(*Write("`a b` INT, `c,d` INT", {Row({int32_t{1}, int32_t{2}})}, {{"header", "true"}}),
            "a b,\"c,d\"\n1,2\n");
  EXPECT_EQ(*Write("a STRING", {Row({"ä€"})}, {{"encoding", "ISO-8859-1"}}), "\xE4?\n");
  EXPECT_EQ(*Write("a STRING", {Row({"ä"})}, {{"encoding", "UTF-16"}}),
            std::string("\xFE\xFF\0\xE4\0\n", 6));
  EXPECT_EQ(Write("a ARRAY<INT>", {}).status().ok(), false);
}

// Values that mean something to the format, in every mixture, are read back as they were written.
TEST(CsvWriter, WritesWhatTheReaderReads) {
  std::mt19937 random(20);
  const std::string pieces[] = {"a", "\"", "\\", ",", " ", "\n", "\r", "#", "ä", ";", "||", "'"};
  const std::vector<Pairs> dialects = {
      {}, {{"sep", ";"}, {"quoteAll", "true"}}, {{"sep", "||"}}, {{"escape", "\""}},
      {{"quote", "'"}, {"comment", "#"}, {"emptyValue", "''"}}};
  for (int round = 0; round < 200; ++round) {
    std::vector<Row> rows;
    for (int row = 0; row < 5; ++row) {
      std::vector<Value> values;
      for (int column = 0; column < 3; ++column) {
        std::string text;
        const int length = static_cast<int>(random() % 5);
        for (int i = 0; i < length; ++i) text += pieces[random() % std::size(pieces)];
        values.push_back(random() % 8 == 0 ? Value() : Value(text));
      }
      rows.push_back(Row(std::move(values)));
    }
    Pairs options = dialects[round % dialects.size()];
    options.emplace_back("ignoreLeadingWhiteSpace", "false");
    options.emplace_back("ignoreTrailingWhiteSpace", "false");
    options.emplace_back("nullValue", "\x01");
    options.emplace_back("multiLine", "true");
    options.emplace_back("lineSep", "\x02");
    options.emplace_back("encoding", round % 3 == 0 ? "UTF-16" : "UTF-8");
    const std::string bytes = *Write("a STRING, b STRING, c STRING", rows, options);
    options.emplace_back("emptyValue", "");
    const Result<std::vector<Row>> read =
        ReadRows(CsvFormat(), bytes,
                 MakeRequest("a STRING, b STRING, c STRING", MakeOptions(options)));
    ASSERT_TRUE(read.ok()) << read.status().ToString();
    ASSERT_TRUE(*read == rows) << "round " << round << ": " << bytes;
  }
}

}  // namespace
}  // namespace firesteel
