#pragma once

#include "firesteel/types.h"
#include "spark/connect/types.pb.h"

namespace firesteel {

/// A type as the protocol has it; every part of it is set, nullability and metadata included.
void ToProtocol(const DataType& type, spark::connect::DataType* out);
void ToProtocol(const Schema& schema, spark::connect::DataType* out);
/// The reverse. Errors: UNSUPPORTED_DATATYPE, PARSE_SYNTAX_ERROR for unparsed text.
Result<DataType> FromProtocol(const spark::connect::DataType& type);
/// A schema as clients send it as text: JSON or DDL.
Result<Schema> ParseSchemaText(const std::string& text);

}  // namespace firesteel
