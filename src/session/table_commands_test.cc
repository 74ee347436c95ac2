#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/random.h"
#include "firesteel/dataframe.h"
#include "firesteel/session.h"
#include "testing/test_session.h"

namespace firesteel {
namespace {

class TableCommandsTest : public ::testing::Test {
 protected:
  TableCommandsTest()
      : warehouse_(std::filesystem::temp_directory_path() / ("firesteel-warehouse-" + NewUuid())),
        session_(
            *testing::MakeTestSession({}, {{"spark.sql.warehouse.dir", warehouse_.string()}})) {}
  ~TableCommandsTest() override { std::filesystem::remove_all(warehouse_); }

  /// The rows as text, one after the other; or the error's condition.
  std::string Run(std::string_view text) const {
    const Result<std::vector<Row>> rows = session_.Sql(text).Collect();
    if (!rows.ok()) return ErrorCondition(rows.status());
    std::string shown;
    for (const Row& row : *rows) shown += row.ToString();
    return shown;
  }
  bool HasFiles(const std::string& directory) const {
    return std::filesystem::exists(warehouse_ / directory);
  }

  const std::filesystem::path warehouse_;
  Session session_;
};

TEST_F(TableCommandsTest, ManagedTableLivesInTheWarehouse) {
  EXPECT_EQ(Run("CREATE TABLE Numbers (n INT COMMENT 'a number', t STRING) USING parquet"), "");
  EXPECT_TRUE(HasFiles("numbers"));
  EXPECT_EQ(Run("SELECT * FROM numbers"), "");
  EXPECT_EQ(Run("INSERT INTO numbers VALUES (1, 'a'), (2, NULL)"), "");
  EXPECT_EQ(Run("INSERT INTO numbers (t) VALUES ('only')"), "");
  EXPECT_EQ(Run("SELECT n, t FROM default.numbers ORDER BY n"), "[NULL,only][1,a][2,NULL]");
  EXPECT_EQ(Run("INSERT OVERWRITE numbers SELECT 7, 'x'"), "");
  EXPECT_EQ(Run("SELECT * FROM spark_catalog.default.numbers"), "[7,x]");
  EXPECT_EQ(Run("TRUNCATE TABLE numbers"), "");
  EXPECT_EQ(Run("SELECT count(*) FROM numbers"), "[0]");
  EXPECT_EQ(Run("CREATE TABLE numbers (a INT)"), "TABLE_OR_VIEW_ALREADY_EXISTS");
  EXPECT_EQ(Run("CREATE TABLE IF NOT EXISTS numbers (a INT)"), "");
  EXPECT_EQ(Run("DESCRIBE numbers"), "[n,int,a number][t,string,NULL]");
  EXPECT_EQ(Run("DROP TABLE numbers"), "");
  EXPECT_FALSE(HasFiles("numbers"));
  EXPECT_EQ(Run("SELECT * FROM numbers"), "TABLE_OR_VIEW_NOT_FOUND");
}

TEST_F(TableCommandsTest, RefusesWhatDoesNotFit) {
  ASSERT_EQ(Run("CREATE TABLE t (n INT, t STRING) USING parquet"), "");
  EXPECT_EQ(Run("INSERT INTO t VALUES (1)"),
            "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS");
  EXPECT_EQ(Run("INSERT INTO t VALUES (1, 'a', 2)"),
            "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS");
  EXPECT_EQ(Run("INSERT INTO t VALUES ('x', 'a')"),
            "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST");
  EXPECT_EQ(Run("INSERT INTO t VALUES (3000000000, 'a')"), "CAST_OVERFLOW_IN_TABLE_INSERT");
  EXPECT_EQ(Run("INSERT INTO t (nosuch) VALUES (1)"), "UNRESOLVED_COLUMN.WITH_SUGGESTION");
  EXPECT_EQ(Run("INSERT INTO nowhere VALUES (1)"), "TABLE_OR_VIEW_NOT_FOUND");
  EXPECT_EQ(Run("INSERT OVERWRITE t SELECT * FROM t"), "UNSUPPORTED_OVERWRITE.TABLE");
  EXPECT_EQ(Run("DROP VIEW t"), "WRONG_COMMAND_FOR_OBJECT_TYPE");
  EXPECT_EQ(Run("CREATE TABLE u (a INT) PARTITIONED BY (b)"), "COLUMN_NOT_DEFINED_IN_TABLE");
  EXPECT_EQ(Run("CREATE TABLE u USING nosuch AS SELECT 1"), "DATA_SOURCE_NOT_FOUND");
}

TEST_F(TableCommandsTest, NeverTakesOverFilesOfOthers) {
  std::filesystem::create_directories(warehouse_ / "old");
  std::ofstream(warehouse_ / "old" / "precious") << "data";
  EXPECT_EQ(Run("CREATE TABLE old (a INT) USING parquet"), "LOCATION_ALREADY_EXISTS");
  EXPECT_EQ(Run("CREATE TABLE old USING parquet AS SELECT 1 AS a"), "LOCATION_ALREADY_EXISTS");
  EXPECT_TRUE(HasFiles("old/precious"));
}

TEST_F(TableCommandsTest, PartitionsAreDirectories) {
  ASSERT_EQ(Run("CREATE TABLE p (k STRING, v INT) USING parquet PARTITIONED BY (k)"), "");
  ASSERT_EQ(Run("INSERT INTO p VALUES (1, 'a'), (2, 'b')"), "");
  ASSERT_EQ(Run("INSERT INTO p PARTITION (k = 'c') VALUES (3)"), "");
  EXPECT_EQ(Run("SELECT * FROM p ORDER BY v"), "[1,a][2,b][3,c]");
  EXPECT_EQ(Run("SHOW PARTITIONS p"), "[k=a][k=b][k=c]");
  EXPECT_TRUE(HasFiles("p/k=a"));
  EXPECT_EQ(Run("MSCK REPAIR TABLE p"), "");
  EXPECT_NE(Run("SHOW CREATE TABLE p").find("PARTITIONED BY (k)"), std::string::npos);
}

TEST_F(TableCommandsTest, DroppingAnExternalTableLeavesItsFiles) {
  const std::string place = (warehouse_ / "outside").string();
  ASSERT_EQ(Run("CREATE TABLE e USING json LOCATION '" + place + "' AS SELECT 5 AS n"), "");
  EXPECT_EQ(Run("SELECT n FROM e"), "[5]");
  EXPECT_EQ(Run("DROP TABLE e"), "");
  EXPECT_TRUE(HasFiles("outside"));
  ASSERT_EQ(Run("CREATE TABLE again USING json LOCATION '" + place + "'"), "");
  EXPECT_EQ(Run("SELECT n FROM again"), "[5]");
  std::filesystem::remove_all(place);
  EXPECT_EQ(Run("SELECT n FROM again"), "");  // a table without files is empty
}

TEST_F(TableCommandsTest, DatabasesHoldTables) {
  EXPECT_EQ(Run("CREATE DATABASE shop COMMENT 'goods'"), "");
  EXPECT_EQ(Run("CREATE SCHEMA shop"), "SCHEMA_ALREADY_EXISTS");
  EXPECT_EQ(Run("CREATE TABLE shop.t AS SELECT 1 AS a"), "");
  EXPECT_TRUE(HasFiles("shop.db/t"));
  EXPECT_EQ(Run("SHOW TABLES IN shop"), "[shop,t,false]");
  EXPECT_EQ(Run("USE shop"), "");
  EXPECT_EQ(Run("SELECT a FROM t"), "[1]");
  EXPECT_EQ(Run("DROP DATABASE shop"), "SCHEMA_NOT_EMPTY");
  EXPECT_EQ(Run("DROP DATABASE shop CASCADE"), "");
  EXPECT_FALSE(HasFiles("shop.db"));
  EXPECT_EQ(Run("DROP DATABASE shop"), "SCHEMA_NOT_FOUND");
  EXPECT_EQ(Run("DROP DATABASE default"), "UNSUPPORTED_FEATURE.DROP_DATABASE");
}

TEST_F(TableCommandsTest, ViewsMeanTheTablesOfTheDay) {
  ASSERT_EQ(Run("CREATE TABLE t AS SELECT 1 AS a"), "");
  ASSERT_EQ(Run("CREATE VIEW v (b) AS SELECT a FROM t"), "");
  ASSERT_EQ(Run("INSERT INTO t VALUES (2)"), "");
  EXPECT_EQ(Run("SELECT b FROM v ORDER BY b"), "[1][2]");
  EXPECT_EQ(Run("SHOW VIEWS"), "[default,v,false]");
  EXPECT_EQ(Run("CREATE VIEW v AS SELECT 1"), "TABLE_OR_VIEW_ALREADY_EXISTS");
  EXPECT_EQ(Run("INSERT INTO v VALUES (1)"), "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE");
  EXPECT_EQ(Run("DROP VIEW v"), "");
}

TEST_F(TableCommandsTest, CachedTableSeesWhatIsInserted) {
  ASSERT_EQ(Run("CREATE TABLE t AS SELECT 1 AS a"), "");
  ASSERT_EQ(Run("CACHE TABLE t"), "");
  EXPECT_EQ(Run("SELECT count(*) FROM t"), "[1]");
  ASSERT_EQ(Run("INSERT INTO t VALUES (2)"), "");
  EXPECT_EQ(Run("SELECT count(*) FROM t"), "[2]");
}

TEST_F(TableCommandsTest, ColumnsHaveDefaults) {
  ASSERT_EQ(Run("CREATE TABLE t (a INT DEFAULT 5, b STRING NOT NULL DEFAULT concat('x', 'y') "
                "COMMENT 'c', c ARRAY<ARRAY<INT>>, d DATE DEFAULT DATE'2024-01-01') USING parquet"),
            "");
  EXPECT_EQ(Run("INSERT INTO t (b) VALUES ('q')"), "");
  EXPECT_EQ(Run("INSERT INTO t VALUES (DEFAULT, DEFAULT, NULL, NULL), (1, 'z', NULL, DEFAULT)"),
            "");
  EXPECT_EQ(Run("INSERT INTO t (a, b) SELECT DEFAULT AS k, 's'"), "");
  EXPECT_EQ(Run("INSERT INTO t VALUES (DEFAULT + 1, 'a', NULL, NULL)"),
            "DEFAULT_PLACEMENT_INVALID");
  EXPECT_EQ(Run("SELECT a, b, d FROM t ORDER BY b"),
            "[5,q,2024-01-01][5,s,2024-01-01][5,xy,NULL][1,z,2024-01-01]");
  EXPECT_EQ(Run("DESCRIBE t"),
            "[a,int,NULL][b,string,c][c,array<array<int>>,NULL][d,date,NULL][,,]"
            "[# Column Default Values,,][a,int,5][b,string,concat('x', 'y')]"
            "[d,date,DATE'2024-01-01']");
  EXPECT_EQ(Run("ALTER TABLE t ALTER COLUMN a SET DEFAULT 6"), "");
  EXPECT_EQ(Run("ALTER TABLE t ALTER COLUMN b DROP DEFAULT"), "");
  EXPECT_EQ(Run("ALTER TABLE t ALTER COLUMN a SET DEFAULT 'x'"), "INVALID_DEFAULT_VALUE.DATA_TYPE");
  EXPECT_EQ(Run("INSERT OVERWRITE t (d) VALUES (NULL)"), "");
  EXPECT_EQ(Run("SELECT a, b, d FROM t"), "[6,NULL,NULL]");
}

TEST_F(TableCommandsTest, DefaultsAreConstants) {
  EXPECT_EQ(Run("CREATE TABLE t (a INT DEFAULT 'abc')"), "INVALID_DEFAULT_VALUE.DATA_TYPE");
  EXPECT_EQ(Run("CREATE TABLE t (a TINYINT DEFAULT 300)"), "INVALID_DEFAULT_VALUE.DATA_TYPE");
  EXPECT_EQ(Run("CREATE TABLE t (a INT DEFAULT b, b INT)"), "INVALID_DEFAULT_VALUE.NOT_CONSTANT");
  EXPECT_EQ(Run("CREATE TABLE t (a INT DEFAULT (SELECT 1))"),
            "INVALID_DEFAULT_VALUE.SUBQUERY_EXPRESSION");
  EXPECT_EQ(Run("CREATE TABLE t (a TINYINT DEFAULT 30, b DATE DEFAULT current_date())"), "");
}

TEST_F(TableCommandsTest, OnePartitionIsOverwritten) {
  ASSERT_EQ(Run("CREATE TABLE t (v INT, p INT, q STRING) USING json PARTITIONED BY (p, q)"), "");
  ASSERT_EQ(Run("INSERT INTO t VALUES (1, 1, 'a/b'), (2, 1, 'b'), (3, 2, 'a/b')"), "");
  EXPECT_EQ(Run("INSERT OVERWRITE t PARTITION (p = '1', q = 'a/b') VALUES (10)"), "");
  EXPECT_EQ(Run("SELECT v, p, q FROM t ORDER BY v"), "[2,1,b][3,2,a/b][10,1,a/b]");
  EXPECT_EQ(Run("INSERT OVERWRITE t PARTITION (p = 1, q) SELECT 20, 'c'"), "");
  EXPECT_EQ(Run("SELECT v, p, q FROM t ORDER BY v"), "[3,2,a/b][20,1,c]");
  EXPECT_EQ(Run("INSERT OVERWRITE t PARTITION (p = 1, q = 'c') SELECT 1 WHERE false"), "");
  EXPECT_EQ(Run("SELECT v, p, q FROM t ORDER BY v"), "[3,2,a/b]");
  EXPECT_EQ(Run("INSERT OVERWRITE t PARTITION (p = 2, q = 'a/b') IF NOT EXISTS VALUES (30)"), "");
  EXPECT_EQ(Run("SELECT v, p, q FROM t ORDER BY v"), "[3,2,a/b]");
  EXPECT_EQ(Run("INSERT OVERWRITE t PARTITION (p = 2, q = 'a/b') SELECT v FROM t"),
            "UNSUPPORTED_OVERWRITE.TABLE");
  EXPECT_EQ(Run("INSERT INTO t PARTITION (p = 1) VALUES (1, 'a')"), "_LEGACY_ERROR_TEMP_1169");
  EXPECT_EQ(Run("INSERT INTO t PARTITION (p, q = 'a') VALUES (1, 2)"), "_LEGACY_ERROR_TEMP_1147");
  EXPECT_EQ(Run("INSERT INTO t PARTITION (v = 1) VALUES (1)"), "PARTITIONS_NOT_FOUND");
  EXPECT_EQ(Run("INSERT INTO t PARTITION (p = 1, q = 'a') VALUES (1, 2)"),
            "INSERT_PARTITION_COLUMN_ARITY_MISMATCH");
}

TEST_F(TableCommandsTest, ColumnsMayBeNamedWithTheirTablesPlace) {
  ASSERT_EQ(Run("CREATE DATABASE db"), "");
  ASSERT_EQ(Run("USE db"), "");
  EXPECT_EQ(Run("SELECT current_database(), current_schema"), "[db,db]");
  ASSERT_EQ(Run("CREATE TABLE t AS SELECT 1 AS a"), "");
  EXPECT_EQ(Run("SELECT spark_catalog.db.t.a, db.t.a, t.a, spark_catalog.db.t.* FROM t"),
            "[1,1,1,1]");
  EXPECT_EQ(Run("SELECT db.x.a FROM t AS x"), "UNRESOLVED_COLUMN.WITH_SUGGESTION");
  EXPECT_EQ(Run("SELECT other.t.a FROM t"), "UNRESOLVED_COLUMN.WITH_SUGGESTION");
}

TEST_F(TableCommandsTest, ColumnsHaveNamesOfTheirOwn) {
  EXPECT_EQ(Run("CREATE TABLE t (a INT, A STRING)"), "COLUMN_ALREADY_EXISTS");
  EXPECT_EQ(Run("CREATE TABLE t (a STRUCT<c: INT, C: INT>)"), "COLUMN_ALREADY_EXISTS");
  EXPECT_EQ(Run("CREATE TABLE t AS SELECT 1 AS a, 2 AS a"), "COLUMN_ALREADY_EXISTS");
  EXPECT_EQ(Run("CREATE TABLE t (a INT, b INT) PARTITIONED BY (a, a)"), "COLUMN_ALREADY_EXISTS");
  EXPECT_EQ(Run("CREATE TABLE t (a INT) USING nosuch"), "DATA_SOURCE_NOT_FOUND");
}

}  // namespace
}  // namespace firesteel
