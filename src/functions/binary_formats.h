#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "firesteel/connector/table.h"
#include "functions/registry.h"
#include "types/column_view.h"

namespace firesteel {

/// from_avro, to_avro, schema_of_avro.
std::span<const ScalarFunctionDefinition> AvroFunctions();

/// from_protobuf, to_protobuf.
std::span<const ScalarFunctionDefinition> ProtobufFunctions();

// What the two have in common.

/// DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT.
Status RefuseFormatArgument(const BindRequest& request, std::string_view what);

/// Errors: the first argument is not BINARY.
Status CheckBinaryInput(const BindRequest& request);

/// Whether malformed values fail the query (FAILFAST, the default) or become NULL (PERMISSIVE), by
/// the option `mode`. Errors: PARSE_MODE_UNSUPPORTED.
Result<bool> FailsOnMalformed(const BindRequest& request, const Options& options);

/// Takes the arguments behind those that `function` has a type for as they are given, and gives it
/// a further argument NULL for each of `count` that was left out: they show in the name.
Status FillArguments(const BindRequest& request, int count, BoundFunction* function);

/// Appends the binary form of a row of the view.
using EncodeValue = std::function<Status(const ColumnView& view, int64_t row, std::string* out)>;

/// The binary form of the first argument, which has this type.
Result<ColumnVector> EncodeValues(std::span<const ColumnVector> arguments, int64_t rows,
                                  const DataType& type, const EncodeValue& encode);

}  // namespace firesteel
