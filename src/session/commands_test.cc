#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/random.h"
#include "firesteel/dataframe.h"
#include "firesteel/session.h"
#include "testing/test_session.h"

namespace firesteel {
namespace {

class CommandsTest : public ::testing::Test {
 protected:
  CommandsTest() : session_(*testing::MakeTestSession({})) {}

  /// The rows as text, one after the other; or the error's condition.
  std::string Run(std::string_view text) const {
    const Result<std::vector<Row>> rows = session_.Sql(text).Collect();
    if (!rows.ok()) return ErrorCondition(rows.status());
    std::string shown;
    for (const Row& row : *rows) shown += row.ToString();
    return shown;
  }
  std::string SchemaOf(std::string_view text) const {
    const Result<Schema> schema = session_.Sql(text).Schema();
    return schema.ok() ? schema->AsStruct().SimpleString() : ErrorCondition(schema.status());
  }

  Session session_;
};

TEST_F(CommandsTest, ViewsLiveUntilTheyAreDropped) {
  EXPECT_EQ(SchemaOf("CREATE TEMP VIEW v(n COMMENT 'a number', t) AS SELECT 1, 'x'"), "struct<>");
  EXPECT_EQ(Run("SELECT n + 1, t FROM V"), "[2,x]");
  EXPECT_EQ(Run("CREATE TEMP VIEW v AS SELECT 2"), "TEMP_TABLE_OR_VIEW_ALREADY_EXISTS");
  EXPECT_EQ(Run("DESCRIBE v"), "[n,int,a number][t,string,NULL]");
  EXPECT_EQ(Run("CREATE OR REPLACE TEMP VIEW v AS SELECT n FROM v"), "");
  EXPECT_EQ(Run("SELECT * FROM v"), "[1]");
  EXPECT_EQ(Run("CREATE TEMP VIEW w(a) AS SELECT 1, 2"),
            "CREATE_VIEW_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS");
  EXPECT_EQ(Run("CREATE TEMP VIEW w AS SELECT 1 AS a, 2 AS A"), "COLUMN_ALREADY_EXISTS");
  EXPECT_EQ(Run("DROP VIEW v"), "");
  EXPECT_EQ(Run("DROP VIEW v"), "TABLE_OR_VIEW_NOT_FOUND");
  EXPECT_EQ(Run("DROP VIEW IF EXISTS v"), "");
}

TEST_F(CommandsTest, GlobalViewsHaveADatabase) {
  EXPECT_EQ(Run("CREATE GLOBAL TEMPORARY VIEW g AS SELECT 7 AS a"), "");
  EXPECT_EQ(Run("SELECT a FROM global_temp.g"), "[7]");
  EXPECT_EQ(Run("SELECT a FROM g"), "TABLE_OR_VIEW_NOT_FOUND");
  EXPECT_EQ(Run("SHOW TABLES IN global_temp"), "[global_temp,g,true]");
  EXPECT_EQ(Run("DROP VIEW global_temp.g"), "");
}

TEST_F(CommandsTest, ShowListsWhatThereIs) {
  ASSERT_EQ(Run("CREATE TEMP VIEW counts AS SELECT 1 AS a, 2 AS b"), "");
  EXPECT_EQ(SchemaOf("SHOW TABLES"),
            "struct<namespace:string,tableName:string,isTemporary:boolean>");
  EXPECT_EQ(Run("SHOW TABLES LIKE 'co*'"), "[,counts,true]");
  EXPECT_EQ(Run("SHOW TABLES LIKE 'x*'"), "");
  EXPECT_EQ(Run("SHOW TABLES IN nosuch"), "SCHEMA_NOT_FOUND");
  EXPECT_EQ(Run("SHOW COLUMNS IN counts"), "[a][b]");
  EXPECT_EQ(Run("SHOW DATABASES"), "[default]");
  EXPECT_EQ(Run("SHOW FUNCTIONS LIKE 'abs|upper'"), "[abs][upper]");
  EXPECT_EQ(Run("SHOW USER FUNCTIONS"), "");
  EXPECT_EQ(Run("DESCRIBE FUNCTION nosuch"), "UNRESOLVED_ROUTINE");
  EXPECT_EQ(Run("DESCRIBE QUERY SELECT 1 AS one"), "[one,int,NULL]");
}

TEST_F(CommandsTest, SettingsAreCheckedAndReset) {
  EXPECT_EQ(Run("SET my.key = a value"), "[my.key,a value]");
  EXPECT_EQ(Run("SET my.key"), "[my.key,a value]");
  EXPECT_EQ(Run("RESET my.key"), "");
  EXPECT_EQ(Run("SET my.key"), "[my.key,<undefined>]");
  EXPECT_EQ(Run("SET TIME ZONE 'Nowhere/X'"), "INVALID_CONF_VALUE.TIME_ZONE");
  EXPECT_EQ(ErrorCondition(session_.Conf().Set("spark.sql.session.timeZone", "Nowhere/X")),
            "INVALID_CONF_VALUE.TIME_ZONE");
  EXPECT_EQ(Run("SET TIME ZONE 'Asia/Tokyo'"), "[spark.sql.session.timeZone,Asia/Tokyo]");
  EXPECT_EQ(Run("SET spark.sql.ansi.enabled = maybe"), "INVALID_CONF_VALUE.TYPE_MISMATCH");
  const std::string partitions = Run("SET spark.sql.shuffle.partitions");
  EXPECT_EQ(Run("SET spark.sql.shuffle.partitions = 77"), "[spark.sql.shuffle.partitions,77]");
  EXPECT_EQ(Run("RESET"), "");
  EXPECT_EQ(Run("SET spark.sql.shuffle.partitions"), partitions);
}

TEST_F(CommandsTest, CachedRowsStayUntilTheyAreLetGo) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("firesteel-cache-" + NewUuid() + ".txt");
  const auto write = [&file](const std::string& text) { std::ofstream(file) << text << "\n"; };
  write("one");
  ASSERT_EQ(Run("CREATE TEMP VIEW lines USING text OPTIONS (path '" + file.string() + "')"), "");
  EXPECT_EQ(Run("SELECT * FROM lines"), "[one]");
  write("two");
  EXPECT_EQ(Run("SELECT * FROM lines"), "[two]");
  ASSERT_EQ(Run("CACHE TABLE lines"), "");
  write("six");
  EXPECT_EQ(Run("SELECT value FROM lines"), "[two]");
  EXPECT_EQ(Run("SELECT a.value FROM lines a JOIN lines b ON a.value = b.value"), "[two]");
  ASSERT_EQ(Run("UNCACHE TABLE lines"), "");
  EXPECT_EQ(Run("SELECT * FROM lines"), "[six]");
  EXPECT_EQ(Run("CACHE TABLE nosuch"), "TABLE_OR_VIEW_NOT_FOUND");
  EXPECT_EQ(Run("UNCACHE TABLE IF EXISTS nosuch"), "");
  std::filesystem::remove(file);
}

TEST_F(CommandsTest, ExplainShowsPlansAndErrors) {
  EXPECT_EQ(SchemaOf("EXPLAIN SELECT 1"), "struct<plan:string>");
  EXPECT_NE(Run("EXPLAIN EXTENDED SELECT 1").find("Analyzed Logical Plan"), std::string::npos);
  EXPECT_EQ(Run("EXPLAIN SELECT nosuch"), "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION");
}

TEST_F(CommandsTest, UseKnowsOneDatabase) {
  EXPECT_EQ(Run("USE default"), "");
  EXPECT_EQ(Run("USE nosuch"), "SCHEMA_NOT_FOUND");
}

}  // namespace
}  // namespace firesteel
