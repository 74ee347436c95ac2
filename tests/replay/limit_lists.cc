#include "firesteel/functions.h"
#include "firesteel/grouped_data.h"
#include "tests/replay/streaming_lists.h"

namespace firesteel::testing {
namespace {

using Frames = std::vector<DataFrame>;

Schema Words() { return Schema().Add("word", TypeId::kString); }
Row Word(const char* word) { return Row({word}); }

// All rows are equal, so that no variant chooses others.
TestStream FirstRows() {
  return TestStream("first rows of a stream", {Words()}, OutputMode::kAppend,
                    [](const Frames& in) { return in[0].Limit(3); })
      .AddData({Word("a"), Word("a")})
      .CheckNewAnswer({Word("a"), Word("a")})
      .AddData({Word("a"), Word("a")})
      .CheckNewAnswer({Word("a")})
      .AddData({Word("a")})
      .CheckNewAnswer({});
}

TestStream LimitBelowAnAggregation() {
  return TestStream("limit below an aggregation, complete", {Words()}, OutputMode::kComplete,
                    [](const Frames& in) {
                      return in[0]
                          .Limit(3)
                          .GroupBy({Column("word")})
                          .Agg({functions::Count(functions::Lit(1))});
                    })
      .AddData({Word("a"), Word("a")})
      .CheckAnswer({Row({"a", Long(2)})})
      .AddData({Word("a"), Word("a"), Word("a")})
      .CheckAnswer({Row({"a", Long(3)})});
}

TestStream LimitAboveDuplicates() {
  return TestStream("limit above dropDuplicates", {Words()}, OutputMode::kAppend,
                    [](const Frames& in) { return in[0].DropDuplicates({"word"}).Limit(2); })
      .AddData({Word("a"), Word("a")})
      .CheckNewAnswer({Word("a")})
      .AddData({Word("a"), Word("b")})
      .CheckNewAnswer({Word("b")})
      .AddData({Word("c")})
      .CheckNewAnswer({});
}

TestStream ObservedLimit() {
  return TestStream("observations do not change a query", {Words()}, OutputMode::kAppend,
                    [](const Frames& in) {
                      return in[0]
                          .Observe("all", {functions::Count(functions::Lit(1)).As("rows")})
                          .Limit(1)
                          .Observe("kept", {functions::Count(functions::Lit(1)).As("rows")});
                    })
      .AddData({Word("a"), Word("a")})
      .CheckNewAnswer({Word("a")})
      .AddData({Word("a")})
      .CheckNewAnswer({});
}

}  // namespace

std::vector<TestStream> LimitLists() {
  return {FirstRows(), LimitBelowAnAggregation(), LimitAboveDuplicates(), ObservedLimit()};
}

}  // namespace firesteel::testing
