#include "functions/function_test_support.h"
#include "functions/java_pattern.h"
#include "functions/like_pattern.h"

namespace firesteel {
namespace {

TEST(PatternTest, Like) {
  CheckCalls({
      Gives("like", {"abc", "_b_"}, true, "abc LIKE _b_"),
      Gives("like", {"a%c", "a\\%c"}, true),
      Gives("like", {"a%c", "a!%c", "!"}, true, "a%c LIKE a!%c ESCAPE '!'"),
      Gives("like", {"abc", "a\\%c"}, false),
      Gives("like", {"abc", ""}, false),
      Gives("like", {"", "%"}, true),
      Gives("like", {"a\nb", "a_b"}, true),
      Gives("like", {"a.c", "a.c"}, true),
      Gives("like", {"abc", "a.c"}, false),
      Gives("like", {123, "1%"}, true),
      Gives("like", {"xxabyyabzz", "%ab%ab%"}, true),
      Gives("like", {"xxab", "%ab%ab%"}, false),
      Gives("like", {"aXXbYcXd", "a%b_c%d"}, true),
      Gives("like", {"abab", "%a_"}, true),
      Gives("like", {"ab", "a%%b"}, true),
      Gives("like", {"a%b", "a/%b", "/"}, true),
      Gives("ilike", {"stra\xC3\x9F" "e", "STRA%"}, true, "ilike(stra\xC3\x9F" "e, STRA%)"),
      Gives("like", {"\xE6\x97\xA5x", "_x"}, true),
      Fails("like", {"a", "a\\"}, "INVALID_FORMAT.ESC_AT_THE_END"),
      Fails("like", {"a", "\\a"}, "INVALID_FORMAT.ESC_IN_THE_MIDDLE"),
      Fails("like", {"a", "b", "xx"}, "INVALID_ESC"),
  });
}

TEST(PatternTest, HostileLikePatternsEndInReasonableTime) {
  std::string pattern;
  for (int i = 0; i < 30; ++i) pattern += "%a";
  auto compiled = LikePattern::Make(pattern + "b", U'\\').ValueOrDie();
  EXPECT_FALSE(compiled.Matches(std::string(5000, 'a')));
}

TEST(PatternTest, RegularExpressions) {
  CheckCalls({
      Gives("rlike", {"foobar", "o+b"}, true, "RLIKE(foobar, o+b)"),
      Gives("regexp_like", {"line\nx", "(?m)^x"}, true),
      Gives("regexp", {"A", "(?i)a"}, true, "REGEXP(A, (?i)a)"),
      Gives("rlike", {"abc", ""}, true),
      Gives("rlike", {"foobar", "(?<=o)b"}, true),
      Gives("rlike", {"\xE6\x97\xA5", "^\\p{L}$"}, true),
      Gives("rlike", {"a1", "^\\p{Alpha}\\p{Digit}$"}, true),
      Gives("rlike", {"x", "[a-c[x-z]]"}, true),
      Fails("rlike", {"a", "["}, "INVALID_PARAMETER_VALUE.PATTERN"),
      Fails("rlike", {"a", "*"}, "INVALID_PARAMETER_VALUE.PATTERN"),
      Gives("regexp_extract", {"100-200", "(\\d+)-(\\d+)", 2}, "200"),
      Gives("regexp_extract", {"100-200", "(\\d+)-(\\d+)"}, "100",
            "regexp_extract(100-200, (\\d+)-(\\d+), 1)"),
      Gives("regexp_extract", {"abc", "(x)?abc", 1}, ""),
      Gives("regexp_extract", {"zzz", "(x)", 1}, ""),
      Fails("regexp_extract", {"abc", "(a)", 2}, "INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX"),
      Gives("regexp_extract_all", {"a1b22", "\\d+", 0}, List({"1", "22"})),
      Gives("regexp_extract_all", {"", "(x*)", 1}, List({""})),
      Gives("regexp_count", {"a1b22", "\\d+"}, 2),
      Gives("regexp_instr", {"foo@bar", "@[^.]*"}, 4, "regexp_instr(foo@bar, @[^.]*, 0)"),
      Gives("regexp_substr", {"Steven Jones", "Jo.*"}, "Jones"),
      Gives("regexp_substr", {"abc", ""}, Value()),
  });
}

TEST(PatternTest, Replacing) {
  CheckCalls({
      Gives("regexp_replace", {"abc", "(a)(b)", "$2$1"}, "bac",
            "regexp_replace(abc, (a)(b), $2$1, 1)"),
      Gives("regexp_replace", {"abcabc", "b", "X", 3}, "abcaXc"),
      Gives("regexp_replace", {"abc", "", "-"}, "-a-b-c-"),
      Gives("regexp_replace", {"abc", "b", "\\$1"}, "a$1c"),
      Gives("regexp_replace", {"abc", "(?<mid>b)", "<${mid}>"}, "a<b>c"),
      Gives("regexp_replace", {"abcd", "[ac]", "", 100}, "abcd"),
      Fails("regexp_replace", {"abc", "b", "$1"}, "INVALID_REGEXP_REPLACE"),
      Gives("regexp_replace", {"abc", "x", "$1"}, "abc"),
  });
}

TEST(PatternTest, Split) {
  CheckCalls({
      Gives("split", {"one two  three", " "}, List({"one", "two", "", "three"}),
            "split(one two  three,  , -1)"),
      Gives("split", {"a,b,c", ",", 2}, List({"a", "b,c"})),
      Gives("split", {"a,b,,", ",", 0}, List({"a", "b", "", ""})),
      Gives("split", {"oneAtwoB", "[AB]"}, List({"one", "two", ""})),
      Gives("split", {"a.b", "\\."}, List({"a", "b"})),
      Gives("split", {"", ","}, List({""})),
      Gives("split", {"abc", ""}, List({"a", "b", "c"})),
      Gives("split", {"abc", "", 2}, List({"a", "bc"})),
      Gives("split", {"a1b2", "(?=\\d)"}, List({"a", "1b", "2"})),
      Fails("split", {"a", "["}, "INVALID_PARAMETER_VALUE.PATTERN"),
  });
}

TEST(PatternTest, JavaPatternsAreTranslated) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"\\u0041", "\\x{0041}"},
      {"\\p{Lower}", "[[:lower:]]"},
      {"[\\p{Upper}x]", "[[:upper:]x]"},
      {"\\P{IsLatin}", "\\P{Latin}"},
      {"[a[bc]d]", "[abcd]"},
      {"\\Q[a\\E]", "\\[a]"},
      {"[a-z&&[^aeiou]]", "(?:(?=[a-z])(?:[^aeiou]))"},
      {"[a[^b]]", "(?:(?:[a]|[^b]))"},
      {"[^ab&&b]", "(?:(?!(?:(?=[ab])[b]))(?s:.))"},
      {"(?iu)x", "(?i)x"},
      {"\\x{1F600}+", "\\x{1F600}+"},
      {"\\0101", "\\o{101}"},
  };
  for (const auto& [java, expected] : cases) {
    std::string translated;
    EXPECT_TRUE(TranslateJavaPattern(java, &translated)) << java;
    EXPECT_EQ(translated, expected);
  }
  for (const char* pattern : {"\\p{InGreek}", "\\u12", "[a", "\\K", "[a&&", "a\\", "a{", "a{,2}"}) {
    std::string translated;
    EXPECT_FALSE(TranslateJavaPattern(pattern, &translated)) << pattern;
  }
}

TEST(PatternTest, HostilePatternsGiveAnErrorInsteadOfHanging) {
  auto call = BindOnLiterals(Gives("rlike", {std::string(60, 'a') + "!", "^(a|aa)+$"}, Value()), {})
                  .ValueOrDie();
  auto batch = MakeBatch({Row({1})}, Schema().Add("a", TypeId::kInteger)).ValueOrDie();
  auto result = EvaluateOn(call, *batch);
  EXPECT_FALSE(result.ok());
}

}  // namespace
}  // namespace firesteel
