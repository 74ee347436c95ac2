#include "state/state_file.h"

#include <map>

#include "checkpoint/failing_env.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "state/state_record.h"
#include "state/state_test_rows.h"

namespace firesteel {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// A removal is nullopt.
using Content = std::vector<std::pair<std::string, std::optional<std::string>>>;

class StateFileTest : public testing::Test {
 protected:
  StateFileFormat Format(std::string codec = "lz4", bool row_checksum = false) {
    const StateStoreOptions options = LongOptions();
    return {.store = "the store",
            .codec = std::move(codec),
            .row_checksum = row_checksum,
            .key_shape = UnsafeRowShape(options.key_schema),
            .value_shape = UnsafeRowShape(options.value_schema)};
  }

  static std::string Frame(const Content& content) {
    std::string plain;
    for (const auto& [key, value] : content) {
      if (value.has_value()) {
        AppendPut(key, *value, &plain);
      } else {
        AppendRemoval(key, &plain);
      }
    }
    return plain;
  }

  void Write(const Content& content, const StateFileFormat& format) {
    CheckpointFileManager files(Env::Posix());
    auto writer = StateFileWriter::Make(&files, path_, format);
    ASSERT_TRUE(writer.ok()) << writer.status().message();
    ASSERT_TRUE((*writer)->Append(Frame(content)).ok());
    ASSERT_TRUE((*writer)->Finish().ok());
  }

  // Writes any plain bytes, so that damages come behind a sound container.
  void WritePlain(std::string_view plain) {
    auto compressor = MakeStateCompressor("lz4");
    std::string file;
    ASSERT_TRUE((*compressor)->Append(plain, &file).ok());
    ASSERT_TRUE((*compressor)->Finish(&file).ok());
    directory_.Write("1.delta", file);
  }

  Result<Content> Read(const StateFileFormat& format, StateFileKind kind = StateFileKind::kDelta) {
    ARROW_ASSIGN_OR_RAISE(auto reader, StateFileReader::Open(Env::Posix(), path_, kind, format));
    Content content;
    std::vector<StateRecord> records;
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const bool more, reader->Next(&records));
      if (!more) return content;
      for (const StateRecord& record : records) {
        std::optional<std::string> value;
        if (record.value.has_value()) value = *record.value;
        content.emplace_back(record.key, value);
      }
    }
  }

  void ExpectDamaged(const Status& status, const std::string& condition) {
    EXPECT_EQ(ErrorCondition(status), condition);
    EXPECT_THAT(status.message(), AllOf(HasSubstr(path_), HasSubstr("byte"))) << condition;
  }

  static Content Example(int64_t rows) {
    Content content;
    for (int64_t i = 0; i < rows; ++i) {
      content.emplace_back(LongRow({i}), i % 3 == 2 ? std::nullopt
                                                    : std::optional(LongRow({i * i})));
    }
    return content;
  }

  TestDirectory directory_;
  const std::string path_ = directory_.File("1.delta");
};

constexpr char kUncategorized[] = "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED";

TEST_F(StateFileTest, EmptyDeltaIsThatOfSpark) {
  Write({}, Format());
  EXPECT_EQ(directory_.Read("1.delta").size(), 46u);
  EXPECT_THAT(*Read(Format()), ElementsAre());
}

TEST_F(StateFileTest, ReadsWhatItWritesWithEveryCodec) {
  for (const char* codec : {"lz4", "zstd", "snappy", "lzf"}) {
    for (const bool row_checksum : {false, true}) {
      for (const int64_t rows : {1, 3, 64, 65, 10000}) {
        Write(Example(rows), Format(codec, row_checksum));
        // The codec is told by the file.
        const Result<Content> content = Read(Format("lz4", row_checksum));
        ASSERT_TRUE(content.ok()) << content.status().message();
        EXPECT_TRUE(*content == Example(rows)) << codec << rows;
      }
    }
  }
}

TEST_F(StateFileTest, LongRowsSpanBlocks) {
  StateFileFormat format = Format();
  format.value_shape = UnsafeRowShape(Schema().Add("s", TypeId::kString));
  const std::string value = StringRow(std::string(500000, 'x'));
  Write({{LongRow({1}), value}, {LongRow({2}), value}}, format);
  const Result<Content> content = Read(format);
  ASSERT_TRUE(content.ok()) << content.status().message();
  EXPECT_EQ((*content)[1].second, value);
}

TEST_F(StateFileTest, ValuesOfOldSparkLoseTheirFourBytes) {
  WritePlain(Frame({{LongRow({1}), LongRow({2}) + "1234"}}) + "\xff\xff\xff\xff");
  EXPECT_EQ((*Read(Format()))[0].second, LongRow({2}));
}

TEST_F(StateFileTest, MissingFilesAreNamed) {
  const Status delta = Read(Format()).status();
  EXPECT_EQ(ErrorCondition(delta), "CANNOT_LOAD_STATE_STORE.CANNOT_READ_DELTA_FILE_NOT_EXISTS");
  EXPECT_THAT(delta.message(), AllOf(HasSubstr(path_), HasSubstr("the store")));
  EXPECT_EQ(ErrorCondition(Read(Format(), StateFileKind::kSnapshot).status()),
            "CANNOT_LOAD_STATE_STORE.CANNOT_READ_MISSING_SNAPSHOT_FILE");
}

TEST_F(StateFileTest, EveryCutIsNoticedOrHarmless) {
  for (const char* codec : {"lz4", "zstd", "snappy", "lzf"}) {
    Write(Example(12), Format(codec));
    const std::string file = directory_.Read("1.delta");
    for (size_t size = 0; size < file.size(); ++size) {
      directory_.Write("1.delta", file.substr(0, size));
      const Result<Content> content = Read(Format());
      if (content.ok()) {
        // All records and their end mark are there; only the container's end is cut.
        EXPECT_TRUE(*content == Example(12)) << codec << size;
      } else {
        ExpectDamaged(content.status(), kUncategorized);
      }
    }
  }
}

TEST_F(StateFileTest, FlippedBitsAreNoticedOrHarmless) {
  for (const char* codec : {"lz4", "zstd"}) {
    Write(Example(3), Format(codec));
    const std::string file = directory_.Read("1.delta");
    for (size_t i = 0; i < file.size(); ++i) {
      for (int bit = 0; bit < 8; ++bit) {
        std::string flipped = file;
        flipped[i] = static_cast<char>(flipped[i] ^ 1 << bit);
        directory_.Write("1.delta", flipped);
        const Result<Content> content = Read(Format());
        EXPECT_TRUE(content.ok() ? *content == Example(3)
                                 : ErrorCondition(content.status()) == kUncategorized)
            << codec << " " << i << " " << bit << " " << content.status().message();
      }
    }
  }
}

TEST_F(StateFileTest, FlippedBitsOfRowsAreNoticedByTheirChecksum) {
  for (const char* codec : {"snappy", "lzf"}) {
    Write(Example(3), Format(codec, /*row_checksum=*/true));
    const std::string file = directory_.Read("1.delta");
    for (size_t i = 0; i < file.size(); ++i) {
      std::string flipped = file;
      flipped[i] = static_cast<char>(flipped[i] ^ 1 << i % 8);
      directory_.Write("1.delta", flipped);
      const Result<Content> content = Read(Format("lz4", /*row_checksum=*/true));
      EXPECT_TRUE(!content.ok() || *content == Example(3)) << codec << " " << i;
    }
  }
}

TEST_F(StateFileTest, WrongRowChecksumNamesTheStore) {
  const std::string plain = Frame({{LongRow({1}), "abcd" + LongRow({2})}}) + "\xff\xff\xff\xff";
  WritePlain(plain);
  const Status status = Read(Format("lz4", /*row_checksum=*/true)).status();
  EXPECT_EQ(ErrorCondition(status), "STATE_STORE_ROW_CHECKSUM_VERIFICATION_FAILED");
  EXPECT_THAT(status.message(), AllOf(HasSubstr(path_), HasSubstr("the store")));
}

TEST_F(StateFileTest, RowChecksumsAreThoseOfSpark) {
  Write({{LongRow({1}), LongRow({2})}, {LongRow({3}), std::nullopt}}, Format("lz4", true));
  const Result<Content> raw = Read(Format());
  // Without knowing of checksums the rows have sizes that no row has.
  EXPECT_EQ(ErrorCondition(raw.status()),
            "CANNOT_LOAD_STATE_STORE.KEY_ROW_FORMAT_VALIDATION_FAILURE");
  auto input = StateFileInput::Open(Env::Posix(), path_);
  auto decompressor = MakeStateDecompressor(input->get());
  std::string plain;
  ASSERT_TRUE(*(*decompressor)->Next(&plain));
  // CRC32C of the key and value, little-endian, in front of the value; of a removed key before it.
  EXPECT_EQ(plain.substr(0, 4 + 16), std::string("\0\0\0\x10", 4) + LongRow({1}));
  EXPECT_EQ(plain.substr(20, 4), std::string("\0\0\0\x14", 4));
  EXPECT_EQ(plain.substr(44, 4), std::string("\0\0\0\x14", 4));
}

TEST_F(StateFileTest, BadSizesAreErrors) {
  struct Case {
    std::string plain;
    std::string delta_condition;
    std::string snapshot_condition;
  };
  const std::string key = std::string("\0\0\0\x10", 4) + LongRow({1});
  const Case cases[] = {
      {"\xff\xff\xff\xfe", "CANNOT_LOAD_STATE_STORE.CANNOT_READ_DELTA_FILE_KEY_SIZE",
       "CANNOT_LOAD_STATE_STORE.CANNOT_READ_SNAPSHOT_FILE_KEY_SIZE"},
      {key + "\xff\xff\xff\xfe", kUncategorized,
       "CANNOT_LOAD_STATE_STORE.CANNOT_READ_SNAPSHOT_FILE_VALUE_SIZE"},
      {key + "\xff\xff\xff\xff" + "\xff\xff\xff\xff", "",
       "CANNOT_LOAD_STATE_STORE.CANNOT_READ_SNAPSHOT_FILE_VALUE_SIZE"},
      // A gigabyte is claimed.
      {std::string("\x40\0\0\0", 4) + "abc", kUncategorized, kUncategorized},
      {key + std::string("\x40\0\0\0", 4) + "abc", kUncategorized, kUncategorized},
      // The end mark is missing, or more follows.
      {Frame({{LongRow({1}), LongRow({2})}}), kUncategorized, kUncategorized},
      {"\xff\xff\xff\xff" + Frame({{LongRow({1}), LongRow({2})}}), kUncategorized, kUncategorized},
      {"\xff\xff", kUncategorized, kUncategorized},
      // Rows that are none.
      {std::string("\0\0\0\x08", 4) + std::string(8, '\0') + key,
       "CANNOT_LOAD_STATE_STORE.KEY_ROW_FORMAT_VALIDATION_FAILURE",
       "CANNOT_LOAD_STATE_STORE.KEY_ROW_FORMAT_VALIDATION_FAILURE"},
      {key + std::string("\0\0\0\x08", 4) + std::string(8, '\0') + "\xff\xff\xff\xff",
       "CANNOT_LOAD_STATE_STORE.VALUE_ROW_FORMAT_VALIDATION_FAILURE",
       "CANNOT_LOAD_STATE_STORE.VALUE_ROW_FORMAT_VALIDATION_FAILURE"},
  };
  for (const Case& bad : cases) {
    WritePlain(bad.plain);
    const Status delta = Read(Format()).status();
    EXPECT_EQ(ErrorCondition(delta), bad.delta_condition) << delta.message();
    if (!delta.ok()) {
      ExpectDamaged(delta, bad.delta_condition);
    }
    ExpectDamaged(Read(Format(), StateFileKind::kSnapshot).status(), bad.snapshot_condition);
  }
}

TEST_F(StateFileTest, SecondEndBlockIsHarmless) {
  Write(Example(3), Format());
  const std::string file = directory_.Read("1.delta");
  directory_.Write("1.delta", file + file.substr(file.size() - 21));
  EXPECT_TRUE(*Read(Format()) == Example(3));
  directory_.Write("1.delta", file + "garbage");
  EXPECT_TRUE(*Read(Format()) == Example(3));
  // A second file behind the first is no harmless end.
  directory_.Write("1.delta", file + file);
  ExpectDamaged(Read(Format()).status(), kUncategorized);
}

TEST_F(StateFileTest, RandomBytesNeverCrash) {
  Write(Example(8), Format("snappy"));
  std::string file = directory_.Read("1.delta");
  uint32_t random = 1;
  for (int round = 0; round < 300; ++round) {
    for (int i = 0; i < 4; ++i) {
      random = random * 1664525 + 1013904223;
      file[random >> 8 & 63] = static_cast<char>(random >> 24);
    }
    directory_.Write("1.delta", file);
    for (const StateFileKind kind : {StateFileKind::kDelta, StateFileKind::kSnapshot}) {
      const Result<Content> content = Read(Format(), kind);
      EXPECT_TRUE(content.ok() || !ErrorCondition(content.status()).empty());
    }
  }
}

}  // namespace
}  // namespace firesteel
