#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "arrow/type_fwd.h"
#include "types/unsafe_row.h"

namespace firesteel {

/// Divides rows by their keys into parts that can be worked on one after the other when all of them
/// take too much memory. Keys that GroupTable holds equal come to the same part. Each `level`
/// divides in a way of its own, also other than an exchange does. Not thread-safe.
class KeyPartitioner {
 public:
  static Result<KeyPartitioner> Make(std::vector<DataType> key_types, int parts, int level);

  /// Writes the part of each row to `out`.
  Status Assign(const std::vector<std::shared_ptr<arrow::Array>>& keys, int64_t rows,
                std::vector<int32_t>* out);
  int parts() const { return parts_; }

 private:
  KeyPartitioner(UnsafeRowCodec codec, int parts, int level)
      : codec_(std::move(codec)), parts_(parts), level_(level) {}

  UnsafeRowCodec codec_;
  int parts_;
  int level_;
  EncodedRows encoded_;  // of the batch at hand
};

}  // namespace firesteel
