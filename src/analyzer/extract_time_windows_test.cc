#include <gmock/gmock.h>

#include "analyzer/test_analysis.h"
#include "common/error.h"
#include "expr/unresolved.h"
#include "plan/event_time.h"

namespace firesteel {
namespace {

using ::testing::HasSubstr;
using test::Call;
using test::GroupBy;
using test::Name;
using test::Scan;
using test::Select;
using test::Session;
using test::Text;

PlanPtr Events(bool streaming = false) { return Scan("at TIMESTAMP, who STRING", streaming); }

PlanPtr Watched(const std::string& column, const std::string& delay, bool streaming = true) {
  return std::make_shared<EventTimeWatermark>(Name(column), delay, Events(streaming));
}

ExpressionPtr WindowOf(std::vector<ExpressionPtr> arguments) {
  return std::make_shared<UnresolvedFunction>("window", std::move(arguments));
}

TEST(ExtractTimeWindowsTest, ATumblingWindowIsAColumn) {
  const Session session;
  EXPECT_EQ(session.SchemaOf(Select(Events(), WindowOf({Name("at"), Text("5 minutes")}))),
            "window:struct<start:timestamp,end:timestamp>");
  EXPECT_THAT(session.Tree(Select(Events(), WindowOf({Name("at"), Text("5 minutes")}))),
              HasSubstr("Filter (at#"));
}

TEST(ExtractTimeWindowsTest, GroupsByTheWindowAndItsName) {
  const Session session;
  const PlanPtr plan = GroupBy(Events(), {WindowOf({Name("at"), Text("5 minutes")})},
                               {Name("window"), Call("count", Name("who"))});
  EXPECT_EQ(session.SchemaOf(plan),
            "window:struct<start:timestamp,end:timestamp>,count(who):bigint");
}

TEST(ExtractTimeWindowsTest, SlidingWindowsExpandRows) {
  const Session session;
  EXPECT_THAT(session.Tree(Select(Events(), WindowOf({Name("at"), Text("5 minutes"),
                                                      Text("1 minute")}))),
              HasSubstr("Expand"));
}

TEST(ExtractTimeWindowsTest, RefusesTwoWindowsAndTimesOfNoWindow) {
  const Session session;
  EXPECT_EQ(session.SchemaOf(Select(Events(), WindowOf({Name("at"), Text("5 minutes")}),
                                    WindowOf({Name("at"), Text("6 minutes")}))),
            "_LEGACY_ERROR_TEMP_1039");
  EXPECT_EQ(session.SchemaOf(Select(Scan("w STRUCT<start: TIMESTAMP, end: TIMESTAMP>"),
                                    Call("window_time", Name("w")))),
            "_LEGACY_ERROR_TEMP_3101");
}

TEST(ExtractTimeWindowsTest, TheWindowIsAsLateAsItsTime) {
  const Session session;
  const PlanPtr plan =
      session
          .Run(GroupBy(Watched("at", "10 seconds"), {WindowOf({Name("at"), Text("5 minutes")})},
                       {Name("window"), Call("count", Name("who"))}))
          .ValueOrDie();
  EXPECT_EQ(plan->output()[0]->metadata(),
            R"({"spark.timeWindow":true,"spark.watermarkDelayMs":10000})");
  const PlanPtr times =
      session.Run(Select(plan, Call("window_time", Name("window")))).ValueOrDie();
  EXPECT_EQ(times->output()[0]->name(), "window_time(window)");
  EXPECT_EQ(WatermarkDelayMs(*times->output()[0]), 10'000);
}

TEST(ResolveWatermarksTest, ReadsTheDelay) {
  const Session session;
  const auto delay = [&session](const std::string& text) {
    const auto plan = session.Run(Watched("AT", text));
    return plan.ok() ? WatermarkDelayMs(*(*plan)->output()[0]).value_or(-1) : -2;
  };
  EXPECT_EQ(delay("0 seconds"), 0);
  EXPECT_EQ(delay("1 hour 30 minutes"), 5'400'000);
  EXPECT_EQ(delay("1 month"), int64_t{31} * 86'400'000);
  EXPECT_EQ(delay("-1 minute"), -2);
  EXPECT_EQ(session.SchemaOf(Watched("at", "1 min")), "CANNOT_PARSE_INTERVAL");
  EXPECT_EQ(session.SchemaOf(Watched("who", "1 minute")), "EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE");
  EXPECT_EQ(session.SchemaOf(Watched("nope", "1 minute")), "UNRESOLVED_COLUMN.WITH_SUGGESTION");
}

TEST(ResolveWatermarksTest, ABatchQueryHasNone) {
  const Session session;
  const PlanPtr plan = session.Run(Watched("at", "1 minute", false)).ValueOrDie();
  EXPECT_EQ(plan->kind(), PlanKind::kTableScan);
}

}  // namespace
}  // namespace firesteel
