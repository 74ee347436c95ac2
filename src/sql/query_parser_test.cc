#include <gtest/gtest.h>

#include <string>

#include "plan/test_plans.h"
#include "sql/parser.h"

namespace firesteel {
namespace {

struct QueryParserCase {
  std::string_view text;
  std::string_view tree;  ///< without the quote that marks what is unresolved
};

/// The tree with a line per node, without the quotes of unresolved nodes and names.
std::string TreeOf(const PlanPtr& plan) {
  std::string tree;
  for (const char c : test::NormalizeIds(plan->TreeString())) {
    if (c != '\'') tree.push_back(c);
  }
  return tree;
}

void ExpectTrees(std::initializer_list<QueryParserCase> cases) {
  for (const QueryParserCase& c : cases) {
    const auto parsed = ParseStatement(c.text);
    ASSERT_TRUE(parsed.ok()) << c.text << ": " << parsed.status().ToString();
    EXPECT_EQ(TreeOf(*parsed), c.tree) << c.text;
  }
}

TEST(QueryParserTest, PutsTheClausesOnTopOfEachOther) {
  ExpectTrees({
      {"select 1", "Project [1]\n+- OneRow\n"},
      {"SELECT a, b + 1 AS c FROM t WHERE a > 1 ORDER BY c DESC LIMIT 10 OFFSET 2;",
       "Limit 10\n"
       "+- Offset 2\n"
       "   +- Sort [c DESC NULLS LAST], true\n"
       "      +- Project [a, +(b, 1) AS c#0]\n"
       "         +- Filter >(a, 1)\n"
       "            +- UnresolvedTable [t], batch\n"},
      {"SELECT DISTINCT a, count(*) n FROM db.t GROUP BY a HAVING count(*) > 1",
       "Distinct\n"
       "+- Having >(count(*), 1)\n"
       "   +- Aggregate [a], [a, count(*) AS n#0]\n"
       "      +- UnresolvedTable [db, t], batch\n"},
      {"SELECT 1 HAVING true", "Having true\n+- Aggregate [], [1]\n   +- OneRow\n"},
      {"SELECT * FROM t ORDER BY a ASC NULLS LAST, b DESC NULLS FIRST",
       "Sort [a ASC NULLS LAST, b DESC NULLS FIRST], true\n"
       "+- Project [*]\n"
       "   +- UnresolvedTable [t], batch\n"},
      {"SELECT * EXCEPT (a, b.c) FROM t LIMIT ALL",
       "Project [* EXCEPT (a, b.c)]\n+- UnresolvedTable [t], batch\n"},
      {"FROM t SELECT a WHERE b",
       "Project [a]\n+- Filter b\n   +- UnresolvedTable [t], batch\n"},
      {"TABLE t", "UnresolvedTable [t], batch\n"},
      {"SELECT /*+ BROADCAST(t), x(1) */ a FROM t",
       "Project [a]\n+- UnresolvedTable [t], batch\n"},
      {"SELECT * FROM STREAM s", "Project [*]\n+- UnresolvedTable [s], streaming\n"},
      {"SELECT * FROM t TABLE", "Project [*]\n+- SubqueryAlias TABLE\n"
                                "   +- UnresolvedTable [t], batch\n"},
  });
}

TEST(QueryParserTest, TakesWordsAsNamesWhereNothingFollows) {
  ExpectTrees({
      {"SELECT 1 WHERE", "Project [1 AS WHERE#0]\n+- OneRow\n"},
      {"SELECT 1 LIMIT", "Project [1 AS LIMIT#0]\n+- OneRow\n"},
      {"SELECT 1 UNION", "Project [1 AS UNION#0]\n+- OneRow\n"},
      {"SELECT FROM", "Project [FROM]\n+- OneRow\n"},
      {"SELECT DISTINCT", "Project [DISTINCT]\n+- OneRow\n"},
      {"SELECT a. FROM t", "Project [a.FROM AS t#0]\n+- OneRow\n"},
      {"SELECT * FROM VALUES", "Project [*]\n+- UnresolvedTable [VALUES], batch\n"},
      {"SELECT left FROM right", "Project [left]\n+- UnresolvedTable [right], batch\n"},
      {"SELECT 1 minus, 2 order", "Project [1 AS minus#0, 2 AS order#1]\n+- OneRow\n"},
  });
}

TEST(QueryParserTest, ParsesTablesAsArguments) {
  ExpectTrees({
      {"SELECT * FROM f(n => 1, TABLE(t) PARTITION BY (a, b + 1) ORDER BY c DESC)",
       "Project [*]\n"
       "+- PythonUDTF f, []\n"
       "   +- Project [a AS key0#0, +(b, 1) AS key1#1, 1 AS argument0#2, struct(*) AS argument1#3]\n"
       "      +- Sort [c DESC NULLS LAST], true\n"
       "         +- UnresolvedTable [t], batch\n"},
      {"SELECT * FROM f(TABLE(SELECT 1) WITH SINGLE PARTITION) AS x",
       "Project [*]\n"
       "+- SubqueryAlias x\n"
       "   +- PythonUDTF f, []\n"
       "      +- Project [struct(*) AS argument0#0]\n"
       "         +- Project [1]\n"
       "            +- OneRow\n"},
      {"SELECT * FROM f(table, table(1))",
       "Project [*]\n+- UnresolvedTableFunction f, [table, table(1)]\n"},
  });
}

TEST(QueryParserTest, ParsesRowsAndTableFunctions) {
  ExpectTrees({
      {"VALUES (1, 'a'), (2, 'b')", "InlineTable [[1, a], [2, b]]\n"},
      {"VALUES 1, (2), struct(3 AS x)", "InlineTable [[1], [2], [3]]\n"},
      {"SELECT * FROM VALUES (1, 2) AS t(a, b)",
       "Project [*]\n"
       "+- SubqueryAlias t\n"
       "   +- ColumnAliases [a, b]\n"
       "      +- InlineTable [[1, 2]]\n"},
      {"SELECT * FROM range(1, 10) r",
       "Project [*]\n+- SubqueryAlias r\n   +- UnresolvedTableFunction range, [1, 10]\n"},
      {"SELECT * FROM (SELECT 1 a) LIMIT 1",
       "Limit 1\n+- Project [*]\n   +- Project [1 AS a#0]\n      +- OneRow\n"},
      {"SELECT * FROM (VALUES (1)) x(y)",
       "Project [*]\n+- SubqueryAlias x\n   +- ColumnAliases [y]\n      +- InlineTable [[1]]\n"},
  });
}

TEST(QueryParserTest, ParsesJoins) {
  ExpectTrees({
      {"SELECT * FROM a JOIN b ON a.x = b.x LEFT JOIN c USING (x, y)",
       "Project [*]\n"
       "+- Join UsingJoin(LeftOuter, [x, y])\n"
       "   :- Join Inner, =(a.x, b.x)\n"
       "   :  :- UnresolvedTable [a], batch\n"
       "   :  +- UnresolvedTable [b], batch\n"
       "   +- UnresolvedTable [c], batch\n"},
      {"SELECT * FROM a x, b AS y NATURAL FULL OUTER JOIN c",
       "Project [*]\n"
       "+- Join Inner\n"
       "   :- SubqueryAlias x\n"
       "   :  +- UnresolvedTable [a], batch\n"
       "   +- Join NaturalJoin(FullOuter)\n"
       "      :- SubqueryAlias y\n"
       "      :  +- UnresolvedTable [b], batch\n"
       "      +- UnresolvedTable [c], batch\n"},
      {"SELECT * FROM (a CROSS JOIN b) LEFT SEMI JOIN c ON true ANTI JOIN d RIGHT JOIN e",
       "Project [*]\n"
       "+- Join RightOuter\n"
       "   :- Join LeftAnti\n"
       "   :  :- Join LeftSemi, true\n"
       "   :  :  :- Join Cross\n"
       "   :  :  :  :- UnresolvedTable [a], batch\n"
       "   :  :  :  +- UnresolvedTable [b], batch\n"
       "   :  :  +- UnresolvedTable [c], batch\n"
       "   :  +- UnresolvedTable [d], batch\n"
       "   +- UnresolvedTable [e], batch\n"},
      {"SELECT * FROM a, LATERAL explode(a.x) AS e(y) LEFT JOIN LATERAL (SELECT y) ON true",
       "Project [*]\n"
       "+- LateralJoin LeftOuter, true\n"
       "   :- LateralJoin Inner\n"
       "   :  :- UnresolvedTable [a], batch\n"
       "   :  +- SubqueryAlias e\n"
       "   :     +- ColumnAliases [y]\n"
       "   :        +- UnresolvedTableFunction explode, [a.x]\n"
       "   +- Project [y]\n"
       "      +- OneRow\n"},
      {"SELECT * FROM t LATERAL VIEW OUTER explode(m) e AS k, v LATERAL VIEW f(x) g WHERE k",
       "Project [*]\n"
       "+- Filter k\n"
       "   +- LateralView f(x), false, g, []\n"
       "      +- LateralView explode(m), true, e, [k, v]\n"
       "         +- UnresolvedTable [t], batch\n"},
  });
}

TEST(QueryParserTest, BindsIntersectTighterThanUnion) {
  ExpectTrees({
      {"VALUES 1 UNION VALUES 2 INTERSECT VALUES 3",
       "Distinct\n"
       "+- Union false, false\n"
       "   :- InlineTable [[1]]\n"
       "   +- Intersect All false\n"
       "      :- InlineTable [[2]]\n"
       "      +- InlineTable [[3]]\n"},
      {"VALUES 1 UNION ALL VALUES 2 UNION ALL VALUES 3 EXCEPT ALL VALUES 4",
       "Except All true\n"
       ":- Union false, false\n"
       ":  :- InlineTable [[1]]\n"
       ":  :- InlineTable [[2]]\n"
       ":  +- InlineTable [[3]]\n"
       "+- InlineTable [[4]]\n"},
      {"VALUES 1 UNION ALL (VALUES 2 MINUS VALUES 3) ORDER BY col1",
       "Sort [col1 ASC NULLS FIRST], true\n"
       "+- Union false, false\n"
       "   :- InlineTable [[1]]\n"
       "   +- Except All false\n"
       "      :- InlineTable [[2]]\n"
       "      +- InlineTable [[3]]\n"},
      {"SELECT a FROM t EXCEPT SELECT b FROM t",
       "Except All false\n"
       ":- Project [a]\n"
       ":  +- UnresolvedTable [t], batch\n"
       "+- Project [b]\n"
       "   +- UnresolvedTable [t], batch\n"},
  });
}

TEST(QueryParserTest, ParsesDefinitionsOfWith) {
  ExpectTrees({
      {"WITH a AS (SELECT 1), b(x) AS (TABLE a) SELECT * FROM b",
       "With [a, b]\n"
       ":- Project [*]\n"
       ":  +- UnresolvedTable [b], batch\n"
       ":- Project [1]\n"
       ":  +- OneRow\n"
       "+- ColumnAliases [x]\n"
       "   +- UnresolvedTable [a], batch\n"},
  });
}

TEST(QueryParserTest, ParsesGroupings) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"a, ROLLUP(b, (c, d))", "[a, rollup(b, (c, d))]"},
      {"CUBE(a, b)", "[cube(a, b)]"},
      {"a, b WITH ROLLUP", "[rollup(a, b)]"},
      {"a WITH CUBE", "[cube(a)]"},
      {"GROUPING SETS ((a, b), a, ())", "[grouping sets((a, b), a, ())]"},
      {"a, b GROUPING SETS ((a, b), (b))", "[grouping sets((a, b), b)]"},
      {"GROUPING SETS (ROLLUP(a, b), (c))", "[grouping sets((a, b), a, (), c)]"},
      {"GROUPING SETS (CUBE(a, b))", "[grouping sets((a, b), a, b, ())]"},
      {"GROUPING SETS (GROUPING SETS (a, b), c)", "[grouping sets(a, b, c)]"},
      {"(a) + 1, (b)", "[+(a, 1), b]"},
      {"ALL", "[ALL]"},
      {"1, 2", "[1, 2]"},
  };
  for (const auto& [text, grouping] : cases) {
    const auto parsed = ParseStatement("SELECT a FROM t GROUP BY " + std::string(text));
    ASSERT_TRUE(parsed.ok()) << text << ": " << parsed.status().ToString();
    EXPECT_TRUE(TreeOf(*parsed).starts_with("Aggregate " + std::string(grouping) + ", [a]\n"))
        << text << " gives\n"
        << TreeOf(*parsed);
  }
}

TEST(QueryParserTest, ParsesSubqueriesInExpressions) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"(SELECT max(a) FROM t) + 1", "+(scalarsubquery(), 1)"},
      {"((SELECT 1) UNION (SELECT 2))", "scalarsubquery()"},
      {"((SELECT 1) + 1)", "+(scalarsubquery(), 1)"},
      {"EXISTS (SELECT 1 FROM t)", "exists()"},
      {"NOT EXISTS (TABLE t)", "not(exists())"},
      {"a IN (SELECT b FROM t)", "(a IN (listquery()))"},
      {"a NOT IN (VALUES 1)", "not((a IN (listquery())))"},
      {"(a, 2) IN (SELECT b, c FROM t)", "(named_struct(col1, a, col2, 2) IN (listquery()))"},
      {"exists(a, x -> x > 1)", "exists(a, x -> >(x, 1))"},
  };
  for (const auto& [text, sql] : cases) {
    const auto parsed = ParseExpression(text);
    ASSERT_TRUE(parsed.ok()) << text << ": " << parsed.status().ToString();
    EXPECT_EQ((*parsed)->Sql(), sql) << text;
  }
}

TEST(QueryParserTest, ParsesCallsWithTheirClauses) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"transform(a, (x, i) -> x + i)", "transform(a, (x, i) -> +(x, i))"},
      {"f(a, n => 1)", "f(a, n => 1)"},
      {"first(a) IGNORE NULLS", "first(a) IGNORE NULLS"},
      {"first(a) RESPECT NULLS", "first(a)"},
      {"percentile_cont(0.5) WITHIN GROUP (ORDER BY a DESC) FILTER (WHERE b)",
       "percentile_cont(0.5) WITHIN GROUP (ORDER BY a DESC NULLS LAST) FILTER (WHERE b)"},
      {"sum(a) OVER ()", "sum(a) OVER ()"},
      {"sum(a) OVER (PARTITION BY b, c ORDER BY d ROWS 2 PRECEDING)",
       "sum(a) OVER (PARTITION BY b, c ORDER BY d ASC NULLS FIRST ROWS BETWEEN 2 PRECEDING AND "
       "CURRENT ROW)"},
      {"rank() OVER (ORDER BY a DESC) + 1", "+(rank() OVER (ORDER BY a DESC NULLS LAST), 1)"},
      {"sum(a) OVER (ORDER BY b RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND UNBOUNDED FOLLOWING)",
       "sum(a) OVER (ORDER BY b ASC NULLS FIRST RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND "
       "UNBOUNDED FOLLOWING)"},
      {"a LIKE ANY ('x', 'y', 'z')", "or(or(like(a, x), like(a, y)), like(a, z))"},
      {"a NOT LIKE ALL ('x', 'y')", "and(not(like(a, x)), not(like(a, y)))"},
      {"a COLLATE utf8_lcase = 'b'", "=(collate(a, utf8_lcase), b)"},
      {"identifier('a.b') + 1", "+(a.b, 1)"},
  };
  for (const auto& [text, sql] : cases) {
    const auto parsed = ParseExpression(text);
    ASSERT_TRUE(parsed.ok()) << text << ": " << parsed.status().ToString();
    EXPECT_EQ((*parsed)->Sql(), sql) << text;
  }
}

TEST(QueryParserTest, FindsNamedWindowsOfTheirOwnSelect) {
  ExpectTrees({
      {"SELECT f(a) OVER w, g() OVER (v) FROM t WINDOW v AS (ORDER BY b), w AS (PARTITION BY c) "
       "ORDER BY h() OVER w",
       "Sort [h() OVER (PARTITION BY c) ASC NULLS FIRST], true\n"
       "+- Project [f(a) OVER (PARTITION BY c), g() OVER (ORDER BY b ASC NULLS FIRST)]\n"
       "   +- UnresolvedTable [t], batch\n"},
      {"SELECT f() OVER w FROM t WINDOW w AS (ORDER BY a) UNION ALL "
       "SELECT f() OVER w FROM t WINDOW w AS (ORDER BY b)",
       "Union false, false\n"
       ":- Project [f() OVER (ORDER BY a ASC NULLS FIRST)]\n"
       ":  +- UnresolvedTable [t], batch\n"
       "+- Project [f() OVER (ORDER BY b ASC NULLS FIRST)]\n"
       "   +- UnresolvedTable [t], batch\n"},
  });
}

TEST(QueryParserTest, PutsQualifyAboveTheListAndHaving) {
  ExpectTrees({
      {"SELECT a, f() OVER (ORDER BY a) AS n FROM t QUALIFY n < 3",
       "Qualify <(n, 3)\n"
       "+- Project [a, f() OVER (ORDER BY a ASC NULLS FIRST) AS n#0]\n"
       "   +- UnresolvedTable [t], batch\n"},
      {"SELECT DISTINCT a FROM t GROUP BY a HAVING b QUALIFY f() OVER w < 3 WINDOW w AS (ORDER BY "
       "a)",
       "Distinct\n"
       "+- Qualify <(f() OVER (ORDER BY a ASC NULLS FIRST), 3)\n"
       "   +- Having b\n"
       "      +- Aggregate [a], [a]\n"
       "         +- UnresolvedTable [t], batch\n"},
  });
}

TEST(QueryParserTest, ParsesPivots) {
  ExpectTrees({
      {"SELECT * FROM t PIVOT (sum(a) AS s, max(a) FOR q IN ('x' AS one, 'y')) p",
       "Project [*]\n"
       "+- SubqueryAlias p\n"
       "   +- Pivot [q], [x AS one#0, y], [sum(a) AS s#1, max(a)]\n"
       "      +- UnresolvedTable [t], batch\n"},
      {"SELECT * FROM t UNPIVOT INCLUDE NULLS ((v, w) FOR n IN ((a, b) AS x, (c, d)))",
       "Project [*]\n+- Unpivot [a, b, c, d], n, [v, w], true\n   +- UnresolvedTable [t], batch\n"},
  });
}

TEST(QueryParserTest, ParsesPipes) {
  ExpectTrees({
      {"FROM t |> WHERE a |> SELECT a, b |> LIMIT 1",
       "Limit 1\n"
       "+- Project [a, b]\n"
       "   +- Filter a\n"
       "      +- UnresolvedTable [t], batch\n"},
      {"TABLE t |> EXTEND a + 1 AS b |> SET c = 1, d = c |> DROP e |> AS u",
       "SubqueryAlias u\n"
       "+- Project [* EXCEPT (e)]\n"
       "   +- WithColumns [d], [c]\n"
       "      +- WithColumns [c], [1]\n"
       "         +- Project [*, +(a, 1) AS b#0]\n"
       "            +- UnresolvedTable [t], batch\n"},
      {"FROM t |> AGGREGATE sum(a) AS s GROUP BY b |> JOIN u USING (b) |> ORDER BY s",
       "Sort [s ASC NULLS FIRST], true\n"
       "+- Join UsingJoin(Inner, [b])\n"
       "   :- Aggregate [b], [b, sum(a) AS s#0]\n"
       "   :  +- UnresolvedTable [t], batch\n"
       "   +- UnresolvedTable [u], batch\n"},
      {"FROM t |> UNION ALL TABLE u",
       "Union false, false\n:- UnresolvedTable [t], batch\n+- UnresolvedTable [u], batch\n"},
  });
}

TEST(QueryParserTest, KeepsMarkersForParameters) {
  ExpectTrees({
      {"SELECT :a + ? FROM t LIMIT :n",
       "Limit :n\n+- Project [+(:a, ?)]\n   +- UnresolvedTable [t], batch\n"},
  });
}

TEST(SplitStatementsTest, SplitsAtTheEndsOfStatementsOnly) {
  const auto pieces = SplitStatements(
      "SELECT ';' AS `a;b`; -- no; \n ;\n/* no; */ SET x = 1;; SELECT 2 -- last\n");
  ASSERT_TRUE(pieces.ok());
  ASSERT_EQ(pieces->size(), 3U);
  EXPECT_EQ((*pieces)[0], "SELECT ';' AS `a;b`");
  EXPECT_EQ((*pieces)[1], "\n/* no; */ SET x = 1");
  EXPECT_EQ((*pieces)[2], " SELECT 2 -- last\n");
  EXPECT_TRUE(SplitStatements(" ; -- \n")->empty());
}

}  // namespace
}  // namespace firesteel
