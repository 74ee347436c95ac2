#include <gtest/gtest.h>

#include <string>

#include "sql/parser.h"

namespace firesteel {
namespace {

struct ParserErrorCase {
  std::string_view text;
  std::string_view condition;
  int start;                   ///< offset the error points to
  std::string_view error = {};  ///< parameters of PARSE_SYNTAX_ERROR
  std::string_view hint = {};
};

std::string Parameter(const ErrorInfo& info, const std::string& name) {
  const auto found = info.parameters.find(name);
  return found == info.parameters.end() ? "" : found->second;
}

TEST(ParserErrorTest, SaysWhatAndWhere) {
  const ParserErrorCase cases[] = {
      {"", "PARSE_EMPTY_STATEMENT", 0},
      {" -- nothing", "PARSE_EMPTY_STATEMENT", 0},
      {"a +", "PARSE_SYNTAX_ERROR", 3, "end of input"},
      {"a + )", "PARSE_SYNTAX_ERROR", 4, "')'"},
      {"a )", "PARSE_SYNTAX_ERROR", 2, "')'", ": extra input ')'"},
      {"(a", "PARSE_SYNTAX_ERROR", 2, "end of input", ": missing ')'"},
      {"f(a", "PARSE_SYNTAX_ERROR", 3, "end of input", ": missing ')'"},
      {"f(,)", "PARSE_SYNTAX_ERROR", 2, "','"},
      {"f(a,)", "PARSE_SYNTAX_ERROR", 4, "')'"},
      {"a b c", "PARSE_SYNTAX_ERROR", 4, "'c'", ": extra input 'c'"},
      {"a as 'x'", "PARSE_SYNTAX_ERROR", 5, "''x''", ": extra input ''x''"},
      {"1 +* 2", "PARSE_SYNTAX_ERROR", 5, "'2'", ": extra input '2'"},
      {"'abc", "PARSE_SYNTAX_ERROR", 0, "'''"},
      {"`abc", "PARSE_SYNTAX_ERROR", 0, "'`'"},
      {"a # b", "PARSE_SYNTAX_ERROR", 2, "'#'"},
      {"a is null is null", "PARSE_SYNTAX_ERROR", 13, "'null'", ": extra input 'null'"},
      {"a is 5", "PARSE_SYNTAX_ERROR", 5, "'5'", ": extra input '5'"},
      {"a not b", "PARSE_SYNTAX_ERROR", 6, "'b'", ": extra input 'b'"},
      {"a.1", "PARSE_SYNTAX_ERROR", 1, "'.1'", ": extra input '.1'"},
      {"a..b", "PARSE_SYNTAX_ERROR", 2, "'.'"},
      {"a[1", "PARSE_SYNTAX_ERROR", 3, "end of input", ": missing ']'"},
      {"a[]", "PARSE_SYNTAX_ERROR", 2, "']'"},
      {"()", "PARSE_SYNTAX_ERROR", 1, "')'"},
      {"/*+ x */ a", "PARSE_SYNTAX_ERROR", 0, "'/*+'"},
      {"a =\n\n  ,", "PARSE_SYNTAX_ERROR", 7, "','"},
      {"interval 1 foo", "PARSE_SYNTAX_ERROR", 11, "'foo'"},
      {"interval 1", "PARSE_SYNTAX_ERROR", 10, "end of input"},
      {"case when a then 1", "PARSE_SYNTAX_ERROR", 18, "end of input", ": missing 'END'"},
      {"cast(a as array<int)", "PARSE_SYNTAX_ERROR", 20, "end of input", ": missing '>'"},
      {"cast(a as foo)", "UNSUPPORTED_DATATYPE", 10},
      {"a /* b", "UNCLOSED_BRACKETED_COMMENT", 2},
      {"a + caf\xC3\xA9", "INVALID_IDENTIFIER", 4},
      {"1 in ()", "INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE", 0},
      {"128y", "INVALID_NUMERIC_LITERAL_RANGE", 0},
      {"1e400", "INVALID_NUMERIC_LITERAL_RANGE", 0},
      {"9223372036854775808L", "INVALID_NUMERIC_LITERAL_RANGE", 0},
      {"1e50bd", "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", 0},
      {"123456789012345678901234567890123456789", "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", 0},
      {"1 + date '2020-13-01'", "INVALID_TYPED_LITERAL", 4},
      {"x'zz'", "INVALID_TYPED_LITERAL", 0},
      {"interval '1'", "INVALID_TYPED_LITERAL", 0},
      {"interval 'foo'", "INVALID_TYPED_LITERAL", 0},
      {"a 'x'", "UNSUPPORTED_TYPED_LITERAL", 0},
      {"a like 'x' escape 'ab'", "INVALID_ESC", 18},
      {"interval 1 month 1 day", "_LEGACY_ERROR_TEMP_0029", 0},
      {"interval '1' day to year", "INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION", 0},
      {"interval '1 2' day to second",
       "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE", 0},
      {"interval 'x' day", "_LEGACY_ERROR_TEMP_0026", 0},
      {"interval '1 24:00:00' day to second", "_LEGACY_ERROR_TEMP_0063", 0},
      {"interval '1-12' year to month", "INVALID_INTERVAL_FORMAT.INTERVAL_PARSING", 0},
      {"interval 1.5 day", "INVALID_INTERVAL_FORMAT.INVALID_FRACTION", 0},
      {"interval 99999999999 days", "INVALID_INTERVAL_FORMAT.ARITHMETIC_EXCEPTION", 0},
      {"interval 178956971 years", "INVALID_INTERVAL_FORMAT.ARITHMETIC_EXCEPTION", 0},
      {":p", "UNBOUND_SQL_PARAMETER", 0},
      {"a + ?", "UNBOUND_SQL_PARAMETER", 4},
  };
  for (const ParserErrorCase& c : cases) {
    const auto parsed = ParseExpression(c.text);
    ASSERT_FALSE(parsed.ok()) << c.text << " is " << (*parsed)->Sql();
    const ErrorInfo* info = GetErrorInfo(parsed.status());
    ASSERT_NE(info, nullptr) << c.text << ": " << parsed.status().ToString();
    EXPECT_EQ(info->condition, c.condition) << c.text;
    EXPECT_EQ(info->context.start_offset, c.start) << c.text;
    if (c.condition != "PARSE_SYNTAX_ERROR") continue;
    EXPECT_EQ(Parameter(*info, "error"), c.error) << c.text;
    EXPECT_EQ(Parameter(*info, "hint"), c.hint) << c.text;
  }
}

TEST(ParserErrorTest, CountsLinesFromOneAndPositionsFromZero) {
  const auto parsed = ParseExpression("a +\n b +\n  )");
  const ErrorInfo* info = GetErrorInfo(parsed.status());
  ASSERT_NE(info, nullptr);
  EXPECT_EQ(info->context.line, 3);
  EXPECT_EQ(info->context.position, 2);
  EXPECT_EQ(info->context.fragment, ")");
}

std::string Repeat(std::string_view text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated += text;
  return repeated;
}

TEST(ParserErrorTest, RefusesWhatNestsTooDeeply) {
  for (const std::string& text : {
           Repeat("(", 20000) + "a" + Repeat(")", 20000),
           Repeat("(", 20000),
           Repeat("f(", 20000),
           Repeat("- ", 20000) + "a",
           Repeat("not ", 20000) + "a",
           Repeat("a[", 20000),
           "a" + Repeat("[0]", 20000),
           "f()" + Repeat(".a", 20000),
           "a" + Repeat("::int", 20000),
           "a" + Repeat(" + a", 20000),
           Repeat("case when ", 20000),
           Repeat("case ", 20000) + "when",
           Repeat("cast(", 20000),
           Repeat("a in (", 20000),
           // Each operand appears twice in the next: 2^40 nodes in a short text.
           Repeat("case ", 40) + "a" + Repeat(" when 1 then 1 when 2 then 2 end", 40),
       }) {
    EXPECT_EQ(ErrorCondition(ParseExpression(text).status()), "FAILED_TO_PARSE_TOO_COMPLEX")
        << text.substr(0, 40);
  }
}

TEST(ParserErrorTest, TakesWhatNestsAlmostTooDeeply) {
  EXPECT_TRUE(ParseExpression(Repeat("(", 990) + "a" + Repeat(")", 990)).ok());
  EXPECT_TRUE(ParseExpression(Repeat("f(", 990) + "a" + Repeat(")", 990)).ok());
  EXPECT_TRUE(ParseExpression("a" + Repeat(" + a", 990)).ok());
}

TEST(ParserErrorTest, TakesLongChainsAndLists) {
  EXPECT_TRUE(ParseExpression("a = 1" + Repeat(" or a = 1", 5000)).ok());
  EXPECT_TRUE(ParseExpression("a in (1" + Repeat(", 1", 20000) + ")").ok());
}

TEST(ParserErrorTest, RefusesTextAboveOneMebibyte) {
  EXPECT_EQ(ErrorCondition(ParseExpression(std::string((1 << 20) + 1, ' ')).status()),
            "FAILED_TO_PARSE_TOO_COMPLEX");
  EXPECT_EQ(ErrorCondition(ParseExpression(std::string(1 << 20, ' ')).status()),
            "PARSE_EMPTY_STATEMENT");
}

}  // namespace
}  // namespace firesteel
