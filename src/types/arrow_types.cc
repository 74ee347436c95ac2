#include "types/arrow_types.h"

#include <utility>

#include "arrow/array/array_base.h"
#include "arrow/array/data.h"
#include "arrow/array/util.h"
#include "arrow/type.h"
#include "common/error.h"

namespace firesteel {
namespace {

Result<DataType> TimestampFromArrow(const arrow::TimestampType& type) {
  return DataType(type.timezone().empty() ? TypeId::kTimestampNtz : TypeId::kTimestamp);
}

Result<DataType> StructFromArrow(const arrow::DataType& type) {
  std::vector<StructField> fields;
  for (const auto& field : type.fields()) {
    ARROW_ASSIGN_OR_RAISE(DataType field_type, FromArrowType(*field->type()));
    fields.push_back(
        {.name = field->name(), .type = std::move(field_type), .nullable = field->nullable()});
  }
  return DataType::Struct(std::move(fields));
}

Result<std::shared_ptr<arrow::ArrayData>> Retyped(const arrow::ArrayData& data,
                                                  const std::shared_ptr<arrow::DataType>& type) {
  if (data.type->id() == arrow::Type::NA) {
    ARROW_ASSIGN_OR_RAISE(const auto nulls, arrow::MakeArrayOfNull(type, data.length));
    return nulls->data();
  }
  if (type->layout().buffers != data.type->layout().buffers ||
      static_cast<size_t>(type->num_fields()) != data.child_data.size()) {
    return InternalError("Values of the type " + data.type->ToString() + " are no " +
                         type->ToString());
  }
  std::shared_ptr<arrow::ArrayData> retyped = data.Copy();
  retyped->type = type;
  for (int i = 0; i < type->num_fields(); ++i) {
    ARROW_ASSIGN_OR_RAISE(retyped->child_data[i],
                          Retyped(*data.child_data[i], type->field(i)->type()));
  }
  return retyped;
}

}  // namespace

Result<std::shared_ptr<arrow::Array>> ViewAs(const std::shared_ptr<arrow::Array>& array,
                                             const std::shared_ptr<arrow::DataType>& type) {
  if (array->type()->Equals(*type)) return array;
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::ArrayData> data, Retyped(*array->data(), type));
  return arrow::MakeArray(data);
}

std::shared_ptr<arrow::DataType> ToArrowType(const DataType& type) {
  static const std::shared_ptr<arrow::DataType> kTimestamp =
      arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
  static const std::shared_ptr<arrow::DataType> kTimestampNtz =
      arrow::timestamp(arrow::TimeUnit::MICRO);
  static const std::shared_ptr<arrow::DataType> kDuration = arrow::duration(arrow::TimeUnit::MICRO);
  switch (type.id()) {
    case TypeId::kNull:
      return arrow::null();
    case TypeId::kBoolean:
      return arrow::boolean();
    case TypeId::kByte:
      return arrow::int8();
    case TypeId::kShort:
      return arrow::int16();
    case TypeId::kInteger:
      return arrow::int32();
    case TypeId::kLong:
      return arrow::int64();
    case TypeId::kFloat:
      return arrow::float32();
    case TypeId::kDouble:
      return arrow::float64();
    case TypeId::kDecimal:
      return arrow::decimal128(type.precision(), type.scale());
    case TypeId::kString:
      return arrow::utf8();
    case TypeId::kBinary:
      return arrow::binary();
    case TypeId::kDate:
      return arrow::date32();
    case TypeId::kTimestamp:
      return kTimestamp;
    case TypeId::kTimestampNtz:
      return kTimestampNtz;
    case TypeId::kDayTimeInterval:
      return kDuration;
    case TypeId::kYearMonthInterval:
      return arrow::month_interval();
    case TypeId::kCalendarInterval:
      return arrow::month_day_nano_interval();
    case TypeId::kArray:
      return arrow::list(arrow::field("element", ToArrowType(type.element_type())));
    case TypeId::kMap:
      return arrow::map(ToArrowType(type.key_type()), ToArrowType(type.value_type()));
    case TypeId::kStruct: {
      std::vector<std::shared_ptr<arrow::Field>> fields;
      for (const StructField& field : type.fields()) {
        fields.push_back(arrow::field(field.name, ToArrowType(field.type)));
      }
      return arrow::struct_(std::move(fields));
    }
  }
  return arrow::null();
}

std::shared_ptr<arrow::Schema> ToArrowSchema(const Schema& schema) {
  std::vector<std::shared_ptr<arrow::Field>> fields;
  for (const StructField& field : schema.fields()) {
    fields.push_back(arrow::field(field.name, ToArrowType(field.type), field.nullable));
  }
  return arrow::schema(std::move(fields));
}

Result<DataType> FromArrowType(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::NA:
      return DataType(TypeId::kNull);
    case arrow::Type::BOOL:
      return DataType(TypeId::kBoolean);
    case arrow::Type::INT8:
      return DataType(TypeId::kByte);
    case arrow::Type::INT16:
    case arrow::Type::UINT8:
      return DataType(TypeId::kShort);
    case arrow::Type::INT32:
    case arrow::Type::UINT16:
      return DataType(TypeId::kInteger);
    case arrow::Type::INT64:
    case arrow::Type::UINT32:
      return DataType(TypeId::kLong);
    case arrow::Type::UINT64:
      return DataType::Decimal(20, 0);
    case arrow::Type::HALF_FLOAT:
    case arrow::Type::FLOAT:
      return DataType(TypeId::kFloat);
    case arrow::Type::DOUBLE:
      return DataType(TypeId::kDouble);
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128: {
      const auto& decimal = static_cast<const arrow::DecimalType&>(type);
      if (decimal.scale() < 0 || decimal.scale() > decimal.precision()) break;
      return DataType::Decimal(decimal.precision(), decimal.scale());
    }
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::STRING_VIEW:
      return DataType(TypeId::kString);
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::BINARY_VIEW:
    case arrow::Type::FIXED_SIZE_BINARY:
      return DataType(TypeId::kBinary);
    case arrow::Type::DATE32:
    case arrow::Type::DATE64:
      return DataType(TypeId::kDate);
    case arrow::Type::TIMESTAMP:
      return TimestampFromArrow(static_cast<const arrow::TimestampType&>(type));
    case arrow::Type::DURATION:
      return DataType(TypeId::kDayTimeInterval);
    case arrow::Type::INTERVAL_MONTHS:
      return DataType(TypeId::kYearMonthInterval);
    case arrow::Type::INTERVAL_MONTH_DAY_NANO:
      return DataType(TypeId::kCalendarInterval);
    case arrow::Type::DICTIONARY:
      return FromArrowType(*static_cast<const arrow::DictionaryType&>(type).value_type());
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::FIXED_SIZE_LIST: {
      const auto& element = *type.field(0);
      ARROW_ASSIGN_OR_RAISE(DataType element_type, FromArrowType(*element.type()));
      return DataType::Array(std::move(element_type), element.nullable());
    }
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(type);
      ARROW_ASSIGN_OR_RAISE(DataType key, FromArrowType(*map.key_type()));
      ARROW_ASSIGN_OR_RAISE(DataType value, FromArrowType(*map.item_type()));
      return DataType::Map(std::move(key), std::move(value), map.item_field()->nullable());
    }
    case arrow::Type::STRUCT:
      return StructFromArrow(type);
    default:
      break;
  }
  return MakeError("UNSUPPORTED_ARROWTYPE", {{"typeName", type.ToString()}});
}

Result<Schema> FromArrowSchema(const arrow::Schema& schema) {
  Schema result;
  for (const auto& field : schema.fields()) {
    ARROW_ASSIGN_OR_RAISE(DataType type, FromArrowType(*field->type()));
    result.Add(field->name(), std::move(type), field->nullable());
  }
  return result;
}

}  // namespace firesteel
