#include "connect/server/protocol_types.h"

#include <string>
#include <utility>
#include <vector>

#include "common/error.h"

namespace firesteel {

namespace {

namespace proto = spark::connect;

void StructToProtocol(const std::vector<StructField>& fields, proto::DataType* out) {
  proto::DataType::Struct* type = out->mutable_struct_();
  for (const StructField& field : fields) {
    proto::DataType::StructField* added = type->add_fields();
    added->set_name(field.name);
    ToProtocol(field.type, added->mutable_data_type());
    added->set_nullable(field.nullable);
    if (field.metadata != "{}") added->set_metadata(field.metadata);
  }
}

Status UnsupportedType(const proto::DataType& type) {
  return MakeError("UNSUPPORTED_DATATYPE", {{"typeName", "\"" + type.ShortDebugString() + "\""}});
}

// Everything behind it relies on what the texts of types are checked for as well.
Result<DataType> DecimalFromProtocol(const proto::DataType::Decimal& type) {
  const int precision = type.has_precision() ? type.precision() : 10;
  const int scale = type.has_scale() ? type.scale() : 0;
  if (precision > 38) {
    return MakeError("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                     {{"precision", std::to_string(precision)}, {"maxPrecision", "38"}});
  }
  if (precision < 1 || scale < 0 || scale > precision) {
    return MakeError("INVALID_DECIMAL_SCALE",
                     {{"precision", std::to_string(precision)}, {"scale", std::to_string(scale)}});
  }
  return DataType::Decimal(precision, scale);
}

Result<DataType> StructFromProtocol(const proto::DataType::Struct& type) {
  std::vector<StructField> fields;
  for (const proto::DataType::StructField& field : type.fields()) {
    ARROW_ASSIGN_OR_RAISE(DataType of_field, FromProtocol(field.data_type()));
    fields.push_back({field.name(), std::move(of_field), field.nullable(),
                      field.has_metadata() && !field.metadata().empty() ? field.metadata() : "{}"});
  }
  return DataType::Struct(std::move(fields));
}

}  // namespace

void ToProtocol(const DataType& type, proto::DataType* out) {
  switch (type.id()) {
    case TypeId::kNull: out->mutable_null(); return;
    case TypeId::kBoolean: out->mutable_boolean(); return;
    case TypeId::kByte: out->mutable_byte(); return;
    case TypeId::kShort: out->mutable_short_(); return;
    case TypeId::kInteger: out->mutable_integer(); return;
    case TypeId::kLong: out->mutable_long_(); return;
    case TypeId::kFloat: out->mutable_float_(); return;
    case TypeId::kDouble: out->mutable_double_(); return;
    case TypeId::kString: out->mutable_string()->set_collation("UTF8_BINARY"); return;
    case TypeId::kBinary: out->mutable_binary(); return;
    case TypeId::kDate: out->mutable_date(); return;
    case TypeId::kTimestamp: out->mutable_timestamp(); return;
    case TypeId::kTimestampNtz: out->mutable_timestamp_ntz(); return;
    case TypeId::kCalendarInterval: out->mutable_calendar_interval(); return;
    case TypeId::kDecimal:
      out->mutable_decimal()->set_precision(type.precision());
      out->mutable_decimal()->set_scale(type.scale());
      return;
    case TypeId::kDayTimeInterval:
      out->mutable_day_time_interval()->set_start_field(type.start_field());
      out->mutable_day_time_interval()->set_end_field(type.end_field());
      return;
    case TypeId::kYearMonthInterval:
      out->mutable_year_month_interval()->set_start_field(type.start_field());
      out->mutable_year_month_interval()->set_end_field(type.end_field());
      return;
    case TypeId::kArray:
      ToProtocol(type.element_type(), out->mutable_array()->mutable_element_type());
      out->mutable_array()->set_contains_null(type.contains_null());
      return;
    case TypeId::kMap:
      ToProtocol(type.key_type(), out->mutable_map()->mutable_key_type());
      ToProtocol(type.value_type(), out->mutable_map()->mutable_value_type());
      out->mutable_map()->set_value_contains_null(type.value_contains_null());
      return;
    case TypeId::kStruct: StructToProtocol(type.fields(), out); return;
  }
}

void ToProtocol(const Schema& schema, proto::DataType* out) {
  StructToProtocol(schema.fields(), out);
  out->mutable_struct_();  // also where there are no fields
}

Result<DataType> FromProtocol(const proto::DataType& type) {
  switch (type.kind_case()) {
    case proto::DataType::kNull: return DataType(TypeId::kNull);
    case proto::DataType::kBinary: return DataType(TypeId::kBinary);
    case proto::DataType::kBoolean: return DataType(TypeId::kBoolean);
    case proto::DataType::kByte: return DataType(TypeId::kByte);
    case proto::DataType::kShort: return DataType(TypeId::kShort);
    case proto::DataType::kInteger: return DataType(TypeId::kInteger);
    case proto::DataType::kLong: return DataType(TypeId::kLong);
    case proto::DataType::kFloat: return DataType(TypeId::kFloat);
    case proto::DataType::kDouble: return DataType(TypeId::kDouble);
    case proto::DataType::kString: return DataType(TypeId::kString);
    case proto::DataType::kChar: return DataType(TypeId::kString);
    case proto::DataType::kVarChar: return DataType(TypeId::kString);
    case proto::DataType::kDate: return DataType(TypeId::kDate);
    case proto::DataType::kTimestamp: return DataType(TypeId::kTimestamp);
    case proto::DataType::kTimestampNtz: return DataType(TypeId::kTimestampNtz);
    case proto::DataType::kCalendarInterval: return DataType(TypeId::kCalendarInterval);
    case proto::DataType::kDecimal:
      return DecimalFromProtocol(type.decimal());
    case proto::DataType::kDayTimeInterval: {
      const auto& interval = type.day_time_interval();
      const int start = interval.has_start_field() ? interval.start_field() : 0;
      const int end = interval.has_end_field() ? interval.end_field() : 3;
      if (start < 0 || start > end || end > 3) return UnsupportedType(type);
      return DataType::DayTimeInterval(start, end);
    }
    case proto::DataType::kYearMonthInterval: {
      const auto& interval = type.year_month_interval();
      const int start = interval.has_start_field() ? interval.start_field() : 0;
      const int end = interval.has_end_field() ? interval.end_field() : 1;
      if (start < 0 || start > end || end > 1) return UnsupportedType(type);
      return DataType::YearMonthInterval(start, end);
    }
    case proto::DataType::kArray: {
      ARROW_ASSIGN_OR_RAISE(DataType element, FromProtocol(type.array().element_type()));
      return DataType::Array(std::move(element), type.array().contains_null());
    }
    case proto::DataType::kMap: {
      ARROW_ASSIGN_OR_RAISE(DataType key, FromProtocol(type.map().key_type()));
      ARROW_ASSIGN_OR_RAISE(DataType value, FromProtocol(type.map().value_type()));
      return DataType::Map(std::move(key), std::move(value), type.map().value_contains_null());
    }
    case proto::DataType::kStruct: return StructFromProtocol(type.struct_());
    case proto::DataType::kUnparsed:
      return DataType::FromDdl(type.unparsed().data_type_string());
    case proto::DataType::kUdt: return FromProtocol(type.udt().sql_type());
    default:
      return UnsupportedType(type);
  }
}

Result<Schema> ParseSchemaText(const std::string& text) {
  if (text.empty() || text.front() != '{') return Schema::FromDdl(text);
  return Schema::FromJson(text);
}

}  // namespace firesteel
