#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firesteel {

/// What the keys changed by one version were before it: played backwards it takes the version back,
/// and its keys are the ones that the version's delta must name. Entries lie one behind the other:
///
///   [hash][key size][value size, or 0xffffffff: there was no such key][key][value]
///
/// Not thread-safe.
class UndoLog {
 public:
  struct Entry {
    uint32_t hash;
    std::string_view key;
    std::optional<std::string_view> old_value;
  };

  void Append(uint32_t hash, std::string_view key, std::optional<std::string_view> old_value) {
    const Header header{
        .hash = hash,
        .key_size = static_cast<uint32_t>(key.size()),
        .value_size = old_value.has_value() ? static_cast<uint32_t>(old_value->size()) : kAbsent};
    bytes_.append(reinterpret_cast<const char*>(&header), sizeof(header));
    bytes_.append(key);
    if (old_value.has_value()) bytes_.append(*old_value);
  }

  /// Reads the entry at `*position` (start with 0) and steps over it; false at the end. The views
  /// are valid until the next Append.
  bool Next(size_t* position, Entry* entry) const {
    if (*position >= bytes_.size()) return false;
    const char* at = bytes_.data() + *position;
    Header header;
    std::memcpy(&header, at, sizeof(header));
    at += sizeof(header);
    entry->hash = header.hash;
    entry->key = {at, header.key_size};
    at += header.key_size;
    if (header.value_size == kAbsent) {
      entry->old_value.reset();
    } else {
      entry->old_value = std::string_view(at, header.value_size);
      at += header.value_size;
    }
    *position = static_cast<size_t>(at - bytes_.data());
    return true;
  }

  /// Where each entry starts, for reading backwards.
  std::vector<size_t> Positions() const {
    std::vector<size_t> positions;
    Entry entry;
    size_t position = 0;
    size_t start = 0;
    while (Next(&position, &entry)) {
      positions.push_back(start);
      start = position;
    }
    return positions;
  }

  bool empty() const { return bytes_.empty(); }
  int64_t memory_bytes() const { return static_cast<int64_t>(bytes_.capacity()); }
  /// Forgets all entries. Memory is kept for the next version, unless this one needed much less.
  void Clear() {
    if (bytes_.capacity() > kKeptBytes && bytes_.size() < bytes_.capacity() / 4) bytes_ = {};
    bytes_.clear();
  }

 private:
  static constexpr uint32_t kAbsent = 0xffffffff;
  static constexpr size_t kKeptBytes = 64 * 1024;

  struct Header {
    uint32_t hash;
    uint32_t key_size;
    uint32_t value_size;
  };

  std::string bytes_;
};

}  // namespace firesteel
