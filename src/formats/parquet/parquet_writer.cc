#include "formats/parquet/parquet_writer.h"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "arrow/array/array_base.h"
#include "arrow/io/interfaces.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "arrow/util/byte_size.h"
#include "arrow/util/key_value_metadata.h"
#include "common/error.h"
#include "formats/parquet/dictionary_choice.h"
#include "formats/parquet/parquet_conversion.h"
#include "parquet/arrow/writer.h"
#include "parquet/properties.h"

namespace firesteel {
namespace {

// A row group ends when it has taken this many bytes of columns (before encoding).
constexpr int64_t kRowGroupBytes = int64_t{64} << 20;
constexpr char kCreator[] = "firesteel";

struct ParquetCodec {
  std::string_view name;
  std::string_view ending;
  arrow::Compression::type codec;
};

constexpr std::array<ParquetCodec, 7> kParquetCodecs{{
    {"none", "", arrow::Compression::UNCOMPRESSED},
    {"uncompressed", "", arrow::Compression::UNCOMPRESSED},
    {"snappy", ".snappy", arrow::Compression::SNAPPY},
    {"gzip", ".gz", arrow::Compression::GZIP},
    {"lz4_raw", ".lz4raw", arrow::Compression::LZ4},
    {"zstd", ".zstd", arrow::Compression::ZSTD},
    {"brotli", ".br", arrow::Compression::BROTLI},
}};

Result<ParquetCodec> ParquetCodecOf(const Options& options) {
  const std::string name =
      options.GetOr("compression", options.GetOr("parquet.compression", "snappy"));
  std::string lower = name;
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  for (const ParquetCodec& row : kParquetCodecs) {
    if (row.name == lower) return row;
  }
  return MakeError(
      "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION",
      {{"codecName", name},
       {"availableCodecs", "none, uncompressed, snappy, gzip, lz4_raw, zstd, brotli"}});
}

/// Opens the file with the first rows: they show which columns a dictionary is worth while for.
class ParquetWriter : public FileFormatWriter {
 public:
  ParquetWriter(std::shared_ptr<arrow::io::OutputStream> out, const Schema& schema,
                std::shared_ptr<arrow::Schema> file_schema, arrow::Compression::type codec)
      : out_(std::move(out)),
        schema_(schema),
        file_schema_(std::move(file_schema)),
        codec_(codec) {}

  Status Write(const arrow::RecordBatch& batch) override {
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (int i = 0; i < schema_.size(); ++i) {
      arrays.push_back(ConvertToParquet(batch.column(i), schema_.field(i).type));
    }
    const auto converted =
        arrow::RecordBatch::Make(file_schema_, batch.num_rows(), std::move(arrays));
    if (writer_ == nullptr) ARROW_RETURN_NOT_OK(Open(converted.get()));
    if (group_bytes_ >= kRowGroupBytes) {
      ARROW_RETURN_NOT_OK(writer_->NewBufferedRowGroup());
      group_bytes_ = 0;
    }
    ARROW_ASSIGN_OR_RAISE(const int64_t bytes, arrow::util::ReferencedBufferSize(*converted));
    group_bytes_ += bytes;
    return writer_->WriteRecordBatch(*converted);
  }

  Status Finish() override {
    if (writer_ == nullptr) ARROW_RETURN_NOT_OK(Open(nullptr));
    return writer_->Close();
  }

 private:
  Status Open(const arrow::RecordBatch* first_rows) {
    parquet::WriterProperties::Builder properties;
    properties.compression(codec_)->created_by(kCreator)->enable_store_decimal_as_integer();
    for (int i = 0; first_rows != nullptr && i < schema_.size(); ++i) {
      if (IsWorthADictionary(*first_rows->column(i))) continue;
      properties.disable_dictionary(schema_.field(i).name);
    }
    ARROW_ASSIGN_OR_RAISE(
        writer_, parquet::arrow::FileWriter::Open(*file_schema_, arrow::default_memory_pool(), out_,
                                                  properties.build(),
                                                  parquet::default_arrow_writer_properties()));
    return writer_->AddKeyValueMetadata(
        arrow::key_value_metadata({kSparkSchemaKey}, {schema_.Json()}));
  }

  const std::shared_ptr<arrow::io::OutputStream> out_;
  const Schema schema_;
  const std::shared_ptr<arrow::Schema> file_schema_;
  const arrow::Compression::type codec_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  int64_t group_bytes_ = 0;
};

}  // namespace

Result<std::string> ParquetFileExtension(const Options& options) {
  ARROW_ASSIGN_OR_RAISE(const ParquetCodec codec, ParquetCodecOf(options));
  return std::string(codec.ending) + ".parquet";
}

Result<std::unique_ptr<FileFormatWriter>> OpenParquetWriter(
    std::shared_ptr<arrow::io::OutputStream> out, const Schema& schema, const Options& options) {
  ARROW_ASSIGN_OR_RAISE(const ParquetCodec codec, ParquetCodecOf(options));
  arrow::FieldVector fields;
  for (const StructField& field : schema.fields()) {
    if (!CanWriteParquet(field.type)) {
      return MakeError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
                       {{"format", "Parquet"},
                        {"columnName", "`" + field.name + "`"},
                        {"columnType", "\"" + field.type.Sql() + "\""}});
    }
    fields.push_back(arrow::field(field.name, ToParquetType(field.type), field.nullable));
    if (schema.IndexOf(field.name) + 1 != static_cast<int>(fields.size())) {
      return Status::Invalid("A Parquet file cannot have two columns of the name ", field.name,
                             ".");
    }
  }
  return std::make_unique<ParquetWriter>(std::move(out), schema, arrow::schema(std::move(fields)),
                                         codec.codec);
}

}  // namespace firesteel
