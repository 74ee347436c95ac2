#include <algorithm>
#include <random>

#include <gmock/gmock.h>

#include "exec/plan_test_environment.h"

namespace firesteel {
namespace {

using Kind = PlannedWindowFunction::Kind;
using Bound = WindowBound::Kind;

const Schema& WindowInput() {
  static const Schema schema({{"p", TypeId::kString}, {"o", TypeId::kInteger},
                              {"v", TypeId::kInteger}});
  return schema;
}

/// Compares each function with what it is by definition, row by row.
class WindowTest : public ::testing::Test {
 protected:
  int Below(int limit) { return static_cast<int>(random_() % limit); }

  /// Sorted by partition and order, NULL first.
  std::vector<Row> RandomRows(int count) {
    std::vector<Row> rows;
    for (int i = 0; i < count; ++i) {
      rows.push_back(Row({Below(5) == 0 ? Value() : Value(std::string(Below(4), 'p')),
                          Below(6) == 0 ? Value() : Value(static_cast<int32_t>(Below(6))),
                          Below(4) == 0 ? Value() : Value(static_cast<int32_t>(Below(100)))}));
    }
    const auto key = [](const Row& row) {
      return std::make_tuple(row[0].is_null() ? std::string() : "=" + row[0].Get<std::string>(),
                             row[1].is_null() ? -1 : row[1].Get<int32_t>());
    };
    std::stable_sort(rows.begin(), rows.end(),
                     [&](const Row& a, const Row& b) { return key(a) < key(b); });
    return rows;
  }

  std::vector<Value> Run(const std::vector<Row>& rows, PlannedWindowFunction function,
                         const DataType& type) {
    std::vector<std::vector<Row>> batches;
    for (const Row& row : rows) {
      if (batches.empty() || Below(4) == 0) batches.emplace_back();
      batches.back().push_back(row);
    }
    std::vector<StructField> fields = WindowInput().fields();
    fields.push_back({"w", type});
    const PhysicalPlanPtr plan =
        NewWindow(ScanOf(WindowInput(), batches), {Column(WindowInput(), "p")},
                  {std::make_shared<SortOrder>(Column(WindowInput(), "o"), true, true)},
                  {std::move(function)}, Schema(fields))
            .ValueOrDie();
    const auto result = environment_.Run(*plan);
    EXPECT_TRUE(result.ok()) << result.status().ToString();
    std::vector<Value> values;
    for (size_t i = 0; result.ok() && i < result->size(); ++i) {
      const Row& row = (*result)[i];
      EXPECT_EQ(Row({row[0], row[1], row[2]}).ToString(), rows[i].ToString());
      values.push_back(row[3]);
    }
    return values;
  }

  static bool SamePartition(const Row& a, const Row& b) { return a[0] == b[0]; }
  static bool SamePeers(const Row& a, const Row& b) { return SamePartition(a, b) && a[1] == b[1]; }

  static Value Number(int64_t value) { return Value(static_cast<int32_t>(value)); }

  std::mt19937 random_{42};
  PlanTestEnvironment environment_;
};

TEST_F(WindowTest, RanksAndShares) {
  for (int round = 0; round < 20; ++round) {
    environment_.services().batch_rows = 1 + Below(30);
    const std::vector<Row> rows = RandomRows(Below(60));
    const auto numbers = [&](Kind kind, int64_t number = 1) {
      PlannedWindowFunction function;
      function.kind = kind;
      function.number = number;
      return Run(rows, function, TypeId::kInteger);
    };
    PlannedWindowFunction share;
    share.kind = Kind::kPercentRank;
    const auto percent_ranks = Run(rows, share, TypeId::kDouble);
    share.kind = Kind::kCumeDist;
    const auto cume_dists = Run(rows, share, TypeId::kDouble);
    const auto row_numbers = numbers(Kind::kRowNumber);
    const auto ranks = numbers(Kind::kRank);
    const auto dense_ranks = numbers(Kind::kDenseRank);
    const auto tiles = numbers(Kind::kNtile, 3);
    for (size_t i = 0; i < rows.size(); ++i) {
      int64_t before = 0, smaller = 0, dense = 1, total = 0, not_greater = 0;
      for (size_t j = 0; j < rows.size(); ++j) {
        if (!SamePartition(rows[i], rows[j])) continue;
        ++total;
        before += j < i;
        smaller += j < i && !SamePeers(rows[i], rows[j]);
        not_greater += j <= i || SamePeers(rows[i], rows[j]);
        dense += j < i && !SamePeers(rows[j], rows[j + 1]);
      }
      EXPECT_EQ(row_numbers[i], Number(before + 1));
      EXPECT_EQ(ranks[i], Number(smaller + 1));
      EXPECT_EQ(dense_ranks[i], Number(dense));
      EXPECT_EQ(cume_dists[i],
                Value(static_cast<double>(not_greater) / static_cast<double>(total)));
      EXPECT_EQ(percent_ranks[i],
                Value(total == 1 ? 0.0
                                 : static_cast<double>(smaller) / static_cast<double>(total - 1)));
      int64_t tile = 1, left = before;
      while (left >= total / 3 + (tile <= total % 3)) left -= total / 3 + (tile++ <= total % 3);
      EXPECT_EQ(tiles[i], Number(tile));
    }
  }
}

TEST_F(WindowTest, LagLooksBackAndAhead) {
  for (int round = 0; round < 40; ++round) {
    environment_.services().batch_rows = 1 + Below(30);
    const std::vector<Row> rows = RandomRows(Below(50));
    PlannedWindowFunction lag;
    lag.kind = Kind::kLag;
    lag.value = Column(WindowInput(), "v");
    lag.number = Below(7) - 3;
    lag.ignore_nulls = Below(2) == 0;
    if (Below(2) == 0) lag.otherwise = Column(WindowInput(), "o");
    const auto values = Run(rows, lag, TypeId::kInteger);
    for (size_t i = 0; i < rows.size(); ++i) {
      int64_t at = static_cast<int64_t>(i);
      const int step = lag.number > 0 ? -1 : 1;
      const auto inside = [&] {
        return at >= 0 && at < static_cast<int64_t>(rows.size()) &&
               SamePartition(rows[at], rows[i]);
      };
      for (int64_t left = std::abs(lag.number); left > 0 && inside();) {
        at += step;
        if (inside() && (!lag.ignore_nulls || !rows[at][2].is_null())) --left;
      }
      const Value expected = inside() ? rows[at][2] : lag.otherwise ? rows[i][1] : Value();
      EXPECT_EQ(values[i], expected) << i << ", " << lag.number << ", " << lag.ignore_nulls;
    }
  }
}

TEST_F(WindowTest, AggregatesAndNthValuesOverFrames) {
  for (int round = 0; round < 150; ++round) {
    environment_.services().batch_rows = 1 + Below(30);
    const std::vector<Row> rows = RandomRows(Below(40));
    const int back = Below(5) - 2;
    const int ahead = Below(5) - 2;
    const bool by_value = Below(2) == 0;
    PlannedWindowFunction function;
    const auto bound = [&](int offset) {
      WindowBound made;
      if (by_value) {
        made.kind = Bound::kValue;
        made.value =
            Call("+", {Column(WindowInput(), "o"), Constant(static_cast<int32_t>(offset))});
      } else {
        made.kind = Bound::kRow;
        made.rows = offset;
      }
      return made;
    };
    const int lower_kind = Below(3);
    const int upper_kind = Below(3);
    if (lower_kind == 1) function.lower.kind = Bound::kPeers;
    if (lower_kind == 2) function.lower = bound(back);
    if (upper_kind == 1) function.upper.kind = Bound::kPeers;
    if (upper_kind == 2) function.upper = bound(ahead);

    const auto in_frame = [&](size_t i, size_t j) {
      if (!SamePartition(rows[i], rows[j])) return false;
      const auto reaches = [&](int kind, int offset, int sign) {
        if (kind == 0) return true;
        const bool peers = SamePeers(rows[i], rows[j]);
        if (kind == 1) return peers || (sign > 0 ? j > i : j < i);
        if (!by_value) {
          return sign * (static_cast<int64_t>(j) - static_cast<int64_t>(i) - offset) >= 0;
        }
        // NULL comes before every number.
        if (rows[i][1].is_null()) return sign > 0 || rows[j][1].is_null();
        if (rows[j][1].is_null()) return sign < 0;
        return sign * (rows[j][1].Get<int32_t>() - rows[i][1].Get<int32_t>() - offset) >= 0;
      };
      return reaches(lower_kind, back, 1) && reaches(upper_kind, ahead, -1);
    };

    function.kind = Kind::kAggregate;
    function.aggregate = Aggregated("collect_list", {Column(WindowInput(), "v")});
    const auto lists = Run(rows, function, DataType::Array(TypeId::kInteger, false));
    function.aggregate = Aggregated("sum", {Column(WindowInput(), "v")}, false,
                                    Call(">", {Column(WindowInput(), "v"), Constant(30)}));
    const auto sums = Run(rows, function, TypeId::kLong);
    function.kind = Kind::kNthValue;
    function.value = Column(WindowInput(), "v");
    function.number = 1 + Below(3);
    function.ignore_nulls = Below(2) == 0;
    const auto values = Run(rows, function, TypeId::kInteger);
    for (size_t i = 0; i < rows.size(); ++i) {
      std::string list;
      Value sum, nth;
      int64_t seen = 0;
      for (size_t j = 0; j < rows.size(); ++j) {
        if (!in_frame(i, j)) continue;
        const Value& value = rows[j][2];
        if (!value.is_null() || !function.ignore_nulls) {
          if (++seen == function.number) nth = value;
        }
        if (value.is_null()) continue;
        list += (list.empty() ? "" : ", ") + std::to_string(value.Get<int32_t>());
        if (value.Get<int32_t>() > 30) {
          sum = Value((sum.is_null() ? 0 : sum.Get<int64_t>()) + value.Get<int32_t>());
        }
      }
      EXPECT_EQ(Row({lists[i]}).ToString(), "[[" + list + "]]") << i;
      EXPECT_EQ(sums[i], sum) << i;
      EXPECT_EQ(values[i], nth) << i;
    }
  }
}

TEST_F(WindowTest, RefusesWhatDoesNotFit) {
  PlannedWindowFunction distinct;
  distinct.kind = Kind::kAggregate;
  distinct.aggregate = Aggregated("count", {Column(WindowInput(), "v")}, true);
  EXPECT_FALSE(NewWindow(ScanOf(WindowInput(), {}), {}, {}, {distinct}, WindowInput()).ok());
  std::vector<StructField> fields = WindowInput().fields();
  fields.push_back({"w", TypeId::kLong});
  EXPECT_EQ(ErrorCondition(
                NewWindow(ScanOf(WindowInput(), {}), {}, {}, {distinct}, Schema(fields)).status()),
            "INTERNAL_ERROR");
}

}  // namespace
}  // namespace firesteel
