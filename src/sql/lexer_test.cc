#include "sql/lexer.h"

#include <gtest/gtest.h>

namespace firesteel {
namespace {

/// The tokens as `kind:text`, kinds by their first letter.
std::string Show(std::string_view text) {
  const SourceText source(text);
  const auto tokens = Tokenize(source);
  if (!tokens.ok()) return "error " + ErrorCondition(tokens.status());
  std::string shown;
  for (const Token& token : *tokens) {
    if (token.kind == TokenKind::kEnd) break;
    if (!shown.empty()) shown += ' ';
    shown += "wqsn.?"[static_cast<int>(token.kind)];
    shown += ':';
    shown += source.Slice(token.start, token.end);
  }
  return shown;
}

struct LexerCase {
  std::string_view text;
  std::string_view tokens;
};

TEST(LexerTest, SplitsText) {
  const LexerCase cases[] = {
      {"a+b", "w:a .:+ w:b"},
      {"a<=>b>=c", "w:a .:<=> w:b .:>= w:c"},
      {"t.`x y`.`a``b`", "w:t .:. q:`x y` .:. q:`a``b`"},
      {"'it''s' \"a\\\"b\" r'\\n'", "s:'it''s' s:\"a\\\"b\" s:r'\\n'"},
      {"1 2.5 .5 3. 1e3 1.5e-3 7L 8s 9Y 1.5F 2d 3bd 1e2BD",
       "n:1 n:2.5 n:.5 n:3. n:1e3 n:1.5e-3 n:7L n:8s n:9Y n:1.5F n:2d n:3bd n:1e2BD"},
      {"1st 1e 0x1F 1_000 1L2", "w:1st w:1e w:0x1F w:1_000 w:1L2"},
      {"1e+ a.1 1.5abc", "w:1e .:+ w:a n:.1 n:1 .:. w:5abc"},
      {"a -- to the end\n+ b", "w:a .:+ w:b"},
      {"a /* b /* c */ d */ e", "w:a w:e"},
      {"a/**/b", "w:a w:b"},
      {"a /*+ b", "w:a .:/*+ w:b"},
      {"a \xC2\xA0 b\xE3\x80\x80", "w:a w:b"},
      {"a # 'b", "w:a ?:# ?:' w:b"},
      {"x::array<array<int>>", "w:x .::: w:array .:< w:array .:< w:int .:>>"},
      {"", ""},
      {" \t\n-- nothing", ""},
      {"a /* b", "error UNCLOSED_BRACKETED_COMMENT"},
      {"caf\xC3\xA9", "error INVALID_IDENTIFIER"},
      {"`caf\xC3\xA9`", "q:`caf\xC3\xA9`"},
  };
  for (const LexerCase& c : cases) EXPECT_EQ(Show(c.text), c.tokens) << c.text;
}

TEST(LexerTest, ReplacesEscapes) {
  const LexerCase cases[] = {
      {"'a\\tb\\n'", "a\tb\n"},
      {"'it''s'", "it's"},
      {"\"say \"\"hi\"\"\"", "say \"hi\""},
      {"'\\101\\u0042'", "AB"},
      {"'\\U0001F600'", "\xF0\x9F\x98\x80"},
      {"'\\uD83D\\uDE00'", "\xF0\x9F\x98\x80"},
      {"'\\uD83D'", "?"},
      {"'100\\%\\_'", "100\\%\\_"},
      {"'\\q\\\\'", "q\\"},
      {"'\\200'", "200"},
      {"'\\177'", "\x7F"},
      {"R'\\n'", "\\n"},
      {"'\\u00'", "u00"},
  };
  for (const LexerCase& c : cases) EXPECT_EQ(UnescapeString(c.text), c.tokens) << c.text;
  EXPECT_EQ(UnescapeString("'a\\0b'"), std::string("a\0b", 3));
  EXPECT_EQ(UnquoteName("`a``b`"), "a`b");
}

}  // namespace
}  // namespace firesteel
