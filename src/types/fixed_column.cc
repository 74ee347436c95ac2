#include "types/fixed_column.h"

#include "arrow/memory_pool.h"
#include "arrow/type.h"
#include "arrow/util/bitmap_ops.h"

namespace firesteel {
namespace {

int64_t BytesForBits(int64_t bits) { return (bits + 7) / 8; }

}  // namespace

Result<std::shared_ptr<arrow::Buffer>> CopyValidity(const arrow::ArrayData& data) {
  if (data.buffers[0] == nullptr || data.GetNullCount() == 0) return nullptr;
  return arrow::internal::CopyBitmap(arrow::default_memory_pool(), data.buffers[0]->data(),
                                     data.offset, data.length);
}

Result<ResultValidity> ResultValidity::Make(const arrow::ArrayData& input) {
  ResultValidity validity;
  validity.length_ = input.length;
  ARROW_ASSIGN_OR_RAISE(validity.bits_, CopyValidity(input));
  return validity;
}

Status ResultValidity::SetNull(int64_t i) {
  if (bits_ == nullptr) {
    ARROW_ASSIGN_OR_RAISE(bits_, arrow::AllocateBuffer(BytesForBits(length_)));
    std::memset(bits_->mutable_data(), 0xFF, static_cast<size_t>(bits_->size()));
  }
  uint8_t* const bits = bits_->mutable_data();
  bits[i >> 3] = static_cast<uint8_t>(bits[i >> 3] & ~(1 << (i & 7)));
  return Status::OK();
}

Result<BooleanColumn> BooleanColumn::Make(const arrow::ArrayData& input) {
  BooleanColumn column;
  column.length_ = input.length;
  ARROW_ASSIGN_OR_RAISE(column.validity_, ResultValidity::Make(input));
  ARROW_ASSIGN_OR_RAISE(column.buffer_, arrow::AllocateBuffer(BytesForBits(input.length)));
  std::memset(column.buffer_->mutable_data(), 0, static_cast<size_t>(column.buffer_->size()));
  return column;
}

std::shared_ptr<arrow::Array> BooleanColumn::Finish() {
  return arrow::MakeArray(
      arrow::ArrayData::Make(arrow::boolean(), length_, {validity_.Finish(), std::move(buffer_)}));
}

}  // namespace firesteel
