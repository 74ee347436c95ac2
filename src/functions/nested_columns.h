#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "arrow/type_fwd.h"
#include "expr/column_vector.h"
#include "firesteel/types.h"

namespace firesteel {

/// The elements of all rows of a list or map column, one after another.
struct FlatLists {
  std::vector<int64_t> elements;    ///< where each lies in the column's child
  std::vector<int64_t> parents;     ///< the row each belongs to
  std::vector<int32_t> offsets{0};  ///< row i has the elements [offsets[i], offsets[i + 1])
  std::vector<uint8_t> set;         ///< zero where the row is NULL; empty: no row is

  int64_t rows() const { return static_cast<int64_t>(offsets.size()) - 1; }
  int64_t size() const { return static_cast<int64_t>(elements.size()); }
  bool IsSet(int64_t row) const { return set.empty() || set[row]; }
};

/// Lays out a list or map column; a constant one is repeated for every row.
FlatLists Flatten(const ColumnVector& lists, int64_t rows);

/// Gathers the flat elements out of the column's child; copies nothing when they lie in one piece.
Result<std::shared_ptr<arrow::Array>> GatherElements(const std::shared_ptr<arrow::Array>& child,
                                                     const FlatLists& flat);

/// The place of every element within its row.
Result<std::shared_ptr<arrow::Array>> ElementPlaces(const FlatLists& flat);

/// Makes a list column of `type`: row i holds [offsets[i], offsets[i + 1]) of `values`, NULL where
/// `set` (empty: never) is zero.
Result<ColumnVector> WrapLists(const DataType& type, const std::shared_ptr<arrow::Array>& values,
                               const std::vector<int32_t>& offsets,
                               const std::vector<uint8_t>& set);

/// What becomes of a key that a map has already (spark.sql.mapKeyDedupPolicy).
enum class DuplicateKeys { kError, kLastWins };

/// Makes a map column of `type` as WrapLists makes lists. Errors: NULL_MAP_KEY, DUPLICATED_MAP_KEY.
Result<ColumnVector> WrapMaps(const DataType& type, std::shared_ptr<arrow::Array> keys,
                              std::shared_ptr<arrow::Array> values,
                              const std::vector<int32_t>& offsets, const std::vector<uint8_t>& set,
                              DuplicateKeys duplicates);

/// Makes a struct array of `type` from its fields; NULL where `set` (empty: never) is zero.
Result<std::shared_ptr<arrow::Array>> WrapStructs(
    const DataType& type, const std::vector<std::shared_ptr<arrow::Array>>& fields, int64_t length,
    const std::vector<uint8_t>& set);

}  // namespace firesteel
