#include "firesteel/observation.h"

#include <filesystem>
#include <string>
#include <thread>

#include "common/random.h"
#include "firesteel/firesteel.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/test_session.h"

namespace firesteel {
namespace {

using functions::Col;
using functions::Count;
using functions::Lit;
using functions::Max;
using functions::Sum;
using ::testing::HasSubstr;

class ObservationTest : public ::testing::Test {
 protected:
  ObservationTest() : session_(*testing::MakeTestSession({})) {}
  ~ObservationTest() override { EXPECT_TRUE(session_.Stop().ok()); }

  DataFrame Numbers() const {
    return session_.CreateDataFrame({Row({1, "a"}), Row({2, Value()}), Row({3, "c"})},
                                    *Schema::FromDdl("n INT, t STRING"));
  }
  static std::vector<Column> Metrics() {
    return {Count(Lit(1)).As("rows"), Sum("n").As("total"), Max("t").As("last")};
  }
  static std::string Seen(const Observation& observation) {
    const auto metrics = observation.Get();
    if (!metrics.ok()) return ErrorCondition(metrics.status());
    std::string text;
    for (const auto& [name, value] : *metrics) text += name + "=" + value.ToString() + " ";
    return text;
  }

  Session session_;
};

TEST_F(ObservationTest, SeesTheRowsOfItsPlace) {
  const Observation before;
  const Observation after("after");
  EXPECT_FALSE(before.GetIfDone().has_value());
  const DataFrame frame =
      Numbers().Observe(before, Metrics()).Where("n > 1").Observe(after, Metrics()).Select({"n"});
  EXPECT_EQ(frame.Collect()->size(), 2);
  EXPECT_EQ(Seen(before), "last=c rows=3 total=6 ");
  EXPECT_EQ(Seen(after), "last=c rows=2 total=5 ");
  EXPECT_EQ(after.name(), "after");
}

TEST_F(ObservationTest, KeepsTheFirstResult) {
  const Observation seen;
  const DataFrame observed = Numbers().Observe(seen, Metrics());
  EXPECT_EQ(*observed.Limit(1).Count(), 1);
  EXPECT_EQ(Seen(seen), "last=a rows=1 total=1 ");
  EXPECT_TRUE(observed.Collect().ok());
  EXPECT_EQ(Seen(seen), "last=a rows=1 total=1 ");
}

TEST_F(ObservationTest, AnObservedFrameMayOccurTwice) {
  const Observation seen;
  const DataFrame observed = Numbers().Observe(seen, Metrics());
  EXPECT_EQ(*observed.As("l").Join(observed.As("r"), Col("l.n") == Col("r.n")).Count(), 3);
  EXPECT_EQ(Seen(seen), "last=c rows=3 total=6 ");
}

TEST_F(ObservationTest, NoRowsArePossible) {
  const Observation nothing;
  EXPECT_TRUE(Numbers().Observe(nothing, Metrics()).Where("false").Collect().ok());
  EXPECT_EQ(Seen(nothing), "");
  const Observation none;
  EXPECT_TRUE(Numbers().Where("n > 5").Observe(none, Metrics()).Collect().ok());
  EXPECT_EQ(Seen(none), "last=NULL rows=0 total=NULL ");
}

TEST_F(ObservationTest, SeesWritesAndCachedFrames) {
  const std::string directory = std::filesystem::temp_directory_path() / NewUuid();
  const Observation written;
  EXPECT_TRUE(Numbers().Observe(written, Metrics()).Write().Json(directory).ok());
  EXPECT_EQ(Seen(written), "last=c rows=3 total=6 ");
  std::filesystem::remove_all(directory);
  const Observation cached;
  const DataFrame frame = Numbers().Observe(cached, Metrics());
  EXPECT_TRUE(frame.Cache().ok());
  EXPECT_TRUE(frame.Where("n = 1").Collect().ok());
  EXPECT_EQ(Seen(cached), "last=c rows=3 total=6 ");
}

TEST_F(ObservationTest, ToldOfAFailureItWaitsForTheNextRun) {
  const Observation seen;
  const DataFrame observed = Numbers().Observe(seen, Metrics());
  EXPECT_FALSE(observed.SelectExpr({"1 / (n - 2)"}).Collect().ok());
  EXPECT_EQ(Seen(seen), "DIVIDE_BY_ZERO");
  EXPECT_TRUE(observed.Collect().ok());
  EXPECT_EQ(Seen(seen), "last=c rows=3 total=6 ");
}

TEST_F(ObservationTest, GetWaits) {
  const Observation seen;
  std::string waited;
  std::thread waiting([&] { waited = Seen(seen); });
  EXPECT_TRUE(Numbers().Observe(seen, Metrics()).Collect().ok());
  waiting.join();
  EXPECT_EQ(waited, "last=c rows=3 total=6 ");
}

TEST_F(ObservationTest, ObservesOneFrame) {
  const Observation seen;
  const DataFrame first = Numbers().Observe(seen, Metrics());
  EXPECT_THAT(Numbers().Observe(seen, Metrics()).status().message(), HasSubstr("in use already"));
  EXPECT_TRUE(first.status().ok());
  EXPECT_FALSE(Numbers().Observe(Observation(""), Metrics()).status().ok());
  EXPECT_EQ(ErrorCondition(Numbers().Observe("m", {Col("n")}).Collect().status()),
            "INVALID_OBSERVED_METRICS.NON_AGGREGATE_FUNC_ARG_IS_ATTRIBUTE");
}

}  // namespace
}  // namespace firesteel
