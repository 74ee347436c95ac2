#include <gtest/gtest.h>

#include <string>

#include "sql/parser.h"

namespace firesteel {
namespace {

struct StatementErrorCase {
  std::string_view text;
  std::string_view condition;
  int start;  ///< offset the error points to
};

TEST(StatementErrorTest, SaysWhatAndWhere) {
  const StatementErrorCase cases[] = {
      {"", "PARSE_EMPTY_STATEMENT", 0},
      {"SELEC 1", "PARSE_SYNTAX_ERROR", 0},
      {"SELECT", "PARSE_SYNTAX_ERROR", 6},
      {"SELECT 1,", "PARSE_SYNTAX_ERROR", 9},
      {"SELECT a b c", "PARSE_SYNTAX_ERROR", 11},
      {"SELECT 1; SELECT 2", "PARSE_SYNTAX_ERROR", 10},
      {"SELECT 1 GROUP BY", "PARSE_SYNTAX_ERROR", 17},
      {"SELECT * FROM t WHERE a = ", "PARSE_SYNTAX_ERROR", 26},
      {"SELECT * FROM (SELECT 1", "PARSE_SYNTAX_ERROR", 23},
      {"SELECT * FROM t1 LEFT t2", "PARSE_SYNTAX_ERROR", 22},
      {"SELECT * FROM t ON a = b", "PARSE_SYNTAX_ERROR", 16},
      {"SELECT * FROM a JOIN b USING ()", "PARSE_SYNTAX_ERROR", 30},
      {"SELECT 1 UNION ALL", "PARSE_SYNTAX_ERROR", 18},
      {"WITH a AS (SELECT 1)", "PARSE_SYNTAX_ERROR", 20},
      {"SELECT 1 FROM t GROUP BY a HAVING", "PARSE_SYNTAX_ERROR", 33},
      {"SELECT EXISTS 1", "PARSE_SYNTAX_ERROR", 14},
      {"SELECT rank() OVER (ORDER BY)", "PARSE_SYNTAX_ERROR", 28},
      {"SELECT /*+ BROADCAST(t) 1", "PARSE_SYNTAX_ERROR", 25},
      {"TABLE", "PARSE_SYNTAX_ERROR", 5},
      {"FROM t |>", "PARSE_SYNTAX_ERROR", 9},
      {"FROM t |> FOO", "PARSE_SYNTAX_ERROR", 10},
      {"CREATE VIEW v", "PARSE_SYNTAX_ERROR", 13},
      {"CREATE TABLE", "PARSE_SYNTAX_ERROR", 7},
      {"INSERT INTO", "PARSE_SYNTAX_ERROR", 0},
      {"DROP t", "PARSE_SYNTAX_ERROR", 5},
      {"SHOW FOO", "PARSE_SYNTAX_ERROR", 5},
      {"USE", "PARSE_SYNTAX_ERROR", 3},
      {"SHOW TABLES FROM", "PARSE_SYNTAX_ERROR", 16},
      {"DESCRIBE t a b", "PARSE_SYNTAX_ERROR", 13},
      {"INSERT OVERWRITE DIRECTORY '/a' SELECT 1", "INVALID_STATEMENT_OR_CLAUSE", 0},
      {"DELETE t", "PARSE_SYNTAX_ERROR", 7},
      {"UPDATE t WHERE a", "PARSE_SYNTAX_ERROR", 9},
      {"UPDATE t SET a > 1", "PARSE_SYNTAX_ERROR", 15},
      {"CREATE TABLE t (a INT) CLUSTERED BY (a) INTO 2 BUCKETS", "INVALID_STATEMENT_OR_CLAUSE", 23},
      {"MERGE INTO t USING u ON a", "MERGE_WITHOUT_WHEN", 0},
      {"MERGE INTO t USING u ON a WHEN MATCHED THEN INSERT *", "PARSE_SYNTAX_ERROR", 44},
      {"MERGE INTO t USING u ON a WHEN NOT MATCHED THEN DELETE", "PARSE_SYNTAX_ERROR", 48},
      {"MERGE INTO t USING u ON a WHEN MATCHED THEN DELETE WHEN MATCHED THEN UPDATE SET *",
       "NON_LAST_MATCHED_CLAUSE_OMIT_CONDITION", 0},
      {"SELECT * FROM f(TABLE(t) PARTITION BY a, b)",
       "INVALID_SQL_SYNTAX.INVALID_TABLE_FUNCTION_TABLE_ARGUMENT_PARTITIONING", 16},
      {"SELECT * FROM f(x => TABLE t PARTITION BY a)",
       "INVALID_SQL_SYNTAX.INVALID_TABLE_FUNCTION_IDENTIFIER_ARGUMENT_MISSING_PARENTHESES", 21},
      {"SELECT * FROM f(TABLE(t) ORDER BY a)", "PARSE_SYNTAX_ERROR", 25},
      {"SELECT * FROM f(TABLE(t) WITH SINGLE PARTITION PARTITION BY a)", "PARSE_SYNTAX_ERROR", 47},
      {"GRANT SELECT ON t TO u", "INVALID_STATEMENT_OR_CLAUSE", 0},
      {"SELECT * FROM t TABLESAMPLE (1 PERCENT)", "INVALID_STATEMENT_OR_CLAUSE", 16},
      {"WITH RECURSIVE a MAX RECURSION LEVEL b AS (SELECT 1) TABLE a", "PARSE_SYNTAX_ERROR", 39},
      {"SELECT f() OVER (ROWS a PRECEDING)", "INVALID_SQL_SYNTAX.INVALID_WINDOW_FRAME_BOUND", 22},
      {"SELECT * FROM t VERSION AS OF 1", "UNSUPPORTED_FEATURE.TIME_TRAVEL", 16},
      {"WITH a AS (SELECT 1), A AS (SELECT 2) SELECT 3", "DUPLICATED_CTE_NAMES", 22},
      {"SELECT 1 FROM a NATURAL CROSS JOIN b", "INCOMPATIBLE_JOIN_TYPES", 16},
      {"SELECT 1 FROM a RIGHT JOIN LATERAL (SELECT 1)", "INVALID_LATERAL_JOIN_TYPE", 16},
      {"SELECT f() OVER w FROM t", "MISSING_WINDOW_SPECIFICATION", 16},
      {"SELECT f() OVER w FROM t WINDOW w AS (ORDER BY g() OVER w)", "MISSING_WINDOW_SPECIFICATION",
       56},
      {"CREATE TEMP VIEW IF NOT EXISTS v AS SELECT 1", "_LEGACY_ERROR_TEMP_0053", 17},
      {"CREATE TEMP VIEW a.v AS SELECT 1", "TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS", 17},
      {"CREATE TEMP VIEW v (a FOO) USING csv", "UNSUPPORTED_DATATYPE", 20},
      {"SET a b = 1", "INVALID_SET_SYNTAX", 0},
      {"RESET a b", "INVALID_RESET_COMMAND_FORMAT", 0},
      {"SET TIME ZONE INTERVAL '19' HOUR", "INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE",
       0},
      {"DECLARE v", "INVALID_SQL_SYNTAX.VARIABLE_TYPE_OR_DEFAULT_REQUIRED", 0},
      {"DECLARE a, A INT", "DUPLICATE_VARIABLE_NAME_INSIDE_DECLARE", 0},
      {"DECLARE v FOO", "UNSUPPORTED_DATATYPE", 10},
      {"DECLARE TEMPORARY VARIABLE v INT", "PARSE_SYNTAX_ERROR", 27},
      {"SET VAR a = 1 WHERE true", "INVALID_SET_SYNTAX", 0},
      {"SET VAR a", "INVALID_SET_SYNTAX", 0},
      {"EXECUTE IMMEDIATE 'SELECT 1' USING", "PARSE_SYNTAX_ERROR", 34},
      {"CREATE TEMPORARY FUNCTION f(a) RETURN 1", "PARSE_SYNTAX_ERROR", 29},
      {"CREATE TEMPORARY FUNCTION f(a INT, a INT) RETURN 1", "DUPLICATE_ROUTINE_PARAMETER_NAMES",
       27},
      {"CREATE TEMPORARY FUNCTION f(a INT DEFAULT 1, b INT) RETURN 1",
       "USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_PARAMETER_POSITION", 27},
      {"CREATE TEMPORARY FUNCTION f(a INT NOT NULL) RETURN 1",
       "USER_DEFINED_FUNCTIONS.NOT_NULL_ON_FUNCTION_PARAMETERS", 28},
      {"CREATE TEMPORARY FUNCTION f() RETURNS TABLE (a INT) RETURN 1",
       "USER_DEFINED_FUNCTIONS.SQL_TABLE_UDF_BODY_MUST_BE_A_QUERY", 59},
      {"CREATE TEMPORARY FUNCTION f() LANGUAGE PYTHON RETURN 1", "_LEGACY_ERROR_TEMP_0035", 30},
      {"FROM t |> ORDER BY a LIMIT 1", "MULTIPLE_QUERY_RESULT_CLAUSES_WITH_PIPE_OPERATORS", 10},
  };
  for (const StatementErrorCase& c : cases) {
    const auto parsed = ParseStatement(c.text);
    EXPECT_FALSE(parsed.ok()) << c.text << " is\n" << (*parsed)->TreeString();
    const ErrorInfo* info = GetErrorInfo(parsed.status());
    EXPECT_NE(info, nullptr) << c.text << ": " << parsed.status().ToString();
    if (info == nullptr) continue;
    EXPECT_EQ(info->condition, c.condition) << c.text;
    EXPECT_EQ(info->context.start_offset, c.start) << c.text;
  }
}

std::string RepeatText(std::string_view text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated += text;
  return repeated;
}

TEST(StatementErrorTest, RefusesWhatNestsTooDeeply) {
  for (const std::string& text : {
           RepeatText("SELECT * FROM (", 1000) + "SELECT 1" + RepeatText(")", 1000),
           RepeatText("(", 1000) + "SELECT 1" + RepeatText(")", 1000),
           "SELECT " + RepeatText("(SELECT ", 1000) + "1" + RepeatText(")", 1000),
           "SELECT * FROM " + RepeatText("(", 20000) + "t" + RepeatText(")", 20000),
           "SELECT * FROM t" + RepeatText(" JOIN t", 2000),
           RepeatText("WITH a AS (", 1000) + "SELECT 1" + RepeatText(") TABLE a", 1000),
           "SELECT 1 WHERE " + RepeatText("EXISTS (SELECT 1 WHERE ", 1000) + "true" +
               RepeatText(")", 1000),
           "FROM t" + RepeatText(" |> WHERE a", 2000),
           "SELECT 1" + RepeatText(" EXCEPT SELECT 1", 2000),
           "SELECT a FROM t GROUP BY " + RepeatText("GROUPING SETS (", 2000) + "a" +
               RepeatText(")", 2000),
           RepeatText("EXPLAIN ", 2000) + "SELECT 1",
       }) {
    EXPECT_EQ(ErrorCondition(ParseStatement(text).status()), "FAILED_TO_PARSE_TOO_COMPLEX")
        << text.substr(0, 60);
  }
}

TEST(StatementErrorTest, TakesWhatIsLongOrNestsAlmostTooDeeply) {
  for (const std::string& text : {
           RepeatText("SELECT * FROM (", 120) + "SELECT 1" + RepeatText(")", 120),
           "SELECT " + RepeatText("(SELECT ", 100) + "1" + RepeatText(")", 100),
           "SELECT " + RepeatText("(", 900) + "1" + RepeatText(")", 900),
           "SELECT 1" + RepeatText(" UNION ALL SELECT 1", 20000),
           "VALUES (1, 'a')" + RepeatText(", (1, 'a')", 20000),
           "SELECT 1" + RepeatText(", 1", 20000),
           "SELECT f() OVER w" + RepeatText(", f() OVER w", 5000) +
               " FROM t WINDOW w AS (ORDER BY a)",
       }) {
    const auto parsed = ParseStatement(text);
    EXPECT_TRUE(parsed.ok()) << text.substr(0, 60) << ": "
                             << parsed.status().ToString().substr(0, 200);
  }
}

}  // namespace
}  // namespace firesteel
