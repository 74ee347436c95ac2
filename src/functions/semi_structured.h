#pragma once

#include <functional>
#include <string>
#include <vector>

#include "firesteel/connector/table.h"
#include "functions/binding.h"

namespace firesteel {

// What the functions of JSON and CSV text share.

/// The options that argument `index` (may be left out) gives as `map('name', 'value', …)`.
/// Errors: INVALID_OPTIONS.NON_MAP_FUNCTION, INVALID_OPTIONS.NON_STRING_TYPE.
Result<Options> OptionsArgument(const BindRequest& request, int index);

/// The type that argument `index` gives as text: of columns (`a INT, b STRING`) or of a value.
/// Errors: INVALID_SCHEMA.NON_STRING_LITERAL, PARSE_SYNTAX_ERROR, …
Result<DataType> SchemaArgument(const BindRequest& request, int index);

/// The type with everything in it nullable: text may lack anything.
DataType AsNullable(const DataType& type);

/// Renders a call with its first argument only.
std::function<std::string(const std::vector<std::string>&)> FirstArgumentOnly(
    std::string_view name);

/// Starts a function of text that has a constant in its place: only the first argument counts.
/// Errors: DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE, there are no implicit casts to text.
Result<BoundFunction> StartTextFunction(const BindRequest& request);

/// The text that schema_of_json and schema_of_csv look at. Errors: DATATYPE_MISMATCH.UNEXPECTED_NULL,
/// DATATYPE_MISMATCH.NON_FOLDABLE_INPUT.
Result<std::string> ExampleArgument(const BindRequest& request, std::string_view parameter);

/// A function that gives one text for every row.
BoundFunction ConstantText(const BindRequest& request, std::string text);

/// MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION.
Status MalformedRecord(std::string_view record);

}  // namespace firesteel
