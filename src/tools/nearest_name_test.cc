#include "tools/nearest_name.h"

#include "gtest/gtest.h"

namespace firesteel {
namespace {

TEST(NearestName, FindsWhatWasMeant) {
  const std::vector<std::string> names = {"demo", "sql", "checkpoint", "supported"};
  EXPECT_EQ(NearestName("slq", names), "sql");
  EXPECT_EQ(NearestName("chekpoint", names), "checkpoint");
  EXPECT_EQ(NearestName("support", names), "supported");
  EXPECT_EQ(NearestName("sql", names), "sql");
}

TEST(NearestName, DoesNotGuessFarOff) {
  EXPECT_EQ(NearestName("banana", {"demo", "sql"}), "");
  EXPECT_EQ(NearestName("", {"sql"}), "");
  EXPECT_EQ(NearestName(std::string(10000, 'a'), {"sql"}), "");
}

}  // namespace
}  // namespace firesteel
