#include "firesteel/functions.h"
#include "firesteel/grouped_data.h"
#include "tests/replay/streaming_lists.h"

// What the aggregate functions keep in the state between batches.

namespace firesteel::testing {
namespace {

using functions::Expr;
using Frames = std::vector<DataFrame>;

Schema Rows() {
  return Schema().Add("k", TypeId::kString).Add("v", TypeId::kInteger).Add("s", TypeId::kString);
}

Value Ints(std::initializer_list<int32_t> values) {
  ArrayValue array;
  for (const int32_t value : values) array.elements.emplace_back(value);
  return array;
}

TestStream OrderedAndCollected() {
  return TestStream("first, last and collected values", {Rows()}, OutputMode::kUpdate,
                    [](const Frames& in) {
                      return in[0].GroupBy({"k"}).Agg(
                          {Expr("first(v)"), Expr("last(v)"), Expr("collect_list(v)"),
                           Expr("sort_array(collect_set(v))"), Expr("max_by(s, v)"),
                           Expr("min_by(s, v)")});
                    })
      .AddData(
          {Row({"a", 1, "x"}), Row({"a", 3, "y"}), Row({"b", 2, "w"}), Row({"a", Value(), "z"})})
      .CheckNewAnswer({Row({"a", 1, Value(), Ints({1, 3}), Ints({1, 3}), "y", "x"}),
                       Row({"b", 2, 2, Ints({2}), Ints({2}), "w", "w"})})
      .StopStream()
      .AddData({Row({"a", 4, "q"}), Row({"b", 5, "u"}), Row({"b", 2, "u"})})
      .StartStream()
      .CheckNewAnswer({Row({"a", 1, 4, Ints({1, 3, 4}), Ints({1, 3, 4}), "q", "x"}),
                       Row({"b", 2, 2, Ints({2, 5, 2}), Ints({2, 5}), "u", "u"})});
}

TestStream BitsAndConditions() {
  return TestStream("bits and conditions", {Rows()}, OutputMode::kUpdate,
                    [](const Frames& in) {
                      return in[0].GroupBy({"k"}).Agg(
                          {Expr("count_if(v > 1)"), Expr("bool_or(v > 2)"), Expr("every(v > 0)"),
                           Expr("bit_and(v)"), Expr("bit_or(v)"), Expr("bit_xor(v)")});
                    })
      .AddData({Row({"a", 1, ""}), Row({"a", 3, ""}), Row({"a", Value(), ""}), Row({"b", 2, ""})})
      .CheckNewAnswer({Row({"a", Long(1), true, true, 1, 3, 2}),
                       Row({"b", Long(1), false, true, 2, 2, 2})})
      .StopStream()
      .AddData({Row({"a", 4, ""}), Row({"b", -5, ""}), Row({"c", Value(), ""})})
      .StartStream()
      .CheckNewAnswer({Row({"a", Long(2), true, true, 0, 7, 6}),
                       Row({"b", Long(1), false, false, 2 & -5, 2 | -5, 2 ^ -5}),
                       Row({"c", Long(0), Value(), Value(), Value(), Value(), Value()})});
}

TestStream Moments() {
  const Schema schema = Schema().Add("k", TypeId::kInteger).Add("n", TypeId::kDouble);
  // Rounded, as sums of fractions depend on their order; plus zero, as it may round to -0.0.
  return TestStream(
             "moments", {schema}, OutputMode::kUpdate,
             [](const Frames& in) {
               return in[0].GroupBy({"k"}).Agg(
                   {Expr("round(stddev_samp(n), 6)"), Expr("round(var_pop(n), 6)"),
                    Expr("round(skewness(n), 6) + 0.0D"), Expr("round(kurtosis(n), 6)"),
                    Expr("round(corr(n, 2 * n), 6)"), Expr("round(covar_samp(n, 2 * n), 6)")});
             })
      .AddData({Row({1, 1.0}), Row({1, 2.0}), Row({1, 3.0}), Row({1, Value()})})
      .CheckNewAnswer({Row({1, 1.0, 0.666667, 0.0, -1.5, 1.0, 2.0})})
      .StopStream()
      .AddData({Row({1, 4.0})})
      .StartStream()
      .CheckNewAnswer({Row({1, 1.290994, 1.25, 0.0, -1.36, 1.0, 3.333333})});
}

TestStream NestedBuffers() {
  const auto pair = [](int32_t v, Value s) { return Value(StructValue{{v, std::move(s)}}); };
  return TestStream("structs in the state", {Rows()}, OutputMode::kUpdate,
                    [](const Frames& in) {
                      return in[0].GroupBy({"k"}).Agg(
                          {Expr("max(named_struct('v', v, 's', s))"),
                           Expr("first(named_struct('v', v, 's', s))"),
                           Expr("collect_list(named_struct('v', v, 's', s))")});
                    })
      .AddData({Row({"a", 1, "x"}), Row({"a", 1, Value()})})
      .CheckNewAnswer({Row({"a", pair(1, "x"), pair(1, "x"),
                            ArrayValue{{pair(1, "x"), pair(1, Value())}}})})
      .StopStream()
      .AddData({Row({"a", 1, "y"})})
      .StartStream()
      .CheckNewAnswer({Row({"a", pair(1, "y"), pair(1, "x"),
                            ArrayValue{{pair(1, "x"), pair(1, Value()), pair(1, "y")}}})});
}

TestStream SumsThatOverflow() {
  const DataType type = DataType::Decimal(38, 0);
  const Value huge = Decimal{static_cast<__int128>(9'000'000'000'000'000'000) *
                                 1'000'000'000'000'000'000 * 10,
                             38, 0};
  const Schema schema = Schema().Add("k", TypeId::kInteger).Add("d", type);
  return TestStream("sums that overflow are NULL without ANSI", {schema}, OutputMode::kUpdate,
                    [](const Frames& in) {
                      return in[0].GroupBy({"k"}).Agg({Expr("sum(d)"), Expr("count(d)")});
                    })
      .WithConfig("spark.sql.ansi.enabled", "false")
      .AddData({Row({1, huge}), Row({2, Value()})})
      .CheckNewAnswer({Row({1, huge, Long(1)}), Row({2, Value(), Long(0)})})
      .AddData({Row({1, huge}), Row({2, huge})})
      .CheckNewAnswer({Row({1, Value(), Long(2)}), Row({2, huge, Long(1)})})
      .StopStream()
      .AddData({Row({1, Decimal{1, 38, 0}})})
      .StartStream()
      .CheckNewAnswer({Row({1, Value(), Long(3)})});
}

}  // namespace

std::vector<TestStream> StateBufferLists() {
  return {OrderedAndCollected(), BitsAndConditions(), Moments(), NestedBuffers(),
          SumsThatOverflow()};
}

}  // namespace firesteel::testing
