#include "formats/parquet/parquet_conversion.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "arrow/array/array_base.h"
#include "arrow/array/array_binary.h"
#include "arrow/array/array_decimal.h"
#include "arrow/array/builder_decimal.h"
#include "arrow/array/builder_primitive.h"
#include "arrow/array/data.h"
#include "arrow/array/util.h"
#include "arrow/buffer.h"
#include "arrow/compute/cast.h"
#include "arrow/type.h"
#include "arrow/util/checked_cast.h"
#include "common/error.h"
#include "fmt/format.h"
#include "types/arrow_types.h"
#include "types/datetime.h"
#include "types/decimal.h"

namespace firesteel {
namespace {

using arrow::Type;

bool IsSignedInteger(Type::type id) {
  return id == Type::INT8 || id == Type::INT16 || id == Type::INT32 || id == Type::INT64;
}

bool IsBytes(Type::type id) {
  return id == Type::STRING || id == Type::BINARY || id == Type::LARGE_STRING ||
         id == Type::LARGE_BINARY || id == Type::FIXED_SIZE_BINARY;
}

// How many digits hold every value of a whole number's type; 0 for other types.
int DigitsOf(Type::type id) {
  switch (id) {
    case Type::INT8:
      return 3;
    case Type::INT16:
      return 5;
    case Type::INT32:
      return 10;
    case Type::INT64:
    case Type::UINT64:
      return 20;
    default:
      return 0;
  }
}

bool CanReadInteger(Type::type from, TypeId to) {
  switch (to) {
    // Files hold small numbers in four bytes; without their annotation they come as INT32.
    case TypeId::kByte:
    case TypeId::kShort:
      return from == Type::INT8 || from == Type::INT16 || from == Type::INT32 ||
             from == Type::UINT8;
    case TypeId::kInteger:
    case TypeId::kYearMonthInterval:
      return (IsSignedInteger(from) && from != Type::INT64) || from == Type::UINT8 ||
             from == Type::UINT16;
    case TypeId::kLong:
    case TypeId::kDayTimeInterval:
      return IsSignedInteger(from) || from == Type::UINT8 || from == Type::UINT16 ||
             from == Type::UINT32;
    case TypeId::kDouble:
      return IsSignedInteger(from) && from != Type::INT64;
    case TypeId::kDate:
    default:
      return false;
  }
}

bool CanReadDecimal(const arrow::DataType& from, const DataType& to) {
  const int whole_digits = to.precision() - to.scale();
  if (const int digits = DigitsOf(from.id())) return whole_digits >= digits;
  if (from.id() != Type::DECIMAL128) return false;
  const auto& decimal = static_cast<const arrow::Decimal128Type&>(from);
  return to.scale() >= decimal.scale() && whole_digits >= decimal.precision() - decimal.scale();
}

bool CanReadStruct(const arrow::DataType& from, const DataType& to) {
  if (from.id() != Type::STRUCT) return false;
  for (const StructField& field : to.fields()) {
    const int index = FindParquetField(from.fields(), field.name);
    if (index == -2) return false;
    if (index >= 0 && !CanReadParquet(*from.field(index)->type(), field.type)) return false;
  }
  return true;
}

// Swaps the type of an array whose bytes stay as they are.
std::shared_ptr<arrow::Array> Reinterpret(const std::shared_ptr<arrow::Array>& array,
                                          std::shared_ptr<arrow::DataType> type) {
  std::shared_ptr<arrow::ArrayData> data = array->data()->Copy();
  data->type = std::move(type);
  return arrow::MakeArray(data);
}

Result<std::shared_ptr<arrow::Array>> CastWith(const std::shared_ptr<arrow::Array>& array,
                                               const std::shared_ptr<arrow::DataType>& type) {
  arrow::compute::CastOptions options = arrow::compute::CastOptions::Unsafe(type);
  ARROW_ASSIGN_OR_RAISE(const arrow::Datum cast, arrow::compute::Cast(array, type, options));
  return cast.make_array();
}

// Brings timestamps of any unit to microseconds, rounding down.
Result<std::shared_ptr<arrow::Array>> ConvertTimestamps(const std::shared_ptr<arrow::Array>& array,
                                                        const DataType& to) {
  const auto unit = static_cast<const arrow::TimestampType&>(*array->type()).unit();
  const std::shared_ptr<arrow::DataType> type = ToArrowType(to);
  if (unit == arrow::TimeUnit::MICRO) return Reinterpret(array, type);
  const int64_t* values = array->data()->GetValues<int64_t>(1);
  arrow::Int64Builder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(array->length()));
  for (int64_t i = 0; i < array->length(); ++i) {
    if (array->IsNull(i)) {
      builder.UnsafeAppendNull();
      continue;
    }
    int64_t micros = 0;
    if (unit == arrow::TimeUnit::NANO) {
      micros = FloorDivide(values[i], 1000);
    } else if (__builtin_mul_overflow(values[i], unit == arrow::TimeUnit::MILLI ? 1000 : 1000000,
                                      &micros)) {
      return Status::Invalid("A timestamp does not fit 64 bits of microseconds: ", values[i]);
    }
    builder.UnsafeAppend(micros);
  }
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Array> converted, builder.Finish());
  return Reinterpret(converted, type);
}

Result<std::shared_ptr<arrow::Array>> ConvertDecimals(const std::shared_ptr<arrow::Array>& array,
                                                      const DataType& to) {
  std::shared_ptr<arrow::Array> source = array;
  int scale = 0;
  if (array->type_id() == Type::DECIMAL128) {
    scale = static_cast<const arrow::Decimal128Type&>(*array->type()).scale();
  } else if (array->type_id() != Type::UINT64) {
    ARROW_ASSIGN_OR_RAISE(source, CastWith(array, arrow::int64()));
  }
  arrow::Decimal128Builder builder(ToArrowType(to));
  ARROW_RETURN_NOT_OK(builder.Reserve(source->length()));
  for (int64_t i = 0; i < source->length(); ++i) {
    if (source->IsNull(i)) {
      builder.UnsafeAppendNull();
      continue;
    }
    int128_t unscaled;
    if (source->type_id() == Type::DECIMAL128) {
      unscaled = source->data()->GetValues<int128_t>(1)[i];
    } else if (source->type_id() == Type::UINT64) {
      unscaled = source->data()->GetValues<uint64_t>(1)[i];
    } else {
      unscaled = source->data()->GetValues<int64_t>(1)[i];
    }
    const std::optional<int128_t> rescaled = Rescale(unscaled, scale, to.scale(), to.precision());
    if (!rescaled) return Status::Invalid("A number does not fit ", to.SimpleString(), ".");
    builder.UnsafeAppend(
        arrow::Decimal128(static_cast<int64_t>(*rescaled >> 64), static_cast<uint64_t>(*rescaled)));
  }
  return builder.Finish();
}

// Matches the fields of a struct by name. Children take the struct's own offset into account.
Result<std::shared_ptr<arrow::Array>> ConvertStruct(const std::shared_ptr<arrow::Array>& array,
                                                    const DataType& to) {
  std::shared_ptr<arrow::ArrayData> data = array->data()->Copy();
  std::vector<std::shared_ptr<arrow::ArrayData>> children;
  const int64_t child_length = data->length + data->offset;
  for (const StructField& field : to.fields()) {
    const int index = FindParquetField(array->type()->fields(), field.name);
    std::shared_ptr<arrow::Array> child;
    if (index < 0) {
      ARROW_ASSIGN_OR_RAISE(child, arrow::MakeArrayOfNull(ToArrowType(field.type), child_length));
    } else {
      ARROW_ASSIGN_OR_RAISE(
          child, ConvertFromParquet(arrow::MakeArray(data->child_data[index]), field.type));
    }
    children.push_back(child->data());
  }
  data->child_data = std::move(children);
  data->type = ToArrowType(to);
  return arrow::MakeArray(data);
}

Result<std::shared_ptr<arrow::Array>> ConvertList(const std::shared_ptr<arrow::Array>& array,
                                                  const DataType& to) {
  std::shared_ptr<arrow::ArrayData> data = array->data()->Copy();
  ARROW_ASSIGN_OR_RAISE(
      const std::shared_ptr<arrow::Array> elements,
      ConvertFromParquet(arrow::MakeArray(data->child_data[0]), to.element_type()));
  data->child_data[0] = elements->data();
  data->type = ToArrowType(to);
  return arrow::MakeArray(data);
}

Result<std::shared_ptr<arrow::Array>> ConvertMap(const std::shared_ptr<arrow::Array>& array,
                                                 const DataType& to) {
  std::shared_ptr<arrow::ArrayData> data = array->data()->Copy();
  std::shared_ptr<arrow::ArrayData> entries = data->child_data[0]->Copy();
  ARROW_ASSIGN_OR_RAISE(
      const std::shared_ptr<arrow::Array> keys,
      ConvertFromParquet(arrow::MakeArray(entries->child_data[0]), to.key_type()));
  ARROW_ASSIGN_OR_RAISE(
      const std::shared_ptr<arrow::Array> values,
      ConvertFromParquet(arrow::MakeArray(entries->child_data[1]), to.value_type()));
  data->type = ToArrowType(to);
  entries->type = data->type->field(0)->type();
  entries->child_data = {keys->data(), values->data()};
  data->child_data[0] = std::move(entries);
  return arrow::MakeArray(data);
}

}  // namespace

int FindParquetField(const arrow::FieldVector& fields, const std::string& name) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  int found = -1;
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::string& other = fields[i]->name();
    if (!std::equal(name.begin(), name.end(), other.begin(), other.end(),
                    [lower](char a, char b) { return lower(a) == lower(b); })) {
      continue;
    }
    if (found >= 0) return -2;
    found = static_cast<int>(i);
  }
  return found;
}

bool CanReadParquet(const arrow::DataType& from, const DataType& to) {
  switch (to.id()) {
    case TypeId::kBoolean:
      return from.id() == Type::BOOL;
    case TypeId::kFloat:
      return from.id() == Type::FLOAT;
    case TypeId::kDouble:
      return from.id() == Type::DOUBLE || from.id() == Type::FLOAT ||
             CanReadInteger(from.id(), to.id());
    case TypeId::kDecimal:
      return CanReadDecimal(from, to);
    case TypeId::kString:
    case TypeId::kBinary:
      return IsBytes(from.id());
    case TypeId::kDate:
      return from.id() == Type::DATE32;
    case TypeId::kTimestamp:
      return from.id() == Type::TIMESTAMP;
    case TypeId::kTimestampNtz:
      // An instant is no local time; a local time is taken as one in UTC above, as in Spark.
      return from.id() == Type::DATE32 ||
             (from.id() == Type::TIMESTAMP &&
              static_cast<const arrow::TimestampType&>(from).timezone().empty());
    case TypeId::kArray:
      return (from.id() == Type::LIST || from.id() == Type::LARGE_LIST) &&
             CanReadParquet(*from.field(0)->type(), to.element_type());
    case TypeId::kMap: {
      if (from.id() != Type::MAP) return false;
      const auto& map = static_cast<const arrow::MapType&>(from);
      return CanReadParquet(*map.key_type(), to.key_type()) &&
             CanReadParquet(*map.item_type(), to.value_type());
    }
    case TypeId::kStruct:
      return CanReadStruct(from, to);
    default:
      return CanReadInteger(from.id(), to.id());
  }
}

Result<std::shared_ptr<arrow::Array>> ConvertFromParquet(const std::shared_ptr<arrow::Array>& array,
                                                         const DataType& to) {
  const std::shared_ptr<arrow::DataType> type = ToArrowType(to);
  switch (to.id()) {
    case TypeId::kArray:
      return ConvertList(array, to);
    case TypeId::kMap:
      return ConvertMap(array, to);
    case TypeId::kStruct:
      return ConvertStruct(array, to);
    case TypeId::kTimestampNtz:
      if (array->type_id() == Type::DATE32) return CastWith(array, type);
      return ConvertTimestamps(array, to);
    case TypeId::kTimestamp:
      return ConvertTimestamps(array, to);
    case TypeId::kDecimal:
      if (array->type()->Equals(*type)) return array;
      return ConvertDecimals(array, to);
    case TypeId::kDayTimeInterval: {
      ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Array> numbers,
                            CastWith(array, arrow::int64()));
      return Reinterpret(numbers, type);
    }
    case TypeId::kYearMonthInterval: {
      ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Array> numbers,
                            CastWith(array, arrow::int32()));
      return Reinterpret(numbers, type);
    }
    default:
      if (array->type()->Equals(*type)) return array;
      return CastWith(array, type);
  }
}

bool CanWriteParquet(const DataType& type) {
  switch (type.id()) {
    case TypeId::kNull:
    case TypeId::kCalendarInterval:
      return false;
    case TypeId::kArray:
      return CanWriteParquet(type.element_type());
    case TypeId::kMap:
      return CanWriteParquet(type.key_type()) && CanWriteParquet(type.value_type());
    case TypeId::kStruct:
      return !type.fields().empty() &&
             std::all_of(type.fields().begin(), type.fields().end(),
                         [](const StructField& field) { return CanWriteParquet(field.type); });
    default:
      return true;
  }
}

std::shared_ptr<arrow::DataType> ToParquetType(const DataType& type) {
  switch (type.id()) {
    case TypeId::kDayTimeInterval:
      return arrow::int64();
    case TypeId::kYearMonthInterval:
      return arrow::int32();
    case TypeId::kArray:
      return arrow::list(
          arrow::field("element", ToParquetType(type.element_type()), type.contains_null()));
    case TypeId::kMap:
      return arrow::map(
          ToParquetType(type.key_type()),
          arrow::field("value", ToParquetType(type.value_type()), type.value_contains_null()));
    case TypeId::kStruct: {
      arrow::FieldVector fields;
      for (const StructField& field : type.fields()) {
        fields.push_back(arrow::field(field.name, ToParquetType(field.type), field.nullable));
      }
      return arrow::struct_(std::move(fields));
    }
    default:
      return ToArrowType(type);
  }
}

namespace {

// Swaps the types of a column and of everything inside of it.
std::shared_ptr<arrow::ArrayData> WithParquetTypes(const std::shared_ptr<arrow::ArrayData>& data,
                                                   const DataType& type) {
  std::shared_ptr<arrow::ArrayData> copy = data->Copy();
  copy->type = ToParquetType(type);
  switch (type.id()) {
    case TypeId::kArray:
      copy->child_data[0] = WithParquetTypes(data->child_data[0], type.element_type());
      break;
    case TypeId::kMap: {
      std::shared_ptr<arrow::ArrayData> entries = data->child_data[0]->Copy();
      entries->type = copy->type->field(0)->type();
      entries->child_data = {WithParquetTypes(entries->child_data[0], type.key_type()),
                             WithParquetTypes(entries->child_data[1], type.value_type())};
      copy->child_data[0] = std::move(entries);
      break;
    }
    case TypeId::kStruct:
      for (size_t i = 0; i < type.fields().size(); ++i) {
        copy->child_data[i] = WithParquetTypes(data->child_data[i], type.fields()[i].type);
      }
      break;
    default:
      break;
  }
  return copy;
}

}  // namespace

std::shared_ptr<arrow::Array> ConvertToParquet(const std::shared_ptr<arrow::Array>& array,
                                               const DataType& type) {
  return arrow::MakeArray(WithParquetTypes(array->data(), type));
}

}  // namespace firesteel
