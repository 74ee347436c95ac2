#include <gtest/gtest.h>

#include <string>

#include "plan/commands.h"
#include "plan/function_commands.h"
#include "plan/test_plans.h"
#include "sql/parser.h"

namespace firesteel {
namespace {

struct Case {
  std::string_view text;
  std::string_view command;
};

TEST(CommandParserTest, ParsesCommands) {
  const Case cases[] = {
      {"CREATE TEMP VIEW v AS SELECT 1", "CreateView `v`"},
      {"CREATE OR REPLACE GLOBAL TEMPORARY VIEW v (a COMMENT 'x', b) COMMENT 'c' AS VALUES (1, 2)",
       "CreateView `v`, [a 'x', b], global, replace"},
      {"CREATE TEMPORARY VIEW v (a INT) USING csv OPTIONS (path '/x', header = true, sep ';')",
       "CreateView `v`"},
      {"ALTER VIEW v AS SELECT 2", "CreateView `v`, replace"},
      {"DROP VIEW IF EXISTS a.v", "DropView `a`.`v`, if exists"},
      {"DROP TABLE t PURGE", "DropTable `t`"},
      {"DELETE FROM t AS x WHERE x.a = 1", "Refused `t`"},
      {"UPDATE t x SET x.a = 1, b = DEFAULT WHERE c", "Refused `t`"},
      {"MERGE WITH SCHEMA EVOLUTION INTO a.t USING (SELECT 1 AS b) s ON t.a = s.b "
       "WHEN MATCHED AND s.b > 1 THEN UPDATE SET * WHEN MATCHED THEN DELETE "
       "WHEN NOT MATCHED BY TARGET THEN INSERT (a, c) VALUES (s.b, DEFAULT) "
       "WHEN NOT MATCHED BY SOURCE THEN UPDATE SET a = 1",
       "Refused `a`.`t`"},
      {"CREATE OR REPLACE TABLE t (a INT) USING parquet", "Refused `t`"},
      {"REPLACE TABLE t AS SELECT 1", "Refused `t`"},
      {"SHOW TABLES", "ShowTables"},
      {"SHOW TABLES IN db LIKE 'a*'", "ShowTables, in `db`, like 'a*'"},
      {"SHOW VIEWS 'x'", "ShowViews, like 'x'"},
      {"SHOW SCHEMAS", "ShowDatabases"},
      {"SHOW COLUMNS FROM t IN db", "ShowColumns, table `t`, in `db`"},
      {"SHOW SYSTEM FUNCTIONS LIKE 'a*'", "ShowFunctions, SYSTEM, like 'a*'"},
      {"SHOW FUNCTIONS abs", "ShowFunctions, like 'abs'"},
      {"SHOW CATALOGS", "ShowCatalogs"},
      {"SHOW CURRENT NAMESPACE", "ShowCurrentDatabase"},
      {"SHOW TBLPROPERTIES t", "ShowTableProperties, table `t`"},
      {"DESCRIBE t", "DescribeTable `t`"},
      {"DESC TABLE EXTENDED a.t c.d", "DescribeTable `a`.`t`, column `c`.`d`, extended"},
      {"DESCRIBE QUERY SELECT 1", "DescribeQuery"},
      {"DESCRIBE SELECT 1", "DescribeQuery"},
      {"DESC FUNCTION EXTENDED abs", "DescribeFunction `abs`, extended"},
      {"DESCRIBE FUNCTION +", "DescribeFunction `+`"},
      {"DESCRIBE DATABASE default", "DescribeDatabase `default`"},
      {"EXPLAIN SELECT 1", "Explain Simple"},
      {"EXPLAIN FORMATTED SELECT 1", "Explain Formatted"},
      {"EXPLAIN EXTENDED SHOW TABLES", "Explain Extended"},
      {"SET", "SetConfiguration ShowAll"},
      {"SET -v", "SetConfiguration ShowAll, -v"},
      {"SET spark.sql.x", "SetConfiguration ShowOne, spark.sql.x"},
      {"SET a.b = c d 'e' ;", "SetConfiguration Set, a.b, c d 'e'"},
      {"SET `a-b` = `c;d`", "SetConfiguration Set, a-b, c;d"},
      {"SET a=", "SetConfiguration Set, a, "},
      {"SET VAR", "SetConfiguration ShowOne, VAR"},
      {"SET TIME ZONE 'Asia/Tokyo'",
       "SetConfiguration Set, spark.sql.session.timeZone, Asia/Tokyo"},
      {"SET TIME ZONE INTERVAL '-2:30' HOUR TO MINUTE",
       "SetConfiguration Set, spark.sql.session.timeZone, -02:30"},
      {"RESET", "SetConfiguration ResetAll"},
      {"RESET a.b", "SetConfiguration Reset, a.b"},
      {"USE db", "UseDatabase `db`"},
      {"USE DATABASE db", "UseDatabase `db`"},
      {"USE CATALOG c", "UseCatalog `c`"},
      {"SET CATALOG c", "UseCatalog `c`"},
      {"CACHE LAZY TABLE t OPTIONS (storageLevel 'DISK_ONLY')",
       "CacheTable `t`, lazy, storageLevel=DISK_ONLY"},
      {"CACHE TABLE t AS SELECT 1", "CacheTable `t`"},
      {"UNCACHE TABLE IF EXISTS t", "UncacheTable `t`, if exists"},
      {"CLEAR CACHE", "ClearCache"},
      {"REFRESH TABLE t", "RefreshTable `t`"},
      {"ALTER TABLE t ALTER COLUMN c SET DEFAULT 1 + 2", "SetDefault `t`"},
      {"ALTER TABLE t CHANGE c DROP DEFAULT", "DropDefault `t`"},
      {"CREATE TABLE t (a INT DEFAULT 1 COMMENT 'x', b ARRAY<ARRAY<INT>> DEFAULT array(), c INT)",
       "CreateTable `t`"},
      {"DECLARE OR REPLACE VARIABLE a, session.b INT DEFAULT 1 + 2",
       "DeclareVariable `a`, `session`.`b`, int, default 1 + 2, replace"},
      {"DECLARE variable = 'x'", "DeclareVariable `variable`, default 'x'"},
      {"DECLARE VAR INT = 3", "DeclareVariable `INT`, default 3"},
      {"SET VARIABLE a = 1, session.b = DEFAULT", "SetVariable `a`, `session`.`b`"},
      {"SET VAR (a, b) = (SELECT 1, 2)", "SetVariable `a`, `b`"},
      {"DROP TEMP VARIABLE IF EXISTS a", "DropVariable `a`, if exists"},
      {"EXECUTE IMMEDIATE 'SELECT ?, ?' INTO a, b USING 1, 2",
       "ExecuteImmediate, into `a`, `b`, 2 values"},
      {"EXECUTE IMMEDIATE text || '1'", "ExecuteImmediate"},
      {"CREATE OR REPLACE TEMP FUNCTION f(a INT, b STRING DEFAULT 'x' COMMENT 'c') RETURNS INT "
       "LANGUAGE SQL NOT DETERMINISTIC COMMENT 'd' RETURN a + 1",
       "CreateFunction `f`(a int, b string default 'x'), returns int, replace"},
      {"CREATE TEMPORARY FUNCTION session.f() RETURNS TABLE (a INT) RETURN SELECT 1",
       "CreateFunction `session`.`f`(), table, returns struct<a:int>"},
      {"CREATE TEMPORARY FUNCTION f() RETURN (SELECT 1) + 1", "CreateFunction `f`()"},
      {"DROP TEMPORARY FUNCTION IF EXISTS f", "DropFunction `f`, temporary, if exists"},
      {"DROP FUNCTION a.f", "DropFunction `a`.`f`"},
  };
  for (const Case& c : cases) {
    const auto parsed = ParseStatement(c.text);
    ASSERT_TRUE(parsed.ok()) << c.text << ": " << parsed.status().ToString();
    EXPECT_EQ((*parsed)->Describe(), c.command) << c.text;
  }
}

TEST(CommandParserTest, KeepsTheTextAndTheQueryOfAView) {
  const auto parsed = ParseStatement("CREATE TEMP VIEW v AS  SELECT a\nFROM t ;");
  ASSERT_TRUE(parsed.ok());
  const auto* view = As<CreateView>(*parsed);
  ASSERT_NE(view, nullptr);
  EXPECT_EQ(view->definition().text, "SELECT a\nFROM t");
  EXPECT_EQ(view->child()->TreeString(), "'Project ['a]\n+- 'UnresolvedTable [t], batch\n");
}

TEST(CommandParserTest, KeepsTheBodyOfAFunction) {
  const auto parsed = ParseStatement("CREATE TEMP FUNCTION f() RETURN  SELECT a FROM t ;");
  ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
  const auto& function = As<CreateFunction>(*parsed)->definition().function;
  EXPECT_EQ(function.body_text, "SELECT a FROM t");
  EXPECT_FALSE(function.table);
  EXPECT_EQ((*parsed)->child()->kind(), PlanKind::kProject);
}

TEST(CommandParserTest, ReadsOptionsAndSchemaOfAViewOfFiles) {
  const auto parsed = ParseStatement(
      "CREATE TEMP VIEW v (a INT, `b c` ARRAY<STRING>) USING csv "
      "OPTIONS ('path' '/x', header true, a.b = -1)");
  ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
  const auto* source = As<UnresolvedDataSource>((*parsed)->child());
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->format(), "csv");
  ASSERT_TRUE(source->user_schema().has_value());
  EXPECT_EQ(source->user_schema()->fields().size(), 2U);
  EXPECT_EQ(source->options().Get("path").value_or(""), "/x");
  EXPECT_EQ(source->options().Get("header").value_or(""), "true");
  EXPECT_EQ(source->options().Get("a.b").value_or(""), "-1");
}

}  // namespace
}  // namespace firesteel
