#pragma once

#include <string>

#include "formats/avro/avro_schema.h"

namespace firesteel {

/// The default of a field in Avro's binary form; a union's default is of its first branch.
/// Errors: AVRO_SCHEMA_NOT_SUPPORTED for one that does not fit the field's type.
Result<std::string> EncodeAvroDefault(const AvroField& field);

/// Appends an int or a long: zigzag, 7 bits a byte.
void AppendAvroLong(int64_t value, std::string* out);

}  // namespace firesteel
