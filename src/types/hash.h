#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "arrow/type_fwd.h"
#include "firesteel/types.h"

namespace firesteel {

/// Spark's seed for hash() and for the partition of a key.
inline constexpr int32_t kHashSeed = 42;

/// Spark's Murmur3_x86_32 variants. HashBytes is the legacy form: whole little-endian words, then
/// every trailing byte as a word of its own.
int32_t Murmur3HashInt(int32_t value, int32_t seed);
int32_t Murmur3HashLong(int64_t value, int32_t seed);
int32_t Murmur3HashBytes(std::string_view bytes, int32_t seed);

/// Folds `column` into `hashes`, one hash per row: `hashes[i] = hash(column[i], seed hashes[i])`.
/// NULL leaves the hash as it is. Start with kHashSeed in every slot.
Status Murmur3Update(const arrow::Array& column, const DataType& type,
                     std::vector<int32_t>* hashes);

/// As Spark's xxhash64, whose seed is 42 too.
Status XxHash64Update(const arrow::Array& column, const DataType& type,
                      std::vector<int64_t>* hashes);

/// The partition of each key: `pmod(murmur3(columns, 42), partitions)`. Fixed for ever by the
/// state in existing checkpoints.
Result<std::vector<int32_t>> PartitionIds(const std::vector<std::shared_ptr<arrow::Array>>& columns,
                                          const std::vector<DataType>& types, int partitions);

}  // namespace firesteel
