#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "arrow/type_fwd.h"
#include "arrow/util/type_fwd.h"
#include "firesteel/error.h"

namespace firesteel {

/// How the streams of a file are compressed.
struct OrcCompression {
  arrow::Compression::type codec = arrow::Compression::UNCOMPRESSED;
  int64_t block_bytes = 0;  ///< the most that one block holds, uncompressed
};

/// The bytes of one stream of a stripe, decompressed block by block:
///   block*    block = 2 · count + (1 if stored as it is), 3 bytes, lowest first · count bytes
/// Uncompressed files have no blocks. Reading beyond the end, or damaged blocks, gives zeros and
/// sets failed(), which is to be checked before what was read is used. Not thread-safe.
class OrcStream {
 public:
  /// No stream: reading one byte of it fails.
  OrcStream();
  static Result<std::unique_ptr<OrcStream>> Make(std::shared_ptr<arrow::Buffer> bytes,
                                                 const OrcCompression& compression);
  ~OrcStream();

  uint8_t ReadByte() {
    if (next_ == end_ && !Refill()) return 0;
    return static_cast<uint8_t>(*next_++);
  }
  void Read(void* out, size_t byte_count);
  /// A number of variable length, seven bits a byte, lowest first.
  uint64_t ReadVarint();
  int64_t ReadSignedVarint() {
    const uint64_t number = ReadVarint();
    return static_cast<int64_t>(number >> 1) ^ -static_cast<int64_t>(number & 1);
  }
  bool failed() const { return failed_; }
  void Fail() { failed_ = true; }

  /// All bytes of a stream that is read as a whole, such as a footer.
  static Result<std::string> ReadAll(std::shared_ptr<arrow::Buffer> bytes,
                                     const OrcCompression& compression);

 private:
  bool Refill();
  bool NextBlock();
  Result<int64_t> Decompress(std::string_view data);

  std::shared_ptr<arrow::Buffer> bytes_;
  std::string_view rest_;  // blocks not opened yet
  std::unique_ptr<arrow::util::Codec> codec_;
  int64_t block_bytes_ = 0;
  std::string block_;
  const char* next_ = nullptr;
  const char* end_ = nullptr;
  bool damaged_ = false;  // a block could not be opened
  bool failed_ = false;
};

}  // namespace firesteel
