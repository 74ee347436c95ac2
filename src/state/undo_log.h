#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "common/prefetch.h"
#include "state/record_arena.h"

namespace firesteel {

/// What the keys changed by one version were before it: played backwards it takes the version back,
/// and its keys are the ones that the version's delta must name. Entries lie one behind the other:
///
///   [hash][ref][key size][value size, or 0xffffffff: there was no such key][key][value]
///
/// The ref is where the key's record lay when the entry was made, for finding it again without a
/// search as long as it lies there. Not thread-safe.
class UndoLog {
 public:
  struct Entry {
    uint32_t hash = 0;
    RecordRef ref = 0;
    std::string_view key;
    std::optional<std::string_view> old_value;
  };

  /// False when memory is used up; then nothing has changed.
  bool Append(uint32_t hash, RecordRef ref, std::string_view key,
              std::optional<std::string_view> old_value) {
    const Header header{
        .hash = hash,
        .ref = ref,
        .key_size = static_cast<uint32_t>(key.size()),
        .value_size = old_value.has_value() ? static_cast<uint32_t>(old_value->size()) : kAbsent};
    const std::string_view value = old_value.value_or(std::string_view());
    const size_t added = sizeof(header) + key.size() + value.size();
    if (capacity_ - size_ < added && !Grow(added)) return false;
    char* at = bytes_.get() + size_;
    std::memcpy(at, &header, sizeof(header));
    if (!key.empty()) std::memcpy(at + sizeof(header), key.data(), key.size());
    if (!value.empty()) std::memcpy(at + sizeof(header) + key.size(), value.data(), value.size());
    last_ = size_;
    size_ += added;
    ++entries_;
    return true;
  }
  /// Says where the record of the last entry lies, which was made before there was one.
  void SetLastRef(RecordRef ref) {
    std::memcpy(bytes_.get() + last_ + offsetof(Header, ref), &ref, sizeof(ref));
  }

  /// Reads the entry at `*position` (start with 0) and steps over it; false at the end. The views
  /// are valid until the next Append.
  bool Next(size_t* position, Entry* entry) const {
    if (*position >= size_) return false;
    const char* at = bytes_.get() + *position;
    // The next entry is only known from this one, so nothing else runs ahead.
    if (size_ - *position > kAheadBytes + kCacheLineBytes) {
      PrefetchMemory(at + kAheadBytes);
      PrefetchMemory(at + kAheadBytes + kCacheLineBytes);
    }
    Header header;
    std::memcpy(&header, at, sizeof(header));
    at += sizeof(header);
    entry->hash = header.hash;
    entry->ref = header.ref;
    entry->key = {at, header.key_size};
    at += header.key_size;
    if (header.value_size == kAbsent) {
      entry->old_value.reset();
    } else {
      entry->old_value = std::string_view(at, header.value_size);
      at += header.value_size;
    }
    *position = static_cast<size_t>(at - bytes_.get());
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

  bool empty() const { return size_ == 0; }
  int64_t entries() const { return entries_; }
  int64_t memory_bytes() const { return static_cast<int64_t>(capacity_); }
  /// Forgets all entries, and gives memory back if it is much.
  void Clear() {
    if (capacity_ > kKeptBytes) {
      bytes_.reset();
      capacity_ = 0;
    }
    size_ = 0;
    entries_ = 0;
  }
  /// Gives back what the entries do not need, if it is much: the log of a kept version stays until
  /// the next one.
  void Shrink() {
    if (capacity_ <= kKeptBytes || capacity_ - size_ < capacity_ / 8) return;
    char* shrunk = static_cast<char*>(std::realloc(bytes_.get(), size_));
    if (shrunk == nullptr) return;
    (void)bytes_.release();
    bytes_.reset(shrunk);
    capacity_ = size_;
  }

 private:
  static constexpr uint32_t kAbsent = 0xffffffff;
  static constexpr size_t kFirstBytes = 1024;
  static constexpr size_t kAheadBytes = 2048;
  static constexpr size_t kCacheLineBytes = 64;
  static constexpr size_t kKeptBytes = 64 * 1024;

  struct Header {
    uint32_t hash;
    RecordRef ref;
    uint32_t key_size;
    uint32_t value_size;
  };

  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };

  // Grows by realloc, which moves big buffers by their page tables instead of by copying.
  bool Grow(size_t added) {
    const size_t wanted = std::max({kFirstBytes, 2 * capacity_, size_ + added});
    char* grown = static_cast<char*>(std::realloc(bytes_.get(), wanted));
    if (grown == nullptr) return false;
    (void)bytes_.release();
    bytes_.reset(grown);
    capacity_ = wanted;
    return true;
  }

  std::unique_ptr<char[], Free> bytes_;
  size_t size_ = 0;
  size_t last_ = 0;  // where the last entry starts
  size_t capacity_ = 0;
  int64_t entries_ = 0;
};

}  // namespace firesteel
