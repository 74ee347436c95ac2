#include "tools/supported.h"

#include <algorithm>
#include <vector>

#include "connectors/console/console_provider.h"
#include "firesteel/connector/table.h"
#include "formats/file_format.h"
#include "functions/registry.h"
#include "library/engine.h"
#include "sql/parser.h"

namespace firesteel {
namespace {

/// Asks a table of the connector, made for no particular place, what it can do.
unsigned CapabilitiesOf(const DataSourceRegistry& registry, const std::string& name) {
  Options options;
  options.Set("path", "/");
  options.Set("rowsPerBatch", "1");
  const Schema schema({{"value", TypeId::kString}});
  const auto provider = registry.Find(name);
  if (!provider.ok()) return 0;
  const auto table = (*provider)->GetTable(schema, options, ConnectorContext{});
  return table.ok() ? (*table)->capabilities() : 0;
}

std::string Join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "`" : ", `") + name + "`";
  return text;
}

std::string TableLine(std::string_view what, const std::string& which) {
  return "| " + std::string(what) + " | " + which + " |\n";
}

/// A piece of SQL and a statement that has it.
struct Statement {
  std::string_view name;
  std::string_view example;
};

constexpr Statement kClauses[] = {
    {"SELECT", "SELECT a FROM t"},
    {"FROM STREAM", "SELECT a FROM STREAM t"},
    {"WHERE", "SELECT a FROM t WHERE a > 1"},
    {"GROUP BY", "SELECT a, count(*) FROM t GROUP BY a"},
    {"ROLLUP", "SELECT a, b, count(*) FROM t GROUP BY ROLLUP (a, b)"},
    {"CUBE", "SELECT a, b, count(*) FROM t GROUP BY CUBE (a, b)"},
    {"GROUPING SETS", "SELECT a, count(*) FROM t GROUP BY GROUPING SETS ((a), ())"},
    {"HAVING", "SELECT a FROM t GROUP BY a HAVING count(*) > 1"},
    {"ORDER BY", "SELECT a FROM t ORDER BY a"},
    {"LIMIT", "SELECT a FROM t LIMIT 1"},
    {"OFFSET", "SELECT a FROM t OFFSET 1"},
    {"DISTINCT", "SELECT DISTINCT a FROM t"},
    {"VALUES", "VALUES (1, 'a')"},
    {"WITH", "WITH c AS (SELECT 1) SELECT * FROM c"},
    {"subqueries", "SELECT (SELECT max(a) FROM t) FROM (SELECT 1) WHERE EXISTS (SELECT 1)"},
    {"JOIN ON", "SELECT * FROM t JOIN u ON t.a = u.a"},
    {"JOIN USING", "SELECT * FROM t FULL OUTER JOIN u USING (a)"},
    {"SEMI and ANTI JOIN", "SELECT * FROM t LEFT ANTI JOIN u ON t.a = u.a"},
    {"UNION", "SELECT 1 UNION ALL SELECT 2"},
    {"INTERSECT", "SELECT 1 INTERSECT SELECT 2"},
    {"EXCEPT", "SELECT 1 EXCEPT ALL SELECT 2"},
    {"LATERAL VIEW", "SELECT * FROM t LATERAL VIEW explode(a) v AS x"},
    {"PIVOT", "SELECT * FROM t PIVOT (sum(a) FOR b IN (1, 2))"},
    {"OVER", "SELECT sum(a) OVER (PARTITION BY b ORDER BY c) FROM t"},
    {"QUALIFY", "SELECT a FROM t QUALIFY rank() OVER (ORDER BY a) = 1"},
    {"WITH RECURSIVE",
     "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3) TABLE r"},
    {"lambda", "SELECT transform(a, x -> x + 1) FROM t"},
    {"CASE", "SELECT CASE WHEN a THEN 1 ELSE 2 END FROM t"},
    {"CAST", "SELECT CAST(a AS INT), a::INT FROM t"},
    {"TRY_CAST", "SELECT TRY_CAST(a AS INT) FROM t"},
    {"INTERVAL", "SELECT INTERVAL '1' DAY"},
    {"parameters", "SELECT :a, :b"},
};

constexpr Statement kCommands[] = {
    {"CREATE TEMP VIEW AS", "CREATE OR REPLACE TEMP VIEW v AS SELECT 1"},
    {"CREATE GLOBAL TEMP VIEW", "CREATE GLOBAL TEMP VIEW v AS SELECT 1"},
    {"CREATE TEMP VIEW USING", "CREATE TEMP VIEW v USING json OPTIONS (path '/in')"},
    {"DROP VIEW", "DROP VIEW IF EXISTS v"},
    {"SHOW TABLES", "SHOW TABLES LIKE 'a*'"},
    {"SHOW VIEWS", "SHOW VIEWS"},
    {"SHOW COLUMNS", "SHOW COLUMNS IN t"},
    {"SHOW FUNCTIONS", "SHOW FUNCTIONS LIKE 'date*'"},
    {"SHOW DATABASES", "SHOW DATABASES"},
    {"DESCRIBE", "DESCRIBE TABLE t"},
    {"DESCRIBE QUERY", "DESCRIBE QUERY SELECT 1"},
    {"DESCRIBE FUNCTION", "DESCRIBE FUNCTION upper"},
    {"EXPLAIN", "EXPLAIN EXTENDED SELECT 1"},
    {"SET", "SET spark.sql.session.timeZone=UTC"},
    {"SET TIME ZONE", "SET TIME ZONE 'UTC'"},
    {"RESET", "RESET"},
    {"CACHE TABLE", "CACHE LAZY TABLE t"},
    {"UNCACHE TABLE", "UNCACHE TABLE IF EXISTS t"},
    {"CLEAR CACHE", "CLEAR CACHE"},
    {"REFRESH TABLE", "REFRESH TABLE t"},
    {"USE", "USE default"},
    {"CREATE DATABASE", "CREATE DATABASE IF NOT EXISTS d"},
    {"DROP DATABASE", "DROP DATABASE IF EXISTS d CASCADE"},
    {"CREATE TABLE", "CREATE TABLE t (a INT, b STRING) USING parquet PARTITIONED BY (b)"},
    {"CREATE TABLE AS", "CREATE TABLE t USING json AS SELECT 1 AS a"},
    {"CREATE VIEW", "CREATE OR REPLACE VIEW v AS SELECT 1"},
    {"INSERT INTO", "INSERT INTO t VALUES (1, 'a')"},
    {"INSERT OVERWRITE", "INSERT OVERWRITE t SELECT 1"},
    {"TRUNCATE TABLE", "TRUNCATE TABLE t"},
    {"ALTER TABLE RENAME", "ALTER TABLE t RENAME TO u"},
    {"ALTER TABLE ADD COLUMNS", "ALTER TABLE t ADD COLUMNS (c INT)"},
    {"DROP TABLE", "DROP TABLE IF EXISTS t"},
    {"SHOW CREATE TABLE", "SHOW CREATE TABLE t"},
    {"SHOW PARTITIONS", "SHOW PARTITIONS t"},
    {"DECLARE VARIABLE", "DECLARE OR REPLACE VARIABLE v INT DEFAULT 1"},
    {"SET VARIABLE", "SET VARIABLE (a, b) = (SELECT 1, 2)"},
    {"DROP TEMPORARY VARIABLE", "DROP TEMPORARY VARIABLE IF EXISTS v"},
    {"EXECUTE IMMEDIATE", "EXECUTE IMMEDIATE t INTO v USING 1 AS a"},
    {"CREATE TEMPORARY FUNCTION", "CREATE TEMPORARY FUNCTION f(a INT) RETURNS INT RETURN a + 1"},
    {"DROP TEMPORARY FUNCTION", "DROP TEMPORARY FUNCTION IF EXISTS f"},
};

/// The names of those that the parser takes.
template <size_t kCount>
std::vector<std::string> Parsed(const Statement (&statements)[kCount]) {
  std::vector<std::string> names;
  for (const Statement& statement : statements) {
    if (ParseStatement(statement.example).ok()) names.emplace_back(statement.name);
  }
  return names;
}

}  // namespace

std::string SupportedTable() {
  std::vector<std::string> formats;
  for (const FileFormat* format : AllFileFormats()) formats.emplace_back(format->Name());
  std::ranges::sort(formats);
  std::vector<std::string> sources;
  std::vector<std::string> sinks{"foreach", "foreachBatch"};
  std::vector<std::string> tables;
  const auto registry = NewDataSourceRegistry(StandardOutput());
  for (const std::string& name : registry->Names()) {
    const unsigned capabilities = CapabilitiesOf(*registry, name);
    if ((capabilities & (Table::kBatchRead | Table::kBatchWrite)) != 0) tables.push_back(name);
    if ((capabilities & Table::kMicroBatchRead) != 0) sources.push_back(name);
    if ((capabilities & Table::kStreamingWrite) != 0) sinks.push_back(name);
  }
  std::vector<std::string> scalars;
  std::vector<std::string> aggregates;
  std::vector<std::string> generators;
  std::vector<std::string> windows;
  for (const std::string_view name : FunctionNames()) {
    const FunctionLookup found = FindFunction(name);
    if (!found) {
      windows.emplace_back(name);
      continue;
    }
    std::vector<std::string>& family =
        found.aggregate ? aggregates : found.generator ? generators : scalars;
    family.emplace_back(name);
  }
  std::string text = "| what | which |\n|---|---|\n";
  text += TableLine("queries", Join(Parsed(kClauses)));
  text += TableLine("commands", Join(Parsed(kCommands)));
  text += TableLine("file formats", Join(formats));
  text += TableLine("batch tables", Join(tables));
  text += TableLine("streaming sources", Join(sources));
  text += TableLine("streaming sinks", Join(sinks));
  text += TableLine("output modes", Join({"append", "update", "complete"}));
  text += TableLine("triggers", Join({"default", "ProcessingTime", "Once", "AvailableNow"}));
  text += TableLine("aggregate functions (" + std::to_string(aggregates.size()) + ")",
                    Join(aggregates));
  text +=
      TableLine("window functions, beside the aggregates (" + std::to_string(windows.size()) + ")",
                Join(windows));
  text += TableLine("generators", Join(generators));
  text += TableLine("scalar functions (" + std::to_string(scalars.size()) + ")", Join(scalars));
  return text;
}

}  // namespace firesteel
