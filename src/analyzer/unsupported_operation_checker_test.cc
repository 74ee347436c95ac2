#include "analyzer/unsupported_operation_checker.h"

#include <gtest/gtest.h>

#include "analyzer/test_analysis.h"
#include "expr/unresolved.h"

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

TEST_F(UnsupportedOperationCheckerTest, StreamsHaveNoBatchActions) {
  EXPECT_EQ(ErrorCondition(CheckForBatch(test::Take(stream_, 1))), kOperation);
  EXPECT_TRUE(CheckForBatch(test::Take(static_, 1)).ok());
}

}  // namespace
}  // namespace firesteel
