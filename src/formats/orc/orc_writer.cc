#include "formats/orc/orc_writer.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "arrow/io/interfaces.h"
#include "arrow/record_batch.h"
#include "arrow/util/compression.h"
#include "common/error.h"
#include "formats/orc/orc_column_writer.h"
#include "formats/orc/orc_encoding.h"
#include "types/column_view.h"

namespace firesteel {
namespace {

struct OrcCodec {
  std::string_view name;
  std::string_view ending;
  arrow::Compression::type codec;
};

constexpr std::array<OrcCodec, 6> kOrcCodecs{{
    {"none", "", arrow::Compression::UNCOMPRESSED},
    {"uncompressed", "", arrow::Compression::UNCOMPRESSED},
    {"snappy", ".snappy", arrow::Compression::SNAPPY},
    {"zlib", ".zlib", arrow::Compression::GZIP},
    {"lz4", ".lz4", arrow::Compression::LZ4},
    {"zstd", ".zstd", arrow::Compression::ZSTD},
}};

Result<OrcCodec> OrcCodecOf(const Options& options) {
  const std::string name = options.GetOr("compression", options.GetOr("orc.compress", "zstd"));
  std::string lower = name;
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  for (const OrcCodec& row : kOrcCodecs) {
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

// ORC's number of a codec.
uint64_t CodecNumber(arrow::Compression::type codec) {
  switch (codec) {
    case arrow::Compression::GZIP:
      return 1;
    case arrow::Compression::SNAPPY:
      return 2;
    case arrow::Compression::LZ4:
      return 4;
    case arrow::Compression::ZSTD:
      return 5;
    default:
      return 0;
  }
}

class OrcWriter : public FileFormatWriter {
 public:
  static Result<std::unique_ptr<FileFormatWriter>> Make(
      std::shared_ptr<arrow::io::OutputStream> out, const Schema& schema,
      arrow::Compression::type codec) {
    auto writer = std::unique_ptr<OrcWriter>(new OrcWriter(std::move(out), schema, codec));
    if (codec == arrow::Compression::GZIP) {
      arrow::util::GZipCodecOptions options;
      options.gzip_format = arrow::util::GZipFormat::DEFLATE;
      ARROW_ASSIGN_OR_RAISE(writer->codec_, arrow::util::Codec::Create(codec, options));
    } else if (codec != arrow::Compression::UNCOMPRESSED) {
      ARROW_ASSIGN_OR_RAISE(writer->codec_, arrow::util::Codec::Create(codec));
    }
    ARROW_RETURN_NOT_OK(writer->Put(kMagic));
    return writer;
  }

  Status Write(const arrow::RecordBatch& batch) override {
    for (int i = 0; i < schema_.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(const ColumnView view,
                            ColumnView::Make(*batch.column_data(i), schema_.field(i).type));
      columns_[i].Append(view, 0, batch.num_rows());
    }
    stripe_rows_ += batch.num_rows();
    int64_t bytes = 0;
    for (const OrcColumnWriter& column : columns_) bytes += column.bytes();
    return bytes < kStripeBytes ? Status::OK() : WriteStripe();
  }

  Status Finish() override {
    if (stripe_rows_ > 0) ARROW_RETURN_NOT_OK(WriteStripe());
    ProtobufWriter footer;
    footer.AddNumber(1, kMagic.size());
    footer.AddNumber(2, static_cast<uint64_t>(offset_));
    for (const std::string& stripe : stripes_) footer.AddBytes(3, stripe);
    for (const std::string& type : Types()) footer.AddBytes(4, type);
    footer.AddNumber(6, static_cast<uint64_t>(rows_));
    footer.AddNumber(8, 0);   // there are no indexes of rows
    footer.AddNumber(11, 2);  // all dates are of the Gregorian calendar
    footer.AddBytes(12, "firesteel");
    ARROW_ASSIGN_OR_RAISE(const std::string packed, Pack(footer.bytes()));
    ARROW_RETURN_NOT_OK(Put(packed));
    ProtobufWriter script;
    script.AddNumber(1, packed.size());
    script.AddNumber(2, CodecNumber(compression_));
    script.AddNumber(3, kBlockBytes);
    script.AddBytes(4, std::string_view("\0\x0C", 2));  // version 0.12
    script.AddNumber(5, 0);
    script.AddNumber(6, kWriterVersion);
    script.AddBytes(8000, kMagic);
    ARROW_RETURN_NOT_OK(Put(script.bytes()));
    const char script_bytes = static_cast<char>(script.bytes().size());
    return Put(std::string_view(&script_bytes, 1));
  }

 private:
  static constexpr std::string_view kMagic = "ORC";
  static constexpr int64_t kStripeBytes = int64_t{64} << 20;
  static constexpr size_t kBlockBytes = size_t{256} << 10;
  // Says that the known mistakes of older writers are not made here.
  static constexpr uint64_t kWriterVersion = 9;

  OrcWriter(std::shared_ptr<arrow::io::OutputStream> out, const Schema& schema,
            arrow::Compression::type codec)
      : schema_(schema), compression_(codec), out_(std::move(out)) {
    uint32_t node = 1;
    for (const StructField& field : schema.fields()) {
      columns_.emplace_back(field.type, node);
      node = columns_.back().next_node();
    }
    node_count_ = node;
  }

  std::vector<std::string> Types() const {
    std::vector<std::string> types;
    ProtobufWriter row;
    row.AddNumber(1, OrcType::kStruct);
    std::string numbers;
    uint32_t node = 1;
    for (const OrcColumnWriter& column : columns_) {
      AppendVarint(node, &numbers);
      node = column.next_node();
    }
    row.AddBytes(2, numbers);
    for (const StructField& field : schema_.fields()) row.AddBytes(3, field.name);
    types.push_back(row.bytes());
    for (const OrcColumnWriter& column : columns_) column.AppendTypes(&types);
    return types;
  }

  Status Put(std::string_view bytes) {
    offset_ += static_cast<int64_t>(bytes.size());
    return out_->Write(bytes.data(), static_cast<int64_t>(bytes.size()));
  }

  // Compresses bytes block by block; a block that gains nothing by it is kept as it is.
  Result<std::string> Pack(std::string_view bytes) const {
    if (codec_ == nullptr) return std::string(bytes);
    std::string packed;
    std::string block;
    while (!bytes.empty()) {
      const std::string_view piece = bytes.substr(0, kBlockBytes);
      bytes.remove_prefix(piece.size());
      const auto* input = reinterpret_cast<const uint8_t*>(piece.data());
      const auto input_bytes = static_cast<int64_t>(piece.size());
      block.resize(static_cast<size_t>(codec_->MaxCompressedLen(input_bytes, input)));
      ARROW_ASSIGN_OR_RAISE(
          const int64_t block_bytes,
          codec_->Compress(input_bytes, input, static_cast<int64_t>(block.size()),
                           reinterpret_cast<uint8_t*>(block.data())));
      const bool gains = block_bytes < input_bytes;
      const auto header = static_cast<uint32_t>((gains ? block_bytes : input_bytes) << 1 |
                                                (gains ? 0 : 1));
      for (const int shift : {0, 8, 16}) packed.push_back(static_cast<char>(header >> shift));
      packed.append(gains ? std::string_view(block).substr(0, static_cast<size_t>(block_bytes))
                          : piece);
    }
    return packed;
  }

  Status WriteStripe() {
    std::vector<OrcColumnWriter::Stream> streams;
    for (OrcColumnWriter& column : columns_) column.Finish(&streams);
    const int64_t start = offset_;
    ProtobufWriter footer;
    for (const OrcColumnWriter::Stream& stream : streams) {
      ARROW_ASSIGN_OR_RAISE(const std::string packed, Pack(stream.bytes));
      ARROW_RETURN_NOT_OK(Put(packed));
      ProtobufWriter entry;
      entry.AddNumber(1, stream.kind);
      entry.AddNumber(2, stream.column);
      entry.AddNumber(3, packed.size());
      footer.AddBytes(1, entry.bytes());
    }
    ProtobufWriter direct;
    direct.AddNumber(1, 0);
    for (uint32_t node = 0; node < node_count_; ++node) footer.AddBytes(2, direct.bytes());
    footer.AddBytes(3, "UTC");
    const int64_t data_bytes = offset_ - start;
    ARROW_ASSIGN_OR_RAISE(const std::string packed, Pack(footer.bytes()));
    ARROW_RETURN_NOT_OK(Put(packed));
    ProtobufWriter stripe;
    stripe.AddNumber(1, static_cast<uint64_t>(start));
    stripe.AddNumber(2, 0);
    stripe.AddNumber(3, static_cast<uint64_t>(data_bytes));
    stripe.AddNumber(4, packed.size());
    stripe.AddNumber(5, static_cast<uint64_t>(stripe_rows_));
    stripes_.push_back(stripe.bytes());
    rows_ += std::exchange(stripe_rows_, 0);
    return Status::OK();
  }

  const Schema schema_;
  const arrow::Compression::type compression_;
  const std::shared_ptr<arrow::io::OutputStream> out_;
  std::unique_ptr<arrow::util::Codec> codec_;  // null: files are not compressed
  std::vector<OrcColumnWriter> columns_;
  uint32_t node_count_ = 0;
  int64_t offset_ = 0;
  int64_t stripe_rows_ = 0;
  int64_t rows_ = 0;
  std::vector<std::string> stripes_;  // their entries in the footer
};

}  // namespace

Result<std::string> OrcFileExtension(const Options& options) {
  ARROW_ASSIGN_OR_RAISE(const OrcCodec codec, OrcCodecOf(options));
  return std::string(codec.ending) + ".orc";
}

Result<std::unique_ptr<FileFormatWriter>> OpenOrcWriter(
    std::shared_ptr<arrow::io::OutputStream> out, const Schema& schema, const Options& options) {
  ARROW_ASSIGN_OR_RAISE(const OrcCodec codec, OrcCodecOf(options));
  for (int i = 0; i < schema.size(); ++i) {
    const StructField& field = schema.field(i);
    if (schema.IndexOf(field.name) != i) {
      return Status::Invalid("An ORC file cannot have two columns of the name ", field.name, ".");
    }
    if (CanWrite(field.type)) continue;
    return MakeError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
                     {{"format", "ORC"},
                      {"columnName", "`" + field.name + "`"},
                      {"columnType", "\"" + field.type.Sql() + "\""}});
  }
  return OrcWriter::Make(std::move(out), schema, codec.codec);
}

}  // namespace firesteel
