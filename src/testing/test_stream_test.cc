#include "firesteel/functions.h"
#include "firesteel/grouped_data.h"
#include "firesteel/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace firesteel::testing {
namespace {

using functions::Col;
using functions::Lit;
using ::testing::HasSubstr;

Row R(int32_t value) { return Row({Value(value)}); }

TestStream Doubled(std::string name) {
  return TestStream(std::move(name), {Schema().Add("n", TypeId::kInteger)}, OutputMode::kAppend,
                    [](const std::vector<DataFrame>& in) {
                      return in[0].Select({(Col("n") * Lit(int32_t{2})).As("n")});
                    });
}

TEST(TestStreamTest, ARightListPassesInEveryVariant) {
  const TestStream list = Doubled("doubled")
                              .AddData({R(1), R(2)})
                              .CheckAnswer({R(4), R(2)})
                              .StopStream()
                              .AddData({R(3)})
                              .StartStream()
                              .CheckNewAnswer({R(6)})
                              .CheckAnswer({R(2), R(4), R(6)});
  for (const Variant variant : AllVariants()) {
    const Status status = list.Run(variant);
    EXPECT_TRUE(status.ok()) << status.message();
  }
}

TEST(TestStreamTest, AWrongAnswerIsShownWithItsStep) {
  const Status status = Doubled("wrong").AddData({R(1), R(2)}).CheckAnswer({R(2), R(5)}).Run(
      Variant::kAsWritten);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.message(), HasSubstr("wrong (as written):\n"
                                          "     AddData([1] [2])\n"
                                          "  => CheckAnswer([2] [5])\n"));
  EXPECT_THAT(status.message(), HasSubstr("wanted:\n      [2]\n    ! [5]\n"));
  EXPECT_THAT(status.message(), HasSubstr("found:\n      [2]\n    ! [4]\n"));
  EXPECT_THAT(status.message(), HasSubstr("last progress: {"));
}

TEST(TestStreamTest, MissingRowsAreFound) {
  EXPECT_FALSE(Doubled("missing").AddData({R(1)}).CheckAnswer({}).Run(Variant::kAsWritten).ok());
  EXPECT_FALSE(Doubled("none").CheckAnswer({R(1)}).Run(Variant::kAsWritten).ok());
}

TEST(TestStreamTest, AFailureThatIsNotWantedIsReported) {
  TestStream list("fails", {Schema().Add("n", TypeId::kInteger)}, OutputMode::kAppend,
                  [](const std::vector<DataFrame>& in) {
                    return in[0].SelectExpr({"10 / n AS quotient"});
                  });
  list.AddData({R(0)}).CheckAnswer({});
  const Status status = list.Run(Variant::kAsWritten);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(ErrorCondition(status), "STREAM_FAILED");
  EXPECT_THAT(status.message(), HasSubstr("  => CheckAnswer(no rows)\n"));
}

TEST(TestStreamTest, AWantedFailureMustHappen) {
  const Status status =
      Doubled("fine").AddData({R(1)}).ExpectFailure("DIVIDE_BY_ZERO").Run(Variant::kAsWritten);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.message(), HasSubstr("The query did not fail."));
}

TEST(TestStreamTest, ACrashNeedsABatchAndAKnownPoint) {
  EXPECT_THAT(Doubled("no batch").CrashStream("commits.before").Run(Variant::kAsWritten).message(),
              HasSubstr("The query had no batch to crash in."));
  EXPECT_THAT(
      Doubled("no point").AddData({R(1)}).CrashStream("nowhere").Run(Variant::kAsWritten).message(),
      HasSubstr("There is no point 'nowhere'"));
}

TEST(TestStreamTest, RowsThatDoNotFitAreAnError) {
  EXPECT_FALSE(Doubled("text").AddData({Row({Value("x")})}).Run(Variant::kAsWritten).ok());
  EXPECT_FALSE(Doubled("input").AddData({R(1)}, 1).Run(Variant::kAsWritten).ok());
}

// A query whose answer depends on how its input is cut must be told apart from one that is stable.
TEST(TestStreamTest, TheMatrixFindsAnswersThatDependOnTheBatches) {
  TestStream list("counts as keys", {Schema().Add("n", TypeId::kInteger)},
                  OutputMode::kUpdate,
                  [](const std::vector<DataFrame>& in) {
                    return in[0].GroupBy({"n"}).Agg({functions::Count("*").As("c")}).SelectExpr(
                        {"c", "n"});
                  });
  // The key is said to be the count, so the rows of several groups fall together.
  list.AddData({R(2), R(1), R(1)}).CheckAnswer({Row({int64_t{2}, int32_t{1}}),
                                                Row({int64_t{1}, int32_t{2}})});
  EXPECT_TRUE(list.Run(Variant::kAsWritten).ok());
  EXPECT_THAT(list.Run(Variant::kOneRowBatches).message(), HasSubstr("ended differently"));
}

TEST(TestStreamTest, TheSummaryCountsAndExplains) {
  const TestStream good = Doubled("good").AddData({R(1)}).CheckAnswer({R(2)});
  const TestStream bad = Doubled("bad").AddData({R(1)}).CheckAnswer({R(3)}).OnlyAsWritten();
  const ReplaySummary summary = RunReplayMatrix({good, bad});
  EXPECT_EQ(summary.failures.size(), 1u);
  EXPECT_FALSE(summary.enough);
  EXPECT_THAT(summary.text, HasSubstr("as written: 2 of 2 lists (100 %), 1 failed\n"));
  EXPECT_THAT(summary.text, HasSubstr("many partitions: 1 of 2 lists (50 %), 0 failed\n"));
  EXPECT_THAT(summary.text, HasSubstr("  without 'bad': only as written\n"));
  EXPECT_TRUE(RunReplayMatrix({good}).enough);
}

TEST(TestStreamTest, ACopyIsAListOfItsOwn) {
  TestStream list = Doubled("list");
  TestStream copy = list;
  copy.AddData({R(1)}).CheckAnswer({R(7)});
  EXPECT_TRUE(list.Run(Variant::kAsWritten).ok());
  EXPECT_FALSE(copy.Run(Variant::kAsWritten).ok());
}

}  // namespace
}  // namespace firesteel::testing
