#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "sql/parser.h"

namespace firesteel {
namespace {

constexpr std::string_view kSeeds[] = {
    "a + b * 2 - c.d[0].e['k'] % 3",
    "case a when 1 then 'x' when 2 then \"y\" else null end is not distinct from b",
    "count(distinct a, b) filter (where a > 1 and not b in (1, 2.5e3, .5bd))",
    "cast(a as map<string, array<struct<x: int, y: decimal(10,2)>>>)::string",
    "interval '1 2:03:04.5' day to second + interval 1 day -2 hours",
    "explode(split(value, '\\\\s+')) as (w, `q``r`)",
    "a not between 1 and 2 or b like '%x\\_' escape '/' and c rlike r'^\\d+$'",
    "date '2024-02-29' < timestamp '2024-03-01 00:00:00' /* c /* n */ */ -- end",
    "substring(a from 2 for 3) || trim(both 'x' from b) || position('y' in c)",
    "struct(a as x, t.*, (b, 1), x'1F') AS s",
};
constexpr std::string_view kStatementSeeds[] = {
    "WITH a(x) AS (SELECT 1), b AS (TABLE a) SELECT /*+ HINT(t) */ DISTINCT x, t.* EXCEPT (y) "
    "FROM a JOIN b USING (x) WHERE x IN (SELECT y FROM c) ORDER BY x DESC NULLS LAST LIMIT 3",
    "SELECT a, count(*) FROM VALUES (1, 'x'), (2, NULL) AS t(a, b) GROUP BY ROLLUP(a, (b, c)), "
    "GROUPING SETS ((a), CUBE(a, b)) HAVING count(*) > 1 OFFSET 2",
    "SELECT sum(a) OVER w, rank() OVER (PARTITION BY b ORDER BY c ROWS BETWEEN 1 PRECEDING AND "
    "UNBOUNDED FOLLOWING) FROM t WINDOW w AS (ORDER BY d)",
    "(SELECT 1 UNION ALL VALUES 2) INTERSECT SELECT 3 EXCEPT ALL (TABLE t) ORDER BY 1",
    "SELECT * FROM (a CROSS JOIN b x) LEFT SEMI JOIN LATERAL (SELECT x.y) z ON EXISTS (SELECT 1), "
    "range(1, 2) LATERAL VIEW OUTER explode(m) e AS k, v",
    "FROM t PIVOT (sum(a) AS s FOR q IN (1 AS one, 2)) |> WHERE a |> EXTEND b AS c |> DROP d |> "
    "AGGREGATE max(a) GROUP BY b |> UNION ALL TABLE u",
    "CREATE OR REPLACE GLOBAL TEMP VIEW v (a COMMENT 'x') AS SELECT transform(a, (x, i) -> x + ?)",
    "CREATE TEMP VIEW v (a INT) USING csv OPTIONS (path '/x', header true)",
    "EXPLAIN EXTENDED DESCRIBE QUERY SELECT :a, f(b => 1) FROM STREAM s",
    "SET TIME ZONE INTERVAL '2' HOUR; SHOW TABLES IN a.b LIKE 'x*'; CACHE LAZY TABLE t AS SELECT 1",
    "DECLARE OR REPLACE VARIABLE a, session.b ARRAY<INT> DEFAULT array(1, 2)",
    "SET VAR (a, b) = (SELECT 1, DEFAULT)",
    "SET VARIABLE a = b + 1, session.c = DEFAULT",
    "EXECUTE IMMEDIATE text || 'x' INTO a, b USING 1 AS c, (d AS e)",
    "CREATE OR REPLACE TEMPORARY FUNCTION f(a INT DEFAULT 1, b STRUCT<c: INT> COMMENT 'd') RETURNS "
    "TABLE (e INT, f STRING) LANGUAGE SQL NOT DETERMINISTIC READS SQL DATA RETURN SELECT a, b.c",
    "DROP TEMPORARY FUNCTION IF EXISTS session.f",
};
constexpr std::string_view kPieces[] = {
    "(", ")", "'",  "\"", "`",    "/*",  "*/",     "--",   "\\", "::",       "array<", ">>",
    ".", "[", "]",  ",",  "case", "end", "when",   "cast", "as", "interval", "day",    "to",
    "*", "-", "1e", "L",  "in",   "not", "filter", "\n",   "is", "\xC3\xA9", "\xFF",   "?",
    "select ", "from ", "where ", "group by ", "order by ", "union ", "values ", "with ", "over ",
    "(select ", "join ", "lateral ", "window ", "|>", "->", ";", "table ", "limit ", "exists(",
    "rollup(", "/*+", ":", "except ", "pivot(", "view ", "set ", "show "};

void CheckError(const std::string& text, const Status& status) {
  const ErrorInfo* info = GetErrorInfo(status);
  ASSERT_NE(info, nullptr) << text << ": " << status.ToString();
  ASSERT_NE(info->condition, "INTERNAL_ERROR") << text << ": " << status.ToString();
  ASSERT_GE(info->context.start_offset, 0) << text;
  ASSERT_LE(info->context.start_offset, static_cast<int>(text.size())) << text;
  ASSERT_GE(info->context.line, 1) << text;
}

/// Checks what every answer must keep: a tree, or an error that points into the text.
void Check(const std::string& text) {
  const auto expression = ParseExpression(text);
  if (expression.ok()) {
    ASSERT_NE(*expression, nullptr) << text;
    ASSERT_FALSE((*expression)->ToString().empty()) << text;
  } else {
    CheckError(text, expression.status());
  }
  const auto statement = ParseStatement(text);
  if (statement.ok()) {
    ASSERT_NE(*statement, nullptr) << text;
    ASSERT_FALSE((*statement)->TreeString().empty()) << text;
  } else {
    CheckError(text, statement.status());
  }
  const auto pieces = SplitStatements(text);
  if (!pieces.ok()) CheckError(text, pieces.status());
}

class ParserFuzzTest : public ::testing::Test {
 protected:
  std::string_view AnySeed() {
    const size_t at = Below(std::size(kSeeds) + std::size(kStatementSeeds));
    return at < std::size(kSeeds) ? kSeeds[at] : kStatementSeeds[at - std::size(kSeeds)];
  }
  size_t Below(size_t limit) {
    return std::uniform_int_distribution<size_t>(0, limit - 1)(random_);
  }

  std::mt19937 random_{20240229};
};

TEST_F(ParserFuzzTest, SurvivesRandomBytes) {
  for (int round = 0; round < 3000; ++round) {
    std::string text(Below(60), '\0');
    for (char& c : text) c = static_cast<char>(Below(256));
    Check(text);
  }
}

TEST_F(ParserFuzzTest, SurvivesRandomPieces) {
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (size_t i = Below(30); i > 0; --i) {
      text += kPieces[Below(std::size(kPieces))];
      if (Below(2) == 0) text += " ";
      if (Below(3) == 0) text += "a";
    }
    Check(text);
  }
}

TEST_F(ParserFuzzTest, SurvivesMutations) {
  for (int round = 0; round < 6000; ++round) {
    std::string text(AnySeed());
    for (size_t i = 1 + Below(4); i > 0; --i) {
      const size_t at = Below(text.size() + 1);
      switch (Below(4)) {
        case 0: text.insert(at, kPieces[Below(std::size(kPieces))]); break;
        case 1: text.erase(at, 1 + Below(8)); break;
        case 2: text.insert(at, AnySeed()); break;
        default: text.resize(at);
      }
    }
    Check(text);
  }
}

}  // namespace
}  // namespace firesteel
