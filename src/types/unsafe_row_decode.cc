#include <cstring>
#include <limits>
#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/data.h"
#include "arrow/array/util.h"
#include "arrow/buffer.h"
#include "arrow/buffer_builder.h"
#include "arrow/type.h"
#include "common/error.h"
#include "common/prefetch.h"
#include "types/arrow_types.h"
#include "types/unsafe_row.h"
#include "types/unsafe_row_layout.h"

namespace firesteel {
namespace {

Status Damaged(std::string reason) {
  return MakeError("STATE_STORE_INVALID_ROW", {{"reason", std::move(reason)}});
}

// The bytes of a row, of a struct inside of one, or of an array. Rows do not share bytes between
// their values; `budget` sees to it, or a few damaged bytes could stand for gigabytes of values.
struct Container {
  const char* data = nullptr;
  int64_t size = 0;
  int64_t budget = 0;
};

// A field of a row or an element of an array: where its fixed part is, and in what. NULL has no
// slot.
struct Cell {
  Container* container = nullptr;
  const char* slot = nullptr;
};

bool BitIsSet(const char* bits, int64_t index) {
  return (bits[index >> 3] >> (index & 7) & 1) != 0;
}

// What becomes a column: one field of many containers (those without data stand for NULL), or the
// elements of arrays.
class Cells {
 public:
  Cells() = default;
  Cells(std::vector<Container>* containers, int64_t fields, int64_t ordinal)
      : containers_(containers), ordinal_(ordinal), slot_(NullBitsSize(fields) + 8 * ordinal) {}

  size_t size() const { return containers_ != nullptr ? containers_->size() : elements_.size(); }
  Cell operator[](size_t i) const {
    if (containers_ == nullptr) return elements_[i];
    Container& container = (*containers_)[i];
    const bool null = container.data == nullptr || BitIsSet(container.data, ordinal_);
    return {.container = &container, .slot = null ? nullptr : container.data + slot_};
  }
  void AppendElement(Cell cell) { elements_.push_back(cell); }

 private:
  std::vector<Container>* containers_ = nullptr;  // null: there are elements
  int64_t ordinal_ = 0;
  int64_t slot_ = 0;
  std::vector<Cell> elements_;
};

int64_t WordAt(const char* at) {
  int64_t word;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

// Follows the offset and size in a cell's slot. False when they lead out of the container.
bool FollowSlot(const Cell& cell, std::string_view* bytes) {
  const auto word = static_cast<uint64_t>(WordAt(cell.slot));
  const auto offset = static_cast<int64_t>(word >> 32);
  const auto size = static_cast<int64_t>(word & 0xFFFFFFFFu);
  Container& container = *cell.container;
  if (offset + size > container.size || size > container.budget) return false;
  container.budget -= size;
  *bytes = std::string_view(container.data + offset, static_cast<size_t>(size));
  return true;
}

Status LiesOutside() { return Damaged("a value lies outside of it"); }

Result<std::string_view> VariableBytes(const Cell& cell) {
  std::string_view bytes;
  if (!FollowSlot(cell, &bytes)) return LiesOutside();
  return bytes;
}

// The columns under construction: which values are NULL.
class Validity {
 public:
  Status Start(int64_t length) { return bits_.Reserve(length); }
  void Append(bool valid) { bits_.UnsafeAppend(valid); }
  int64_t null_count() const { return bits_.false_count(); }
  Result<std::shared_ptr<arrow::Buffer>> Finish() {
    if (bits_.false_count() == 0) return nullptr;
    return bits_.Finish();
  }

 private:
  arrow::TypedBufferBuilder<bool> bits_;
};

Result<std::shared_ptr<arrow::ArrayData>> Decode(const DataType& type, const Cells& cells);

// Decodes a type whose fixed part is copied as it is.
template <typename T>
Result<std::shared_ptr<arrow::ArrayData>> DecodeFixed(const DataType& type, const Cells& cells) {
  Validity validity;
  const auto length = static_cast<int64_t>(cells.size());
  ARROW_RETURN_NOT_OK(validity.Start(length));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> values,
                        arrow::AllocateBuffer(length * static_cast<int64_t>(sizeof(T))));
  auto* const out = reinterpret_cast<T*>(values->mutable_data());
  for (int64_t i = 0; i < length; ++i) {
    const char* const slot = cells[i].slot;
    validity.Append(slot != nullptr);
    out[i] = T{};
    if (slot != nullptr) std::memcpy(&out[i], slot, sizeof(T));
  }
  const int64_t null_count = validity.null_count();
  ARROW_ASSIGN_OR_RAISE(auto bits, validity.Finish());
  return arrow::ArrayData::Make(ToArrowType(type), length, {std::move(bits), std::move(values)},
                                null_count);
}

Result<std::shared_ptr<arrow::ArrayData>> DecodeBoolean(const DataType& type, const Cells& cells) {
  Validity validity;
  arrow::TypedBufferBuilder<bool> values;
  const auto length = static_cast<int64_t>(cells.size());
  ARROW_RETURN_NOT_OK(validity.Start(length));
  ARROW_RETURN_NOT_OK(values.Reserve(length));
  for (int64_t i = 0; i < length; ++i) {
    const Cell cell = cells[i];
    validity.Append(cell.slot != nullptr);
    values.UnsafeAppend(cell.slot != nullptr && *cell.slot != 0);
  }
  const int64_t null_count = validity.null_count();
  ARROW_ASSIGN_OR_RAISE(auto bits, validity.Finish());
  ARROW_ASSIGN_OR_RAISE(auto value_bits, values.Finish());
  return arrow::ArrayData::Make(ToArrowType(type), length, {std::move(bits), std::move(value_bits)},
                                null_count);
}

Result<int128_t> DecimalOf(const DataType& type, const Cell& cell) {
  int128_t value = 0;
  if (IsLargeDecimal(type)) {
    ARROW_ASSIGN_OR_RAISE(const std::string_view bytes, VariableBytes(cell));
    if (bytes.empty() || bytes.size() > 16) return Damaged("a decimal has a wrong size");
    value = FromBigEndian(bytes);
  } else {
    value = WordAt(cell.slot);
  }
  if (!FitsPrecision(value, type.precision())) {
    return Damaged("a decimal has more digits than its type");
  }
  return value;
}

Result<arrow::MonthDayNanoIntervalType::MonthDayNanos> IntervalOf(const Cell& cell) {
  ARROW_ASSIGN_OR_RAISE(const std::string_view bytes, VariableBytes(cell));
  if (bytes.size() != 16) return Damaged("an interval has a wrong size");
  arrow::MonthDayNanoIntervalType::MonthDayNanos parts{};
  std::memcpy(&parts.months, bytes.data(), 4);
  std::memcpy(&parts.days, bytes.data() + 4, 4);
  if (__builtin_mul_overflow(WordAt(bytes.data() + 8), int64_t{1000}, &parts.nanoseconds)) {
    return Damaged("an interval is too long");
  }
  return parts;
}

// Decodes values of a fixed width that `convert` reads from their cells.
template <typename T, typename Convert>
Result<std::shared_ptr<arrow::ArrayData>> DecodeConverted(const DataType& type, const Cells& cells,
                                                          const Convert& convert) {
  Validity validity;
  const auto length = static_cast<int64_t>(cells.size());
  ARROW_RETURN_NOT_OK(validity.Start(length));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> values,
                        arrow::AllocateBuffer(length * static_cast<int64_t>(sizeof(T))));
  uint8_t* out = values->mutable_data();
  for (int64_t i = 0; i < length; ++i) {
    const Cell cell = cells[i];
    T value{};
    if (cell.slot != nullptr) {
      ARROW_ASSIGN_OR_RAISE(value, convert(cell));
    }
    validity.Append(cell.slot != nullptr);
    std::memcpy(out, &value, sizeof(T));
    out += sizeof(T);
  }
  const int64_t null_count = validity.null_count();
  ARROW_ASSIGN_OR_RAISE(auto bits, validity.Finish());
  return arrow::ArrayData::Make(ToArrowType(type), length, {std::move(bits), std::move(values)},
                                null_count);
}

Result<std::shared_ptr<arrow::ArrayData>> DecodeBytes(const DataType& type, const Cells& cells) {
  Validity validity;
  const auto length = static_cast<int64_t>(cells.size());
  ARROW_RETURN_NOT_OK(validity.Start(length));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> offsets,
                        arrow::AllocateBuffer((length + 1) * 4));
  auto* const ends = reinterpret_cast<int32_t*>(offsets->mutable_data());
  std::vector<const char*> values(cells.size());
  int64_t size = 0;
  ends[0] = 0;
  for (int64_t i = 0; i < length; ++i) {
    const Cell cell = cells[i];
    validity.Append(cell.slot != nullptr);
    std::string_view value;
    if (cell.slot != nullptr && !FollowSlot(cell, &value)) return LiesOutside();
    values[i] = value.data();
    size += static_cast<int64_t>(value.size());
    if (size > std::numeric_limits<int32_t>::max()) {
      return Status::CapacityError("More than 2 GiB of text or bytes in one batch of rows.");
    }
    ends[i + 1] = static_cast<int32_t>(size);
  }
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> data, arrow::AllocateBuffer(size));
  auto* const out = reinterpret_cast<char*>(data->mutable_data());
  for (int64_t i = 0; i < length; ++i) {
    if (ends[i + 1] > ends[i]) std::memcpy(out + ends[i], values[i], ends[i + 1] - ends[i]);
  }
  const int64_t null_count = validity.null_count();
  ARROW_ASSIGN_OR_RAISE(auto bits, validity.Finish());
  return arrow::ArrayData::Make(ToArrowType(type), length,
                                {std::move(bits), std::move(offsets), std::move(data)}, null_count);
}

Result<std::shared_ptr<arrow::ArrayData>> DecodeStruct(const DataType& type, const Cells& cells) {
  Validity validity;
  const auto length = static_cast<int64_t>(cells.size());
  const auto fields = static_cast<int64_t>(type.fields().size());
  ARROW_RETURN_NOT_OK(validity.Start(length));
  std::vector<Container> containers(cells.size());
  for (int64_t i = 0; i < length; ++i) {
    const Cell cell = cells[i];
    validity.Append(cell.slot != nullptr);
    if (cell.slot == nullptr) continue;
    std::string_view bytes;
    if (!FollowSlot(cell, &bytes)) return LiesOutside();
    const auto size = static_cast<int64_t>(bytes.size());
    if (size < RowFixedSize(fields)) return Damaged("a struct is too short");
    containers[i] = {.data = bytes.data(), .size = size, .budget = size};
  }
  const int64_t null_count = validity.null_count();
  ARROW_ASSIGN_OR_RAISE(auto bits, validity.Finish());
  auto data = arrow::ArrayData::Make(ToArrowType(type), length, {std::move(bits)}, null_count);
  for (int64_t f = 0; f < fields; ++f) {
    ARROW_ASSIGN_OR_RAISE(auto child,
                          Decode(type.fields()[f].type, Cells(&containers, fields, f)));
    data->child_data.push_back(std::move(child));
  }
  return data;
}

// Points at the elements of the array in `container`, which it checks.
Status AppendElements(const DataType& element_type, Container* container, Cells* cells) {
  if (container->size < 8) return Damaged("an array is too short");
  const int64_t count = WordAt(container->data);
  // Every element takes a byte at least, which bounds the arithmetic below.
  if (count < 0 || count > container->size) return Damaged("an array has a wrong length");
  const int64_t header = ArrayHeaderSize(count);
  const int64_t width = ElementWidth(element_type);
  if (header + count * width > container->size) return Damaged("an array has a wrong length");
  for (int64_t e = 0; e < count; ++e) {
    const bool null = BitIsSet(container->data + 8, e);
    cells->AppendElement(
        {.container = container, .slot = null ? nullptr : container->data + header + e * width});
  }
  if (cells->size() > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
    return Status::CapacityError("Too many elements of arrays in one batch of rows.");
  }
  return Status::OK();
}

// Finds the arrays that the cells refer to: one per array; for a map its keys, then its values.
Result<std::vector<Container>> ArraysOf(const DataType& type, const Cells& cells) {
  const bool is_map = type.id() == TypeId::kMap;
  std::vector<Container> arrays(cells.size() * (is_map ? 2 : 1));
  for (size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].slot == nullptr) continue;
    ARROW_ASSIGN_OR_RAISE(const std::string_view bytes, VariableBytes(cells[i]));
    const auto size = static_cast<int64_t>(bytes.size());
    if (!is_map) {
      arrays[i] = {.data = bytes.data(), .size = size, .budget = size};
      continue;
    }
    const int64_t key_size = size < 8 ? -1 : WordAt(bytes.data());
    if (key_size < 0 || key_size > size - 8) return Damaged("a map is too short");
    arrays[2 * i] = {.data = bytes.data() + 8, .size = key_size, .budget = key_size};
    arrays[2 * i + 1] = {.data = bytes.data() + 8 + key_size,
                         .size = size - 8 - key_size,
                         .budget = size - 8 - key_size};
  }
  return arrays;
}

Result<std::shared_ptr<arrow::ArrayData>> DecodeList(const DataType& type, const Cells& cells) {
  const bool is_map = type.id() == TypeId::kMap;
  const auto length = static_cast<int64_t>(cells.size());
  Validity validity;
  ARROW_RETURN_NOT_OK(validity.Start(length));
  ARROW_ASSIGN_OR_RAISE(std::vector<Container> arrays, ArraysOf(type, cells));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> offsets,
                        arrow::AllocateBuffer((length + 1) * 4));
  auto* const ends = reinterpret_cast<int32_t*>(offsets->mutable_data());
  Cells elements;
  Cells items;
  ends[0] = 0;
  for (int64_t i = 0; i < length; ++i) {
    const bool valid = cells[i].slot != nullptr;
    validity.Append(valid);
    if (valid && is_map) {
      ARROW_RETURN_NOT_OK(AppendElements(type.key_type(), &arrays[2 * i], &elements));
      ARROW_RETURN_NOT_OK(AppendElements(type.value_type(), &arrays[2 * i + 1], &items));
      if (elements.size() != items.size()) return Damaged("a map has more keys than values");
    } else if (valid) {
      ARROW_RETURN_NOT_OK(AppendElements(type.element_type(), &arrays[i], &elements));
    }
    ends[i + 1] = static_cast<int32_t>(elements.size());
  }
  const int64_t null_count = validity.null_count();
  ARROW_ASSIGN_OR_RAISE(auto bits, validity.Finish());
  const auto arrow_type = ToArrowType(type);
  auto data =
      arrow::ArrayData::Make(arrow_type, length, {std::move(bits), std::move(offsets)}, null_count);
  ARROW_ASSIGN_OR_RAISE(auto child, Decode(type.key_type(), elements));
  if (!is_map) {
    data->child_data = {std::move(child)};
    return data;
  }
  if (child->GetNullCount() != 0) return Damaged("a map has a NULL key");
  ARROW_ASSIGN_OR_RAISE(auto values, Decode(type.value_type(), items));
  auto entries = arrow::ArrayData::Make(
      static_cast<const arrow::MapType&>(*arrow_type).value_type(),
      static_cast<int64_t>(elements.size()), {nullptr}, {std::move(child), std::move(values)}, 0);
  data->child_data = {std::move(entries)};
  return data;
}

Result<std::shared_ptr<arrow::ArrayData>> Decode(const DataType& type, const Cells& cells) {
  switch (type.id()) {
    case TypeId::kNull:
      return arrow::ArrayData::Make(arrow::null(), static_cast<int64_t>(cells.size()), {nullptr},
                                    static_cast<int64_t>(cells.size()));
    case TypeId::kBoolean:
      return DecodeBoolean(type, cells);
    case TypeId::kByte:
      return DecodeFixed<int8_t>(type, cells);
    case TypeId::kShort:
      return DecodeFixed<int16_t>(type, cells);
    case TypeId::kInteger:
    case TypeId::kFloat:
    case TypeId::kDate:
    case TypeId::kYearMonthInterval:
      return DecodeFixed<int32_t>(type, cells);
    case TypeId::kLong:
    case TypeId::kDouble:
    case TypeId::kTimestamp:
    case TypeId::kTimestampNtz:
    case TypeId::kDayTimeInterval:
      return DecodeFixed<int64_t>(type, cells);
    case TypeId::kDecimal:
      return DecodeConverted<int128_t>(type, cells,
                                       [&](const Cell& cell) { return DecimalOf(type, cell); });
    case TypeId::kCalendarInterval:
      return DecodeConverted<arrow::MonthDayNanoIntervalType::MonthDayNanos>(type, cells,
                                                                             IntervalOf);
    case TypeId::kString:
    case TypeId::kBinary:
      return DecodeBytes(type, cells);
    case TypeId::kStruct:
      return DecodeStruct(type, cells);
    case TypeId::kArray:
    case TypeId::kMap:
      return DecodeList(type, cells);
  }
  return InternalError("A type without UnsafeRow form: " + type.SimpleString());
}

}  // namespace

Result<std::vector<std::shared_ptr<arrow::Array>>> UnsafeRowCodec::Decode(
    const std::vector<std::string_view>& rows) const {
  const auto fields = static_cast<int64_t>(types_.size());
  std::vector<Container> containers(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto size = static_cast<int64_t>(rows[i].size());
    if (size < RowFixedSize(fields) || size % 8 != 0) {
      return Damaged("its " + std::to_string(size) + " bytes do not fit " + std::to_string(fields) +
                     " columns");
    }
    containers[i] = {.data = rows[i].data(), .size = size, .budget = size};
    // Rows of state lie here and there, and each column reads all of them.
    PrefetchMemory(rows[i].data());
    PrefetchMemory(rows[i].data() + size);
  }
  std::vector<std::shared_ptr<arrow::Array>> columns;
  columns.reserve(types_.size());
  for (int64_t c = 0; c < fields; ++c) {
    ARROW_ASSIGN_OR_RAISE(auto data,
                          firesteel::Decode(types_[c], Cells(&containers, fields, c)));
    columns.push_back(arrow::MakeArray(data));
  }
  return columns;
}

}  // namespace firesteel
