#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "common/prefetch.h"
#include "types/unsafe_row.h"

namespace firesteel {

/// Hashes for tables in memory: fast for short keys, of no meaning outside of the process.
namespace key_hash {

inline uint64_t Mix(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t Load8(const char* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, 8);
  return word;
}

inline constexpr uint64_t kFirst = 0x9e3779b97f4a7c15u;
inline constexpr uint64_t kSecond = 0xd1342543de82ef95u;

inline uint32_t OfInteger(uint64_t value) {
  return static_cast<uint32_t>(Mix(value ^ kFirst, kSecond) >> 16);
}

/// Folds whole words; the last one overlaps the one before. Requires size >= 8.
inline uint64_t FoldLong(const char* bytes, int64_t size) {
  uint64_t seed = static_cast<uint64_t>(size) * kFirst;
  const char* last = bytes + size - 8;
  for (; bytes + 8 < last; bytes += 16) {
    seed = Mix(Load8(bytes) ^ kSecond, Load8(bytes + 8) ^ seed);
  }
  return Mix(Load8(last) ^ kSecond, seed);
}

constexpr uint64_t MaskOf(int bytes) {
  return bytes >= 8 ? ~uint64_t{0} : (uint64_t{1} << (bytes * 8)) - 1;
}
/// By number of bytes: the part of a little-endian word that they take.
inline constexpr uint64_t kMasks[17] = {
    MaskOf(0), MaskOf(1), MaskOf(2), MaskOf(3), MaskOf(4), MaskOf(5), MaskOf(6), MaskOf(7),
    MaskOf(8), MaskOf(8), MaskOf(8), MaskOf(8), MaskOf(8), MaskOf(8), MaskOf(8), MaskOf(8),
    MaskOf(8)};

}  // namespace key_hash

/// The slots of an open-addressing table from 32-bit hashes to numbers 0, 1, 2 …: linear probing,
/// at most half full. The caller keeps the keys and compares them. Not thread-safe.
class GroupSlots {
 public:
  GroupSlots() : slots_(kInitialSlots, 0) {}

  void Prefetch(uint32_t hash) const { PrefetchMemory(&slots_[hash & (slots_.size() - 1)]); }
  /// The number in the first slot that a key with this hash may have; -1 when it is free.
  int32_t FirstCandidate(uint32_t hash) const {
    const uint64_t slot = slots_[hash & (slots_.size() - 1)];
    return static_cast<int32_t>(static_cast<uint32_t>(slot)) - 1;
  }
  /// Returns the number of the key with this hash for which `equals(number)` holds; -1 for none.
  template <typename Equals>
  int32_t Find(uint32_t hash, const Equals& equals) const {
    const uint64_t mask = slots_.size() - 1;
    for (uint64_t index = hash & mask; slots_[index] != 0; index = (index + 1) & mask) {
      const uint64_t slot = slots_[index];
      const auto group = static_cast<int32_t>(static_cast<uint32_t>(slot) - 1);
      if (static_cast<uint32_t>(slot >> 32) == hash && equals(group)) return group;
    }
    return -1;
  }
  /// Returns the number of the key with this hash for which `equals(number)` holds, or makes the
  /// next number and calls `insert()`.
  template <typename Equals, typename Insert>
  int32_t FindOrInsert(uint32_t hash, const Equals& equals, const Insert& insert) {
    const uint64_t mask = slots_.size() - 1;
    uint64_t index = hash & mask;
    while (true) {
      const uint64_t slot = slots_[index];
      if (slot == 0) break;
      const auto group = static_cast<int32_t>(static_cast<uint32_t>(slot) - 1);
      if (static_cast<uint32_t>(slot >> 32) == hash && equals(group)) return group;
      index = (index + 1) & mask;
    }
    const int32_t group = size_++;
    slots_[index] = static_cast<uint64_t>(hash) << 32 | static_cast<uint32_t>(group + 1);
    insert();
    if (static_cast<uint64_t>(size_) * 2 > slots_.size()) ResizeTo(slots_.size() * 2);
    return group;
  }

  int32_t size() const { return size_; }
  int64_t memory_bytes() const { return static_cast<int64_t>(slots_.size() * sizeof(uint64_t)); }
  /// Makes room for `count` numbers in all.
  void Reserve(int64_t count) {
    const uint64_t slots = std::bit_ceil(static_cast<uint64_t>(count) * 2);
    if (slots > slots_.size()) ResizeTo(slots);
  }
  void Clear() {
    slots_.assign(kInitialSlots, 0);
    slots_.shrink_to_fit();
    size_ = 0;
  }
  /// Counts a number that has no slot (the group of NULL).
  int32_t TakeNumber() { return size_++; }

 private:
  static constexpr size_t kInitialSlots = 1024;

  void ResizeTo(size_t slots) {
    std::vector<uint64_t> old(slots, 0);
    old.swap(slots_);
    const uint64_t mask = slots_.size() - 1;
    for (const uint64_t slot : old) {
      if (slot == 0) continue;
      uint64_t index = (slot >> 32) & mask;
      while (slots_[index] != 0) index = (index + 1) & mask;
      slots_[index] = slot;
    }
  }

  std::vector<uint64_t> slots_;  // hash << 32 | number + 1; 0 is free
  int32_t size_ = 0;
};

/// Gives every distinct byte string a number from 0, in order of first appearance. Keys of up to 16
/// bytes are loaded, hashed and compared as two words whatever their length, because a branch on
/// it would be mispredicted for every other row. Not thread-safe.
class ByteKeyTable {
 public:
  /// Writes the number of each key to `out`. `key_at(i)` gives key i; all keys lie before
  /// `readable_end`, up to which memory may be read.
  template <typename KeyAt>
  void FindOrInsertAll(int64_t rows, const KeyAt& key_at, const char* readable_end, int32_t* out) {
    int64_t row = 0;
    while (row < rows && slots_.memory_bytes() <= kCachedBytes) {
      const std::string_view key = key_at(row);
      out[row++] = FindOrInsert(key, Load(key, readable_end));
    }
    for (; row < rows; row += kBlockRows) {
      FindOrInsertBlock(std::min(kBlockRows, rows - row), row, key_at, readable_end, out);
    }
  }
  int32_t FindOrInsert(std::string_view key, const char* readable_end) {
    return FindOrInsert(key, Load(key, readable_end));
  }
  /// As FindOrInsertAll, with -1 for a key that is not there. May be called by many threads.
  template <typename KeyAt>
  void FindAll(int64_t rows, const KeyAt& key_at, const char* readable_end, int32_t* out) const {
    Words words[kBlockRows];
    for (int64_t begin = 0; begin < rows; begin += kBlockRows) {
      const int64_t count = std::min(kBlockRows, rows - begin);
      for (int64_t i = 0; i < count; ++i) {
        words[i] = Load(key_at(begin + i), readable_end);
        slots_.Prefetch(words[i].hash);
      }
      for (int64_t i = 0; i < count; ++i) {
        const int32_t candidate = slots_.FirstCandidate(words[i].hash);
        if (candidate >= 0) PrefetchMemory(&words_[candidate]);
      }
      for (int64_t i = 0; i < count; ++i) {
        const std::string_view key = key_at(begin + i);
        out[begin + i] = slots_.Find(
            words[i].hash, [&](int32_t group) { return Equals(group, key, words[i]); });
      }
    }
  }
  /// Adds a number whose key is the empty string, found by nobody: the caller's own special key.
  int32_t InsertUnreachable() {
    keys_.Append({});
    words_.push_back({0, 0, -1, 0});
    return slots_.TakeNumber();
  }

  /// Makes room for `count` keys in all, of so many bytes together.
  void Reserve(int64_t count, int64_t bytes) {
    slots_.Reserve(count);
    words_.reserve(count);
    keys_.offsets.reserve(count + 1);
    keys_.bytes.reserve(bytes);
  }

  const EncodedRows& keys() const { return keys_; }
  int64_t size() const { return slots_.size(); }
  int64_t memory_bytes() const {
    return slots_.memory_bytes() + static_cast<int64_t>(keys_.bytes.capacity()) +
           static_cast<int64_t>(keys_.offsets.capacity() * sizeof(int64_t)) +
           static_cast<int64_t>(words_.capacity() * sizeof(Words));
  }
  void Clear() {
    slots_.Clear();
    keys_ = EncodedRows();
    words_ = std::vector<Words>();
  }

 private:
  /// A key as words: all of it up to 16 bytes, else its first and last 8.
  struct Words {
    uint64_t low;
    uint64_t high;
    int32_t size;
    uint32_t hash;
  };
  static constexpr int64_t kShort = 16;
  static constexpr int64_t kBlockRows = 32;
  /// Above this the slots no longer stay in a core's own cache, and waiting for memory is worth
  /// overlapping.
  static constexpr int64_t kCachedBytes = 128 << 10;

  static Words Load(std::string_view key, const char* readable_end) {
    const auto size = static_cast<int64_t>(key.size());
    Words words{0, 0, static_cast<int32_t>(size), 0};
    if (size > kShort) {
      words.low = key_hash::Load8(key.data());
      words.high = key_hash::Load8(key.data() + size - 8);
      words.hash = static_cast<uint32_t>(key_hash::FoldLong(key.data(), size) >> 16);
      return words;
    }
    if (readable_end - key.data() >= kShort) {
      words.low = key_hash::Load8(key.data()) & key_hash::kMasks[size];
      words.high = key_hash::Load8(key.data() + 8) & key_hash::kMasks[size > 8 ? size - 8 : 0];
    } else {
      char padded[kShort] = {};
      if (size > 0) std::memcpy(padded, key.data(), size);
      words.low = key_hash::Load8(padded);
      words.high = key_hash::Load8(padded + 8);
    }
    const uint64_t seed = static_cast<uint64_t>(size) * key_hash::kFirst;
    words.hash = static_cast<uint32_t>(
        key_hash::Mix(words.low ^ key_hash::kSecond, words.high ^ seed) >> 16);
    return words;
  }

  bool Equals(int32_t group, std::string_view key, const Words& words) const {
    const Words& stored = words_[group];
    if (((stored.low ^ words.low) | (stored.high ^ words.high) |
         static_cast<uint64_t>(stored.size ^ words.size)) != 0) {
      return false;
    }
    return words.size <= kShort || keys_[group] == key;
  }

  int32_t FindOrInsert(std::string_view key, const Words& words) {
    return slots_.FindOrInsert(
        words.hash, [&](int32_t group) { return Equals(group, key, words); },
        [&] {
          keys_.Append(key);
          words_.push_back(words);
        });
  }

  /// Goes through a few keys step by step, so that the memory each step needs is on its way while
  /// the others are worked on.
  template <typename KeyAt>
  void FindOrInsertBlock(int64_t rows, int64_t begin, const KeyAt& key_at,
                         const char* readable_end, int32_t* out) {
    std::string_view keys[kBlockRows];
    Words words[kBlockRows];
    int32_t candidates[kBlockRows];
    for (int64_t i = 0; i < rows; ++i) {
      keys[i] = key_at(begin + i);
      words[i] = Load(keys[i], readable_end);
      slots_.Prefetch(words[i].hash);
    }
    for (int64_t i = 0; i < rows; ++i) {
      candidates[i] = slots_.FirstCandidate(words[i].hash);
      if (candidates[i] >= 0) PrefetchMemory(&words_[candidates[i]]);
    }
    for (int64_t i = 0; i < rows; ++i) {
      const bool found = candidates[i] >= 0 && Equals(candidates[i], keys[i], words[i]);
      out[begin + i] = found ? candidates[i] : FindOrInsert(keys[i], words[i]);
    }
  }

  GroupSlots slots_;
  EncodedRows keys_;
  std::vector<Words> words_;  // of keys_
};

}  // namespace firesteel
