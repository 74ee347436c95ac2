#include <memory>
#include <string>
#include <vector>

#include "arrow/array/builder_binary.h"
#include "arrow/array/builder_primitive.h"
#include "arrow/io/memory.h"
#include "arrow/type.h"
#include "formats/reader_test_support.h"
#include "gtest/gtest.h"
#include "parquet/arrow/writer.h"
#include "parquet/file_reader.h"
#include "parquet/metadata.h"
#include "parquet/properties.h"

namespace firesteel {
namespace {

std::string WriteParquet(const std::string& ddl, const std::vector<Row>& rows,
                         const Options& options = {}) {
  const Schema schema = Schema::FromDdl(ddl).ValueOrDie();
  const auto out = arrow::io::BufferOutputStream::Create().ValueOrDie();
  auto writer = ParquetFormat()->OpenWriter(out, schema, options, "UTC").ValueOrDie();
  const Status status = writer->Write(*MakeBatch(rows, schema).ValueOrDie());
  EXPECT_TRUE(status.ok()) << status.ToString();
  EXPECT_TRUE(writer->Finish().ok());
  EXPECT_FALSE(out->closed());
  return out->Finish().ValueOrDie()->ToString();
}

// Writes one column as another program would.
std::string WriteForeign(const std::shared_ptr<arrow::Array>& array, int64_t group_rows = 1000,
                         bool int96 = false) {
  const auto schema = arrow::schema({arrow::field("a", array->type())});
  const auto batch = arrow::RecordBatch::Make(schema, array->length(), {array});
  const auto out = arrow::io::BufferOutputStream::Create().ValueOrDie();
  auto arrow_properties = parquet::ArrowWriterProperties::Builder();
  if (int96) arrow_properties.enable_deprecated_int96_timestamps();
  auto writer = parquet::arrow::FileWriter::Open(
                    *schema, arrow::default_memory_pool(), out,
                    parquet::WriterProperties::Builder().max_row_group_length(group_rows)->build(),
                    arrow_properties.build())
                    .ValueOrDie();
  EXPECT_TRUE(writer->WriteRecordBatch(*batch).ok());
  EXPECT_TRUE(writer->Close().ok());
  return out->Finish().ValueOrDie()->ToString();
}

template <typename Builder>
std::shared_ptr<arrow::Array> Build(Builder builder,
                                    const std::vector<typename Builder::value_type>& values) {
  EXPECT_TRUE(builder.AppendValues(values).ok());
  EXPECT_TRUE(builder.AppendNull().ok());
  return builder.Finish().ValueOrDie();
}

std::string Read(const std::string& bytes, const std::string& ddl) {
  return ReadText(ParquetFormat(), bytes, MakeRequest(ddl));
}

TEST(ParquetFormat, KeepsEveryType) {
  const std::string ddl =
      "b BOOLEAN, y TINYINT, s SMALLINT, i INT, l BIGINT, f FLOAT, d DOUBLE, c DECIMAL(9,2), "
      "e DECIMAL(38,10), t STRING, x BINARY, a DATE, m TIMESTAMP, n TIMESTAMP_NTZ, "
      "v INTERVAL DAY TO SECOND, w INTERVAL YEAR TO MONTH, r ARRAY<INT>, p MAP<STRING, INT>, "
      "q STRUCT<x: INT, y: ARRAY<STRUCT<z: STRING>>>";
  const Row row({true, int8_t{-1}, int16_t{-2}, -3, int64_t{1} << 40, 1.5f, 0.1,
                 Decimal{12345, 9, 2}, Decimal{__int128{1} << 100, 38, 10}, "é",
                 Binary{std::string("\0\xFF", 2)}, Date{19724}, Timestamp{-1}, TimestampNtz{5},
                 DayTimeInterval{86400000001}, YearMonthInterval{-7},
                 ArrayValue{{Value(1), Value()}}, MapValue{{{"k", Value(1)}, {"z", Value()}}},
                 StructValue{{Value(), Value(ArrayValue{{StructValue{{Value("s")}}}})}}});
  const Row nulls(std::vector<Value>(19));
  const std::string bytes = WriteParquet(ddl, {row, nulls});
  const Result<std::vector<Row>> rows = ReadRows(ParquetFormat(), bytes, MakeRequest(ddl));
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0].ToString(), row.ToString());
  EXPECT_EQ((*rows)[0], row);
  EXPECT_EQ((*rows)[1], nulls);
  const Result<Schema> inferred = ParquetFormat()->InferSchema(
      {{std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(bytes)), ""}}, {});
  ASSERT_TRUE(inferred.ok());
  EXPECT_EQ(inferred->Ddl(), Schema::FromDdl(ddl)->Ddl());
}

TEST(ParquetFormat, MatchesColumnsByName) {
  const std::string bytes = WriteParquet("K INT, v STRING, ignored BOOLEAN",
                                         {Row({1, "a", true}), Row({2, Value(), false})});
  EXPECT_EQ(Read(bytes, "v STRING, extra DOUBLE, k INT"), "[a,NULL,1]\n[NULL,NULL,2]\n");
  EXPECT_EQ(Read(bytes, "k INT, k INT"), "[1,1]\n[2,2]\n");
  EXPECT_EQ(Read(bytes, "extra INT"), "[NULL]\n[NULL]\n");
  FileReadRequest request = MakeRequest("k INT");
  request.columns = Schema();
  request.batch_rows = 1;
  EXPECT_EQ(ReadText(ParquetFormat(), bytes, request), "[]\n[]\n");
}

TEST(ParquetFormat, MatchesFieldsOfStructs) {
  const std::string bytes = WriteParquet(
      "s STRUCT<a: INT, B: ARRAY<STRUCT<x: INT, y: INT>>>",
      {Row({StructValue{{1, Value(ArrayValue{{StructValue{{2, 3}}}})}}}), Row({Value()})});
  EXPECT_EQ(Read(bytes, "s STRUCT<b: ARRAY<STRUCT<y: BIGINT, z: INT>>, c: STRING>"),
            "[{[{3, NULL}], NULL}]\n[NULL]\n");
}

TEST(ParquetFormat, WidensTypes) {
  const std::string ints = WriteForeign(Build(arrow::Int32Builder(), {7}));
  for (const char* type : {"INT", "BIGINT", "SMALLINT"}) {
    EXPECT_EQ(Read(ints, std::string("a ") + type), "[7]\n[NULL]\n") << type;
  }
  EXPECT_EQ(Read(ints, "a DOUBLE"), "[7.0]\n[NULL]\n");
  EXPECT_EQ(Read(ints, "a DECIMAL(12,2)"), "[7.00]\n[NULL]\n");
  EXPECT_EQ(Read(WriteForeign(Build(arrow::FloatBuilder(), {1.5f})), "a DOUBLE"),
            "[1.5]\n[NULL]\n");
  EXPECT_EQ(Read(WriteForeign(Build(arrow::UInt32Builder(), {4000000000u})), "a BIGINT"),
            "[4000000000]\n[NULL]\n");
  EXPECT_EQ(Read(WriteParquet("a DECIMAL(9,2)", {Row({Decimal{150, 9, 2}})}), "a DECIMAL(12,4)"),
            "[1.5000]\n");
  EXPECT_EQ(Read(WriteParquet("a STRING", {Row({"x"})}), "a BINARY"), "[x]\n");
}

TEST(ParquetFormat, ReadsTimestampsOfEveryKind) {
  const auto timestamps = [](arrow::TimeUnit::type unit, int64_t value, const char* zone = "UTC") {
    return Build(
        arrow::TimestampBuilder(arrow::timestamp(unit, zone), arrow::default_memory_pool()),
        {value});
  };
  EXPECT_EQ(Read(WriteForeign(timestamps(arrow::TimeUnit::MILLI, -1)), "a TIMESTAMP"),
            "[1969-12-31 23:59:59.999]\n[NULL]\n");
  EXPECT_EQ(Read(WriteForeign(timestamps(arrow::TimeUnit::NANO, -1)), "a TIMESTAMP"),
            "[1969-12-31 23:59:59.999999]\n[NULL]\n");
  // 9999-12-31 does not fit nanoseconds; as INT96 it does.
  EXPECT_EQ(Read(WriteForeign(timestamps(arrow::TimeUnit::MICRO, 253402214400000000), 10,
                              /*int96=*/true),
                 "a TIMESTAMP"),
            "[9999-12-31 00:00:00]\n[NULL]\n");
  EXPECT_EQ(Read(WriteForeign(timestamps(arrow::TimeUnit::MICRO, 5, "")), "a TIMESTAMP_NTZ"),
            "[1970-01-01 00:00:00.000005]\n[NULL]\n");
}

TEST(ParquetFormat, RefusesOtherTypes) {
  const std::string longs = WriteForeign(Build(arrow::Int64Builder(), {7}));
  for (const char* ddl : {"a INT", "a STRING", "a DOUBLE", "a DECIMAL(12,2)", "a ARRAY<BIGINT>",
                          "a STRUCT<x: INT>", "a BOOLEAN", "a DATE", "a TIMESTAMP"}) {
    const Status status = ReadRows(ParquetFormat(), longs, MakeRequest(ddl)).status();
    ASSERT_EQ(ErrorCondition(status), "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH") << ddl;
    EXPECT_EQ(GetErrorInfo(status)->parameters.at("column"), "[a]");
  }
  for (const char* ddl : {"a INTERVAL", "a ARRAY<INTERVAL>"}) {
    EXPECT_EQ(ErrorCondition(ParquetFormat()
                                 ->OpenWriter(arrow::io::BufferOutputStream::Create().ValueOrDie(),
                                              Schema::FromDdl(ddl).ValueOrDie(), {}, "UTC")
                                 .status()),
              "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE");
  }
}

TEST(ParquetFormat, SkipsRowGroups) {
  std::vector<int64_t> values;
  for (int64_t i = 0; i < 100; ++i) values.push_back(i);
  const std::string bytes = WriteForeign(Build(arrow::Int64Builder(), values), 10);
  const auto count = [&](Predicate::Op op, std::vector<Value> operands) {
    FileReadRequest request = MakeRequest("A BIGINT");
    request.filters = {{.op = op, .column = "A", .values = std::move(operands)}};
    return ReadRows(ParquetFormat(), bytes, request).ValueOrDie().size();
  };
  EXPECT_EQ(count(Predicate::Op::kEqual, {int64_t{15}}), 10u);
  EXPECT_EQ(count(Predicate::Op::kLess, {int64_t{10}}), 10u);
  EXPECT_EQ(count(Predicate::Op::kLessOrEqual, {int64_t{10}}), 20u);
  EXPECT_EQ(count(Predicate::Op::kGreater, {int64_t{89}}), 10u);
  EXPECT_EQ(count(Predicate::Op::kGreaterOrEqual, {int64_t{89}}), 20u);
  EXPECT_EQ(count(Predicate::Op::kIn, {int64_t{5}, int64_t{95}, int64_t{1000}}), 20u);
  EXPECT_EQ(count(Predicate::Op::kIsNull, {}), 1u);
  EXPECT_EQ(count(Predicate::Op::kIsNotNull, {}), 100u);
  EXPECT_EQ(count(Predicate::Op::kEqual, {"text"}), 100u);
}

TEST(ParquetFormat, KeepsOnlyDictionariesThatPay) {
  std::vector<Row> rows;
  for (int64_t i = 0; i < 1000; ++i) {
    rows.push_back(Row({i * 7919, i % 100, 1.0 / static_cast<double>(i + 1), 0.5 * (i % 7),
                        "text " + std::to_string(i), "text " + std::to_string(i % 10), Value()}));
  }
  const std::string ddl =
      "different BIGINT, few BIGINT, reals DOUBLE, halves DOUBLE, texts STRING, words STRING, "
      "nulls BIGINT";
  const auto dictionaries = [&](const std::vector<Row>& written) {
    const std::string bytes = WriteParquet(ddl, written);
    const auto metadata =
        parquet::ParquetFileReader::Open(
            std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(bytes)))
            ->metadata();
    std::string has;
    for (int i = 0; i < metadata->num_columns(); ++i) {
      has += metadata->RowGroup(0)->ColumnChunk(i)->has_dictionary_page() ? '1' : '0';
    }
    EXPECT_EQ(ReadRows(ParquetFormat(), bytes, MakeRequest(ddl)).ValueOrDie(), written);
    return has;
  };
  EXPECT_EQ(dictionaries(rows), "0101011");
  // A few rows do not tell.
  rows.resize(100);
  EXPECT_EQ(dictionaries(rows), "1111111");
}

TEST(ParquetFormat, ChoosesCodecs) {
  for (const char* codec : {"none", "snappy", "gzip", "lz4_raw", "zstd", "brotli"}) {
    const std::string bytes =
        WriteParquet("a INT", {Row({1}), Row({2})}, MakeOptions({{"compression", codec}}));
    EXPECT_EQ(Read(bytes, "a INT"), "[1]\n[2]\n") << codec;
  }
  const auto ending = [](const Options& options) {
    return ParquetFormat()->FileExtension(options).ValueOrDie();
  };
  EXPECT_EQ(ending({}), ".snappy.parquet");
  EXPECT_EQ(ending(MakeOptions({{"compression", "none"}})), ".parquet");
  EXPECT_EQ(ending(MakeOptions({{"parquet.compression", "GZIP"}})), ".gz.parquet");
  EXPECT_EQ(ErrorCondition(
                ParquetFormat()->FileExtension(MakeOptions({{"compression", "lzo"}})).status()),
            "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION");
}

TEST(ParquetFormat, ReportsDamage) {
  std::vector<Row> rows;
  for (int i = 0; i < 500; ++i) rows.push_back(Row({i, "text " + std::to_string(i * 7919)}));
  const std::string good = WriteParquet("a INT, b STRING", rows);
  const FileReadRequest request = MakeRequest("a INT, b STRING");
  EXPECT_EQ(ErrorCondition(ReadRows(ParquetFormat(), "", request).status()),
            "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER");
  for (size_t length = 1; length < good.size(); length += 97) {
    EXPECT_EQ(ErrorCondition(ReadRows(ParquetFormat(), good.substr(0, length), request).status()),
              "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER")
        << length;
  }
  // A flipped byte may go unnoticed in a value, but never crashes.
  for (size_t position = 0; position < good.size(); position += 13) {
    std::string bad = good;
    bad[position] = static_cast<char>(bad[position] ^ 0x55);
    const Result<std::vector<Row>> result = ReadRows(ParquetFormat(), bad, request);
    EXPECT_TRUE(result.ok() || ErrorCondition(result.status()) != "") << position;
  }
}

}  // namespace
}  // namespace firesteel
