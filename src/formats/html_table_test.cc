#include "formats/html_table.h"

#include "arrow/record_batch.h"
#include "firesteel/row.h"
#include "gtest/gtest.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

std::string Html(const std::string& ddl, std::vector<std::vector<Value>> values,
                 const TextTableOptions& options = {}) {
  const Schema schema = Schema::FromDdl(ddl).ValueOrDie();
  std::vector<Row> rows;
  for (std::vector<Value>& row : values) rows.emplace_back(std::move(row));
  return FormatHtmlTable({MakeBatch(rows, schema).ValueOrDie()}, schema, options).ValueOrDie();
}

TEST(HtmlTable, EscapesWhatHtmlHasNamesFor) {
  EXPECT_EQ(Html("`a<b>` STRING, n INT", {{"<i>x&y\"z'", 1}, {"\u00fc\u2264\u4e2d", Value()}}),
            "<table border='1'>\n"
            "<tr><th>a&lt;b&gt;</th><th>n</th></tr>\n"
            "<tr><td>&lt;i&gt;x&amp;y&quot;z'</td><td>1</td></tr>\n"
            "<tr><td>&uuml;&le;\u4e2d</td><td>NULL</td></tr>\n"
            "</table>\n");
}

TEST(HtmlTable, ShowsColumnsOfNothingButNull) {
  EXPECT_EQ(Html("a VOID", {{Value()}}),
            "<table border='1'>\n<tr><th>a</th></tr>\n<tr><td>NULL</td></tr>\n</table>\n");
}

TEST(HtmlTable, CutsCellsAndRows) {
  const std::vector<std::vector<Value>> rows = {{"abcdefgh"}, {"b"}};
  EXPECT_EQ(Html("a STRING", rows, {.rows = 1, .truncate = 5}),
            "<table border='1'>\n<tr><th>a</th></tr>\n<tr><td>ab...</td></tr>\n</table>\n"
            "only showing top 1 row\n");
  EXPECT_EQ(Html("a STRING", rows, {.rows = 0}),
            "<table border='1'>\n<tr><th>a</th></tr>\n</table>\nonly showing top 0 rows\n");
  EXPECT_EQ(Html("a STRING", {}), "<table border='1'>\n<tr><th>a</th></tr>\n</table>\n");
}

}  // namespace
}  // namespace firesteel
