#include "formats/compression.h"

#include <array>
#include <utility>

#include "arrow/buffer.h"
#include "arrow/io/compressed.h"
#include "arrow/io/interfaces.h"
#include "arrow/util/compression.h"
#include "common/error.h"
#include "formats/hadoop_block_stream.h"

namespace firesteel {
namespace {

enum class Codec { kNone, kGzip, kDeflate, kBzip2, kZstd, kSnappy, kLz4, kUnsupported };

struct CodecRow {
  std::string_view name;    // of the option `compression`
  std::string_view ending;  // of files
  Codec codec;
};

// Every codec that Spark knows for text files.
constexpr std::array<CodecRow, 9> kCodecs{{
    {"none", "", Codec::kNone},
    {"uncompressed", "", Codec::kNone},
    {"gzip", ".gz", Codec::kGzip},
    {"deflate", ".deflate", Codec::kDeflate},
    {"bzip2", ".bz2", Codec::kBzip2},
    {"zstd", ".zst", Codec::kZstd},
    {"snappy", ".snappy", Codec::kSnappy},
    {"lz4", ".lz4", Codec::kLz4},
    {"lzo", ".lzo", Codec::kUnsupported},
}};

constexpr char kCodecNames[] = "none, uncompressed, gzip, deflate, bzip2, zstd, snappy, lz4";

// Whether Hadoop frames the codec's output, which has no form of its own.
bool IsFramed(Codec codec) { return codec == Codec::kSnappy || codec == Codec::kLz4; }

Result<std::unique_ptr<arrow::util::Codec>> MakeCodec(Codec codec) {
  switch (codec) {
    case Codec::kGzip:
      return arrow::util::Codec::Create(arrow::Compression::GZIP);
    case Codec::kDeflate: {
      arrow::util::GZipCodecOptions options;
      options.gzip_format = arrow::util::GZipFormat::ZLIB;
      return arrow::util::Codec::Create(arrow::Compression::GZIP, options);
    }
    case Codec::kBzip2:
      return arrow::util::Codec::Create(arrow::Compression::BZ2);
    case Codec::kZstd:
      return arrow::util::Codec::Create(arrow::Compression::ZSTD);
    case Codec::kSnappy:
      return arrow::util::Codec::Create(arrow::Compression::SNAPPY);
    case Codec::kLz4:
      return arrow::util::Codec::Create(arrow::Compression::LZ4);
    case Codec::kNone:
    case Codec::kUnsupported:
      break;
  }
  return InternalError("A codec was asked for where there is none.");
}

// A name is looked up without its case.
Result<CodecRow> FindCodec(std::string_view name) {
  std::string lower(name);
  for (char& letter : lower) {
    if (letter >= 'A' && letter <= 'Z') letter += 'a' - 'A';
  }
  for (const CodecRow& row : kCodecs) {
    if (row.name == lower && row.codec != Codec::kUnsupported) return row;
  }
  return MakeError("CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION",
                   {{"codecName", std::string(name)},
                    {"availableCodecs", kCodecNames}});
}

// Passes everything on but Close: a compressing stream closes what it writes into, which is not its
// own here.
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
  Status Flush() override { return out_->Flush(); }

 private:
  std::shared_ptr<arrow::io::OutputStream> out_;
  bool closed_ = false;
};

}  // namespace

Result<std::shared_ptr<arrow::io::InputStream>> OpenDecompressed(
    std::shared_ptr<arrow::io::RandomAccessFile> file, const std::string& path) {
  for (const CodecRow& row : kCodecs) {
    if (row.ending.empty() || !std::string_view(path).ends_with(row.ending)) continue;
    if (row.codec == Codec::kUnsupported) {
      return MakeError("CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION",
                       {{"codecName", std::string(row.name)},
                        {"availableCodecs", kCodecNames}});
    }
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<arrow::util::Codec> codec, MakeCodec(row.codec));
    if (IsFramed(row.codec)) return ReadHadoopBlocks(std::move(file), std::move(codec));
    return arrow::io::CompressedInputStream::Make(codec.get(), std::move(file));
  }
  return file;
}

Result<std::shared_ptr<arrow::io::InputStream>> OpenDecompressedByContent(
    std::shared_ptr<arrow::io::RandomAccessFile> file) {
  constexpr std::pair<std::string_view, std::string_view> kFirstBytes[] = {
      {"\x1F\x8B", ".gz"}, {"BZh", ".bz2"}, {"\x28\xB5\x2F\xFD", ".zst"}};
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Buffer> start, file->ReadAt(0, 4));
  const std::string_view bytes(*start);
  for (const auto& [first_bytes, ending] : kFirstBytes) {
    if (bytes.starts_with(first_bytes))
      return OpenDecompressed(std::move(file), std::string(ending));
  }
  return file;
}

Result<std::string> CompressedFileEnding(std::string_view codec) {
  ARROW_ASSIGN_OR_RAISE(const CodecRow row, FindCodec(codec));
  return std::string(row.ending);
}

Result<std::shared_ptr<arrow::io::OutputStream>> OpenCompressed(
    std::shared_ptr<arrow::io::OutputStream> out, std::string_view codec) {
  ARROW_ASSIGN_OR_RAISE(const CodecRow row, FindCodec(codec));
  auto kept_open = std::make_shared<KeptOpenStream>(std::move(out));
  if (row.codec == Codec::kNone) return kept_open;
  ARROW_ASSIGN_OR_RAISE(std::unique_ptr<arrow::util::Codec> made, MakeCodec(row.codec));
  if (IsFramed(row.codec)) return WriteHadoopBlocks(std::move(kept_open), std::move(made));
  return arrow::io::CompressedOutputStream::Make(made.get(), std::move(kept_open));
}

}  // namespace firesteel
