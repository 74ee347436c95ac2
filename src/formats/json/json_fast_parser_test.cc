#include "formats/json/json_fast_parser.h"

#include <random>
#include <string>
#include <vector>

#include "arrow/array/array_base.h"
#include "arrow/compare.h"
#include "formats/json/json_structural_index.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

// Runs both parsers over single lines and compares what they say of those both accept.
class BothPaths {
 public:
  explicit BothPaths(const std::string& ddl)
      : schema_(Schema::FromDdl(ddl).ValueOrDie()),
        temporal_(JsonTemporalParser::Make(JsonReadOptions()).ValueOrDie()),
        index_(JsonStructuralIndex::Make(1 << 16).ValueOrDie()),
        tolerant_(schema_, JsonSyntax(), temporal_.get()),
        values_(schema_, JsonSyntax(), temporal_.get()),
        fast_(schema_, &values_) {}

  // Returns whether the fast path took the line.
  bool Check(const std::string& line) {
    std::vector<JsonColumn> expected = MakeColumns();
    const JsonRecordParser::Outcome outcome = tolerant_.Parse(line, &expected, 0).ValueOrDie();
    std::string padded = line + std::string(64, '\0');
    const std::string_view text(padded.data(), line.size());
    if (!index_->Build(text) || index_->begin() == index_->end()) return false;
    std::vector<JsonColumn> actual = MakeColumns();
    fast_.SetText(text);
    const uint32_t* token = index_->begin();
    if (fast_.ParseRecord(&token, static_cast<uint32_t>(line.size()), &actual, 0).ValueOrDie() ==
        JsonFastParser::Outcome::kNotPlain) {
      for (const JsonColumn& column : actual) EXPECT_EQ(column.length(), 0) << line;
      return false;
    }
    EXPECT_FALSE(outcome.malformed) << line;
    EXPECT_EQ(outcome.rows, 1) << line;
    EXPECT_EQ(token, index_->end()) << line;
    for (int i = 0; i < schema_.size(); ++i) {
      const auto want = expected[i].Finish().ValueOrDie();
      const auto got = actual[i].Finish().ValueOrDie();
      EXPECT_TRUE(want->Equals(*got, arrow::EqualOptions::Defaults().nans_equal(true)))
          << line << "\nwant " << want->ToString() << "\ngot " << got->ToString();
    }
    return true;
  }

 private:
  std::vector<JsonColumn> MakeColumns() const {
    std::vector<JsonColumn> columns;
    for (const StructField& field : schema_.fields()) columns.emplace_back(field.type);
    return columns;
  }

  Schema schema_;
  std::unique_ptr<JsonTemporalParser> temporal_;
  std::unique_ptr<JsonStructuralIndex> index_;
  JsonRecordParser tolerant_;
  JsonRecordParser values_;
  JsonFastParser fast_;
};

// Makes records at random, most of them good.
class RecordMaker {
 public:
  std::string Make() {
    std::string record = "{";
    const int fields = Pick(8);
    for (int i = 0; i < fields; ++i) {
      if (i > 0) record += Blank() + "," + Blank();
      record += "\"" + Name() + "\"" + Blank() + ":" + Blank() + Value(0);
    }
    record += Blank() + "}";
    if (Pick(3) == 0) Damage(&record);
    return record;
  }

  int Pick(int count) { return static_cast<int>(random_() % count); }

 private:
  std::string Blank() { return Pick(5) == 0 ? " " : ""; }
  std::string Name() {
    static const std::vector<std::string> kNames = {"l",
                                                    "i",
                                                    "d",
                                                    "s",
                                                    "b",
                                                    "t",
                                                    "n",
                                                    "a",
                                                    "",
                                                    "other",
                                                    "a name of more than sixteen bytes",
                                                    "l2",
                                                    "\\u006c",
                                                    "é"};
    return kNames[Pick(static_cast<int>(kNames.size()))];
  }
  std::string Number() {
    static const std::vector<std::string> kNumbers = {"0",
                                                      "-0",
                                                      "1",
                                                      "-17",
                                                      "12345678901234567890",
                                                      "9223372036854775807",
                                                      "1.5",
                                                      "-0.25",
                                                      "1e5",
                                                      "1E-5",
                                                      "3.356934e-4",
                                                      "12345678901234567.12345678901234567",
                                                      "1e400",
                                                      "2147483648",
                                                      "123456789.123456789e+12",
                                                      "0.1e1"};
    return kNumbers[Pick(static_cast<int>(kNumbers.size()))];
  }
  std::string Text() {
    static const std::vector<std::string> kTexts = {
        "",
        "a",
        "2024-02-29 12:00:00",
        "with \\\"quotes\\\"",
        "\\u00e9\\ud83d\\ude00",
        "日本語",
        "\\ud800",
        "back\\\\slash",
        "{[:,]}",
        "a longer text that has more than thirty-two bytes"};
    return "\"" + kTexts[Pick(static_cast<int>(kTexts.size()))] + "\"";
  }
  std::string Value(int depth) {
    switch (Pick(depth > 3 ? 5 : 8)) {
      case 0:
      case 1:
        return Number();
      case 2:
      case 3:
        return Text();
      case 4: {
        static const std::vector<std::string> kWords = {"true", "false", "null"};
        return kWords[Pick(3)];
      }
      case 5: {
        std::string array = "[" + Blank();
        const int elements = Pick(4);
        for (int i = 0; i < elements; ++i) array += (i > 0 ? "," : "") + Value(depth + 1);
        return array + "]";
      }
      default: {
        std::string object = "{" + Blank();
        const int fields = Pick(4);
        for (int i = 0; i < fields; ++i) {
          object += (i > 0 ? ",\"" : "\"") + Name() + "\":" + Value(depth + 1);
        }
        return object + "}";
      }
    }
  }
  void Damage(std::string* record) {
    static const std::string kBytes = "{}[]:,\"\\ 019-+.eEtrufalsnNI'/\t\x01\xC3\xFF#";
    const int position = Pick(static_cast<int>(record->size()));
    switch (Pick(3)) {
      case 0:
        record->erase(position, 1);
        break;
      case 1:
        record->insert(position, 1, kBytes[Pick(static_cast<int>(kBytes.size()))]);
        break;
      default:
        (*record)[position] = kBytes[Pick(static_cast<int>(kBytes.size()))];
    }
  }

  std::mt19937_64 random_{20240229};
};

TEST(JsonFastParser, AgreesWithTheTolerantParser) {
  BothPaths paths(
      "l BIGINT, i INT, d DOUBLE, s STRING, b BOOLEAN, t TIMESTAMP, "
      "n STRUCT<l: BIGINT, s: STRING, a: ARRAY<DOUBLE>>, a ARRAY<STRING>");
  RecordMaker maker;
  int taken = 0;
  constexpr int kRecords = 30000;
  for (int i = 0; i < kRecords && !testing::Test::HasFailure(); ++i) {
    taken += paths.Check(maker.Make()) ? 1 : 0;
  }
  // Most fields are of another type than their column; still the fast path must do its share.
  EXPECT_GT(taken, kRecords / 20);
}

TEST(JsonFastParser, TakesPlainRecords) {
  BothPaths paths("k BIGINT, s STRING, d DOUBLE");
  for (const char* line :
       {"{}", "{\"k\":1}", "{ \"k\" : 1 , \"s\" : \"a\" }", "{\"x\":[],\"y\":{},\"k\":null}",
        "{\"x\":[[{\"k\":[1,2]},{}],[]],\"k\":7}", "{\"d\":3.356934e-4,\"s\":\"\\u0041\\n\"}",
        "{\"k\":-9223372036854775808,\"a name of more than sixteen bytes\":1}",
        "{\"x\":123456789012345678901234567890.123456789012345678901234567890,\"s\":5}"}) {
    EXPECT_TRUE(paths.Check(line)) << line;
  }
}

TEST(JsonFastParser, ReadsDecimalsOfEveryLength) {
  BothPaths paths("d DOUBLE");
  std::mt19937_64 random(7);
  const auto digits = [&random](size_t count) {
    std::string text;
    while (text.size() < count) text += static_cast<char>('0' + random() % 10);
    return text;
  };
  for (size_t whole = 1; whole <= 12; ++whole) {
    for (size_t fraction = 1; fraction <= 18; ++fraction) {
      for (int i = 0; i < 8; ++i) {
        const std::string first(1, static_cast<char>('1' + random() % 9));
        const std::string number = (i % 2 == 0 ? "-" : "") +
                                   (i < 2 ? "0" : first + digits(whole - 1)) + "." +
                                   (i < 4 ? std::string(fraction, '0') : digits(fraction));
        EXPECT_TRUE(paths.Check("{\"d\":" + number + "}")) << number;
      }
    }
  }
  for (const char* number : {"0", "-0", "-0.0", "1e2", "-1.5E-3", "99999999.9999999",
                             "0.000000000000001", "123456789012345678901234567890"}) {
    EXPECT_TRUE(paths.Check(std::string("{\"d\":") + number + "}")) << number;
  }
}

TEST(JsonFastParser, FindsFieldsBehindMissingOnes) {
  BothPaths paths("a INT, b INT, c INT, d INT, e INT, f INT");
  const char* const names = "abcdef";
  for (int round = 0; round < 2; ++round) {
    for (int present = 0; present < 64; ++present) {
      std::string line = "{";
      for (int i = 0; i < 6; ++i) {
        if ((present >> i & 1) == 0) continue;
        if (line.size() > 1) line += ',';
        line += std::string("\"") + names[i] + "\":" + std::to_string(i + round);
      }
      EXPECT_TRUE(paths.Check(line + "}")) << line;
    }
  }
  EXPECT_TRUE(paths.Check("{\"f\":1,\"a\":2}"));
  EXPECT_FALSE(paths.Check("{\"a\":1,\"c\":2,\"a\":3}"));
}

TEST(JsonFastParser, LeavesTheRestToTheTolerantParser) {
  BothPaths paths("k BIGINT, s STRING, d DOUBLE");
  for (const char* line : {"{\"k\":1} x",
                           "{\"k\":1}{}",
                           "{\"k\":1,\"k\":2}",
                           "{\"k\":\"1\"}",
                           "{'k':1}",
                           "{\"k\":01}",
                           "{\"k\":1.5}",
                           "{\"k\":NaN}",
                           "[{\"k\":1}]",
                           "{\"k\":1",
                           "{\"k\":",
                           "{\"k\"",
                           "{",
                           "5",
                           "{\"x\":[1,2}}",
                           "{\"x\":{1:2}}",
                           "{\"x\":\"\\'\"}",
                           "{\"x\":truex}",
                           "{\"x\":-}",
                           "{\"x\":1.}",
                           "{\"x\":.5}",
                           "{\"x\":1e}",
                           "{\"x\":1e+}",
                           "{\"x\":--1}",
                           "{\"x\":1-1}",
                           "{\"x\":1.2.3}",
                           "{\"x\":1e5e5}",
                           "{\"x\":[1,]}",
                           "{\"x\":{\"a\":1,}}",
                           "{\"k\":1,}",
                           "{\"\\u006b\":1}"}) {
    EXPECT_FALSE(paths.Check(line)) << line;
  }
}

}  // namespace
}  // namespace firesteel
