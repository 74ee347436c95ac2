#include "firesteel/grouped_data.h"
#include "tests/replay/streaming_lists.h"

namespace firesteel::testing {
namespace {

using Frames = std::vector<DataFrame>;

constexpr char kShufflePartitions[] = "spark.sql.shuffle.partitions";

TestStream CountOfKeys(std::string name, OutputMode mode) {
  return TestStream(std::move(name), {Schema().Add("key", TypeId::kString)}, mode,
                    [](const Frames& in) { return in[0].GroupBy({"key"}).Count(); });
}

TestStream Once() {
  return CountOfKeys("one batch at a time", OutputMode::kComplete)
      .AddData({Row({"a"}), Row({"b"})})
      .StartStream(Trigger::Once())
      .CheckAnswer({Row({"a", Long(1)}), Row({"b", Long(1)})})
      .AddData({Row({"a"})})
      .CheckAnswer({Row({"a", Long(1)}), Row({"b", Long(1)})})
      .StartStream(Trigger::Once())
      .CheckAnswer({Row({"a", Long(2)}), Row({"b", Long(1)})})
      .StartStream(Trigger::Once())
      .CheckAnswer({Row({"a", Long(2)}), Row({"b", Long(1)})});
}

TestStream AvailableNow() {
  return CountOfKeys("all that is there", OutputMode::kComplete)
      .StartStream(Trigger::AvailableNow())
      .CheckAnswer({})
      .AddData({Row({"a"}), Row({"b"})})
      .AddData({Row({"a"})})
      .StartStream(Trigger::AvailableNow())
      .CheckAnswer({Row({"a", Long(2)}), Row({"b", Long(1)})})
      .AddData({Row({"c"})})
      .StartStream()
      .CheckAnswer({Row({"a", Long(2)}), Row({"b", Long(1)}), Row({"c", Long(1)})});
}

TestStream EverySecond() {
  return CountOfKeys("a batch every second", OutputMode::kUpdate)
      .AddData({Row({"a"})})
      .StartStream(Trigger::ProcessingTime(1000))
      .CheckNewAnswer({Row({"a", Long(1)})})
      .AddData({Row({"a"}), Row({"b"})})
      .CheckNewAnswer({})
      .AdvanceManualClock(999)
      .CheckNewAnswer({})
      .AdvanceManualClock(1)
      .CheckNewAnswer({Row({"a", Long(2)}), Row({"b", Long(1)})})
      .AddData({Row({"c"})})
      .AdvanceManualClock(5500)
      .CheckNewAnswer({Row({"c", Long(1)})});
}

TestStream KilledBetweenTwoTriggers() {
  return CountOfKeys("killed between two triggers", OutputMode::kUpdate)
      .StartStream(Trigger::ProcessingTime(1000))
      .AddData({Row({"a"})})
      .CrashStream("sink.after_commit")
      .StartStream(Trigger::ProcessingTime(1000))
      .CheckNewAnswer({Row({"a", Long(1)})})
      .AddData({Row({"a"})})
      .AdvanceManualClock(1000)
      .CheckNewAnswer({Row({"a", Long(2)})});
}

TestStream PinnedPartitions() {
  const auto has_partitions = [](int64_t wanted) {
    return [wanted](const StreamingQueryProgress& progress) {
      if (progress.state_operators.size() == 1 &&
          progress.state_operators[0].num_shuffle_partitions == wanted) {
        return Status::OK();
      }
      return Status::Invalid("The number of partitions is not ", wanted, ".");
    };
  };
  return CountOfKeys("the checkpoint fixes the partitions", OutputMode::kUpdate)
      .SetConfig(kShufflePartitions, "5")
      .AddData({Row({"a"}), Row({"b"}), Row({"c"})})
      .StartStream()
      .CheckNewAnswer({Row({"a", Long(1)}), Row({"b", Long(1)}), Row({"c", Long(1)})})
      .AssertProgress(has_partitions(5))
      .StopStream()
      .SetConfig(kShufflePartitions, "3")
      .AddData({Row({"a"}), Row({"c"})})
      .StartStream()
      .CheckNewAnswer({Row({"a", Long(2)}), Row({"c", Long(2)})})
      .AssertProgress(has_partitions(5));
}

TestStream ReportsOfBatches() {
  return CountOfKeys("reports", OutputMode::kUpdate)
      .AddData({Row({"a"}), Row({"b"}), Row({"a"})})
      .AssertProgress([](const StreamingQueryProgress& progress) {
        const bool right = progress.batch_id == 0 && progress.num_input_rows() == 3 &&
                           progress.sink.num_output_rows == 2 && progress.sources.size() == 1 &&
                           progress.sources[0].start_offset.empty() &&
                           progress.sources[0].end_offset == "0" &&
                           progress.timestamp == "1970-01-01T01:00:00.000Z";
        return right ? Status::OK() : Status::Invalid("The first report is wrong.");
      })
      .StopStream()
      .AddData({Row({"a"})})
      .StartStream()
      .AssertProgress([](const StreamingQueryProgress& progress) {
        const bool right = progress.batch_id == 1 && progress.num_input_rows() == 1 &&
                           progress.sources[0].start_offset == "0" &&
                           progress.sources[0].end_offset == "1";
        return right ? Status::OK() : Status::Invalid("The second report is wrong.");
      })
      .CheckAnswer({Row({"a", Long(2)}), Row({"b", Long(1)}), Row({"a", Long(3)})});
}

TestStream IdleTriggers() {
  return CountOfKeys("nothing to do for a while", OutputMode::kUpdate)
      .AddData({Row({"a"})})
      .CheckNewAnswer({Row({"a", Long(1)})})
      .AdvanceManualClock(60'000)
      .AdvanceManualClock(60'000)
      .CheckNewAnswer({})
      .AddData({Row({"a"})})
      .CheckNewAnswer({Row({"a", Long(2)})});
}

}  // namespace

std::vector<TestStream> TriggerLists() {
  return {Once(),           AvailableNow(),     EverySecond(), KilledBetweenTwoTriggers(),
          PinnedPartitions(), ReportsOfBatches(), IdleTriggers()};
}

}  // namespace firesteel::testing
