#include "formats/csv/csv_tokenizer.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace firesteel {
namespace {

// The values of one line, each in angle brackets.
std::string Tokens(const std::string& line, const CsvDialect& dialect = {}) {
  CsvTokenizer tokenizer(dialect);
  const Result<bool> found = tokenizer.ParseLine(line);
  if (!found.ok()) return "error";
  if (!*found) return "none";
  std::string text;
  for (const auto& token : tokenizer.tokens()) {
    text += token ? "<" + std::string(*token) + ">" : "NULL";
  }
  return text;
}

CsvDialect With(UnescapedQuoteHandling handling) {
  CsvDialect dialect;
  dialect.unescaped_quotes = handling;
  return dialect;
}

TEST(CsvTokenizer, CutsLines) {
  for (const auto& [line, expected] : std::vector<std::pair<std::string, std::string>>{
           {"p", "<p>"},
           {"p,q,", "<p><q><>"},
           {",,", "<><><>"},
           {" p , q ", "< p >< q >"},
           {"", "none"},
           {"\"p\",\"q,r\"", "<p><q,r>"},
           {"\"p\" ,q", "<p><q>"},
           {"p, \"q\"", "<p>< \"q\">"},
           {"\"a\\\"b\",c", "<a\"b><c>"},
           {"\"a\\\\\",c", "<a\\><c>"},
           {"\"a\\b\",c", "<a\\b><c>"},
           {"a\\,b", "<a\\><b>"},
           {"\"\",p", "<><p>"},
           {"p\"q\"r,s", "<p\"q\"r><s>"},
           {"\"p\nq\",r", "<p\nq><r>"},
       }) {
    EXPECT_EQ(Tokens(line), expected) << line;
  }
}

TEST(CsvTokenizer, KeepsWhatBrokenQuotesHold) {
  for (const auto& [line, expected] : std::vector<std::pair<std::string, std::string>>{
           {"p,\"q", "<p><q>"},
           {"p,\"q,r", "<p><q,r>"},
           {"p,\"", "<p><\">"},
           {"\"q\\", "<q>"},
           {"\"p\"x,r", "<\"p\"x><r>"},
           {"\"p,q\"x,r", "<\"p,q\"x><r>"},
           {"\"p\" \"q\",r", "<\"p\" \"q\"><r>"},
           {"\"\"p,r", "<\"\"p><r>"},
           {"\"p\"\",r", "<p\"><r>"},
           {"\"\"\"p\"\"\",r", "<\"\"\"p\"\"\"><r>"},
       }) {
    EXPECT_EQ(Tokens(line), expected) << line;
  }
}

TEST(CsvTokenizer, TreatsUnescapedQuotesAsTold) {
  const std::string line = "\"a,b\"c\",d";
  EXPECT_EQ(Tokens(line, With(UnescapedQuoteHandling::kStopAtClosingQuote)), "<a,b\"c><d>");
  EXPECT_EQ(Tokens(line, With(UnescapedQuoteHandling::kBackToDelimiter)), "<a><bc><d>");
  EXPECT_EQ(Tokens(line, With(UnescapedQuoteHandling::kStopAtDelimiter)), "<\"a,b\"c\"><d>");
  EXPECT_EQ(Tokens(line, With(UnescapedQuoteHandling::kSkipValue)), "NULL<d>");
  EXPECT_EQ(Tokens(line, With(UnescapedQuoteHandling::kRaiseError)), "error");
}

// What a record with odd quotes means is what Spark's parser makes of it, by accident or not.
TEST(CsvTokenizer, ReadsOddQuotesAsSparkDoes) {
  for (const auto& [line, expected] : std::vector<std::pair<std::string, std::string>>{
           {"\"p\"\\", "<p\"\\>"},
           {"\"\"\\q,r", "<\"\\qr>"},
           {"\"p,\"\\q,r", "<p,\"\\qr>"},
           {"\"p\" q\"\\", "<\"p\" q\"\\\">"},
           {"\"p\" q\"r", "<\"p\" q\"r\">"},
           {"\"p\"\xC3\xA9\"x", "<\"p\"\xC3\xA9\"x>"},
       }) {
    EXPECT_EQ(Tokens(line), expected) << line;
  }
  CsvDialect escaped;
  escaped.quote_escape_escape = '!';
  EXPECT_EQ(Tokens("\"!p\",\"q!r!\\s\"", escaped), "<!p><qr\\s>");
  EXPECT_EQ(Tokens("\"!", escaped), "<>");
  CsvDialect unescaped;
  unescaped.escape = unescaped.quote_escape_escape = '\0';
  EXPECT_EQ(Tokens("\"\"p,q", unescaped), "<\"p,q>");
}

TEST(CsvTokenizer, ReadsLongSeparatorsAsSparkDoes) {
  CsvDialect dialect;
  dialect.separator = "||";
  for (const auto& [line, expected] : std::vector<std::pair<std::string, std::string>>{
           {"p||q|r|||s", "<p><q|r><|s>"},
           {"\"||p\"||q", "<||p><q>"},
           {"p\"", "<p\"\">"},
           {"\"p\"||", "<p><>"},
           {"\"p\"|q||r", "<\"p|\"q><r>"},
           {"\"p||q\" r||s", "<\"p||q\" r||s>"},
           {"\"p\" ||q", "<p><q>"},
       }) {
    EXPECT_EQ(Tokens(line, dialect), expected) << line;
  }
  dialect.unescaped_quotes = UnescapedQuoteHandling::kBackToDelimiter;
  EXPECT_EQ(Tokens("\"p||q\"r||s", dialect), "<p><qr||s>");
  dialect.unescaped_quotes = UnescapedQuoteHandling::kSkipValue;
  EXPECT_EQ(Tokens("\"p\"q||r", dialect), "NULL<r>");
  // It is compared character by character, without going back.
  dialect.separator = "aab";
  EXPECT_EQ(Tokens("paabq", dialect), "<p><q>");
  EXPECT_EQ(Tokens("paaabq", dialect), "<paaabq>");
}

TEST(CsvTokenizer, TellsBlankFromMissingValues) {
  CsvDialect dialect;
  dialect.null_value = "N";
  dialect.empty_value = "E";
  dialect.ignore_trailing_blanks = true;
  EXPECT_EQ(Tokens("p,  ,", dialect), "<p><N><N>");
  EXPECT_EQ(Tokens("p,  ", dialect), "<p><E>");
  EXPECT_EQ(Tokens("p,\"\",q", dialect), "<p><E><q>");
  dialect.ignore_leading_blanks = true;
  EXPECT_EQ(Tokens("  ", dialect), "<N>");
}

// Many quotes must not cost more than their number.
TEST(CsvTokenizer, LongRecordsOfOddQuotesEnd) {
  std::string line;
  while (line.size() < (1u << 18)) line += "\"p";
  for (const auto handling :
       {UnescapedQuoteHandling::kStopAtClosingQuote, UnescapedQuoteHandling::kBackToDelimiter,
        UnescapedQuoteHandling::kStopAtDelimiter, UnescapedQuoteHandling::kSkipValue}) {
    for (const char* separator : {",", "||"}) {
      CsvDialect dialect = With(handling);
      dialect.separator = separator;
      EXPECT_NE(Tokens(line, dialect), "error");
      EXPECT_NE(Tokens(line + "\"\\\"\"", dialect), "error");
    }
  }
}

TEST(CsvTokenizer, KnowsOtherDialects) {
  CsvDialect doubled;
  doubled.escape = '"';
  doubled.quote_escape_escape = '\0';
  EXPECT_EQ(Tokens("\"a\"\"b\",\"\"\"\"", doubled), "<a\"b><\">");
  CsvDialect wide;
  wide.separator = "||";
  EXPECT_EQ(Tokens("a||\"b||c\"|||d", wide), "<a><b||c><|d>");
  CsvDialect trimmed;
  trimmed.ignore_leading_blanks = trimmed.ignore_trailing_blanks = true;
  EXPECT_EQ(Tokens("  a  , \" b \" ,\t", trimmed), "<a>< b ><>");
  CsvDialect marked;
  marked.null_value = "-";
  marked.empty_value = "E";
  marked.comment = '#';
  EXPECT_EQ(Tokens(",\"\",x", marked), "<-><E><x>");
  EXPECT_EQ(Tokens("#,x", marked), "none");
}

TEST(CsvTokenizer, HasLimits) {
  CsvDialect few;
  few.max_columns = 2;
  EXPECT_EQ(Tokens("a,b", few), "<a><b>");
  EXPECT_EQ(Tokens("a,b,c", few), "error");
  CsvDialect small;
  small.max_chars_per_column = 3;
  EXPECT_EQ(Tokens("äöü", small), "<äöü>");
  EXPECT_EQ(Tokens("abcd", small), "error");
}

TEST(CsvTokenizer, CutsWholeTexts) {
  CsvTokenizer tokenizer{CsvDialect{}};
  const std::string text = "a,b\n\n\"c\nd\",e\nf\n\"g,h\ni";
  tokenizer.Start(text, '\n');
  std::vector<std::string> records;
  std::vector<size_t> counts;
  while (*tokenizer.Next()) {
    const size_t start = tokenizer.record_start();
    records.emplace_back(text.substr(start, tokenizer.position() - start));
    counts.push_back(tokenizer.tokens().size());
  }
  EXPECT_EQ(records, (std::vector<std::string>{"a,b\n", "\"c\nd\",e\n", "f\n", "\"g,h\ni"}));
  EXPECT_EQ(counts, (std::vector<size_t>{2, 2, 1, 1}));
}

}  // namespace
}  // namespace firesteel
