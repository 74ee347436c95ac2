#include "formats/json/json_column.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/data.h"
#include "arrow/array/util.h"
#include "arrow/buffer.h"
#include "arrow/type.h"
#include "types/arrow_types.h"

namespace firesteel {
namespace {

bool HasEnds(TypeId id) {
  return id == TypeId::kString || id == TypeId::kBinary || id == TypeId::kArray ||
         id == TypeId::kMap;
}

int WidthOf(TypeId id) {
  switch (id) {
    case TypeId::kBoolean:
    case TypeId::kByte:
      return 1;
    case TypeId::kShort:
      return 2;
    case TypeId::kInteger:
    case TypeId::kFloat:
    case TypeId::kDate:
    case TypeId::kYearMonthInterval:
      return 4;
    case TypeId::kLong:
    case TypeId::kDouble:
    case TypeId::kTimestamp:
    case TypeId::kTimestampNtz:
    case TypeId::kDayTimeInterval:
      return 8;
    case TypeId::kDecimal:
    case TypeId::kCalendarInterval:
      return 16;
    default:
      return 0;
  }
}

// Packs bytes of 0 and 1 into bits, lowest first, eight at a time.
Result<std::shared_ptr<arrow::Buffer>> PackBits(const uint8_t* bytes, int64_t count) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bits,
                        arrow::AllocateBuffer((count + 7) / 8));
  uint8_t* out = bits->mutable_data();
  int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    uint64_t word;
    std::memcpy(&word, bytes + i, 8);
    *out++ = static_cast<uint8_t>((word * 0x0102040810204080ULL) >> 56);
  }
  if (i < count) {
    uint8_t last = 0;
    for (int bit = 0; i + bit < count; ++bit) last |= static_cast<uint8_t>(bytes[i + bit] << bit);
    *out = last;
  }
  return bits;
}

}  // namespace

JsonColumn::JsonColumn(const DataType& type)
    : type_(type), id_(type.id()), width_(WidthOf(type.id())) {
  switch (id_) {
    case TypeId::kArray:
      children_.emplace_back(type.element_type());
      break;
    case TypeId::kMap:
      children_.emplace_back(type.key_type());
      children_.emplace_back(type.value_type());
      break;
    case TypeId::kStruct:
      children_.reserve(type.fields().size());
      for (const StructField& field : type.fields()) children_.emplace_back(field.type);
      break;
    default:
      break;
  }
}

int64_t JsonColumn::EndOf(int64_t element_count) const {
  return ends_.length() == 0 ? 0 : ends_.data()[element_count];
}

Status JsonColumn::AppendList() { return AppendEnd(children_[0].length()); }

Status JsonColumn::AppendStruct() { return AppendValid(); }

Status JsonColumn::AppendNull() {
  static constexpr std::array<uint8_t, 16> kZeros{};
  if (width_ > 0) ARROW_RETURN_NOT_OK(values_.Append(kZeros.data(), width_));
  if (HasEnds(id_)) {
    if (ends_.length() == 0) ARROW_RETURN_NOT_OK(ends_.Append(0));
    ARROW_RETURN_NOT_OK(ends_.Append(ends_.data()[length_]));
  }
  if (id_ == TypeId::kStruct) {
    for (JsonColumn& child : children_) ARROW_RETURN_NOT_OK(child.AppendNull());
  }
  ++length_;
  return valid_.Append(0);
}

void JsonColumn::TruncateChildren() {
  if (id_ == TypeId::kStruct) {
    for (JsonColumn& child : children_) child.Truncate(length_);
  } else if (id_ == TypeId::kArray || id_ == TypeId::kMap) {
    for (JsonColumn& child : children_) child.Truncate(EndOf(length_));
  }
}

void JsonColumn::Truncate(int64_t length) {
  if (length < length_) {
    length_ = length;
    valid_.bytes_builder()->Rewind(length);
    if (width_ > 0) values_.Rewind(length * width_);
    if (HasEnds(id_)) {
      ends_.bytes_builder()->Rewind((length + 1) * static_cast<int64_t>(sizeof(int32_t)));
      if (children_.empty()) values_.Rewind(EndOf(length));
    }
  }
  TruncateChildren();
}

Result<std::shared_ptr<arrow::Buffer>> JsonColumn::FinishValidity(int64_t* null_count) {
  const uint8_t* bytes = valid_.data();
  int64_t valid_count = 0;
  for (int64_t i = 0; i < length_; ++i) valid_count += bytes[i];
  *null_count = length_ - valid_count;
  std::shared_ptr<arrow::Buffer> bits;
  if (*null_count > 0) {
    ARROW_ASSIGN_OR_RAISE(bits, PackBits(bytes, length_));
  }
  valid_.bytes_builder()->Rewind(0);
  return bits;
}

Status JsonColumn::MakeRoom() {
  constexpr int64_t kFewest = 1024;
  const int64_t more = std::max(kFewest, length_);
  ARROW_RETURN_NOT_OK(valid_.Reserve(more));
  if (HasEnds(id_)) ARROW_RETURN_NOT_OK(ends_.Reserve(more + 1));
  if (width_ > 0) ARROW_RETURN_NOT_OK(values_.Reserve(more * width_));
  room_ = length_ + more;
  return Status::OK();
}

Status JsonColumn::ReserveLike(int64_t elements, int64_t bytes) {
  ARROW_RETURN_NOT_OK(valid_.Reserve(elements));
  if (HasEnds(id_)) ARROW_RETURN_NOT_OK(ends_.Reserve(elements + 1));
  // Strings vary in length: an eighth more is enough most times.
  return values_.Reserve(width_ > 0 ? bytes : bytes + bytes / 8);
}

Result<std::shared_ptr<arrow::ArrayData>> JsonColumn::FinishData() {
  const std::shared_ptr<arrow::DataType> arrow_type = ToArrowType(type_);
  const int64_t length = length_;
  const int64_t bytes = values_.length();
  int64_t null_count = 0;
  if (id_ == TypeId::kNull) {
    valid_.bytes_builder()->Rewind(0);
    length_ = 0;
    room_ = 0;
    return arrow::ArrayData::Make(arrow_type, length, {nullptr}, length);
  }
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> validity, FinishValidity(&null_count));
  length_ = 0;
  room_ = 0;
  std::vector<std::shared_ptr<arrow::Buffer>> buffers{validity};
  if (HasEnds(id_)) {
    if (ends_.length() == 0) ARROW_RETURN_NOT_OK(ends_.Append(0));
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> ends,
                          ends_.Finish(/*shrink_to_fit=*/false));
    buffers.push_back(std::move(ends));
  }
  if (id_ == TypeId::kBoolean) {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bits, PackBits(values_.data(), length));
    values_.Rewind(0);
    buffers.push_back(std::move(bits));
  } else if (width_ > 0 || id_ == TypeId::kString || id_ == TypeId::kBinary) {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> values,
                          values_.Finish(/*shrink_to_fit=*/false));
    buffers.push_back(std::move(values));
  }
  ARROW_RETURN_NOT_OK(ReserveLike(length, bytes));
  std::vector<std::shared_ptr<arrow::ArrayData>> children;
  for (JsonColumn& child : children_) {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::ArrayData> data, child.FinishData());
    children.push_back(std::move(data));
  }
  if (id_ == TypeId::kMap) {
    const int64_t entries = children[0]->length;
    children = {arrow::ArrayData::Make(arrow_type->field(0)->type(), entries, {nullptr},
                                       std::move(children), 0)};
  }
  return arrow::ArrayData::Make(arrow_type, length, std::move(buffers), std::move(children),
                                null_count);
}

Result<std::shared_ptr<arrow::Array>> JsonColumn::Finish() {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::ArrayData> data, FinishData());
  return arrow::MakeArray(data);
}

}  // namespace firesteel
