#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "firesteel/functions.h"
#include "firesteel/grouped_data.h"
#include "tests/replay/streaming_lists.h"

namespace firesteel::testing {
namespace {

using functions::Col;
using functions::Window;
using Frames = std::vector<DataFrame>;

constexpr int64_t kFirstMicros = std::numeric_limits<int64_t>::min();
constexpr int64_t kLastMicros = std::numeric_limits<int64_t>::max();

Schema Visits() { return Schema().Add("at", TypeId::kTimestamp).Add("who", TypeId::kString); }
Row Visit(Value at, const char* who) { return Row({std::move(at), who}); }
Value Micros(int64_t micros) { return Value(Timestamp{micros}); }
Value Sec(int64_t seconds) { return Micros(seconds * 1'000'000); }
Row InWindow(int64_t start, int64_t count) {
  return Row({Value(StructValue{{Sec(start), Sec(start + 10)}}), Long(count)});
}

TestStream::Query CountWindows(std::string delay) {
  return [delay](const Frames& in) {
    return in[0].WithWatermark("at", delay).GroupBy({Window(Col("at"), "10 seconds")}).Count();
  };
}
DataFrame DropPairs(const Frames& in) {
  return in[0].WithWatermark("at", "5 seconds").DropDuplicates({"who", "at"});
}

Status ExpectDropped(const StreamingQueryProgress& progress, int64_t wanted) {
  const int64_t dropped = progress.state_operators.at(0).num_rows_dropped_by_watermark;
  return dropped == wanted ? Status::OK() : Status::Invalid(dropped, " late rows");
}
std::function<Status(const StreamingQueryProgress&)> Dropped(int64_t wanted) {
  return
      [wanted](const StreamingQueryProgress& progress) { return ExpectDropped(progress, wanted); };
}

TestStream WindowsOfNullTimes() {
  return TestStream("windows, some times NULL", {Visits()}, OutputMode::kAppend,
                    CountWindows("5 seconds"))
      .AddData({Visit(Value(), "a"), Visit(Sec(50), "a")})
      .CheckNewAnswer({})
      .AssertStateRows(1, 0)
      .AddData({Visit(Value(), "a")})
      .CheckNewAnswer({})
      .AssertProgress(Dropped(0))
      .AddData({Visit(Sec(70), "b"), Visit(Value(), "b")})
      .CheckNewAnswer({InWindow(50, 1)})
      .AssertWatermark(65'000);
}

TestStream NothingButNullTimes() {
  return TestStream("windows, all times NULL", {Visits()}, OutputMode::kAppend,
                    CountWindows("0 seconds"))
      .AddData({Visit(Value(), "a"), Visit(Value(), "b")})
      .CheckNewAnswer({})
      .AssertWatermark(0)
      .AddData({Visit(Value(), "a")})
      .CheckNewAnswer({});
}

TestStream PairsOfNullTimes() {
  return TestStream("pairs without duplicates, some times NULL", {Visits()}, OutputMode::kAppend,
                    DropPairs)
      .AddData({Visit(Value(), "a"), Visit(Sec(50), "a"), Visit(Value(), "a")})
      .CheckNewAnswer({Visit(Value(), "a"), Visit(Sec(50), "a")})
      .AssertStateRows(2, 0)
      // No watermark ends what has no time.
      .AddData({Visit(Sec(500), "b"), Visit(Value(), "a")})
      .CheckNewAnswer({Visit(Sec(500), "b")})
      .AssertStateRows(2, 0);
}

TestStream AllRowsLate() {
  return TestStream("windows, a batch of late rows only", {Visits()}, OutputMode::kAppend,
                    CountWindows("5 seconds"))
      .OnlyAsWritten()
      .AddData({Visit(Sec(1'000), "a")})
      .CheckNewAnswer({})
      .AddData({Visit(Sec(1), "a"), Visit(Sec(2), "b"), Visit(Sec(-3), "c")})
      .CheckNewAnswer({})
      .AssertProgress(Dropped(2))  // windows
      .AssertStateRows(1, 0)
      .AssertWatermark(995'000)
      .AddData({Visit(Sec(2'000), "z")})
      .CheckNewAnswer({InWindow(1'000, 1)});
}

TestStream ClockSetBack() {
  return TestStream("windows, the clock of the data set back", {Visits()}, OutputMode::kAppend,
                    CountWindows("10 seconds"))
      .OnlyAsWritten()
      .AddData({Visit(Sec(3'600), "a")})
      .CheckNewAnswer({})
      .AssertWatermark(3'590'000)
      .AddData({Visit(Sec(10), "b")})
      .CheckNewAnswer({})
      .AssertWatermark(3'590'000)
      .AssertProgress(Dropped(1))
      .StopStream()
      .AddData({Visit(Sec(3'591), "c"), Visit(Sec(20), "c")})
      .StartStream()
      .CheckNewAnswer({})
      .AddData({Visit(Sec(3'700), "d")})
      .CheckNewAnswer({InWindow(3'590, 1), InWindow(3'600, 1)});
}

TestStream NoDelay() {
  return TestStream("windows, a delay of zero", {Visits()}, OutputMode::kAppend,
                    CountWindows("0 seconds"))
      .AddData({Visit(Sec(100), "a")})
      .CheckNewAnswer({})
      .AssertWatermark(100'000)
      .AddData({Visit(Sec(100), "a"), Visit(Sec(109), "a")})
      .CheckNewAnswer({})
      .AddData({Visit(Sec(110), "b")})
      .CheckNewAnswer({InWindow(100, 3)});
}

TestStream DelayOfYears() {
  return TestStream("windows, a delay of a hundred years", {Visits()}, OutputMode::kAppend,
                    CountWindows("100 years"))
      .AddData({Visit(Sec(1'000'000'000), "a")})
      .CheckNewAnswer({})
      .AssertWatermark(0)  // it begins at 1970
      .AddData({Visit(Sec(5), "b")})
      .CheckNewAnswer({})
      .AssertProgress(Dropped(0))
      .AddData({Visit(Sec(4'000'000'000), "c")})
      .CheckNewAnswer({InWindow(0, 1)})
      .AssertWatermark(785'920'000'000);  // of months with 31 days
}

TestStream PairsAtTheLimits() {
  return TestStream("pairs without duplicates at the ends of time", {Visits()}, OutputMode::kAppend,
                    DropPairs)
      .OnlyAsWritten()
      .AddData({Visit(Micros(kFirstMicros), "a")})
      .CheckNewAnswer({})  // before 1970, where the watermark begins
      .AssertProgress(Dropped(1))
      .AddData({Visit(Micros(kLastMicros), "a"), Visit(Micros(kLastMicros), "a")})
      .CheckNewAnswer({Visit(Micros(kLastMicros), "a")})
      .AssertWatermark(kLastMicros / 1'000 - 5'000)
      .AddData({Visit(Micros(kLastMicros), "a"), Visit(Micros(kLastMicros - 1), "a"),
                Visit(Sec(100), "late")})
      .CheckNewAnswer({Visit(Micros(kLastMicros - 1), "a")})
      .AssertProgress(Dropped(1))
      .AssertStateRows(2, 1);
}

}  // namespace

std::vector<TestStream> BadTimeLists() {
  return {WindowsOfNullTimes(), NothingButNullTimes(), PairsOfNullTimes(),
          AllRowsLate(),        ClockSetBack(),        NoDelay(),
          DelayOfYears(),       PairsAtTheLimits()};
}

}  // namespace firesteel::testing
