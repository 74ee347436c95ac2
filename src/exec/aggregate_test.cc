#include <algorithm>
#include <map>

#include <gmock/gmock.h>

#include "exec/plan_test_environment.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const Schema& Input() {
  static const Schema schema(
      {{"k", TypeId::kString}, {"v", TypeId::kLong}, {"d", TypeId::kDouble}});
  return schema;
}

Row Of(Value k, Value v, Value d = Value()) {
  return Row({std::move(k), std::move(v), std::move(d)});
}
Value Long(int64_t value) { return Value(value); }

class AggregateTest : public ::testing::Test {
 protected:
  /// partial -> exchange -> final, as the planner builds it.
  PhysicalPlanPtr Plan(PhysicalPlanPtr child, std::vector<ExpressionPtr> keys,
                       std::vector<PlannedAggregate> aggregates, int partitions = 3) {
    std::vector<StructField> fields;
    std::vector<ExpressionPtr> references;
    for (const ExpressionPtr& key : keys) {
      fields.push_back({"key" + std::to_string(fields.size()), key->type(), key->nullable()});
    }
    for (size_t i = 0; i < fields.size(); ++i) {
      references.push_back(std::make_shared<BoundReference>(
          static_cast<int>(i), fields[i].name, fields[i].type, fields[i].nullable));
    }
    const bool distinct = std::any_of(aggregates.begin(), aggregates.end(),
                                      [](const auto& one) { return one.distinct; });
    const int key_count = static_cast<int>(keys.size());
    if (keys.empty()) partitions = 1;
    if (distinct) child = NewHashExchange(child, keys, partitions).ValueOrDie();
    auto plan = NewPartialAggregate(child, keys, fields, aggregates).ValueOrDie();
    if (!distinct) plan = NewHashExchange(plan, references, partitions).ValueOrDie();
    for (const PlannedAggregate& one : aggregates) {
      fields.push_back({one.text, one.function->return_type(), one.function->nullable()});
    }
    return NewFinalAggregate(plan, key_count, aggregates, Schema(fields)).ValueOrDie();
  }

  PhysicalPlanPtr Scan() {
    return PartitionsOf(Input(), {{Of("a", Long(1), 1.0), Of("b", Long(2), 2.0), Of("a", Value())},
                                  {},
                                  {Of(Value(), Long(5)), Of("a", Long(7), 3.0)},
                                  {Of(Value(), Long(6))}});
  }

  PlanTestEnvironment environment_;
};

TEST_F(AggregateTest, GroupsAcrossPartitions) {
  const auto plan = Plan(Scan(), {Column(Input(), "k")},
                         {Aggregated("count", {Constant(1)}),
                          Aggregated("sum", {Column(Input(), "v")}),
                          Aggregated("avg", {Column(Input(), "d")}),
                          Aggregated("min", {Column(Input(), "v")}),
                          Aggregated("max", {Column(Input(), "v")})});
  EXPECT_THAT(environment_.Texts(*plan),
              UnorderedElementsAre("[a,3,8,2.0,1,7]", "[b,1,2,2.0,2,2]", "[NULL,2,11,NULL,5,6]"));
}

TEST_F(AggregateTest, RowsOfMostlyDistinctKeysArePassedOn) {
  const Schema schema({{"n", TypeId::kLong}, {"d", TypeId::kDouble}});
  std::vector<std::vector<Row>> batches(3);
  for (int64_t batch = 0; batch < 3; ++batch) {
    for (int64_t i = 0; i < 9000; ++i) {
      // The last batch has one key: after the first one nobody looks.
      const int64_t key = batch == 2 ? 0 : i;
      batches[batch].push_back(Row({Value(key), Value(static_cast<double>(key))}));
    }
  }
  for (const std::string key : {"n", "d"}) {
    const ExpressionPtr column = Column(schema, key);
    const auto partial = NewPartialAggregate(ScanOf(schema, batches), {column},
                                             {{key, column->type()}},
                                             {Aggregated("sum", {Column(schema, "n")})})
                             .ValueOrDie();
    const Result<std::vector<Row>> reduced = environment_.Run(*partial);
    ASSERT_TRUE(reduced.ok()) << reduced.status().ToString();
    // That -0.0 and 0.0 are one key only the table of groups knows.
    EXPECT_EQ(reduced->size(), key == "n" ? 27000u : 9000u);
    const auto whole = Plan(ScanOf(schema, batches), {column},
                            {Aggregated("count", {Constant(1)}),
                             Aggregated("sum", {Column(schema, "n")})});
    const Result<std::vector<Row>> rows = environment_.Run(*whole);
    ASSERT_TRUE(rows.ok()) << rows.status().ToString();
    ASSERT_EQ(rows->size(), 9000u);
    const std::string zero = key == "n" ? "0" : "0.0";
    for (const Row& row : *rows) {
      const std::string text = row.ToString();
      if (text.starts_with("[" + zero + ",")) {
        EXPECT_EQ(text, "[" + zero + ",9002,0]");
      } else {
        EXPECT_THAT(text, ::testing::HasSubstr(",2,"));
      }
    }
  }
}

TEST_F(AggregateTest, EachPartitionIsReducedToItsKeys) {
  const auto plan = NewPartialAggregate(Scan(), {Column(Input(), "k")}, {{"k", TypeId::kString}},
                                        {Aggregated("count", {Constant(1)})})
                        .ValueOrDie();
  EXPECT_THAT(environment_.Texts(*plan),
              ElementsAre("[a,2]", "[b,1]", "[NULL,1]", "[a,1]", "[NULL,1]"));
  EXPECT_EQ(plan->Name(), "PartialAggregate [k], [count(1)]");
}

TEST_F(AggregateTest, WithoutKeysThereIsOneRowEvenWithoutInput) {
  const std::vector<PlannedAggregate> aggregates{Aggregated("count", {Constant(1)}),
                                                 Aggregated("sum", {Column(Input(), "v")})};
  EXPECT_THAT(environment_.Texts(*Plan(Scan(), {}, aggregates)), ElementsAre("[6,21]"));
  EXPECT_THAT(environment_.Texts(*Plan(ScanOf(Input(), {}), {}, aggregates)),
              ElementsAre("[0,NULL]"));
}

TEST_F(AggregateTest, WithKeysAndWithoutInputThereIsNothing) {
  EXPECT_THAT(environment_.Texts(*Plan(ScanOf(Input(), {}), {Column(Input(), "k")},
                                       {Aggregated("count", {Constant(1)})})),
              IsEmpty());
}

TEST_F(AggregateTest, KeysMayBeExpressionsAndSeveral) {
  const auto parity = Call("%", {Column(Input(), "v"), Constant(int64_t{2})});
  const auto plan =
      Plan(Scan(), {parity, Constant("c")}, {Aggregated("count", {Constant(1)})});
  EXPECT_THAT(environment_.Texts(*plan),
              UnorderedElementsAre("[0,c,2]", "[1,c,3]", "[NULL,c,1]"));
}

TEST_F(AggregateTest, WithoutAggregatesItFindsTheDistinctRows) {
  EXPECT_THAT(environment_.Texts(*Plan(Scan(), {Column(Input(), "k")}, {})),
              UnorderedElementsAre("[a]", "[b]", "[NULL]"));
}

TEST_F(AggregateTest, FilterChoosesRowsOfOneAggregate) {
  const auto large = Call(">", {Column(Input(), "v"), Constant(int64_t{2})});
  const auto plan = Plan(Scan(), {Column(Input(), "k")},
                         {Aggregated("count", {Constant(1)}, false, large),
                          Aggregated("sum", {Column(Input(), "v")}, false, large),
                          Aggregated("count", {Constant(1)})});
  EXPECT_THAT(environment_.Texts(*plan),
              UnorderedElementsAre("[a,1,7,3]", "[b,0,NULL,1]", "[NULL,2,11,2]"));
}

TEST_F(AggregateTest, RowsLeftOutByTheFilterCannotFail) {
  const auto scan = ScanOf(Input(), {{Of("a", Long(0)), Of("a", Long(3))}});
  const auto remainder = Call("%", {Constant(int64_t{10}), Column(Input(), "v")});
  const auto not_zero = Call("<>", {Column(Input(), "v"), Constant(int64_t{0})});
  const auto filtered = Aggregated("sum", {remainder}, false, not_zero);
  EXPECT_THAT(environment_.Texts(*Plan(scan, {}, {filtered})), ElementsAre("[1]"));
  EXPECT_EQ(ErrorCondition(
                environment_.Run(*Plan(scan, {}, {Aggregated("sum", {remainder})})).status()),
            "REMAINDER_BY_ZERO");
}

TEST_F(AggregateTest, DistinctCountsEachValueOnceBesideOthers) {
  const auto scan = PartitionsOf(
      Input(), {{Of("a", Long(1), 0.0), Of("a", Long(1), -0.0), Of("a", Value()), Of("b", Long(1))},
                {Of("a", Long(1)), Of("a", Long(2)), Of("b", Long(1)), Of("a", Long(3))}});
  const auto small = Call("<", {Column(Input(), "v"), Constant(int64_t{3})});
  const std::vector<PlannedAggregate> aggregates{
      Aggregated("count", {Column(Input(), "v")}, true),
      Aggregated("sum", {Column(Input(), "v")}, true),
      Aggregated("sum", {Column(Input(), "v")}),
      Aggregated("count", {Column(Input(), "v")}, true, small),
      Aggregated("count", {Column(Input(), "d")}, true)};
  EXPECT_THAT(environment_.Texts(*Plan(scan, {Column(Input(), "k")}, aggregates)),
              UnorderedElementsAre("[a,3,6,8,2,1]", "[b,1,1,2,1,0]"));
  EXPECT_THAT(environment_.Texts(*Plan(scan, {}, aggregates)), ElementsAre("[3,6,10,2,1]"));
}

TEST_F(AggregateTest, OverTheBudgetGroupsAreGivenOutEarlyAndTheAnswerIsTheSame) {
  std::vector<std::vector<Row>> batches;
  std::map<std::string, std::pair<int64_t, int64_t>> expected;
  for (int batch = 0; batch < 20; ++batch) {
    std::vector<Row> rows;
    for (int i = 0; i < 500; ++i) {
      const std::string key = "key " + std::to_string((batch * 31 + i * 7) % 1300);
      rows.push_back(Of(key, Long(i)));
      expected[key].first += 1;
      expected[key].second += i;
    }
    batches.push_back(std::move(rows));
  }
  environment_.services().memory_budget_bytes = 100000;
  environment_.services().batch_rows = 100;
  const auto count = Aggregated("count", {Constant(1)});
  const auto partial = NewPartialAggregate(ScanOf(Input(), batches), {Column(Input(), "k")},
                                           {{"k", TypeId::kString}}, {count})
                           .ValueOrDie();
  EXPECT_GT(environment_.Run(*partial).ValueOrDie().size(), 1300) << "the budget is not too large";
  const auto rows =
      environment_
          .Run(*Plan(ScanOf(Input(), batches), {Column(Input(), "k")},
                     {count, Aggregated("sum", {Column(Input(), "v")})}))
          .ValueOrDie();
  ASSERT_EQ(rows.size(), expected.size());
  for (const Row& row : rows) {
    const auto& [rows_of_key, sum] = expected[row[0].Get<std::string>()];
    EXPECT_EQ(row[1].Get<int64_t>(), rows_of_key);
    EXPECT_EQ(row[2].Get<int64_t>(), sum);
  }
}

TEST_F(AggregateTest, MergingWithoutMemoryGivesTheSameAnswerInTheSameOrder) {
  std::vector<std::vector<Row>> partitions(3);
  for (int i = 0; i < 3000; ++i) {
    partitions[i % 3].push_back(Of(i % 17 == 0 ? Value() : Value("k" + std::to_string(i % 401)),
                                   Long(i), i % 5 == 0 ? -0.0 : 1.5));
  }
  const auto answer = [&](int64_t budget_bytes, std::vector<ExpressionPtr> keys) {
    environment_.services().memory_budget_bytes = budget_bytes;
    auto texts = environment_.Texts(
        *Plan(PartitionsOf(Input(), partitions), std::move(keys),
              {Aggregated("collect_list", {Column(Input(), "v")}),
               Aggregated("first", {Column(Input(), "v")}), Aggregated("count", {Constant(1)}),
               Aggregated("avg", {Column(Input(), "v")})}));
    std::sort(texts.begin(), texts.end());
    return texts;
  };
  const ExpressionPtr k = Column(Input(), "k");
  const ExpressionPtr d = Column(Input(), "d");
  for (const std::vector<ExpressionPtr>& keys :
       {std::vector<ExpressionPtr>{k}, std::vector<ExpressionPtr>{k, d},
        std::vector<ExpressionPtr>{}}) {
    const auto expected = answer(int64_t{1} << 28, keys);
    EXPECT_EQ(answer(40000, keys), expected);
    EXPECT_EQ(answer(1, keys), expected);
  }
  EXPECT_EQ(environment_.SpillFiles(), 0) << "files are removed with the run";
}

TEST_F(AggregateTest, ColumnsMustFit) {
  EXPECT_FALSE(NewPartialAggregate(Scan(), {Column(Input(), "k")}, {}, {}).ok());
  EXPECT_FALSE(NewFinalAggregate(Scan(), 1, {Aggregated("count", {Constant(1)})}, Input()).ok());
}

}  // namespace
}  // namespace firesteel
