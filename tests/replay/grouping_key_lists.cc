#include <limits>

#include "firesteel/functions.h"
#include "firesteel/grouped_data.h"
#include "tests/replay/streaming_lists.h"

namespace firesteel::testing {
namespace {

using Frames = std::vector<DataFrame>;

/// Counts the rows of each key of this type: two batches with the keys given, each once per batch.
TestStream CountsByKey(std::string name, DataType type, const std::vector<Value>& keys) {
  std::vector<Row> rows;
  std::vector<Row> once;
  std::vector<Row> twice;
  for (const Value& key : keys) {
    rows.push_back(Row({key}));
    once.push_back(Row({key, Long(1)}));
    twice.push_back(Row({key, Long(2)}));
  }
  return TestStream(std::move(name), {Schema().Add("key", std::move(type))}, OutputMode::kUpdate,
                    [](const Frames& in) { return in[0].GroupBy({"key"}).Count(); })
      .AddData(rows)
      .CheckNewAnswer(once)
      .StopStream()
      .AddData(rows)
      .StartStream()
      .CheckNewAnswer(twice);
}

TestStream TextKeys() {
  return CountsByKey("keys of text", TypeId::kString,
                     {"", "a", "A", "a ", "ä", "日本語", "a text longer than eight bytes",
                      std::string(1000, 'x'), std::string("with\0zero", 9), Value()});
}

TestStream Instants() {
  return CountsByKey("keys of timestamps", TypeId::kTimestamp,
                     {Timestamp{0}, Timestamp{1}, Timestamp{-1},
                      Timestamp{253'402'300'799'999'999}, Timestamp{-62'135'596'800'000'000},
                      Value()});
}

TestStream Days() {
  return CountsByKey("keys of dates", TypeId::kDate,
                     {Date{0}, Date{-1}, Date{2932896}, Date{-719162}, Value()});
}

TestStream NumberKeys() {
  return CountsByKey("keys of whole numbers", TypeId::kLong,
                     {Long(0), Long(-1), Long(std::numeric_limits<int64_t>::min()),
                      Long(std::numeric_limits<int64_t>::max()), Value()});
}

TestStream DecimalKeys() {
  return CountsByKey("keys of decimals", DataType::Decimal(25, 3),
                     {Decimal{0, 25, 3}, Decimal{-1, 25, 3}, Decimal{1'500, 25, 3},
                      Decimal{static_cast<__int128>(1'000'000'000'000'000'000) * 1'000'000, 25, 3},
                      Value()});
}

TestStream Bytes() {
  return CountsByKey("keys of bytes", TypeId::kBinary,
                     {Binary{""}, Binary{std::string(1, '\0')}, Binary{"\xff\xfe"}, Value()});
}

TestStream Flags() {
  return CountsByKey("keys of booleans", TypeId::kBoolean, {true, false, Value()});
}

TestStream Structs() {
  const DataType type = DataType::Struct({{"a", TypeId::kInteger}, {"b", TypeId::kString}});
  return CountsByKey("keys of structs", type,
                     {StructValue{{1, "x"}}, StructValue{{1, Value()}}, StructValue{{Value(), "x"}},
                      StructValue{{Value(), Value()}}, Value()});
}

TestStream Arrays() {
  return CountsByKey("keys of arrays", DataType::Array(TypeId::kInteger),
                     {ArrayValue{}, ArrayValue{{Value()}}, ArrayValue{{1}}, ArrayValue{{1, 2}},
                      ArrayValue{{2, 1}}, Value()});
}

TestStream ZerosAndNans() {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return TestStream("zeros and NaNs are one key each", {Schema().Add("key", TypeId::kDouble)},
                    OutputMode::kUpdate,
                    [](const Frames& in) { return in[0].GroupBy({"key"}).Count(); })
      .AddData({Row({0.0}), Row({-0.0}), Row({kNan}), Row({-kNan}), Row({kInfinity})})
      .CheckNewAnswer(
          {Row({0.0, Long(2)}), Row({kNan, Long(2)}), Row({kInfinity, Long(1)})})
      .AddData({Row({-0.0}), Row({-kNan}), Row({-kInfinity})})
      .CheckNewAnswer(
          {Row({0.0, Long(3)}), Row({kNan, Long(3)}), Row({-kInfinity, Long(1)})});
}

TestStream SeveralColumns() {
  const Schema schema = Schema()
                            .Add("a", TypeId::kString)
                            .Add("b", TypeId::kInteger)
                            .Add("c", TypeId::kFloat);
  return TestStream("keys of several columns", {schema}, OutputMode::kUpdate,
                    [](const Frames& in) { return in[0].GroupBy({"a", "b", "c"}).Count(); })
      .KeyColumns(3)
      .AddData({Row({"x", 1, 1.0f}), Row({"x", 1, 1.0f}), Row({"x", Value(), 1.0f}),
                Row({Value(), 1, 1.0f}), Row({Value(), Value(), Value()})})
      .CheckNewAnswer({Row({"x", 1, 1.0f, Long(2)}), Row({"x", Value(), 1.0f, Long(1)}),
                       Row({Value(), 1, 1.0f, Long(1)}),
                       Row({Value(), Value(), Value(), Long(1)})})
      .AddData({Row({Value(), Value(), Value()}), Row({"x", 1, 1.5f})})
      .CheckNewAnswer(
          {Row({Value(), Value(), Value(), Long(2)}), Row({"x", 1, 1.5f, Long(1)})});
}

TestStream ComputedKeys() {
  return TestStream("computed keys", {Schema().Add("n", TypeId::kInteger)}, OutputMode::kComplete,
                    [](const Frames& in) {
                      return in[0]
                          .GroupBy({functions::Expr("n % 3 AS rest")})
                          .Agg({functions::Expr("sum(n) AS total")});
                    })
      .AddData({Row({1}), Row({2}), Row({4}), Row({-1}), Row({Value()})})
      .CheckAnswer({Row({1, Long(5)}), Row({2, Long(2)}), Row({-1, Long(-1)}),
                    Row({Value(), Value()})})
      .AddData({Row({7}), Row({3})})
      .CheckAnswer({Row({1, Long(12)}), Row({2, Long(2)}), Row({-1, Long(-1)}),
                    Row({Value(), Value()}), Row({0, Long(3)})});
}

}  // namespace

std::vector<TestStream> GroupingKeyLists() {
  return {TextKeys(), Instants(), Days(),   NumberKeys(),   DecimalKeys(),    Bytes(),
          Flags(),    Structs(),  Arrays(), ZerosAndNans(), SeveralColumns(), ComputedKeys()};
}

}  // namespace firesteel::testing
