#pragma once

#include <string>
#include <string_view>

#include "firesteel/error.h"
#include "firesteel/row.h"
#include "firesteel/types.h"

namespace firesteel::testing {

/// Reads a row written as a JSON array: numbers, booleans, strings, null; arrays as arrays, structs as
/// objects; decimals, dates, timestamps (UTC), NaN and the infinities as strings. Errors: text that
/// does not fit the schema.
Result<Row> ReadJsonRow(std::string_view text, const Schema& schema);

/// Writes a row as ReadJsonRow reads it.
std::string WriteJsonRow(const Row& row, const Schema& schema);

}  // namespace firesteel::testing
