#include <limits>

#include "firesteel/functions.h"
#include "firesteel/grouped_data.h"
#include "tests/replay/streaming_lists.h"

namespace firesteel::testing {
namespace {

using functions::Expr;
using Frames = std::vector<DataFrame>;

constexpr char kAnsi[] = "spark.sql.ansi.enabled";

Schema Numbers() { return Schema().Add("n", TypeId::kInteger); }
Schema Texts() { return Schema().Add("s", TypeId::kString); }

DataFrame Quotient(const Frames& in) { return in[0].SelectExpr({"10 / n AS quotient"}); }

TestStream DivisionByZero() {
  return TestStream("division by zero", {Numbers()}, OutputMode::kAppend, Quotient)
      .AddData({Row({4})})
      .CheckAnswer({Row({2.5})})
      .AddData({Row({0})})
      .ExpectFailure("DIVIDE_BY_ZERO")
      .StartStream()
      .ExpectFailure("DIVIDE_BY_ZERO");
}

TestStream DivisionByZeroWithoutAnsi() {
  return TestStream("division by zero without ANSI", {Numbers()}, OutputMode::kAppend, Quotient)
      .WithConfig(kAnsi, "false")
      .AddData({Row({4}), Row({0})})
      .CheckAnswer({Row({2.5}), Row({Value()})});
}

TestStream TextThatIsNoNumber() {
  return TestStream("text that is no number", {Texts()}, OutputMode::kAppend,
                    [](const Frames& in) { return in[0].SelectExpr({"CAST(s AS INT) AS n"}); })
      .AddData({Row({" 12 "}), Row({Value()})})
      .CheckAnswer({Row({12}), Row({Value()})})
      .AddData({Row({"1x"})})
      .ExpectFailure("CAST_INVALID_INPUT");
}

TestStream TextThatIsNoNumberWithoutAnsi() {
  return TestStream("text that is no number without ANSI", {Texts()}, OutputMode::kAppend,
                    [](const Frames& in) { return in[0].SelectExpr({"CAST(s AS INT) AS n"}); })
      .WithConfig(kAnsi, "false")
      .AddData({Row({"1x"}), Row({"-7"})})
      .CheckAnswer({Row({Value()}), Row({-7})});
}

TestStream SumThatOverflows() {
  return TestStream("a sum that overflows in a later batch",
                    {Schema().Add("k", TypeId::kString).Add("n", TypeId::kLong)},
                    OutputMode::kUpdate,
                    [](const Frames& in) { return in[0].GroupBy({"k"}).Agg({Expr("sum(n)")}); })
      .AddData({Row({"a", Long(std::numeric_limits<int64_t>::max())})})
      .CheckAnswer({Row({"a", Long(std::numeric_limits<int64_t>::max())})})
      .AddData({Row({"a", Long(1)})})
      .ExpectFailure("ARITHMETIC_OVERFLOW")
      .StartStream()
      .ExpectFailure("ARITHMETIC_OVERFLOW");
}

TestStream CompleteWithoutAggregation() {
  return TestStream("complete without an aggregation", {Numbers()}, OutputMode::kComplete,
                    [](const Frames& in) { return in[0]; })
      .StartStream()
      .ExpectFailure("STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION");
}

TestStream AppendOfGroupsWithoutAnEnd() {
  return TestStream("append of groups without an end", {Numbers()}, OutputMode::kAppend,
                    [](const Frames& in) { return in[0].GroupBy({"n"}).Count(); })
      .StartStream()
      .ExpectFailure("STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION");
}

TestStream UnknownColumn() {
  return TestStream("an unknown column", {Numbers()}, OutputMode::kAppend,
                    [](const Frames& in) { return in[0].SelectExpr({"m"}); })
      .StartStream()
      .ExpectFailure("UNRESOLVED_COLUMN.WITH_SUGGESTION");
}

}  // namespace

std::vector<TestStream> FailureLists() {
  return {DivisionByZero(),
          DivisionByZeroWithoutAnsi(),
          TextThatIsNoNumber(),
          TextThatIsNoNumberWithoutAnsi(),
          SumThatOverflows(),
          CompleteWithoutAggregation(),
          AppendOfGroupsWithoutAnEnd(),
          UnknownColumn()};
}

}  // namespace firesteel::testing
