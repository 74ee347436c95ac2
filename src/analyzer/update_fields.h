#pragma once

#include <string_view>
#include <vector>

#include "expr/expression.h"

namespace firesteel {

class Resolver;

/// The name of the call that means `Column.withField` and `dropFields`; no function of SQL has it.
/// Its arguments: a struct, then for each change in their order the literal `+path`, followed by
/// the field's new value, or the literal `-path` of a field that goes away. A path is `a.b`.
inline constexpr std::string_view kUpdateFields = "{}";

/// The struct after the changes; NULL where it was NULL. A field that does not exist is added at
/// the end, or is not dropped; those above it must exist. All arguments must be resolved. Errors:
/// FIELD_NOT_FOUND, AMBIGUOUS_REFERENCE_TO_FIELDS, DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE for what
/// is no struct, DATATYPE_MISMATCH.CANNOT_DROP_ALL_FIELDS.
Result<ExpressionPtr> UpdateFields(const std::vector<ExpressionPtr>& arguments,
                                   const Resolver& resolver);

}  // namespace firesteel
