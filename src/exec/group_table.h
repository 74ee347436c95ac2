#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "arrow/type_fwd.h"
#include "firesteel/error.h"
#include "firesteel/types.h"
#include "types/unsafe_row.h"

namespace firesteel {

/// Gives every distinct key row a number from 0, in order of first appearance. One string or one
/// integer column has a fast path; other keys are compared by their normalised UnsafeRow bytes
/// (-0.0 equals 0.0, NaN equals NaN, NULL equals NULL). Not thread-safe.
class GroupTable {
 public:
  virtual ~GroupTable() = default;
  static Result<std::unique_ptr<GroupTable>> Make(std::vector<DataType> key_types);

  /// Makes room for so many groups, or for as many as are worth it: growing by steps costs more.
  /// Called before the first Lookup, if at all.
  virtual void Expect(int64_t) {}
  /// Writes the group of each row to `groups` (resized to `rows`).
  virtual Status Lookup(const std::vector<std::shared_ptr<arrow::Array>>& keys, int64_t rows,
                        std::vector<int32_t>* groups) = 0;
  /// As Lookup, with -1 for a key that has no group. May be called by many threads, each with a
  /// `scratch` of its own.
  virtual Status Find(const std::vector<std::shared_ptr<arrow::Array>>& keys, int64_t rows,
                      EncodedRows* scratch, std::vector<int32_t>* groups) const = 0;
  virtual int64_t size() const = 0;
  virtual int64_t memory_bytes() const = 0;
  /// The distinct keys as columns, in group order.
  virtual Result<std::vector<std::shared_ptr<arrow::Array>>> Keys() const = 0;
  /// The same as normalised UnsafeRow bytes if that is how the table keeps them, else nullptr.
  virtual const EncodedRows* EncodedKeys() const { return nullptr; }
  /// Forgets all groups.
  virtual void Clear() = 0;
};

}  // namespace firesteel
