#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firesteel/types.h"
#include "state/state_store.h"
#include "types/unsafe_row.h"

namespace firesteel {

// For tests only: rows made by hand, so that the state's tests need no codec.

/// A row of non-null LONG columns.
inline std::string LongRow(std::initializer_list<int64_t> values) {
  std::string row(8, '\0');
  for (const int64_t value : values) {
    row.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  return row;
}

/// A row of one STRING column.
inline std::string StringRow(std::string_view text) {
  const uint64_t word = uint64_t{16} << 32 | text.size();
  std::string row(8, '\0');
  row.append(reinterpret_cast<const char*>(&word), sizeof(word));
  row.append(text);
  row.append((8 - text.size() % 8) % 8, '\0');
  return row;
}

inline int64_t LongOf(std::string_view row, size_t column = 0) {
  int64_t value;
  std::memcpy(&value, row.data() + 8 + 8 * column, sizeof(value));
  return value;
}

inline EncodedRows Rows(const std::vector<std::string>& rows) {
  EncodedRows encoded;
  for (const std::string& row : rows) encoded.Append(row);
  return encoded;
}

inline EncodedRows LongRows(const std::vector<int64_t>& values) {
  EncodedRows encoded;
  for (const int64_t value : values) encoded.Append(LongRow({value}));
  return encoded;
}

inline StateStoreOptions LongOptions() {
  StateStoreOptions options;
  options.key_schema.Add("k", TypeId::kLong);
  options.value_schema.Add("v", TypeId::kLong);
  return options;
}

/// All entries of an open store as numbers.
inline std::map<int64_t, int64_t> Entries(StateStore* store) {
  std::map<int64_t, int64_t> entries;
  const Status scanned = store->Scan([&](std::string_view key, std::string_view value) {
    entries[LongOf(key)] = LongOf(value);
    return Result<bool>(true);
  });
  if (!scanned.ok()) entries[-1] = -1;
  return entries;
}

}  // namespace firesteel
