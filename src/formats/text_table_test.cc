#include "formats/text_table.h"

#include <memory>
#include <string>
#include <vector>

#include "arrow/record_batch.h"
#include "firesteel/row.h"
#include "gtest/gtest.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

std::string Show(const std::string& ddl, std::vector<std::vector<Value>> values,
                 const TextTableOptions& options = {}) {
  const Schema schema = Schema::FromDdl(ddl).ValueOrDie();
  std::vector<Row> rows;
  for (std::vector<Value>& row : values) rows.emplace_back(std::move(row));
  const auto batch = MakeBatch(rows, schema).ValueOrDie();
  return FormatTextTable({batch}, schema, options).ValueOrDie();
}

TEST(TextTable, AlignsAndTruncates) {
  const std::vector<std::vector<Value>> rows = {{1, "abc", Value()},
                                                {Value(), std::string(25, 'x'), 1.5}};
  EXPECT_EQ(Show("a INT, b STRING, d DOUBLE", rows),
            "+----+--------------------+----+\n"
            "|   a|                   b|   d|\n"
            "+----+--------------------+----+\n"
            "|   1|                 abc|NULL|\n"
            "|NULL|xxxxxxxxxxxxxxxxx...| 1.5|\n"
            "+----+--------------------+----+\n\n");
  EXPECT_EQ(Show("a INT, b STRING, d DOUBLE", rows, {.truncate = 0}),
            "+----+-------------------------+----+\n"
            "|a   |b                        |d   |\n"
            "+----+-------------------------+----+\n"
            "|1   |abc                      |NULL|\n"
            "|NULL|xxxxxxxxxxxxxxxxxxxxxxxxx|1.5 |\n"
            "+----+-------------------------+----+\n\n");
  EXPECT_EQ(Show("a INT, b STRING, d DOUBLE", rows, {.rows = 1, .truncate = 2}),
            "+---+---+---+\n"
            "|  a|  b|  d|\n"
            "+---+---+---+\n"
            "|  1| ab| NU|\n"
            "+---+---+---+\n"
            "only showing top 1 row\n");
}

TEST(TextTable, CountsRows) {
  std::vector<std::vector<Value>> rows(3, std::vector<Value>{Value(7)});
  const std::string frame = "+---+\n|  a|\n+---+\n";
  EXPECT_EQ(Show("a INT", rows, {.rows = 0}), frame + "+---+\nonly showing top 0 rows\n");
  EXPECT_EQ(Show("a INT", rows, {.rows = -1}), frame + "+---+\nonly showing top 0 rows\n");
  EXPECT_EQ(Show("a INT", rows, {.rows = 2}),
            frame + "|  7|\n|  7|\n+---+\nonly showing top 2 rows\n");
  EXPECT_EQ(Show("a INT", rows, {.rows = 3}), frame + "|  7|\n|  7|\n|  7|\n+---+\n\n");
  EXPECT_EQ(Show("a INT", {}), frame + "+---+\n\n");
  const Schema schema = Schema::FromDdl("a INT").ValueOrDie();
  EXPECT_EQ(FormatTextTable({}, schema, {}).ValueOrDie(), frame + "+---+\n\n");
}

TEST(TextTable, ShowsVertically) {
  EXPECT_EQ(Show("a INT, long_name STRING", {{1, "x\ny"}, {2, Value()}}, {.vertical = true}),
            "-RECORD 0---------\n"
            " a         | 1    \n"
            " long_name | x\\ny \n"
            "-RECORD 1---------\n"
            " a         | 2    \n"
            " long_name | NULL \n\n");
  EXPECT_EQ(Show("a INT", {}, {.vertical = true}), "(0 rows)\n");
  EXPECT_EQ(Show("a INT", {{1}, {2}}, {.rows = 1, .vertical = true}),
            "-RECORD 0--\n a   | 1   \nonly showing top 1 row\n");
}

TEST(TextTable, MeasuresWideCharacters) {
  EXPECT_EQ(Show("s STRING", {{"日本語"}, {"한"}, {"👍"}, {"é"}}),
            "+------+\n"
            "|     s|\n"
            "+------+\n"
            "|日本語|\n"
            "|    한|\n"
            "|    👍|\n"
            "|     é|\n"
            "+------+\n\n");
  // A cut through a character of two units leaves a question mark.
  std::string thumbs;
  for (int i = 0; i < 25; ++i) thumbs += "👍";
  EXPECT_EQ(Show("s STRING", {{thumbs}}),
            "+--------------------+\n"
            "|                   s|\n"
            "+--------------------+\n"
            "|👍👍👍👍👍👍👍👍?...|\n"
            "+--------------------+\n\n");
}

TEST(TextTable, EscapesControlCharacters) {
  EXPECT_EQ(Show("`a\nb` STRING", {{"\n\t\r\v\a\b\f\\"}}),
            "+---------------+\n"
            "|           a\\nb|\n"
            "+---------------+\n"
            "|\\n\\t\\r\\v\\a\\b\\f\\|\n"
            "+---------------+\n\n");
}

TEST(TextTable, RendersEveryType) {
  const StructValue inner{{Value(Binary{std::string("\x01\xFF", 2)}), Value()}};
  EXPECT_EQ(Show("b BINARY, n ARRAY<STRUCT<x: BINARY, y: INT>>, m MAP<STRING, BINARY>, d DOUBLE",
                 {{Binary{"AB"}, ArrayValue{{inner}}, MapValue{{{"k", Binary{"C"}}}}, 1e10}},
                 {.truncate = 0}),
            "+-------+-----------------+-----------+------+\n"
            "|b      |n                |m          |d     |\n"
            "+-------+-----------------+-----------+------+\n"
            "|[41 42]|[{[01 FF], NULL}]|{k -> [43]}|1.0E10|\n"
            "+-------+-----------------+-----------+------+\n\n");
  EXPECT_EQ(Show("t TIMESTAMP", {{Timestamp{0}}}, {.truncate = 0, .time_zone = "America/New_York"}),
            "+-------------------+\n"
            "|t                  |\n"
            "+-------------------+\n"
            "|1969-12-31 19:00:00|\n"
            "+-------------------+\n\n");
}

TEST(TextTable, ShowsRowsWithoutColumns) {
  const auto batch = arrow::RecordBatch::Make(ToArrowSchema(Schema()), 2,
                                              std::vector<std::shared_ptr<arrow::Array>>{});
  EXPECT_EQ(FormatTextTable({batch}, Schema(), {}).ValueOrDie(), "++\n||\n++\n||\n||\n++\n\n");
}

}  // namespace
}  // namespace firesteel
