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

TEST(IsUuid, LooksAtTheForm) {
  EXPECT_TRUE(IsUuid(NewUuid()));
  EXPECT_TRUE(IsUuid("00112233-4455-6677-8899-AABBCCDDEEFF"));
  EXPECT_FALSE(IsUuid(""));
  EXPECT_FALSE(IsUuid("00112233-4455-6677-8899-aabbccddeef"));
  EXPECT_FALSE(IsUuid("00112233-4455-6677-8899-aabbccddeeffa"));
  EXPECT_FALSE(IsUuid("00112233-4455-6677-8899-aabbccddeefg"));
  EXPECT_FALSE(IsUuid("001122334455-6677-8899-aabbccddeeff-"));
}

}  // namespace
}  // namespace firesteel
