#include "common/duration.h"

#include "gtest/gtest.h"

namespace firesteel {
namespace {

TEST(Duration, KnowsItsUnits) {
  EXPECT_EQ(ParseDurationMs("500"), 500);
  EXPECT_EQ(ParseDurationMs("500ms"), 500);
  EXPECT_EQ(ParseDurationMs("30s"), 30'000);
  EXPECT_EQ(ParseDurationMs("2m"), 120'000);
  EXPECT_EQ(ParseDurationMs("2min"), 120'000);
  EXPECT_EQ(ParseDurationMs("12 h"), 43'200'000);
  EXPECT_EQ(ParseDurationMs("7d"), 604'800'000);
}

TEST(Duration, TakesNothingElse) {
  for (const char* const text : {"", "h", "-1s", " 1s", "1S", "1 week", "1s ", "1.5s",
                                 "9223372036854775807s", "99999999999999999999"}) {
    EXPECT_EQ(ParseDurationMs(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace firesteel
