#include "tools/live_view.h"

#include "gtest/gtest.h"

namespace firesteel {
namespace {

TEST(LiveView, GroupsDigits) {
  EXPECT_EQ(WithThousands(0), "0");
  EXPECT_EQ(WithThousands(999), "999");
  EXPECT_EQ(WithThousands(1000), "1,000");
  EXPECT_EQ(WithThousands(-1234567), "-1,234,567");
}

TEST(LiveView, TellsProgressInOneLine) {
  LiveState state;
  state.batches = 20;
  state.rows = 100000;
  state.expected_rows = 200000;
  state.seconds = 0.5;
  EXPECT_EQ(LiveView::ProgressLine(state, false),
            "50 %  100,000 of 200,000 rows  20 batches  200,000 rows/s");
  EXPECT_EQ(LiveView::ProgressLine(state, true).substr(0, 34),
            "[###############---------------]  ");
}

TEST(LiveView, PrintsPlainLinesWithoutATerminal) {
  std::FILE* const file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  LiveView view(file, /*terminal=*/false);
  LiveState state;
  state.batches = 1;
  state.table = "not shown";
  view.Update(state);
  view.Update(state);
  std::rewind(file);
  char text[256] = {};
  const size_t bytes = std::fread(text, 1, sizeof(text) - 1, file);
  std::fclose(file);
  EXPECT_EQ(std::string_view(text, bytes), "100 %  0 of 0 rows  1 batch  0 rows/s\n");
}

}  // namespace
}  // namespace firesteel
