#include "formats/orc/orc_writer.h"

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>
#include <utility>
#include <vector>

#include "arrow/adapters/orc/adapter.h"
#include "arrow/array/array_base.h"
#include "arrow/array/data.h"
#include "arrow/array/util.h"
#include "arrow/io/interfaces.h"
#include "arrow/record_batch.h"
#include "arrow/type.h"
#include "arrow/util/key_value_metadata.h"
#include "common/error.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

constexpr char kSparkTypeKey[] = "spark.sql.catalyst.type";

struct CodecRow {
  std::string_view name;
  std::string_view ending;
  arrow::Compression::type codec;
};

constexpr std::array<CodecRow, 6> kCodecs{{
    {"none", "", arrow::Compression::UNCOMPRESSED},
    {"uncompressed", "", arrow::Compression::UNCOMPRESSED},
    {"snappy", ".snappy", arrow::Compression::SNAPPY},
    {"zlib", ".zlib", arrow::Compression::GZIP},
    {"lz4", ".lz4", arrow::Compression::LZ4},
    {"zstd", ".zstd", arrow::Compression::ZSTD},
}};

Result<CodecRow> CodecOf(const Options& options) {
  const std::string name = options.GetOr("compression", options.GetOr("orc.compress", "zstd"));
  std::string lower = name;
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  for (const CodecRow& row : kCodecs) {
    if (row.name == lower) return row;
  }
  return MakeError("CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION",
                   {{"codecName", name},
                    {"availableCodecs", "none, uncompressed, snappy, zlib, lz4, zstd"}});
}

bool CanWrite(const DataType& type) {
  switch (type.id()) {
    case TypeId::kNull:
    case TypeId::kCalendarInterval:
      return false;
    case TypeId::kArray:
      return CanWrite(type.element_type());
    case TypeId::kMap:
      return CanWrite(type.key_type()) && CanWrite(type.value_type());
    case TypeId::kStruct:
      return std::all_of(type.fields().begin(), type.fields().end(),
                         [](const StructField& field) { return CanWrite(field.type); });
    default:
      return true;
  }
}

std::shared_ptr<arrow::DataType> ToOrcType(const DataType& type);

// Makes a field, with a note of what the type is to Spark where ORC has no such type.
std::shared_ptr<arrow::Field> ToOrcField(const std::string& name, const DataType& type) {
  std::shared_ptr<arrow::Field> field = arrow::field(name, ToOrcType(type));
  switch (type.id()) {
    case TypeId::kTimestampNtz:
    case TypeId::kDayTimeInterval:
    case TypeId::kYearMonthInterval:
      return field->WithMetadata(
          arrow::key_value_metadata({kSparkTypeKey}, {type.SimpleString()}));
    default:
      return field;
  }
}

std::shared_ptr<arrow::DataType> ToOrcType(const DataType& type) {
  switch (type.id()) {
    // A zone would make it ORC's other kind of timestamp, which Spark does not write.
    case TypeId::kTimestamp:
    case TypeId::kTimestampNtz:
      return arrow::timestamp(arrow::TimeUnit::MICRO);
    case TypeId::kDayTimeInterval:
      return arrow::int64();
    case TypeId::kYearMonthInterval:
      return arrow::int32();
    case TypeId::kArray:
      return arrow::list(ToOrcField("item", type.element_type()));
    case TypeId::kMap:
      return std::make_shared<arrow::MapType>(
          ToOrcField("key", type.key_type())->WithNullable(false),
          ToOrcField("value", type.value_type()));
    case TypeId::kStruct: {
      arrow::FieldVector fields;
      for (const StructField& field : type.fields()) {
        fields.push_back(ToOrcField(field.name, field.type));
      }
      return arrow::struct_(std::move(fields));
    }
    default:
      return ToArrowType(type);
  }
}

// Swaps the types of a column and of everything inside of it.
std::shared_ptr<arrow::ArrayData> WithOrcTypes(const arrow::ArrayData& data, const DataType& type) {
  std::shared_ptr<arrow::ArrayData> copy = data.Copy();
  copy->type = ToOrcType(type);
  switch (type.id()) {
    case TypeId::kArray:
      copy->child_data[0] = WithOrcTypes(*data.child_data[0], type.element_type());
      break;
    case TypeId::kMap: {
      std::shared_ptr<arrow::ArrayData> entries = data.child_data[0]->Copy();
      entries->type = copy->type->field(0)->type();
      entries->child_data = {WithOrcTypes(*entries->child_data[0], type.key_type()),
                             WithOrcTypes(*entries->child_data[1], type.value_type())};
      copy->child_data[0] = std::move(entries);
      break;
    }
    case TypeId::kStruct:
      for (size_t i = 0; i < type.fields().size(); ++i) {
        copy->child_data[i] = WithOrcTypes(*data.child_data[i], type.fields()[i].type);
      }
      break;
    default:
      break;
  }
  return copy;
}

// Passes everything on but Close: the ORC library closes what it writes into, which is not its own.
class KeptOpenStream : public arrow::io::OutputStream {
 public:
  explicit KeptOpenStream(std::shared_ptr<arrow::io::OutputStream> out) : out_(std::move(out)) {}
  ~KeptOpenStream() override = default;
  Status Close() override {
    closed_ = true;
    return out_->Flush();
  }
  bool closed() const override { return closed_; }
  Result<int64_t> Tell() const override { return out_->Tell(); }
  using arrow::io::OutputStream::Write;
  Status Write(const void* data, int64_t byte_count) override {
    return out_->Write(data, byte_count);
  }

 private:
  std::shared_ptr<arrow::io::OutputStream> out_;
  bool closed_ = false;
};

class OrcWriter : public FileFormatWriter {
 public:
  static Result<std::unique_ptr<FileFormatWriter>> Make(
      std::shared_ptr<arrow::io::OutputStream> out, const Schema& schema,
      arrow::Compression::type codec) {
    auto writer = std::unique_ptr<OrcWriter>(new OrcWriter(std::move(out), schema));
    arrow::adapters::orc::WriteOptions options;
    options.compression = codec;
    ARROW_ASSIGN_OR_RAISE(writer->writer_,
                          arrow::adapters::orc::ORCFileWriter::Open(&writer->out_, options));
    return writer;
  }

  Status Write(const arrow::RecordBatch& batch) override {
    if (batch.num_rows() == 0) return Status::OK();
    has_rows_ = true;
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (int i = 0; i < schema_.size(); ++i) {
      columns.push_back(
          arrow::MakeArray(WithOrcTypes(*batch.column_data(i), schema_.field(i).type)));
    }
    return WriteBatch(*arrow::RecordBatch::Make(file_schema_, batch.num_rows(),
                                                std::move(columns)));
  }

  Status Finish() override {
    // The library knows the schema from the first batch only.
    if (!has_rows_) {
      ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::RecordBatch> empty,
                            arrow::RecordBatch::MakeEmpty(file_schema_));
      ARROW_RETURN_NOT_OK(WriteBatch(*empty));
    }
    return CatchingExceptions([&] { return writer_->Close(); });
  }

 private:
  OrcWriter(std::shared_ptr<arrow::io::OutputStream> out, const Schema& schema)
      : schema_(schema), out_(std::move(out)) {
    arrow::FieldVector fields;
    for (const StructField& field : schema.fields()) {
      fields.push_back(ToOrcField(field.name, field.type));
    }
    file_schema_ = arrow::schema(std::move(fields));
  }

  Status WriteBatch(const arrow::RecordBatch& batch) {
    return CatchingExceptions([&] { return writer_->Write(batch); });
  }

  template <typename Body>
  static Status CatchingExceptions(const Body& body) {
    try {
      return body();
    } catch (const std::exception& exception) {
      return Status::IOError(exception.what());
    }
  }

  const Schema schema_;
  KeptOpenStream out_;
  std::shared_ptr<arrow::Schema> file_schema_;
  std::unique_ptr<arrow::adapters::orc::ORCFileWriter> writer_;  // writes into out_
  bool has_rows_ = false;
};

}  // namespace

Result<std::string> OrcFileExtension(const Options& options) {
  ARROW_ASSIGN_OR_RAISE(const CodecRow codec, CodecOf(options));
  return std::string(codec.ending) + ".orc";
}

Result<std::unique_ptr<FileFormatWriter>> OpenOrcWriter(
    std::shared_ptr<arrow::io::OutputStream> out, const Schema& schema, const Options& options) {
  ARROW_ASSIGN_OR_RAISE(const CodecRow codec, CodecOf(options));
  for (const StructField& field : schema.fields()) {
    if (CanWrite(field.type)) continue;
    return MakeError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
                     {{"format", "ORC"},
                      {"columnName", "`" + field.name + "`"},
                      {"columnType", "\"" + field.type.Sql() + "\""}});
  }
  return OrcWriter::Make(std::move(out), schema, codec.codec);
}

}  // namespace firesteel
