#include "tests/replay/streaming_lists.h"

namespace firesteel::testing {
namespace {

using Frames = std::vector<DataFrame>;

Schema Messages() {
  return Schema().Add("guid", TypeId::kString).Add("at", TypeId::kTimestamp);
}

Value Second(int64_t seconds) { return Value(Timestamp{seconds * 1'000'000}); }
Row Message(Value guid, int64_t seconds) { return Row({std::move(guid), Second(seconds)}); }

TestStream FirstOfEachKey() {
  return TestStream("first row of each key", {Messages()}, OutputMode::kAppend,
                    [](const Frames& in) {
                      return in[0].DropDuplicates({"guid"}).Select({"guid"});
                    })
      .AddData({Message("a", 1), Message("b", 2), Message("a", 3)})
      .CheckNewAnswer({Row({"a"}), Row({"b"})})
      .AssertStateRows(2, 2)
      .AddData({Message("b", 4), Message(Value(), 5)})
      .CheckNewAnswer({Row({Value()})})
      .AddData({Message(Value(), 6), Message("c", 7)})
      .CheckNewAnswer({Row({"c"})})
      .AssertStateRows(4, 1);
}

TestStream WholeRowsInUpdateMode() {
  return TestStream("each row once, update", {Messages()}, OutputMode::kUpdate,
                    [](const Frames& in) { return in[0].Distinct(); })
      .AddData({Message("a", 1), Message("a", 1), Message("a", 2)})
      .CheckNewAnswer({Message("a", 1), Message("a", 2)})
      .AddData({Message("a", 2), Message("b", 1)})
      .CheckNewAnswer({Message("b", 1)});
}

TestStream KeysWithEventTime() {
  return TestStream("keys that the watermark ends", {Messages()}, OutputMode::kAppend,
                    [](const Frames& in) {
                      return in[0].WithWatermark("at", "10 seconds").DropDuplicates({"guid", "at"});
                    })
      .OnlyAsWritten()
      .AddData({Message("a", 100), Message("b", 101), Message("a", 100)})
      .CheckNewAnswer({Message("a", 100), Message("b", 101)})
      .AddData({Message("c", 130)})
      .CheckNewAnswer({Message("c", 130)})
      .AssertStateRows(1, 0)
      .AddData({Message("late", 120), Message("d", 121)})
      .CheckNewAnswer({Message("d", 121)})
      .AssertStateRows(2, 1);
}

TestStream KeysWithEventTimeWithoutLateRows() {
  return TestStream("keys that the watermark ends, no late rows", {Messages()},
                    OutputMode::kAppend,
                    [](const Frames& in) {
                      return in[0].WithWatermark("at", "10 seconds").DropDuplicates({"guid", "at"});
                    })
      .AddData({Message("a", 100), Message("b", 101), Message("a", 100)})
      .CheckNewAnswer({Message("a", 100), Message("b", 101)})
      .AddData({Message("c", 130), Message("c", 130)})
      .CheckNewAnswer({Message("c", 130)})
      .AddData({Message("c", 130), Message("d", 131)})
      .CheckNewAnswer({Message("d", 131)});
}

TestStream WithinTheWatermark() {
  return TestStream("duplicates within the watermark", {Messages()}, OutputMode::kAppend,
                    [](const Frames& in) {
                      return in[0]
                          .WithWatermark("at", "10 seconds")
                          .DropDuplicatesWithinWatermark({"guid"});
                    })
      .AddData({Message("a", 100), Message("b", 101)})
      .CheckNewAnswer({Message("a", 100), Message("b", 101)})
      .AddData({Message("a", 108), Message("b", 110)})
      .CheckNewAnswer({})
      .AddData({Message("c", 121)})
      .CheckNewAnswer({Message("c", 121)})
      .AssertStateRows(1, 0)
      .AddData({Message("a", 122), Message("c", 122)})
      .CheckNewAnswer({Message("a", 122)});
}

TestStream WithinNoWatermark() {
  return TestStream("duplicates within no watermark", {Messages()}, OutputMode::kAppend,
                    [](const Frames& in) { return in[0].DropDuplicatesWithinWatermark({"guid"}); })
      .OnlyAsWritten()
      .StartStream()
      .ExpectFailure("_LEGACY_ERROR_TEMP_3102");
}

}  // namespace

std::vector<TestStream> DuplicateLists() {
  return {FirstOfEachKey(),     WholeRowsInUpdateMode(), KeysWithEventTime(),
          KeysWithEventTimeWithoutLateRows(), WithinTheWatermark(), WithinNoWatermark()};
}

}  // namespace firesteel::testing
