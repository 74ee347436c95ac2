#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "firesteel/error.h"
#include "state/byte_map.h"
#include "state/unsafe_row_shape.h"

namespace firesteel {

/// Finds the records of a ByteMap by the first columns of their keys. Kept in step by the map's
/// owner. Not thread-safe.
class PrefixIndex {
 public:
  PrefixIndex(UnsafeRowShape key_shape, int columns)
      : key_shape_(std::move(key_shape)), columns_(columns) {}

  /// Errors: STATE_STORE_INVALID_ROW for a key that is no row, OutOfMemory.
  Status Add(std::string_view key, RecordRef ref);
  void Remove(std::string_view key, RecordRef ref);
  /// Notes that the record of `key` has another place now.
  void Move(std::string_view key, RecordRef from, RecordRef to);
  /// The records whose keys start with the columns of `prefix_row`, in no order.
  std::vector<RecordRef> Find(std::string_view prefix_row) const;

  void Compact() { map_.Compact(nullptr); }
  int64_t memory_bytes() const { return map_.memory_bytes(); }

 private:
  // Finds the list of `key`'s prefix, which must exist.
  RecordRef FindList(std::string_view key, uint32_t* hash);

  const UnsafeRowShape key_shape_;
  const int columns_;
  ByteMap map_;         // prefix row -> refs, four bytes each
  std::string prefix_;  // spares an allocation per call
};

}  // namespace firesteel
