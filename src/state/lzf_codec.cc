#include "state/state_codec.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

namespace firesteel {
namespace {

// Chunks of at most 65535 plain bytes, numbers big-endian:
//
//   "ZV" 00 [size, 2 bytes][plain bytes]
//   "ZV" 01 [compressed size, 2][plain size, 2][data]
//
// The data are instructions. A first byte c below 32 copies c + 1 literal bytes. Otherwise the
// upper three bits plus 2 are the length of a match (7: the next byte is added), the other five and
// the next byte its distance minus one.
constexpr char kTypeRaw = 0;
constexpr char kTypeCompressed = 1;
constexpr size_t kMaxChunkBytes = 65535;
constexpr size_t kMaxLiterals = 32;
constexpr size_t kMaxDistance = 8192;
constexpr size_t kMinMatch = 3;
constexpr size_t kMaxMatch = 264;
constexpr int kTableBits = 13;

void AppendSize(size_t size, std::string* file) {
  file->push_back(static_cast<char>(size >> 8));
  file->push_back(static_cast<char>(size));
}

void AppendLiterals(std::string_view literals, std::string* out) {
  while (!literals.empty()) {
    const size_t size = std::min(literals.size(), kMaxLiterals);
    out->push_back(static_cast<char>(size - 1));
    out->append(literals.substr(0, size));
    literals.remove_prefix(size);
  }
}

void AppendMatch(size_t length, size_t distance, std::string* out) {
  const size_t offset = distance - 1;
  const size_t code = length - 2;
  out->push_back(static_cast<char>(std::min<size_t>(code, 7) << 5 | offset >> 8));
  if (code >= 7) out->push_back(static_cast<char>(code - 7));
  out->push_back(static_cast<char>(offset));
}

uint32_t HashOfThree(const char* at) {
  uint32_t three = 0;
  std::memcpy(&three, at, kMinMatch);
  return (three * 2654435761u) >> (32 - kTableBits);
}

// Compresses greedily: the last place where the same three bytes were seen is the only candidate.
void Compress(std::string_view plain, std::vector<uint16_t>* table, std::string* out) {
  table->assign(size_t{1} << kTableBits, 0);  // position + 1; 0 is none
  size_t literals_from = 0;
  size_t at = 0;
  while (at + kMinMatch <= plain.size()) {
    uint16_t& seen = (*table)[HashOfThree(plain.data() + at)];
    const size_t candidate = seen;
    seen = static_cast<uint16_t>(at + 1);
    const size_t distance = at + 1 - candidate;
    if (candidate == 0 || distance > kMaxDistance ||
        std::memcmp(plain.data() + candidate - 1, plain.data() + at, kMinMatch) != 0) {
      ++at;
      continue;
    }
    const size_t limit = std::min(kMaxMatch, plain.size() - at);
    size_t length = kMinMatch;
    while (length < limit && plain[at + length] == plain[at + length - distance]) ++length;
    AppendLiterals(plain.substr(literals_from, at - literals_from), out);
    AppendMatch(length, distance, out);
    at += length;
    literals_from = at;
  }
  AppendLiterals(plain.substr(literals_from), out);
}

// Returns whether `packed` is valid and has exactly `plain_size` bytes.
bool Decompress(std::string_view packed, size_t plain_size, std::string* plain) {
  const size_t start = plain->size();
  const size_t end = start + plain_size;
  size_t at = 0;
  const auto next = [&] { return static_cast<unsigned char>(packed[at++]); };
  while (at < packed.size()) {
    const size_t code = next();
    if (code < kMaxLiterals) {
      const size_t size = code + 1;
      if (size > packed.size() - at || size > end - plain->size()) return false;
      plain->append(packed.substr(at, size));
      at += size;
      continue;
    }
    size_t length = (code >> 5) + 2;
    const size_t needed = length == 9 ? 2 : 1;
    if (packed.size() - at < needed) return false;
    if (needed == 2) length += next();
    const size_t distance = ((code & 31) << 8 | next()) + 1;
    if (distance > plain->size() - start || length > end - plain->size()) return false;
    // Byte by byte: a match may overlap what it makes.
    for (size_t i = 0; i < length; ++i) plain->push_back((*plain)[plain->size() - distance]);
  }
  return plain->size() == end;
}

class LzfCompressor final : public StateCompressor {
 public:
  Status Append(std::string_view plain, std::string* file) override {
    while (!plain.empty()) {
      const size_t taken = std::min(plain.size(), kMaxChunkBytes - chunk_.size());
      chunk_.append(plain.substr(0, taken));
      plain.remove_prefix(taken);
      if (chunk_.size() == kMaxChunkBytes) AppendChunk(file);
    }
    return Status::OK();
  }

  Status Finish(std::string* file) override {
    if (!chunk_.empty()) AppendChunk(file);
    return Status::OK();
  }

 private:
  void AppendChunk(std::string* file) {
    packed_.clear();
    Compress(chunk_, &table_, &packed_);
    file->append(kLzfMagic);
    // Two bytes more of header for a compressed one.
    if (packed_.size() + 2 < chunk_.size()) {
      file->push_back(kTypeCompressed);
      AppendSize(packed_.size(), file);
      AppendSize(chunk_.size(), file);
      file->append(packed_);
    } else {
      file->push_back(kTypeRaw);
      AppendSize(chunk_.size(), file);
      file->append(chunk_);
    }
    chunk_.clear();
  }

  std::string chunk_;
  std::string packed_;
  std::vector<uint16_t> table_;
};

class LzfDecompressor final : public StateDecompressor {
 public:
  explicit LzfDecompressor(StateFileInput* input) : input_(input) {}

  Result<bool> Next(std::string* plain) override {
    if (input_->remaining() == 0) return false;
    const int64_t start = input_->position();
    ARROW_ASSIGN_OR_RAISE(std::string_view header, input_->Read(5));
    if (header.size() < 5 || !header.starts_with(kLzfMagic) ||
        (header[2] != kTypeRaw && header[2] != kTypeCompressed)) {
      return input_->Damaged(start, "no LZF chunk starts here");
    }
    const bool compressed = header[2] == kTypeCompressed;
    const size_t size = ReadSize(header.substr(3));
    size_t plain_size = size;
    if (compressed) {
      ARROW_ASSIGN_OR_RAISE(const std::string_view more, input_->Read(2));
      if (more.size() < 2) return input_->Damaged(start, "the header of an LZF chunk is cut");
      plain_size = ReadSize(more);
    }
    ARROW_ASSIGN_OR_RAISE(const std::string_view data, input_->Read(static_cast<int64_t>(size)));
    if (data.size() < size) return input_->Damaged(start, "an LZF chunk is cut");
    if (!compressed) {
      plain->append(data);
    } else if (!Decompress(data, plain_size, plain)) {
      return input_->Damaged(start, "an LZF chunk is invalid");
    }
    return true;
  }

 private:
  static size_t ReadSize(std::string_view bytes) {
    return static_cast<size_t>(static_cast<unsigned char>(bytes[0])) << 8 |
           static_cast<unsigned char>(bytes[1]);
  }

  StateFileInput* const input_;
};

}  // namespace

std::unique_ptr<StateCompressor> MakeLzfCompressor() { return std::make_unique<LzfCompressor>(); }

std::unique_ptr<StateDecompressor> MakeLzfDecompressor(StateFileInput* input) {
  return std::make_unique<LzfDecompressor>(input);
}

}  // namespace firesteel
