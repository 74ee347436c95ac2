#include "tools/line_editor.h"

#include <cstdio>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/edited_line.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;

/// What is in the line after the bytes, with | at the cursor.
std::string Type(std::string_view bytes) {
  KeyDecoder decoder;
  EditedLine line;
  for (const char byte : bytes) {
    if (const auto key = decoder.TakeByte(byte)) line.Apply(*key);
  }
  std::string text = line.text();
  return text.insert(line.cursor(), "|");
}

TEST(EditedLine, InsertsAtTheCursor) {
  EXPECT_EQ(Type("select"), "select|");
  EXPECT_EQ(Type("selct\033[D\033[De"), "sele|ct");
  EXPECT_EQ(Type("b\033[Ha\033[F!"), "ab!|");
}

TEST(EditedLine, MovesOverWholeCharacters) {
  EXPECT_EQ(Type("aé€😀\033[D\033[D"), "aé|€😀");
  EXPECT_EQ(Type("aé€😀\x7f\x7f"), "aé|");
  EXPECT_EQ(Type("aé\x01\033[C\033[3~"), "a|");
}

TEST(EditedLine, ErasesPieces) {
  EXPECT_EQ(Type("select a from\x17"), "select a |");
  EXPECT_EQ(Type("select a\033b\x0b"), "select |");
  EXPECT_EQ(Type("select a\033[1;5D\x15"), "|a");
}

TEST(EditedLine, LeavesOutWhatItDoesNotKnow) {
  EXPECT_EQ(Type("a\033[99~b\033Oz\x1e\xff\x80" "c"), "abc|");
  EXPECT_EQ(Type("a\xe2\x82z"), "az|");  // a character that is cut
}

TEST(EditedLine, ShowsThePartAroundTheCursor) {
  EditedLine line;
  line.Set("0123456789");
  size_t column = 0;
  EXPECT_EQ(line.Visible(20, &column), "0123456789");
  EXPECT_EQ(column, 10u);
  EXPECT_EQ(line.Visible(4, &column), "789");
  EXPECT_EQ(column, 3u);
  line.Apply({Key::Kind::kHome, ""});
  EXPECT_EQ(line.Visible(4, &column), "0123");
  EXPECT_EQ(column, 0u);
}

TEST(LineHistory, KeepsEntriesInItsFile) {
  const std::string path = ::testing::TempDir() + "line-history";
  std::remove(path.c_str());
  LineHistory first(path);
  first.Add("select 1");
  first.Add("select\n  2 ");
  first.Add("select   2");
  first.Add("   ");
  EXPECT_THAT(LineHistory(path).entries(), ElementsAre("select 1", "select   2"));
  std::remove(path.c_str());
}

}  // namespace
}  // namespace firesteel
