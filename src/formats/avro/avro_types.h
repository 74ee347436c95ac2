#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "firesteel/connector/table.h"
#include "firesteel/types.h"
#include "formats/avro/avro_schema.h"

namespace firesteel {

/// How schemas of Avro become types, from the options of from_avro and of the readers.
struct AvroTypeOptions {
  int recursive_depth = -1;         ///< recursiveFieldMaxDepth; 1 to 12, else recursion is refused
  bool stable_union_names = false;  ///< enableStableIdentifiersForUnionType
  std::string union_prefix = "member_";  ///< stableIdentifierPrefixForUnionType

  /// Errors: INVALID_OPTIONS.… for a number or a truth value that is none.
  static Result<AvroTypeOptions> Make(const Options& options);
};

/// A type, and whether its values may be NULL.
struct AvroColumnType {
  DataType type;
  bool nullable = false;
};

/// The type that Spark reads values of this schema as. A union of NULL and one other type is that
/// type, other unions are structs with a field for each branch (`member0`, `member1`, …).
/// Errors: AVRO_SCHEMA_NOT_SUPPORTED.
Result<AvroColumnType> AvroToSparkType(const AvroSchema& schema, const AvroTypeOptions& options);

/// The text of the schema that Spark writes values of this type with.
/// Errors: AVRO_SCHEMA_NOT_SUPPORTED for intervals of months and days, and maps of other keys than
/// strings.
Result<std::string> SparkTypeToAvro(const DataType& type, bool nullable);

/// The name of a union's member in a struct: of the branch at `place`, which counts without null.
std::string UnionMemberName(const AvroNode& branch, int place, const AvroTypeOptions& options);

/// Says that a schema cannot be used.
Status AvroNotSupported(std::string_view reason);

}  // namespace firesteel
