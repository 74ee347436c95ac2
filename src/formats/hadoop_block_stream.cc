#include "formats/hadoop_block_stream.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "arrow/buffer.h"
#include "arrow/io/interfaces.h"
#include "arrow/util/compression.h"

namespace firesteel {
namespace {

constexpr size_t kBlockBytes = size_t{256} << 10;
// Keeps a damaged count from taking all memory. Hadoop's own buffers are far smaller.
constexpr uint32_t kLargestBlockBytes = uint32_t{256} << 20;

Status Damaged(const char* what) {
  return Status::IOError("The compressed data is damaged: ", what, ".");
}

class HadoopBlockReader : public arrow::io::InputStream {
 public:
  HadoopBlockReader(std::shared_ptr<arrow::io::InputStream> in,
                    std::unique_ptr<arrow::util::Codec> codec)
      : in_(std::move(in)), codec_(std::move(codec)) {}
  ~HadoopBlockReader() override = default;
  Status Close() override { return in_->Close(); }
  bool closed() const override { return in_->closed(); }
  Result<int64_t> Tell() const override { return told_; }

  Result<int64_t> Read(int64_t byte_count, void* out) override {
    int64_t given = 0;
    while (given < byte_count) {
      if (next_ == chunk_.size()) {
        ARROW_ASSIGN_OR_RAISE(const bool more, NextChunk());
        if (!more) break;
        continue;
      }
      const size_t bytes =
          std::min(chunk_.size() - next_, static_cast<size_t>(byte_count - given));
      std::memcpy(static_cast<char*>(out) + given, chunk_.data() + next_, bytes);
      next_ += bytes;
      given += static_cast<int64_t>(bytes);
    }
    told_ += given;
    return given;
  }

  Result<std::shared_ptr<arrow::Buffer>> Read(int64_t byte_count) override {
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<arrow::ResizableBuffer> buffer,
                          arrow::AllocateResizableBuffer(byte_count));
    ARROW_ASSIGN_OR_RAISE(const int64_t given, Read(byte_count, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(given));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }

 private:
  // Reads a count; false at the end of the stream.
  Result<bool> ReadCount(uint32_t* count) {
    uint8_t bytes[4];
    ARROW_ASSIGN_OR_RAISE(const int64_t got, ReadFully(bytes, 4));
    if (got == 0) return false;
    if (got < 4) return Damaged("it ends within a count");
    *count = static_cast<uint32_t>(bytes[0]) << 24 | static_cast<uint32_t>(bytes[1]) << 16 |
             static_cast<uint32_t>(bytes[2]) << 8 | bytes[3];
    if (*count > kLargestBlockBytes) return Damaged("a block is too large");
    return true;
  }

  Result<int64_t> ReadFully(uint8_t* out, int64_t byte_count) {
    int64_t got = 0;
    while (got < byte_count) {
      ARROW_ASSIGN_OR_RAISE(const int64_t piece, in_->Read(byte_count - got, out + got));
      if (piece == 0) break;
      got += piece;
    }
    return got;
  }

  Result<bool> NextChunk() {
    chunk_.clear();
    next_ = 0;
    while (block_left_ == 0) {
      uint32_t bytes = 0;
      ARROW_ASSIGN_OR_RAISE(const bool more, ReadCount(&bytes));
      if (!more) return false;
      block_left_ = bytes;
    }
    uint32_t compressed_bytes = 0;
    ARROW_ASSIGN_OR_RAISE(const bool more, ReadCount(&compressed_bytes));
    if (!more) return Damaged("it ends within a block");
    compressed_.resize(compressed_bytes);
    ARROW_ASSIGN_OR_RAISE(
        const int64_t got,
        ReadFully(reinterpret_cast<uint8_t*>(compressed_.data()), compressed_bytes));
    if (got < compressed_bytes) return Damaged("it ends within a block");
    chunk_.resize(block_left_);
    ARROW_ASSIGN_OR_RAISE(
        const int64_t bytes,
        codec_->Decompress(compressed_bytes, reinterpret_cast<const uint8_t*>(compressed_.data()),
                           block_left_, reinterpret_cast<uint8_t*>(chunk_.data())));
    if (bytes <= 0 || bytes > block_left_) return Damaged("a block has another size than it says");
    chunk_.resize(bytes);
    block_left_ -= static_cast<uint32_t>(bytes);
    return true;
  }

  std::shared_ptr<arrow::io::InputStream> in_;
  std::unique_ptr<arrow::util::Codec> codec_;
  uint32_t block_left_ = 0;  // uncompressed bytes of the block not given yet
  std::string compressed_;
  std::string chunk_;
  size_t next_ = 0;
  int64_t told_ = 0;
};

class HadoopBlockWriter : public arrow::io::OutputStream {
 public:
  HadoopBlockWriter(std::shared_ptr<arrow::io::OutputStream> out,
                    std::unique_ptr<arrow::util::Codec> codec)
      : out_(std::move(out)), codec_(std::move(codec)) {}
  ~HadoopBlockWriter() override = default;

  Status Close() override {
    ARROW_RETURN_NOT_OK(WriteBlock());
    return out_->Close();
  }
  bool closed() const override { return out_->closed(); }
  Result<int64_t> Tell() const override { return out_->Tell(); }
  using arrow::io::OutputStream::Write;
  Status Write(const void* data, int64_t byte_count) override {
    const char* bytes = static_cast<const char*>(data);
    while (byte_count > 0) {
      const size_t taken = std::min(kBlockBytes - block_.size(), static_cast<size_t>(byte_count));
      block_.append(bytes, taken);
      bytes += taken;
      byte_count -= static_cast<int64_t>(taken);
      if (block_.size() == kBlockBytes) ARROW_RETURN_NOT_OK(WriteBlock());
    }
    return Status::OK();
  }

 private:
  Status WriteCount(size_t count) {
    const uint8_t bytes[4] = {static_cast<uint8_t>(count >> 24), static_cast<uint8_t>(count >> 16),
                              static_cast<uint8_t>(count >> 8), static_cast<uint8_t>(count)};
    return out_->Write(bytes, 4);
  }

  Status WriteBlock() {
    if (block_.empty()) return Status::OK();
    const auto* input = reinterpret_cast<const uint8_t*>(block_.data());
    const auto input_bytes = static_cast<int64_t>(block_.size());
    std::string compressed(codec_->MaxCompressedLen(input_bytes, input), '\0');
    ARROW_ASSIGN_OR_RAISE(
        const int64_t bytes,
        codec_->Compress(input_bytes, input, static_cast<int64_t>(compressed.size()),
                         reinterpret_cast<uint8_t*>(compressed.data())));
    ARROW_RETURN_NOT_OK(WriteCount(block_.size()));
    ARROW_RETURN_NOT_OK(WriteCount(static_cast<size_t>(bytes)));
    block_.clear();
    return out_->Write(compressed.data(), bytes);
  }

  std::shared_ptr<arrow::io::OutputStream> out_;
  std::unique_ptr<arrow::util::Codec> codec_;
  std::string block_;
};

}  // namespace

Result<std::shared_ptr<arrow::io::InputStream>> ReadHadoopBlocks(
    std::shared_ptr<arrow::io::InputStream> in, std::unique_ptr<arrow::util::Codec> codec) {
  return std::make_shared<HadoopBlockReader>(std::move(in), std::move(codec));
}

std::shared_ptr<arrow::io::OutputStream> WriteHadoopBlocks(
    std::shared_ptr<arrow::io::OutputStream> out, std::unique_ptr<arrow::util::Codec> codec) {
  return std::make_shared<HadoopBlockWriter>(std::move(out), std::move(codec));
}

}  // namespace firesteel
