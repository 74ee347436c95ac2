#include "formats/json/json_text_parser.h"

#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "arrow/array/array_base.h"
#include "formats/json/json_read_options.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

/// Reads texts by the parser under test and one by one by the tolerant one, and compares.
class JsonTextParserTest : public testing::Test {
 protected:
  JsonTextParserTest() { syntax_.keep_nested_text = false; }

  std::vector<JsonColumn> MakeColumns() const {
    std::vector<JsonColumn> columns;
    for (const StructField& field : schema_.fields()) columns.emplace_back(field.type);
    return columns;
  }

  /// Every `skipped`-th text is passed over.
  void ExpectSame(const std::vector<std::string>& texts, size_t skipped = 1 << 30) {
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    JsonRecordParser tolerant(schema_, syntax_, temporal_.get());
    const auto parser = JsonTextParser::Make(schema_, syntax_, temporal_.get()).ValueOrDie();
    std::vector<JsonColumn> expected = MakeColumns();
    std::vector<JsonColumn> actual = MakeColumns();
    int64_t row = 0;
    for (size_t loaded = 0, i = 0; i < views.size(); ++i) {
      if (i == loaded) loaded += parser->Load(std::span(views).subspan(i));
      ASSERT_GT(loaded, i);
      if (i % skipped == skipped - 1) {
        parser->SkipNext();
        continue;
      }
      const auto want = tolerant.Parse(views[i], &expected, row).ValueOrDie();
      const auto got = parser->ParseNext(&actual, row).ValueOrDie();
      ASSERT_EQ(got.rows, want.rows) << views[i].substr(0, 200);
      EXPECT_EQ(got.malformed, want.malformed) << views[i].substr(0, 200);
      row += got.rows;
    }
    for (size_t i = 0; i < expected.size(); ++i) {
      const auto want = expected[i].Finish().ValueOrDie();
      const auto got = actual[i].Finish().ValueOrDie();
      EXPECT_TRUE(want->Equals(*got)) << want->ToString() << got->ToString();
    }
  }

  const Schema schema_ =
      Schema::FromDdl("l LONG, s STRING, t TIMESTAMP, n STRUCT<x: INT>, a ARRAY<INT>").ValueOrDie();
  JsonSyntax syntax_;
  const std::unique_ptr<JsonTemporalParser> temporal_ =
      JsonTemporalParser::Make(JsonReadOptions()).ValueOrDie();
  // Texts of which each is whole only by itself.
  const std::vector<std::string> odd_ = {
      "",
      " \n ",
      "{",
      "}",
      "{\"l\":1",
      "{\"s\":\"open",
      "closed\"}",
      "{\"s\":\"a\\",
      "\"}",
      "\\\"",
      "{\"l\":1}{\"l\":2}",
      "{\"l\":1} x",
      "[{\"l\":1},{\"l\":2}]",
      "{\n\"l\":\n1\n}\n",
      "{'l':1}",
      "{\"s\":{\"b\" : [1, 2.50]}}",
      "{\"s\": 1.0}",
      "{\"s\":\"\xff\"}",
      "{\"s\":\"\xc3",
      "null",
      "{\"l\":null,\"a\":[1,null],\"n\":{\"x\":7}}",
      "{\"t\":\"2024-02-30T00:00:00Z\"}",
      "{\"t\":\"2024-02-29T01:02:03.456789Z\",\"l\":5}",
      "{\"t\":\"2024-02-29 01:02:03+02:00\",\"l\":6}",
      "{\"t\":17}",
      "{\"l\":1,\"l\":2}",
      std::string("{\"s\":\"a\0b\"}", 11),
  };
};

TEST_F(JsonTextParserTest, ReadsPlainRecords) {
  std::vector<std::string> texts;
  for (int i = 0; i < 5000; ++i) {
    texts.push_back("{\"l\":" + std::to_string(i) + ",\"s\":\"text " + std::to_string(i % 7) +
                    "\",\"t\":\"2024-01-02T03:04:05.6Z\"}");
  }
  ExpectSame(texts);
  ExpectSame(texts, 3);
}

TEST_F(JsonTextParserTest, KeepsOddTextsApart) {
  for (const std::string& text : odd_) ExpectSame({text});
  ExpectSame(odd_);
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> texts;
    for (int i = 0; i < 40; ++i) {
      texts.push_back(random() % 3 == 0 ? odd_[random() % odd_.size()]
                                        : "{\"l\":" + std::to_string(i) + ",\"s\":\"good\"}");
    }
    ExpectSame(texts, 1 + random() % 9);
  }
}

TEST_F(JsonTextParserTest, ReadsTextsOfAnySize) {
  std::vector<std::string> texts;
  for (const size_t size : {1, 4000, 5000, 130000, 131072, 131073, 300000, 3}) {
    texts.push_back("{\"l\":1,\"s\":\"" + std::string(size, 'x') + "\"}");
    texts.push_back("{\"s\":\"" + std::string(size, 'y'));
    texts.push_back("{\"l\":2}");
  }
  ExpectSame(texts);
}

}  // namespace
}  // namespace firesteel
