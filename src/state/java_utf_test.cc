#include "state/java_utf.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using testing::ElementsAre;

std::string Written(std::string_view text) {
  std::string bytes;
  AppendJavaUtf(text, &bytes);
  return bytes;
}

TEST(JavaUtfTest, WritesCountAndModifiedUtf8) {
  EXPECT_EQ(Written("v2"), std::string("\0\2v2", 4));
  EXPECT_EQ(Written(""), std::string("\0\0", 2));
  EXPECT_EQ(Written(std::string_view("a\0b", 3)), std::string("\0\4a\xc0\x80" "b", 6));
  EXPECT_EQ(Written("\u00e9\u20ac"), std::string("\0\5\u00e9\u20ac", 7));
  // U+1F600 as the surrogates D83D DE00.
  EXPECT_EQ(Written("\U0001F600"), std::string("\0\6\xed\xa0\xbd\xed\xb8\x80", 8));
}

TEST(JavaUtfTest, ReadsWhatItWrites) {
  const std::string text = std::string("a\0\u00e9\u20ac\U0001F600z", 12);
  const std::string bytes = Written(text) + "rest";
  std::string_view left = bytes;
  EXPECT_EQ(*ReadJavaUtf(&left), text);
  EXPECT_EQ(left, "rest");
}

TEST(JavaUtfTest, DamagedBytesAreErrors) {
  for (const std::string& bytes : {
           std::string(), std::string("\0", 1), std::string("\0\1", 2),
           std::string("\0\1\0", 3),                           // NUL takes two bytes
           std::string("\0\1\x80", 3),                         // a continuation
           std::string("\0\1\xc3", 3),                         // cut
           std::string("\0\4\xf0\x9f\x98\x80", 6),             // four bytes are not Java's
           std::string("\0\3\xed\xa0\xbd", 5),                 // half a pair
           std::string("\0\6\xed\xb8\x80\xed\xa0\xbd", 8),     // a pair in the wrong order
           std::string("\0\6\xed\xa0\xbd\xe2\x82\xac", 8)}) {  // a pair with another character
    std::string_view left = bytes;
    EXPECT_FALSE(ReadJavaUtf(&left).ok());
  }
}

TEST(JavaUtfTest, SplitsIntoTheFewestParts) {
  EXPECT_THAT(SplitForJavaUtf(""), ElementsAre(""));
  const std::string exact(65535, 'x');
  EXPECT_THAT(SplitForJavaUtf(exact), ElementsAre(exact));
  const std::string more = exact + "y";
  EXPECT_THAT(SplitForJavaUtf(more), ElementsAre(exact, "y"));
}

TEST(JavaUtfTest, SplitsBetweenCharacters) {
  // 65534 bytes, then a character of six in Java's form.
  const std::string text = std::string(65534, 'x') + "\U0001F600" + "z";
  EXPECT_THAT(SplitForJavaUtf(text), ElementsAre(std::string(65534, 'x'), "\U0001F600z"));
  std::string all;
  for (const std::string_view part : SplitForJavaUtf(text)) {
    const std::string bytes = Written(part);
    std::string_view left = bytes;
    all += *ReadJavaUtf(&left);
    EXPECT_TRUE(left.empty());
  }
  EXPECT_EQ(all, text);
}

}  // namespace
}  // namespace firesteel
