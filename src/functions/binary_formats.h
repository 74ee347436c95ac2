#pragma once

#include <span>

#include "firesteel/connector/table.h"
#include "functions/registry.h"

namespace firesteel {

/// from_avro, to_avro, schema_of_avro.
std::span<const ScalarFunctionDefinition> AvroFunctions();

/// from_protobuf, to_protobuf.
std::span<const ScalarFunctionDefinition> ProtobufFunctions();

/// Whether malformed values fail the query (FAILFAST, the default) or become NULL (PERMISSIVE), by
/// the option `mode`. Errors: PARSE_MODE_UNSUPPORTED.
Result<bool> FailsOnMalformed(const BindRequest& request, const Options& options);

/// Gives `function` a further argument NULL for each that was left out: they show in the name.
Status FillWithNulls(const BindRequest& request, int count, BoundFunction* function);

}  // namespace firesteel
