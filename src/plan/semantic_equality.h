#pragma once

#include "expr/expression.h"

namespace firesteel {

/// Whether two resolved expressions always give the same value: as Expression::Equals, but columns
/// are compared by id alone (`MODEL` and `model` are one column), and aliases are looked through.
/// This is what ties the parts of a SELECT list to the expressions of GROUP BY.
bool SemanticallyEqual(const Expression& a, const Expression& b);

}  // namespace firesteel
