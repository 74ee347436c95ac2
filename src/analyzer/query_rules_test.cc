#include <gtest/gtest.h>

#include "analyzer/test_analysis.h"
#include "plan/joins.h"
#include "plan/queries.h"
#include "plan/subqueries.h"

namespace firesteel {
namespace {

using test::Bool;
using test::Call;
using test::GroupBy;
using test::Int;
using test::Name;
using test::Named;
using test::OrderBy;
using test::Scan;
using test::Select;
using test::Star;
using test::Text;
using test::Where;

PlanPtr Table(const std::string& name) {
  return std::make_shared<UnresolvedTable>(std::vector<std::string>{name}, false);
}
PlanPtr HavingOf(PlanPtr child, ExpressionPtr condition) {
  return std::make_shared<Having>(std::move(condition), std::move(child));
}
ExpressionPtr Query(SubqueryExpression::Form form, PlanPtr plan,
                    std::vector<ExpressionPtr> values = {}) {
  return std::make_shared<SubqueryExpression>(form, std::move(plan), std::move(values));
}
ExpressionPtr Sets(UnresolvedGroupingSets::Form form, std::vector<ExpressionPtr> keys,
                   std::vector<int> sizes) {
  return std::make_shared<UnresolvedGroupingSets>(form, std::move(keys), std::move(sizes));
}

class QueryRulesTest : public ::testing::Test {
 protected:
  test::Session session_;
  const PlanPtr left_ = Named(Scan("id INT, v STRING"), "l");
  const PlanPtr right_ = Named(Scan("id BIGINT, u STRING"), "r");
};

TEST_F(QueryRulesTest, WithGivesNamesToQueriesInnermostFirst) {
  const PlanPtr inner = std::make_shared<With>(
      std::vector<With::Definition>{{"a", Select(Scan("y STRING"), Name("y"))}},
      Select(Table("a"), Star()));
  const PlanPtr outer = std::make_shared<With>(
      std::vector<With::Definition>{{"a", Select(Scan("x INT"), Name("x"))},
                                    {"b", Select(Table("A"), Name("x"))}},
      std::make_shared<Join>(Named(Table("b"), "b"), Named(inner, "c"), JoinType::kCross,
                             nullptr));
  EXPECT_EQ(session_.SchemaOf(outer), "x:int,y:string");
  const PlanPtr twice = std::make_shared<With>(
      std::vector<With::Definition>{{"a", Scan("x INT")}, {"A", Scan("x INT")}}, Table("a"));
  EXPECT_EQ(session_.SchemaOf(twice), "DUPLICATED_CTE_NAMES");
  EXPECT_EQ(session_.SchemaOf(Table("a")), "TABLE_OR_VIEW_NOT_FOUND");
}

TEST_F(QueryRulesTest, ColumnAliasesRenameByPosition) {
  const PlanPtr renamed = std::make_shared<ColumnAliases>(std::vector<std::string>{"p", "q"},
                                                          Scan("a INT, b STRING"));
  EXPECT_EQ(session_.SchemaOf(Select(Named(renamed, "t"), Name("t.q"), Name("p"))),
            "q:string,p:int");
  EXPECT_EQ(session_.SchemaOf(std::make_shared<ColumnAliases>(std::vector<std::string>{"p"},
                                                              Scan("a INT, b STRING"))),
            "ASSIGNMENT_ARITY_MISMATCH");
}

TEST_F(QueryRulesTest, InlineTablesFindCommonTypes) {
  const auto table = [](std::vector<std::vector<ExpressionPtr>> rows) {
    return std::make_shared<InlineTable>(std::move(rows));
  };
  EXPECT_EQ(session_.SchemaOf(table({{Int(1), Text("a")},
                                     {Literal::Of(int64_t{2}).ValueOrDie(), Text("b")}})),
            "col1:bigint,col2:string");
  EXPECT_EQ(session_.SchemaOf(table({{Int(1)}, {Int(1), Int(2)}})),
            "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH");
  EXPECT_EQ(session_.SchemaOf(table({{Call("rand", Int(1))}})),
            "INVALID_INLINE_TABLE.CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE");
  EXPECT_EQ(session_.SchemaOf(table({{Bool(true)}, {Call("array", Int(1))}})),
            "INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE");
}

TEST_F(QueryRulesTest, TableFunctionsBecomeNodes) {
  const auto call = [](std::string name, std::vector<ExpressionPtr> arguments) {
    return std::make_shared<UnresolvedTableFunction>(std::move(name), std::move(arguments));
  };
  EXPECT_EQ(session_.SchemaOf(call("range", {Int(3)})), "id:bigint");
  EXPECT_EQ(session_.SchemaOf(call("explode", {Call("array", Int(1))})), "col:int");
  EXPECT_EQ(session_.SchemaOf(call("abs", {Int(1)})), "NOT_A_TABLE_FUNCTION");
  EXPECT_EQ(session_.SchemaOf(call("nosuch", {})), "UNRESOLVABLE_TABLE_VALUED_FUNCTION");
  EXPECT_EQ(session_.SchemaOf(call("range", {})), "WRONG_NUM_ARGS.WITHOUT_SUGGESTION");
}

TEST_F(QueryRulesTest, LimitsAreComputed) {
  const auto limit = [](ExpressionPtr count) {
    return std::make_shared<UnresolvedLimit>(UnresolvedLimit::Clause::kLimit, std::move(count),
                                             Scan("a INT"));
  };
  EXPECT_NE(session_.Tree(limit(Call("+", Int(1), Int(2)))).find("Limit 3"), std::string::npos);
  EXPECT_EQ(session_.SchemaOf(limit(Name("a"))), "INVALID_LIMIT_LIKE_EXPRESSION.IS_UNFOLDABLE");
  EXPECT_EQ(session_.SchemaOf(limit(Text("1"))), "INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE");
  EXPECT_EQ(session_.SchemaOf(limit(Int(-1))), "INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE");
}

TEST_F(QueryRulesTest, HavingSeesAggregatesAndKeysThatTheListLeavesOut) {
  const PlanPtr grouped = GroupBy(Scan("a INT, b INT"), {Name("a")}, {Call("max", Name("b"))});
  EXPECT_EQ(session_.Tree(HavingOf(grouped, Call(">", Call("sum", Name("b")), Name("a")))),
            "Project [max(b)#0]\n"
            "+- Filter (sum(b)#1 > cast(a#2 as bigint))\n"
            "   +- Aggregate [a#2], [max(b#3) AS max(b)#0, sum(b#3) AS sum(b)#1, a#2]\n"
            "      +- TableScan t [a#2, b#3]\n");
  EXPECT_EQ(session_.SchemaOf(HavingOf(grouped, Call(">", Name("b"), Int(1)))),
            "UNRESOLVED_COLUMN.WITH_SUGGESTION");
}

TEST_F(QueryRulesTest, OrderMayNamePositionsAliasesAndAggregates) {
  const PlanPtr grouped =
      GroupBy(Scan("a INT, b INT"), {Int(1)}, {test::As(Name("a"), "k"), Call("count", Star())});
  EXPECT_EQ(session_.SchemaOf(OrderBy(grouped, Int(2))), "k:int,count(1):bigint");
  EXPECT_EQ(session_.SchemaOf(OrderBy(grouped, Call("count", Star()))), "k:int,count(1):bigint");
  EXPECT_EQ(session_.SchemaOf(OrderBy(grouped, Call("sum", Name("b")))), "k:int,count(1):bigint");
  EXPECT_EQ(session_.SchemaOf(OrderBy(grouped, Name("all"))), "k:int,count(1):bigint");
  EXPECT_EQ(session_.SchemaOf(OrderBy(grouped, Int(3))), "ORDER_BY_POS_OUT_OF_RANGE");
  EXPECT_EQ(session_.SchemaOf(OrderBy(grouped, Name("b"))), "UNRESOLVED_COLUMN.WITH_SUGGESTION");
}

TEST_F(QueryRulesTest, GroupsMayNamePositionsAliasesAndAll) {
  const PlanPtr table = Scan("a INT, b INT");
  const auto schema = [&](ExpressionPtr key) {
    return session_.SchemaOf(
        GroupBy(table, {std::move(key)},
                {test::As(Call("+", Name("a"), Int(1)), "k"), Call("sum", Name("b"))}));
  };
  EXPECT_EQ(schema(Name("k")), "k:int,sum(b):bigint");
  EXPECT_EQ(schema(Int(1)), "k:int,sum(b):bigint");
  EXPECT_EQ(schema(Name("ALL")), "k:int,sum(b):bigint");
  EXPECT_EQ(schema(Int(2)), "GROUP_BY_POS_AGGREGATE");
  EXPECT_EQ(schema(Int(0)), "GROUP_BY_POS_OUT_OF_RANGE");
}

TEST_F(QueryRulesTest, RollupExpandsBelowTheAggregation) {
  const PlanPtr plan =
      GroupBy(Scan("a INT, b INT"),
              {Sets(UnresolvedGroupingSets::Form::kRollup, {Name("a"), Name("b")}, {1, 1})},
              {Name("a"), Call("sum", Name("b")), Call("grouping", Name("b")),
               Call("grouping_id")});
  EXPECT_EQ(session_.SchemaOf(plan),
            "a:int,sum(b):bigint,grouping(b):tinyint,grouping_id():bigint");
  const std::string tree = session_.Tree(plan);
  EXPECT_NE(tree.find("spark_grouping_id"), std::string::npos) << tree;
  EXPECT_NE(tree.find("Expand"), std::string::npos) << tree;
  EXPECT_EQ(session_.SchemaOf(GroupBy(Scan("a INT"), {Name("a")}, {Call("grouping", Name("a"))})),
            "UNSUPPORTED_GROUPING_EXPRESSION");
}

TEST_F(QueryRulesTest, JoinsGiveTheirSidesIdsOfTheirOwn) {
  const PlanPtr table = Scan("a INT");
  const PlanPtr self =
      std::make_shared<Join>(Named(table, "x"), Named(table, "y"), JoinType::kInner,
                             Call("=", Name("x.a"), Name("y.a")));
  EXPECT_EQ(session_.Tree(self),
            "Join Inner, (a#0 = a#1)\n"
            ":- SubqueryAlias x\n"
            ":  +- TableScan t [a#0]\n"
            "+- SubqueryAlias y\n"
            "   +- TableScan t [a#1]\n");
  EXPECT_EQ(session_.SchemaOf(Select(self, Name("a"))), "AMBIGUOUS_REFERENCE");
}

TEST_F(QueryRulesTest, UsingMergesColumnsThatTheirTablesStillName) {
  const auto join = [&](JoinType type) { return Join::Using(left_, right_, type, {"ID"}); };
  EXPECT_EQ(session_.SchemaOf(Select(join(JoinType::kInner), Star())), "id:int,v:string,u:string");
  EXPECT_EQ(session_.SchemaOf(Select(join(JoinType::kFullOuter), Star())),
            "id:bigint,v:string,u:string");
  EXPECT_EQ(session_.SchemaOf(Select(join(JoinType::kRightOuter), Name("l.id"), Name("id"))),
            "id:int,id:bigint");
  EXPECT_EQ(session_.SchemaOf(Select(join(JoinType::kInner), Star({"r"}))), "id:bigint,u:string");
  EXPECT_EQ(session_.SchemaOf(Select(
                Where(join(JoinType::kInner), Call(">", Name("r.id"), Int(1))), Star())),
            "id:int,v:string,u:string");
  EXPECT_EQ(session_.SchemaOf(Join::Natural(left_, right_, JoinType::kLeftSemi)),
            "id:int,v:string");
  EXPECT_EQ(session_.SchemaOf(Join::Using(left_, right_, JoinType::kInner, {"v"})),
            "UNRESOLVED_USING_COLUMN_FOR_JOIN");
}

TEST_F(QueryRulesTest, JoinConditionsAreChecked) {
  const auto join = [&](ExpressionPtr condition) {
    return session_.SchemaOf(
        std::make_shared<Join>(left_, right_, JoinType::kInner, std::move(condition)));
  };
  EXPECT_EQ(join(Name("l.id")), "JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE");
  EXPECT_EQ(join(Call(">", Call("sum", Name("l.id")), Int(1))), "UNSUPPORTED_EXPR_FOR_OPERATOR");
  EXPECT_EQ(join(Call("=", Name("id"), Int(1))), "AMBIGUOUS_REFERENCE");
}

TEST_F(QueryRulesTest, SubqueriesReadTheQueryAroundThem) {
  const PlanPtr inner = Select(Where(right_, Call("=", Name("r.id"), Name("l.id"))),
                               Call("max", Name("u")));
  const PlanPtr plan = Select(left_, Name("v"), Query(SubqueryExpression::Form::kScalar, inner));
  EXPECT_EQ(session_.SchemaOf(plan), "v:string,scalarsubquery(id):string");
  EXPECT_EQ(session_.SchemaOf(Where(left_, Query(SubqueryExpression::Form::kExists, inner))),
            "id:int,v:string");
  EXPECT_EQ(session_.SchemaOf(Select(left_, Query(SubqueryExpression::Form::kScalar, right_))),
            "INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN");
  EXPECT_EQ(session_.SchemaOf(Select(left_, Query(SubqueryExpression::Form::kIn, right_,
                                                  {Name("id")}))),
            "DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH");
  EXPECT_EQ(session_.SchemaOf(Select(left_, Query(SubqueryExpression::Form::kIn,
                                                  Select(right_, Name("r.id")), {Name("id")}))),
            "(id IN (listquery())):boolean");
}

TEST_F(QueryRulesTest, ItemsMayUseAliasesBeforeThem) {
  const PlanPtr table = Scan("a INT, b INT");
  EXPECT_EQ(session_.SchemaOf(Select(table, test::As(Call("+", Name("a"), Int(1)), "c"),
                                     test::As(Call("+", Name("c"), Int(1)), "d"),
                                     Call("*", Name("d"), Name("b")))),
            "c:int,d:int,(lateralAliasReference(d) * b):int");
  EXPECT_EQ(session_.SchemaOf(Select(table, test::As(Call("sum", Name("a")), "s"),
                                     Call("+", Name("s"), Call("max", Name("b"))))),
            "s:bigint,(lateralAliasReference(s) + max(b)):bigint");
  EXPECT_EQ(session_.SchemaOf(Select(table, test::As(Int(1), "c"), test::As(Int(2), "c"),
                                     Call("+", Name("c"), Int(1)))),
            "AMBIGUOUS_LATERAL_COLUMN_ALIAS");
}

TEST_F(QueryRulesTest, SetOperationsFindCommonTypes) {
  const auto intersect = [](PlanPtr a, PlanPtr b) {
    return std::make_shared<SetOperation>(SetOperation::Operation::kIntersect, false, std::move(a),
                                          std::move(b));
  };
  EXPECT_EQ(session_.SchemaOf(intersect(Scan("a INT"), Scan("b BIGINT"))), "a:bigint");
  EXPECT_EQ(session_.SchemaOf(intersect(Scan("a INT"), Scan("b INT, c INT"))),
            "NUM_COLUMNS_MISMATCH");
  EXPECT_EQ(session_.SchemaOf(intersect(Scan("a MAP<INT, INT>"), Scan("b MAP<INT, INT>"))),
            "UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE");
}

TEST_F(QueryRulesTest, LateralViewsGenerateBesideTheirChild) {
  const PlanPtr view = std::make_shared<LateralView>(
      Call("explode", Name("xs")), false, "e", std::vector<std::string>{"x"},
      Named(Scan("id INT, xs ARRAY<STRING>"), "t"));
  EXPECT_EQ(session_.SchemaOf(Select(view, Name("t.id"), Name("e.x"))), "id:int,x:string");
  EXPECT_EQ(session_.SchemaOf(std::make_shared<LateralView>(
                Call("explode", Name("xs")), false, "e", std::vector<std::string>{"x", "y"},
                Scan("xs ARRAY<STRING>"))),
            "UDTF_ALIAS_NUMBER_MISMATCH");
}

TEST_F(QueryRulesTest, LateralJoinsOfOneRowNeedNoJoin) {
  const PlanPtr lateral =
      Join::Lateral(left_, Named(Select(std::make_shared<OneRow>(),
                                        test::As(Call("+", Name("l.id"), Int(1)), "n")), "q"),
                    JoinType::kInner, nullptr);
  const std::string tree = session_.Tree(Select(lateral, Name("q.n"), Name("v")));
  EXPECT_EQ(tree.find("Join"), std::string::npos) << tree;
  EXPECT_EQ(session_.SchemaOf(Join::Lateral(left_, right_, JoinType::kRightOuter, nullptr)),
            "INVALID_LATERAL_JOIN_TYPE");
}

TEST_F(QueryRulesTest, LambdaVariablesHideColumns) {
  const ExpressionPtr lambda = std::make_shared<UnresolvedLambda>(
      std::vector<std::string>{"a"}, Call("+", Name("a"), Name("b")));
  const PlanPtr plan = Select(Scan("a STRING, b INT, xs ARRAY<BIGINT>"),
                              test::As(Call("transform", Name("xs"), lambda), "r"));
  EXPECT_EQ(session_.SchemaOf(plan), "r:array<bigint>");
  const ExpressionPtr open = std::make_shared<UnresolvedLambda>(
      std::vector<std::string>{"a"}, Call("+", Name("a"), Name("nosuch")));
  const PlanPtr wrong = Select(Scan("xs ARRAY<BIGINT>"), Call("transform", Name("xs"), open));
  EXPECT_EQ(session_.SchemaOf(wrong), "UNRESOLVED_COLUMN.WITH_SUGGESTION");
}

}  // namespace
}  // namespace firesteel
