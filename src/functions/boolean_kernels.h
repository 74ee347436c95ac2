#pragma once

#include "expr/column_vector.h"

namespace firesteel {

enum class BooleanOp { kAnd, kOr };

/// AND and OR in three-valued logic, 64 rows at a time.
Result<ColumnVector> CombineBooleans(BooleanOp op, const ColumnVector& left,
                                     const ColumnVector& right, int64_t rows);

}  // namespace firesteel
