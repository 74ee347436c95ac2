#include "python/table_analysis.h"

#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kLoaded[] = R"(printf '\000\000\000\000O' >&3; )";

/// Asks a worker that is a shell script talking on its descriptor 3.
Result<UserTableAnalysis> Ask(const std::string& script) {
  PythonOptions options;
  options.command = {"sh", "-c", script};
  options.load_timeout = std::chrono::seconds(20);
  WorkerPool pool(options);
  UserColumnFunction function;
  function.shape = UserColumnFunction::Shape::kTable;
  function.owner = "somebody";
  UserTableRequest request;
  request.arguments.push_back({"n", TypeId::kInteger});
  request.constants = arrow::RecordBatch::Make(arrow::schema({}), 1, arrow::ArrayVector());
  return AnalyzeTableFunction(&pool, function, request);
}

/// A message O with an analysis and the two bytes that the function keeps.
std::string Answer(const std::string& json) {
  char lengths[64];
  const int size = static_cast<int>(json.size());
  std::snprintf(lengths, sizeof(lengths), "\\%03o\\000\\000\\000O\\%03o\\000\\000\\000", size + 6,
                size);
  return std::string("printf '") + lengths + json + "ok' >&3; sleep 9";
}

TEST(TableAnalysisTest, ReadsWhatAFunctionWants) {
  const auto analysis =
      Ask(kLoaded + Answer(R"({"schema":{"type":"struct","fields":[{"name":"a","type":"integer",)"
                           R"("nullable":true,"metadata":{}}]},"partitionBy":["k"],"orderBy":)"
                           R"([{"name":"o","ascending":false}]})"));
  ASSERT_TRUE(analysis.ok()) << analysis.status();
  EXPECT_EQ(analysis->result.SimpleString(), "struct<a:int>");
  EXPECT_THAT(analysis->partition_by, ElementsAre("k"));
  ASSERT_EQ(analysis->order_by.size(), 1u);
  EXPECT_FALSE(analysis->order_by[0].ascending);
  EXPECT_FALSE(analysis->single_partition);
  EXPECT_EQ(analysis->state, "ok");
}

TEST(TableAnalysisTest, ErrorsOfTheFunctionAreErrorsOfAnalysis) {
  const Status status =
      Ask(kLoaded + std::string(R"(printf '\062\000\000\000E{"type":"KeyError",)"
                                R"("message":"k","traceback":"at"}' >&3; sleep 9)"))
          .status();
  EXPECT_EQ(ErrorCondition(status), "TABLE_VALUED_FUNCTION_FAILED_TO_ANALYZE_IN_PYTHON");
  EXPECT_THAT(status.message(), HasSubstr("KeyError: k"));
}

TEST(TableAnalysisTest, NonsenseIsAnError) {
  for (const std::string& answer :
       {Answer("{}"), Answer("[1]"), Answer(R"({"schema":{},"partitionBy":[3]})"),
        std::string(R"(printf '\003\000\000\000Oabc' >&3; sleep 9)"),
        std::string(R"(printf '\004\000\000\000O\377\377\377\377' >&3; sleep 9)"),
        std::string("kill -9 $$")}) {
    const Status status = Ask(kLoaded + answer).status();
    EXPECT_FALSE(status.ok()) << answer;
  }
}

}  // namespace
}  // namespace firesteel
