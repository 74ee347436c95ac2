#pragma once

#include <memory>
#include <string>

#include "arrow/type_fwd.h"
#include "firesteel/types.h"

namespace firesteel {

/// The key of a file's metadata under which Spark keeps its schema, as JSON.
inline constexpr char kSparkSchemaKey[] = "org.apache.spark.sql.parquet.row.metadata";

/// Whether a column of a Parquet file, read as `from`, can be given as `to`: the same type, a wider
/// one, or one that shares its stored form. Nested types are matched field by field, by name
/// without case; fields the file lacks are NULL.
bool CanReadParquet(const arrow::DataType& from, const DataType& to);

/// Converts a column to ToArrowType(to). Requires CanReadParquet. Errors: a value that does not
/// fit.
Result<std::shared_ptr<arrow::Array>> ConvertFromParquet(const std::shared_ptr<arrow::Array>& array,
                                                         const DataType& to);

/// Returns the index of the field of this name without case, -1 when there is none, -2 when there
/// are several.
int FindParquetField(const arrow::FieldVector& fields, const std::string& name);

/// The Arrow type that a column is written as: intervals are plain numbers in a file.
std::shared_ptr<arrow::DataType> ToParquetType(const DataType& type);
/// Turns a column of ToArrowType(type) into one of ToParquetType(type), without copying.
std::shared_ptr<arrow::Array> ConvertToParquet(const std::shared_ptr<arrow::Array>& array,
                                               const DataType& type);
/// Whether a type can be written.
bool CanWriteParquet(const DataType& type);

}  // namespace firesteel
