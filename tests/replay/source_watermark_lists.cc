#include "firesteel/functions.h"
#include "firesteel/grouped_data.h"
#include "streaming/failpoints.h"
#include "tests/replay/streaming_lists.h"

namespace firesteel::testing {
namespace {

using functions::Col;
using functions::Window;
using Frames = std::vector<DataFrame>;

constexpr char kPersist[] = "firesteel.watermark.persistPerSource";

Schema Times() { return Schema().Add("at", TypeId::kTimestamp); }
Value Second(int64_t seconds) { return Value(Timestamp{seconds * 1'000'000}); }
Row Tick(int64_t seconds) { return Row({Second(seconds)}); }
Row Ticks(int64_t start, int64_t count) {
  return Row({Value(StructValue{{Second(start), Second(start + 20)}}), Long(count)});
}

DataFrame CountAll(const Frames& in) {
  DataFrame all = in[0].WithWatermark("at", "10 seconds");
  for (size_t i = 1; i < in.size(); ++i) all = all.Union(in[i].WithWatermark("at", "10 seconds"));
  return all.GroupBy({Window(Col("at"), "20 seconds")}).Count();
}

/// Three sources, only one of which has rows in each run.
TestStream OneSourceAtATime(std::string name) {
  return TestStream(std::move(name), {Times(), Times(), Times()}, OutputMode::kAppend, CountAll)
      .AddData({Tick(105), Tick(106)}, 0)
      .CheckNewAnswer({})
      .AssertWatermark(0)
      .StopStream()
      .AddData({Tick(300)}, 1)
      .StartStream()
      .CheckNewAnswer({})
      .AssertWatermark(0)
      .StopStream()
      .AddData({Tick(205)}, 2)
      .StartStream()
      .CheckNewAnswer({})
      .StopStream();
}

TestStream KeptOverRestarts() {
  return OneSourceAtATime("sources that are never all active, times kept")
      .WithConfig(kPersist, "true")
      .AddData({Tick(400)}, 0)
      .StartStream()
      .CheckNewAnswer({Ticks(100, 2)})
      .AssertWatermark(195'000)
      .StopStream()
      .AddData({Tick(500)}, 2)
      .StartStream()
      .CheckNewAnswer({Ticks(200, 1)})
      .AssertWatermark(290'000);
}

TestStream LostAsInSpark() {
  return OneSourceAtATime("sources that are never all active, times lost")
      .OnlyAsWritten()
      .AddData({Tick(400)}, 0)
      .StartStream()
      .CheckNewAnswer({})
      .AssertWatermark(0);
}

TestStream SwitchedOffAndOn() {
  return OneSourceAtATime("times kept, forgotten, kept")
      .OnlyAsWritten()
      .WithConfig(kPersist, "true")
      .SetConfig(kPersist, "false")
      .AddData({Tick(400)}, 0)
      .StartStream()
      .CheckNewAnswer({})
      .AssertWatermark(96'000)
      .StopStream()
      .SetConfig(kPersist, "true")
      .AddData({Tick(500)}, 1)
      .StartStream()
      .CheckNewAnswer({})
      .AssertWatermark(96'000);
}

TestStream KilledWhileKeeping(std::string_view point) {
  return OneSourceAtATime("times kept, killed at " + std::string(point))
      .WithConfig(kPersist, "true")
      .AddData({Tick(400)}, 0)
      .CrashStream(std::string(point))
      .StartStream()
      .CheckNewAnswer({Ticks(100, 2)})
      .AssertWatermark(195'000)
      .AddData({Tick(500)}, 2)
      .CrashStream(std::string(point))
      .StartStream()
      .CheckNewAnswer({Ticks(200, 1)})
      .AssertWatermark(290'000);
}

}  // namespace

std::vector<TestStream> SourceWatermarkLists() {
  std::vector<TestStream> lists = {KeptOverRestarts(), LostAsInSpark(), SwitchedOffAndOn()};
  for (const std::string_view point : failpoints::kAll) {
    // At the last point the batch is done; what it lets out comes with the next rows.
    if (point != failpoints::kAfterCommits) lists.push_back(KilledWhileKeeping(point));
  }
  lists.push_back(KilledWhileKeeping(failpoints::kBeforeSourceWatermarks));
  lists.push_back(KilledWhileKeeping(failpoints::kAfterSourceWatermarks));
  return lists;
}

}  // namespace firesteel::testing
