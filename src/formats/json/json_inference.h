#pragma once

#include <memory>
#include <vector>

#include "firesteel/connector/table.h"
#include "firesteel/types.h"

namespace arrow::io {
class RandomAccessFile;
}  // namespace arrow::io

namespace firesteel {

/// Finds the schema that all records of the files fit, as Spark does: fields in alphabetical order;
/// whole numbers are long, others double; what agrees in nothing is string; fields that are always
/// NULL are string as well. Malformed records add the corrupt-record column in PERMISSIVE mode.
Result<Schema> InferJsonSchema(
    const std::vector<std::shared_ptr<arrow::io::RandomAccessFile>>& files, const Options& options);

}  // namespace firesteel
