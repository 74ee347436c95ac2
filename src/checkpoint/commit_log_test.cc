#include "checkpoint/commit_log.h"

#include "checkpoint/failing_env.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using testing::HasSubstr;

class CommitLogTest : public testing::Test {
 protected:
  Result<std::optional<CommitMetadata>> ReadText(std::string_view text) {
    directory_.Write("0", text);
    return CommitLog::Open(&files_, directory_.path())->Get(0);
  }

  TestDirectory directory_;
  CheckpointFileManager files_{Env::Posix()};
};

TEST_F(CommitLogTest, WritesSparksForm) {
  CommitLog log = *CommitLog::Open(&files_, directory_.path());
  EXPECT_EQ(*log.LatestId(), std::nullopt);
  EXPECT_TRUE(*log.Add(4, {.next_batch_watermark_ms = 10000}));
  EXPECT_FALSE(*log.Add(4, {}));
  EXPECT_EQ(directory_.Read("4"), "v1\n{\"nextBatchWatermarkMs\":10000}");
  EXPECT_EQ((*log.Get(4))->next_batch_watermark_ms, 10000);
  EXPECT_FALSE(log.Get(5)->has_value());
  EXPECT_EQ(*log.LatestId(), 4);
}

TEST_F(CommitLogTest, ReadsOldForms) {
  for (const char* text : {"v1", "v1\n", "v1\n{}", "v1\n{}\n", "v1\r\n{}\r\n"}) {
    const auto metadata = ReadText(text);
    ASSERT_TRUE(metadata.ok()) << metadata.status().message();
    EXPECT_EQ((*metadata)->next_batch_watermark_ms, 0);
  }
  EXPECT_EQ((*ReadText("v1\n{\"nextBatchWatermarkMs\":-5}\n"))->next_batch_watermark_ms, -5);
}

TEST_F(CommitLogTest, MalformedFilesAreErrors) {
  for (const char* text :
       {"", "v1\nx", "v1\n[]", "v1\n{\"nextBatchWatermarkMs\":\"0\"}",
        "v1\n{\"nextBatchWatermarkMs\":9223372036854775808}", "v1\n{}\n{}", "v1\n{", "\xff"}) {
    const Status status = ReadText(text).status();
    EXPECT_EQ(ErrorCondition(status), "MALFORMED_LOG_FILE") << text;
    EXPECT_THAT(status.message(), HasSubstr(directory_.File("0"))) << text;
  }
}

TEST_F(CommitLogTest, UniqueStateIdsAreUnsupported) {
  EXPECT_EQ(ErrorCondition(
                ReadText("v2\n{\"nextBatchWatermarkMs\":0,\"stateUniqueIds\":{}}").status()),
            "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION");
}

}  // namespace
}  // namespace firesteel
