#include "firesteel/types.h"

#include <algorithm>
#include <utility>

namespace firesteel {

// The parts of nested types. `first` is an array's element or a map's key, `second` a map's value.
struct DataType::Nested {
  DataType first;
  DataType second;
  std::vector<StructField> fields;
};

DataType::DataType(TypeId id) : id_(id) {
  switch (id) {
    case TypeId::kDecimal:
      parameter_a_ = 10;
      break;
    case TypeId::kDayTimeInterval:
      parameter_b_ = 3;
      break;
    case TypeId::kYearMonthInterval:
      parameter_b_ = 1;
      break;
    default:
      break;
  }
}

DataType DataType::Decimal(int precision, int scale) {
  DataType type(TypeId::kDecimal);
  type.parameter_a_ = static_cast<int16_t>(precision);
  type.parameter_b_ = static_cast<int16_t>(scale);
  return type;
}

DataType DataType::Array(DataType element, bool contains_null) {
  DataType type(TypeId::kArray);
  type.flag_ = contains_null;
  type.nested_ = std::make_shared<const Nested>(Nested{std::move(element), DataType(), {}});
  return type;
}

DataType DataType::Map(DataType key, DataType value, bool value_contains_null) {
  DataType type(TypeId::kMap);
  type.flag_ = value_contains_null;
  type.nested_ = std::make_shared<const Nested>(Nested{std::move(key), std::move(value), {}});
  return type;
}

DataType DataType::Struct(std::vector<StructField> fields) {
  DataType type(TypeId::kStruct);
  type.nested_ = std::make_shared<const Nested>(Nested{DataType(), DataType(), std::move(fields)});
  return type;
}

DataType DataType::DayTimeInterval(int start_field, int end_field) {
  DataType type(TypeId::kDayTimeInterval);
  type.parameter_a_ = static_cast<int16_t>(start_field);
  type.parameter_b_ = static_cast<int16_t>(end_field);
  return type;
}

DataType DataType::YearMonthInterval(int start_field, int end_field) {
  DataType type(TypeId::kYearMonthInterval);
  type.parameter_a_ = static_cast<int16_t>(start_field);
  type.parameter_b_ = static_cast<int16_t>(end_field);
  return type;
}

// A nested type made from its bare TypeId has void elements and no fields.
const DataType& DataType::element_type() const { return key_type(); }

const DataType& DataType::key_type() const {
  static const DataType kVoid;
  return nested_ == nullptr ? kVoid : nested_->first;
}

const DataType& DataType::value_type() const {
  static const DataType kVoid;
  return nested_ == nullptr ? kVoid : nested_->second;
}

const std::vector<StructField>& DataType::fields() const {
  static const std::vector<StructField> kNone;
  return nested_ == nullptr ? kNone : nested_->fields;
}

bool DataType::operator==(const DataType& other) const {
  if (id_ != other.id_ || flag_ != other.flag_ || parameter_a_ != other.parameter_a_ ||
      parameter_b_ != other.parameter_b_) {
    return false;
  }
  if (nested_ == other.nested_ || !is_nested()) return true;
  return key_type() == other.key_type() && value_type() == other.value_type() &&
         fields() == other.fields();
}

bool DataType::SameType(const DataType& other) const {
  if (id_ != other.id_ || parameter_a_ != other.parameter_a_ ||
      parameter_b_ != other.parameter_b_) {
    return false;
  }
  if (nested_ == other.nested_ || !is_nested()) return true;
  return key_type().SameType(other.key_type()) && value_type().SameType(other.value_type()) &&
         std::equal(fields().begin(), fields().end(), other.fields().begin(), other.fields().end(),
                    [](const StructField& a, const StructField& b) {
                      return a.name == b.name && a.type.SameType(b.type);
                    });
}

Schema& Schema::Add(std::string name, DataType type, bool nullable) {
  fields_.push_back({.name = std::move(name), .type = std::move(type), .nullable = nullable});
  return *this;
}

int Schema::IndexOf(std::string_view name) const {
  for (int i = 0; i < size(); ++i) {
    if (fields_[i].name == name) return i;
  }
  return -1;
}

}  // namespace firesteel
