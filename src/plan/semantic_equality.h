#pragma once

#include <cstddef>

#include "expr/expression.h"

namespace firesteel {

/// Whether two resolved expressions always give the same value: as Expression::Equals, but columns
/// are compared by id alone (`MODEL` and `model` are one column), aliases are looked through, and
/// the operands of +, *, =, AND and OR may be swapped. This is what ties the parts of a SELECT list
/// to the expressions of GROUP BY.
bool SemanticallyEqual(const Expression& a, const Expression& b);

/// Equal for semantically equal expressions.
size_t SemanticHash(const Expression& expression);

}  // namespace firesteel
