#include "analyzer/analyzer.h"

#include <gtest/gtest.h>

#include "analyzer/test_analysis.h"
#include "expr/unresolved.h"

namespace firesteel {
namespace {

using test::As;
using test::Call;
using test::Int;
using test::Name;
using test::Scan;
using test::Select;
using test::Star;
using test::Text;

class AnalyzerTest : public ::testing::Test {
 protected:
  struct Case {
    PlanPtr plan;
    std::string_view schema;
  };
  void ExpectSchemas(const std::vector<Case>& cases) {
    for (const Case& c : cases) {
      EXPECT_EQ(session_.SchemaOf(c.plan), c.schema) << c.plan->TreeString();
    }
  }
  PlanPtr Source(bool streaming) const {
    return std::make_shared<UnresolvedDataSource>("fake", std::nullopt, Options(), streaming);
  }

  test::Session session_;
  const PlanPtr all_ = test::Everything();
  const PlanPtr two_ = Scan("a INT, b INT");
};

TEST_F(AnalyzerTest, NamesColumnsAsSparkDoes) {
  const auto cast = [](ExpressionPtr e, TypeId type, bool try_cast = false) -> ExpressionPtr {
    return std::make_shared<Cast>(std::move(e), type,
                                            CastOptions{true, try_cast, "UTC"}, false);
  };
  ExpectSchemas({
      {Select(all_, Name("A")), "A:int"},
      {Select(all_, Call("+", Name("a"), Int(1))), "(a + 1):int"},
      {Select(all_, Call("+", Name("A"), Name("b"))), "(A + b):int"},
      {Select(all_, Name("s.x")), "x:int"},
      {Select(all_, Name("S.X")), "X:int"},
      {Select(all_, Name("m.k")), "k:int"},
      {Select(all_, Name("arr.x")), "x:array<int>"},
      {Select(all_, Call("[]", Name("s"), Text("x"))), "s.x:int"},
      {Select(all_, Call("[]", Name("m"), Text("k"))), "m[k]:int"},
      {Select(all_, Call("[]", Name("ai"), Int(0))), "ai[0]:int"},
      {Select(all_, Call("[]", Call("[]", Name("arr"), Int(0)), Text("x"))), "arr[0].x:int"},
      {Select(all_, Call("+", Name("s.x"), Int(1))), "(s.x + 1):int"},
      {Select(all_, cast(Name("a"), TypeId::kLong)), "a:bigint"},
      {Select(all_, cast(Name("c"), TypeId::kInteger, true)), "c:int"},
      {Select(all_, cast(Call("+", Name("a"), Int(1)), TypeId::kLong)),
       "CAST((a + 1) AS BIGINT):bigint"},
      {Select(all_, cast(Name("s.x"), TypeId::kString)), "CAST(s.x AS STRING):string"},
      {Select(all_, As(As(Name("a"), "q"), "r")), "r:int"},
      {Select(all_, Call("+", As(Name("a"), "q"), Int(1))), "(a AS q + 1):int"},
      {Select(all_, Call("-", Name("a"))), "(- a):int"},
      {Select(all_, Call("negative", Name("a"))), "negative(a):int"},
      {Select(all_, Call("count", Star())), "count(1):bigint"},
  });
}

TEST_F(AnalyzerTest, ExpandsStars) {
  ExpectSchemas({
      {Select(two_, Star()), "a:int,b:int"},
      {Select(two_, Star(), Int(1)), "a:int,b:int,1:int"},
      {Select(test::Named(two_, "t"), Star({"T"}), Name("t.b")), "a:int,b:int,b:int"},
      {Select(all_, Star({"s"})), "x:int,Y:int"},
      {Select(two_, Call("count", Star(), Name("a"))), "count(a, b, a):bigint"},
      {Select(two_, Star({"u"})), "CANNOT_RESOLVE_STAR_EXPAND"},
      {Select(two_, Star({"a"})), "_LEGACY_ERROR_TEMP_1050"},
      {Select(two_, Call("+", Star(), Int(1))), "INVALID_USAGE_OF_STAR_OR_REGEX"},
      {test::Where(two_, Star()), "INVALID_USAGE_OF_STAR_OR_REGEX"},
      {Select(test::Named(two_, "t"), Call("count", Star({"t"}))),
       "INVALID_USAGE_OF_STAR_WITH_TABLE_IDENTIFIER_IN_COUNT"},
  });
}

TEST_F(AnalyzerTest, ChangesColumns) {
  const auto with = [](PlanPtr plan, std::vector<std::string> names,
                       std::vector<ExpressionPtr> values) -> PlanPtr {
    return std::make_shared<WithColumns>(std::move(names), std::move(values), std::move(plan));
  };
  const auto renamed = [](PlanPtr plan, WithColumnsRenamed::NamePairs names) -> PlanPtr {
    return std::make_shared<WithColumnsRenamed>(std::move(names), std::move(plan));
  };
  ExpectSchemas({
      {std::make_shared<DropColumns>(std::vector<std::string>{"A", "nope"}, two_), "b:int"},
      {renamed(two_, {{"A", "q"}, {"nope", "z"}}), "q:int,b:int"},
      {renamed(two_, {{"a", "b"}, {"b", "c"}}), "c:int,c:int"},
      {renamed(Select(two_, Name("a"), Name("b"), Name("a")), {{"b", "q"}}), "a:int,q:int,a:int"},
      {renamed(Select(two_, Name("a"), Name("b"), Name("a")), {{"a", "q"}}), "q:int,b:int,q:int"},
      {Select(renamed(test::Named(two_, "t"), {{"b", "q"}}), Name("t.a")), "a:int"},
      {with(two_, {"A"}, {Text("z")}), "A:string,b:int"},
      {with(with(two_, {"c"}, {Name("a")}), {"d"}, {Name("c")}), "a:int,b:int,c:int,d:int"},
      {with(Select(two_, Name("a"), Name("b"), Name("a")), {"a"}, {Int(2)}), "a:int,b:int,a:int"},
      {with(two_, {"q", "Q"}, {Int(1), Int(2)}), "COLUMN_ALREADY_EXISTS"},
      {with(two_, {"w"}, {Call("count", Star())}), "MISSING_GROUP_BY"},
  });
}

TEST_F(AnalyzerTest, AggregatesOverEverythingWithoutGroups) {
  EXPECT_EQ(session_.Tree(Select(two_, Call("count", Star()))),
            "Aggregate [], [count(1) AS count(1)#0]\n"
            "+- TableScan t [a#1, b#2]\n");
}

TEST_F(AnalyzerTest, MatchesTheListWithTheGroups) {
  const ExpressionPtr sum = Call("+", Name("a"), Int(1));
  ExpectSchemas({
      {test::GroupBy(two_, {Name("a")}, {Name("A"), Call("count", Star())}),
       "A:int,count(1):bigint"},
      {test::GroupBy(two_, {sum}, {Call("+", sum, Call("count", Int(1)))}),
       "((a + 1) + count(1)):bigint"},
      {test::GroupBy(two_, {sum}, {Call("+", Int(1), Name("a"))}), "(1 + a):int"},
      {test::GroupBy(two_, {As(sum, "k")}, {As(sum, "k"), Call("sum", As(Name("b"), "z"))}),
       "k:int,sum(b AS z):bigint"},
      {test::GroupBy(all_, {Name("s.x")}, {Name("s.x")}), "x:int"},
      {test::GroupBy(two_, {Name("a"), Name("b")}, {Call("+", Name("a"), Name("b")), Int(3)}),
       "(a + b):int,3:int"},
      {test::GroupBy(two_, {sum}, {Name("a")}), "MISSING_AGGREGATION"},
  });
}

TEST_F(AnalyzerTest, MovesGeneratorsIntoNodesOfTheirOwn) {
  EXPECT_EQ(session_.Tree(Select(Scan("b STRING, ai ARRAY<INT>"), Name("b"),
                                 As(Call("explode", Name("ai")), "w"))),
            "Project [b#0, w#1]\n"
            "+- Generate explode(ai#2), false, [w#1]\n"
            "   +- TableScan t [b#0, ai#2]\n");
  const auto names = [](ExpressionPtr child, std::vector<std::string> given) -> ExpressionPtr {
    return std::make_shared<UnresolvedMultiAlias>(std::move(child), std::move(given));
  };
  ExpectSchemas({
      {Select(all_, Call("explode", Name("ai"))), "col:int"},
      {Select(all_, Call("explode", Name("m"))), "key:string,value:int"},
      {Select(all_, names(Call("posexplode", Name("ai")), {"p", "q"})), "p:int,q:int"},
      {Select(all_, Call("explode", Name("ai")), Call("explode", Name("ai"))), "col:int,col:int"},
      {Select(all_, As(Call("explode", Name("m")), "p")), "UDTF_ALIAS_NUMBER_MISMATCH"},
      {Select(all_, names(Call("explode", Name("ai")), {"p", "q"})), "UDTF_ALIAS_NUMBER_MISMATCH"},
      {Select(all_, names(Name("a"), {"p", "q"})), "MULTI_ALIAS_WITHOUT_GENERATOR"},
      {std::make_shared<WithColumns>(std::vector<std::string>{"w"},
                                     std::vector<ExpressionPtr>{Call("explode", Name("ai"))},
                                     Select(all_, Name("ai"))),
       "ai:array<int>,w:int"},
  });
}

TEST_F(AnalyzerTest, GeneratesFromAggregates) {
  EXPECT_EQ(session_.Tree(Select(two_, Call("explode", Call("array", Call("sum", Name("a")))))),
            "Project [col#0]\n"
            "+- Generate explode(_gen_input_0#1), false, [col#0]\n"
            "   +- Aggregate [], [array(sum(a#2)) AS _gen_input_0#1]\n"
            "      +- TableScan t [a#2, b#3]\n");
}

TEST_F(AnalyzerTest, AlignsUnions) {
  const PlanPtr wide = Scan("x BIGINT");
  EXPECT_EQ(session_.Tree(test::UnionOf({Select(two_, Name("a")), wide})),
            "Union false, false\n"
            ":- Project [cast(a#0 as bigint) AS a#1]\n"
            ":  +- Project [a#0]\n"
            ":     +- TableScan t [a#0, b#2]\n"
            "+- TableScan t [x#3]\n");
  const PlanPtr swapped = Select(two_, Name("b"), Name("a"));
  ExpectSchemas({
      {test::UnionOf({two_, two_}), "a:int,b:int"},
      {test::UnionOf({two_, swapped}, true), "a:int,b:int"},
      {test::UnionOf({Select(two_, Name("a")), swapped}, true, true), "a:int,b:int"},
      {test::UnionOf({Select(two_, Name("a")), Select(all_, Name("c"))}), "a:bigint"},
      {test::UnionOf({two_, wide}), "NUM_COLUMNS_MISMATCH"},
      {test::UnionOf({wide, Select(all_, Name("ai"))}), "INCOMPATIBLE_COLUMN_TYPE"},
      {test::UnionOf({two_, Select(all_, Name("a"), Name("c"))}, true),
       "UNRESOLVED_COLUMN_AMONG_FIELD_NAMES"},
      {test::UnionOf({Select(two_, Name("a"), Name("a")), two_}, true), "COLUMN_ALREADY_EXISTS"},
  });
}

TEST_F(AnalyzerTest, GivesUnionsIdsOfTheirOwn) {
  const auto plan = session_.Run(test::UnionOf({two_, two_}));
  ASSERT_TRUE(plan.ok()) << plan.status().message();
  EXPECT_NE((*plan)->output()[0]->id(), two_->output()[0]->id());
}

TEST_F(AnalyzerTest, FindsColumnsThatTheListLeavesOut) {
  EXPECT_EQ(session_.Tree(test::Where(Select(two_, Name("a")), Call(">", Name("b"), Int(1)))),
            "Project [a#0]\n"
            "+- Filter (b#1 > 1)\n"
            "   +- Project [a#0, b#1]\n"
            "      +- TableScan t [a#0, b#1]\n");
  ExpectSchemas({
      {test::OrderBy(Select(two_, Name("a")), Name("b")), "a:int"},
      {test::OrderBy(test::Take(Select(two_, Name("a")), 3), Name("b")), "a:int"},
      {test::Where(test::Named(Select(two_, Name("a")), "x"), Call(">", Name("b"), Int(1))),
       "UNRESOLVED_COLUMN.WITH_SUGGESTION"},
  });
}

TEST_F(AnalyzerTest, MakesScansOfSources) {
  EXPECT_EQ(session_.Tree(Source(false)), "TableScan fake [value#0]\n");
  EXPECT_EQ(session_.Tree(Source(true)), "StreamingScan fake [value#0]\n");
  const auto source = [](std::string format, bool streaming) -> PlanPtr {
    return std::make_shared<UnresolvedDataSource>(std::move(format), std::nullopt, Options(),
                                                  streaming);
  };
  ExpectSchemas({
      {std::make_shared<UnresolvedDataSource>("FAKE", *Schema::FromDdl("k INT"), Options(), true),
       "k:int"},
      {source("nope", false), "DATA_SOURCE_NOT_FOUND"},
      {source("sink", false), "_LEGACY_ERROR_TEMP_1135"},
      {source("sink", true), "_LEGACY_ERROR_TEMP_2049"},
  });
}

TEST_F(AnalyzerTest, MakesOneTableOfASourceUsedTwice) {
  const PlanPtr source = Source(true);
  const auto plan = session_.Run(test::UnionOf({source, test::Take(source, 1)}));
  ASSERT_TRUE(plan.ok()) << plan.status().message();
  EXPECT_EQ(session_.provider->tables, 1);
}

TEST_F(AnalyzerTest, FindsViews) {
  const auto view = [](std::string name, bool streaming = false) -> PlanPtr {
    return std::make_shared<UnresolvedTable>(std::vector<std::string>{std::move(name)}, streaming);
  };
  ASSERT_TRUE(session_.catalog.CreateTempView("v", two_, false).ok());
  ASSERT_TRUE(session_.catalog.CreateTempView("few", test::Take(two_, 1), false).ok());
  ASSERT_TRUE(session_.catalog.CreateTempView("stream", Source(true), false).ok());
  ASSERT_TRUE(session_.catalog.CreateTempView("loop", Select(view("loop"), Star()), false).ok());
  ExpectSchemas({
      {Select(view("V"), Name("v.a")), "a:int"},
      {view("stream", true), "value:string"},
      {view("stream"), "value:string"},
      {view("v", true), "a:int,b:int"},
      {view("few", true), "_LEGACY_ERROR_TEMP_1008"},
      {view("nope"), "TABLE_OR_VIEW_NOT_FOUND"},
      {view("loop"), "RECURSIVE_VIEW"},
  });
}

TEST_F(AnalyzerTest, FixesTheSessionsSettings) {
  session_.context.settings = {false, "Europe/Paris"};
  const auto plan = session_.Run(
      Select(all_,
             As(std::make_shared<Cast>(Name("c"), TypeId::kTimestamp, CastOptions(),
                                                 false),
                "x"),
             std::make_shared<UnresolvedTimestamp>("2024-01-01 00:00:00", "TIMESTAMP")));
  ASSERT_TRUE(plan.ok()) << plan.status().message();
  const std::vector<ExpressionPtr> list = (*plan)->expressions();
  const auto* cast = firesteel::As<Cast>(list[0]->child(0));
  ASSERT_NE(cast, nullptr);
  EXPECT_FALSE(cast->options().ansi);
  EXPECT_EQ(cast->options().time_zone, "Europe/Paris");
  const auto* literal = firesteel::As<Literal>(list[1]->child(0));
  ASSERT_NE(literal, nullptr);
  EXPECT_EQ(literal->value(), Value(Timestamp{1704063600000000}));
  EXPECT_EQ((*plan)->schema().field(1).name, "TIMESTAMP '2024-01-01 00:00:00'");
}

TEST_F(AnalyzerTest, GivesTheBranchesOfACaseOneType) {
  const auto choose = [](std::vector<ExpressionPtr> children) -> ExpressionPtr {
    return std::make_shared<Conditional>(std::move(children));
  };
  ExpectSchemas({
      {Select(all_, choose({Name("bo"), Int(1), Text("x")})),
       "CASE WHEN bo THEN 1 ELSE x END:bigint"},
      {Select(all_, choose({Name("bo"), Name("a")})), "CASE WHEN bo THEN a END:int"},
      {Select(all_, choose({Name("bo"), Int(1), Name("ai")})), "DATATYPE_MISMATCH.DATA_DIFF_TYPES"},
      {Select(all_, choose({Name("a"), Int(1)})), "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"},
  });
}

TEST_F(AnalyzerTest, LeavesWhatIsAnalyzedAlone) {
  const auto once = session_.Run(Select(two_, Call("+", Name("a"), Int(1))));
  ASSERT_TRUE(once.ok()) << once.status().message();
  EXPECT_EQ(*session_.Run(*once), *once);
  const auto above = session_.Run(test::Take(*once, 1));
  ASSERT_TRUE(above.ok());
  EXPECT_EQ((*above)->child(), *once);
}

TEST_F(AnalyzerTest, ChecksPlansThatHaveNoOpenNames) {
  const ExpressionPtr bad =
      std::make_shared<Cast>(Int(1), DataType::Array(TypeId::kInteger), CastOptions(),
                                       false);
  EXPECT_EQ(session_.SchemaOf(Select(two_, As(bad, "x"))),
            "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION");
}

TEST_F(AnalyzerTest, AnalyzesDeepPlansInOnePass) {
  PlanPtr plan = two_;
  for (int i = 0; i < 500; ++i) {
    plan = std::make_shared<WithColumns>(std::vector<std::string>{"a"},
                                         std::vector<ExpressionPtr>{Call("+", Name("a"), Int(1))},
                                         std::move(plan));
  }
  EXPECT_EQ(session_.SchemaOf(plan), "a:int,b:int");
}

}  // namespace
}  // namespace firesteel
