#include <limits>

#include "firesteel/functions.h"
#include "tests/replay/streaming_lists.h"

namespace firesteel::testing {
namespace {

using Frames = std::vector<DataFrame>;

Schema Pairs() { return Schema().Add("n", TypeId::kInteger).Add("s", TypeId::kString); }

TestStream MapAndFilter() {
  return TestStream(
             "map and filter", {Pairs()}, OutputMode::kAppend,
             [](const Frames& in) {
               return in[0].Where("n % 2 = 1").SelectExpr({"n * 10 AS ten", "upper(s) AS s"});
             })
      .AddData({Row({1, "a"}), Row({2, "b"}), Row({3, Value()})})
      .CheckNewAnswer({Row({10, "A"}), Row({30, Value()})})
      .AddData({Row({4, "d"})})
      .CheckNewAnswer({})
      .AddData({Row({5, "e"})})
      .AddData({Row({Value(), "f"}), Row({7, ""})})
      .CheckNewAnswer({Row({50, "E"}), Row({70, ""})})
      .CheckAnswer({Row({10, "A"}), Row({30, Value()}), Row({50, "E"}), Row({70, ""})});
}

TestStream AddedAndRenamedColumns() {
  return TestStream("added and renamed columns", {Pairs()}, OutputMode::kAppend,
                    [](const Frames& in) {
                      return in[0]
                          .WithColumn("length", functions::Expr("length(s)"))
                          .WithColumnRenamed("n", "number")
                          .Drop({"s"});
                    })
      .AddData({Row({1, "ä€"}), Row({2, ""})})
      .CheckAnswer({Row({1, 2}), Row({2, 0})})
      .StopStream()
      .AddData({Row({3, Value()})})
      .StartStream()
      .CheckAnswer({Row({1, 2}), Row({2, 0}), Row({3, Value()})});
}

TestStream SplitIntoWords() {
  return TestStream("split into words", {Schema().Add("line", TypeId::kString)},
                    OutputMode::kAppend,
                    [](const Frames& in) {
                      return in[0].SelectExpr({"explode(split(line, ' ')) AS word"});
                    })
      .AddData({Row({"to be or"}), Row({"not"}), Row({Value()})})
      .CheckNewAnswer({Row({"to"}), Row({"be"}), Row({"or"}), Row({"not"})})
      .AddData({Row({""}), Row({"to  be"})})
      .CheckNewAnswer({Row({""}), Row({"to"}), Row({""}), Row({"be"})});
}

TestStream UnionOfTwoSources() {
  return TestStream("union of two sources", {Pairs(), Pairs()}, OutputMode::kAppend,
                    [](const Frames& in) { return in[0].Where("n > 0").Union(in[1]); })
      .AddData({Row({1, "left"}), Row({-1, "dropped"})}, 0)
      .AddData({Row({-2, "right"})}, 1)
      .CheckNewAnswer({Row({1, "left"}), Row({-2, "right"})})
      .AddData({Row({3, "right"})}, 1)
      .CheckNewAnswer({Row({3, "right"})})
      .StopStream()
      .AddData({Row({4, "left"})}, 0)
      .AddData({Row({5, "right"})}, 1)
      .StartStream()
      .CheckNewAnswer({Row({4, "left"}), Row({5, "right"})});
}

TestStream UnionOfASourceWithItself() {
  return TestStream("union of a source with itself", {Pairs()}, OutputMode::kAppend,
                    [](const Frames& in) {
                      return in[0].SelectExpr({"n"}).Union(in[0].SelectExpr({"n + 100"}));
                    })
      .AddData({Row({1, "a"})})
      .CheckAnswer({Row({1}), Row({101})})
      .AddData({Row({2, "b"})})
      .CheckAnswer({Row({1}), Row({101}), Row({2}), Row({102})});
}

TestStream OnlyEmptyBatches() {
  return TestStream("nothing passes the filter", {Pairs()}, OutputMode::kAppend,
                    [](const Frames& in) { return in[0].Where("n > 1000"); })
      .AddData({Row({1, "a"})})
      .CheckAnswer({})
      .AddData({})
      .CheckAnswer({})
      .AddData({Row({2, "b"}), Row({Value(), Value()})})
      .CheckAnswer({})
      .AssertProgress([](const StreamingQueryProgress& progress) {
        if (progress.num_input_rows() == 2 && progress.sink.num_output_rows == 0) {
          return Status::OK();
        }
        return Status::Invalid("The report is wrong about the rows.");
      });
}

TestStream NoDataAtAll() {
  return TestStream("no data at all", {Pairs()}, OutputMode::kAppend,
                    [](const Frames& in) { return in[0]; })
      .CheckAnswer({})
      .StopStream()
      .StartStream()
      .CheckAnswer({});
}

TestStream Conditions() {
  return TestStream("conditions over NULL", {Pairs()}, OutputMode::kAppend,
                    [](const Frames& in) {
                      return in[0].SelectExpr(
                          {"coalesce(s, 'none') AS s", "n IS NULL AS missing",
                           "CASE WHEN n > 1 THEN 'many' WHEN n = 1 THEN 'one' END AS amount",
                           "n <=> NULL AS same"});
                    })
      .AddData({Row({1, "a"}), Row({2, Value()}), Row({Value(), "c"})})
      .CheckAnswer({Row({"a", false, "one", false}), Row({"none", false, "many", false}),
                    Row({"c", true, Value(), true})});
}

Schema AllTypes() {
  return Schema()
      .Add("flag", TypeId::kBoolean)
      .Add("tiny", TypeId::kByte)
      .Add("small", TypeId::kShort)
      .Add("big", TypeId::kLong)
      .Add("single", TypeId::kFloat)
      .Add("double", TypeId::kDouble)
      .Add("price", DataType::Decimal(38, 18))
      .Add("bytes", TypeId::kBinary)
      .Add("day", TypeId::kDate)
      .Add("instant", TypeId::kTimestamp)
      .Add("local", TypeId::kTimestampNtz)
      .Add("list", DataType::Array(TypeId::kInteger))
      .Add("pair", DataType::Struct({{"a", TypeId::kInteger}, {"b", TypeId::kString}}))
      .Add("map", DataType::Map(TypeId::kString, TypeId::kLong));
}

TestStream EveryTypePassesThrough() {
  const Row full({true, int8_t{-128}, int16_t{32767}, std::numeric_limits<int64_t>::min(), 1.5f,
                  -0.0, Decimal{-1, 38, 18}, Binary{std::string("\0\xff", 2)}, Date{-719162},
                  Timestamp{-1}, TimestampNtz{1'000'001}, ArrayValue{{1, Value(), 3}},
                  StructValue{{Value(), "x"}}, MapValue{{{"k", int64_t{1}}, {"l", Value()}}}});
  const Row empty(std::vector<Value>(14));
  return TestStream("every type passes through", {AllTypes()}, OutputMode::kAppend,
                    [](const Frames& in) { return in[0]; })
      .AddData({full, empty})
      .CheckNewAnswer({full, empty})
      .AddData({empty})
      .AddData({full})
      .CheckNewAnswer({full, empty});
}

}  // namespace

std::vector<TestStream> StatelessLists() {
  return {MapAndFilter(),      AddedAndRenamedColumns(),   SplitIntoWords(),
          UnionOfTwoSources(), UnionOfASourceWithItself(), OnlyEmptyBatches(),
          NoDataAtAll(),       Conditions(),               EveryTypePassesThrough()};
}

}  // namespace firesteel::testing
