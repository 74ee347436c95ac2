#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "arrow/array/array_base.h"
#include "arrow/type.h"
#include "common/error.h"
#include "types/column_view.h"
#include "types/unsafe_row.h"
#include "types/unsafe_row_layout.h"

namespace firesteel {
namespace {

// Intervals and large decimals have room of this size in a row, even when they are NULL, so that
// they can be changed in place.
constexpr int64_t kReservedSize = 16;

void PutWord(char* at, int64_t value) { std::memcpy(at, &value, sizeof(value)); }

void SetNullBit(char* bits, int64_t index) {
  bits[index >> 3] = static_cast<char>(bits[index >> 3] | (1 << (index & 7)));
}

int64_t OffsetAndSize(int64_t offset, int64_t size) { return (offset << 32) | size; }

bool IsReserved(const DataType& type) {
  return type.id() == TypeId::kCalendarInterval || IsLargeDecimal(type);
}

int64_t NestedSize(const ColumnView& view, int64_t i);

// The padded bytes of a value in the variable part of an array or, apart from the types of reserved
// size, of a row.
int64_t VariableSize(const ColumnView& view, int64_t i) {
  if (view.IsNull(i)) return 0;
  switch (view.id()) {
    case TypeId::kString:
    case TypeId::kBinary:
      return RoundUpTo8(static_cast<int64_t>(view.BytesAt(i).size()));
    case TypeId::kDecimal: {
      if (!IsLargeDecimal(view.type())) return 0;
      uint8_t bytes[16];
      return RoundUpTo8(MinimalBigEndian(UnscaledDecimalAt(view, i), bytes));
    }
    case TypeId::kCalendarInterval:
      return kReservedSize;
    case TypeId::kArray:
    case TypeId::kMap:
    case TypeId::kStruct:
      return NestedSize(view, i);
    default:
      return 0;
  }
}

int64_t ArraySize(const ColumnView& elements, int64_t begin, int64_t end) {
  const int64_t count = end - begin;
  int64_t size = ArrayHeaderSize(count) + RoundUpTo8(count * ElementWidth(elements.type()));
  for (int64_t e = begin; e < end; ++e) size += VariableSize(elements, e);
  return size;
}

int64_t NestedSize(const ColumnView& view, int64_t i) {
  if (view.id() == TypeId::kArray) {
    return ArraySize(view.child(0), view.ListBegin(i), view.ListEnd(i));
  }
  if (view.id() == TypeId::kMap) {
    return 8 + ArraySize(view.child(0), view.ListBegin(i), view.ListEnd(i)) +
           ArraySize(view.child(1), view.ListBegin(i), view.ListEnd(i));
  }
  int64_t size = RowFixedSize(static_cast<int64_t>(view.children().size()));
  for (const ColumnView& child : view.children()) {
    size += IsReserved(child.type()) ? kReservedSize : VariableSize(child, view.ChildIndex(i));
  }
  return size;
}

// Writes values into zeroed memory.
class Writer {
 public:
  explicit Writer(bool normalize_floats) : normalize_floats_(normalize_floats) {}

  // Where many rows of one kind lie: row i starts at base + offsets[i], and the next free byte of
  // its variable part is cursors[i] bytes after that.
  struct Rows {
    char* base;
    const int64_t* offsets;
    int64_t* cursors;
    int64_t count;
    int64_t null_bits_size;
  };
  // Writes the values from `first` on into field `ordinal` of the rows.
  void WriteColumn(const ColumnView& view, int64_t first, int64_t ordinal, const Rows& rows) const;

 private:
  // Writes the low bytes of a slot.
  void PutFixed(const ColumnView& view, int64_t i, char* slot) const;
  // Writes a value into the variable part of its row or array; returns its size without padding.
  int64_t PutVariable(const ColumnView& view, int64_t i, char* at) const;
  void WriteField(const ColumnView& view, int64_t i, int64_t ordinal, int64_t null_bits_size,
                  char* row, int64_t* cursor) const;
  int64_t WriteArray(const ColumnView& elements, int64_t begin, int64_t end, char* array) const;

  template <typename T>
  void WriteFixedColumn(const ColumnView& view, int64_t first, int64_t ordinal,
                        const Rows& rows) const;
  void WriteBytesColumn(const ColumnView& view, int64_t first, int64_t ordinal,
                        const Rows& rows) const;
  void WriteFlatStructs(const ColumnView& view, int64_t first, int64_t ordinal,
                        const Rows& rows) const;

  float Normalize(float value) const {
    if (!normalize_floats_) return value;
    return std::isnan(value) ? std::numeric_limits<float>::quiet_NaN() : value + 0.0f;
  }
  double Normalize(double value) const {
    if (!normalize_floats_) return value;
    return std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value + 0.0;
  }
  template <typename T>
  T Normalize(T value) const {
    return value;
  }

  const bool normalize_floats_;
};

bool IsVariable(const DataType& type) {
  return type.id() == TypeId::kString || type.id() == TypeId::kBinary || type.is_nested() ||
         IsReserved(type);
}

// Whether the structs of a type all have the size of their fixed part.
bool IsFlatStruct(const DataType& type) {
  if (type.id() != TypeId::kStruct) return false;
  const std::vector<StructField>& fields = type.fields();
  return std::none_of(fields.begin(), fields.end(),
                      [](const StructField& field) { return IsVariable(field.type); });
}

void Writer::PutFixed(const ColumnView& view, int64_t i, char* slot) const {
  switch (view.id()) {
    case TypeId::kBoolean:
      *slot = view.BoolAt(i) ? 1 : 0;
      break;
    case TypeId::kFloat: {
      const float value = Normalize(view.Values<float>()[i]);
      std::memcpy(slot, &value, sizeof(value));
      break;
    }
    case TypeId::kDouble: {
      const double value = Normalize(view.Values<double>()[i]);
      std::memcpy(slot, &value, sizeof(value));
      break;
    }
    case TypeId::kDecimal:
      PutWord(slot, static_cast<int64_t>(UnscaledDecimalAt(view, i)));
      break;
    case TypeId::kByte:
      *slot = view.Values<char>()[i];
      break;
    case TypeId::kShort:
      std::memcpy(slot, view.Values<int16_t>() + i, 2);
      break;
    case TypeId::kInteger:
    case TypeId::kDate:
    case TypeId::kYearMonthInterval:
      std::memcpy(slot, view.Values<int32_t>() + i, 4);
      break;
    default:
      std::memcpy(slot, view.Values<int64_t>() + i, 8);
  }
}

int64_t Writer::PutVariable(const ColumnView& view, int64_t i, char* at) const {
  switch (view.id()) {
    case TypeId::kString:
    case TypeId::kBinary: {
      const std::string_view bytes = view.BytesAt(i);
      if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
      return static_cast<int64_t>(bytes.size());
    }
    case TypeId::kDecimal:
      return MinimalBigEndian(UnscaledDecimalAt(view, i), reinterpret_cast<uint8_t*>(at));
    case TypeId::kCalendarInterval: {
      const auto& parts = view.Values<arrow::MonthDayNanoIntervalType::MonthDayNanos>()[i];
      std::memcpy(at, &parts.months, 4);
      std::memcpy(at + 4, &parts.days, 4);
      PutWord(at + 8, parts.nanoseconds / 1000);
      return kReservedSize;
    }
    case TypeId::kArray:
      return WriteArray(view.child(0), view.ListBegin(i), view.ListEnd(i), at);
    case TypeId::kMap: {
      const int64_t keys = WriteArray(view.child(0), view.ListBegin(i), view.ListEnd(i), at + 8);
      PutWord(at, keys);
      return 8 + keys +
             WriteArray(view.child(1), view.ListBegin(i), view.ListEnd(i), at + 8 + keys);
    }
    default: {
      const auto fields = static_cast<int64_t>(view.children().size());
      int64_t cursor = RowFixedSize(fields);
      for (int64_t f = 0; f < fields; ++f) {
        WriteField(view.child(static_cast<int>(f)), view.ChildIndex(i), f, NullBitsSize(fields), at,
                   &cursor);
      }
      return cursor;
    }
  }
}

void Writer::WriteField(const ColumnView& view, int64_t i, int64_t ordinal, int64_t null_bits_size,
                        char* row, int64_t* cursor) const {
  char* const slot = row + null_bits_size + 8 * ordinal;
  const bool reserved = IsReserved(view.type());
  if (view.IsNull(i)) {
    SetNullBit(row, ordinal);
    if (!reserved) return;
    // A NULL decimal has the size 0, a NULL interval its full one.
    const int64_t size = view.id() == TypeId::kDecimal ? 0 : kReservedSize;
    PutWord(slot, OffsetAndSize(*cursor, size));
    *cursor += kReservedSize;
  } else if (IsVariable(view.type())) {
    const int64_t size = PutVariable(view, i, row + *cursor);
    PutWord(slot, OffsetAndSize(*cursor, size));
    *cursor += reserved ? kReservedSize : RoundUpTo8(size);
  } else {
    PutFixed(view, i, slot);
  }
}

int64_t Writer::WriteArray(const ColumnView& elements, int64_t begin, int64_t end,
                           char* array) const {
  const int64_t count = end - begin;
  const int64_t header = ArrayHeaderSize(count);
  const int64_t width = ElementWidth(elements.type());
  const bool variable = IsVariable(elements.type());
  int64_t cursor = header + RoundUpTo8(count * width);
  PutWord(array, count);
  for (int64_t e = 0; e < count; ++e) {
    char* const slot = array + header + e * width;
    if (elements.IsNull(begin + e)) {
      SetNullBit(array + 8, e);
    } else if (variable) {
      const int64_t size = PutVariable(elements, begin + e, array + cursor);
      PutWord(slot, OffsetAndSize(cursor, size));
      cursor += RoundUpTo8(size);
    } else {
      PutFixed(elements, begin + e, slot);
    }
  }
  return cursor;
}

template <typename T>
void Writer::WriteFixedColumn(const ColumnView& view, int64_t first, int64_t ordinal,
                              const Rows& rows) const {
  const T* const values = view.Values<T>() + first;
  const bool has_nulls = view.has_nulls();
  const int64_t slot = rows.null_bits_size + 8 * ordinal;
  for (int64_t i = 0; i < rows.count; ++i) {
    char* const row = rows.base + rows.offsets[i];
    if (has_nulls && view.IsNull(first + i)) {
      SetNullBit(row, ordinal);
    } else {
      const T value = Normalize(values[i]);
      std::memcpy(row + slot, &value, sizeof(value));
    }
  }
}

void Writer::WriteBytesColumn(const ColumnView& view, int64_t first, int64_t ordinal,
                              const Rows& rows) const {
  const bool has_nulls = view.has_nulls();
  const int64_t slot = rows.null_bits_size + 8 * ordinal;
  for (int64_t i = 0; i < rows.count; ++i) {
    char* const row = rows.base + rows.offsets[i];
    if (has_nulls && view.IsNull(first + i)) {
      SetNullBit(row, ordinal);
      continue;
    }
    const std::string_view bytes = view.BytesAt(first + i);
    const int64_t cursor = rows.cursors[i];
    if (!bytes.empty()) std::memcpy(row + cursor, bytes.data(), bytes.size());
    const auto size = static_cast<int64_t>(bytes.size());
    PutWord(row + slot, OffsetAndSize(cursor, size));
    rows.cursors[i] = cursor + RoundUpTo8(size);
  }
}

// Writes structs of fixed width, none of them NULL: they are rows inside of the rows, and so their
// fields are columns too.
void Writer::WriteFlatStructs(const ColumnView& view, int64_t first, int64_t ordinal,
                              const Rows& rows) const {
  const auto fields = static_cast<int64_t>(view.children().size());
  const int64_t size = RowFixedSize(fields);
  const int64_t slot = rows.null_bits_size + 8 * ordinal;
  std::vector<int64_t> starts(static_cast<size_t>(rows.count));
  for (int64_t i = 0; i < rows.count; ++i) {
    starts[i] = rows.offsets[i] + rows.cursors[i];
    PutWord(rows.base + rows.offsets[i] + slot, OffsetAndSize(rows.cursors[i], size));
    rows.cursors[i] += size;
  }
  const Rows inner{.base = rows.base,
                   .offsets = starts.data(),
                   .cursors = rows.cursors,
                   .count = rows.count,
                   .null_bits_size = NullBitsSize(fields)};
  for (int64_t f = 0; f < fields; ++f) {
    WriteColumn(view.child(static_cast<int>(f)), view.ChildIndex(first), f, inner);
  }
}

void Writer::WriteColumn(const ColumnView& view, int64_t first, int64_t ordinal,
                         const Rows& rows) const {
  switch (view.id()) {
    case TypeId::kByte:
      return WriteFixedColumn<int8_t>(view, first, ordinal, rows);
    case TypeId::kShort:
      return WriteFixedColumn<int16_t>(view, first, ordinal, rows);
    case TypeId::kInteger:
    case TypeId::kDate:
    case TypeId::kYearMonthInterval:
      return WriteFixedColumn<int32_t>(view, first, ordinal, rows);
    case TypeId::kLong:
    case TypeId::kTimestamp:
    case TypeId::kTimestampNtz:
    case TypeId::kDayTimeInterval:
      return WriteFixedColumn<int64_t>(view, first, ordinal, rows);
    case TypeId::kFloat:
      return WriteFixedColumn<float>(view, first, ordinal, rows);
    case TypeId::kDouble:
      return WriteFixedColumn<double>(view, first, ordinal, rows);
    case TypeId::kString:
    case TypeId::kBinary:
      return WriteBytesColumn(view, first, ordinal, rows);
    case TypeId::kStruct:
      if (IsFlatStruct(view.type()) && !view.has_nulls()) {
        return WriteFlatStructs(view, first, ordinal, rows);
      }
      break;
    default:
      break;
  }
  for (int64_t i = 0; i < rows.count; ++i) {
    WriteField(view, first + i, ordinal, rows.null_bits_size, rows.base + rows.offsets[i],
               &rows.cursors[i]);
  }
}

// Adds the variable part of a column to the size of every row.
void AddVariableSizes(const ColumnView& view, int64_t* sizes) {
  if (!IsVariable(view.type())) return;
  const int64_t rows = view.length();
  if (IsReserved(view.type())) {
    for (int64_t i = 0; i < rows; ++i) sizes[i] += kReservedSize;
  } else if (IsFlatStruct(view.type())) {
    const int64_t size = RowFixedSize(static_cast<int64_t>(view.children().size()));
    for (int64_t i = 0; i < rows; ++i) sizes[i] += view.IsNull(i) ? 0 : size;
  } else if (!view.type().is_nested()) {
    for (int64_t i = 0; i < rows; ++i) {
      if (!view.IsNull(i)) sizes[i] += RoundUpTo8(static_cast<int64_t>(view.BytesAt(i).size()));
    }
  } else {
    for (int64_t i = 0; i < rows; ++i) sizes[i] += VariableSize(view, i);
  }
}

}  // namespace

Result<UnsafeRowCodec> UnsafeRowCodec::Make(std::vector<DataType> types) {
  return UnsafeRowCodec(std::move(types));
}

Status UnsafeRowCodec::Encode(const std::vector<std::shared_ptr<arrow::Array>>& columns,
                              bool normalize_floats, EncodedRows* rows) const {
  if (columns.size() != types_.size()) {
    return InternalError("The columns to encode do not fit the codec's types.");
  }
  if (columns.empty()) return Status::OK();
  const int64_t length = columns[0]->length();
  const auto fields = static_cast<int64_t>(columns.size());
  std::vector<ColumnView> views;
  std::vector<int64_t> sizes(static_cast<size_t>(length), RowFixedSize(fields));
  for (size_t c = 0; c < columns.size(); ++c) {
    if (columns[c]->length() != length) {
      return InternalError("The columns to encode have different lengths.");
    }
    ARROW_ASSIGN_OR_RAISE(ColumnView view, ColumnView::Make(*columns[c]->data(), types_[c]));
    AddVariableSizes(view, sizes.data());
    views.push_back(std::move(view));
  }
  const auto first = static_cast<size_t>(rows->size());
  int64_t end = rows->offsets.back();
  rows->offsets.reserve(rows->offsets.size() + static_cast<size_t>(length));
  for (int64_t size : sizes) {
    if (size > std::numeric_limits<int32_t>::max()) {
      rows->offsets.resize(first + 1);
      return MakeError("STATE_STORE_INVALID_ROW",
                       {{"reason", "it would take " + std::to_string(size) + " bytes"}});
    }
    rows->offsets.push_back(end += size);
  }
  rows->bytes.resize(static_cast<size_t>(end));
  std::vector<int64_t>& cursors = sizes;
  cursors.assign(static_cast<size_t>(length), RowFixedSize(fields));
  const Writer writer(normalize_floats);
  const Writer::Rows written{.base = rows->bytes.data(),
                             .offsets = rows->offsets.data() + first,
                             .cursors = cursors.data(),
                             .count = length,
                             .null_bits_size = NullBitsSize(fields)};
  for (int64_t c = 0; c < fields; ++c) {
    writer.WriteColumn(views[static_cast<size_t>(c)], 0, c, written);
  }
  return Status::OK();
}

}  // namespace firesteel
