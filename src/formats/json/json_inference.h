#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "firesteel/connector/table.h"
#include "firesteel/types.h"
#include "formats/json/json_read_options.h"
#include "formats/file_format.h"

namespace firesteel {

/// Finds the schema that all records of the files fit, as Spark does: fields in alphabetical order;
/// whole numbers are long, others double; what agrees in nothing is string; fields that are always
/// NULL are string as well. Malformed records add the corrupt-record column in PERMISSIVE mode.
Result<Schema> InferJsonSchema(const std::vector<InferenceFile>& files,
                               const Options& options);

/// Finds the type of one text, which may be an array or a scalar; nullopt when it is malformed and
/// the mode says to go on. As schema_of_json has it. Errors: malformed, in FAILFAST mode.
Result<std::optional<DataType>> InferJsonType(std::string_view text,
                                              const JsonReadOptions& options);

}  // namespace firesteel
