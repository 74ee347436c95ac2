#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

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

inline uint64_t Load4(const char* bytes) {
  uint32_t word;
  std::memcpy(&word, bytes, 4);
  return word;
}

inline constexpr uint64_t kFirst = 0x9e3779b97f4a7c15u;
inline constexpr uint64_t kSecond = 0xd1342543de82ef95u;

inline uint32_t OfInteger(uint64_t value) {
  return static_cast<uint32_t>(Mix(value ^ kFirst, kSecond) >> 16);
}

/// Reads only the `size` bytes, in overlapping words.
inline uint32_t OfBytes(const char* bytes, int64_t size) {
  uint64_t seed = static_cast<uint64_t>(size) * kFirst;
  int64_t left = size;
  for (; left > 16; left -= 16, bytes += 16) {
    seed = Mix(Load8(bytes) ^ kSecond, Load8(bytes + 8) ^ seed);
  }
  uint64_t a = 0;
  uint64_t b = 0;
  if (left >= 8) {
    a = Load8(bytes);
    b = Load8(bytes + left - 8);
  } else if (left >= 4) {
    a = Load4(bytes);
    b = Load4(bytes + left - 4);
  } else if (left > 0) {
    a = static_cast<uint64_t>(static_cast<unsigned char>(bytes[0])) |
        static_cast<uint64_t>(static_cast<unsigned char>(bytes[left >> 1])) << 8 |
        static_cast<uint64_t>(static_cast<unsigned char>(bytes[left - 1])) << 16;
  }
  return static_cast<uint32_t>(Mix(a ^ kSecond, b ^ seed) >> 16);
}

/// Compares without a call for the short keys that grouping sees.
inline bool Equal(const char* a, const char* b, int64_t size) {
  if (size > 16) return std::memcmp(a, b, size) == 0;
  if (size >= 8) {
    return Load8(a) == Load8(b) && Load8(a + size - 8) == Load8(b + size - 8);
  }
  if (size >= 4) {
    return Load4(a) == Load4(b) && Load4(a + size - 4) == Load4(b + size - 4);
  }
  for (int64_t i = 0; i < size; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

}  // namespace key_hash

/// The slots of an open-addressing table from 32-bit hashes to numbers 0, 1, 2 …: linear probing,
/// at most half full. The caller keeps the keys and compares them. Not thread-safe.
class GroupSlots {
 public:
  GroupSlots() : slots_(kInitialSlots, 0) {}

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
    if (static_cast<uint64_t>(size_) * 2 > slots_.size()) Grow();
    return group;
  }

  int32_t size() const { return size_; }
  int64_t memory_bytes() const { return static_cast<int64_t>(slots_.size() * sizeof(uint64_t)); }
  void Clear() {
    slots_.assign(kInitialSlots, 0);
    slots_.shrink_to_fit();
    size_ = 0;
  }
  /// Counts a number that has no slot (the group of NULL).
  int32_t TakeNumber() { return size_++; }

 private:
  static constexpr size_t kInitialSlots = 1024;

  void Grow() {
    std::vector<uint64_t> old(slots_.size() * 2, 0);
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

/// Gives every distinct byte string a number from 0, in order of first appearance. Not thread-safe.
class ByteKeyTable {
 public:
  int32_t FindOrInsert(std::string_view key) {
    const char* bytes = key.data();
    const auto size = static_cast<int64_t>(key.size());
    return slots_.FindOrInsert(
        key_hash::OfBytes(bytes, size),
        [&](int32_t group) {
          const int64_t begin = keys_.offsets[group];
          return keys_.offsets[group + 1] - begin == size &&
                 key_hash::Equal(keys_.bytes.data() + begin, bytes, size);
        },
        [&] { keys_.Append(key); });
  }
  /// Adds a number whose key is the empty string, found by nobody: the caller's own special key.
  int32_t InsertUnreachable() {
    keys_.Append({});
    return slots_.TakeNumber();
  }

  const EncodedRows& keys() const { return keys_; }
  int64_t size() const { return slots_.size(); }
  int64_t memory_bytes() const {
    return slots_.memory_bytes() + static_cast<int64_t>(keys_.bytes.capacity()) +
           static_cast<int64_t>(keys_.offsets.capacity() * sizeof(int64_t));
  }
  void Clear() {
    slots_.Clear();
    keys_ = EncodedRows();
  }

 private:
  GroupSlots slots_;
  EncodedRows keys_;
};

}  // namespace firesteel
