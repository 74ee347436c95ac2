#include "tests/equality/random_query.h"

#include <utility>

#include "firesteel/functions.h"
#include "firesteel/grouped_data.h"

namespace firesteel::testing {

namespace {

using functions::Expr;
using Frames = std::vector<DataFrame>;

/// A filter and a projection, or neither, that keep the columns.
struct Preparation {
  std::string text;
  std::string filter;
  bool doubles = false;

  DataFrame Apply(DataFrame frame, const std::string& value) const {
    if (!filter.empty()) frame = frame.Where(filter);
    return doubles ? frame.WithColumn(value, Expr(value + " * 2")) : frame;
  }
};

Preparation DrawPreparation(Chooser* chooser) {
  static const char* const kFilters[] = {"", "v % 3 <> 1", "v IS NOT NULL", "v > 4 OR k = 'a'"};
  Preparation preparation;
  preparation.filter = kFilters[chooser->Below(4)];
  preparation.doubles = chooser->Chance(3);
  preparation.text = (preparation.filter.empty() ? "" : ", where " + preparation.filter) +
                     std::string(preparation.doubles ? ", doubled" : "");
  return preparation;
}

std::string DrawWindow(Chooser* chooser) {
  static const char* const kWindows[] = {"window(at, '5 seconds')", "window(at, '1 minute')",
                                         "window(at, '10 seconds', '4 seconds')",
                                         "window(at, '7 seconds', '7 seconds', '2 seconds')"};
  return kWindows[chooser->Below(4)];
}

DataFrame Watermarked(const DataFrame& frame, const std::string& time) {
  return frame.WithWatermark(time, "10 seconds");
}

/// Rows that only end others may still be waiting in a window of their own.
DataFrame Ended(const DataFrame& frame) {
  return frame.Where("window.end < TIMESTAMP '1970-01-01 02:00:00'");
}

RandomQuery Stateless(const Preparation& first) {
  return {"project", 1, OutputMode::kAppend, [first](const Frames& in) {
            return first.Apply(in[0], "v").SelectExpr({"upper(k) AS name", "v + 1 AS next", "at"});
          }};
}

RandomQuery Duplicates(const Preparation& first, Chooser* chooser) {
  if (chooser->Chance(2)) {
    return {"distinct", 1, OutputMode::kAppend, [first](const Frames& in) {
              return first.Apply(in[0], "v").Select({"k", "v"}).Distinct();
            }};
  }
  return {"duplicates by key and time", 1, OutputMode::kAppend, [first](const Frames& in) {
            return Watermarked(first.Apply(in[0], "v"), "at")
                .DropDuplicates({"at", "k"})
                .Select({"k", "at"});
          }};
}

RandomQuery Windows(const Preparation& first, Chooser* chooser) {
  const std::string window = DrawWindow(chooser);
  const bool by_key = chooser->Chance(2);
  const bool distinct_first = chooser->Chance(3);
  return {window + (by_key ? " and key" : "") + (distinct_first ? " of distinct rows" : ""), 1,
          OutputMode::kAppend, [=](const Frames& in) {
            DataFrame frame = Watermarked(first.Apply(in[0], "v"), "at");
            if (distinct_first) frame = frame.DropDuplicates({"k", "v", "at"});
            std::vector<Column> keys = {Expr(window).As("window")};
            if (by_key) keys.emplace_back("k");
            return Ended(frame.GroupBy(keys).Agg(
                {Expr("count(*)"), Expr("sum(v)"), Expr("max(v)"), Expr("avg(v)")}));
          }};
}

RandomQuery Totals(const Preparation& first, Chooser* chooser) {
  if (chooser->Chance(2)) {
    return {"totals by key", 1, OutputMode::kComplete, [first](const Frames& in) {
              return first.Apply(in[0], "v").GroupBy({"k"}).Agg(
                  {Expr("count(v)"), Expr("sum(v)"), Expr("min(at)")});
            }};
  }
  return {"totals of a union", 2, OutputMode::kComplete, [first](const Frames& in) {
            return first.Apply(in[0], "v").Union(in[1]).GroupBy({"k"}).Agg(
                {Expr("count(*)"), Expr("sum(v)"), Expr("max(at)")});
          }};
}

RandomQuery RangeJoin(const Preparation& first, Chooser* chooser) {
  static const char* const kTypes[] = {"inner", "left_outer", "right_outer", "full_outer",
                                       "left_semi"};
  static const char* const kRanges[] = {
      "bt >= at AND bt <= at + INTERVAL 6 SECONDS",
      "at BETWEEN bt - INTERVAL 4 SECONDS AND bt + INTERVAL 3 SECONDS",
      "bt > at - INTERVAL 5 SECONDS AND bt < at + INTERVAL 5 SECONDS AND w >= v"};
  const std::string type = kTypes[chooser->Below(5)];
  const std::string range = kRanges[chooser->Below(3)];
  RandomQuery query{type + " join, " + range, 2, OutputMode::kAppend, [=](const Frames& in) {
                      const DataFrame joined =
                          Watermarked(first.Apply(in[0], "v"), "at")
                              .Join(Watermarked(in[1], "bt"), Expr("k = m AND " + range), type);
                      if (type == "left_semi") return joined;
                      return joined.Where("coalesce(k, m, '-') NOT LIKE 'end%'");
                    }};
  // As in Spark, two NULL keys match in a full outer join of streams, though not in one of tables.
  query.null_keys = type != "full_outer";
  return query;
}

RandomQuery OtherJoin(const Preparation& first, Chooser* chooser) {
  if (chooser->Chance(2)) {
    return {"inner join by key", 2, OutputMode::kAppend, [first](const Frames& in) {
              return first.Apply(in[0], "v").Join(in[1], Expr("k = m"), "inner");
            }};
  }
  const std::string window = DrawWindow(chooser);
  return {"inner join, then " + window, 2, OutputMode::kAppend, [=](const Frames& in) {
            const DataFrame joined =
                Watermarked(first.Apply(in[0], "v"), "at")
                    .Join(Watermarked(in[1], "bt"),
                          Expr("k = m AND bt >= at AND bt <= at + INTERVAL 6 SECONDS"), "inner")
                    .Drop({"bt"});
            return Ended(joined.GroupBy({Expr(window).As("window"), Column("k")})
                             .Agg({Expr("count(*)"), Expr("sum(w)")}));
          }};
}

}  // namespace

RandomQuery DrawQuery(Chooser* chooser) {
  const Preparation first = DrawPreparation(chooser);
  RandomQuery query;
  switch (chooser->Below(8)) {
    case 0: query = Stateless(first); break;
    case 1: query = Duplicates(first, chooser); break;
    case 2:
    case 3: query = Windows(first, chooser); break;
    case 4: query = Totals(first, chooser); break;
    case 5:
    case 6: query = RangeJoin(first, chooser); break;
    default: query = OtherJoin(first, chooser);
  }
  query.text += first.text;
  return query;
}

Schema InputSchema(int input) {
  const bool first = input == 0;
  return Schema()
      .Add(first ? "k" : "m", TypeId::kString)
      .Add(first ? "v" : "w", TypeId::kInteger)
      .Add(first ? "at" : "bt", TypeId::kTimestamp);
}

}  // namespace firesteel::testing
