#include <string_view>

#include "firesteel/grouped_data.h"
#include "streaming/failpoints.h"
#include "tests/replay/streaming_lists.h"

namespace firesteel::testing {
namespace {

using Frames = std::vector<DataFrame>;

Schema Keys() { return Schema().Add("key", TypeId::kString); }
DataFrame CountKeys(const Frames& in) { return in[0].GroupBy({"key"}).Count(); }

TestStream KilledInTheFirstBatch(std::string_view point) {
  return TestStream("killed in the first batch at " + std::string(point), {Keys()},
                    OutputMode::kUpdate, CountKeys)
      .AddData({Row({"a"}), Row({"a"}), Row({"b"})})
      .CrashStream(std::string(point))
      .StartStream()
      .CheckAnswer({Row({"a", Long(2)}), Row({"b", Long(1)})})
      .AddData({Row({"b"})})
      .CheckNewAnswer({Row({"b", Long(2)})});
}

TestStream KilledInALaterBatch(std::string_view point) {
  return TestStream("killed in a later batch at " + std::string(point), {Keys()},
                    OutputMode::kComplete, CountKeys)
      .AddData({Row({"a"}), Row({"b"})})
      .CheckAnswer({Row({"a", Long(1)}), Row({"b", Long(1)})})
      .AddData({Row({"a"})})
      .CrashStream(std::string(point))
      .AddData({Row({"c"})})
      .StartStream()
      .CheckAnswer({Row({"a", Long(2)}), Row({"b", Long(1)}), Row({"c", Long(1)})})
      .StopStream()
      .StartStream()
      .AddData({Row({"c"})})
      .CheckAnswer({Row({"a", Long(2)}), Row({"b", Long(1)}), Row({"c", Long(2)})});
}

TestStream KilledWithoutState(std::string_view point) {
  return TestStream("killed without state at " + std::string(point), {Keys(), Keys()},
                    OutputMode::kAppend,
                    [](const Frames& in) { return in[0].Union(in[1]); })
      .AddData({Row({"left"})}, 0)
      .CheckAnswer({Row({"left"})})
      .AddData({Row({"right"})}, 1)
      .CrashStream(std::string(point))
      .AddData({Row({"later"})}, 0)
      .StartStream()
      .CheckAnswer({Row({"left"}), Row({"right"}), Row({"later"})});
}

TestStream KilledAgainAndAgain() {
  TestStream list("killed at every point of one batch", {Keys()}, OutputMode::kUpdate, CountKeys);
  list.AddData({Row({"a"})})
      .CheckNewAnswer({Row({"a", Long(1)})})
      .AddData({Row({"a"}), Row({"b"})});
  for (const std::string_view point : failpoints::kAll) {
    // At the last point the batch is done.
    if (point != failpoints::kAfterCommits) list.CrashStream(std::string(point));
  }
  return list.StartStream()
      .CheckNewAnswer({Row({"a", Long(2)}), Row({"b", Long(1)})})
      .AddData({Row({"b"})})
      .CheckNewAnswer({Row({"b", Long(2)})});
}

TestStream ManyBatches() {
  TestStream list("many batches", {Keys()}, OutputMode::kUpdate, CountKeys);
  // More than the ten deltas after which a snapshot is made.
  for (int i = 1; i <= 14; ++i) {
    list.AddData({Row({"a"}), Row({"b" + std::to_string(i)})})
        .CheckNewAnswer({Row({"a", Long(i)}), Row({"b" + std::to_string(i), Long(1)})});
    if (i % 5 == 0) list.StopStream().StartStream();
  }
  return list.AddData({Row({"b1"})})
      .CrashStream("sink.before_commit")
      .StartStream()
      .CheckNewAnswer({Row({"b1", Long(2)})})
      .AssertStateRows(15, 1);
}

TestStream StoppedWithoutData() {
  TestStream list("stopped and started without data", {Keys()}, OutputMode::kUpdate, CountKeys);
  list.StopStream().StartStream().StopStream().StartStream();
  return list.AddData({Row({"a"})})
      .CheckNewAnswer({Row({"a", Long(1)})})
      .StopStream()
      .StartStream()
      .StopStream()
      .StartStream()
      .CheckNewAnswer({})
      .AddData({Row({"a"})})
      .CheckNewAnswer({Row({"a", Long(2)})});
}

}  // namespace

std::vector<TestStream> RecoveryLists() {
  std::vector<TestStream> lists = {KilledAgainAndAgain(), ManyBatches(), StoppedWithoutData()};
  for (const std::string_view point : failpoints::kAll) {
    lists.push_back(KilledInTheFirstBatch(point));
    lists.push_back(KilledInALaterBatch(point));
    lists.push_back(KilledWithoutState(point));
  }
  return lists;
}

}  // namespace firesteel::testing
