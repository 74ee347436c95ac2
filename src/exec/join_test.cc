#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include <gmock/gmock.h>

#include "exec/plan_test_environment.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using Rows = std::vector<Row>;

const Schema& Side() {
  static const Schema schema({{"i", TypeId::kInteger},
                              {"s", TypeId::kString},
                              {"d", TypeId::kDouble},
                              {"c", TypeId::kInteger}});
  return schema;
}

constexpr JoinKind kKinds[] = {JoinKind::kInner,     JoinKind::kLeftOuter, JoinKind::kRightOuter,
                               JoinKind::kFullOuter, JoinKind::kLeftSemi,  JoinKind::kLeftAnti,
                               JoinKind::kExistence};

bool LeftOnly(JoinKind kind) {
  return kind == JoinKind::kLeftSemi || kind == JoinKind::kLeftAnti ||
         kind == JoinKind::kExistence;
}

/// One way to join, as the model and as the operator see it.
struct Case {
  JoinKind kind = JoinKind::kInner;
  std::vector<int> keys;  // columns of both sides
  bool null_safe = false;
  bool conditional = false;  // left.c < right.c
  bool null_aware = false;
};

Schema OutputOf(JoinKind kind) {
  std::vector<StructField> fields = Side().fields();
  if (kind == JoinKind::kExistence) fields.push_back({"exists", TypeId::kBoolean, false});
  if (!LeftOnly(kind)) {
    for (const StructField& field : Side().fields()) fields.push_back(field);
  }
  return Schema(fields);
}

PhysicalPlanPtr PlanOf(const Case& one, PhysicalPlanPtr left, PhysicalPlanPtr right) {
  PlannedJoin join;
  join.kind = one.kind;
  join.null_aware = one.null_aware;
  for (const int key : one.keys) {
    join.left_keys.push_back(Column(Side(), Side().field(key).name));
    join.right_keys.push_back(Column(Side(), Side().field(key).name));
    join.null_safe.push_back(one.null_safe);
  }
  if (one.conditional) {
    join.condition =
        Call("<", {std::make_shared<BoundReference>(3, "c", TypeId::kInteger, true),
                   std::make_shared<BoundReference>(7, "c", TypeId::kInteger, true)});
  }
  return NewJoin(std::move(left), std::move(right), std::move(join), OutputOf(one.kind))
      .ValueOrDie();
}

bool SameKey(const Value& a, const Value& b, bool null_safe) {
  if (a.is_null() || b.is_null()) return null_safe && a.is_null() && b.is_null();
  if (a.Is<double>()) {
    const double x = a.Get<double>();
    const double y = b.Get<double>();
    return x == y || (std::isnan(x) && std::isnan(y));
  }
  return a == b;
}

bool Matches(const Case& one, const Row& left, const Row& right) {
  for (const int key : one.keys) {
    if (!SameKey(left[key], right[key], one.null_safe)) return false;
  }
  if (!one.conditional) return true;
  return !left[3].is_null() && !right[3].is_null() &&
         left[3].Get<int32_t>() < right[3].Get<int32_t>();
}

/// NOT IN by the book: true only if every comparison is false.
bool IsNotIn(const Case& one, const Row& left, const Rows& right) {
  const int key = one.keys[0];
  return std::all_of(right.begin(), right.end(), [&](const Row& row) {
    return !left[key].is_null() && !row[key].is_null() && !SameKey(left[key], row[key], false);
  });
}

std::string Text(const Row* left, const Row* right, JoinKind kind, bool exists = false) {
  std::vector<Value> values;
  for (int i = 0; i < 4; ++i) values.push_back(left ? (*left)[i] : Value());
  if (kind == JoinKind::kExistence) values.push_back(Value(exists));
  if (!LeftOnly(kind)) {
    for (int i = 0; i < 4; ++i) values.push_back(right ? (*right)[i] : Value());
  }
  return Row(values).ToString();
}

std::vector<std::string> Expected(const Case& one, const Rows& left, const Rows& right) {
  std::vector<std::string> texts;
  std::vector<bool> right_matched(right.size(), false);
  for (const Row& row : left) {
    bool matched = false;
    for (size_t i = 0; i < right.size(); ++i) {
      if (!Matches(one, row, right[i])) continue;
      matched = right_matched[i] = true;
      if (!LeftOnly(one.kind)) texts.push_back(Text(&row, &right[i], one.kind));
    }
    switch (one.kind) {
      case JoinKind::kLeftOuter:
      case JoinKind::kFullOuter:
        if (!matched) texts.push_back(Text(&row, nullptr, one.kind));
        break;
      case JoinKind::kLeftSemi:
        if (matched) texts.push_back(Text(&row, nullptr, one.kind));
        break;
      case JoinKind::kLeftAnti:
        if (one.null_aware ? IsNotIn(one, row, right) : !matched) {
          texts.push_back(Text(&row, nullptr, one.kind));
        }
        break;
      case JoinKind::kExistence: texts.push_back(Text(&row, nullptr, one.kind, matched)); break;
      default: break;
    }
  }
  for (size_t i = 0; i < right.size(); ++i) {
    if (!right_matched[i] &&
        (one.kind == JoinKind::kRightOuter || one.kind == JoinKind::kFullOuter)) {
      texts.push_back(Text(nullptr, &right[i], one.kind));
    }
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

class JoinTest : public ::testing::Test {
 protected:
  /// Few distinct values, so that there are matches, duplicates and NULLs.
  Rows RandomRows(int count) {
    const double doubles[] = {0.0, -0.0, 1.5, std::numeric_limits<double>::quiet_NaN(),
                              -std::numeric_limits<double>::quiet_NaN()};
    const auto maybe = [this](Value value) { return Below(6) == 0 ? Value() : value; };
    Rows rows;
    for (int i = 0; i < count; ++i) {
      rows.push_back(Row({maybe(Value(static_cast<int32_t>(Below(5)))),
                          maybe(Value(std::string(Below(25), 'x'))),
                          maybe(Value(doubles[Below(5)])),
                          maybe(Value(static_cast<int32_t>(Below(8))))}));
    }
    return rows;
  }
  int Below(int limit) { return static_cast<int>(random_() % limit); }

  /// In several partitions of one or more batches.
  PhysicalPlanPtr Spread(const Rows& rows) {
    const int partitions = 1 + Below(3);
    std::vector<PhysicalPlanPtr> scans;
    for (int partition = 0; partition < partitions; ++partition) {
      std::vector<Rows> batches;
      for (size_t i = partition; i < rows.size(); i += partitions) {
        if (batches.empty() || Below(3) == 0) batches.emplace_back();
        batches.back().push_back(rows[i]);
      }
      scans.push_back(ScanOf(Side(), batches));
    }
    return NewUnion(std::move(scans), Side()).ValueOrDie();
  }

  void Check(const Case& one, const Rows& left, const Rows& right) {
    const PhysicalPlanPtr plan = PlanOf(one, Spread(left), Spread(right));
    std::vector<std::string> actual = environment_.Texts(*plan);
    std::sort(actual.begin(), actual.end());
    EXPECT_EQ(actual, Expected(one, left, right))
        << plan->Name() << ", " << left.size() << " and " << right.size() << " rows";
  }

  void CheckAllKinds(int rounds) {
    const std::vector<int> keys[] = {{}, {0}, {1}, {2}, {0, 1}, {2, 1, 0}};
    for (int round = 0; round < rounds; ++round) {
      const Rows left = RandomRows(Below(4) == 0 ? 0 : Below(30));
      const Rows right = RandomRows(Below(4) == 0 ? 0 : Below(30));
      environment_.services().batch_rows = 1 + Below(9);
      for (const JoinKind kind : kKinds) {
        for (const std::vector<int>& key : keys) {
          Check({kind, key, Below(2) == 0, Below(2) == 0}, left, right);
        }
      }
      Check({JoinKind::kLeftAnti, {Below(3)}, false, false, true}, left, right);
    }
  }

  std::mt19937 random_{20261121};
  PlanTestEnvironment environment_;
};

TEST_F(JoinTest, AgreesWithTheModel) { CheckAllKinds(12); }

TEST_F(JoinTest, AgreesWithTheModelWithoutMemory) {
  environment_.services().memory_budget_bytes = 1;
  CheckAllKinds(4);
  EXPECT_EQ(environment_.SpillFiles(), 0) << "files are removed with the run";
}

TEST_F(JoinTest, AgreesWithTheModelWithLittleMemory) {
  // Some tables fit, some sides are divided, some parts need several tables.
  environment_.services().memory_budget_bytes = 4000;
  CheckAllKinds(6);
}

Row PairOf(Value i, Value c = Value()) {
  return Row({std::move(i), Value(), Value(), std::move(c)});
}

TEST_F(JoinTest, NullAwareAntiJoinWithoutNullsAndWithoutRows) {
  const Case not_in{JoinKind::kLeftAnti, {0}, false, false, true};
  const Rows left = {PairOf(Value(1)), PairOf(Value(2)), PairOf(Value())};
  Check(not_in, left, {PairOf(Value(2))});
  Check(not_in, left, {});
  Check(not_in, left, {PairOf(Value(2)), PairOf(Value())});
  EXPECT_THAT(environment_.Texts(*PlanOf(not_in, ScanOf(Side(), {left}), ScanOf(Side(), {}))),
              ElementsAre("[1,NULL,NULL,NULL]", "[2,NULL,NULL,NULL]", "[NULL,NULL,NULL,NULL]"));
}

TEST_F(JoinTest, SingleJoinTakesOneMatchOnly) {
  const Rows left = {PairOf(Value(1), Value(5)), PairOf(Value(2), Value(1)), PairOf(Value())};
  const Rows once = {PairOf(Value(1), Value(7))};
  const Rows twice = {PairOf(Value(1), Value(7)), PairOf(Value(1), Value(3)), PairOf(Value(9))};
  for (const int64_t budget : {int64_t{1} << 28, int64_t{1}}) {
    environment_.services().memory_budget_bytes = budget;
    Case single{JoinKind::kLeftSingle, {0}, false, false};
    const auto texts = [&](const Rows& right) {
      std::vector<Rows> batches;
      for (const Row& row : right) batches.push_back({row});
      return environment_.Texts(*PlanOf(single, ScanOf(Side(), {left}), ScanOf(Side(), batches)));
    };
    EXPECT_THAT(texts(once), UnorderedElementsAre("[1,NULL,NULL,5,1,NULL,NULL,7]",
                                                  "[2,NULL,NULL,1,NULL,NULL,NULL,NULL]",
                                                  "[NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL]"));
    const auto condition = [&](const Rows& right) {
      std::vector<Rows> batches;
      for (const Row& row : right) batches.push_back({row});
      return ErrorCondition(
          environment_.Run(*PlanOf(single, ScanOf(Side(), {left}), ScanOf(Side(), batches)))
              .status());
    };
    EXPECT_EQ(condition(twice), "SCALAR_SUBQUERY_TOO_MANY_ROWS");
    single.conditional = true;  // leaves one of the two
    EXPECT_EQ(texts(twice).size(), 3);
  }
}

TEST_F(JoinTest, KeepsTheSmallerSideInMemory) {
  const PhysicalPlanPtr large = ScanOf(Side(), {RandomRows(200)});
  const PhysicalPlanPtr small = ScanOf(Side(), {RandomRows(3)});
  const PhysicalPlanPtr left_small = PlanOf({JoinKind::kInner, {0}}, small, large);
  const PhysicalPlanPtr right_small = PlanOf({JoinKind::kInner, {0}}, large, small);
  EXPECT_EQ(environment_.Texts(*left_small).size(), environment_.Texts(*right_small).size());
}

TEST_F(JoinTest, JoinsWithoutColumns) {
  const Schema none;
  const auto rows = [&](int64_t count) {
    return NewLocalScan(none, {arrow::RecordBatch::Make(ToArrowSchema(none), count,
                                                        arrow::ArrayVector())})
        .ValueOrDie();
  };
  for (const int64_t budget : {int64_t{1} << 28, int64_t{1}}) {
    environment_.services().memory_budget_bytes = budget;
    environment_.services().batch_rows = 7;
    const PhysicalPlanPtr plan = NewJoin(rows(5), rows(6), {}, none).ValueOrDie();
    EXPECT_EQ(environment_.Texts(*plan).size(), 30);
  }
}

TEST_F(JoinTest, StopsWhenCancelled) {
  const Rows many = RandomRows(300);
  const PhysicalPlanPtr plan =
      PlanOf({JoinKind::kInner, {}}, ScanOf(Side(), {many}), ScanOf(Side(), {many}));
  environment_.cancellation().Cancel();
  EXPECT_FALSE(environment_.Run(*plan).ok());
}

TEST_F(JoinTest, RefusesWhatDoesNotFit) {
  const PhysicalPlanPtr scan = ScanOf(Side(), {});
  PlannedJoin join;
  join.left_keys = {Column(Side(), "i")};
  join.right_keys = {Column(Side(), "s")};
  join.null_safe = {false};
  const auto condition = [&](PlannedJoin planned, JoinKind output) {
    return ErrorCondition(NewJoin(scan, scan, std::move(planned), OutputOf(output)).status());
  };
  EXPECT_EQ(condition(join, JoinKind::kInner), "INTERNAL_ERROR");
  join.right_keys = {Column(Side(), "i")};
  EXPECT_EQ(condition(join, JoinKind::kLeftSemi), "INTERNAL_ERROR") << "columns";
  join.null_aware = true;
  EXPECT_EQ(condition(join, JoinKind::kInner), "INTERNAL_ERROR");
}

}  // namespace
}  // namespace firesteel
