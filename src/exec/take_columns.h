#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "arrow/type_fwd.h"
#include "firesteel/error.h"

namespace firesteel {

/// The columns' rows in another order, or some of them.
Result<std::vector<std::shared_ptr<arrow::Array>>> TakeColumnRows(
    const std::vector<std::shared_ptr<arrow::Array>>& columns, const std::vector<int32_t>& rows);

}  // namespace firesteel
