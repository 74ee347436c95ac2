#include "state/state_codec.h"

#include <algorithm>

#include "snappy.h"
#include "state/state_record.h"

namespace firesteel {
namespace {

// The container of snappy-java's streams, numbers big-endian:
//
//   82 "SNAPPY" 00 [version, 4 bytes][oldest version that can read it, 4]
//   [size, 4][a raw snappy block] …
//
// Another stream may follow at once; its header cannot be mistaken for a size, which is positive.
constexpr int32_t kVersion = 1;
constexpr int64_t kVersionBytes = 8;
constexpr size_t kSnappyBlockBytes = 32 * 1024;

// A copy of 64 bytes takes at least 3; a claim beyond this is a damaged size.
constexpr uint64_t kSnappyMaxRatio = 32;

class SnappyCompressor final : public StateCompressor {
 public:
  Status Append(std::string_view plain, std::string* file) override {
    Start(file);
    while (!plain.empty()) {
      const size_t taken = std::min(plain.size(), kSnappyBlockBytes - block_.size());
      block_.append(plain.substr(0, taken));
      plain.remove_prefix(taken);
      if (block_.size() == kSnappyBlockBytes) AppendBlock(file);
    }
    return Status::OK();
  }

  Status Finish(std::string* file) override {
    Start(file);
    if (!block_.empty()) AppendBlock(file);
    return Status::OK();
  }

 private:
  void Start(std::string* file) {
    if (started_) return;
    started_ = true;
    file->append(kSnappyMagic);
    AppendBigEndian(kVersion, file);
    AppendBigEndian(kVersion, file);
  }

  void AppendBlock(std::string* file) {
    snappy::Compress(block_.data(), block_.size(), &packed_);
    AppendBigEndian(static_cast<int32_t>(packed_.size()), file);
    file->append(packed_);
    block_.clear();
  }

  bool started_ = false;
  std::string block_;
  std::string packed_;
};

class SnappyDecompressor final : public StateDecompressor {
 public:
  explicit SnappyDecompressor(StateFileInput* input) : input_(input) {}

  Result<bool> Next(std::string* plain) override {
    while (input_->remaining() > 0) {
      ARROW_ASSIGN_OR_RAISE(const std::string_view start, input_->Peek(kSnappyMagic.size()));
      if (start == kSnappyMagic) {
        ARROW_RETURN_NOT_OK(ReadHeader());
        continue;
      }
      ARROW_RETURN_NOT_OK(ReadBlock(plain));
      return true;
    }
    return false;
  }

 private:
  Status ReadHeader() {
    const int64_t start = input_->position();
    ARROW_RETURN_NOT_OK(input_->Read(kSnappyMagic.size()).status());
    ARROW_ASSIGN_OR_RAISE(const std::string_view versions, input_->Read(kVersionBytes));
    if (versions.size() < kVersionBytes) return input_->Damaged(start, "the header is cut");
    if (ReadBigEndian(versions.data() + 4) > kVersion) {
      return input_->Damaged(start, "a newer version of the snappy format is needed");
    }
    return Status::OK();
  }

  Status ReadBlock(std::string* plain) {
    const int64_t start = input_->position();
    ARROW_ASSIGN_OR_RAISE(const std::string_view size_bytes, input_->Read(4));
    if (size_bytes.size() < 4) return input_->Damaged(start, "the size of a block is cut");
    const int32_t size = ReadBigEndian(size_bytes.data());
    if (size <= 0 || size > input_->remaining()) {
      return input_->Damaged(start, "a block is cut, or its size is invalid");
    }
    ARROW_ASSIGN_OR_RAISE(const std::string_view packed, input_->Read(size));
    size_t plain_size = 0;
    if (!snappy::GetUncompressedLength(packed.data(), packed.size(), &plain_size) ||
        plain_size > packed.size() * kSnappyMaxRatio) {
      return input_->Damaged(start, "a snappy block is invalid");
    }
    const size_t before = plain->size();
    plain->resize(before + plain_size);
    if (!snappy::RawUncompress(packed.data(), packed.size(), plain->data() + before)) {
      return input_->Damaged(start, "a snappy block is invalid");
    }
    return Status::OK();
  }

  StateFileInput* const input_;
};

}  // namespace

std::unique_ptr<StateCompressor> MakeSnappyCompressor() {
  return std::make_unique<SnappyCompressor>();
}

std::unique_ptr<StateDecompressor> MakeSnappyDecompressor(StateFileInput* input) {
  return std::make_unique<SnappyDecompressor>(input);
}

}  // namespace firesteel
