#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/env.h"
#include "connectors/file/input_listing.h"
#include "firesteel/connector/predicate.h"
#include "firesteel/types.h"

namespace firesteel {

/// What one directory `name=value` says. No value stands for NULL.
struct PartitionValue {
  std::string name;
  std::optional<std::string> text;
};

/// The name of the directory of NULLs and empty strings.
inline constexpr std::string_view kNullPartition = "__HIVE_DEFAULT_PARTITION__";

/// Makes `name=value` with the characters that paths cannot hold as %XX.
std::string PartitionDirectoryName(std::string_view name, std::optional<std::string_view> value);

/// Reads the partition directories of a file below `base_depth` components of its path:
/// `/in/a=1/b=x/f.json` with base_depth 1 gives a=1, b=x. None where there are none.
std::vector<PartitionValue> PartitionValuesOf(std::string_view path, int base_depth);

/// Finds the partition columns that the paths of these files have in common. With `infer_types`
/// their types come from the values (int, bigint, decimal, double, date, timestamp, string), else
/// all are strings. Errors: CONFLICTING_PARTITION_COLUMN_NAMES.
Result<Schema> DiscoverPartitionColumns(const std::vector<FileStatus>& files, int base_depth,
                                        bool infer_types, const std::string& time_zone);

/// Turns the text of a directory into a value of its column's type. Errors:
/// INVALID_PARTITION_VALUE.
Result<Value> PartitionValueAs(const PartitionValue& partition, const DataType& type,
                               const std::string& time_zone);

/// Whether rows with this value in the predicate's column can make it true.
bool MayMatchPartition(const Predicate& predicate, const Value& value);

/// Whether two names are the same column: case does not count.
bool IsSameColumn(std::string_view a, std::string_view b);

}  // namespace firesteel
