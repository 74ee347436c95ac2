#include "formats/compression.h"

#include <string>

#include "arrow/buffer.h"
#include "arrow/io/interfaces.h"
#include "arrow/io/memory.h"
#include "firesteel/error.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

std::string Compress(const std::string& text, const std::string& codec) {
  auto out = arrow::io::BufferOutputStream::Create().ValueOrDie();
  auto stream = OpenCompressed(out, codec).ValueOrDie();
  EXPECT_TRUE(stream->Write(text.data(), static_cast<int64_t>(text.size())).ok());
  EXPECT_TRUE(stream->Close().ok());
  return out->Finish().ValueOrDie()->ToString();
}

Result<std::string> Decompress(const std::string& bytes, const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(
      const auto stream,
      OpenDecompressed(
          std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(bytes)), path));
  std::string text;
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const auto piece, stream->Read(1000));
    if (piece->size() == 0) return text;
    text += piece->ToString();
  }
}

std::string LongText() {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += std::to_string(i * 7919 % 1000) + ",";
  return text;
}

TEST(Compression, GivesBackWhatItTook) {
  for (const std::string codec :
       {"none", "gzip", "deflate", "bzip2", "zstd", "snappy", "lz4", "GZIP"}) {
    for (const std::string& text : {std::string(), std::string("a"), LongText()}) {
      const std::string bytes = Compress(text, codec);
      const Result<std::string> back =
          Decompress(bytes, "/x.csv" + CompressedFileEnding(codec).ValueOrDie());
      ASSERT_TRUE(back.ok()) << codec << ": " << back.status().ToString();
      EXPECT_TRUE(*back == text) << codec;
    }
  }
}

TEST(Compression, FramesBlocksAsHadoopDoes) {
  const std::string bytes = Compress("abc", "snappy");
  // The block's size, the chunk's size, and the chunk: its size again and three letters.
  EXPECT_EQ(bytes, std::string("\0\0\0\x03\0\0\0\x05\x03\x08" "abc", 13));
  const std::string two_chunks =
      std::string("\0\0\0\x04\0\0\0\x04\x02\x04" "ab\0\0\0\x04\x02\x04" "cd", 20);
  EXPECT_EQ(*Decompress(two_chunks, "/x.snappy"), "abcd");
}

TEST(Compression, FailsOnDamagedData) {
  for (const std::string codec : {"gzip", "zstd", "snappy", "lz4"}) {
    const std::string bytes = Compress(LongText(), codec);
    const std::string path = "/x" + CompressedFileEnding(codec).ValueOrDie();
    for (size_t cut = 1; cut < bytes.size(); cut += bytes.size() / 9) {
      EXPECT_FALSE(Decompress(bytes.substr(0, cut), path).ok()) << codec << " " << cut;
    }
    for (size_t at = 0; at < bytes.size(); at += bytes.size() / 23 + 1) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
      (void)Decompress(damaged, path);  // any answer but a crash
    }
  }
}

TEST(Compression, KnowsItsNames) {
  EXPECT_EQ(*CompressedFileEnding("bzip2"), ".bz2");
  EXPECT_EQ(*CompressedFileEnding("Snappy"), ".snappy");
  EXPECT_EQ(ErrorCondition(CompressedFileEnding("zip").status()),
            "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION");
}

}  // namespace
}  // namespace firesteel
