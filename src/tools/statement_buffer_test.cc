#include "tools/statement_buffer.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(StatementBuffer, EndsAtASemicolon) {
  StatementBuffer buffer;
  EXPECT_THAT(buffer.AddLine("select 1,"), IsEmpty());
  EXPECT_FALSE(buffer.empty());
  EXPECT_THAT(buffer.AddLine("  2; select 3; "), ElementsAre("select 1,\n  2", " select 3"));
  EXPECT_TRUE(buffer.empty());
}

TEST(StatementBuffer, LooksIntoNeitherTextsNorComments) {
  StatementBuffer buffer;
  EXPECT_THAT(buffer.AddLine("select ';', \"a;b\", `c;d` -- ;"), IsEmpty());
  EXPECT_THAT(buffer.AddLine("/* ; /* ; */ ;"), IsEmpty());
  EXPECT_THAT(buffer.AddLine("; */ from t;").size(), 1u);
  EXPECT_TRUE(buffer.empty());
}

TEST(StatementBuffer, KnowsEscapedQuotes) {
  StatementBuffer buffer;
  EXPECT_THAT(buffer.AddLine(R"(select 'it\'s; ', 'it''s; ', `a\`;)").size(), 1u);
  EXPECT_THAT(buffer.AddLine("select 'a"), IsEmpty());
  EXPECT_THAT(buffer.AddLine("b;c';"), ElementsAre("select 'a\nb;c'"));
}

TEST(StatementBuffer, LeavesOutEmptyStatements) {
  StatementBuffer buffer;
  EXPECT_THAT(buffer.AddLine(" ; ;; -- nothing"), IsEmpty());
  EXPECT_TRUE(buffer.empty());
}

TEST(StatementBuffer, ForgetsWhatWaits) {
  StatementBuffer buffer;
  buffer.AddLine("select 'a");
  EXPECT_EQ(buffer.TakeRest(), "select 'a\n");
  EXPECT_THAT(buffer.AddLine("select 1;"), ElementsAre("select 1"));
}

}  // namespace
}  // namespace firesteel
