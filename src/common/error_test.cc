#include "common/error.h"

#include <string>

#include "common/error_conditions.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using ::testing::HasSubstr;

/// Conditions of Spark's Kafka connector have a name, but no state.
bool HasNoState(std::string_view condition) {
  return condition.starts_with("_LEGACY_ERROR_TEMP_") || condition == "KAFKA_NULL_TOPIC_IN_DATA" ||
         condition.ends_with("_OFFSET_DOES_NOT_MATCH_ASSIGNED") ||
         condition.ends_with("_START_OFFSET_AND_END_OFFSET") ||
         condition.ends_with("_END_OFFSET_AND_PREFETCHED") ||
         condition.ends_with("_THAN_PREFETCHED") ||
         condition.ends_with("_WITH_TRIGGER_AVAILABLENOW") ||
         condition.ends_with("_START_OFFSET_GREATER_THAN_END_OFFSET");
}

TEST(ErrorConditions, AreSortedUniqueAndComplete) {
  std::string_view previous;
  for (const ErrorConditionRow& row : AllErrorConditions()) {
    EXPECT_LT(previous, row.condition);
    previous = row.condition;
    if (!HasNoState(row.condition)) {
      EXPECT_EQ(row.sql_state.size(), 5u) << row.condition;
    }
    EXPECT_FALSE(row.message_template.empty()) << row.condition;
    EXPECT_EQ(FindErrorCondition(row.condition), &row);
  }
  EXPECT_EQ(FindErrorCondition("NO_SUCH_CONDITION"), nullptr);
  EXPECT_EQ(FindErrorCondition(""), nullptr);
}

TEST(MakeError, CarriesConditionStateAndParameters) {
  const Status status = MakeError("PATH_NOT_FOUND", {{"path", "/in"}});
  EXPECT_TRUE(status.IsInvalid());
  EXPECT_EQ(status.message(),
            "[PATH_NOT_FOUND] There is no file or directory /in. SQLSTATE: 42K03");
  const ErrorInfo* info = GetErrorInfo(status);
  ASSERT_NE(info, nullptr);
  EXPECT_EQ(info->condition, "PATH_NOT_FOUND");
  EXPECT_EQ(info->sql_state, "42K03");
  EXPECT_EQ(info->parameters.at("path"), "/in");
  EXPECT_TRUE(info->cause.ok());
  EXPECT_EQ(ErrorCondition(status), "PATH_NOT_FOUND");
}

TEST(MakeError, LeavesUnknownPlaceholdersAndNeverExpandsValues) {
  const Status status =
      MakeError("UNRESOLVED_COLUMN.WITH_SUGGESTION", {{"objectName", "<proposal>"}});
  EXPECT_THAT(status.message(), HasSubstr("parameter <proposal>."));
  EXPECT_THAT(status.message(), HasSubstr("[<proposal>]"));
}

TEST(MakeError, OmitsTheStateWhereThereIsNone) {
  const Status status = MakeError("_LEGACY_ERROR_TEMP_3102", {{"msg", "no"}});
  EXPECT_EQ(status.message(), "[_LEGACY_ERROR_TEMP_3102] no");
  EXPECT_EQ(GetErrorInfo(status)->sql_state, "");
}

TEST(MakeError, AnUndeclaredConditionIsABug) {
  const Status status = MakeError("NOT_DECLARED");
  EXPECT_EQ(ErrorCondition(status), "INTERNAL_ERROR");
  EXPECT_EQ(GetErrorInfo(status)->sql_state, "XX000");
  EXPECT_THAT(status.message(), HasSubstr("NOT_DECLARED"));
}

TEST(MakeErrorAt, UnderlinesTheFragment) {
  QueryContext context{.fragment = "1/0",
                       .full_text = "SELECT\n  1/0",
                       .start_offset = 9,
                       .stop_offset = 11,
                       .line = 2,
                       .position = 2};
  const Status status = MakeErrorAt("DIVIDE_BY_ZERO", {{"config", "c"}}, context);
  EXPECT_THAT(status.message(), HasSubstr("\n== SQL (line 2, position 3) ==\n  1/0\n  ^^^"));
  EXPECT_EQ(GetErrorInfo(status)->context.fragment, "1/0");
}

TEST(MakeErrorAt, ToleratesOffsetsOutsideOfTheText) {
  QueryContext context{.fragment = "", .full_text = "ab", .start_offset = 70, .stop_offset = 90};
  EXPECT_EQ(ErrorCondition(MakeErrorAt("PARSE_EMPTY_STATEMENT", {}, context)),
            "PARSE_EMPTY_STATEMENT");
}

TEST(MakeErrorCausedBy, KeepsTheCause) {
  const Status cause = MakeError("DIVIDE_BY_ZERO", {{"config", "c"}});
  const Status status = MakeErrorCausedBy("STREAM_FAILED", {{"message", "x"}}, cause);
  EXPECT_EQ(ErrorCondition(GetErrorInfo(status)->cause), "DIVIDE_BY_ZERO");
  EXPECT_THAT(status.message(), HasSubstr("Caused by: [DIVIDE_BY_ZERO]"));
}

TEST(GetErrorInfo, IsNullForOtherStatuses) {
  EXPECT_EQ(GetErrorInfo(Status::OK()), nullptr);
  EXPECT_EQ(GetErrorInfo(Status::IOError("x")), nullptr);
  EXPECT_EQ(ErrorCondition(Status::IOError("x")), "");
  EXPECT_EQ(ErrorCondition(InternalError("x")), "INTERNAL_ERROR");
}

}  // namespace
}  // namespace firesteel
