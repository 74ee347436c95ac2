#include "firesteel/functions.h"
#include "firesteel/grouped_data.h"
#include "tests/replay/streaming_lists.h"

namespace firesteel::testing {
namespace {

using functions::Expr;
using Frames = std::vector<DataFrame>;

Schema Lines() { return Schema().Add("line", TypeId::kString); }
Schema Scores() { return Schema().Add("who", TypeId::kString).Add("points", TypeId::kInteger); }

DataFrame CountWords(const Frames& in) {
  return in[0].SelectExpr({"explode(split(line, ' ')) AS word"}).GroupBy({"word"}).Count();
}

TestStream WordCountComplete() {
  return TestStream("word count, complete", {Lines()}, OutputMode::kComplete, CountWords)
      .AddData({Row({"a b a"}), Row({"c"})})
      .CheckAnswer({Row({"a", Long(2)}), Row({"b", Long(1)}), Row({"c", Long(1)})})
      .StopStream()
      .AddData({Row({"c c"})})
      .StartStream()
      .CheckAnswer({Row({"a", Long(2)}), Row({"b", Long(1)}), Row({"c", Long(3)})})
      .AddData({Row({Value()})})
      .CheckAnswer({Row({"a", Long(2)}), Row({"b", Long(1)}), Row({"c", Long(3)})});
}

TestStream WordCountUpdate() {
  return TestStream("word count, update", {Lines()}, OutputMode::kUpdate, CountWords)
      .AddData({Row({"a b a"})})
      .CheckNewAnswer({Row({"a", Long(2)}), Row({"b", Long(1)})})
      .AssertStateRows(2, 2)
      .AddData({Row({"b c"})})
      .CheckNewAnswer({Row({"b", Long(2)}), Row({"c", Long(1)})})
      .AssertStateRows(3, 2)
      .StopStream()
      .StartStream()
      .AddData({Row({"a"})})
      .CheckNewAnswer({Row({"a", Long(3)})})
      .AssertStateRows(3, 1);
}

TestStream GlobalAggregates() {
  return TestStream("aggregates over all rows", {Scores()}, OutputMode::kComplete,
                    [](const Frames& in) {
                      return in[0]
                          .Where("points >= 0")
                          .Agg({Expr("count(*)"), Expr("sum(points)"), Expr("min(who)"),
                                Expr("avg(points)")});
                    })
      .AddData({Row({"b", 3}), Row({"a", 4})})
      .CheckAnswer({Row({Long(2), Long(7), "a", 3.5})})
      .AddData({Row({"c", -1})})
      .CheckAnswer({Row({Long(2), Long(7), "a", 3.5})})
      .AddData({Row({"A", 2})})
      .CheckAnswer({Row({Long(3), Long(9), "A", 3.0})});
}

TestStream GlobalAggregatesOfNothing() {
  return TestStream("aggregates over no rows", {Scores()}, OutputMode::kUpdate,
                    [](const Frames& in) {
                      return in[0].Where("points >= 0").Agg({Expr("1 AS key"), Expr("count(*)"),
                                                             Expr("sum(points)")});
                    })
      .AddData({Row({"a", -1})})
      .CheckNewAnswer({Row({1, Long(0), Value()})})
      .AddData({Row({"a", 5})})
      .CheckNewAnswer({Row({1, Long(1), Long(5)})});
}

TestStream AggregatesOfNulls() {
  return TestStream("aggregates skip NULL", {Scores()}, OutputMode::kUpdate,
                    [](const Frames& in) {
                      return in[0].GroupBy({"who"}).Agg(
                          {Expr("count(*) AS n"), Expr("count(points) AS filled"),
                           Expr("sum(points) AS s"), Expr("min(points) AS low"),
                           Expr("max(points) AS high"), Expr("avg(points) AS mean")});
                    })
      .AddData({Row({"a", Value()}), Row({"b", 1}), Row({"b", Value()})})
      .CheckNewAnswer({Row({"a", Long(1), Long(0), Value(), Value(), Value(), Value()}),
                       Row({"b", Long(2), Long(1), Long(1), 1, 1, 1.0})})
      .AddData({Row({"a", -2}), Row({"a", 4})})
      .CheckNewAnswer({Row({"a", Long(3), Long(2), Long(2), -2, 4, 1.0})})
      .AddData({Row({"a", Value()})})
      .CheckNewAnswer({Row({"a", Long(4), Long(2), Long(2), -2, 4, 1.0})});
}

TestStream Decimals() {
  const auto price = [](int64_t unscaled) { return Value(Decimal{unscaled, 10, 2}); };
  const auto sum = [](int64_t unscaled) { return Value(Decimal{unscaled, 20, 2}); };
  const auto mean = [](int64_t unscaled) { return Value(Decimal{unscaled, 14, 6}); };
  const Schema schema =
      Schema().Add("k", TypeId::kInteger).Add("price", DataType::Decimal(10, 2));
  return TestStream("sums and means of decimals", {schema}, OutputMode::kUpdate,
                    [](const Frames& in) {
                      return in[0].GroupBy({"k"}).Agg({Expr("sum(price)"), Expr("avg(price)"),
                                                       Expr("max(price)")});
                    })
      .AddData({Row({1, price(100)}), Row({1, price(205)}), Row({2, Value()})})
      .CheckNewAnswer(
          {Row({1, sum(305), mean(1'525'000), price(205)}), Row({2, Value(), Value(), Value()})})
      .AddData({Row({1, price(-5)}), Row({2, price(9'999'999'999)})})
      .CheckNewAnswer(
          {Row({1, sum(300), mean(1'000'000), price(205)}),
           Row({2, sum(9'999'999'999), mean(99'999'999'990'000), price(9'999'999'999)})});
}

TestStream MinAndMaxOfManyTypes() {
  const Schema schema = Schema()
                            .Add("k", TypeId::kInteger)
                            .Add("s", TypeId::kString)
                            .Add("t", TypeId::kTimestamp)
                            .Add("d", TypeId::kDouble)
                            .Add("b", TypeId::kBoolean);
  return TestStream("least and greatest values", {schema}, OutputMode::kUpdate,
                    [](const Frames& in) {
                      return in[0].GroupBy({"k"}).Agg({Expr("min(s)"), Expr("max(s)"),
                                                       Expr("max(t)"), Expr("min(d)"),
                                                       Expr("max(b)")});
                    })
      .AddData({Row({1, "b", Timestamp{5}, 2.5, false}), Row({1, "ab", Timestamp{-5}, -2.5, true})})
      .CheckNewAnswer({Row({1, "ab", "b", Timestamp{5}, -2.5, true})})
      .AddData({Row({1, "", Timestamp{7}, 0.0, Value()})})
      .CheckNewAnswer({Row({1, "", "b", Timestamp{7}, -2.5, true})})
      .AddData({Row({1, Value(), Value(), Value(), Value()})})
      .CheckNewAnswer({Row({1, "", "b", Timestamp{7}, -2.5, true})});
}

TestStream GroupsThatAreFilteredOut() {
  return TestStream("having", {Scores()}, OutputMode::kUpdate,
                    [](const Frames& in) {
                      return in[0].GroupBy({"who"}).Agg({Expr("count(*) AS n")}).Where("n > 1");
                    })
      .AddData({Row({"a", 1}), Row({"b", 1})})
      .CheckNewAnswer({})
      .AssertStateRows(2, 2)
      .AddData({Row({"a", 1})})
      .CheckNewAnswer({Row({"a", Long(2)})})
      .AddData({Row({"c", 1})})
      .CheckNewAnswer({});
}

TestStream ExpressionsOverAggregates() {
  return TestStream("expressions over aggregates", {Scores()}, OutputMode::kComplete,
                    [](const Frames& in) {
                      return in[0]
                          .GroupBy({Expr("upper(who) AS who")})
                          .Agg({Expr("sum(points) * 10 + count(*) AS total")})
                          .SelectExpr({"concat(who, '!') AS who", "total"});
                    })
      .AddData({Row({"a", 1}), Row({"A", 2}), Row({"b", 3})})
      .CheckAnswer({Row({"A!", Long(32)}), Row({"B!", Long(31)})})
      .AddData({Row({"B", 3})})
      .CheckAnswer({Row({"A!", Long(32)}), Row({"B!", Long(62)})});
}

TestStream TheTopTwo() {
  return TestStream("the first rows of a sorted table", {Scores()}, OutputMode::kComplete,
                    [](const Frames& in) {
                      return in[0]
                          .GroupBy({"who"})
                          .Agg({Expr("sum(points) AS points")})
                          .OrderBy({Expr("points").Desc()})
                          .Limit(2);
                    })
      .AddData({Row({"a", 1}), Row({"b", 5}), Row({"c", 3})})
      .CheckAnswer({Row({"b", Long(5)}), Row({"c", Long(3)})})
      .AddData({Row({"a", 3})})
      .CheckAnswer({Row({"b", Long(5)}), Row({"a", Long(4)})});
}

TestStream CountsOverAUnion() {
  return TestStream("counts over a union", {Scores(), Scores()}, OutputMode::kUpdate,
                    [](const Frames& in) { return in[0].Union(in[1]).GroupBy({"who"}).Count(); })
      .AddData({Row({"a", 1})}, 0)
      .AddData({Row({"a", 1}), Row({"b", 1})}, 1)
      .CheckNewAnswer({Row({"a", Long(2)}), Row({"b", Long(1)})})
      .AddData({Row({"b", 1})}, 0)
      .CheckNewAnswer({Row({"b", Long(2)})})
      .StopStream()
      .AddData({Row({"a", 1})}, 1)
      .StartStream()
      .CheckNewAnswer({Row({"a", Long(3)})});
}

TestStream ManyGroups() {
  std::vector<Row> rows;
  std::vector<Row> counts;
  for (int i = 0; i < 60; ++i) {
    rows.push_back(Row({"key " + std::to_string(i % 20), i}));
    if (i < 20) counts.push_back(Row({"key " + std::to_string(i), Long(6)}));
  }
  return TestStream("many groups", {Scores()}, OutputMode::kComplete,
                    [](const Frames& in) { return in[0].GroupBy({"who"}).Count(); })
      .AddData(rows)
      .AssertStateRows(20, 20)
      .AddData(rows)
      .CheckAnswer(counts);
}

}  // namespace

std::vector<TestStream> AggregationLists() {
  return {WordCountComplete(),         WordCountUpdate(),          GlobalAggregates(),
          GlobalAggregatesOfNothing(), AggregatesOfNulls(),        Decimals(),
          MinAndMaxOfManyTypes(),      GroupsThatAreFilteredOut(), ExpressionsOverAggregates(),
          TheTopTwo(),                 CountsOverAUnion(),         ManyGroups()};
}

}  // namespace firesteel::testing
