#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "formats/orc/orc_stream.h"

namespace firesteel {

/// Bytes, run-length encoded: a count c >= 0 and a byte stand for c + 3 such bytes; a count c < 0
/// stands for the -c bytes that follow. Not thread-safe; damage shows in failed().
class OrcByteDecoder {
 public:
  explicit OrcByteDecoder(std::unique_ptr<OrcStream> stream) : stream_(std::move(stream)) {}
  uint8_t Next();
  bool failed() const { return stream_->failed(); }

 private:
  std::unique_ptr<OrcStream> stream_;
  int left_ = 0;
  bool repeats_ = false;
  uint8_t value_ = 0;
};

/// Bits, highest first, in bytes that are encoded as above.
class OrcBitDecoder {
 public:
  explicit OrcBitDecoder(std::unique_ptr<OrcStream> stream) : bytes_(std::move(stream)) {}
  uint8_t Next() {
    if (left_ == 0) {
      byte_ = bytes_.Next();
      left_ = 8;
    }
    return static_cast<uint8_t>(byte_ >> --left_ & 1);
  }
  bool failed() const { return bytes_.failed(); }

 private:
  OrcByteDecoder bytes_;
  uint8_t byte_ = 0;
  int left_ = 0;
};

/// Whole numbers, in version 1 or 2 of ORC's run-length encoding. Not thread-safe; damage shows in
/// failed().
class OrcIntegerDecoder {
 public:
  OrcIntegerDecoder(std::unique_ptr<OrcStream> stream, bool is_signed, bool is_version_2)
      : stream_(std::move(stream)), is_signed_(is_signed), is_version_2_(is_version_2) {}
  void Read(int64_t* out, int64_t count);
  bool failed() const { return stream_->failed(); }

 private:
  void Fill();
  void FillVersion1();
  void FillShortRepeat(uint8_t first);
  void FillDirect(uint8_t first);
  void FillPatchedBase(uint8_t first);
  void FillDelta(uint8_t first);
  int ReadLength(uint8_t first) { return ((first & 1) << 8 | stream_->ReadByte()) + 1; }
  int64_t ReadNumber() {
    return is_signed_ ? stream_->ReadSignedVarint() : static_cast<int64_t>(stream_->ReadVarint());
  }
  uint64_t ReadBigEndian(int bytes);
  // Reads `count` numbers of `width` bits each, highest bit first, to `out`.
  void ReadPacked(int width, int count, uint64_t* out);
  int64_t Decode(uint64_t number) const {
    return is_signed_ ? static_cast<int64_t>(number >> 1) ^ -static_cast<int64_t>(number & 1)
                      : static_cast<int64_t>(number);
  }

  std::unique_ptr<OrcStream> stream_;
  const bool is_signed_;
  const bool is_version_2_;
  int64_t run_[512];
  int run_length_ = 0;
  int next_ = 0;
};

}  // namespace firesteel
