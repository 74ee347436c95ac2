#include "firesteel/functions.h"
#include "firesteel/grouped_data.h"
#include "tests/replay/streaming_lists.h"

// Aggregate functions that keep values, sums of pairs or bitmaps in the state: each in update and
// in complete mode, over a restart.

namespace firesteel::testing {
namespace {

using functions::Expr;
using Frames = std::vector<DataFrame>;
using AnswerRows = std::vector<Row>;

/// Functions with two batches of rows and what is known after each: all groups after the first one,
/// then those that the second one changes, and the one that it leaves as it was.
struct Functions {
  std::string name;
  Schema schema;
  std::vector<const char*> calls;
  AnswerRows first;
  AnswerRows second;
  AnswerRows after_first;
  AnswerRows changed;
  Row unchanged;
};

TestStream InMode(const Functions& functions, OutputMode mode) {
  const bool complete = mode == OutputMode::kComplete;
  AnswerRows after_second = functions.changed;
  if (complete) after_second.push_back(functions.unchanged);
  return TestStream(functions.name + (complete ? ", complete" : ", update"), {functions.schema},
                    mode,
                    [calls = functions.calls](const Frames& in) {
                      std::vector<Column> columns;
                      for (const char* call : calls) columns.push_back(Expr(call));
                      return in[0].GroupBy({"k"}).Agg(columns);
                    })
      .AddData(functions.first)
      .CheckNewAnswer(functions.after_first)
      .StopStream()
      .AddData(functions.second)
      .StartStream()
      .CheckNewAnswer(after_second);
}

Schema Keyed(TypeId type) {
  return Schema().Add("k", TypeId::kString).Add("a", type).Add("b", type);
}

Functions Percentiles() {
  return {"percentiles in the state",
          Keyed(TypeId::kInteger),
          {"percentile(a, 0.5)", "median(a)", "percentile_cont(0.25) WITHIN GROUP (ORDER BY a)",
           "double(percentile_disc(0.5) WITHIN GROUP (ORDER BY a DESC))",
           "approx_percentile(a, 0.5)", "percentile(a, 0.5, b)"},
          {Row({"x", 1, 1}), Row({"x", 3, 1}), Row({"x", Value(), 1}), Row({"y", 2, 1})},
          {Row({"x", 4, 5}), Row({"z", Value(), 1})},
          {Row({"x", 2.0, 2.0, 1.5, 3.0, 1, 2.0}), Row({"y", 2.0, 2.0, 2.0, 2.0, 2, 2.0})},
          {Row({"x", 3.0, 3.0, 2.0, 3.0, 3, 4.0}),
           Row({"z", Value(), Value(), Value(), Value(), Value(), Value()})},
          Row({"y", 2.0, 2.0, 2.0, 2.0, 2, 2.0})};
}

Functions Regressions() {
  return {"lines through pairs in the state",
          Keyed(TypeId::kDouble),
          {"regr_count(a, b)", "regr_avgx(a, b)", "regr_avgy(a, b)", "round(regr_sxx(a, b), 6)",
           "round(regr_syy(a, b), 6)", "round(regr_sxy(a, b), 6)", "round(regr_r2(a, b), 6)",
           "round(regr_slope(a, b), 6)", "round(regr_intercept(a, b), 6)", "round(corr(a, b), 6)"},
          {Row({"x", 1.0, 1.0}), Row({"x", 3.0, 2.0}), Row({"x", Value(), 5.0}),
           Row({"y", 4.0, 4.0})},
          {Row({"x", 5.0, 3.0})},
          {Row({"x", Long(2), 1.5, 2.0, 0.5, 2.0, 1.0, 1.0, 2.0, -1.0, 1.0}),
           Row({"y", Long(1), 4.0, 4.0, 0.0, 0.0, 0.0, Value(), Value(), Value(), Value()})},
          {Row({"x", Long(3), 2.0, 3.0, 2.0, 8.0, 4.0, 1.0, 2.0, -1.0, 1.0})},
          Row({"y", Long(1), 4.0, 4.0, 0.0, 0.0, 0.0, Value(), Value(), Value(), Value()})};
}

Functions TextFunctions() {
  return {"lists of texts and modes in the state",
          Keyed(TypeId::kString),
          {"listagg(a, ',')", "string_agg(a)", "listagg(a, ',') WITHIN GROUP (ORDER BY a DESC)",
           "mode(a)", "mode() WITHIN GROUP (ORDER BY b)"},
          {Row({"x", "p", "1"}), Row({"x", "q", "2"}), Row({"x", "p", "1"}), Row({"y", "w", "3"})},
          {Row({"x", "q", "2"}), Row({"x", "q", "2"}), Row({"z", Value(), Value()})},
          {Row({"x", "p,q,p", "pqp", "q,p,p", "p", "1"}), Row({"y", "w", "w", "w", "w", "3"})},
          {Row({"x", "p,q,p,q,q", "pqpqq", "q,q,q,p,p", "q", "2"}),
           Row({"z", Value(), Value(), Value(), Value(), Value()})},
          Row({"y", "w", "w", "w", "w", "3"})};
}

Functions Bitmaps() {
  return {"bitmaps in the state",
          Keyed(TypeId::kInteger),
          {"bitmap_count(bitmap_construct_agg(bitmap_bit_position(a)))",
           "hex(substring(bitmap_or_agg(unhex(lpad(hex(b), 2, '0'))), 1, 1))",
           "hex(substring(bitmap_and_agg(unhex(lpad(hex(b), 2, '0'))), 1, 1))"},
          {Row({"x", 1, 3}), Row({"x", 9, 6}), Row({"x", 1, 3}), Row({"y", 2, 255})},
          {Row({"x", 30, 18})},
          {Row({"x", Long(2), "07", "02"}), Row({"y", Long(1), "FF", "FF"})},
          {Row({"x", Long(3), "17", "02"})},
          Row({"y", Long(1), "FF", "FF"})};
}

}  // namespace

std::vector<TestStream> ValueAggregateLists() {
  std::vector<TestStream> lists;
  for (const Functions& functions : {Percentiles(), Regressions(), TextFunctions(), Bitmaps()}) {
    lists.push_back(InMode(functions, OutputMode::kUpdate));
    lists.push_back(InMode(functions, OutputMode::kComplete));
  }
  return lists;
}

}  // namespace firesteel::testing
