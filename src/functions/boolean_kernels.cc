#include "functions/boolean_kernels.h"

#include <cstring>
#include <utility>

#include "arrow/type_fwd.h"
#include "arrow/util/bitmap_ops.h"
#include "functions/column_reader.h"

namespace firesteel {

namespace {

/// The bits of one side from bit 0 on: values and validity, in words; no validity is all ones.
class BooleanWords {
 public:
  static Result<BooleanWords> Make(const ColumnVector& column, int64_t rows) {
    BooleanWords words;
    if (column.constant) {
      words.constant_ = true;
      const bool valid = column.values->type_id() == arrow::Type::BOOL && column.values->IsValid(0);
      words.constant_valid_ = valid ? ~uint64_t{0} : 0;
      words.constant_value_ = valid && BooleanReader(column)[0] ? ~uint64_t{0} : 0;
      return words;
    }
    const arrow::Array& array = *column.values;
    const uint8_t* values = array.data()->GetValues<uint8_t>(1, 0);
    ARROW_ASSIGN_OR_RAISE(words.values_, Align(values, array.offset(), rows));
    if (array.null_count() != 0) {
      ARROW_ASSIGN_OR_RAISE(words.valid_, Align(array.null_bitmap_data(), array.offset(), rows));
    }
    return words;
  }

  /// Word i; bits beyond the last row are arbitrary.
  uint64_t value(int64_t i) const { return constant_ ? constant_value_ : Load(*values_, i); }
  uint64_t valid(int64_t i) const {
    if (constant_) return constant_valid_;
    return valid_ ? Load(*valid_, i) : ~uint64_t{0};
  }
  bool may_be_null() const { return constant_ ? constant_valid_ == 0 : valid_ != nullptr; }

 private:
  static Result<std::shared_ptr<arrow::Buffer>> Align(const uint8_t* bits, int64_t offset,
                                                      int64_t rows) {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          arrow::AllocateBuffer((rows + 63) / 64 * 8));
    std::memset(buffer->mutable_data(), 0, buffer->size());
    arrow::internal::CopyBitmap(bits, offset, rows, buffer->mutable_data(), 0);
    return buffer;
  }
  static uint64_t Load(const arrow::Buffer& buffer, int64_t i) {
    uint64_t word;
    std::memcpy(&word, buffer.data() + i * 8, 8);
    return word;
  }

  std::shared_ptr<arrow::Buffer> values_;
  std::shared_ptr<arrow::Buffer> valid_;
  bool constant_ = false;
  uint64_t constant_value_ = 0;
  uint64_t constant_valid_ = 0;
};

}  // namespace

Result<ColumnVector> CombineBooleans(BooleanOp op, const ColumnVector& left,
                                     const ColumnVector& right, int64_t rows) {
  ARROW_ASSIGN_OR_RAISE(BooleanWords a, BooleanWords::Make(left, rows));
  ARROW_ASSIGN_OR_RAISE(BooleanWords b, BooleanWords::Make(right, rows));
  const int64_t words = (rows + 63) / 64;
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> values, arrow::AllocateBuffer(words * 8));
  std::shared_ptr<arrow::Buffer> valid;
  if (a.may_be_null() || b.may_be_null()) {
    ARROW_ASSIGN_OR_RAISE(valid, arrow::AllocateBuffer(words * 8));
  }
  for (int64_t i = 0; i < words; ++i) {
    // A side that decides alone (FALSE for AND, TRUE for OR) makes the result known even when the
    // other one is NULL.
    const uint64_t a_true = a.value(i) & a.valid(i);
    const uint64_t b_true = b.value(i) & b.valid(i);
    const uint64_t a_false = ~a.value(i) & a.valid(i);
    const uint64_t b_false = ~b.value(i) & b.valid(i);
    const uint64_t is_true = op == BooleanOp::kAnd ? a_true & b_true : a_true | b_true;
    const uint64_t is_false = op == BooleanOp::kAnd ? a_false | b_false : a_false & b_false;
    std::memcpy(values->mutable_data() + i * 8, &is_true, 8);
    if (valid) {
      const uint64_t known = is_true | is_false;
      std::memcpy(valid->mutable_data() + i * 8, &known, 8);
    }
  }
  Validity validity;
  validity.bitmap = std::move(valid);
  return MakeFixedColumn(arrow::boolean(), rows, validity, std::move(values));
}

}  // namespace firesteel
