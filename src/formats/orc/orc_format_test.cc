#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/buffer.h"
#include "arrow/io/memory.h"
#include "arrow/record_batch.h"
#include "formats/orc/hybrid_calendar.h"
#include "formats/orc/orc_run_length.h"
#include "formats/reader_test_support.h"
#include "gtest/gtest.h"
#include "types/datetime.h"

namespace firesteel {
namespace {

std::string WriteOrc(const std::string& ddl, const std::vector<Row>& rows, Options options = {}) {
  const Schema schema = Schema::FromDdl(ddl).ValueOrDie();
  auto out = arrow::io::BufferOutputStream::Create().ValueOrDie();
  auto writer = OrcFormat()->OpenWriter(out, schema, options, "UTC").ValueOrDie();
  if (!rows.empty()) {
    EXPECT_TRUE(writer->Write(*MakeBatch(rows, schema).ValueOrDie()).ok());
  }
  const Status finished = writer->Finish();
  EXPECT_TRUE(finished.ok()) << finished.ToString();
  return out->Finish().ValueOrDie()->ToString();
}

constexpr char kEveryType[] =
    "a BOOLEAN, b TINYINT, c SMALLINT, d INT, e BIGINT, f FLOAT, g DOUBLE, h DECIMAL(5,2), "
    "i DECIMAL(38,10), j STRING, k BINARY, l DATE, m TIMESTAMP, n TIMESTAMP_NTZ, "
    "o INTERVAL DAY TO SECOND, p INTERVAL YEAR TO MONTH, q ARRAY<STRUCT<x: INT, y: STRING>>, "
    "r MAP<STRING, ARRAY<BIGINT>>, s STRUCT<t: TIMESTAMP, u: DECIMAL(10,0)>";

std::vector<Row> RowsOfEveryType() {
  std::vector<Row> rows;
  for (int i = 0; i < 3; ++i) {
    const int64_t n = i * 1000003 - 2000005;
    rows.push_back(Row(
        {i % 2 == 0, int8_t(i), int16_t(-i), int32_t(i * 70000), n * n, 1.5f * i, -2.5 * i,
         Decimal{i - 150, 5, 2}, Decimal{(__int128{1} << 100) + i, 38, 10},
         "text" + std::to_string(i), Binary{std::string("\0\x01", 2)}, Date{-719162 + i},
         Timestamp{-62135596800000000 + n},
         TimestampNtz{253402300799999999 - i}, DayTimeInterval{n}, YearMonthInterval{i - 1},
         ArrayValue{{StructValue{{int32_t(i), "e"}}, Value(), StructValue{{Value(), Value()}}}},
         MapValue{{{"k", ArrayValue{{n, Value()}}}, {"l", Value()}}},
         StructValue{{Timestamp{n}, Decimal{i, 10, 0}}}}));
  }
  rows.push_back(Row(std::vector<Value>(19)));
  return rows;
}

TEST(OrcFormat, ReadsBackEveryType) {
  const std::vector<Row> rows = RowsOfEveryType();
  for (const std::string codec : {"none", "snappy", "zlib", "lz4", "zstd"}) {
    const std::string bytes = WriteOrc(kEveryType, rows, MakeOptions({{"compression", codec}}));
    const Result<std::vector<Row>> read = ReadRows(OrcFormat(), bytes, MakeRequest(kEveryType));
    ASSERT_TRUE(read.ok()) << codec << ": " << read.status().ToString();
    ASSERT_EQ(read->size(), rows.size());
    for (size_t i = 0; i < rows.size(); ++i) EXPECT_EQ((*read)[i].ToString(), rows[i].ToString());
    const Result<Schema> inferred = OrcFormat()->InferSchema(
        {{std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(bytes)), ""}}, {});
    ASSERT_TRUE(inferred.ok()) << inferred.status().ToString();
    EXPECT_EQ(inferred->Ddl(), Schema::FromDdl(kEveryType)->Ddl());
  }
}

TEST(OrcFormat, KeepsTimestampsOfEveryYear) {
  std::vector<Row> rows;
  for (const int64_t micros :
       {int64_t{-62135596800000000}, int64_t{-12219292800000001}, int64_t{-999999},
        int64_t{-1000000}, int64_t{-1000001}, int64_t{-1500000}, int64_t{-2000000},
        int64_t{0}, int64_t{1}, int64_t{1420070400000000}, int64_t{9223372036854775},
        int64_t{253402300799999999}}) {
    rows.push_back(Row({Timestamp{micros}, TimestampNtz{micros}}));
  }
  const char* ddl = "a TIMESTAMP, b TIMESTAMP_NTZ";
  const Result<std::vector<Row>> read =
      ReadRows(OrcFormat(), WriteOrc(ddl, rows), MakeRequest(ddl));
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  for (size_t i = 0; i < rows.size(); ++i) EXPECT_EQ((*read)[i], rows[i]) << rows[i].ToString();
}

TEST(OrcFormat, ReadsManyRowsInBatches) {
  std::vector<Row> rows;
  for (int i = 0; i < 5000; ++i) {
    rows.push_back(Row({i % 7 == 0 ? Value() : Value(int64_t{i} * i * (i % 2 == 0 ? 1 : -1000)),
                        "v" + std::to_string(i % 100), int32_t{i},
                        ArrayValue{std::vector<Value>(i % 4, Value(int32_t{i}))}}));
  }
  const char* ddl = "a BIGINT, b STRING, c INT, d ARRAY<INT>";
  FileReadRequest request = MakeRequest(ddl);
  request.batch_rows = 333;
  const Result<std::vector<Row>> read = ReadRows(OrcFormat(), WriteOrc(ddl, rows), request);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_TRUE(*read == rows);
}

TEST(OrcFormat, MatchesColumnsByName) {
  const std::string bytes =
      WriteOrc("K INT, v STRING, s STRUCT<x: INT, Y: INT>",
               {Row({int32_t{1}, "a", StructValue{{int32_t{2}, int32_t{3}}}})});
  EXPECT_EQ(ReadText(OrcFormat(), bytes,
                     MakeRequest("v STRING, k BIGINT, w DATE, s STRUCT<y: BIGINT, z: STRING>")),
            "[a,1,NULL,{3, NULL}]\n");
  FileReadRequest none = MakeRequest("v STRING");
  none.columns = Schema();
  EXPECT_EQ(ReadText(OrcFormat(), bytes, none), "[]\n");
  EXPECT_EQ(ErrorCondition(ReadRows(OrcFormat(), bytes, MakeRequest("v INT")).status()),
            "FAILED_READ_FILE.NO_HINT");
  EXPECT_EQ(ReadText(OrcFormat(), WriteOrc("a INT", {}), MakeRequest("a INT")), "");
}

TEST(OrcFormat, MergesSchemas) {
  std::vector<InferenceFile> files;
  for (const char* ddl : {"a INT, b STRING", "a BIGINT, c DATE"}) {
    files.push_back(
        {std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(WriteOrc(ddl, {}))),
         ""});
  }
  EXPECT_EQ(OrcFormat()->InferSchema(files, {})->Ddl(), "a INT,b STRING");
  EXPECT_EQ(OrcFormat()->InferSchema(files, MakeOptions({{"mergeSchema", "true"}}))->Ddl(),
            "a BIGINT,b STRING,c DATE");
}

TEST(OrcFormat, NeverCrashesOnDamagedFiles) {
  for (const std::string codec : {"none", "zlib", "zstd"}) {
    const std::string bytes =
        WriteOrc(kEveryType, RowsOfEveryType(), MakeOptions({{"compression", codec}}));
    for (size_t cut = 0; cut < bytes.size(); cut += 13) {
      const Status status =
          ReadRows(OrcFormat(), bytes.substr(0, cut), MakeRequest(kEveryType)).status();
      EXPECT_TRUE(ErrorCondition(status).starts_with("FAILED_READ_FILE")) << cut;
    }
    for (size_t at = 0; at < bytes.size(); at += 3) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
      const Status status = ReadRows(OrcFormat(), damaged, MakeRequest(kEveryType)).status();
      // Damage may go unnoticed, or show in a value that is no good; but nothing else.
      EXPECT_TRUE(status.ok() || status.IsInvalid() ||
                  ErrorCondition(status).starts_with("FAILED_READ_FILE"))
          << at << ": " << status.ToString();
    }
  }
}

std::vector<int64_t> Decode(const std::string& bytes, bool is_signed, int count) {
  auto stream = OrcStream::Make(arrow::Buffer::FromString(bytes), OrcCompression{}).ValueOrDie();
  OrcIntegerDecoder decoder(std::move(stream), is_signed, /*is_version_2=*/true);
  std::vector<int64_t> values(count);
  decoder.Read(values.data(), count);
  EXPECT_FALSE(decoder.failed());
  return values;
}

// The examples of the format's specification.
TEST(OrcRunLength, DecodesEveryKindOfRun) {
  EXPECT_EQ(Decode(std::string("\x0A\x27\x10", 3), false, 5),
            (std::vector<int64_t>{10000, 10000, 10000, 10000, 10000}));
  EXPECT_EQ(Decode(std::string("\x5E\x03\x5C\xA1\xAB\x1E\xDE\xAD\xBE\xEF", 10), false, 4),
            (std::vector<int64_t>{23713, 43806, 57005, 48879}));
  EXPECT_EQ(Decode(std::string("\xC6\x09\x02\x02\x22\x42\x42\x46", 8), false, 10),
            (std::vector<int64_t>{2, 3, 5, 7, 11, 13, 17, 19, 23, 29}));
  const std::string patched("\x8E\x13\x2B\x21\x07\xD0\x1E\x00\x14\x70\x28\x32\x3C\x46\x50\x5A\x64"
                            "\x6E\x78\x82\x8C\x96\xA0\xAA\xB4\xBE\xFC\xE8", 28);
  EXPECT_EQ(Decode(patched, false, 20),
            (std::vector<int64_t>{2030, 2000, 2020, 1000000, 2040, 2050, 2060, 2070, 2080, 2090,
                                  2100, 2110, 2120, 2130, 2140, 2150, 2160, 2170, 2180, 2190}));
}

TEST(HybridCalendar, KeepsYearMonthAndDay) {
  EXPECT_EQ(HybridToProlepticDays(-141427), DaysFromCivil(1582, 10, 15));
  EXPECT_EQ(HybridToProlepticDays(-141428), DaysFromCivil(1582, 10, 4));
  EXPECT_EQ(HybridToProlepticDays(-719164), DaysFromCivil(1, 1, 1));
  EXPECT_EQ(HybridToProlepticMicros(-719164 * kMicrosPerDay + 5),
            DaysFromCivil(1, 1, 1) * kMicrosPerDay + 5);
}

}  // namespace
}  // namespace firesteel
