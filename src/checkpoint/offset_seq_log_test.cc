#include "checkpoint/offset_seq_log.h"

#include "checkpoint/failing_env.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kPath[] = "/c/offsets/7";

OffsetSeq Example() {
  return {.batch_watermark_ms = 5000,
          .batch_timestamp_ms = 1700000000123,
          .conf = {{"spark.sql.shuffle.partitions", "3"}, {"spark.quote", "a\"b"}},
          .offsets = {"{\"logOffset\":3}", std::nullopt, "17"}};
}

constexpr char kExampleText[] =
    "v1\n"
    "{\"batchWatermarkMs\":5000,\"batchTimestampMs\":1700000000123,"
    "\"conf\":{\"spark.quote\":\"a\\\"b\",\"spark.sql.shuffle.partitions\":\"3\"}}\n"
    "{\"logOffset\":3}\n-\n17";

void ExpectEqual(const OffsetSeq& actual, const OffsetSeq& expected) {
  EXPECT_EQ(actual.batch_watermark_ms, expected.batch_watermark_ms);
  EXPECT_EQ(actual.batch_timestamp_ms, expected.batch_timestamp_ms);
  EXPECT_EQ(actual.conf, expected.conf);
  EXPECT_EQ(actual.offsets, expected.offsets);
}

TEST(OffsetSeqLogTest, WritesSparksForm) {
  EXPECT_EQ(OffsetSeqLog::Serialize(Example()), kExampleText);
}

TEST(OffsetSeqLogTest, ReadsWhatItWrites) {
  ExpectEqual(*OffsetSeqLog::Parse(kExampleText, kPath), Example());
  ExpectEqual(*OffsetSeqLog::Parse(kExampleText + std::string("\n"), kPath), Example());
}

TEST(OffsetSeqLogTest, StoresInALog) {
  TestDirectory directory;
  CheckpointFileManager files(Env::Posix());
  OffsetSeqLog log = *OffsetSeqLog::Open(&files, directory.File("offsets"));
  EXPECT_EQ(*log.Get(0), std::nullopt);
  EXPECT_TRUE(*log.Add(0, Example()));
  EXPECT_FALSE(*log.Add(0, Example()));
  EXPECT_EQ(directory.Read("offsets/0"), kExampleText);
  ExpectEqual(**log.Get(0), Example());
  EXPECT_EQ(*log.LatestId(), 0);
  ASSERT_TRUE(log.Purge(1).ok());
  EXPECT_EQ(*log.LatestId(), std::nullopt);
}

TEST(OffsetSeqLogTest, ReadsOldForms) {
  const OffsetSeq without_conf =
      *OffsetSeqLog::Parse("v1\n{\"batchWatermarkMs\":7,\"batchTimestampMs\":9}\n0", kPath);
  EXPECT_EQ(without_conf.batch_watermark_ms, 7);
  EXPECT_EQ(without_conf.batch_timestamp_ms, 9);
  EXPECT_TRUE(without_conf.conf.empty());
  const OffsetSeq without_times = *OffsetSeqLog::Parse("v1\n{}\n0", kPath);
  EXPECT_EQ(without_times.batch_watermark_ms, 0);
  // Continuous processing.
  const OffsetSeq without_metadata = *OffsetSeqLog::Parse("v1\n\n0", kPath);
  EXPECT_EQ(without_metadata.batch_timestamp_ms, 0);
  EXPECT_THAT(without_metadata.offsets, ElementsAre("0"));
}

TEST(OffsetSeqLogTest, IgnoresKeysItDoesNotKnow) {
  const Result<OffsetSeq> seq =
      OffsetSeqLog::Parse("v1\n{\"batchWatermarkMs\":7,\"new\":{\"a\":[1]}}\n0", kPath);
  ASSERT_TRUE(seq.ok()) << seq.status().message();
  EXPECT_EQ(seq->batch_watermark_ms, 7);
}

struct BadCase {
  const char* text;
  const char* said;  // in the message
};

TEST(OffsetSeqLogTest, MalformedFilesAreNamedWithTheLine) {
  const BadCase cases[] = {
      {"v1", "line 2"},
      {"v1\nnonsense\n0", "line 2"},
      {"v1\n[]\n0", "line 2"},
      {"v1\n{\"batchWatermarkMs\":\"1\"}\n0", "batchWatermarkMs"},
      {"v1\n{\"batchWatermarkMs\":1.5}\n0", "batchWatermarkMs"},
      {"v1\n{\"batchTimestampMs\":9223372036854775808}\n0", "batchTimestampMs"},
      {"v1\n{\"conf\":[]}\n0", "conf"},
      {"v1\n{\"conf\":{\"spark.a\":1}}\n0", "spark.a"},
      {"v1\n{}", "line 3"},
      {"v1\n{}\n", "line 3"},
      {"v1\n{}\n0\n", nullptr},
      {"v1\n{}\n0\n\n", "line 4"},
      {"v1\n{}\n0\n{\"logOffset\":", "line 4"},
      {"v1\n{}\n\"\xff\"", "line 3"},
  };
  for (const BadCase& bad : cases) {
    const Status status = OffsetSeqLog::Parse(bad.text, kPath).status();
    if (bad.said == nullptr) {
      EXPECT_TRUE(status.ok()) << bad.text;
      continue;
    }
    EXPECT_EQ(ErrorCondition(status), "MALFORMED_LOG_FILE") << bad.text;
    EXPECT_THAT(status.message(), HasSubstr(kPath)) << bad.text;
    EXPECT_THAT(status.message(), HasSubstr(bad.said)) << bad.text;
  }
}

TEST(OffsetSeqLogTest, NamedSourcesAreUnsupported) {
  EXPECT_EQ(ErrorCondition(OffsetSeqLog::Parse("v2\n{}\norders:0", kPath).status()),
            "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION");
}

TEST(OffsetSeqLogTest, CutFilesAreErrorsOrKeepWholeOffsets) {
  const std::string text = kExampleText;
  for (size_t size = 0; size < text.size(); ++size) {
    const Result<OffsetSeq> seq = OffsetSeqLog::Parse(text.substr(0, size), kPath);
    if (!seq.ok()) {
      EXPECT_THAT(seq.status().message(), HasSubstr(kPath)) << size;
      continue;
    }
    // What is left must be a beginning of the offsets; the last one is a number and may be cut.
    ASSERT_LE(seq->offsets.size(), 3u) << size;
    EXPECT_EQ(seq->offsets[0], "{\"logOffset\":3}") << size;
    EXPECT_EQ(seq->batch_watermark_ms, 5000) << size;
  }
}

TEST(OffsetSeqLogTest, FlippedBitsNeverCrash) {
  for (size_t i = 0; i < sizeof(kExampleText) - 1; ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string text = kExampleText;
      text[i] = static_cast<char>(text[i] ^ 1 << bit);
      const Result<OffsetSeq> seq = OffsetSeqLog::Parse(text, kPath);
      EXPECT_TRUE(seq.ok() || !ErrorCondition(seq.status()).empty()) << i;
    }
  }
}

TEST(OffsetSeqLogTest, DeeplyNestedJsonIsNoProblem) {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  EXPECT_TRUE(OffsetSeqLog::Parse("v1\n{}\n" + deep, kPath).ok());
  EXPECT_FALSE(OffsetSeqLog::Parse("v1\n" + deep + "\n0", kPath).ok());
}

}  // namespace
}  // namespace firesteel
