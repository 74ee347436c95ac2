#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/error.h"
#include "firesteel/types.h"

namespace firesteel {

/// What can be said of rows in UnsafeRow form without decoding them: which fields have a variable
/// part. Immutable, thread-safe. (The form itself is described in types/unsafe_row.h.)
class UnsafeRowShape {
 public:
  explicit UnsafeRowShape(const Schema& schema);

  /// Whether a row of this schema can have this size.
  bool FitsSize(size_t size) const { return size >= fixed_bytes_ && size % 8 == 0; }
  /// Checks the size and that every variable part lies inside the row. The error says what is
  /// wrong, in words.
  Status Validate(std::string_view row) const;

  /// Replaces `*prefix` by the row of the first `columns` fields of `row`: the bytes that encoding
  /// just these fields gives. Errors: STATE_STORE_INVALID_ROW.
  Status Prefix(std::string_view row, int columns, std::string* prefix) const;

 private:
  enum class Field : uint8_t {
    kFixed,
    kVariable,  // as many bytes as its size, padded to 8
    kReserved,  // always 16 bytes, also when it is NULL: decimals of more than 18 digits
  };
  static size_t BitsetBytes(size_t fields) { return (fields + 63) / 64 * 8; }

  std::vector<Field> fields_;
  size_t fixed_bytes_;  // the null bits and the words
};

}  // namespace firesteel
