#include "common/random.h"

#include <set>

#include "gtest/gtest.h"

namespace firesteel {
namespace {

TEST(NewUuid, HasTheFormOfVersionFour) {
  const std::string uuid = NewUuid();
  ASSERT_EQ(uuid.size(), 36u);
  for (size_t i = 0; i < uuid.size(); ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      EXPECT_EQ(uuid[i], '-');
    } else {
      EXPECT_NE(std::string("0123456789abcdef").find(uuid[i]), std::string::npos);
    }
  }
  EXPECT_EQ(uuid[14], '4');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
}

TEST(NewUuid, DoesNotRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(NewUuid());
  EXPECT_EQ(seen.size(), 1000u);
}

}  // namespace
}  // namespace firesteel
