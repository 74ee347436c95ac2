#include "planner/planner.h"

#include <gmock/gmock.h>

#include "exec/plan_test_environment.h"
#include "exec/stateful/stateful_operator.h"
#include "expr/window.h"
#include "plan/operators.h"
#include "plan/queries.h"
#include "plan/relations.h"
#include "plan/repartition.h"
#include "plan/windows.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

const Schema& Input() {
  static const Schema schema({{"k", TypeId::kString}, {"v", TypeId::kLong}});
  return schema;
}

/// A table that can only be named: planning opens nothing of a stream.
class PlannedStreamTable final : public Table {
 public:
  std::string Name() const override { return "events"; }
  const Schema& schema() const override { return Input(); }
  unsigned capabilities() const override { return kMicroBatchRead; }
};

ExpressionPtr Count() { return Call("count", {Constant(1)}); }

class PlannerTest : public ::testing::Test {
 protected:
  PlannerTest() {
    const auto row = [](Value k, int64_t v) { return Row({std::move(k), Value(v)}); };
    local_ = LocalRelation::Make(
        Input(), {MakeBatch({row("a", 1), row("b", 2), row("a", 3), row(Value(), 4)}, Input())
                      .ValueOrDie()});
    stream_ = TableScan::Make(std::make_shared<PlannedStreamTable>(), true)->WithSourceIndex(0);
    context_.shuffle_partitions = 3;
  }

  static ExpressionPtr Output(const PlanPtr& plan, int index) { return plan->output()[index]; }
  static ExpressionPtr Named(ExpressionPtr expression, std::string name) {
    return std::make_shared<Alias>(std::move(expression), std::move(name));
  }
  /// SELECT k, count(1) AS n … GROUP BY k
  static PlanPtr CountByKey(const PlanPtr& child) {
    return std::make_shared<Aggregate>(
        std::vector<ExpressionPtr>{Output(child, 0)},
        std::vector<ExpressionPtr>{Output(child, 0), Named(Count(), "n")}, child);
  }

  std::vector<std::string> Texts(const PlanPtr& plan) {
    const auto planned = PlanQuery(plan, context_);
    if (!planned.ok()) return {planned.status().ToString()};
    EXPECT_EQ((*planned)->schema(), plan->schema());
    return environment_.Texts(**planned);
  }
  std::string Tree(const PlanPtr& plan) {
    const auto planned = PlanQuery(plan, context_);
    return planned.ok() ? (*planned)->TreeString() : planned.status().ToString();
  }

  PlanTestEnvironment environment_;
  PlanningContext context_;
  PlanPtr local_;
  PlanPtr stream_;
};

TEST_F(PlannerTest, ProjectFilterAndAliases) {
  const PlanPtr filtered = std::make_shared<Filter>(
      Call(">", {Output(local_, 1), Constant(int64_t{1})}),
      std::make_shared<SubqueryAlias>("t", local_));
  const PlanPtr plan = std::make_shared<Project>(
      std::vector<ExpressionPtr>{
          Named(Call("+", {Output(local_, 1), Constant(int64_t{10})}), "sum"), Output(local_, 0)},
      filtered);
  EXPECT_THAT(Texts(plan), ElementsAre("[12,b]", "[13,a]", "[14,NULL]"));
  EXPECT_EQ(Tree(plan),
            "Project [(v + 10), k]\n"
            "+- Filter (v > 1)\n"
            "   +- LocalScan\n");
}

TEST_F(PlannerTest, OneRow) {
  const PlanPtr plan = std::make_shared<Project>(
      std::vector<ExpressionPtr>{Named(Constant(1), "one")}, std::make_shared<OneRow>());
  EXPECT_THAT(Texts(plan), ElementsAre("[1]"));
}

TEST_F(PlannerTest, AggregateWhoseOutputIsPlainNeedsNoProjection) {
  const PlanPtr plan = CountByKey(local_);
  EXPECT_THAT(Texts(plan), UnorderedElementsAre("[a,2]", "[b,1]", "[NULL,1]"));
  EXPECT_EQ(Tree(plan),
            "FinalAggregate [k], [count(1)]\n"
            "+- Exchange [k], 3\n"
            "   +- PartialAggregate [k], [count(1)]\n"
            "      +- LocalScan\n");
}

TEST_F(PlannerTest, AggregateOutputMayComputeOnKeysAndResults) {
  const auto key = Call("upper", {Output(local_, 0)});
  const PlanPtr plan = std::make_shared<Aggregate>(
      std::vector<ExpressionPtr>{key, key},
      std::vector<ExpressionPtr>{
          Named(Call("+", {Count(), Call("sum", {Output(local_, 1)})}), "both"), Named(key, "u"),
          Named(Constant("c"), "c"), Named(Count(), "n"),
          Named(Call("concat", {key, Constant("!")}), "loud")},
      local_);
  EXPECT_THAT(Texts(plan), UnorderedElementsAre("[6,A,c,2,A!]", "[3,B,c,1,B!]",
                                                "[5,NULL,c,1,NULL]"));
  EXPECT_THAT(Tree(plan), HasSubstr("PartialAggregate [upper(k)], [count(1), sum(v)]"));
}

TEST_F(PlannerTest, GlobalAggregateHasOnePartition) {
  const PlanPtr plan = std::make_shared<Aggregate>(
      std::vector<ExpressionPtr>{}, std::vector<ExpressionPtr>{Named(Count(), "n")}, local_);
  EXPECT_THAT(Texts(plan), ElementsAre("[4]"));
  EXPECT_THAT(Tree(plan), HasSubstr("Exchange [], 1"));
}

TEST_F(PlannerTest, ColumnThatIsNeitherGroupedNorAggregatedIsABug) {
  const PlanPtr plan = std::make_shared<Aggregate>(
      std::vector<ExpressionPtr>{Output(local_, 0)},
      std::vector<ExpressionPtr>{Output(local_, 1)}, local_);
  EXPECT_EQ(ErrorCondition(PlanQuery(plan, context_).status()), "INTERNAL_ERROR");
}

TEST_F(PlannerTest, DistinctAggregatesExchangeFirst) {
  const auto distinct =
      BindCall("count", {Output(local_, 1)}, true, nullptr, FunctionSettings()).ValueOrDie();
  const PlanPtr plan = std::make_shared<Aggregate>(
      std::vector<ExpressionPtr>{Output(local_, 0)},
      std::vector<ExpressionPtr>{Output(local_, 0), Named(distinct, "d"), Named(Count(), "n")},
      local_);
  EXPECT_THAT(Texts(plan), UnorderedElementsAre("[a,2,2]", "[b,1,1]", "[NULL,1,1]"));
  EXPECT_EQ(Tree(plan),
            "FinalAggregate [k], [count(DISTINCT v), count(1)]\n"
            "+- PartialAggregate [k], [count(DISTINCT v), count(1)]\n"
            "   +- Exchange [k], 3\n"
            "      +- LocalScan\n");
}

TEST_F(PlannerTest, SortAndLimit) {
  const PlanPtr sorted = std::make_shared<Sort>(
      std::vector<ExpressionPtr>{std::make_shared<SortOrder>(Output(local_, 1), false, false)},
      local_);
  EXPECT_THAT(Texts(std::make_shared<Limit>(2, sorted)), ElementsAre("[NULL,4]", "[a,3]"));
  EXPECT_EQ(Tree(std::make_shared<Limit>(2, sorted)),
            "TopRows 2, [v DESC NULLS LAST]\n"
            "+- LocalScan\n");
  const PlanPtr skipped =
      std::make_shared<SkipRows>(1, std::make_shared<Limit>(1000000, sorted));
  EXPECT_THAT(Texts(skipped), ElementsAre("[a,3]", "[b,2]", "[a,1]"));
  EXPECT_EQ(Tree(skipped),
            "Offset 1\n"
            "+- Limit 1000000\n"
            "   +- Sort [v DESC NULLS LAST]\n"
            "      +- LocalScan\n");
}

TEST_F(PlannerTest, Repartitions) {
  using Form = Repartition::Form;
  const std::vector<ExpressionPtr> none;
  const PlanPtr spread = std::make_shared<Repartition>(
      Form::kSpread, std::nullopt, std::vector<ExpressionPtr>{Output(local_, 0)}, local_);
  const PlanPtr round = std::make_shared<Repartition>(Form::kSpread, 2, none, spread);
  const PlanPtr plan = std::make_shared<Repartition>(Form::kCoalesce, 1, none, round);
  EXPECT_THAT(Texts(plan), UnorderedElementsAre("[a,1]", "[b,2]", "[a,3]", "[NULL,4]"));
  EXPECT_EQ(Tree(plan),
            "Coalesce 1\n"
            "+- Exchange [], 2\n"
            "   +- Exchange [k], 3\n"
            "      +- LocalScan\n");
}

TEST_F(PlannerTest, Ranges) {
  EXPECT_THAT(Texts(std::make_shared<Range>(1, 6, 2, std::nullopt)),
              ElementsAre("[1]", "[3]", "[5]"));
  EXPECT_EQ(Tree(std::make_shared<Range>(1, 6, 2, 7)), "Range (1, 6, 2, 7)\n");
}

TEST_F(PlannerTest, ExpandGivesARowPerProjection) {
  std::vector<AttributePtr> output = local_->output();
  for (AttributePtr& column : output) column = column->WithNewId();
  const ExpressionPtr none = Literal::Make(Value(), TypeId::kString).ValueOrDie();
  const PlanPtr plan = std::make_shared<Expand>(
      std::vector<std::vector<ExpressionPtr>>{{Output(local_, 0), Output(local_, 1)},
                                              {none, Named(Output(local_, 1), "w")}},
      output, std::make_shared<Limit>(1, local_));
  EXPECT_THAT(Texts(plan), ElementsAre("[a,1]", "[NULL,1]"));
}

TEST_F(PlannerTest, AggregatesOverWindows) {
  const auto order = std::make_shared<SortOrder>(Output(local_, 1), false, false);
  const auto sum = [&](WindowFrame frame, std::vector<ExpressionPtr> offsets) {
    return std::make_shared<WindowExpression>(
        Call("sum", {Output(local_, 1)}), std::vector<ExpressionPtr>{},
        std::vector<ExpressionPtr>{order}, frame, std::move(offsets));
  };
  using Unit = WindowFrame::Unit;
  using Bound = WindowFrame::Bound;
  const PlanPtr plan = std::make_shared<ComputeWindows>(
      std::vector<ExpressionPtr>{
          Named(sum({Unit::kRange, Bound::kUnboundedPreceding, Bound::kCurrentRow}, {}), "so_far"),
          Named(sum({Unit::kRows, Bound::kCurrentRow, Bound::kFollowing}, {Constant(1)}), "two"),
          Named(sum({Unit::kRange, Bound::kPreceding, Bound::kPreceding},
                    {Constant(int64_t{2}), Constant(int64_t{1})}),
                "before")},
      std::vector<ExpressionPtr>{}, std::vector<ExpressionPtr>{order}, local_);
  EXPECT_THAT(Texts(plan), ElementsAre("[NULL,4,4,7,NULL]", "[a,3,7,5,4]", "[b,2,9,3,7]",
                                       "[a,1,10,1,5]"));
  EXPECT_THAT(Tree(plan), HasSubstr("Window [so_far, two, before], [], [v DESC NULLS LAST]\n"
                                    "+- Sort [v DESC NULLS LAST]\n"));
}

TEST_F(PlannerTest, AggregationOfKeysAlone) {
  const PlanPtr plan = std::make_shared<Aggregate>(
      std::vector<ExpressionPtr>{Output(local_, 0)}, std::vector<ExpressionPtr>{Output(local_, 0)},
      local_);
  EXPECT_THAT(Texts(plan), UnorderedElementsAre("[a]", "[b]", "[NULL]"));
}

TEST_F(PlannerTest, Union) {
  std::vector<AttributePtr> output;
  for (const AttributePtr& attribute : local_->output()) output.push_back(attribute->WithNewId());
  const PlanPtr plan =
      std::make_shared<Union>(std::vector<PlanPtr>{local_, local_}, false, false, output);
  EXPECT_EQ(Texts(plan).size(), 8);
  EXPECT_EQ(Tree(plan), "Union\n:- LocalScan\n+- LocalScan\n");
}

TEST_F(PlannerTest, GenerateRepeatsWhatIsKept) {
  const auto generator = Call("explode", {Call("split", {Output(local_, 0), Constant("")})});
  const auto word = std::make_shared<Attribute>("word", TypeId::kString, true, NewExprId());
  const PlanPtr all = std::make_shared<Generate>(generator, false,
                                                 std::vector<AttributePtr>{word}, local_);
  EXPECT_THAT(Texts(all), ::testing::Contains("[a,1,a]"));
  const PlanPtr narrow = std::make_shared<Generate>(
      generator, false, std::vector<AttributePtr>{word}, local_,
      std::vector<AttributePtr>{local_->output()[1]});
  EXPECT_THAT(Texts(narrow), ::testing::Contains("[1,a]"));
}

TEST_F(PlannerTest, StreamingAggregateKeepsState) {
  context_.output_mode = OutputMode::kComplete;
  const auto planned = PlanQuery(CountByKey(stream_), context_).ValueOrDie();
  EXPECT_EQ(planned->TreeString(),
            "StreamingAggregate [k], [count(1)], state 0, Complete\n"
            "+- Exchange [k], 3\n"
            "   +- PartialAggregate [k], [count(1)]\n"
            "      +- MicroBatchScan events\n");
  const auto operators = FindStatefulOperators(*planned);
  ASSERT_EQ(operators.size(), 1);
  EXPECT_EQ(operators[0]->info().stores[0].key_schema.Ddl(), "k STRING");
  EXPECT_EQ(operators[0]->info().stores[0].value_schema.Ddl(), "count BIGINT");
}

TEST_F(PlannerTest, ComputedKeysAreCalledInTheStateAsSparkCallsThem) {
  context_.output_mode = OutputMode::kUpdate;
  const auto key = Call("upper", {Output(stream_, 0)});
  const PlanPtr plan = std::make_shared<Aggregate>(
      std::vector<ExpressionPtr>{key},
      std::vector<ExpressionPtr>{Named(key, "u"), Named(Count(), "n")}, stream_);
  const auto planned = PlanQuery(plan, context_).ValueOrDie();
  EXPECT_EQ(planned->schema(), plan->schema());
  EXPECT_EQ(FindStatefulOperators(*planned)[0]->info().stores[0].key_schema.Ddl(),
            "_groupingexpression STRING");
}

TEST_F(PlannerTest, StatefulOperatorsAreNumberedFromTheSink) {
  context_.output_mode = OutputMode::kComplete;
  const PlanPtr left = CountByKey(stream_);
  const PlanPtr right = CountByKey(stream_);
  std::vector<AttributePtr> output;
  for (const AttributePtr& attribute : left->output()) output.push_back(attribute->WithNewId());
  const PlanPtr both =
      std::make_shared<Union>(std::vector<PlanPtr>{left, right}, false, false, output);
  const auto planned = PlanQuery(both, context_).ValueOrDie();
  const auto operators = FindStatefulOperators(*planned);
  ASSERT_EQ(operators.size(), 2);
  EXPECT_EQ(operators[0]->info().operator_id, 0);
  EXPECT_EQ(operators[0], planned->children()[0].get());
  EXPECT_EQ(operators[1]->info().operator_id, 1);
}

TEST_F(PlannerTest, StreamingSortAndLimitReadAllOfTheState) {
  context_.output_mode = OutputMode::kComplete;
  const PlanPtr limited = std::make_shared<Limit>(1, CountByKey(stream_));
  EXPECT_THAT(Tree(limited), HasSubstr("Limit 1\n+- Exchange [], 1\n   +- StreamingAggregate"));
  context_.output_mode = OutputMode::kUpdate;
  EXPECT_EQ(ErrorCondition(PlanQuery(limited, context_).status()),
            "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION");
}

TEST_F(PlannerTest, StreamingRefusesWhatItCannotAnswer) {
  const auto condition = [&](const PlanPtr& plan) {
    return ErrorCondition(PlanQuery(plan, context_).status());
  };
  context_.output_mode = OutputMode::kAppend;
  EXPECT_EQ(condition(CountByKey(stream_)), "UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK");
  context_.output_mode = OutputMode::kUpdate;
  EXPECT_EQ(condition(CountByKey(CountByKey(stream_))),
            "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION");
  const auto distinct =
      BindCall("count", {Output(stream_, 1)}, true, nullptr, FunctionSettings()).ValueOrDie();
  EXPECT_EQ(condition(std::make_shared<Aggregate>(
                std::vector<ExpressionPtr>{}, std::vector<ExpressionPtr>{Named(distinct, "d")},
                stream_)),
            "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION");
  context_.output_mode.reset();
  EXPECT_EQ(condition(stream_), "INTERNAL_ERROR");
}

TEST_F(PlannerTest, AStaticAggregateBesideAStreamIsABatchAggregate) {
  context_.output_mode = OutputMode::kAppend;
  const PlanPtr counted = CountByKey(local_);
  std::vector<AttributePtr> output;
  for (const AttributePtr& attribute : stream_->output()) output.push_back(attribute->WithNewId());
  const PlanPtr both =
      std::make_shared<Union>(std::vector<PlanPtr>{stream_, counted}, false, false, output);
  EXPECT_THAT(Tree(both), HasSubstr("+- FinalAggregate"));
}

}  // namespace
}  // namespace firesteel
