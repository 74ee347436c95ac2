#include "checkpoint/log_text.h"
#include "common/json_text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(LogTextTest, SplitsLines) {
  EXPECT_THAT(*ParseLogLines("v1", "f"), ElementsAre());
  EXPECT_THAT(*ParseLogLines("v1\na\nb", "f"), ElementsAre("a", "b"));
  EXPECT_THAT(*ParseLogLines("v1\n\nb", "f"), ElementsAre("", "b"));
}

TEST(LogTextTest, AcceptsOneLineBreakAtTheEndAndWindowsOnes) {
  EXPECT_THAT(*ParseLogLines("v1\na\n", "f"), ElementsAre("a"));
  EXPECT_THAT(*ParseLogLines("v1\r\na\r\n", "f"), ElementsAre("a"));
  EXPECT_THAT(*ParseLogLines("v1\na\n\n", "f"), ElementsAre("a", ""));
}

TEST(LogTextTest, NewerVersionIsUnsupported) {
  const Status status = ParseLogLines("v2\n{}", "/c/offsets/7").status();
  EXPECT_EQ(ErrorCondition(status), "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION");
  EXPECT_THAT(status.message(), HasSubstr("/c/offsets/7"));
  EXPECT_THAT(status.message(), HasSubstr("v2"));
  EXPECT_EQ(ErrorCondition(ParseLogLines("v999\n{}", "f").status()),
            "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION");
}

TEST(LogTextTest, AnythingElseIsMalformed) {
  for (const std::string text : {"", "\n", "v", "vx", "v0", "v-1", "v1 ", " v1", "1", "V1", "v01",
                                 "v99999999999", "{}", "\xff\xfe", "v1x\n{}"}) {
    const Status status = ParseLogLines(text, "/c/commits/3").status();
    EXPECT_EQ(ErrorCondition(status), "MALFORMED_LOG_FILE") << text;
    EXPECT_THAT(status.message(), HasSubstr("/c/commits/3")) << text;
  }
}

TEST(LogTextTest, MessageDoesNotRepeatTheWholeFile) {
  EXPECT_LT(ParseLogLines(std::string(100000, 'x'), "f").status().message().size(), 500u);
}

TEST(LogTextTest, BatchIdsArePlainNumbers) {
  EXPECT_EQ(ParseBatchId("0"), 0);
  EXPECT_EQ(ParseBatchId("9223372036854775807"), INT64_MAX);
  for (const char* name : {"", "-1", "+1", "01", "1.compact", "0x1", "9223372036854775808", " 1"}) {
    EXPECT_EQ(ParseBatchId(name), std::nullopt) << name;
  }
}

TEST(LogTextTest, EscapesAsJacksonDoes) {
  std::string json;
  AppendJsonString("a\"b\\c\b\f\n\r\t\x01\x1f/\x7f\u00e9\U0001F600", &json);
  EXPECT_EQ(json,
            "\"a\\\"b\\\\c\\b\\f\\n\\r\\t\\u0001\\u001F/\x7f\u00e9\U0001F600\"");
}

}  // namespace
}  // namespace firesteel
