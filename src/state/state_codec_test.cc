#include "state/state_codec.h"

#include <random>

#include "checkpoint/failing_env.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

using testing::HasSubstr;

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

std::string Compress(std::string_view codec, std::string_view plain, size_t step = 1 << 30) {
  auto compressor = MakeStateCompressor(codec);
  EXPECT_TRUE(compressor.ok()) << compressor.status().message();
  std::string file;
  while (!plain.empty()) {
    EXPECT_TRUE((*compressor)->Append(plain.substr(0, step), &file).ok());
    plain.remove_prefix(std::min(step, plain.size()));
  }
  EXPECT_TRUE((*compressor)->Finish(&file).ok());
  return file;
}

class StateCodecTest : public testing::Test {
 protected:
  Result<std::string> Decompress(std::string_view file) {
    directory_.Write("f", file);
    ARROW_ASSIGN_OR_RAISE(auto input, StateFileInput::Open(Env::Posix(), directory_.File("f")));
    ARROW_ASSIGN_OR_RAISE(auto decompressor, MakeStateDecompressor(input.get()));
    std::string plain;
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const bool more, decompressor->Next(&plain));
      if (!more) return plain;
    }
  }

  TestDirectory directory_;
};

// Made by lz4-java 1.8.0.
constexpr char kEmptyDelta[] =
    "4c5a34426c6f636b150400000004000000db804d08ffffffff4c5a34426c6f636b15000000000000000000000000";
constexpr char kOnePut[] =
    "4c5a34426c6f636b251c0000002c000000c557560d530000001000010013010800081400c00500000000000000ffff"
    "ffff4c5a34426c6f636b15000000000000000000000000";
constexpr char kOnePutPlain[] =
    "000000100000000000000000010000000000000000000010000000000000000005000000000000"
    "00ffffffff";
constexpr char kPutPutRemove[] =
    "4c5a34426c6f636b2546000000740000004fde8f0d53000000100001001301080008140011050f0001020011180600"
    "43000000032100316162631000030f000102001107060001020005580011020f00a00000ffffffffffffffff4c5a34"
    "426c6f636b15000000000000000000000000";

TEST_F(StateCodecTest, ReadsFilesOfLz4Java) {
  EXPECT_EQ(*Decompress(FromHex(kEmptyDelta)), "\xff\xff\xff\xff");
  EXPECT_EQ(*Decompress(FromHex(kOnePut)), FromHex(kOnePutPlain));
  const Result<std::string> three = Decompress(FromHex(kPutPutRemove));
  ASSERT_TRUE(three.ok()) << three.status().message();
  EXPECT_EQ(three->size(), 116u);
  EXPECT_THAT(*three, HasSubstr("abc"));
}

TEST_F(StateCodecTest, WritesFilesOfLz4Java) {
  EXPECT_EQ(Compress("lz4", "\xff\xff\xff\xff"), FromHex(kEmptyDelta));
  // Compressed bytes may differ between versions of LZ4; the header up to the sizes may not.
  EXPECT_EQ(Compress("lz4", FromHex(kOnePutPlain)).substr(0, 9), FromHex(kOnePut).substr(0, 9));
}

TEST_F(StateCodecTest, ConcatenatedStreamsAreRead) {
  const std::string twice = Compress("lz4", "first") + Compress("lz4", "second");
  EXPECT_EQ(*Decompress(twice), "firstsecond");
  const std::string end = FromHex("4c5a34426c6f636b15000000000000000000000000");
  EXPECT_EQ(*Decompress(Compress("lz4", "first") + end), "first");
}

TEST_F(StateCodecTest, UnknownCodecIsAnError) {
  const Status status = MakeStateCompressor("gzip").status();
  EXPECT_EQ(ErrorCondition(status), "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION");
  EXPECT_THAT(status.message(), HasSubstr("gzip"));
  EXPECT_TRUE(MakeStateCompressor("LZ4").ok());
  EXPECT_TRUE(MakeStateCompressor("org.apache.spark.io.ZStdCompressionCodec").ok());
}

TEST_F(StateCodecTest, FilesWithoutAKnownStartAreErrors) {
  for (const std::string file : {"", "Z", "LZ4Bloc", "plain text", "\x28\xb5\x2f"}) {
    const Status status = Decompress(file).status();
    EXPECT_FALSE(status.ok()) << file;
    EXPECT_THAT(status.message(), HasSubstr(directory_.File("f"))) << file;
    EXPECT_THAT(status.message(), HasSubstr("byte 0")) << file;
  }
}

class EachCodecTest : public StateCodecTest, public testing::WithParamInterface<const char*> {};

INSTANTIATE_TEST_SUITE_P(Codecs, EachCodecTest, testing::Values("lz4", "zstd", "snappy", "lzf"));

std::string MakePlain(size_t size, int kind) {
  std::mt19937 random(static_cast<unsigned>(size));
  std::string plain(size, '\0');
  for (size_t i = 0; i < size; ++i) {
    const char noise = static_cast<char>(random());
    plain[i] = kind == 0 ? 'a' : kind == 1 ? noise : static_cast<char>(i % 48 == 0 ? noise : i % 7);
  }
  return plain;
}

TEST_P(EachCodecTest, ReadsWhatItWrites) {
  for (const size_t size : {size_t{1}, size_t{3}, size_t{4}, size_t{100}, size_t{32767},
                            size_t{32768}, size_t{32769}, size_t{65535}, size_t{65536},
                            size_t{300000}}) {
    for (int kind = 0; kind < 3; ++kind) {
      const std::string plain = MakePlain(size, kind);
      const Result<std::string> read = Decompress(Compress(GetParam(), plain));
      ASSERT_TRUE(read.ok()) << read.status().message();
      EXPECT_TRUE(*read == plain) << size << " " << kind;
    }
  }
}

TEST_P(EachCodecTest, DoesNotDependOnTheSizeOfAppends) {
  const std::string plain = MakePlain(100000, 2);
  EXPECT_EQ(*Decompress(Compress(GetParam(), plain, 777)), plain);
}

TEST_P(EachCodecTest, Compresses) {
  EXPECT_LT(Compress(GetParam(), MakePlain(100000, 2)).size(), 60000u);
}

TEST_P(EachCodecTest, EveryCutIsNoticedOrHarmless) {
  const std::string plain = MakePlain(3000, 2);
  const std::string file = Compress(GetParam(), plain);
  for (size_t size = 0; size < file.size(); ++size) {
    const Result<std::string> read = Decompress(file.substr(0, size));
    // Formats without an end mark are complete at the border of two blocks.
    if (read.ok()) {
      EXPECT_TRUE(plain.starts_with(*read)) << size;
    } else {
      EXPECT_THAT(read.status().message(), HasSubstr("is damaged at byte")) << size;
    }
  }
}

TEST_P(EachCodecTest, FlippedBitsNeverCrash) {
  const std::string plain = MakePlain(500, 2);
  const std::string file = Compress(GetParam(), plain);
  const bool has_checksum = GetParam() == std::string("lz4") || GetParam() == std::string("zstd");
  for (size_t i = 0; i < file.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = file;
      flipped[i] = static_cast<char>(flipped[i] ^ 1 << bit);
      const Result<std::string> read = Decompress(flipped);
      EXPECT_TRUE(!read.ok() || !has_checksum || *read == plain) << i << " " << bit;
    }
  }
}

TEST_P(EachCodecTest, RandomBytesBehindTheStartNeverCrash) {
  std::mt19937 random(3);
  const std::string file = Compress(GetParam(), MakePlain(500, 2));
  for (int round = 0; round < 2000; ++round) {
    std::string damaged = file.substr(0, 2 + random() % 20);
    for (size_t i = random() % 60; i > 0; --i) damaged.push_back(static_cast<char>(random()));
    const Result<std::string> read = Decompress(damaged);
    EXPECT_TRUE(!read.ok() || read->size() < 1u << 20);
  }
}

// Sizes that the file does not have must not be allocated.
TEST_F(StateCodecTest, HugeDeclaredSizesAreErrors) {
  const std::string lz4 = FromHex("4c5a34426c6f636b2f00000002ffffffff00000000") + "abc";
  EXPECT_FALSE(Decompress(lz4).ok());
  const std::string lz4_ratio = FromHex("4c5a34426c6f636b2f030000000000000200000000") + "abc";
  EXPECT_FALSE(Decompress(lz4_ratio).ok());
  const std::string snappy = FromHex("82534e4150505900000000010000000140000000") + "abc";
  EXPECT_FALSE(Decompress(snappy).ok());
  const std::string snappy_plain =
      FromHex("82534e4150505900000000010000000100000006") + "\xff\xff\xff\xff\x0f" + "a";
  EXPECT_FALSE(Decompress(snappy_plain).ok());
}

}  // namespace
}  // namespace firesteel
