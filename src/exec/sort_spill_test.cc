#include <algorithm>
#include <random>

#include <gmock/gmock.h>

#include "exec/plan_test_environment.h"
#include "exec/sorted_run.h"

namespace firesteel {
namespace {

const Schema& SpillInput() {
  static const Schema schema({{"k", TypeId::kInteger}, {"s", TypeId::kString},
                              {"n", TypeId::kInteger}});
  return schema;
}

/// Sorts in memory, in files and by top rows, and compares with std::stable_sort.
class SortSpillTest : public ::testing::Test {
 protected:
  struct Spread {
    std::vector<Row> rows;  // by partition, then as they come
    PhysicalPlanPtr plan;
  };

  Spread RandomRows(int count) {
    const int partitions = 1 + Below(4);
    Spread spread;
    std::vector<PhysicalPlanPtr> scans;
    int number = 0;
    for (int partition = 0; partition < partitions; ++partition) {
      std::vector<std::vector<Row>> batches;
      for (int i = 0; i < count / partitions; ++i) {
        if (batches.empty() || Below(5) == 0) batches.emplace_back();
        batches.back().push_back(
            Row({Below(7) == 0 ? Value() : Value(static_cast<int32_t>(Below(9))),
                 Below(7) == 0
                     ? Value()
                     : Value(std::string(Below(12), static_cast<char>('a' + Below(3)))),
                 Value(number++)}));
        spread.rows.push_back(batches.back().back());
      }
      scans.push_back(ScanOf(SpillInput(), batches));
    }
    spread.plan = NewUnion(std::move(scans), SpillInput()).ValueOrDie();
    return spread;
  }
  int Below(int limit) { return static_cast<int>(random_() % limit); }

  static ExpressionPtr By(const char* name, bool ascending, bool nulls_first) {
    return std::make_shared<SortOrder>(Column(SpillInput(), name), ascending, nulls_first);
  }

  template <typename T>
  static int Compare(const Value& a, const Value& b, bool ascending, bool nulls_first) {
    if (a.is_null() || b.is_null()) {
      if (a.is_null() && b.is_null()) return 0;
      return a.is_null() == nulls_first ? -1 : 1;
    }
    if (a == b) return 0;
    return (a.Get<T>() < b.Get<T>()) == ascending ? -1 : 1;
  }

  void Check(int count) {
    Spread spread = RandomRows(count);
    const bool down = Below(2) == 0;
    const bool nulls_first = Below(2) == 0;
    const std::vector<ExpressionPtr> order = {By("k", !down, nulls_first), By("s", down, false)};
    std::stable_sort(spread.rows.begin(), spread.rows.end(), [&](const Row& a, const Row& b) {
      const int first = Compare<int32_t>(a[0], b[0], !down, nulls_first);
      return first != 0 ? first < 0 : Compare<std::string>(a[1], b[1], down, false) < 0;
    });
    std::vector<std::string> expected;
    for (const Row& row : spread.rows) expected.push_back(row.ToString());
    const PhysicalPlanPtr sort = NewSort(spread.plan, order).ValueOrDie();
    EXPECT_EQ(environment_.Texts(*sort), expected);
    const int64_t top = Below(2 * count + 2);
    expected.resize(std::min<size_t>(expected.size(), top));
    const PhysicalPlanPtr top_rows = NewTopRows(spread.plan, order, top).ValueOrDie();
    EXPECT_EQ(environment_.Texts(*top_rows), expected) << top;
  }

  std::mt19937 random_{7};
  PlanTestEnvironment environment_;
};

TEST_F(SortSpillTest, AgreesWithStableSort) {
  for (const int64_t budget : {int64_t{1} << 28, int64_t{20000}, int64_t{1}}) {
    environment_.services().memory_budget_bytes = budget;
    for (int round = 0; round < 25; ++round) {
      environment_.services().batch_rows = 1 + Below(20);
      Check(Below(200));
    }
  }
  EXPECT_EQ(environment_.SpillFiles(), 0) << "files are removed with the run";
}

TEST_F(SortSpillTest, WritesRunsWhenTheBudgetIsUsedUp) {
  environment_.services().memory_budget_bytes = 1000;
  const Spread spread = RandomRows(2000);
  const PhysicalPlanPtr sort = NewSort(spread.plan, {By("k", true, true)}).ValueOrDie();
  ExecutionContext execution = environment_.Context();
  int files = 0;
  ASSERT_TRUE(RunPlan(*sort, &execution, [&](int, BatchReader* reader, TaskContext*) {
                files = environment_.SpillFiles();
                return reader->Next().status();
              }).ok());
  EXPECT_GT(files, 3);
}

}  // namespace
}  // namespace firesteel
