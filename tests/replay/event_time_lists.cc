#include "firesteel/functions.h"
#include "firesteel/grouped_data.h"
#include "tests/replay/streaming_lists.h"

namespace firesteel::testing {
namespace {

using functions::Col;
using functions::Expr;
using functions::SessionWindow;
using functions::Window;
using functions::WindowTime;
using Frames = std::vector<DataFrame>;

Schema TimedClicks() { return Schema().Add("at", TypeId::kTimestamp).Add("who", TypeId::kString); }

Value AtSecond(int64_t seconds) { return Value(Timestamp{seconds * 1'000'000}); }
Row Click(int64_t seconds, Value who) { return Row({AtSecond(seconds), std::move(who)}); }
Value Span(int64_t start, int64_t end) {
  return Value(StructValue{{AtSecond(start), AtSecond(end)}});
}
Row Counted(int64_t start, int64_t end, Value who, int64_t count) {
  return Row({Span(start, end), std::move(who), Long(count)});
}

DataFrame CountByWindow(const Frames& in) {
  return in[0]
      .WithWatermark("at", "10 seconds")
      .GroupBy({Window(Col("at"), "20 seconds"), Col("who")})
      .Count();
}

TestStream TumblingAppend() {
  return TestStream("tumbling windows, append", {TimedClicks()}, OutputMode::kAppend, CountByWindow)
      .OnlyAsWritten()
      .AddData({Click(105, "a"), Click(119, "a"), Click(119, "b"), Click(120, "a")})
      .CheckNewAnswer({})
      .AssertStateRows(3, 0)
      .AddData({Click(129, "a")})
      .CheckNewAnswer({})
      .AssertWatermark(119'000)
      .AddData({Click(130, "a")})  // the watermark is 120: exactly the window's end
      .CheckNewAnswer({Counted(100, 120, "a", 2), Counted(100, 120, "b", 1)})
      .AssertStateRows(1, 0)
      .AddData({Click(119, "late"), Click(120, "in time"), Click(119, "late")})
      .CheckNewAnswer({})
      .AssertProgress([](const StreamingQueryProgress& progress) {
        const int64_t dropped = progress.state_operators.at(0).num_rows_dropped_by_watermark;
        return dropped == 1 ? Status::OK() : Status::Invalid(dropped, " late groups");
      })
      .AddData({Click(200, "end")})
      .CheckNewAnswer({Counted(120, 140, "a", 3), Counted(120, 140, "in time", 1)});
}

TestStream TumblingWithoutLateRows() {
  return TestStream("tumbling windows, append, no late rows", {TimedClicks()}, OutputMode::kAppend,
                    CountByWindow)
      .AddData({Click(105, "a"), Click(106, "a")})
      .CheckNewAnswer({})
      .AddData({Click(145, "b")})
      .CheckNewAnswer({Counted(100, 120, "a", 2)})
      .AddData({Click(146, "b"), Click(147, Value())})
      .CheckNewAnswer({})
      .AddData({Click(300, "c")})
      .CheckNewAnswer({Counted(140, 160, "b", 2), Counted(140, 160, Value(), 1)});
}

TestStream SlidingUpdate() {
  return TestStream("sliding windows, update", {TimedClicks()}, OutputMode::kUpdate,
                    [](const Frames& in) {
                      return in[0]
                          .WithWatermark("at", "10 seconds")
                          .GroupBy({Window(Col("at"), "20 seconds", "10 seconds"), Col("who")})
                          .Count();
                    })
      .OnlyAsWritten()
      .KeyColumns(2)
      .AddData({Click(105, "a")})
      .CheckNewAnswer({Counted(90, 110, "a", 1), Counted(100, 120, "a", 1)})
      .AddData({Click(125, "a"), Click(109, "a")})
      .CheckNewAnswer({Counted(90, 110, "a", 2), Counted(100, 120, "a", 2),
                       Counted(110, 130, "a", 1), Counted(120, 140, "a", 1)})
      .AssertStateRows(3, 0)
      .AddData({Click(109, "a")})  // half of it is late: the first window ended at 110
      .CheckNewAnswer({Counted(100, 120, "a", 3)});
}

TestStream WindowsOfWindows() {
  return TestStream("windows of windows", {TimedClicks()}, OutputMode::kAppend,
                    [](const Frames& in) {
                      const DataFrame small = CountByWindow(in);
                      return small.GroupBy({Window(WindowTime(Col("window")), "40 seconds")})
                          .Agg({Expr("sum(count)"), Expr("count(*)")});
                    })
      .OnlyAsWritten()
      .AddData({Click(85, "a"), Click(105, "a"), Click(106, "b")})
      .CheckNewAnswer({})
      .AddData({Click(135, "a")})
      .CheckNewAnswer({Row({Span(80, 120), Long(3), Long(3)})})
      .AddData({Click(300, "c")})
      .CheckNewAnswer({Row({Span(120, 160), Long(1), Long(1)})});
}

TestStream ByTheTimeItself() {
  return TestStream("groups by the event time", {TimedClicks()}, OutputMode::kAppend,
                    [](const Frames& in) {
                      return in[0].WithWatermark("at", "10 seconds").GroupBy({"at"}).Count();
                    })
      .OnlyAsWritten()
      .AddData({Click(100, "a"), Click(100, "b"), Click(105, "c"), Row({Value(), "none"})})
      .CheckNewAnswer({})
      .AssertStateRows(3, 0)
      .AddData({Click(110, "d")})
      .CheckNewAnswer({Row({AtSecond(100), Long(2)})})
      .AddData({Click(100, "late"), Click(101, "d")})
      .CheckNewAnswer({})
      .AddData({Click(120, "e")})
      .CheckNewAnswer({Row({AtSecond(101), Long(1)}), Row({AtSecond(105), Long(1)}),
                       Row({AtSecond(110), Long(1)})});
}

TestStream NoBatchesWithoutData() {
  return TestStream("windows end with the next data", {TimedClicks()}, OutputMode::kAppend,
                    CountByWindow)
      .OnlyAsWritten()
      .WithConfig("spark.sql.streaming.noDataMicroBatches.enabled", "false")
      .AddData({Click(105, "a")})
      .CheckNewAnswer({})
      .AddData({Click(200, "b")})
      .CheckNewAnswer({})
      .AddData({Click(201, "b")})
      .CheckNewAnswer({Counted(100, 120, "a", 1)});
}

TestStream TwoWatermarks(const std::string& policy, std::vector<Row> after_first,
                         std::vector<Row> after_second) {
  return TestStream("two watermarks, " + policy, {TimedClicks(), TimedClicks()},
                    OutputMode::kAppend, [](const Frames& in) {
                      return in[0]
                          .WithWatermark("at", "0 seconds")
                          .Union(in[1].WithWatermark("at", "0 seconds"))
                          .GroupBy({Window(Col("at"), "20 seconds"), Col("who")})
                          .Count();
                    })
      .OnlyAsWritten()
      .WithConfig("spark.sql.streaming.multipleWatermarkPolicy", policy)
      .AddData({Click(105, "a"), Click(150, "a")})
      .CheckNewAnswer(std::move(after_first))
      .AddData({Click(121, "b")}, 1)
      .CheckNewAnswer(std::move(after_second));
}

DataFrame CountBySession(const Frames& in) {
  return in[0]
      .WithWatermark("at", "10 seconds")
      .GroupBy({SessionWindow(Col("at"), "5 seconds"), Col("who")})
      .Count();
}

TestStream SessionsGrowAndMerge() {
  return TestStream("sessions grow and merge", {TimedClicks()}, OutputMode::kAppend, CountBySession)
      .OnlyAsWritten()
      .AddData({Click(100, "a"), Click(103, "a"), Click(112, "a"), Click(101, "b")})
      .CheckNewAnswer({})
      .AssertStateRows(3, 0)
      .AddData({Click(107, "a"), Click(108, "a")})  // joins both sessions: 107 + 5 touches 112
      .CheckNewAnswer({})
      .AssertStateRows(2, 1)
      .AddData({Click(117, "b")})
      .CheckNewAnswer({Counted(101, 106, "b", 1)})
      .AddData({Click(130, "c")})
      .CheckNewAnswer({Counted(100, 117, "a", 5)})
      .AddData({Click(114, "late"), Click(116, "b")})
      .CheckNewAnswer({})
      .AddData({Click(200, "d")})
      .CheckNewAnswer({Counted(116, 122, "b", 2), Counted(130, 135, "c", 1)});
}

TestStream SessionsComplete() {
  return TestStream("sessions, complete", {TimedClicks()}, OutputMode::kComplete, CountBySession)
      .AddData({Click(100, "a"), Click(105, "a"), Click(111, "a")})
      .CheckAnswer({Counted(100, 110, "a", 2), Counted(111, 116, "a", 1)})
      .AddData({Click(106, "a"), Click(100, Value())})
      .CheckAnswer({Counted(100, 116, "a", 4), Counted(100, 105, Value(), 1)});
}

TestStream SessionsWithAGapPerRow() {
  return TestStream("sessions with a gap per row", {TimedClicks()}, OutputMode::kComplete,
                    [](const Frames& in) {
                      return in[0]
                          .GroupBy({SessionWindow(Col("at"),
                                                  Expr("CASE who WHEN 'none' THEN '0 seconds' "
                                                       "WHEN 'short' THEN '1 second' "
                                                       "ELSE '10 seconds' END")),
                                    Col("who")})
                          .Count();
                    })
      .AddData({Click(100, "short"), Click(102, "short"), Click(100, "long"), Click(1, "none")})
      .CheckAnswer({Counted(100, 101, "short", 1), Counted(102, 103, "short", 1),
                    Counted(100, 110, "long", 1)})
      .AddData({Click(110, "long"), Click(101, "short")})
      .CheckAnswer({Counted(100, 103, "short", 3), Counted(100, 120, "long", 2)});
}

}  // namespace

std::vector<TestStream> EventTimeLists() {
  return {TumblingAppend(),
          TumblingWithoutLateRows(),
          SlidingUpdate(),
          WindowsOfWindows(),
          ByTheTimeItself(),
          NoBatchesWithoutData(),
          TwoWatermarks("min", {}, {Counted(100, 120, "a", 1)}),
          TwoWatermarks("max", {Counted(100, 120, "a", 1)}, {}),
          SessionsGrowAndMerge(),
          SessionsComplete(),
          SessionsWithAGapPerRow()};
}

}  // namespace firesteel::testing
