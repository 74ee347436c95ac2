#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/buffer.h"
#include "arrow/io/memory.h"
#include "formats/reader_test_support.h"
#include "gtest/gtest.h"

namespace firesteel {
namespace {

constexpr char kDamagedColumns[] = "a INT, b STRING, c ARRAY<INT>";

std::string WriteSmallFile(const FileFormat* format, const char* compression) {
  const Schema schema = Schema::FromDdl(kDamagedColumns).ValueOrDie();
  std::vector<Row> rows;
  for (int i = 0; i < 9; ++i) {
    rows.push_back(Row({i * 1000, "text" + std::to_string(i % 3), ArrayValue{{i, Value()}}}));
  }
  rows.push_back(Row({Value(), Value(), Value()}));
  const auto out = arrow::io::BufferOutputStream::Create().ValueOrDie();
  auto writer =
      format->OpenWriter(out, schema, MakeOptions({{"compression", compression}}), "UTC")
          .ValueOrDie();
  EXPECT_TRUE(writer->Write(*MakeBatch(rows, schema).ValueOrDie()).ok());
  EXPECT_TRUE(writer->Finish().ok());
  return out->Finish().ValueOrDie()->ToString();
}

using FormatAndCodec = std::pair<const FileFormat*, const char*>;

class DamagedFiles : public ::testing::TestWithParam<int> {
 protected:
  static FormatAndCodec Get() {
    const FormatAndCodec kinds[] = {
        {ParquetFormat(), "none"}, {ParquetFormat(), "zstd"}, {OrcFormat(), "none"},
        {OrcFormat(), "zlib"}};
    return kinds[GetParam()];
  }
};

// A file that lacks its end says so, wherever it was cut.
TEST_P(DamagedFiles, EveryCutIsReported) {
  const auto [format, codec] = Get();
  const std::string good = WriteSmallFile(format, codec);
  ASSERT_TRUE(ReadRows(format, good, MakeRequest(kDamagedColumns)).ok());
  for (size_t length = 0; length < good.size(); ++length) {
    const Status status =
        ReadRows(format, good.substr(0, length), MakeRequest(kDamagedColumns)).status();
    ASSERT_TRUE(ErrorCondition(status).starts_with("FAILED_READ_FILE"))
        << length << ": " << status.ToString();
  }
}

// A flipped bit may go unnoticed, or show in a value that is no good; but nothing else.
TEST_P(DamagedFiles, EveryFlippedByteEndsWithRowsOrAnError) {
  const auto [format, codec] = Get();
  const std::string good = WriteSmallFile(format, codec);
  for (size_t at = 0; at < good.size(); ++at) {
    for (const char mask : {'\x01', '\x80', '\xFF'}) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ mask);
      const Status status = ReadRows(format, bad, MakeRequest(kDamagedColumns)).status();
      ASSERT_TRUE(status.ok() || status.IsInvalid() || !ErrorCondition(status).empty())
          << at << ": " << status.ToString();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, DamagedFiles, ::testing::Range(0, 4));

}  // namespace
}  // namespace firesteel
