#include "sql/parser.h"

#include <gtest/gtest.h>

#include <string>

#include "expr/nodes.h"
#include "expr/unresolved.h"

namespace firesteel {
namespace {

struct ParserCase {
  std::string_view text;
  std::string_view sql;  ///< operators are calls: +(a, b)
};

void ExpectAll(std::initializer_list<ParserCase> cases) {
  for (const ParserCase& c : cases) {
    const auto parsed = ParseExpression(c.text);
    ASSERT_TRUE(parsed.ok()) << c.text << ": " << parsed.status().message();
    EXPECT_EQ((*parsed)->Sql(), c.sql) << c.text;
  }
}

TEST(ParserTest, BindsOperatorsByPrecedence) {
  ExpectAll({
      {"a + b * c", "+(a, *(b, c))"},
      {"(a + b) * c", "*(+(a, b), c)"},
      {"a - b - c", "-(-(a, b), c)"},
      {"a + b - a * b / 2 % 3", "-(+(a, b), %(/(*(a, b), 2), 3))"},
      {"a div b * c", "*(div(a, b), c)"},
      {"a | b ^ c & d << 1 + 2", "|(a, ^(b, &(c, <<(d, +(1, 2)))))"},
      {"a >> 1 >>> 2", ">>>(>>(a, 1), 2)"},
      {"a || b || c", "concat(concat(a, b), c)"},
      {"a = b = c", "=(=(a, b), c)"},
      {"a + 1 < b * 2 and c", "and(<(+(a, 1), *(b, 2)), c)"},
      {"a == b", "=(a, b)"},
      {"a <=> b", "<=>(a, b)"},
      {"a <> b", "not(=(a, b))"},
      {"a != b", "not(=(a, b))"},
      {"a !> b", "<=(a, b)"},
      {"a !< b", ">=(a, b)"},
      {"a or b and c", "or(a, and(b, c))"},
      {"not a = 1 and b", "and(not(=(a, 1)), b)"},
      {"not not a", "not(not(a))"},
      {"!a or b", "or(not(a), b)"},
      {"b = (not a)", "=(b, not(a))"},
      {"-a * b", "*(-(a), b)"},
      {"+ + a", "positive(positive(a))"},
      {"~a + 1", "+(~(a), 1)"},
      {"- -5", "-(-5)"},
      {"a -5", "-(a, 5)"},
      {"-(5)", "-(5)"},
  });
}

TEST(ParserTest, JoinsChainsAsBalancedTrees) {
  ExpectAll({
      {"a and b and c", "and(and(a, b), c)"},
      {"a and b and c and d", "and(and(a, b), and(c, d))"},
      {"a or b or c or d or e", "or(or(or(a, b), c), or(d, e))"},
      {"a and b or c and d or e", "or(or(and(a, b), and(c, d)), e)"},
  });
}

TEST(ParserTest, ParsesPredicates) {
  ExpectAll({
      {"a is null", "isnull(a)"},
      {"a is not null", "isnotnull(a)"},
      {"a is unknown", "isnull(a)"},
      {"a is true", "<=>(a, true)"},
      {"a is not false", "not(<=>(a, false))"},
      {"a is distinct from b + 1", "not(<=>(a, +(b, 1)))"},
      {"a is not distinct from b", "<=>(a, b)"},
      {"a + 1 between 2 and 3 and b", "and(between(+(a, 1), 2, 3), b)"},
      {"a not between b and c", "not(between(a, b, c))"},
      {"a in (1, b or c)", "in(a, 1, or(b, c))"},
      {"a not in (1)", "not(in(a, 1))"},
      {"a like 'x%'", "like(a, x%)"},
      {"a not like 'x' escape '/'", "not(like(a, x, /))"},
      {"a ilike 'x'", "ilike(a, x)"},
      {"a rlike 'x' or a regexp 'y'", "or(rlike(a, x), rlike(a, y))"},
      {"a || b like c", "like(concat(a, b), c)"},
      {"a = b is null", "isnull(=(a, b))"},
      {"not a is null", "not(isnull(a))"},
  });
}

TEST(ParserTest, ReservesNoWord) {
  ExpectAll({
      {"case", "case"},
      {"interval", "interval"},
      {"date + 1", "+(date, 1)"},
      {"cast", "cast"},
      {"a is", "a AS is"},
      {"a like", "a AS like"},
      {"a in", "a AS in"},
      {"a and", "a AS and"},
      {"a as as", "a AS as"},
      {"not", "not"},
      {"a + not", "+(a, not)"},
      {"between", "between"},
      {"is null", "is AS null"},
      {"null null", "NULL AS null"},
      {"f(distinct)", "f(distinct)"},
      {"interval - a", "-(interval, a)"},
      {"1st", "`1st`"},
      {"end", "end"},
  });
}

TEST(ParserTest, ParsesNamesAndWhatFollowsThem) {
  ExpectAll({
      {"a.b.c", "a.b.c"},
      {"`a.b`.c", "`a.b`.c"},
      {"(t.s).x", "t.s.x"},
      {"a[0].b['c']", "[]([]([](a, 0), b), c)"},
      {"f(a).b", "[](f(a), b)"},
      {"*", "*"},
      {"t.*", "t.*"},
      {"a.b.*", "a.b.*"},
      {"count(*)", "count(*)"},
      {"count(distinct a, b)", "count(DISTINCT a, b)"},
      {"count(all a)", "count(a)"},
      {"count(a) filter (where a > 1)", "count(a) FILTER (WHERE >(a, 1))"},
      {"system.builtin.abs(a)", "abs(a)"},
      {"db.f(a)", "db.f(a)"},
      {"f()", "f()"},
      {"if(a, b, c)", "if(a, b, c)"},
      {"(a, 1)", "named_struct(a, a, col2, 1)"},
      {"struct(a as x, b y, 1)", "struct(a AS x, b AS y, 1)"},
      {"a AS `x y`", "a AS x y"},
      {"a b", "a AS b"},
      {"explode(m) as (k, v)", "explode(m) AS (k, v)"},
  });
}

TEST(ParserTest, ParsesSpecialForms) {
  ExpectAll({
      {"case when a then 1 end", "CASE WHEN a THEN 1 END"},
      {"case when a then 1 when b then 2 else 3 end",
       "CASE WHEN a THEN 1 WHEN b THEN 2 ELSE 3 END"},
      {"case a when 1 then 2 end = 3", "=(CASE WHEN =(a, 1) THEN 2 END, 3)"},
      {"CAST(a AS decimal(10, 2))", "CAST(a AS DECIMAL(10,2))"},
      {"try_cast(a as int)", "TRY_CAST(a AS INT)"},
      {"cast(a as interval day to second)", "CAST(a AS INTERVAL DAY TO SECOND)"},
      {"-a::bigint", "-(CAST(a AS BIGINT))"},
      {"-1::string", "CAST(-1 AS STRING)"},
      {"extract(year from d)", "extract(year, d)"},
      {"substring(a from 2 for 3)", "substring(a, 2, 3)"},
      {"substr(a, 2)", "substr(a, 2)"},
      {"trim(a)", "trim(a)"},
      {"trim(both 'x' from a)", "trim(x, a)"},
      {"trim(leading from a)", "ltrim(a)"},
      {"trim('x' from a)", "trim(x, a)"},
      {"position('x' in a)", "locate(x, a)"},
      {"position('x', a)", "position(x, a)"},
  });
}

TEST(ParserTest, FindsWhereTypesEnd) {
  // The names of columns leave out casts to nested types, plans do not.
  const ParserCase cases[] = {
      {"cast(a as array<struct<x: int, y: array<string>>>)",
       "cast('a as array<struct<x:int,y:array<string>>>)"},
      {"a::array<array<int>>", "cast('a as array<array<int>>)"},
      {"a::map<string, int>::string", "cast(cast('a as map<string,int>) as string)"},
      {"a::decimal(10, 2)", "cast('a as decimal(10,2))"},
  };
  for (const ParserCase& c : cases) {
    const auto parsed = ParseExpression(c.text);
    ASSERT_TRUE(parsed.ok()) << c.text << ": " << parsed.status().message();
    EXPECT_EQ((*parsed)->ToString(), c.sql) << c.text;
  }
  ExpectAll({{"a::array<array<int>>=b", "=(a, b)"}, {"a::array<int>>b", ">(a, b)"}});
}

struct LiteralCase {
  std::string_view text;
  std::string_view type;
  Value value;
};

void ExpectLiterals(std::initializer_list<LiteralCase> cases) {
  for (const LiteralCase& c : cases) {
    const auto parsed = ParseExpression(c.text);
    ASSERT_TRUE(parsed.ok()) << c.text << ": " << parsed.status().message();
    const auto* literal = As<Literal>(*parsed);
    ASSERT_NE(literal, nullptr) << c.text;
    EXPECT_EQ(literal->type().SimpleString(), c.type) << c.text;
    EXPECT_EQ(literal->value(), c.value) << c.text << " is " << literal->value().ToString();
  }
}

TEST(ParserTest, ParsesNumbers) {
  constexpr int64_t kTooWideForInt = 2147483648;
  ExpectLiterals({
      {"1", "int", Value(int32_t{1})},
      {"-2147483648", "int", Value(int32_t{-2147483647 - 1})},
      {"2147483648", "bigint", Value(kTooWideForInt)},
      {"1L", "bigint", Value(int64_t{1})},
      {"- 128y", "tinyint", Value(int8_t{-128})},
      {"7s", "smallint", Value(int16_t{7})},
      {"1e3", "double", Value(1000.0)},
      {"1.e3", "double", Value(1000.0)},
      {"-1.5d", "double", Value(-1.5)},
      {"1.5f", "float", Value(1.5F)},
      {"1e-400", "double", Value(0.0)},
      {"1.5", "decimal(2,1)", Value(Decimal{15, 2, 1})},
      {".05", "decimal(2,2)", Value(Decimal{5, 2, 2})},
      {"1.", "decimal(1,0)", Value(Decimal{1, 1, 0})},
      {"0.00", "decimal(2,2)", Value(Decimal{0, 2, 2})},
      {"-1e3bd", "decimal(4,0)", Value(Decimal{-1000, 4, 0})},
      {"1e-3bd", "decimal(3,3)", Value(Decimal{1, 3, 3})},
      {"0e9bd", "decimal(1,0)", Value(Decimal{0, 1, 0})},
      {"9223372036854775808", "decimal(19,0)",
       Value(Decimal{static_cast<__int128>(9223372036854775807) + 1, 19, 0})},
  });
}

TEST(ParserTest, ParsesOtherConstants) {
  ExpectLiterals({
      {"null", "void", Value()},
      {"tRuE", "boolean", Value(true)},
      {"'a' \"b\" r'\\n'", "string", Value("ab\\n")},
      {"x'1F0'", "binary", Value(Binary{std::string("\x01\xF0", 2)})},
      {"X ''", "binary", Value(Binary{""})},
      {"date '2024-02-29'", "date", Value(Date{19782})},
      {"timestamp_ntz '1970-01-01 00:00:01'", "timestamp_ntz", Value(TimestampNtz{1000000})},
  });
}

TEST(ParserTest, ParsesIntervals) {
  constexpr int64_t kSecond = 1000000;
  constexpr int64_t kHour = 3600 * kSecond;
  constexpr int64_t kDay = 24 * kHour;
  ExpectLiterals({
      {"interval 1 day", "interval day", Value(DayTimeInterval{kDay})},
      {"interval 1 day 2 hours", "interval day to hour", Value(DayTimeInterval{kDay + 2 * kHour})},
      {"interval '1 2' day to hour", "interval day to hour",
       Value(DayTimeInterval{kDay + 2 * kHour})},
      {"interval '-1 2:03:04.5' day to second", "interval day to second",
       Value(DayTimeInterval{-(kDay + 2 * kHour + 184 * kSecond + 500000)})},
      {"interval -'1' day", "interval day", Value(DayTimeInterval{-kDay})},
      {"interval '1 day -2 hours'", "interval day to hour",
       Value(DayTimeInterval{kDay - 2 * kHour})},
      {"interval 1.5 seconds", "interval second", Value(DayTimeInterval{1500000})},
      {"interval 2 weeks", "interval day", Value(DayTimeInterval{14 * kDay})},
      {"interval 1 millisecond 1 microsecond", "interval second", Value(DayTimeInterval{1001})},
      {"interval '1-2' year to month", "interval year to month", Value(YearMonthInterval{14})},
      {"interval 1 year 2 months", "interval year to month", Value(YearMonthInterval{14})},
      {"interval '10:11' minute to second", "interval minute to second",
       Value(DayTimeInterval{611 * kSecond})},
  });
  ExpectAll({{"a + interval 1 day - b", "-(+(a, INTERVAL '1' DAY), b)"},
             {"interval 1 day - interval 2 hours", "-(INTERVAL '1' DAY, INTERVAL '02' HOUR)"}});
}

TEST(ParserTest, RemembersWhereThingsCameFrom) {
  const auto parsed = ParseExpression("a +\n  f(bc, d)");
  const auto* sum = As<UnresolvedFunction>(*parsed);
  ASSERT_NE(sum, nullptr);
  EXPECT_EQ(sum->origin().ToContext().fragment, "a +\n  f(bc, d)");
  const auto* call = As<UnresolvedFunction>(sum->child(1));
  ASSERT_NE(call, nullptr);
  EXPECT_EQ(call->origin().ToContext().fragment, "f(bc, d)");
  EXPECT_EQ(call->origin().ToContext().line, 2);
  EXPECT_EQ(call->origin().ToContext().position, 2);
  const auto* name = As<UnresolvedAttribute>(call->child(0));
  ASSERT_NE(name, nullptr);
  EXPECT_EQ(name->origin().start, 8);
  EXPECT_EQ(name->origin().stop, 9);
}

TEST(ParserTest, TakesTheSessionsZoneForTimestamps) {
  const auto parsed = ParseExpression("timestamp_ltz '2024-01-01 00:00:00'");
  const auto* timestamp = As<UnresolvedTimestamp>(*parsed);
  ASSERT_NE(timestamp, nullptr);
  EXPECT_EQ(timestamp->text(), "2024-01-01 00:00:00");
  EXPECT_EQ(timestamp->keyword(), "TIMESTAMP_LTZ");
}

}  // namespace
}  // namespace firesteel
