#include <memory>
#include <string>

#include "arrow/io/memory.h"
#include "formats/reader_test_support.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

std::string Read(const std::string& text, const Options& options = {}) {
  return ReadText(TextFormat(), text, MakeRequest("value STRING", options));
}

TEST(TextFormat, ReadsLines) {
  EXPECT_EQ(Read("one\n\nthree"), "[one]\n[]\n[three]\n");
  EXPECT_EQ(Read("four\r\nfive\n"), "[four]\n[five]\n");
  EXPECT_EQ(Read("a|b\n|c", MakeOptions({{"lineSep", "|"}})), "[a]\n[b\n]\n[c]\n");
  EXPECT_EQ(Read("\xEF\xBB\xBFx\ny"), "[x]\n[y]\n");
  EXPECT_EQ(Read("a\xFFz\nok"), "[a\xEF\xBF\xBDz]\n[ok]\n");
  EXPECT_EQ(Read(""), "");
}

TEST(TextFormat, ReadsWholeFiles) {
  const Options options = MakeOptions({{"wholetext", "true"}});
  EXPECT_EQ(Read("four\r\nfive\n", options), "[four\r\nfive\n]\n");
  EXPECT_EQ(Read("", options), "");
}

TEST(TextFormat, CountsLinesWithoutReadingThem) {
  FileReadRequest request = MakeRequest("value STRING");
  request.columns = Schema();
  request.batch_rows = 2;
  EXPECT_EQ(ReadText(TextFormat(), "a\nb\nc", request), "[]\n[]\n[]\n");
}

TEST(TextFormat, RefusesOtherSchemas) {
  EXPECT_EQ(ErrorCondition(TextFormat()->ValidateRead(MakeRequest("value INT"))),
            "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE");
  EXPECT_FALSE(TextFormat()->ValidateRead(MakeRequest("a STRING, b STRING")).ok());
  EXPECT_EQ(ErrorCondition(TextFormat()->ValidateRead(MakeRequest("a STRING, b DATE"))),
            "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE");
  EXPECT_FALSE(TextFormat()->OpenWriter(nullptr, Schema(), {}, "UTC").ok());
}

TEST(TextFormat, WritesAndReadsCompressedLines) {
  for (const std::string codec : {"none", "gzip", "bzip2", "zstd", "deflate"}) {
    const Options options = MakeOptions({{"compression", codec}});
    const auto out = arrow::io::BufferOutputStream::Create().ValueOrDie();
    const Schema schema = Schema().Add("v", TypeId::kString);
    auto writer = TextFormat()->OpenWriter(out, schema, options, "UTC").ValueOrDie();
    const auto batch =
        MakeBatch({Row({Value("one")}), Row({Value()}), Row({Value("two")})}, schema).ValueOrDie();
    ASSERT_TRUE(writer->Write(*batch).ok());
    ASSERT_TRUE(writer->Finish().ok());
    const std::string bytes = out->Finish().ValueOrDie()->ToString();
    FileReadRequest request = MakeRequest("value STRING");
    request.path = "/in/file" + TextFormat()->FileExtension(options).ValueOrDie();
    EXPECT_EQ(ReadText(TextFormat(), bytes, request), "[one]\n[]\n[two]\n") << codec;
    if (codec == "none") continue;
    // Cut or damaged, the file gives an error, never fewer rows.
    EXPECT_EQ(
        ErrorCondition(ReadRows(TextFormat(), bytes.substr(0, bytes.size() - 3), request).status()),
        "FAILED_READ_FILE.NO_HINT")
        << codec;
    EXPECT_EQ(ErrorCondition(ReadRows(TextFormat(), "plain text", request).status()),
              "FAILED_READ_FILE.NO_HINT")
        << codec;
  }
  EXPECT_EQ(
      ErrorCondition(TextFormat()->FileExtension(MakeOptions({{"compression", "bogus"}})).status()),
      "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION");
}

TEST(TextFormat, ReadsConcatenatedGzipMembers) {
  const auto compress = [](const std::string& text) {
    const Options options = MakeOptions({{"compression", "gzip"}});
    const auto out = arrow::io::BufferOutputStream::Create().ValueOrDie();
    const Schema schema = Schema().Add("v", TypeId::kString);
    auto writer = TextFormat()->OpenWriter(out, schema, options, "UTC").ValueOrDie();
    EXPECT_TRUE(writer->Write(*MakeBatch({Row({Value(text)})}, schema).ValueOrDie()).ok());
    EXPECT_TRUE(writer->Finish().ok());
    return out->Finish().ValueOrDie()->ToString();
  };
  FileReadRequest request = MakeRequest("value STRING");
  request.path = "/in/a.gz";
  EXPECT_EQ(ReadText(TextFormat(), compress("a") + compress("b"), request), "[a]\n[b]\n");
}

}  // namespace
}  // namespace firesteel
