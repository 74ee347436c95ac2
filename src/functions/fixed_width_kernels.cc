#include "functions/fixed_width_kernels.h"

#include <cstring>

#include "arrow/util/bitmap_ops.h"

namespace firesteel {

Result<std::shared_ptr<arrow::Buffer>> WritableBitmap(const Validity& validity, int64_t rows) {
  if (validity.bitmap) {
    return arrow::internal::CopyBitmap(arrow::default_memory_pool(), validity.bitmap->data(), 0,
                                       rows);
  }
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bitmap,
                        arrow::AllocateBuffer(arrow::bit_util::BytesForBits(rows)));
  std::memset(bitmap->mutable_data(), 0xff, bitmap->size());
  return bitmap;
}

}  // namespace firesteel
