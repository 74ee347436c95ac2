#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "sql/parser.h"

namespace firesteel {
namespace {

constexpr std::string_view kSeeds[] = {
    "a + b * 2 - c.d[0].e['k'] % 3",
    "case a when 1 then 'x' when 2 then \"y\" else null end is not distinct from b",
    "count(distinct a, b) filter (where a > 1 and not b in (1, 2.5e3, .5bd))",
    "cast(a as map<string, array<struct<x: int, y: decimal(10,2)>>>)::string",
    "interval '1 2:03:04.5' day to second + interval 1 day -2 hours",
    "explode(split(value, '\\\\s+')) as (w, `q``r`)",
    "a not between 1 and 2 or b like '%x\\_' escape '/' and c rlike r'^\\d+$'",
    "date '2024-02-29' < timestamp '2024-03-01 00:00:00' /* c /* n */ */ -- end",
    "substring(a from 2 for 3) || trim(both 'x' from b) || position('y' in c)",
    "struct(a as x, t.*, (b, 1), x'1F') AS s",
};
constexpr std::string_view kPieces[] = {
    "(", ")", "'",  "\"", "`",    "/*",  "*/",     "--",   "\\", "::",       "array<", ">>",
    ".", "[", "]",  ",",  "case", "end", "when",   "cast", "as", "interval", "day",    "to",
    "*", "-", "1e", "L",  "in",   "not", "filter", "\n",   "is", "\xC3\xA9", "\xFF",   "?"};

/// Checks what every answer must keep: a tree, or an error that points into the text.
void Check(const std::string& text) {
  const auto parsed = ParseExpression(text);
  if (parsed.ok()) {
    ASSERT_NE(*parsed, nullptr) << text;
    ASSERT_FALSE((*parsed)->ToString().empty()) << text;
    return;
  }
  const ErrorInfo* info = GetErrorInfo(parsed.status());
  ASSERT_NE(info, nullptr) << text << ": " << parsed.status().ToString();
  ASSERT_NE(info->condition, "INTERNAL_ERROR") << text << ": " << parsed.status().ToString();
  ASSERT_GE(info->context.start_offset, 0) << text;
  ASSERT_LE(info->context.start_offset, static_cast<int>(text.size())) << text;
  ASSERT_GE(info->context.line, 1) << text;
}

class ParserFuzzTest : public ::testing::Test {
 protected:
  size_t Below(size_t limit) {
    return std::uniform_int_distribution<size_t>(0, limit - 1)(random_);
  }

  std::mt19937 random_{20240229};
};

TEST_F(ParserFuzzTest, SurvivesRandomBytes) {
  for (int round = 0; round < 3000; ++round) {
    std::string text(Below(60), '\0');
    for (char& c : text) c = static_cast<char>(Below(256));
    Check(text);
  }
}

TEST_F(ParserFuzzTest, SurvivesRandomPieces) {
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (size_t i = Below(30); i > 0; --i) {
      text += kPieces[Below(std::size(kPieces))];
      if (Below(2) == 0) text += " ";
      if (Below(3) == 0) text += "a";
    }
    Check(text);
  }
}

TEST_F(ParserFuzzTest, SurvivesMutations) {
  for (int round = 0; round < 6000; ++round) {
    std::string text(kSeeds[Below(std::size(kSeeds))]);
    for (size_t i = 1 + Below(4); i > 0; --i) {
      const size_t at = Below(text.size() + 1);
      switch (Below(4)) {
        case 0: text.insert(at, kPieces[Below(std::size(kPieces))]); break;
        case 1: text.erase(at, 1 + Below(8)); break;
        case 2: text.insert(at, kSeeds[Below(std::size(kSeeds))]); break;
        default: text.resize(at);
      }
    }
    Check(text);
  }
}

}  // namespace
}  // namespace firesteel
