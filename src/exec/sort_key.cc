#include "exec/sort_key.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "arrow/array/array_base.h"
#include "arrow/array/array_binary.h"
#include "arrow/array/array_nested.h"
#include "arrow/array/array_primitive.h"
#include "arrow/array/data.h"
#include "common/error.h"

namespace firesteel {

namespace {

void AppendBigEndian(uint64_t bits, int width, std::string* out) {
  for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(bits >> shift));
  }
}

template <typename Integer>
void AppendInteger(Integer value, std::string* out) {
  using Unsigned = std::make_unsigned_t<Integer>;
  constexpr int kWidth = sizeof(Integer);
  constexpr auto kSign = static_cast<Unsigned>(Unsigned{1} << (kWidth * 8 - 1));
  AppendBigEndian(static_cast<Unsigned>(static_cast<Unsigned>(value) ^ kSign), kWidth, out);
}

template <typename Float>
void AppendFloat(Float value, std::string* out) {
  using Bits = std::conditional_t<sizeof(Float) == 4, uint32_t, uint64_t>;
  if (std::isnan(value)) value = std::numeric_limits<Float>::quiet_NaN();
  if (value == 0) value = 0;  // -0.0 too
  Bits bits;
  std::memcpy(&bits, &value, sizeof(bits));
  constexpr Bits kSign = Bits{1} << (sizeof(Bits) * 8 - 1);
  bits = (bits & kSign) != 0 ? ~bits : bits ^ kSign;
  AppendBigEndian(bits, sizeof(Bits), out);
}

void AppendBytes(std::string_view bytes, std::string* out) {
  for (const char byte : bytes) {
    out->push_back(byte);
    if (byte == '\0') out->push_back('\xff');
  }
  out->append(2, '\0');
}

/// `values` of fixed width, the slice's offset applied.
template <typename T>
T ValueAt(const arrow::Array& array, int64_t row) {
  return array.data()->GetValues<T>(1)[row];
}

void AppendValue(const arrow::Array& array, const DataType& type, int64_t row, std::string* out);

void AppendNullFirst(const arrow::Array& array, const DataType& type, int64_t row,
                     std::string* out) {
  if (array.IsNull(row)) {
    out->push_back('\0');
    return;
  }
  out->push_back('\1');
  AppendValue(array, type, row, out);
}

void AppendDecimal(const arrow::Array& array, int64_t row, std::string* out) {
  // Arrow keeps the words in the machine's order: little-endian, low word first.
  const auto* words = array.data()->GetValues<int64_t>(1, 0) + (array.offset() + row) * 2;
  AppendInteger(words[1], out);
  AppendBigEndian(static_cast<uint64_t>(words[0]), 8, out);
}

void AppendNested(const arrow::Array& array, const DataType& type, int64_t row, std::string* out) {
  if (type.id() == TypeId::kArray) {
    const auto& list = static_cast<const arrow::ListArray&>(array);
    for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
      out->push_back('\1');
      AppendNullFirst(*list.values(), type.element_type(), i, out);
    }
    out->push_back('\0');
    return;
  }
  const auto& structs = static_cast<const arrow::StructArray&>(array);
  for (int field = 0; field < structs.num_fields(); ++field) {
    AppendNullFirst(*structs.field(field), type.fields()[field].type, row, out);
  }
}

void AppendValue(const arrow::Array& array, const DataType& type, int64_t row, std::string* out) {
  switch (type.id()) {
    case TypeId::kBoolean:
      out->push_back(static_cast<const arrow::BooleanArray&>(array).Value(row) ? '\1' : '\0');
      return;
    case TypeId::kByte:
      return AppendInteger(ValueAt<int8_t>(array, row), out);
    case TypeId::kShort:
      return AppendInteger(ValueAt<int16_t>(array, row), out);
    case TypeId::kInteger:
    case TypeId::kDate:
    case TypeId::kYearMonthInterval:
      return AppendInteger(ValueAt<int32_t>(array, row), out);
    case TypeId::kLong:
    case TypeId::kTimestamp:
    case TypeId::kTimestampNtz:
    case TypeId::kDayTimeInterval:
      return AppendInteger(ValueAt<int64_t>(array, row), out);
    case TypeId::kFloat:
      return AppendFloat(ValueAt<float>(array, row), out);
    case TypeId::kDouble:
      return AppendFloat(ValueAt<double>(array, row), out);
    case TypeId::kDecimal:
      return AppendDecimal(array, row, out);
    case TypeId::kString:
    case TypeId::kBinary:
      return AppendBytes(static_cast<const arrow::BinaryArray&>(array).GetView(row), out);
    default:
      return AppendNested(array, type, row, out);
  }
}

bool IsOrderable(const DataType& type) {
  switch (type.id()) {
    case TypeId::kMap:
    case TypeId::kCalendarInterval:
      return false;
    case TypeId::kArray:
      return IsOrderable(type.element_type());
    case TypeId::kStruct:
      for (const StructField& field : type.fields()) {
        if (!IsOrderable(field.type)) return false;
      }
      return true;
    default:
      return true;
  }
}

}  // namespace

Status AppendSortKeys(const std::vector<SortKeyColumn>& columns, int64_t rows, EncodedRows* keys) {
  for (const SortKeyColumn& column : columns) {
    if (!IsOrderable(column.type)) {
      return MakeError("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
                       {{"functionName", "`sortorder`"},
                        {"dataType", "\"" + column.type.Sql() + "\""},
                        {"sqlExpr", "sort"}});
    }
  }
  std::string& out = keys->bytes;
  for (int64_t row = 0; row < rows; ++row) {
    for (const SortKeyColumn& column : columns) {
      if (column.values->IsNull(row)) {
        out.push_back(column.nulls_first ? '\0' : '\2');
        continue;
      }
      out.push_back('\1');
      const size_t begin = out.size();
      AppendValue(*column.values, column.type, row, &out);
      if (column.ascending) continue;
      for (size_t i = begin; i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
    }
    keys->offsets.push_back(static_cast<int64_t>(out.size()));
  }
  return Status::OK();
}

}  // namespace firesteel
