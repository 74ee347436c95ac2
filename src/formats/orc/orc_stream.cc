#include "formats/orc/orc_stream.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "arrow/buffer.h"
#include "arrow/util/compression.h"

namespace firesteel {
namespace {

Result<std::unique_ptr<arrow::util::Codec>> MakeCodec(arrow::Compression::type codec) {
  if (codec != arrow::Compression::GZIP) return arrow::util::Codec::Create(codec);
  // ORC has deflated data without the frame of zlib or gzip.
  arrow::util::GZipCodecOptions options;
  options.gzip_format = arrow::util::GZipFormat::DEFLATE;
  return arrow::util::Codec::Create(codec, options);
}

}  // namespace

OrcStream::OrcStream() = default;

OrcStream::~OrcStream() = default;

Result<std::unique_ptr<OrcStream>> OrcStream::Make(std::shared_ptr<arrow::Buffer> bytes,
                                                   const OrcCompression& compression) {
  auto stream = std::make_unique<OrcStream>();
  stream->bytes_ = std::move(bytes);
  stream->rest_ = std::string_view(*stream->bytes_);
  stream->block_bytes_ = compression.block_bytes;
  if (compression.codec == arrow::Compression::UNCOMPRESSED) {
    stream->next_ = stream->rest_.data();
    stream->end_ = stream->next_ + stream->rest_.size();
    stream->rest_ = {};
  } else {
    ARROW_ASSIGN_OR_RAISE(stream->codec_, MakeCodec(compression.codec));
  }
  return stream;
}

// Fills block_; returns how many bytes it got. Zstandard wants to know the size beforehand, unless
// it is read as a stream.
Result<int64_t> OrcStream::Decompress(std::string_view data) {
  if (codec_->compression_type() != arrow::Compression::ZSTD) {
    return codec_->Decompress(static_cast<int64_t>(data.size()),
                              reinterpret_cast<const uint8_t*>(data.data()), block_bytes_,
                              reinterpret_cast<uint8_t*>(block_.data()));
  }
  ARROW_ASSIGN_OR_RAISE(const auto decompressor, codec_->MakeDecompressor());
  const auto* input = reinterpret_cast<const uint8_t*>(data.data());
  auto input_bytes = static_cast<int64_t>(data.size());
  auto* output = reinterpret_cast<uint8_t*>(block_.data());
  int64_t done = 0;
  while (input_bytes > 0) {
    ARROW_ASSIGN_OR_RAISE(
        const auto step,
        decompressor->Decompress(input_bytes, input, block_bytes_ - done, output + done));
    if (step.bytes_read == 0 && step.bytes_written == 0) {
      return Status::IOError("A block is damaged.");
    }
    input += step.bytes_read;
    input_bytes -= step.bytes_read;
    done += step.bytes_written;
  }
  return done;
}

// Opens the next block that holds a byte; false when there is none, or a damaged one.
bool OrcStream::NextBlock() {
  while (!rest_.empty()) {
    if (rest_.size() < 3) return false;
    const auto byte = [this](size_t i) { return uint32_t{static_cast<uint8_t>(rest_[i])}; };
    const uint32_t header = byte(0) | byte(1) << 8 | byte(2) << 16;
    const size_t count = header >> 1;
    rest_.remove_prefix(3);
    if (count > rest_.size()) return false;
    const std::string_view data = rest_.substr(0, count);
    rest_.remove_prefix(count);
    if (header & 1) {
      next_ = data.data();
      end_ = next_ + data.size();
    } else {
      block_.resize(static_cast<size_t>(block_bytes_));
      damaged_ = true;  // until it is open
      const Result<int64_t> bytes = Decompress(data);
      if (!bytes.ok() || *bytes < 0 || *bytes > block_bytes_) return false;
      next_ = block_.data();
      end_ = next_ + *bytes;
      damaged_ = false;
    }
    if (next_ != end_) return true;
  }
  return false;
}

bool OrcStream::Refill() {
  if (!failed_ && codec_ != nullptr && NextBlock()) return true;
  failed_ = true;
  next_ = end_ = nullptr;
  return false;
}

void OrcStream::Read(void* out, size_t byte_count) {
  char* to = static_cast<char*>(out);
  while (byte_count > 0) {
    if (next_ == end_ && !Refill()) {
      std::memset(to, 0, byte_count);
      return;
    }
    const size_t taken = std::min(byte_count, static_cast<size_t>(end_ - next_));
    std::memcpy(to, next_, taken);
    next_ += taken;
    to += taken;
    byte_count -= taken;
  }
}

uint64_t OrcStream::ReadVarint() {
  uint64_t number = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const uint8_t byte = ReadByte();
    number |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return number;
  }
  failed_ = true;
  return number;
}

Result<std::string> OrcStream::ReadAll(std::shared_ptr<arrow::Buffer> bytes,
                                       const OrcCompression& compression) {
  ARROW_ASSIGN_OR_RAISE(const std::unique_ptr<OrcStream> stream,
                        Make(std::move(bytes), compression));
  std::string all(stream->next_, stream->end_);
  if (stream->codec_ == nullptr) return all;
  while (stream->NextBlock()) all.append(stream->next_, stream->end_);
  if (!stream->rest_.empty() || stream->damaged_) {
    return Status::IOError("A block of the ORC file is damaged.");
  }
  return all;
}

}  // namespace firesteel
