#include <gtest/gtest.h>

#include "firesteel/dataframe.h"
#include "firesteel/session.h"
#include "testing/test_session.h"

namespace firesteel {
namespace {

/// Variables, functions in SQL and EXECUTE IMMEDIATE; more of them in tests/slt.
class VariableCommandsTest : public ::testing::Test {
 protected:
  VariableCommandsTest() : session_(*testing::MakeTestSession({})) {}

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

TEST_F(VariableCommandsTest, VariablesComeAfterColumns) {
  ASSERT_EQ(Run("DECLARE v INT DEFAULT 5"), "");
  EXPECT_EQ(Run("SELECT v, V + 1, session.v, system.session.v"), "[5,6,5,5]");
  EXPECT_EQ(Run("SELECT v, session.v FROM VALUES (1) AS t(v)"), "[1,5]");
  EXPECT_EQ(SchemaOf("SELECT v, v + 1 AS w"), "struct<v:int,w:int>");
  EXPECT_EQ(Run("SELECT x, (SELECT max(y) + v FROM VALUES (3) AS s(y)) FROM VALUES (1) AS t(x)"),
            "[1,8]");
  EXPECT_EQ(Run("SELECT v FROM range(3) GROUP BY v"), "[5]");
  EXPECT_EQ(Run("SELECT id FROM range(9) ORDER BY v, id DESC LIMIT 1"), "[8]");
}

TEST_F(VariableCommandsTest, AssignmentsCastAndAreAtomic) {
  ASSERT_EQ(Run("DECLARE a, b INT = 1"), "");
  EXPECT_EQ(Run("SET VAR a = '12', b = a + 1"), "");
  EXPECT_EQ(Run("SELECT a, b"), "[12,13]");
  EXPECT_EQ(Run("SET VAR a = 7, b = 'x'"), "CAST_INVALID_INPUT");
  EXPECT_EQ(Run("SELECT a, b"), "[12,13]");
  EXPECT_EQ(Run("SET VAR (a, b) = (SELECT max(id), min(id) FROM range(4))"), "");
  EXPECT_EQ(Run("SELECT a, b"), "[3,0]");
  EXPECT_EQ(Run("SET VAR (a, b) = (SELECT id, id FROM range(2))"), "ROW_SUBQUERY_TOO_MANY_ROWS");
  EXPECT_EQ(Run("SET VAR a = DEFAULT"), "");
  EXPECT_EQ(Run("SELECT a"), "[1]");
  EXPECT_EQ(Run("SET VAR nosuch = 1"), "UNRESOLVED_VARIABLE");
  EXPECT_EQ(Run("SET a = 1"), "UNSUPPORTED_FEATURE.SET_VARIABLE_USING_SET");
}

TEST_F(VariableCommandsTest, ViewsMeanTheValuesOfTheDay) {
  ASSERT_EQ(Run("DECLARE v INT = 1"), "");
  ASSERT_EQ(Run("CREATE TEMP FUNCTION twice(x INT) RETURN x * 2"), "");
  ASSERT_EQ(Run("CREATE TEMP VIEW w AS SELECT v AS a, twice(v) AS b"), "");
  ASSERT_EQ(Run("SET VAR v = 4"), "");
  EXPECT_EQ(Run("SELECT * FROM w"), "[4,8]");
  EXPECT_EQ(Run("CREATE VIEW p AS SELECT v AS a"), "INVALID_TEMP_OBJ_REFERENCE");
  EXPECT_EQ(Run("CREATE VIEW p AS SELECT twice(1) AS a"), "INVALID_TEMP_OBJ_REFERENCE");
  EXPECT_EQ(Run("DROP VIEW w"), "");
}

TEST_F(VariableCommandsTest, OtherSessionsSeeNoVariables) {
  ASSERT_EQ(Run("DECLARE v INT = 1"), "");
  const Session other = *testing::MakeTestSession({});
  EXPECT_EQ(ErrorCondition(other.Sql("SELECT v").Collect().status()),
            "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION");
}

TEST_F(VariableCommandsTest, ExecuteImmediateRunsWhatItIsGiven) {
  ASSERT_EQ(Run("DECLARE text STRING = 'SELECT :a + :b'"), "");
  ASSERT_EQ(Run("DECLARE r INT"), "");
  EXPECT_EQ(Run("EXECUTE IMMEDIATE text USING 1 AS a, 2 AS b"), "[3]");
  EXPECT_EQ(Run("EXECUTE IMMEDIATE text INTO r USING 4 AS a, 2 AS b"), "");
  EXPECT_EQ(Run("SELECT r"), "[6]");
  EXPECT_EQ(Run("EXECUTE IMMEDIATE 'EXECUTE IMMEDIATE ''SELECT 1'''"), "[1]");
  EXPECT_EQ(Run("EXECUTE IMMEDIATE 'SELECT ?'"), "UNBOUND_SQL_PARAMETER");
  ASSERT_EQ(Run("SET VAR text = 'EXECUTE IMMEDIATE text'"), "");
  EXPECT_EQ(Run("EXECUTE IMMEDIATE text"), "NESTED_EXECUTE_IMMEDIATE");
}

TEST_F(VariableCommandsTest, ArgumentsAreEvaluatedOnce) {
  ASSERT_EQ(Run("CREATE TEMP FUNCTION same(x DOUBLE) RETURN x = x AND x - x = 0"), "");
  EXPECT_EQ(Run("SELECT count(*) FROM range(100) WHERE same(rand())"), "[100]");
  ASSERT_EQ(Run("CREATE TEMP FUNCTION f0(x BIGINT) RETURN x + x"), "");
  // Each doubles its argument: put in place, the argument would stand 2^40 times.
  std::string nested = "id";
  for (int i = 0; i < 40; ++i) nested = "f0(" + nested + " - 1)";
  EXPECT_EQ(Run("SELECT " + nested + " IS NOT NULL FROM range(1)"), "[true]");
}

TEST_F(VariableCommandsTest, FunctionsThatCallEachOtherEnd) {
  ASSERT_EQ(Run("CREATE TEMP FUNCTION f0(x INT) RETURN x + 1"), "");
  for (int i = 1; i < 20; ++i) {
    const std::string before = "f" + std::to_string(i - 1) + "(x)";
    const std::string created = Run("CREATE TEMP FUNCTION f" + std::to_string(i) +
                                    "(x INT) RETURN " + before + " + " + before);
    if (created.empty()) continue;
    EXPECT_EQ(created, "FAILED_TO_PARSE_TOO_COMPLEX");
    return;
  }
  FAIL() << "Half a million calls were taken for a query.";
}

TEST_F(VariableCommandsTest, BodiesWithQueriesReadTheArguments) {
  ASSERT_EQ(Run("CREATE TEMP FUNCTION below(n INT) RETURNS INT "
                "RETURN (SELECT max(id) FROM range(9) WHERE id < n)"),
            "");
  EXPECT_EQ(Run("SELECT id, below(id + 1) FROM range(2)"), "[0,0][1,1]");
  EXPECT_EQ(Run("SELECT id FROM range(5) WHERE below(id) = 2"), "[3]");
  EXPECT_EQ(Run("SELECT below(max(id)) FROM range(5)"),
            "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE");
}

}  // namespace
}  // namespace firesteel
