#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace firesteel {

// The plain content of a state file, `.delta` or `.snapshot`, as Spark's
// HDFSBackedStateStoreProvider writes it. Numbers are big-endian int32:
//
//   [key size][key][value size][value]    a put
//   [key size][key][-1]                   a removal; not in snapshots
//   [-1]                                  the end, in every file
//
// A change here makes existing checkpoints unreadable, by us and by Spark.

inline constexpr int32_t kEndOfRecords = -1;
inline constexpr int32_t kRemoved = -1;

inline void AppendBigEndian(int32_t number, std::string* out) {
  const uint32_t swapped = __builtin_bswap32(static_cast<uint32_t>(number));
  static_assert(std::endian::native == std::endian::little);
  out->append(reinterpret_cast<const char*>(&swapped), sizeof(swapped));
}

inline int32_t ReadBigEndian(const char* bytes) {
  uint32_t swapped;
  std::memcpy(&swapped, bytes, sizeof(swapped));
  return static_cast<int32_t>(__builtin_bswap32(swapped));
}

/// Writes a size and that many bytes to `at`; returns where they end.
inline char* WriteSized(std::string_view bytes, char* at) {
  const uint32_t swapped = __builtin_bswap32(static_cast<uint32_t>(bytes.size()));
  std::memcpy(at, &swapped, sizeof(swapped));
  if (!bytes.empty()) std::memcpy(at + sizeof(swapped), bytes.data(), bytes.size());
  return at + sizeof(swapped) + bytes.size();
}

inline void AppendPut(std::string_view key, std::string_view value, std::string* out) {
  const size_t start = out->size();
  out->resize(start + 2 * sizeof(int32_t) + key.size() + value.size());
  WriteSized(value, WriteSized(key, out->data() + start));
}

inline void AppendRemoval(std::string_view key, std::string* out) {
  AppendBigEndian(static_cast<int32_t>(key.size()), out);
  out->append(key);
  AppendBigEndian(kRemoved, out);
}

}  // namespace firesteel
