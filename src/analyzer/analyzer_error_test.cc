#include <gtest/gtest.h>

#include "analyzer/test_analysis.h"
#include "expr/unresolved.h"
#include "plan/queries.h"

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

struct Case {
  PlanPtr plan;
  std::string_view condition;
  std::map<std::string, std::string> parameters;  ///< those that are compared
};

void ExpectErrors(const std::vector<Case>& cases) {
  const test::Session session;
  for (const Case& c : cases) {
    const auto plan = session.Run(c.plan);
    ASSERT_FALSE(plan.ok()) << (*plan)->TreeString();
    const ErrorInfo* info = GetErrorInfo(plan.status());
    ASSERT_NE(info, nullptr) << plan.status().ToString();
    EXPECT_EQ(info->condition, c.condition) << c.plan->TreeString();
    for (const auto& [name, value] : c.parameters) {
      const auto found = info->parameters.find(name);
      ASSERT_NE(found, info->parameters.end()) << c.condition << " has no " << name;
      EXPECT_EQ(found->second, value) << c.condition << ", " << name;
    }
  }
}

TEST(AnalyzerErrorTest, NamesThatMeanNothing) {
  const PlanPtr all = test::Everything();
  const PlanPtr named = test::Named(all, "t");
  ExpectErrors({
      {Select(all, Name("nope")), "UNRESOLVED_COLUMN.WITH_SUGGESTION",
       {{"objectName", "`nope`"}, {"proposal", "`a`, `ai`, `b`, `bo`, `c`"}}},
      {Select(all, Call("+", Name("case"), Int(1))), "UNRESOLVED_COLUMN.WITH_SUGGESTION",
       {{"proposal", "`a`, `ai`, `s`, `arr`, `b`"}}},
      {Select(named, Name("t.nope")), "UNRESOLVED_COLUMN.WITH_SUGGESTION",
       {{"objectName", "`t`.`nope`"},
        {"proposal", "`t`.`a`, `t`.`ai`, `t`.`b`, `t`.`bo`, `t`.`c`"}}},
      {Select(named, Name("u.a")), "UNRESOLVED_COLUMN.WITH_SUGGESTION", {}},
      {Select(std::make_shared<OneRow>(), Name("a")), "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", {}},
      {test::Where(all, Name("nope")), "UNRESOLVED_COLUMN.WITH_SUGGESTION", {}},
      {Select(all, Name("s.nope")), "FIELD_NOT_FOUND",
       {{"fieldName", "`nope`"}, {"fields", "`x`, `Y`"}}},
      {Select(all, Name("arr.nope")), "FIELD_NOT_FOUND", {{"fields", "`x`"}}},
      {Select(all, Name("a.x")), "INVALID_EXTRACT_BASE_FIELD_TYPE",
       {{"base", "\"a\""}, {"other", "\"INT\""}}},
      {Select(all, Call("[]", Name("s"), Name("c"))), "INVALID_EXTRACT_FIELD_TYPE", {}},
      {Select(all, Call("nosuch", Name("a"))), "UNRESOLVED_ROUTINE",
       {{"routineName", "`nosuch`"}}},
      {Select(Scan("k INT, s STRUCT<x: INT, X: INT>"), Name("s.x")),
       "AMBIGUOUS_REFERENCE_TO_FIELDS", {{"field", "`x`"}, {"count", "2"}}},
      {Select(Scan("k INT, K INT"), Name("k")), "AMBIGUOUS_REFERENCE",
       {{"name", "`k`"}, {"referenceNames", "[`k`, `K`]"}}},
  });
}

TEST(AnalyzerErrorTest, AggregatesAndGroups) {
  const PlanPtr two = Scan("a INT, b INT");
  const ExpressionPtr count = Call("count", Star());
  ExpectErrors({
      {test::GroupBy(two, {Name("a")}, {Name("a"), Name("b")}), "MISSING_AGGREGATION",
       {{"expression", "\"b\""}, {"expressionAnyValue", "\"any_value(b)\""}}},
      {test::GroupBy(two, {Name("a")}, {Call("+", Name("b"), count)}), "MISSING_AGGREGATION",
       {{"expression", "\"b\""}}},
      {Select(two, Name("b"), count), "MISSING_GROUP_BY", {}},
      {test::GroupBy(two, {Name("a")}, {Call("sum", Call("sum", Name("b")))}),
       "NESTED_AGGREGATE_FUNCTION", {}},
      {test::GroupBy(two, {Call("sum", Name("a"))}, {count}), "GROUP_BY_AGGREGATE",
       {{"sqlExpr", "sum(a)"}}},
      {test::Where(two, Call(">", count, Int(1))), "INVALID_WHERE_CONDITION",
       {{"condition", "\"(count(1) > 1)\""}, {"expressionList", "count(1)"}}},
      {test::OrderBy(two, Call("sum", Name("a"))), "UNSUPPORTED_EXPR_FOR_OPERATOR", {}},
  });
}

TEST(AnalyzerErrorTest, FiltersSortsAndLimits) {
  const PlanPtr all = test::Everything();
  ExpectErrors({
      {test::Where(all, Name("a")), "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN",
       {{"sqlExpr", "\"a\""}, {"filter", "\"a\""}, {"type", "\"INT\""}}},
      {test::Where(all, Name("c")), "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN", {}},
      {test::OrderBy(all, Name("m")), "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
       {{"functionName", "`sortorder`"}, {"dataType", "\"MAP<STRING, INT>\""}}},
      {test::Take(all, -1), "INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE", {{"v", "-1"}}},
      {std::make_shared<SkipRows>(-2, all), "INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE",
       {{"name", "offset"}, {"v", "-2"}}},
  });
}

TEST(AnalyzerErrorTest, Generators) {
  const PlanPtr all = test::Everything();
  const ExpressionPtr explode = Call("explode", Name("ai"));
  ExpectErrors({
      {Select(all, Call("+", explode, Int(1))), "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS",
       {{"expression", "\"(explode(ai) + 1)\""}}},
      {Select(all, As(Call("explode", Call("explode", Call("array", Name("ai")))), "x")),
       "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", {}},
      {test::OrderBy(all, explode), "UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", {}},
      {Select(all, explode, Call("count", Star())), "MISSING_GROUP_BY", {}},
      {Select(all, Call("explode", Name("a"))), "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", {}},
  });
}

TEST(AnalyzerErrorTest, Casts) {
  const PlanPtr all = test::Everything();
  const auto cast = [&all](std::string_view name, DataType type) {
    return Select(all, std::make_shared<Cast>(Name(name), std::move(type), CastOptions(),
                                                        false));
  };
  ExpectErrors({
      {cast("a", DataType::Array(TypeId::kInteger)), "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION",
       {{"srcType", "\"INT\""}, {"targetType", "\"ARRAY<INT>\""}}},
      {cast("a", TypeId::kDate), "DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION",
       {{"functionNames", "`DATE_FROM_UNIX_DATE`"}, {"sqlExpr", "\"CAST(a AS DATE)\""}}},
      {Select(all, std::make_shared<UnresolvedTimestamp>("foo", "TIMESTAMP")),
       "INVALID_TYPED_LITERAL", {{"value", "'foo'"}, {"valueType", "\"TIMESTAMP\""}}},
  });
}

TEST(AnalyzerErrorTest, PointsIntoTheText) {
  const auto text = std::make_shared<const std::string>("1 + nope");
  const ExpressionPtr name =
      std::make_shared<UnresolvedAttribute>(std::vector<std::string>{"nope"}, Origin{text, 4, 7});
  const auto call = std::make_shared<UnresolvedFunction>(
      "nosuch", std::vector<ExpressionPtr>{Int(1)}, false, Origin{text, 0, 2});
  const test::Session session;
  for (const auto& [expression, start] :
       {std::pair<ExpressionPtr, int>{name, 4}, std::pair<ExpressionPtr, int>{call, 0}}) {
    const auto plan = session.Run(Select(Scan("a INT"), expression));
    const ErrorInfo* info = GetErrorInfo(plan.status());
    ASSERT_NE(info, nullptr) << plan.status().ToString();
    EXPECT_EQ(info->context.start_offset, start) << info->condition;
    EXPECT_EQ(info->context.full_text, *text);
  }
}

}  // namespace
}  // namespace firesteel
