#include "streaming/source_set.h"

#include "gtest/gtest.h"
#include "plan/operators.h"
#include "plan/relations.h"
#include "streaming/source_numbering.h"
#include "streaming/streaming_test_kit.h"

namespace firesteel {
namespace {

using Offsets = std::vector<std::optional<std::string>>;

class SourceSetTest : public testing::Test {
 protected:
  std::unique_ptr<SourceSet> Open() {
    std::vector<std::unique_ptr<MicroBatchStream>> streams;
    for (const auto& table : {first_, second_}) {
      streams.push_back(table->NewScan({.columns = table->schema(), .filters = {}})
                            .ValueOrDie()
                            ->ToMicroBatchStream("sources")
                            .ValueOrDie());
    }
    return std::make_unique<SourceSet>(std::move(streams));
  }
  static Status FetchAll(SourceSet* sources, bool unlimited = false) {
    ARROW_RETURN_NOT_OK(sources->FetchLatest(0, unlimited));
    return sources->FetchLatest(1, unlimited);
  }
  static StartPoint Point(bool rerun, Offsets start, Offsets end) {
    StartPoint point;
    point.conf.emplace();
    point.rerun = rerun;
    point.start = std::move(start);
    point.end = std::move(end);
    return point;
  }

  std::shared_ptr<NumberTable> first_ = std::make_shared<NumberTable>();
  std::shared_ptr<NumberTable> second_ = std::make_shared<NumberTable>();
};

TEST_F(SourceSetTest, ASourceThatNeverHadDataHasNoOffset) {
  const auto sources = Open();
  ASSERT_TRUE(FetchAll(sources.get()).ok());
  EXPECT_FALSE(sources->has_new_data());
  first_->Add({1, 2});
  ASSERT_TRUE(FetchAll(sources.get()).ok());
  EXPECT_TRUE(sources->has_new_data());
  EXPECT_EQ(sources->AvailableOffsets(), (Offsets{"2", std::nullopt}));
  const auto batches = sources->PlanInputPartitions().ValueOrDie();
  EXPECT_EQ(batches[0].partitions.size(), 2u);
  EXPECT_TRUE(batches[1].partitions.empty());
}

TEST_F(SourceSetTest, FollowsLimitsUnlessTold) {
  first_->set_rows_per_batch(2);
  first_->Add({1, 2, 3, 4, 5});
  const auto limited = Open();
  ASSERT_TRUE(FetchAll(limited.get()).ok());
  EXPECT_EQ(limited->AvailableOffsets()[0], "2");
  limited->FinishBatch();
  EXPECT_FALSE(limited->has_new_data());
  ASSERT_TRUE(FetchAll(limited.get()).ok());
  EXPECT_EQ(limited->AvailableOffsets()[0], "4");
  const auto unlimited = Open();
  ASSERT_TRUE(FetchAll(unlimited.get(), true).ok());
  EXPECT_EQ(unlimited->AvailableOffsets()[0], "5");
}

TEST_F(SourceSetTest, TellsSourcesWhatIsDone) {
  first_->Add({1, 2});
  const auto sources = Open();
  ASSERT_TRUE(FetchAll(sources.get()).ok());
  ASSERT_TRUE(sources->CommitConsumed().ok());
  EXPECT_TRUE(first_->commits().empty());
  sources->FinishBatch();
  ASSERT_TRUE(sources->CommitConsumed().ok());
  EXPECT_EQ(first_->commits(), std::vector<std::string>{"2"});
  EXPECT_TRUE(second_->commits().empty());
}

TEST_F(SourceSetTest, GoesOnFromTheLog) {
  first_->Add({1, 2, 3, 4});
  second_->Add({1, 2, 3, 4});
  const auto sources = Open();
  ASSERT_TRUE(sources->Restore(Point(true, {"1", std::nullopt}, {"3", "2"}), "/c").ok());
  EXPECT_TRUE(sources->has_new_data());
  EXPECT_EQ(sources->AvailableOffsets(), (Offsets{"3", "2"}));
  const auto next = Open();
  ASSERT_TRUE(next->Restore(Point(false, {"3", "2"}, {}), "/c").ok());
  EXPECT_FALSE(next->has_new_data());
  ASSERT_TRUE(FetchAll(next.get()).ok());
  EXPECT_EQ(next->AvailableOffsets(), (Offsets{"4", "4"}));
}

TEST_F(SourceSetTest, RefusesAnotherNumberOfSources) {
  for (const Offsets& offsets : {Offsets{"1"}, Offsets{"1", "1", "1"}, Offsets{}}) {
    const Status status = Open()->Restore(Point(false, offsets, {}), "/c");
    EXPECT_TRUE(status.IsInvalid());
    EXPECT_NE(status.message().find("the query has 2"), std::string::npos) << status.message();
  }
}

TEST_F(SourceSetTest, RefusesOffsetsItsSourcesDoNotUnderstand) {
  const Status status = Open()->Restore(Point(false, {"1", "{\"logOffset\":1}"}, {}), "/c");
  EXPECT_FALSE(status.ok());
  EXPECT_NE(status.message().find("source 1 (Numbers)"), std::string::npos) << status.message();
  EXPECT_NE(status.message().find("logOffset"), std::string::npos) << status.message();
}

TEST_F(SourceSetTest, RefusesASourceThatLostItsOffset) {
  EXPECT_FALSE(Open()->Restore(Point(true, {"1", "1"}, {"2", std::nullopt}), "/c").ok());
}

TEST_F(SourceSetTest, KnowsWhoWakes) {
  const auto wake = std::make_shared<WakeSignal>(Clock::System());
  const auto all = Open();
  all->WakeOnData(wake);
  EXPECT_TRUE(all->all_wake());
  second_->set_wakes(false);
  const auto one = Open();
  one->WakeOnData(wake);
  EXPECT_FALSE(one->all_wake());
}

TEST(SourceNumberingTest, NumbersTablesInTheOrderOfThePlan) {
  const auto a = std::make_shared<NumberTable>();
  const auto b = std::make_shared<NumberTable>();
  const PlanPtr left = SelectNumbers(a);
  const PlanPtr plan = std::make_shared<Union>(
      std::vector<PlanPtr>{left, SelectNumbers(b), SelectNumbers(a)}, false, false, left->output());
  const NumberedPlan numbered = NumberSources(plan).ValueOrDie();
  ASSERT_EQ(numbered.tables.size(), 2u);
  EXPECT_EQ(numbered.tables[0], a);
  EXPECT_EQ(numbered.tables[1], b);
  std::vector<int> numbers;
  ForEach<LogicalPlan>(numbered.plan, [&](const PlanPtr& node) {
    if (const TableScan* scan = As<TableScan>(node)) numbers.push_back(scan->source_index());
  });
  EXPECT_EQ(numbers, (std::vector<int>{0, 1, 0}));
}

TEST(SourceNumberingTest, ScansOfOneTableReadTheSame) {
  const auto table = std::make_shared<NumberTable>();
  const auto wide = TableScan::Make(table, true);
  const auto narrow = TableScan::Make(table, true)->WithOutput({});
  const Predicate filter{
      .op = Predicate::Op::kLess, .column = "value", .values = {Value(int64_t{3})}};
  const PlanPtr plan = std::make_shared<Union>(
      std::vector<PlanPtr>{wide->WithFilters({filter}), narrow}, false, false, wide->output());
  const NumberedPlan numbered = NumberSources(plan).ValueOrDie();
  const SourceScans scans = UnifyScans(numbered.plan, numbered.tables).ValueOrDie();
  ASSERT_EQ(scans.requests.size(), 1u);
  EXPECT_EQ(scans.requests[0].columns.size(), 1);
  EXPECT_TRUE(scans.requests[0].filters.empty());
  EXPECT_EQ(scans.plan->child(0)->output().size(), 1u);
  EXPECT_EQ(scans.plan->child(1)->output().size(), 0u);
  ForEach<LogicalPlan>(scans.plan, [&](const PlanPtr& node) {
    if (const TableScan* scan = As<TableScan>(node)) {
      EXPECT_EQ(scan->output().size(), 1u);
      EXPECT_TRUE(scan->filters().empty());
      EXPECT_EQ(scan->source_index(), 0);
    }
  });
}

TEST(SourceNumberingTest, ASingleScanKeepsItsFilters) {
  const auto table = std::make_shared<NumberTable>();
  const Predicate filter{.op = Predicate::Op::kIsNotNull, .column = "value", .values = {}};
  const PlanPtr plan = TableScan::Make(table, true)->WithFilters({filter});
  const NumberedPlan numbered = NumberSources(plan).ValueOrDie();
  const SourceScans scans = UnifyScans(numbered.plan, numbered.tables).ValueOrDie();
  EXPECT_EQ(scans.requests[0].filters.size(), 1u);
  EXPECT_EQ(As<TableScan>(scans.plan)->filters().size(), 1u);
}

}  // namespace
}  // namespace firesteel
