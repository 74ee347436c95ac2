#include "analyzer/unsupported_operation_checker.h"

#include <gtest/gtest.h>

#include "analyzer/test_analysis.h"
#include "expr/unresolved.h"
#include "plan/deduplicate.h"
#include "plan/joins.h"
#include "plan/queries.h"
#include "plan/subqueries.h"

namespace firesteel {
namespace {

using test::Call;
using test::Name;
using test::Star;

constexpr std::string_view kOk = "";
constexpr std::string_view kOperation = "_LEGACY_ERROR_TEMP_3102";
constexpr std::string_view kMode = "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION";

class UnsupportedOperationCheckerTest : public ::testing::Test {
 protected:
  struct Case {
    std::string_view what;
    PlanPtr plan;
    std::string_view append;
    std::string_view update;
    std::string_view complete;
  };
  void ExpectAll(const std::vector<Case>& cases) {
    for (const Case& c : cases) {
      const auto plan = session_.Run(c.plan);
      ASSERT_TRUE(plan.ok()) << c.what << ": " << plan.status().message();
      EXPECT_EQ(ErrorCondition(CheckForStreaming(*plan, OutputMode::kAppend)), c.append) << c.what;
      EXPECT_EQ(ErrorCondition(CheckForStreaming(*plan, OutputMode::kUpdate)), c.update) << c.what;
      EXPECT_EQ(ErrorCondition(CheckForStreaming(*plan, OutputMode::kComplete)), c.complete)
          << c.what;
    }
  }
  static PlanPtr Count(PlanPtr plan, std::string_view key) {
    return test::GroupBy(std::move(plan), {Name(key)},
                         {Name(key), test::As(Call("count", Star()), "count")});
  }
  static PlanPtr WithWatermark(const PlanPtr& scan) {
    std::vector<AttributePtr> columns = scan->output();
    columns[1] = columns[1]->WithMetadata("{\"spark.watermarkDelayMs\":1000}");
    return As<TableScan>(scan)->WithOutput(std::move(columns));
  }

  test::Session session_;
  const PlanPtr stream_ = test::Scan("k INT, at TIMESTAMP", true);
  const PlanPtr static_ = test::Scan("k INT, at TIMESTAMP");
};

TEST_F(UnsupportedOperationCheckerTest, KnowsWhatStreamsCanDo) {
  const PlanPtr counts = Count(stream_, "k");
  ExpectAll({
      {"plain", stream_, kOk, kOk, kMode},
      {"filter", test::Where(stream_, Call(">", Name("k"), test::Int(1))), kOk, kOk, kMode},
      {"sort", test::OrderBy(stream_, Name("k")), kOperation, kOperation, kMode},
      {"limit", test::Take(stream_, 3), kOk, kOperation, kMode},
      {"count", counts, kMode, kOk, kOk},
      {"count by event time", Count(WithWatermark(stream_), "at"), kOk, kOk, kOk},
      {"sort after count", test::OrderBy(counts, Name("count")), kMode, kOperation, kOk},
      {"limit after count", test::Take(counts, 1), kMode, kOperation, kOk},
      {"sort before count", Count(test::OrderBy(stream_, Name("k")), "k"), kMode, kOperation,
       kOperation},
      {"count of a limit", Count(test::Take(stream_, 2), "k"), kMode, kOperation, kOk},
      {"two aggregations", Count(counts, "count"), kMode, kOperation, kOperation},
      {"union of streams", test::UnionOf({stream_, stream_}), kOk, kOk, kMode},
      {"union with a static table", test::UnionOf({stream_, static_}), kOperation, kOperation,
       kMode},
      {"count distinct",
       test::Select(stream_, std::make_shared<UnresolvedFunction>(
                                 "count", std::vector<ExpressionPtr>{Name("k")}, true)),
       kMode, kOperation, kOperation},
  });
}

TEST_F(UnsupportedOperationCheckerTest, JoinsKeepNoStaticRowsWithoutAMatch) {
  const auto join = [](PlanPtr left, PlanPtr right, JoinType type) -> PlanPtr {
    return std::make_shared<Join>(test::Named(std::move(left), "l"),
                                  test::Named(std::move(right), "r"), type,
                                  Call("=", Name("l.k"), Name("r.k")));
  };
  ExpectAll({
      {"inner", join(stream_, static_, JoinType::kInner), kOk, kOk, kMode},
      {"inner, stream right", join(static_, stream_, JoinType::kInner), kOk, kOk, kMode},
      {"left", join(stream_, static_, JoinType::kLeftOuter), kOk, kOk, kMode},
      {"anti", join(stream_, static_, JoinType::kLeftAnti), kOk, kOk, kMode},
      {"right, stream right", join(static_, stream_, JoinType::kRightOuter), kOk, kOk, kMode},
      {"right", join(stream_, static_, JoinType::kRightOuter), kOperation, kOperation, kMode},
      {"full", join(stream_, static_, JoinType::kFullOuter), kOperation, kOperation, kMode},
      {"semi, stream right", join(static_, stream_, JoinType::kLeftSemi), kOperation, kOperation,
       kMode},
      {"two streams", join(stream_, test::Scan("k INT", true), JoinType::kInner), kOk, kOk, kMode},
  });
}

TEST_F(UnsupportedOperationCheckerTest, JoinsOfStreamsNeedAnEndOfWaiting) {
  const PlanPtr timed = WithWatermark(stream_);
  const auto join = [](PlanPtr left, PlanPtr right, JoinType type, ExpressionPtr more) -> PlanPtr {
    ExpressionPtr condition = Call("=", Name("l.k"), Name("r.k"));
    if (more) condition = Call("and", condition, std::move(more));
    return std::make_shared<Join>(test::Named(std::move(left), "l"),
                                  test::Named(std::move(right), "r"), type, std::move(condition));
  };
  const ExpressionPtr after = Call(">=", Name("l.at"), Name("r.at"));
  const ExpressionPtr before = Call("<=", Name("l.at"), Name("r.at"));
  const ExpressionPtr same = Call("=", Name("l.at"), Name("r.at"));
  ExpectAll({
      {"left, no watermark", join(stream_, stream_, JoinType::kLeftOuter, after), kOperation,
       kOperation, kMode},
      {"left, no range", join(timed, timed, JoinType::kLeftOuter, nullptr), kOperation,
       kOperation, kMode},
      {"left, range", join(timed, timed, JoinType::kLeftOuter, after), kOk, kOperation, kMode},
      {"left, range the wrong way", join(timed, timed, JoinType::kLeftOuter, before), kOperation,
       kOperation, kMode},
      {"left, watermark right", join(stream_, timed, JoinType::kLeftOuter, after), kOk,
       kOperation, kMode},
      {"left, watermark left", join(timed, stream_, JoinType::kLeftOuter, after), kOperation,
       kOperation, kMode},
      {"right, range", join(timed, timed, JoinType::kRightOuter, before), kOk, kOperation, kMode},
      {"full, either range", join(timed, timed, JoinType::kFullOuter, before), kOk, kOperation,
       kMode},
      {"semi, key", join(timed, timed, JoinType::kLeftSemi, same), kOk, kOk, kMode},
      {"anti", join(timed, timed, JoinType::kLeftAnti, after), kOperation, kOperation, kMode},
      {"cross", std::make_shared<Join>(stream_, stream_, JoinType::kCross, nullptr), kOk, kOk,
       kMode},
  });
}

TEST_F(UnsupportedOperationCheckerTest, StateAfterAnAggregationNeedsAppend) {
  const PlanPtr timed = WithWatermark(stream_);
  const PlanPtr counts = Count(timed, "at");
  const auto join = [](PlanPtr left, PlanPtr right, std::string_view key) -> PlanPtr {
    return std::make_shared<Join>(
        test::Named(std::move(left), "l"), test::Named(std::move(right), "r"), JoinType::kInner,
        Call("=", Name("l." + std::string(key)), Name("r." + std::string(key))));
  };
  const PlanPtr joined = join(counts, stream_, "at");
  ExpectAll({
      {"join after count", joined, kOk, kOperation, kOperation},
      {"count after join", Count(test::Select(join(timed, stream_, "k"), Name("l.at")), "at"), kOk,
       kOk, kOperation},
      {"count after semi join",
       Count(std::make_shared<Join>(test::Named(timed, "l"), test::Named(timed, "r"),
                                    JoinType::kLeftSemi, Call("=", Name("l.at"), Name("r.at"))),
             "at"),
       kOk, kOk, kOperation},
      {"duplicates after count", std::make_shared<Deduplicate>(std::nullopt, false, counts), kOk,
       kOperation, kOperation},
      {"duplicates after count, no time",
       std::make_shared<Deduplicate>(std::vector<std::string>{"count"}, false, counts), kOk, kOk,
       kOk},
      {"distinct after count", std::make_shared<Distinct>(counts), kOk, kOperation, kOperation},
      {"count after duplicates",
       Count(std::make_shared<Deduplicate>(std::nullopt, false, timed), "at"), kOk, kOk, kOk},
      {"static join after count", join(counts, static_, "at"), kOk, kOk, kOk},
  });
  EXPECT_TRUE(CheckForStreaming(*session_.Run(joined), OutputMode::kUpdate, false).ok());
}

TEST_F(UnsupportedOperationCheckerTest, DuplicatesWithinAWatermarkNeedOne) {
  const auto within = [](PlanPtr plan) -> PlanPtr {
    return std::make_shared<Deduplicate>(std::vector<std::string>{"k"}, true, std::move(plan));
  };
  ExpectAll({
      {"by key", std::make_shared<Deduplicate>(std::nullopt, false, stream_), kOk, kOk, kMode},
      {"within, no watermark", within(stream_), kOperation, kOperation, kMode},
      {"within", within(WithWatermark(stream_)), kOk, kOk, kMode},
  });
  EXPECT_EQ(ErrorCondition(CheckForBatch(*session_.Run(within(static_)))), kOperation);
  EXPECT_EQ(ErrorCondition(
                session_.Run(std::make_shared<Deduplicate>(std::vector<std::string>{"nope"}, false,
                                                           static_))
                    .status()),
            "UNRESOLVED_COLUMN_AMONG_FIELD_NAMES");
}

TEST_F(UnsupportedOperationCheckerTest, RefusesWhatNeedsTheWholeStream) {
  const PlanPtr both = std::make_shared<SetOperation>(SetOperation::Operation::kExcept, false,
                                                      stream_, static_);
  ExpectAll({
      {"distinct", std::make_shared<Distinct>(stream_), kMode, kOk, kOk},
      {"distinct with a watermark", std::make_shared<Distinct>(WithWatermark(stream_)), kOk, kOk,
       kOk},
      {"offset", std::make_shared<SkipRows>(1, stream_), kOperation, kOperation, kMode},
      {"except", both, kOk, kOk, kMode},
  });
  const ExpressionPtr exists = std::make_shared<SubqueryExpression>(
      SubqueryExpression::Form::kExists, stream_, std::vector<ExpressionPtr>());
  EXPECT_EQ(ErrorCondition(CheckForBatch(*session_.Run(test::Where(static_, exists)))),
            "INVALID_SUBQUERY_EXPRESSION.STREAMING_QUERY");
}

TEST_F(UnsupportedOperationCheckerTest, StreamsHaveNoBatchActions) {
  EXPECT_EQ(ErrorCondition(CheckForBatch(test::Take(stream_, 1))), kOperation);
  EXPECT_TRUE(CheckForBatch(test::Take(static_, 1)).ok());
}

}  // namespace
}  // namespace firesteel
