#include "firesteel/functions.h"
#include "tests/replay/streaming_lists.h"

namespace firesteel::testing {
namespace {

using Frames = std::vector<DataFrame>;

Schema Impressions() {
  return Schema().Add("ad", TypeId::kString).Add("shown", TypeId::kTimestamp);
}
Schema Clicks() {
  return Schema().Add("clicked_ad", TypeId::kString).Add("clicked", TypeId::kTimestamp);
}

Value Minute(int64_t minutes) { return Value(Timestamp{minutes * 60'000'000}); }
Row AdAt(Value ad, int64_t minutes) { return Row({std::move(ad), Minute(minutes)}); }
Row PairOf(Value ad, int64_t shown, int64_t clicked) {
  return Row({ad, Minute(shown), ad, Minute(clicked)});
}
Row Shown(Value ad, int64_t shown) { return Row({std::move(ad), Minute(shown), Value(), Value()}); }
Row Clicked(Value ad, int64_t clicked) {
  return Row({Value(), Value(), std::move(ad), Minute(clicked)});
}

/// Clicks at most ten minutes after the impression.
TestStream::Query WithinTenMinutes(const std::string& type) {
  return [type](const Frames& in) {
    return in[0].WithWatermark("shown", "5 minutes")
        .Join(in[1].WithWatermark("clicked", "5 minutes"),
              functions::Expr("clicked_ad = ad AND clicked >= shown AND clicked <= shown + "
                              "INTERVAL 10 MINUTES"),
              type);
  };
}

/// The same rows for each kind: `a` is clicked, `b` is not, nobody saw `c`; then time goes on.
TestStream RangeJoin(const std::string& type, std::vector<Row> paired, std::vector<Row> alone) {
  return TestStream("range join, " + type, {Impressions(), Clicks()}, OutputMode::kAppend,
                    WithinTenMinutes(type))
      .AddData({AdAt("a", 100), AdAt("b", 101)}, 0)
      .CheckNewAnswer({})
      .AddData({AdAt("a", 104), AdAt("c", 105)}, 1)
      .CheckNewAnswer(std::move(paired))
      // Both at once: a run that begins knows nothing of a source that was silent in it.
      .AddData({AdAt("x", 200)}, 0)
      .AddData({AdAt("y", 200)}, 1)
      .CheckNewAnswer(std::move(alone))
      // What a crash has put off comes with the next rows.
      .AddData({AdAt("v", 201)}, 0)
      .AddData({AdAt("w", 201)}, 1)
      .CheckNewAnswer({});
}

TestStream InnerJoin() { return RangeJoin("inner", {PairOf("a", 100, 104)}, {}); }
TestStream LeftJoin() {
  return RangeJoin("left_outer", {PairOf("a", 100, 104)}, {Shown("b", 101)});
}
TestStream RightJoin() {
  return RangeJoin("right_outer", {PairOf("a", 100, 104)}, {Clicked("c", 105)});
}
TestStream FullJoin() {
  return RangeJoin("full_outer", {PairOf("a", 100, 104)}, {Shown("b", 101), Clicked("c", 105)});
}
TestStream SemiJoin() { return RangeJoin("left_semi", {AdAt("a", 100)}, {}); }

TestStream JoinWithoutWatermark() {
  return TestStream("join of streams without watermark", {Impressions(), Clicks()},
                    OutputMode::kAppend,
                    [](const Frames& in) {
                      return in[0].Join(in[1], functions::Expr("ad = clicked_ad"))
                          .SelectExpr({"ad", "shown", "clicked"});
                    })
      .AddData({AdAt("a", 1), AdAt("a", 2), AdAt(Value(), 3)}, 0)
      .CheckNewAnswer({})
      .AssertStateRows(2, 2)
      .AddData({AdAt("a", 9), AdAt(Value(), 9), AdAt("b", 9)}, 1)
      .CheckNewAnswer({Row({"a", Minute(1), Minute(9)}), Row({"a", Minute(2), Minute(9)})})
      .AssertStateRows(4, 2)
      .AddData({AdAt("b", 1)}, 0)
      .CheckNewAnswer({Row({"b", Minute(1), Minute(9)})});
}

TestStream LateRowsOfAJoin() {
  return TestStream("late rows of a join", {Impressions(), Clicks()}, OutputMode::kAppend,
                    WithinTenMinutes("inner"))
      .OnlyAsWritten()
      .AddData({AdAt("a", 100)}, 0)
      .AddData({AdAt("a", 101)}, 1)
      .CheckNewAnswer({PairOf("a", 100, 101)})
      .AddData({AdAt("x", 150)}, 0)
      .AddData({AdAt("x", 150)}, 1)
      .CheckNewAnswer({PairOf("x", 150, 150)})
      .AssertStateRows(2, 0)
      .AddData({AdAt("late", 144), AdAt("b", 146)}, 0)
      .AddData({AdAt("late", 145), AdAt("b", 147)}, 1)
      .CheckNewAnswer({PairOf("b", 146, 147)})
      .AssertStateRows(4, 2);
}

TestStream TwoStreamsInOne() {
  return TestStream("union of two streams", {Impressions(), Clicks()}, OutputMode::kAppend,
                    [](const Frames& in) { return in[0].Union(in[1]); })
      .AddData({AdAt("a", 1)}, 0)
      .AddData({AdAt("b", 2)}, 1)
      .CheckNewAnswer({AdAt("a", 1), AdAt("b", 2)})
      .AddData({AdAt("a", 1)}, 1)
      .CheckNewAnswer({AdAt("a", 1)});
}

TestStream OneStreamTwice() {
  return TestStream("one stream twice in a union", {Impressions()}, OutputMode::kAppend,
                    [](const Frames& in) {
                      return in[0].Where("ad > 'a'").Union(in[0].Where("ad < 'c'"));
                    })
      .AddData({AdAt("a", 1), AdAt("b", 2)})
      .CheckNewAnswer({AdAt("a", 1), AdAt("b", 2), AdAt("b", 2)})
      .AddData({AdAt("c", 3)})
      .CheckNewAnswer({AdAt("c", 3)});
}

TestStream JoinThenDuplicates() {
  return TestStream("join, then each row once", {Impressions(), Clicks()}, OutputMode::kAppend,
                    [](const Frames& in) {
                      return in[0].Join(in[1], functions::Expr("ad = clicked_ad"))
                          .DropDuplicates({"ad"})
                          .Select({"ad"});
                    })
      .AddData({AdAt("a", 1), AdAt("a", 2)}, 0)
      .AddData({AdAt("a", 3), AdAt("b", 3)}, 1)
      .CheckNewAnswer({Row({"a"})})
      .AddData({AdAt("a", 4), AdAt("b", 4)}, 0)
      .CheckNewAnswer({Row({"b"})});
}

}  // namespace

std::vector<TestStream> JoinLists() {
  return {InnerJoin(),        LeftJoin(),        RightJoin(),      FullJoin(), SemiJoin(),
          JoinWithoutWatermark(), LateRowsOfAJoin(), TwoStreamsInOne(), OneStreamTwice(),
          JoinThenDuplicates()};
}

}  // namespace firesteel::testing
