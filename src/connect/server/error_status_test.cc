#include "connect/server/error_status.h"

#include <algorithm>
#include <string>

#include "common/error.h"
#include "connect/server/requests.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

std::string FirstClass(std::string_view condition) {
  return ExceptionClasses(MakeError(condition, {})).front();
}

TEST(ErrorStatusTest, ClassesFollowFromTheCondition) {
  EXPECT_EQ(FirstClass("PARSE_SYNTAX_ERROR"), "org.apache.spark.sql.catalyst.parser.ParseException");
  EXPECT_EQ(FirstClass("UNRESOLVED_COLUMN.WITH_SUGGESTION"),
            "org.apache.spark.sql.AnalysisException");
  EXPECT_EQ(FirstClass("DIVIDE_BY_ZERO"), "org.apache.spark.SparkArithmeticException");
  EXPECT_EQ(FirstClass("STREAM_FAILED"), "org.apache.spark.sql.streaming.StreamingQueryException");
  EXPECT_EQ(ExceptionClasses(Status::IOError("disk")).front(),
            "org.apache.spark.SparkRuntimeException");
  EXPECT_EQ(ExceptionClasses(Status::AlreadyExists("a run of the query")).front(),
            "java.lang.IllegalStateException");
}

TEST(ErrorStatusTest, CarriesTheConditionAndKeepsTheError) {
  ErrorStore store;
  const Status error = MakeError("UNSUPPORTED_CONNECT_MESSAGE", {{"name", "Relation.x"}});
  const grpc::Status status = store.ToGrpcStatus(error);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(status.error_message(), error.message());
  const std::string details = status.error_details();
  EXPECT_NE(details.find("type.googleapis.com/google.rpc.ErrorInfo"), std::string::npos);
  EXPECT_NE(details.find("UNSUPPORTED_CONNECT_MESSAGE"), std::string::npos);
  // The id is the only UUID in there.
  const size_t at = details.find("errorId");
  ASSERT_NE(at, std::string::npos);
  const std::string id = details.substr(at + 9, 36);
  const auto found = store.Find(id);
  ASSERT_TRUE(found.has_value()) << id;
  EXPECT_EQ(found->message(), error.message());
  EXPECT_FALSE(store.Find("another").has_value());
}

TEST(ErrorStatusTest, LongTextsAreCutBetweenCharacters) {
  std::string text(1999, 'a');
  for (int i = 0; i < 1000; ++i) text += "é";
  const grpc::Status status = ErrorStore().ToGrpcStatus(Status::Invalid(text));
  EXPECT_EQ(status.error_message().size(), 1999u);
  EXPECT_LT(status.error_details().size(), 4000u);
}

TEST(ErrorStatusTest, DetailsTellTheCause) {
  const Status cause = MakeError("DIVIDE_BY_ZERO", {{"config", "x"}});
  const Status error = MakeErrorCausedBy(
      "STREAM_FAILED", {{"id", "1"}, {"runId", "2"}, {"message", "m"}}, cause);
  spark::connect::FetchErrorDetailsResponse response;
  DescribeError(error, &response);
  ASSERT_EQ(response.errors_size(), 2);
  EXPECT_EQ(response.root_error_idx(), 0);
  EXPECT_EQ(response.errors(0).cause_idx(), 1);
  EXPECT_EQ(response.errors(0).spark_throwable().error_class(), "STREAM_FAILED");
  EXPECT_EQ(response.errors(1).spark_throwable().error_class(), "DIVIDE_BY_ZERO");
  EXPECT_EQ(response.errors(1).spark_throwable().sql_state(), "22012");
}

}  // namespace
}  // namespace firesteel
