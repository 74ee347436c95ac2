#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "arrow/type_fwd.h"
#include "firesteel/types.h"

namespace firesteel {

/// Rows as Spark's UnsafeRow bytes: the form of keys and values in the state store and its files.
///
///   [null bits: 8-byte words, field i is bit i][one 8-byte word per field][variable part]
///
/// A variable field's word is `offset << 32 | size`, the offset counted from the start of the row;
/// every value in the variable part is padded with zeros to 8 bytes. A change here makes existing
/// checkpoints unreadable, by us and by Spark.
///
/// Many rows in one contiguous buffer: row i is bytes[offsets[i], offsets[i + 1]).
struct EncodedRows {
  std::vector<int64_t> offsets{0};
  std::string bytes;

  int64_t size() const { return static_cast<int64_t>(offsets.size()) - 1; }
  std::string_view operator[](int64_t i) const {
    return std::string_view(bytes).substr(offsets[i], offsets[i + 1] - offsets[i]);
  }
  void Append(std::string_view row) {
    bytes.append(row);
    offsets.push_back(static_cast<int64_t>(bytes.size()));
  }
  void Clear() {
    offsets.assign(1, 0);
    bytes.clear();
  }
};

/// Converts between columns and UnsafeRow bytes. Immutable, thread-safe.
class UnsafeRowCodec {
 public:
  static Result<UnsafeRowCodec> Make(std::vector<DataType> types);

  /// Appends one row per element of the columns, which must have equal length and the Arrow types
  /// of the codec's types. With `normalize_floats`, as grouping keys need, -0.0 becomes 0.0 and
  /// every NaN the one NaN.
  Status Encode(const std::vector<std::shared_ptr<arrow::Array>>& columns, bool normalize_floats,
                EncodedRows* rows) const;

  /// Decodes rows into columns. Bytes come from files: anything malformed (offsets outside of the
  /// row, wrong sizes) is an error (condition STATE_STORE_INVALID_ROW…), never a crash.
  Result<std::vector<std::shared_ptr<arrow::Array>>> Decode(
      const std::vector<std::string_view>& rows) const;

  const std::vector<DataType>& types() const { return types_; }

 private:
  explicit UnsafeRowCodec(std::vector<DataType> types) : types_(std::move(types)) {}
  std::vector<DataType> types_;
};

}  // namespace firesteel
