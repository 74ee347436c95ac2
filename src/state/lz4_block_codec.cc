#include "state/state_codec.h"

#include <algorithm>
#include <cstring>

#include "lz4.h"

#define XXH_INLINE_ALL
#include "xxhash.h"

namespace firesteel {
namespace {

// The container of lz4-java's block streams. Blocks, numbers little-endian:
//
//   "LZ4Block" [token, 1 byte][compressed size, 4][plain size, 4][checksum, 4][data]
//
// The token's upper half is the method, the lower one log2(largest plain size) - 10. The checksum
// is of the plain bytes. A block with sizes and checksum 0 ends the stream; another may follow.
constexpr size_t kHeaderBytes = 21;
constexpr int kBlockSizeBase = 10;
constexpr uint8_t kMethodRaw = 0x10;
constexpr uint8_t kMethodLz4 = 0x20;
constexpr uint8_t kLevelOf32KiB = 5;
constexpr size_t kBlockBytes = 32 * 1024;
// Rows of state are so alike that matches are found at every fourth place just as well.
constexpr int kAcceleration = 4;
constexpr uint32_t kChecksumSeed = 0x9747b28c;
constexpr uint32_t kChecksumMask = 0x0fffffff;

// No LZ4 block can expand more than this; a claim beyond is a damaged size.
constexpr int64_t kMaxRatio = 255;

uint32_t Checksum(const char* bytes, size_t size) {
  return XXH32(bytes, size, kChecksumSeed) & kChecksumMask;
}

void AppendHeader(uint8_t method, uint32_t compressed, uint32_t plain, uint32_t checksum,
                  std::string* file) {
  file->append(kLz4BlockMagic);
  file->push_back(static_cast<char>(method | kLevelOf32KiB));
  for (const uint32_t number : {compressed, plain, checksum}) {
    file->append(reinterpret_cast<const char*>(&number), sizeof(number));
  }
}

class Lz4BlockCompressor final : public StateCompressor {
 public:
  Status Append(std::string_view plain, std::string* file) override {
    while (!plain.empty()) {
      if (block_.empty() && plain.size() >= kBlockBytes) {
        AppendBlock(plain.substr(0, kBlockBytes), file);
        plain.remove_prefix(kBlockBytes);
        continue;
      }
      const size_t taken = std::min(plain.size(), kBlockBytes - block_.size());
      block_.append(plain.substr(0, taken));
      plain.remove_prefix(taken);
      if (block_.size() == kBlockBytes) AppendGathered(file);
    }
    return Status::OK();
  }

  Status Finish(std::string* file) override {
    if (!block_.empty()) AppendGathered(file);
    AppendHeader(kMethodRaw, 0, 0, 0, file);
    return Status::OK();
  }

 private:
  void AppendGathered(std::string* file) {
    AppendBlock(block_, file);
    block_.clear();
  }

  static void AppendBlock(std::string_view block, std::string* file) {
    char packed[LZ4_COMPRESSBOUND(kBlockBytes)];
    const int packed_size =
        LZ4_compress_fast(block.data(), packed, static_cast<int>(block.size()),
                          static_cast<int>(sizeof(packed)), kAcceleration);
    const uint32_t plain_size = static_cast<uint32_t>(block.size());
    const uint32_t checksum = Checksum(block.data(), block.size());
    if (packed_size > 0 && static_cast<uint32_t>(packed_size) < plain_size) {
      AppendHeader(kMethodLz4, static_cast<uint32_t>(packed_size), plain_size, checksum, file);
      file->append(packed, static_cast<size_t>(packed_size));
    } else {
      AppendHeader(kMethodRaw, plain_size, plain_size, checksum, file);
      file->append(block);
    }
  }

  std::string block_;  // of what came in pieces smaller than one
};

class Lz4BlockDecompressor final : public StateDecompressor {
 public:
  explicit Lz4BlockDecompressor(StateFileInput* input) : input_(input) {}

  Result<bool> Next(std::string* plain) override {
    while (input_->remaining() > 0) {
      const int64_t start = input_->position();
      ARROW_ASSIGN_OR_RAISE(const Header header, ReadHeader());
      ended_ = header.plain_size == 0;
      if (ended_) continue;
      ARROW_RETURN_NOT_OK(ReadBlock(start, header, plain));
      return true;
    }
    if (!ended_) return input_->Damaged(input_->position(), "the last block is missing");
    return false;
  }

 private:
  struct Header {
    uint8_t method;
    int64_t compressed_size;
    int64_t plain_size;
    uint32_t checksum;
  };

  Result<Header> ReadHeader() {
    const int64_t start = input_->position();
    ARROW_ASSIGN_OR_RAISE(const std::string_view bytes, input_->Read(kHeaderBytes));
    if (bytes.size() < kHeaderBytes) return input_->Damaged(start, "the header of a block is cut");
    if (!bytes.starts_with(kLz4BlockMagic)) {
      return input_->Damaged(start, "no LZ4 block starts here");
    }
    const uint8_t token = static_cast<uint8_t>(bytes[8]);
    uint32_t numbers[3];
    std::memcpy(numbers, bytes.data() + 9, sizeof(numbers));
    const Header header{.method = static_cast<uint8_t>(token & 0xf0),
                        .compressed_size = numbers[0],
                        .plain_size = numbers[1],
                        .checksum = numbers[2]};
    const int64_t largest = int64_t{1} << (kBlockSizeBase + (token & 0x0f));
    const bool known = header.method == kMethodRaw || header.method == kMethodLz4;
    const bool end = header.plain_size == 0;
    if (!known || header.plain_size > largest || end != (header.compressed_size == 0) ||
        (end && header.checksum != 0) ||
        (header.method == kMethodRaw && header.plain_size != header.compressed_size) ||
        header.plain_size > header.compressed_size * kMaxRatio) {
      return input_->Damaged(start, "the header of an LZ4 block is invalid");
    }
    return header;
  }

  Status ReadBlock(int64_t start, const Header& header, std::string* plain) {
    ARROW_ASSIGN_OR_RAISE(const std::string_view packed, input_->Read(header.compressed_size));
    if (static_cast<int64_t>(packed.size()) < header.compressed_size) {
      return input_->Damaged(start, "an LZ4 block is cut");
    }
    const size_t before = plain->size();
    if (header.method == kMethodRaw) {
      plain->append(packed);
    } else {
      plain->resize(before + static_cast<size_t>(header.plain_size));
      const int size = LZ4_decompress_safe(packed.data(), plain->data() + before,
                                           static_cast<int>(packed.size()),
                                           static_cast<int>(header.plain_size));
      if (size != header.plain_size) return input_->Damaged(start, "an LZ4 block is invalid");
    }
    if (Checksum(plain->data() + before, plain->size() - before) != header.checksum) {
      return input_->Damaged(start, "an LZ4 block does not match its checksum");
    }
    return Status::OK();
  }

  StateFileInput* const input_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<StateCompressor> MakeLz4BlockCompressor() {
  return std::make_unique<Lz4BlockCompressor>();
}

std::unique_ptr<StateDecompressor> MakeLz4BlockDecompressor(StateFileInput* input) {
  return std::make_unique<Lz4BlockDecompressor>(input);
}

}  // namespace firesteel
