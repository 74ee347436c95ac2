#include "functions/aggregate_support.h"

#include "functions/fixed_width_kernels.h"

namespace firesteel {

Result<std::shared_ptr<arrow::Array>> MakeBooleanArray(const std::vector<uint8_t>& values,
                                                       const std::vector<uint8_t>& set) {
  const auto length = static_cast<int64_t>(values.size());
  Validity validity;
  if (!set.empty()) {
    ARROW_ASSIGN_OR_RAISE(validity.bitmap, arrow::AllocateEmptyBitmap(length));
    FillBits(length, validity.bitmap->mutable_data(), [&](int64_t i) { return set[i] != 0; });
  }
  ARROW_ASSIGN_OR_RAISE(ColumnVector column, MakeBooleanColumn(length, validity, [&](int64_t i) {
                          return values[i] != 0;
                        }));
  return column.values;
}

}  // namespace firesteel
