#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "expr/expression.h"

namespace firesteel {

class Resolver;

/// Which of the fields of a struct has this name. Errors: FIELD_NOT_FOUND,
/// AMBIGUOUS_REFERENCE_TO_FIELDS.
Result<int> FindField(const std::vector<std::string_view>& fields, const std::string& name,
                      bool case_sensitive);

/// `base.key` and `base[key]`: a field of a struct, the same field of every struct in an array, an
/// element of an array, the value of a map's key. Both must be resolved. Errors: FIELD_NOT_FOUND,
/// AMBIGUOUS_REFERENCE_TO_FIELDS, INVALID_EXTRACT_FIELD_TYPE, INVALID_EXTRACT_BASE_FIELD_TYPE,
/// DATATYPE_MISMATCH.*.
Result<ExpressionPtr> ExtractValue(const ExpressionPtr& base, const ExpressionPtr& key,
                                   const Resolver& resolver);

}  // namespace firesteel
